/** Ethernet, IP and TCP taken off together come to the same as one by one. */
import fc from 'fast-check';
import type { Frame } from '../../src/capture/frame.ts';
import { DEFAULT_LIMITS } from '../../src/limits.ts';
import { ETHERNET, LINK_TYPE, Packet } from '../../src/net/packet.ts';
import { SegmentReader } from '../../src/net/reader.ts';
import type { Segment } from '../../src/net/segment.ts';
import { Tally } from '../../src/net/tally.ts';
import { takeUsual } from '../../src/net/usual.ts';

const ETHERNET_LENGTH = 14;
/** LINKTYPE_IPV4 and LINKTYPE_IPV6: no link header, so that the headers are taken off one by one. */
const BARE = { 4: 228, 6: 229 } as const;

type Change = readonly [offset: number, value: number];

/** A frame whose TCP header stands at `tcp`, with `payload` bytes and the headers that `fill` writes; bytes of it at offsets are then set to others. */
function madeFrame(tcp: number, payload: number, fill: (bytes: Uint8Array, view: DataView) => void, changes: readonly Change[]): Uint8Array {
  const bytes = Uint8Array.from({ length: tcp + 20 + payload }, (_, i) => (i * 37) & 0xff);
  fill(bytes, new DataView(bytes.buffer));
  bytes[tcp + 12] = 0x50;
  for (const [offset, value] of changes) if (offset < bytes.length) bytes[offset] = value;
  return bytes;
}

/** Ethernet, IPv4 and TCP. */
function frameOf(payload: number, changes: readonly Change[]): Uint8Array {
  const fill = (bytes: Uint8Array, view: DataView) => {
    view.setUint16(12, 0x0800);
    bytes[14] = 0x45;
    view.setUint16(16, 40 + payload);
    view.setUint16(20, 0x4000);
    bytes[23] = 6;
  };
  return madeFrame(34, payload, fill, changes);
}

/** The same with IPv6. */
function ipv6FrameOf(payload: number, changes: readonly Change[]): Uint8Array {
  const fill = (bytes: Uint8Array, view: DataView) => {
    view.setUint16(12, 0x86dd);
    bytes[14] = 0x60;
    view.setUint16(18, 20 + payload);
    bytes[20] = 6;
  };
  return madeFrame(54, payload, fill, changes);
}

/** What is read of `bytes[skip..end)` of a buffer in which something stands before and behind. */
function read(bytes: Uint8Array, skip: number, linkType: number, cut: number, original: number) {
  const buffer = new Uint8Array(bytes.length + 20).fill(0x45);
  buffer.set(bytes, 7);
  const end = Math.max(7 + skip, 7 + bytes.length - cut);
  const reader = new SegmentReader(DEFAULT_LIMITS);
  const frame: Frame = {
    number: 3,
    seconds: 4,
    nanos: 5,
    interfaceId: 0,
    linkType,
    buffer,
    start: 7 + skip,
    end,
    originalLength: original,
    comments: undefined,
  };
  const s = reader.read(frame);
  const { problems } = reader;
  if (s === undefined) return { problems };
  const { source, destination, sourcePort, destinationPort, sequence, acknowledgement, flags, start, missing, ipVersion, origins } = s;
  const ends = { source: [...source], destination: [...destination], sourcePort, destinationPort, ipVersion };
  return { problems, ...ends, sequence, acknowledgement, flags, start, end: s.end, missing, origins, offset: s.frameOffset + skip };
}

/** Where something of the three headers stands that decides how they are read: mostly one of these, else anywhere. */
const offset = fc.oneof(fc.constantFrom(14, 16, 17, 18, 19, 20, 21, 23, 46, 47, 66, 67), fc.integer({ min: 14, max: 80 }));
const value = fc.oneof(fc.constantFrom(0, 6, 0x20, 0x28, 0x40, 0x45, 0x50, 0x60, 0xff), fc.nat(255));

test.each([
  ['IPv4', 4, frameOf],
  ['IPv6', 6, ipv6FrameOf],
] as const)('any headers with %s', (_, version, make) => {
  let usual = 0;
  fc.assert(
    fc.property(
      fc.nat(40),
      fc.array(fc.tuple(offset, value), { maxLength: 3 }),
      fc.oneof(fc.constant(0), fc.nat(60)),
      fc.nat(3),
      (payload, changes, cut, more) => {
        const bytes = make(payload, changes);
        const original = bytes.length + more - 1;
        expect(read(bytes, 0, ETHERNET - LINK_TYPE, cut, original)).toEqual(
          read(bytes, ETHERNET_LENGTH, BARE[version], cut, Math.max(0, original - ETHERNET_LENGTH)),
        );
        const packet = new Packet(new Tally(1));
        const frame = {
          number: 1,
          seconds: 0,
          nanos: 0,
          interfaceId: 0,
          linkType: 1,
          buffer: bytes,
          start: 0,
          end: bytes.length,
          originalLength: bytes.length,
        };
        packet.begin({ ...frame, comments: undefined });
        if (takeUsual(packet)) usual++;
      },
    ),
    { seed: 11, numRuns: 3000 },
  );
  // Both ways were gone.
  expect(usual).toBeGreaterThan(300);
  expect(usual).toBeLessThan(2700);
});

test('where three headers are more than the limit allows, that is said', () => {
  const bytes = frameOf(4, []);
  const reader = new SegmentReader({ ...DEFAULT_LIMITS, encapsulations: 2 });
  const frame = { number: 1, seconds: 0, nanos: 0, interfaceId: 0, linkType: 1, buffer: bytes, start: 0, end: bytes.length, originalLength: bytes.length };
  expect(reader.read({ ...frame, comments: undefined })).toBeUndefined();
  expect(reader.problems.map((p) => p.code)).toEqual(['limit']);
});

test('behind a frame of IPv6 nothing of its addresses is left', () => {
  const reader = new SegmentReader(DEFAULT_LIMITS);
  const bytes = new Uint8Array(14 + 40 + 20).fill(0xff);
  const view = new DataView(bytes.buffer);
  view.setUint16(12, 0x86dd);
  bytes[14] = 0x60;
  view.setUint16(18, 20);
  bytes[20] = 6;
  bytes[66] = 0x50;
  const usual = frameOf(4, []);
  const addresses = [bytes, usual].map((buffer) => {
    const s = reader.read({
      number: 1,
      seconds: 0,
      nanos: 0,
      interfaceId: 0,
      linkType: 1,
      buffer,
      start: 0,
      end: buffer.length,
      originalLength: buffer.length,
    });
    return [s?.ipVersion, ...(s?.source ?? []), ...(s?.destination ?? [])];
  });
  const words = new DataView(usual.buffer);
  expect(addresses).toEqual([
    [6, ...new Array(8).fill(0xffffffff)],
    [4, 0, 0, 0, words.getUint32(26), 0, 0, 0, words.getUint32(30)],
  ]);
});

test('where frames are never passed over that is seldom asked, and at once again where one was', () => {
  const bytes = frameOf(4, [[47, 0x10]]);
  let known = false;
  let asked = 0;
  const skips = new SegmentReader(DEFAULT_LIMITS).skipper({
    ignores: () => {
      asked++;
      return known;
    },
    ignoresIpv6: () => false,
  });
  const run = (from: number, to: number) => {
    asked = 0;
    let passed = 0;
    for (let number = from; number < to; number++) if (skips(bytes, 0, bytes.length, 1, number)) passed++;
    return { asked, passed };
  };
  expect(run(1, 65)).toEqual({ asked: 64, passed: 0 });
  expect(run(65, 1025)).toEqual({ asked: 60, passed: 0 });
  known = true;
  const { passed } = run(1025, 2025);
  expect(passed).toBeGreaterThan(1000 - 16);
});

test('a frame is passed over with what its headers say, and never one that begins or ends something', () => {
  const asked: unknown[] = [];
  const ignores = (...of: unknown[]) => asked.push(of) > 0;
  const ignoresIpv6 = () => false;
  const skips = new SegmentReader(DEFAULT_LIMITS).skipper({ ignores, ignoresIpv6 });
  for (let flags = 0; flags < 256; flags++) {
    const bytes = frameOf(4, [[47, flags]]);
    // FIN, SYN, RST.
    expect(skips(bytes, 0, bytes.length, 1, flags)).toBe((flags & 7) === 0);
  }
  const bytes = frameOf(4, [[47, 0x10]]);
  const words = new DataView(bytes.buffer);
  expect(asked).toHaveLength(32);
  expect(asked[2]).toEqual([words.getInt32(26), words.getInt32(30), words.getInt32(34), 16]);
  // Another link type, cut off, a fragment, no TCP; and where three headers are more than may be.
  const odd: readonly (readonly [Uint8Array, end: number, linkType: number])[] = [
    [bytes, bytes.length, 113],
    [bytes, bytes.length - 1, 1],
    [
      frameOf(4, [
        [47, 0x10],
        [20, 0x20],
      ]),
      bytes.length,
      1,
    ],
    [
      frameOf(4, [
        [47, 0x10],
        [23, 17],
      ]),
      bytes.length,
      1,
    ],
  ];
  for (const [frame, end, linkType] of odd) expect(skips(frame, 0, end, linkType, 1)).toBe(false);
  expect(new SegmentReader({ ...DEFAULT_LIMITS, encapsulations: 2 }).skipper({ ignores, ignoresIpv6 })(bytes, 0, bytes.length, 1, 1)).toBe(false);
  expect(asked).toHaveLength(32);
});

test('of a frame of IPv6 the addresses and ports are told', () => {
  const asked: unknown[] = [];
  const ignoresIpv6 = ({ ipVersion, source, destination, sourcePort, destinationPort }: Segment, number: number) =>
    asked.push([ipVersion, [...source], [...destination], sourcePort, destinationPort, number]) > 0;
  const reader = new SegmentReader(DEFAULT_LIMITS);
  const skips = reader.skipper({ ignores: () => false, ignoresIpv6 });
  for (let flags = 0; flags < 256; flags++) {
    const bytes = ipv6FrameOf(4, [[67, flags]]);
    expect(skips(bytes, 0, bytes.length, 1, flags)).toBe((flags & 7) === 0);
  }
  const bytes = ipv6FrameOf(4, [[67, 0x10]]);
  const words = new DataView(bytes.buffer);
  const address = (at: number) => [0, 4, 8, 12].map((i) => words.getUint32(at + i));
  expect(asked).toHaveLength(32);
  expect(asked[2]).toEqual([6, address(22), address(38), words.getUint16(54), words.getUint16(56), 16]);
  // Another link type, cut off, an extension header, nothing behind the header.
  const odd: readonly (readonly [Uint8Array, end: number, linkType: number])[] = [
    [bytes, bytes.length, 113],
    [bytes, bytes.length - 1, 1],
    [ipv6FrameOf(4, [[20, 0]]), bytes.length, 1],
    [ipv6FrameOf(4, [[19, 0]]), bytes.length, 1],
  ];
  for (const [frame, end, linkType] of odd) expect(skips(frame, 0, end, linkType, 1)).toBe(false);
  expect(asked).toHaveLength(32);
});
