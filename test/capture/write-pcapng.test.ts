/** The pcapng writer: what it adds is there, and without it the file is the original again. */
import fc from 'fast-check';
import { latin1Bytes, utf8 } from '../../src/bytes/text.ts';
import { CaptureInput } from '../../src/capture/open.ts';
import { PcapReader } from '../../src/capture/pcap.ts';
import { PcapngReader } from '../../src/capture/pcapng.ts';
import { SecretsScan } from '../../src/capture/secrets-scan.ts';
import { type Additions, PcapngWriter } from '../../src/capture/write-pcapng.ts';
import { DEFAULT_LIMITS } from '../../src/limits.ts';
import { concat } from '../support/packets.ts';
import { codes, everyByte, patched, readAll } from './read.ts';
import { GZIP, PCAP, PCAPNG } from './samples.ts';

const SSHK = 0x5353484b;
const KEYLOG = utf8('00112233445566778899aabbccddeeff SHARED_SECRET 0102\n');
const SECRETS = [{ type: SSHK, data: KEYLOG }];
const UNSPECIFIED = new Array<number>(8).fill(0xff);

/** Blocks by hand, in either byte order. */
function blocks(little: boolean) {
  const int = (value: number, size: number): number[] => {
    const bytes = Array.from({ length: size }, (_, i) => Math.floor(value / 2 ** (8 * i)) & 255);
    return little ? bytes : bytes.reverse();
  };
  const [u16, u32] = [(v: number) => int(v, 2), (v: number) => int(v, 4)];
  const pad = (data: readonly number[]) => [...data, ...new Array<number>((4 - (data.length % 4)) % 4).fill(0)];
  const block = (type: number, ...body: number[]) =>
    Uint8Array.from([...u32(type), ...u32(pad(body).length + 12), ...pad(body), ...u32(pad(body).length + 12)]);
  const option = (code: number, data: readonly number[]) => [...u16(code), ...u16(data.length), ...pad(data)];
  return {
    u32,
    block,
    option,
    section: (length: readonly number[] = UNSPECIFIED) => block(0x0a0d0d0a, ...u32(0x1a2b3c4d), ...u16(1), ...u16(0), ...length),
    iface: (snapLength = 0) => block(1, ...u16(1), ...u16(0), ...u32(snapLength)),
    packet: (data: readonly number[], options: readonly number[] = []) =>
      block(6, ...u32(0), ...u32(7), ...u32(8), ...u32(data.length), ...u32(data.length + 5), ...pad(data), ...options),
    obsolete: (data: readonly number[], options: readonly number[] = []) =>
      block(2, ...u16(0), ...u16(9), ...u32(7), ...u32(8), ...u32(data.length), ...u32(data.length), ...pad(data), ...options),
    simple: (original: number, data: readonly number[]) => block(3, ...u32(original), ...pad(data)),
    secrets: (data: Uint8Array, type = SSHK) => block(10, ...u32(type), ...u32(data.length), ...data),
  };
}

const orders = [
  ['little-endian', blocks(true)],
  ['big-endian', blocks(false)],
] as const;
const [le, be] = [blocks(true), blocks(false)];

/** The copy of `file`, given in pieces that end at `cuts`, each in a buffer that is overwritten when it was used. */
function copyOf(file: Uint8Array, additions: Additions, cuts: readonly number[] = [], limits = DEFAULT_LIMITS) {
  const writer = new PcapngWriter(additions, limits);
  const out: Uint8Array[] = [];
  let at = 0;
  for (const end of [...[...cuts].sort((a, b) => a - b), file.length]) {
    const piece = file.slice(at, end);
    at = end;
    for (const bytes of writer.push(piece)) out.push(bytes.slice());
    piece.fill(0xee);
  }
  for (const bytes of writer.finish()) out.push(bytes.slice());
  return { file: concat(...out), problems: writer.problems, refusal: writer.refusal };
}

const commentsOf = (file: Uint8Array) => readAll(new PcapngReader(), file).frames.map((f) => f.comments);

test.each(orders)('secrets stand before the first packet, in the byte order of the section (%s)', (_, b) => {
  const before = concat(b.section(), b.block(4, 1, 2, 3, 4), b.iface());
  const after = concat(b.packet([1, 2, 3]), b.block(0x777, 9, 9), b.packet([4]), b.block(5, 0, 0, 0, 0));
  const { file, problems } = copyOf(concat(before, after), { secrets: SECRETS });
  expect(problems).toEqual([]);
  expect(file).toEqual(concat(before, b.secrets(KEYLOG), after));
  expect(readAll(new PcapngReader(), file).secrets).toMatchObject([{ type: SSHK, data: KEYLOG, offset: before.length }]);
});

test('of several sections the first one takes them, also when it has no packet', () => {
  const second = concat(le.section(), le.iface(), le.packet([4]));
  const full = concat(be.section(), be.iface(), be.packet([1]));
  const empty = concat(be.section(), be.iface());
  expect(copyOf(concat(full, second), { secrets: SECRETS }).file).toEqual(concat(empty, be.secrets(KEYLOG), be.packet([1]), second));
  expect(copyOf(concat(empty, second), { secrets: SECRETS }).file).toEqual(concat(empty, be.secrets(KEYLOG), second));
  expect(copyOf(empty, { secrets: SECRETS }).file).toEqual(concat(empty, be.secrets(KEYLOG)));
  const both = copyOf(full, { secrets: [...SECRETS, { type: 1, data: Uint8Array.of(5) }] });
  expect(both.file).toEqual(concat(empty, be.secrets(KEYLOG), be.secrets(Uint8Array.of(5), 1), be.packet([1])));
});

test.each(orders)('comments go behind the options that are there, whose bytes stay (%s)', (_, b) => {
  const flags = b.option(2, [1, 0, 0, 0]);
  const old = b.option(1, [...utf8('old')]);
  const end = b.option(0, []);
  const [hello, two] = [b.option(1, [...utf8('hällo')]), b.option(1, [...utf8('two')])];
  const file = (first: number[], second: number[], third: number[], fourth: number[]) =>
    concat(b.section(), b.iface(), b.packet([1, 2, 3], first), b.packet([4], second), b.obsolete([5, 6], third), b.packet([7], fourth));
  const comments = new Map([
    [1, ['hällo', 'two']],
    [2, ['two']],
    [3, ['hällo']],
    [4, ['two']],
    [9, ['of no frame']],
  ]);
  const original = file([], [...flags, ...old, ...end], [...old, ...end], [...flags]);
  const copy = copyOf(original, { comments });
  expect(copy.problems).toEqual([]);
  expect(copy.file).toEqual(file([...hello, ...two, ...end], [...flags, ...old, ...two, ...end], [...old, ...hello, ...end], [...flags, ...two, ...end]));
  expect(commentsOf(copy.file)).toEqual([['hällo', 'two'], ['old', 'two'], ['old', 'hällo'], ['two']]);
});

test.each(orders)('a simple packet with a comment becomes an enhanced one; without one it stays (%s)', (_, b) => {
  const simple = (n: number) => b.simple(n, [1, 2, 3, 4]);
  const original = concat(b.section(), b.iface(4), simple(3), simple(9), simple(9));
  const { file, problems } = copyOf(original, {
    comments: new Map([
      [1, ['a']],
      [3, ['c']],
    ]),
  });
  expect(problems).toEqual([]);
  const [was, now] = [original, file].map((f) => readAll(new PcapngReader(), f).frames);
  expect(now).toEqual(was?.map((f, i) => ({ ...f, ...(i === 1 ? {} : { comments: [i === 0 ? 'a' : 'c'] }) })));
  expect(file.subarray(0, 48)).toEqual(original.subarray(0, 48));
  const orphan = concat(b.section(), simple(3));
  const kept = copyOf(orphan, { comments: new Map([[1, ['a']]]) });
  expect([kept.file, codes(kept.problems)]).toEqual([orphan, ['malformed']]);
});

test('frames are counted as the reader counts them, over sections and over blocks that only take a number', () => {
  const file = concat(
    le.section(),
    le.iface(),
    le.packet([1]),
    le.block(0xbad, 1, 2, 3, 4),
    le.block(9, 1),
    be.section(),
    be.iface(),
    be.packet([2]),
    be.packet([3]),
  );
  const numbers = readAll(new PcapngReader(), file).frames.map((f) => f.number);
  expect(numbers).toEqual([1, 4, 5]);
  const copy = copyOf(file, { comments: new Map([[4, ['here']]]) }).file;
  expect(commentsOf(copy)).toEqual([undefined, ['here'], undefined]);
});

test('the length of a section that grows is given up; that of others stays', () => {
  const length = (n: number) => [n, 0, 0, 0, 0, 0, 0, 0];
  const file = concat(le.section(length(56)), le.iface(), le.packet([1]), le.section(length(56)), le.iface(), le.packet([2]));
  const copy = copyOf(file, { secrets: SECRETS }).file;
  expect(copy).toEqual(concat(le.section(), le.iface(), le.secrets(KEYLOG), le.packet([1]), le.section(length(56)), le.iface(), le.packet([2])));
  expect(copyOf(file, { comments: new Map([[2, ['x']]]) }).file.subarray(16, 24)).toEqual(Uint8Array.from(UNSPECIFIED));
});

test('a comment that is too long for an option is cut between characters, and that is told', () => {
  const file = concat(le.section(), le.iface(), le.packet([1]));
  const copy = copyOf(file, { comments: new Map([[1, [`${'x'.repeat(65_534)}ä`]]]) });
  expect(codes(copy.problems)).toEqual(['limit']);
  expect(commentsOf(copy.file)).toEqual([['x'.repeat(65_534)]]);
});

const SAMPLE = concat(PCAPNG, be.section(), be.iface(8), be.block(0x777, 1, 2, 3, 4, 5), be.simple(3, [1, 2, 3]), be.packet([9], be.option(1, [65])));
const ALL: Additions = { secrets: SECRETS, comments: new Map([1, 2, 7, 8].map((n) => [n, [`comment of ${n}`]])) };

test('a file of editcap, cut anywhere, gives the same copy, with the same frames', () => {
  const whole = copyOf(SAMPLE, ALL);
  expect(whole.problems).toEqual([]);
  expect(copyOf(SAMPLE, ALL, everyByte(SAMPLE))).toEqual(whole);
  fc.assert(
    fc.property(fc.array(fc.nat(SAMPLE.length)), (cuts) => expect(copyOf(SAMPLE, ALL, cuts)).toEqual(whole)),
    { seed: 5, numRuns: 50 },
  );
  const [was, now] = [SAMPLE, whole.file].map((f) => readAll(new PcapngReader(), f));
  expect(now?.problems).toEqual([]);
  const added = (n: number) => (ALL.comments?.has(n) ? [`comment of ${n}`] : []);
  const expected = was?.frames.map(({ comments = [], ...f }) => ({ ...f, comments: [...comments, ...added(f.number)] }));
  expect(now?.frames.map(({ comments = [], ...f }) => ({ ...f, comments }))).toEqual(expected);
});

test('with nothing to add any file is copied byte for byte, however broken', () => {
  expect(copyOf(SAMPLE, {})).toEqual({ file: SAMPLE, problems: [], refusal: undefined });
  const broken = fc.tuple(
    fc.nat(SAMPLE.length),
    fc.array(fc.tuple(fc.integer({ min: 12, max: SAMPLE.length - 1 }), fc.nat(255)), { maxLength: 6 }),
    fc.array(fc.nat(SAMPLE.length)),
  );
  fc.assert(
    fc.property(broken, ([length, changes, cuts]) => {
      const file = SAMPLE.slice(0, Math.max(12, length));
      for (const [at, value] of changes) if (at < file.length) file[at] = value;
      expect(
        copyOf(
          file,
          {},
          cuts.filter((c) => c <= file.length),
        ).file,
      ).toEqual(file);
      // With additions it may not be told apart any more, but no byte of it is lost.
      expect(copyOf(file, ALL).file.length).toBeGreaterThanOrEqual(file.length);
    }),
    { seed: 7, numRuns: 300 },
  );
});

test('from where blocks cannot be told apart the rest is copied as it is, and what could not be added is told', () => {
  const start = concat(le.section(), le.iface());
  const bad = concat(start, patched(le.packet([1]), 4, 3), le.packet([2]));
  expect(copyOf(bad, { comments: new Map([[1, ['x']]]) })).toMatchObject({ file: bad, problems: [{ code: 'malformed', offset: start.length }] });
  const lost = copyOf(bad, { secrets: SECRETS });
  expect([lost.file, codes(lost.problems)]).toEqual([bad, ['malformed', 'malformed']]);
  const cut = concat(start, le.packet([1])).subarray(0, start.length + 20);
  expect(copyOf(cut, { comments: new Map([[1, ['x']]]) })).toMatchObject({ file: cut, problems: [{ code: 'truncated' }] });
  const huge = concat(start, le.packet(new Array(3000).fill(1)));
  const limited = copyOf(huge, { comments: new Map([[1, ['x']]]) }, [], { ...DEFAULT_LIMITS, blockBytes: 2000 });
  expect([limited.file, codes(limited.problems)]).toEqual([huge, ['limit']]);
  const lying = concat(start, patched(le.packet([1]), 20, 255, 255, 255, 255));
  const kept = copyOf(lying, { comments: new Map([[1, ['x']]]) });
  expect([kept.file, codes(kept.problems)]).toEqual([lying, ['malformed']]);
});

test('a block that nobody changes goes through however large, and is never held', () => {
  const writer = new PcapngWriter(ALL);
  const out = (piece: Uint8Array) => [...writer.push(piece)].reduce((n, b) => n + b.length, 0);
  out(concat(le.section(), le.iface(), new Uint8Array(600)).subarray(0, 48));
  let size = out(Uint8Array.from([...le.u32(0x777), ...le.u32(3_000_000_000), 0, 0, 0, 0]));
  const piece = new Uint8Array(3_000_000);
  for (let i = 0; i < 1000; i++) size += out(i === 999 ? piece.subarray(12) : piece);
  expect(size).toBe(3_000_000_000);
  expect([...writer.push(le.packet([1]))].length).toBeGreaterThan(1);
});

// --- classic pcap

/** PCAP by hand in another byte order and resolution, with an FCS of 4 bytes if asked for. */
function rewritten(little: boolean, nanos: boolean, fcs: boolean): Uint8Array {
  const from = new DataView(PCAP.buffer, PCAP.byteOffset, PCAP.length);
  const out = PCAP.slice();
  const to = new DataView(out.buffer);
  to.setUint32(0, nanos ? 0xa1b23c4d : 0xa1b2c3d4, little);
  to.setUint16(4, 2, little);
  to.setUint16(6, 4, little);
  for (const at of [8, 12, 16]) to.setUint32(at, from.getUint32(at, true), little);
  to.setUint32(20, (from.getUint32(20, true) | (fcs ? 0x24000000 : 0)) >>> 0, little);
  for (let at = 24; at < PCAP.length; at += 16 + from.getUint32(at + 8, true)) {
    const unit = nanos ? 1000 : 1;
    for (const [i, scale] of [1, unit, 1, 1].entries()) to.setUint32(at + 4 * i, from.getUint32(at + 4 * i, true) * scale + (nanos && i === 1 ? 7 : 0), little);
  }
  return out;
}

test.each([
  [true, false, false],
  [false, false, false],
  [true, true, false],
  [false, true, true],
  [true, false, true],
])('classic pcap becomes pcapng with the same frames (little-endian %s, nanoseconds %s, FCS %s)', (little, nanos, fcs) => {
  const pcap = rewritten(little, nanos, fcs);
  const was = readAll(new PcapReader(), pcap);
  expect(was.frames).toHaveLength(6);
  const { file, problems } = copyOf(pcap, ALL, [30, 200]);
  expect(problems).toEqual([]);
  const now = readAll(new PcapngReader(), file);
  expect(now.problems).toEqual([]);
  expect(now.frames.map(({ comments, ...f }) => f)).toEqual(was.frames);
  expect(now.frames.map((f) => f.comments?.[0])).toEqual(['comment of 1', 'comment of 2', undefined, undefined, undefined, undefined]);
  expect(now.secrets).toMatchObject([{ data: KEYLOG }]);
  // The snap length stands in the interface description, behind the section header of 28 bytes.
  expect(new DataView(file.buffer).getUint32(28 + 12, little)).toBe(new DataView(pcap.buffer).getUint32(16, little));
  // The bytes of the FCS are in the file, though they are no payload.
  const raw = readAll(new PcapReader(DEFAULT_LIMITS, true), pcap).frames;
  expect(raw[0]?.data.length).toBe((was.frames[0]?.data.length ?? 0) + (fcs ? 8 : 0));
  expect(Buffer.from(file).toString('hex')).toContain(raw[0]?.data);
});

test('compressed captures are decompressed; what is no capture is refused', () => {
  expect(copyOf(GZIP, ALL)).toEqual(copyOf(PCAP, ALL));
  expect(copyOf(GZIP, ALL, everyByte(GZIP)).file).toEqual(copyOf(PCAP, ALL).file);
  expect(copyOf(latin1Bytes('no capture at all'), ALL)).toMatchObject({
    file: new Uint8Array(0),
    refusal: { message: 'is a text file, which sshark does not read' },
  });
  expect(copyOf(new Uint8Array(0), ALL).refusal?.message).toBe('is empty');
  const short = copyOf(PCAP.subarray(0, PCAP.length - 3), {});
  expect(codes(short.problems)).toEqual(['truncated']);
});

// --- the scan for secrets

test('the scan finds the blocks that the reader finds, wherever they stand and however the file is cut', () => {
  const file = concat(SAMPLE, be.secrets(KEYLOG), le.section(), le.iface(), le.packet([1]), le.secrets(KEYLOG, 1), le.block(0x777, 1), le.secrets(KEYLOG));
  const read = readAll(new PcapngReader(), file);
  expect(read.problems).toEqual([]);
  expect(read.secrets).toHaveLength(4);
  for (const cuts of [[], everyByte(file)]) {
    const scan = new SecretsScan();
    let at = 0;
    for (const end of [...cuts, file.length]) {
      scan.push(file.slice(at, end));
      at = end;
    }
    expect(scan.blocks).toEqual(read.secrets);
    expect(scan.stopped).toBe(false);
  }
});

test('the scan stops at what is no pcapng, and leaves out what does not fit', () => {
  for (const file of [PCAP, GZIP, concat(le.section(), patched(le.packet([1]), 4, 3), le.secrets(KEYLOG))]) {
    const scan = new SecretsScan();
    scan.push(file);
    expect([scan.stopped, scan.blocks]).toEqual([true, []]);
  }
  const scan = new SecretsScan({ ...DEFAULT_LIMITS, blockBytes: 100 });
  scan.push(concat(le.section(), patched(le.secrets(KEYLOG), 12, 255), le.secrets(KEYLOG), le.secrets(KEYLOG)));
  expect(scan.blocks).toHaveLength(1);
  const input = new CaptureInput({ ...DEFAULT_LIMITS, blockBytes: 100 });
  const file = concat(le.section(), patched(le.secrets(KEYLOG), 12, 255), le.secrets(KEYLOG), le.secrets(KEYLOG));
  const read = readAll(input, file);
  expect([read.frames, read.secrets]).toEqual([[], scan.blocks]);
});
