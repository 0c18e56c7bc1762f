import fc from 'fast-check';
import { latin1, utf8 } from '../../src/bytes/text.ts';
import type { FrameTaker } from '../../src/capture/frame.ts';
import { PcapReader } from '../../src/capture/pcap.ts';
import { PcapngReader } from '../../src/capture/pcapng.ts';
import { clockOf, momentOf } from '../../src/capture/pcapng-interface.ts';
import { DEFAULT_LIMITS } from '../../src/limits.ts';
import { codes, everyByte, patched, pushed, readAll } from './read.ts';
import { join, PCAP, PCAPNG } from './samples.ts';

const read = (file: Uint8Array, cuts: readonly number[] = []) => readAll(new PcapngReader(), file, cuts);

/** Builders of blocks in either byte order. */
function blocks(little: boolean) {
  const int = (value: number, size: number): number[] => {
    const bytes = Array.from({ length: size }, (_, i) => (value / 2 ** (8 * i)) & 255);
    return little ? bytes : bytes.reverse();
  };
  const u16 = (v: number) => int(v, 2);
  const u32 = (v: number) => int(v, 4);
  const pad = (data: readonly number[]) => [...data, ...new Array<number>((4 - (data.length % 4)) % 4).fill(0)];
  const block = (type: number, ...body: number[]): number[] => {
    const length = pad(body).length + 12;
    return [...u32(type), ...u32(length), ...pad(body), ...u32(length)];
  };
  const option = (code: number, data: readonly number[]) => [...u16(code), ...u16(data.length), ...pad(data)];
  return {
    u16,
    u32,
    block,
    option,
    section: (length: readonly number[] = [255, 255, 255, 255, 255, 255, 255, 255]) => block(0x0a0d0d0a, ...u32(0x1a2b3c4d), ...u16(1), ...u16(0), ...length),
    iface: (linkType = 1, snapLength = 0, options: readonly number[] = []) => block(1, ...u16(linkType), ...u16(0), ...u32(snapLength), ...options),
    packet: (id: number, high: number, low: number, data: readonly number[], options: readonly number[] = [], original = data.length) =>
      block(6, ...u32(id), ...u32(high), ...u32(low), ...u32(data.length), ...u32(original), ...pad(data), ...options),
    obsolete: (id: number, drops: number, high: number, low: number, data: readonly number[], options: readonly number[] = []) =>
      block(2, ...u16(id), ...u16(drops), ...u32(high), ...u32(low), ...u32(data.length), ...u32(data.length), ...pad(data), ...options),
    simple: (original: number, data: readonly number[]) => block(3, ...u32(original), ...data),
  };
}

const le = blocks(true);
const be = blocks(false);
const bytes = (...parts: readonly number[][]): Uint8Array => Uint8Array.from(parts.flat());
const [high, low] = [Math.floor(1795335960606264 / 2 ** 32), 1795335960606264 % 2 ** 32];

test('frames are those of the classic file, with the comments and the secrets that editcap put in', () => {
  const { frames, problems, secrets } = readAll(new PcapngReader(), PCAPNG);
  const classic = readAll(new PcapReader(), PCAP).frames;
  expect(problems).toEqual([]);
  expect(frames.map(({ comments, ...f }) => f)).toEqual(classic);
  expect(frames.map((f) => f.comments)).toEqual([undefined, ['hello, "world"'], undefined, ['zwölf'], undefined, undefined]);
  expect(secrets).toMatchObject([{ type: 0x5353484b }]);
  expect(latin1(secrets[0]?.data ?? new Uint8Array(0))).toContain('SHARED_SECRET 0102030405060708');
});

test('both byte orders, each section its own, with its own interfaces', () => {
  const file = bytes(
    le.section(),
    le.iface(1),
    le.iface(101),
    le.packet(1, high, low, [1, 2, 3]),
    be.section(new Array(8).fill(0x7f)),
    be.iface(113),
    be.packet(0, high, low, [4, 5]),
    be.packet(1, high, low, [6]),
    le.section([1, 0, 0, 0, 0, 0, 0, 0]),
    le.iface(12),
    le.packet(0, high, low, [7]),
  );
  const { frames, problems } = read(file);
  expect(frames.map((f) => [f.number, f.interfaceId, f.linkType, f.data, f.seconds, f.nanos])).toEqual([
    [1, 1, 101, '010203', 1795335960, 606264000],
    [2, 0, 113, '0405', 1795335960, 606264000],
    [4, 0, 12, '07', 1795335960, 606264000],
  ]);
  expect(problems).toMatchObject([{ code: 'malformed', message: 'frame 3 is of interface 1, which its section does not describe' }]);
  expect(read(file, everyByte(file))).toEqual({ frames, problems, secrets: [] });
});

test('simple and obsolete packets', () => {
  const file = bytes(
    le.section(),
    le.iface(1, 4),
    le.simple(3, [1, 2, 3, 0]),
    le.simple(9, [1, 2, 3, 4]),
    le.obsolete(0, 0xffff, high, low, [9, 9], [...le.option(1, [...utf8('old')]), ...le.option(0, [])]),
    le.simple(9, []),
  );
  const { frames, problems } = read(file);
  expect(frames.map((f) => [f.data, f.originalLength, f.seconds, f.comments])).toEqual([
    ['010203', 3, 0, undefined],
    ['01020304', 9, 0, undefined],
    ['0909', 2, 1795335960, ['old']],
    ['', 9, 0, undefined],
  ]);
  expect(codes(problems)).toEqual(['malformed']);
});

test('other blocks are stepped over; those that Wireshark numbers take a number', () => {
  const frame = le.packet(0, high, low, [1]);
  const file = bytes(
    le.section(),
    le.iface(),
    frame,
    le.block(4, ...new Array(40).fill(255)),
    le.block(5, 0, 0, 0, 0),
    le.block(0x777, 1),
    frame,
    le.block(0xbad, 1, 2, 3, 4, 5),
    frame,
    le.block(0x40000bad, 1, 2, 3, 4),
    frame,
    le.block(9, 1),
    frame,
  );
  // tshark 4.0 numbers the packets of such a file 1, 2, 4, 6 and 8.
  expect(read(file).frames.map((f) => f.number)).toEqual([1, 2, 4, 6, 8]);
  expect(read(file, everyByte(file)).frames.map((f) => f.number)).toEqual([1, 2, 4, 6, 8]);
});

test('a block that nobody reads is stepped over however large, and never held', () => {
  const reader = new PcapngReader();
  pushed(reader, bytes(le.section(), le.iface()));
  const size = 3_000_000_000;
  pushed(reader, bytes([...le.u32(0x777), ...le.u32(size)]));
  const piece = new Uint8Array(1_000_000);
  for (let i = 0; i < 3000; i++) pushed(reader, i === 2999 ? piece.subarray(8) : piece);
  expect(pushed(reader, bytes(le.packet(0, high, low, [1])))).toHaveLength(1);
  reader.finish();
  expect(reader.problems).toEqual([]);
});

test.each([
  // Resolution, offset in seconds, units since 1970, and the moment.
  ['microseconds', 6, 0, 1795335960606264n, 1795335960, 606264000],
  ['seconds', 0, 0, 1795335960n, 1795335960, 0],
  ['milliseconds', 3, 0, 1795335960606n, 1795335960, 606000000],
  ['nanoseconds', 9, 0, 1795335960606264987n, 1795335960, 606264987],
  ['the largest count of nanoseconds', 9, 0, 0xffffffffffffffffn, 18446744073, 709551615],
  ['picoseconds', 12, 0, 12345678901234567890n, 12345678, 901234567],
  ['attoseconds', 18, 0, 1999999999999999999n, 1, 999999999],
  ['an absurd power of ten', 127, 0, 0xffffffffffffffffn, 0, 0],
  ['2^-1', 0x81, 0, 7n, 3, 500000000],
  ['2^-10', 0x8a, 0, 1025n, 1, 976562],
  ['2^-32 (NTP)', 0xa0, 0, (1795335960n << 32n) | 0x80000000n, 1795335960, 500000000],
  ['2^-63', 0xbf, 0, 0xc000000000000000n, 1, 500000000],
  ['an absurd power of two', 0xff, 0, 0xffffffffffffffffn, 0, 0],
  ['an offset', 6, 1000, 1500000n, 1001, 500000000],
  ['a negative offset', 6, -2, 1500000n, -1, 500000000],
] as const)('times in %s', (_, resolution, offset, units, seconds, nanos) => {
  expect(momentOf(clockOf(resolution, offset), Number(units >> 32n), Number(units & 0xffffffffn))).toEqual({ seconds, nanos });
});

test('times are exact for any count of a decimal unit', () => {
  fc.assert(
    fc.property(fc.nat(9), fc.bigInt({ min: 0n, max: 0xffffffffffffffffn }), fc.nat(63), fc.boolean(), (exponent, any, shift, edge) => {
      const size = any >> BigInt(shift);
      // One unit before a full second the quotient is as close to a whole number as it can be.
      const second = 10n ** BigInt(exponent);
      const units = edge && size >= second ? size - (size % second) - 1n : size;
      const { seconds, nanos } = momentOf(clockOf(exponent, 0), Number(units >> 32n), Number(units & 0xffffffffn));
      const total = units * 10n ** BigInt(9 - exponent);
      expect(seconds).toBe(Number(total / 1000000000n));
      expect(nanos).toBe(Number(total % 1000000000n));
    }),
    { seed: 3, numRuns: 3000 },
  );
});

test('the options of an interface: resolution, offset, FCS length', () => {
  const options = [
    ...le.option(9, [9]),
    ...le.option(14, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
    ...le.option(13, [4]),
    ...le.option(0, []),
    1,
    2,
    3,
    4,
  ];
  const file = bytes(le.section(), le.iface(1, 0, options), le.packet(0, 0, 5, [1, 2, 3, 4, 5, 6]), le.packet(0, 0, 5, [1, 2], [], 9));
  expect(read(file).frames).toMatchObject([
    { seconds: -1, nanos: 5, data: '0102', originalLength: 2 },
    { data: '0102', originalLength: 5 },
  ]);
  // The flags of a packet go before its interface: 2 bytes of FCS.
  const flags = bytes(
    le.section(),
    le.iface(1, 0, options),
    le.packet(0, 0, 5, [1, 2, 3, 4, 5, 6], [...le.option(2, [2 << 5, 0, 0, 0]), ...le.option(1, [0x61]), ...le.option(1, [0xff])]),
  );
  expect(read(flags).frames).toMatchObject([{ data: '01020304', comments: ['a', 'ÿ'] }]);
  const wrong = bytes(le.section(), le.iface(1, 0, [...le.option(9, [1, 2]), ...le.option(14, [0, 0, 0, 0, 0, 0, 0, 0x7f])]), le.packet(0, high, low, [1]));
  expect(codes(read(wrong).problems)).toEqual(['malformed', 'malformed']);
  expect(read(wrong).frames[0]).toMatchObject({ seconds: 1795335960, nanos: 606264000 });
});

test('an option that runs over its block: what came before it counts', () => {
  const broken = [...le.option(1, [0x61]), ...le.u16(1), ...le.u16(400), 1, 2, 3, 4];
  const { frames, problems } = read(bytes(le.section(), le.iface(1, 0, broken), le.packet(0, high, low, [1], broken), le.packet(0, high, low, [2])));
  expect(frames.map((f) => [f.data, f.comments])).toEqual([
    ['01', ['a']],
    ['02', undefined],
  ]);
  expect(problems).toMatchObject([{ code: 'malformed', offset: 28 }, { code: 'malformed' }]);
});

const start = bytes(le.section(), le.iface(), le.packet(0, high, low, [1]));
const after = bytes(le.packet(0, high, low, [2]));
const lying = (at: number, ...value: number[]): Uint8Array => patched(join(start, after, after), start.length + at, ...value);

test.each([
  ['of 0', lying(4, 0, 0, 0, 0)],
  ['of 8', lying(4, 8, 0, 0, 0)],
  ['odd', lying(4, 37, 0, 0, 0)],
  ['too short for a packet', lying(4, 28, 0, 0, 0)],
  ['of 4 GiB', lying(4, 0xfc, 0xff, 0xff, 0xff)],
  ['in a section header without a byte order', join(start, le.block(0x0a0d0d0a, 1, 2, 3, 4, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))],
])('a block length %s ends the file there, and what came before counts', (_, file) => {
  for (const cuts of [[], everyByte(file)]) {
    const reader = new PcapngReader();
    const { frames, problems } = readAll(reader, file, cuts);
    expect(frames.map((f) => f.data)).toEqual(['01']);
    expect(problems).toMatchObject([{ code: 'malformed', offset: start.length }]);
    expect(reader.stopped).toBe(true);
  }
});

test.each([
  ['a captured length beyond its block', lying(20, 5, 0, 0, 0), ['01', '02']],
  ['a captured length of 0xffffffff', lying(20, 255, 255, 255, 255), ['01', '02']],
  ['an interface that is not there', lying(8, 1, 0, 0, 0), ['01', '02']],
  ['another length at the end', lying(32, 9, 0, 0, 0), ['01', '02', '02']],
])('%s is one problem, and the next block is read', (_, file, data) => {
  const { frames, problems } = read(file);
  expect(frames.map((f) => f.data)).toEqual(data);
  expect(problems).toMatchObject([{ code: 'malformed', offset: start.length }]);
});

test('a cut at any byte keeps the frames before it and says truncated', () => {
  const whole = read(PCAPNG).frames;
  const ends = new Set<number>();
  const view = new DataView(PCAPNG.buffer, PCAPNG.byteOffset);
  for (let at = 0; at < PCAPNG.length; at += view.getUint32(at + 4, true)) ends.add(at);
  for (let n = 1; n < PCAPNG.length; n++) {
    const { frames, problems } = read(PCAPNG.subarray(0, n));
    expect(frames).toEqual(whole.slice(0, frames.length));
    if (ends.has(n)) expect(problems).toEqual([]);
    else expect(problems).toMatchObject([{ code: 'truncated', offset: Math.max(...[...ends].filter((e) => e < n)) }]);
  }
});

test('any pieces give the same', () => {
  const whole = read(PCAPNG);
  expect(read(PCAPNG, everyByte(PCAPNG))).toEqual(whole);
  fc.assert(
    fc.property(fc.array(fc.nat(PCAPNG.length)), (cuts) => {
      expect(read(PCAPNG, cuts)).toEqual(whole);
    }),
    { seed: 4, numRuns: 200 },
  );
});

test('interfaces, secrets and problems are held within limits, and it is said', () => {
  const limits = { ...DEFAULT_LIMITS, interfaces: 2, blockBytes: 100, problems: 3 };
  const many = bytes(le.section(), le.iface(), le.iface(), le.iface(), le.packet(2, high, low, [1]));
  expect(codes(readAll(new PcapngReader(limits), many).problems)).toEqual(['limit', 'malformed']);
  const secret = le.block(10, ...le.u32(0x5353484b), ...le.u32(60), ...new Array(60).fill(1));
  const two = readAll(new PcapngReader(limits), bytes(le.section(), secret, secret));
  expect(codes(two.problems)).toEqual(['limit']);
  expect(two.secrets).toHaveLength(1);
  // However short they are, they cost something.
  const short = le.block(10, ...le.u32(0x5353484b), ...le.u32(0));
  const few = readAll(new PcapngReader({ ...limits, blockBytes: 5000 }), bytes(le.section(), short, short, short, short));
  expect(codes(few.problems)).toEqual(['limit']);
  expect(few.secrets).toHaveLength(3);
  const packets = new Array(9).fill(le.packet(7, high, low, [1]));
  expect(codes(readAll(new PcapngReader(limits), bytes(le.section(), ...packets)).problems)).toEqual(['malformed', 'malformed', 'malformed', 'limit']);
  const lie = bytes(le.section(), le.block(10, ...le.u32(0x5353484b), ...le.u32(61), ...new Array(60).fill(1)));
  expect(codes(readAll(new PcapngReader(limits), lie).problems)).toEqual(['malformed']);
});

test('changed bytes never throw', () => {
  const change = fc.tuple(fc.nat(PCAPNG.length - 1), fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 4, 127, 128, 255)));
  fc.assert(
    fc.property(fc.array(change, { maxLength: 4 }), fc.array(fc.nat(PCAPNG.length), { maxLength: 3 }), (changes, cuts) => {
      const file = PCAPNG.slice();
      for (const [at, value] of changes) file[at] = value;
      for (const f of read(file, cuts).frames) expect(f.nanos >= 0 && f.nanos < 1e9).toBe(true);
    }),
    { seed: 5, numRuns: 500 },
  );
});

test('secrets that stand behind the frames of a piece are known when these are taken', () => {
  const reader = new PcapngReader();
  const known: number[] = [];
  let told = 0;
  const taker: FrameTaker = {
    take: () => known.push(told),
    secrets: (blocks) => {
      told = blocks.length;
    },
  };
  const secrets = le.block(10, ...le.u32(0x5353484b), ...le.u32(4), 1, 2, 3, 4);
  reader.push(bytes(le.section(), le.iface(), le.packet(0, high, low, [1]), secrets), taker);
  reader.push(bytes(le.packet(0, high, low, [2]), secrets, le.packet(0, high, low, [3])), taker);
  expect(known).toEqual([1, 2, 2]);
  expect(reader.problems).toEqual([]);
});
