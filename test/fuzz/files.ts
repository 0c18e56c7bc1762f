/** Capture files of every format, whose structure is changed: lengths, orders, options, blocks, compressions. */
import { gzipSync } from 'node:zlib';
import { xxh32 } from '../../src/capture/xxh32.ts';
import { pcap, pcapng, type Taken } from '../support/capture-files.ts';
import { big, concat, hex, little } from '../support/packets.ts';
import { fragmented, LINKS, relinked } from '../support/variants.ts';
import { mutate, pick, type Random } from './mutate.ts';

type Numbers = (value: number, size: number) => Uint8Array;

const VALUES = [
  0, 1, 2, 3, 4, 5, 7, 8, 11, 12, 13, 16, 20, 28, 0x7f, 0xff, 0xffff, 0x10000, 262_144, 0x7fffffff, 0x80000000, 0xfffffff0, 0xfffffffd, 0xffffffff,
];

/** `frames` as another link or tunnel carries them, perhaps in fragments. */
export function carried(frames: readonly Taken[], random: Random): { readonly frames: Taken[]; readonly linkType: number } {
  const link = pick(LINKS, random);
  const cut = random() < 0.3 ? fragmented(frames, pick([8, 64, 512, 1024], random), random() < 0.3) : [...frames];
  const tunnel = LINKS.filter((one) => one.linkType === 1);
  let inside = cut;
  for (let depth = Math.floor(random() * 3); depth > 0; depth--) inside = relinked(inside, { ...pick(tunnel, random), largest: 1400 });
  return { frames: relinked(inside, link), linkType: link.linkType };
}

/** Classic pcap, or its modified form with eight bytes more for each record (Kuznetzov), whose fields are changed here and there. */
export function classic(frames: readonly Taken[], linkType: number, random: Random): Uint8Array {
  const bigEndian = random() < 0.5;
  const n = bigEndian ? big : little;
  // An FCS length in the upper bits (draft-ietf-opsawg-pcap section 4).
  const link = random() < 0.2 ? linkType + 0x14000000 : linkType;
  if (random() < 0.6) return spoilt(pcap(frames, { bigEndian, nanos: random() < 0.5, linkType: link }), pcapPlaces(frames), n, random);
  const head = concat(n(0xa1b2cd34, 4), n(2, 2), n(4, 2), n(0, 8), n(262_144, 4), n(link, 4));
  const records = frames.map((f) =>
    concat(n(f.seconds, 4), n(Math.floor(f.nanos / 1000), 4), n(f.bytes.length, 4), n(f.bytes.length, 4), n(2, 4), n(8, 2), n(0, 2), f.bytes),
  );
  return spoilt(concat(head, ...records), pcapPlaces(frames, 24), n, random);
}

/** Where the numbers of a classic pcap stand. */
function pcapPlaces(frames: readonly Taken[], recordHead = 16): number[] {
  const out = [0, 4, 16, 20];
  let at = 24;
  for (const f of frames) {
    for (let i = 0; i < recordHead; i += 4) out.push(at + i);
    at += recordHead + f.bytes.length;
  }
  return out;
}

/** `file` with up to three of the numbers at `places` changed. */
function spoilt(file: Uint8Array, places: readonly number[], n: Numbers, random: Random): Uint8Array {
  const out = file.slice();
  for (let count = Math.floor(random() * 4); count > 0; count--) {
    const at = pick(places, random);
    if (at + 4 <= out.length) out.set(n(pick(VALUES, random), random() < 0.7 ? 4 : 2), at);
  }
  return out;
}

/** A pcapng file with blocks of every type, some changed, some twice, some missing. */
export function modern(frames: readonly Taken[], linkType: number, secrets: string | undefined, random: Random): Uint8Array {
  const bigEndian = random() < 0.5;
  const n = bigEndian ? big : little;
  const resolutions = [pick([6, 6, 9, 0, 3, 12, 20, 0x80 + 10, 0x80 + 40, 0xff], random), 9].slice(0, 1 + Math.floor(random() * 2));
  const file = pcapng(frames, { bigEndian, linkType, resolutions, sections: 1 + Math.floor(random() * 3), ...(secrets === undefined ? {} : { secrets }) });
  const blocks = blocksOf(file, bigEndian);
  for (let count = Math.floor(random() * 6); count > 0; count--) {
    const at = Math.floor(random() * (blocks.length + 1));
    const what = random();
    if (what < 0.4) blocks.splice(at, 0, madeBlock(n, random));
    else if (what < 0.5) blocks.splice(at, 1);
    else if (what < 0.6) blocks.splice(at, 0, blocks[Math.floor(random() * blocks.length)] ?? new Uint8Array());
    else if (at < blocks.length) blocks[at] = spoiltBlock(blocks[at] as Uint8Array, n, random);
  }
  return concat(...blocks);
}

function blocksOf(file: Uint8Array, bigEndian: boolean): Uint8Array[] {
  const view = new DataView(file.buffer, file.byteOffset);
  const out: Uint8Array[] = [];
  for (let at = 0; at < file.length; at += view.getUint32(at + 4, !bigEndian)) out.push(file.subarray(at, at + view.getUint32(at + 4, !bigEndian)));
  return out;
}

function spoiltBlock(block: Uint8Array, n: Numbers, random: Random): Uint8Array {
  const places = Array.from({ length: Math.min(16, block.length >> 2) }, (_, i) => 4 * i);
  return spoilt(block, [...places, block.length - 4], n, random);
}

function block(type: number, body: Uint8Array, n: Numbers): Uint8Array {
  const padded = concat(body, new Uint8Array((4 - (body.length % 4)) % 4));
  return concat(n(type, 4), n(padded.length + 12, 4), padded, n(padded.length + 12, 4));
}

/** A block of some type: interface, obsolete packet, name resolution, simple packet, statistics, secrets, custom, unknown. */
function madeBlock(n: Numbers, random: Random): Uint8Array {
  const noise = Uint8Array.from({ length: Math.floor(random() * 80) }, () => Math.floor(random() * 256));
  const options = optionsOf(n, random);
  const bytes = hex('ffffffffffffffffffffffff0800450000280000');
  const some: readonly (readonly [type: number, body: Uint8Array])[] = [
    [1, concat(n(pick([1, 101, 113, 0, 276, 0xffff], random), 2), n(0, 2), n(pick(VALUES, random), 4), options)],
    [2, concat(n(pick([0, 0, 1, 9], random), 2), n(0, 2), n(0, 8), n(pick([20, 20, 0, 999], random), 4), n(20, 4), bytes, options)],
    [3, concat(n(pick([20, 10, 0, 0xffffffff], random), 4), bytes)],
    [4, concat(n(1, 2), n(pick([5, 4, 0, 999], random), 2), noise, options)],
    [5, concat(n(0, 12), options)],
    [
      6,
      concat(
        n(pick([0, 0, 5], random), 4),
        n(pick(VALUES, random), 4),
        n(pick(VALUES, random), 4),
        n(pick([20, 20, 0, 999], random), 4),
        n(20, 4),
        bytes,
        options,
      ),
    ],
    [10, concat(n(pick([0x5353484b, 0x544c534b, 0], random), 4), n(pick([noise.length, 0, 0xffffffff], random), 4), noise)],
    [0xbad, concat(n(32_473, 4), noise, options)],
    [0x0a0d0d0a, concat(n(0x1a2b3c4d, 4), n(pick([1, 1, 2, 0], random), 2), n(pick([0, 2], random), 2), new Uint8Array(8).fill(0xff), options)],
    [pick([7, 11, 0x80000001, 0], random), noise],
  ];
  const [type, body] = pick(some, random);
  return block(type, body, n);
}

function optionsOf(n: Numbers, random: Random): Uint8Array {
  const out: Uint8Array[] = [];
  for (let count = Math.floor(random() * 5); count > 0; count--) {
    const value = Uint8Array.from({ length: pick([0, 1, 4, 8, 8, 13, 300], random) }, () => Math.floor(random() * 256));
    const length = random() < 0.85 ? value.length : pick([0, 3, 0xffff, value.length + 4], random);
    out.push(n(pick([0, 1, 1, 2, 3, 4, 9, 10, 13, 14, 2988, 0x8001], random), 2), n(length, 2), value, new Uint8Array((4 - (value.length % 4)) % 4));
  }
  return random() < 0.7 ? concat(...out, n(0, 4)) : concat(...out);
}

/** `file` inside one of the compressions, which may be damaged. Where nothing here compresses, blocks are stored as they are. */
export function packed(file: Uint8Array, random: Random): Uint8Array {
  const what = random();
  const half = Math.floor(file.length * random());
  const pieces = [file.subarray(0, half), file.subarray(half)];
  const out =
    what < 0.3
      ? concat(...pieces.map((piece) => new Uint8Array(gzipSync(piece))))
      : what < 0.6
        ? lz4(pieces)
        : what < 0.9
          ? concat(zstd(pieces), ...(random() < 0.3 ? [hex('502a4d18'), little(3, 4), hex('010203'), zstd([file])] : []))
          : new Uint8Array(gzipSync(gzipSync(file)));
  return random() < 0.5 ? out : mutate(out, random, file);
}

/** An LZ4 frame of stored blocks, version 1 with independent blocks of at most 4 MB and no checksums (lz4_Frame_format.md). */
function lz4(pieces: readonly Uint8Array[]): Uint8Array {
  const descriptor = hex('6070');
  const check = (xxh32(descriptor) >>> 8) & 0xff;
  return concat(
    hex('04224d18'),
    descriptor,
    Uint8Array.of(check),
    ...pieces.flatMap((p) => (p.length === 0 ? [] : [little(p.length + 0x80000000, 4), p])),
    little(0, 4),
  );
}

/** A zstd frame of raw blocks with a window of 1 MB (RFC 8878 section 3.1.1). */
function zstd(pieces: readonly Uint8Array[]): Uint8Array {
  const raw = pieces.flatMap((p) => {
    const out: Uint8Array[] = [];
    for (let at = 0; at < p.length; at += 100_000) out.push(little(Math.min(100_000, p.length - at) << 3, 3), p.subarray(at, at + 100_000));
    return out;
  });
  return concat(hex('28b52ffd00'), Uint8Array.of(10 << 3), ...raw, little(1, 3));
}
