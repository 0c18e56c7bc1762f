import { gzipSync } from 'node:zlib';
import { toHex } from '../../src/bytes/hex.ts';
import { utf8 } from '../../src/bytes/text.ts';
import type { Frame, SecretsBlock } from '../../src/capture/frame.ts';
import { CaptureInput } from '../../src/capture/open.ts';
import { everyByte, pushed, type ReadFrame, readAll } from './read.ts';
import { GZIP, GZIP_MEMBERS, join, LZ4, LZ4_LEGACY, PCAP, PCAP_MODIFIED, PCAPNG, ZSTD, ZSTD_FRAMES } from './samples.ts';

const numbers = (frames: readonly ReadFrame[]) => frames.map((f) => f.number);
const plain = readAll(new CaptureInput(), PCAP).frames;

test.each([
  ['pcap', undefined, PCAP],
  ['modified pcap', undefined, PCAP_MODIFIED],
  ['pcapng', undefined, PCAPNG],
  ['pcap', 'gzip', GZIP],
  ['pcap', 'gzip', GZIP_MEMBERS],
  ['pcap', 'zstd', ZSTD],
  ['pcap', 'zstd', ZSTD_FRAMES],
  ['pcap', 'lz4', LZ4],
  ['pcap', 'lz4', LZ4_LEGACY],
  ['pcapng', 'gzip', new Uint8Array(gzipSync(PCAPNG))],
] as const)('%s in %s', (format, compression, file) => {
  for (const cuts of [[], everyByte(file), [1, 5, 11]]) {
    const input = new CaptureInput();
    const { frames, problems, secrets } = readAll(input, file, cuts);
    expect(frames.map(({ comments, ...f }) => f)).toEqual(plain);
    expect(problems).toEqual([]);
    expect(input).toMatchObject({ format, compression, bytesRead: file.length, refusal: undefined });
    expect(secrets).toHaveLength(format === 'pcapng' ? 1 : 0);
  }
});

test('the first packet of a live capture is there as soon as its last byte is', () => {
  const input = new CaptureInput();
  expect(pushed(input, PCAP.slice(0, 24))).toHaveLength(0);
  expect(pushed(input, PCAP.slice(24, 24 + 90))).toHaveLength(1);
});

test.each([
  ['empty', new Uint8Array(0), 'is empty'],
  ['two bytes', Uint8Array.of(0xa1, 0xb2), 'is too short to be a capture'],
  ['snoop', utf8('snoop\0\0\0\0\0\0\x02\0\0\0\x04'), 'is a snoop capture (Solaris), which sshark does not read'],
  ['random', Uint8Array.from({ length: 2000 }, (_, i) => (i * 7919) >> 3), 'is not a capture file'],
  ['gzip twice', new Uint8Array(gzipSync(GZIP)), 'is gzip-compressed, and what is in it is compressed with gzip again; sshark undoes one compression only'],
  ['gzip of text', new Uint8Array(gzipSync('hello')), 'is gzip-compressed, and what is in it is a text file, which sshark does not read'],
  ['gzip of nothing', new Uint8Array(gzipSync('')), 'is gzip-compressed, and what is in it is empty'],
  ['broken gzip', Uint8Array.of(0x1f, 0x8b, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9), 'holds no capture that can be read: gzip data: unknown compression method'],
  ['a gzip header', GZIP.subarray(0, 10), 'holds no capture that can be read: gzip data: the file ends inside a member'],
])('%s is refused', (_, file, message) => {
  for (const cuts of [[], everyByte(file)]) {
    const input = new CaptureInput();
    const { frames } = readAll(input, file, cuts);
    expect(frames).toEqual([]);
    expect(input.refusal?.message).toBe(message);
    expect(input.stopped).toBe(true);
  }
});

test('a broken compression keeps the frames before it, and offsets inside it are said to be so', () => {
  const cut = readAll(new CaptureInput(), GZIP.subarray(0, 200));
  expect(cut.frames).toEqual(plain.slice(0, cut.frames.length));
  expect(cut.frames.length).toBeGreaterThan(0);
  expect(cut.problems).toMatchObject([{ code: 'truncated', offset: 200 }, { code: 'truncated' }]);
  expect(cut.problems[1]?.message).toContain('(offset in the decompressed data)');
  const tail = readAll(new CaptureInput(), join(LZ4, utf8('garbage')));
  expect(tail.frames).toEqual(plain);
  expect(tail.problems).toMatchObject([{ code: 'trailing', offset: LZ4.length }]);
});

test('a Buffer of Node is as good as any bytes', () => {
  const input = new CaptureInput();
  const piece = Buffer.from(PCAPNG);
  const frames: Frame[] = [];
  const secrets: SecretsBlock[] = [];
  input.push(piece, { take: (frame) => frames.push({ ...frame }), secrets: (blocks) => secrets.push(...blocks) });
  expect(frames[0]?.buffer.constructor).toBe(Uint8Array);
  piece.fill(0);
  expect(secrets[0]?.data[0]).not.toBe(0);
});

test.each([
  ['pcap', PCAP],
  ['pcapng', PCAPNG],
])('%s: frames that the taker wants nothing of are counted, and the others are the same', (_, file) => {
  const read = readAll(new CaptureInput(), file).frames;
  for (const cuts of [[], everyByte(file), [1, 5, 100]]) {
    for (const skipped of [() => true, (n: number) => n % 2 === 0, (n: number) => n % 3 !== 0]) {
      const input = new CaptureInput();
      const taken: number[] = [];
      const passed: number[] = [];
      let at = 0;
      for (const end of [...cuts, file.length]) {
        input.push(file.slice(at, end), {
          take: (frame) => taken.push(frame.number),
          skips: (buffer, start, stop, linkType, number) => {
            const frame = read[number - 1];
            expect([toHex(buffer.subarray(start, stop)), linkType]).toEqual([frame?.data, frame?.linkType]);
            if (skipped(number)) passed.push(number);
            return skipped(number);
          },
        });
        at = end;
      }
      input.finish();
      expect([...taken, ...passed].sort((a, b) => a - b)).toEqual(numbers(read));
      expect(input.problems).toEqual([]);
      // A frame that lies across two pieces is not asked about, nor is a block with options: here those with comments.
      if (cuts.length === 0) expect(passed).toEqual(numbers(read.filter((f) => f.comments === undefined)).filter(skipped));
    }
  }
});
