/** Captures that hurt by their number: a million of something. Written to a file, as they are too large to hold. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { utf8 } from '../../src/bytes/text.ts';
import { concat, ethernet, hex, IPV4, ipv4, little, tcp } from './packets.ts';
import { kexInitPayload, packet, segmentsOfTalk } from './talk.ts';
import { framesOf } from './variants.ts';

/** A capture, and what a run on it may take. */
export interface Mass {
  readonly name: string;
  /** Peak memory of the whole process in MB. */
  readonly mb: number;
  /** What the output must say. */
  readonly says?: RegExp;
  /** Writes it to a file. */
  write(path: string): void;
}

const HEAD = hex('d4c3b2a1020004000000000000000000ffffff0001000000');
const PIECE = 1024 * 1024;
const [FIN, SYN, ACK] = [0x01, 0x02, 0x10];
const HELLO = 'SSH-2.0-x\r\n';

/** Writes pieces to `path`, many at a time. */
function writeAll(path: string, pieces: Iterable<Uint8Array>): void {
  const fd = openSync(path, 'w');
  const buffer = new Uint8Array(2 * PIECE);
  let used = 0;
  const flush = () => {
    for (let at = 0; at < used; ) at += writeSync(fd, buffer, at, used - at);
    used = 0;
  };
  for (const piece of pieces) {
    buffer.set(piece, used);
    used += piece.length;
    if (used >= PIECE) flush();
  }
  flush();
  closeSync(fd);
}

/** A classic pcap with `frames`, a thousand in a second. A frame may be changed once the next is asked for. */
function* pcapOf(frames: Iterable<Uint8Array>): Generator<Uint8Array> {
  yield HEAD;
  const head = new Uint8Array(16);
  const view = new DataView(head.buffer);
  let n = 0;
  for (const frame of frames) {
    view.setUint32(0, 1_700_000_000 + Math.floor(++n / 1000), true);
    view.setUint32(4, (n % 1000) * 1000, true);
    view.setUint32(8, frame.length, true);
    view.setUint32(12, frame.length, true);
    yield head;
    yield frame;
  }
}

/** One segment of a flow. */
interface Step {
  readonly flags: number;
  readonly back?: true;
  readonly payload?: Uint8Array;
}

/** `count` flows to port 22 that take the same steps, each from an address and port of its own; their checksums do not fit. */
function* flows(count: number, steps: readonly Step[]): Generator<Uint8Array> {
  const sequence = { c: 1, s: 1 };
  const frames = steps.map(({ flags, back, payload = new Uint8Array() }) => {
    const [from, to] = back ? (['s', 'c'] as const) : (['c', 's'] as const);
    const ends = back ? { source: '192.0.2.1', destination: '10.0.0.0' } : { source: '10.0.0.0', destination: '192.0.2.1' };
    const ports = back ? { sourcePort: 22, destinationPort: 1024 } : { sourcePort: 1024, destinationPort: 22 };
    const bytes = ethernet(IPV4, ipv4(ends, tcp({ ...ports, flags, sequence: sequence[from], acknowledgement: sequence[to] }, payload)));
    sequence[from] += payload.length + (flags & (SYN | FIN) ? 1 : 0);
    return { bytes, view: new DataView(bytes.buffer), address: back ? 30 : 26, port: back ? 36 : 34 };
  });
  for (let i = 0; i < count; i++) {
    for (const { bytes, view, address, port } of frames) {
      view.setUint32(address, 0x0a000000 + i);
      view.setUint16(port, 1024 + (i % 60_000));
      yield bytes;
    }
  }
}

const OPENING: readonly Step[] = [{ flags: SYN }, { flags: SYN | ACK, back: true }];
const masses = (count: number, steps: readonly Step[]) => (path: string) => writeAll(path, pcapOf(flows(count, steps)));

const IGNORE = packet(Uint8Array.of(2, 0, 0, 0, 1, 0x78));

/** A session in clear, then what `more` makes of its last data frame, from the stream's byte after it on. */
function* session(more: (frame: Uint8Array, sequence: number) => Iterable<Uint8Array>): Generator<Uint8Array> {
  const init = packet(kexInitPayload({ encryptionAlgorithms: ['none'], macAlgorithms: ['none'] }));
  const newKeys = packet(Uint8Array.of(21));
  const said = [
    ['c', HELLO],
    ['s', HELLO],
    ['c', init],
    ['s', init],
    ['c', newKeys],
    ['s', newKeys],
    ['c', IGNORE],
  ] as const;
  const frames = framesOf(segmentsOfTalk(said, { fin: false })).map((f) => f.bytes);
  yield* frames;
  const last = frames.at(-1) as Uint8Array;
  yield* more(last, new DataView(last.buffer, last.byteOffset).getUint32(38) + IGNORE.length);
}

/** `frame` with another payload and sequence number. */
function withPayload(frame: Uint8Array, payload: Uint8Array): { readonly bytes: Uint8Array; at(sequence: number): void } {
  const bytes = concat(frame.subarray(0, 54), payload);
  const view = new DataView(bytes.buffer);
  view.setUint16(16, 40 + payload.length);
  return { bytes, at: (sequence) => view.setUint32(38, sequence) };
}

const ng = (type: number, body: Uint8Array) => concat(little(type, 4), little(body.length + 12, 4), body, little(body.length + 12, 4));

export const MASSES: readonly Mass[] = [
  { name: 'a million SYNs', mb: 320, says: /limit flows/, write: masses(1_000_000, [{ flags: SYN }]) },
  {
    name: 'a million tiny flows that could become SSH',
    mb: 320,
    says: /limit heldBytes/,
    write: masses(1_000_000, [...OPENING, { flags: ACK, payload: utf8('x') }, { flags: FIN | ACK }]),
  },
  {
    name: '40,000 sessions that stop after their KEXINIT',
    mb: 700,
    says: /limit sessionBytes/,
    write: masses(40_000, [...OPENING, { flags: ACK, payload: concat(utf8(HELLO), packet(kexInitPayload())) }]),
  },
  {
    name: '2,000 sessions that stop within a packet of 256 KB',
    mb: 700,
    write: masses(2000, [...OPENING, { flags: ACK, payload: concat(utf8(HELLO), hex('0003fff0'), new Uint8Array(50_000)) }]),
  },
  {
    name: 'a million segments of one byte',
    mb: 250,
    write: (path) =>
      writeAll(
        path,
        pcapOf(
          session(function* (frame, sequence) {
            const one = withPayload(frame, Uint8Array.of(0));
            for (let i = 0; i < 1_000_000; i++) {
              one.bytes[54] = IGNORE[i % IGNORE.length] as number;
              one.at(sequence + i);
              yield one.bytes;
            }
          }),
        ),
      ),
  },
  {
    name: 'a segment that comes 64 MB late',
    mb: 250,
    says: /limit reorderBytes/,
    write: (path) =>
      writeAll(
        path,
        pcapOf(
          session(function* (frame, sequence) {
            const large = withPayload(frame, new Uint8Array(60_000));
            for (let at = IGNORE.length; at < 64_000_000; at += 60_000) {
              large.at(sequence + at);
              yield large.bytes;
            }
            const late = withPayload(frame, IGNORE);
            late.at(sequence);
            yield late.bytes;
          }),
        ),
      ),
  },
  {
    name: '300,000 segments at any sequence number',
    mb: 300,
    write: (path) =>
      writeAll(
        path,
        pcapOf(
          session(function* (frame, sequence) {
            const one = withPayload(frame, IGNORE);
            for (let i = 0, x = 1; i < 300_000; i++) {
              x = (Math.imul(x, 1_103_515_245) + 12_345) >>> 0;
              one.at((sequence + x) >>> 0);
              yield one.bytes;
            }
          }),
        ),
      ),
  },
  {
    name: '300,000 datagrams that never complete',
    mb: 300,
    says: /limits ipDatagrams/,
    write: (path) =>
      writeAll(
        path,
        pcapOf(
          (function* () {
            const bytes = ethernet(IPV4, ipv4({}, new Uint8Array(64)));
            const view = new DataView(bytes.buffer);
            view.setUint16(20, 0x2000);
            for (let i = 0; i < 300_000; i++) {
              view.setUint16(18, i & 0xffff);
              view.setUint32(26, 0x0a000000 + i);
              yield bytes;
            }
          })(),
        ),
      ),
  },
  {
    name: 'a million interfaces',
    mb: 250,
    says: /limit interfaces/,
    write: (path) =>
      writeAll(
        path,
        (function* () {
          yield ng(0x0a0d0d0a, hex('4d3c2b1a01000000ffffffffffffffff'));
          const one = ng(1, hex('0100000000000400'));
          for (let i = 0; i < 1_000_000; i++) yield one;
        })(),
      ),
  },
];
