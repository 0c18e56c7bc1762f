import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { utf8 } from '../../src/bytes/text.ts';
import { Decompressor } from '../../src/capture/decompress.ts';
import type { Compression } from '../../src/capture/detect.ts';
import { Xxh32, xxh32 } from '../../src/capture/xxh32.ts';
import { DEFAULT_LIMITS } from '../../src/limits.ts';
import { codes, everyByte } from './read.ts';
import {
  GZIP,
  GZIP_MEMBERS,
  join,
  LZ4,
  LZ4_LEGACY,
  LZ4_LINKED,
  LZ4_TEXT,
  PCAP,
  REPEATED,
  WORDS,
  ZSTD,
  ZSTD_FRAMES,
  ZSTD_REPEATED,
  ZSTD_TEXT,
} from './samples.ts';

function expand(compression: Compression, data: Uint8Array, cuts: readonly number[] = [], ratio = DEFAULT_LIMITS.inflateRatio) {
  const d = new Decompressor(compression, { ...DEFAULT_LIMITS, inflateRatio: ratio });
  const out: Uint8Array[] = [];
  const ends = [...cuts.map((c) => c % (data.length + 1)).sort((a, b) => a - b), data.length];
  let at = 0;
  for (const end of ends) {
    const piece = data.slice(at, end);
    at = end;
    for (const bytes of d.push(piece)) out.push(bytes.slice());
    piece.fill(0xee);
  }
  d.finish();
  return { bytes: new Uint8Array(Buffer.concat(out)), problems: d.problems };
}

const SAMPLES: readonly (readonly [string, Compression, Uint8Array, Uint8Array])[] = [
  ['gzip', 'gzip', GZIP, PCAP],
  ['gzip of two members', 'gzip', GZIP_MEMBERS, PCAP],
  ['zstd', 'zstd', ZSTD, PCAP],
  ['zstd of two frames and one to skip', 'zstd', ZSTD_FRAMES, PCAP],
  ['zstd with its own tables', 'zstd', ZSTD_TEXT, WORDS],
  ['zstd of several blocks', 'zstd', ZSTD_REPEATED, REPEATED],
  ['lz4', 'lz4', LZ4, PCAP],
  ['lz4 of text', 'lz4', LZ4_TEXT, WORDS],
  ['lz4 of linked blocks', 'lz4', LZ4_LINKED, REPEATED],
  ['legacy lz4', 'lz4', LZ4_LEGACY, PCAP],
];

test.each(SAMPLES)('%s of the real program is expanded, in pieces of any size', (_, compression, data, content) => {
  for (const cuts of [[], everyByte(data)]) {
    const { bytes, problems } = expand(compression, data, cuts);
    expect(problems).toEqual([]);
    expect(Buffer.compare(bytes, content)).toBe(0);
  }
});

test.each(SAMPLES)('%s cut at any byte gives what is there and says truncated', (_, compression, data, content) => {
  let between = 0;
  for (let n = 1; n < data.length; n += data.length > 500 ? 23 : 1) {
    const { bytes, problems } = expand(compression, data.subarray(0, n));
    expect(Buffer.compare(bytes, content.subarray(0, bytes.length))).toBe(0);
    if (problems.length === 0) between++;
    else expect(codes(problems)).toEqual(['truncated']);
  }
  // Between two members or frames nothing is missing, and a legacy LZ4 frame has no end mark.
  expect(between).toBe(data === GZIP_MEMBERS ? 1 : data === ZSTD_FRAMES ? 2 : data === LZ4_LEGACY ? 1 : 0);
});

test.each(SAMPLES)('%s with changed bytes never throws', (_, compression, data) => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(data.length - 1), fc.nat(255)), { minLength: 1, maxLength: 3 }), (changes) => {
      const broken = data.slice();
      for (const [at, value] of changes) broken[at] = value;
      expect(expand(compression, broken).bytes.length).toBeLessThan(8 * 1024 * 1024);
    }),
    { seed: 6, numRuns: 60 },
  );
});

test('checksums of gzip and LZ4 are verified', () => {
  const flip = (data: Uint8Array, at: number) => data.map((b, i) => (i === at ? b ^ 1 : b));
  for (const [compression, data, at] of [
    ['gzip', GZIP, GZIP.length - 6],
    ['lz4', LZ4, LZ4.length - 1],
    ['lz4', LZ4, 6],
    ['lz4', LZ4_LINKED, 100],
  ] as const) {
    expect(codes(expand(compression, flip(data, at)).problems)).toEqual(['malformed']);
  }
});

test('what follows the end: padding is nothing, other bytes are said', () => {
  expect(expand('gzip', join(GZIP, [0, 0, 0]))).toEqual({ bytes: PCAP, problems: [] });
  for (const [compression, data] of [
    ['gzip', GZIP],
    ['zstd', ZSTD],
    ['lz4', LZ4],
  ] as const) {
    const { bytes, problems } = expand(compression, join(data, utf8('garbage')));
    expect(bytes).toEqual(PCAP);
    expect(problems).toMatchObject([{ code: 'trailing', offset: data.length }]);
  }
});

test('bombs are stopped: gzip at a lower cap, zstd and its blocks of one repeated byte at the usual one', () => {
  const gzip = gzipSync(new Uint8Array(80 * 1024 * 1024), { level: 9 });
  const plain = expand('gzip', new Uint8Array(gzip));
  expect(plain.bytes.length).toBe(80 * 1024 * 1024);
  expect(plain.problems).toEqual([]);
  const capped = expand('gzip', new Uint8Array(gzip), [], 100);
  expect(capped.problems).toMatchObject([{ code: 'limit' }]);
  expect(capped.bytes.length).toBeLessThan(78 * 1024 * 1024);
  // A frame with a window of 128 KiB, and 20,000 blocks of 128 KiB from 4 bytes each.
  const block = [2 | ((131072 << 3) & 0xff), (131072 >> 5) & 0xff, 131072 >> 13, 0x41];
  const bomb = join([0x28, 0xb5, 0x2f, 0xfd, 0, 0x38], new Uint8Array(Array.from({ length: 20_000 }, () => block).flat()));
  const { bytes, problems } = expand('zstd', bomb);
  expect(codes(problems)).toEqual(['limit']);
  expect(bytes.length).toBeLessThan(100 * 1024 * 1024);
});

test('a window beyond the limit is refused before it is allocated', () => {
  // 2^41 bytes; and a single segment of 2^40.
  expect(codes(expand('zstd', Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, 0xf8, 1, 0, 0)).problems)).toEqual(['limit']);
  expect(codes(expand('zstd', Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0)).problems)).toEqual(['limit']);
});

test('a zstd block of 98,047 sequences of 65,539 bytes each, from 20 bytes, is refused at once', () => {
  const body = [0, 0xff, 0xff, 0xff, 0x54, 0, 0, 52, 0xff, 0xff, 0xff, 0xff, 1];
  const header = (body.length << 3) | (2 << 1) | 1;
  const { problems } = expand('zstd', join([0x28, 0xb5, 0x2f, 0xfd, 0, 0x38, header & 255, header >> 8, 0], body));
  expect(codes(problems)).toEqual(['malformed']);
});

test('XXH32: values of the reference implementation, in any pieces', () => {
  const text = utf8('Nobody inspects the spammish repetition');
  expect(xxh32(new Uint8Array(0))).toBe(0x02cc5d05);
  expect(xxh32(utf8('abc'))).toBe(0x32d153ff);
  expect(xxh32(text)).toBe(0xe2293b2f);
  for (let cut = 0; cut <= text.length; cut++) {
    const hash = new Xxh32();
    hash.update(text.subarray(0, cut));
    hash.update(text.subarray(cut));
    expect(hash.digest()).toBe(0xe2293b2f);
  }
});
