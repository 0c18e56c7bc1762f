import type { Frame } from '../../src/capture/frame.ts';
import { DEFAULT_LIMITS, type Limits } from '../../src/limits.ts';
import { SegmentReader } from '../../src/net/reader.ts';
import { ethernet, frame, gre, hex, IPV4, IPV6, ipv4, ipv4Fragments, ipv6Fragments, tcp } from '../support/packets.ts';

const payload = Uint8Array.from({ length: 100 }, (_, i) => i);
const segment = tcp({ sequence: 5 }, payload);
const four = ipv4Fragments({ id: 77 }, segment, 40).map((ip) => ethernet(IPV4, ip));
const six = ipv6Fragments({ id: 0x12345678 }, segment, 40).map((ip) => ethernet(IPV6, ip));

/** What a reader finds in `frames` (numbered from 1 as they come), and its problems. */
function read(frames: readonly Frame[], limits: Partial<Limits> = {}) {
  const reader = new SegmentReader({ ...DEFAULT_LIMITS, ...limits });
  const found = frames.flatMap((f, i) => {
    const s = reader.read({ ...f, number: i + 1 });
    return s === undefined ? [] : [{ frame: s.frame, sequence: s.sequence, bytes: s.buffer.slice(s.start, s.end), origins: s.origins }];
  });
  reader.finish();
  return { found, problems: reader.problems.map((p) => `${p.code}: ${p.message}`) };
}

const frames = (list: readonly Uint8Array[], seconds = 0) => list.map((bytes) => frame(bytes, { seconds }));

function permutations<T>(list: readonly T[]): T[][] {
  if (list.length < 2) return [[...list]];
  return list.flatMap((first, i) => permutations(list.filter((_, j) => j !== i)).map((rest) => [first, ...rest]));
}

/** scapy 2.7: fragment(IP(src='192.0.2.1', dst='198.51.100.2', id=7)/TCP(sport=50000, dport=22, seq=1000, ack=2000, flags='PA', window=512)/b'SSH-2.0-x\r\n', 16) */
const FOREIGN = [
  '450000240007200040066e96c0000201c6336402c3500016000003e8000007d050180200',
  '450000230007000240068e95c0000201c6336402728200005353482d322e302d780d0a',
];

test('fragments made by scapy become the segment again', () => {
  const { found, problems } = read(FOREIGN.map((text) => frame(hex(text), { linkType: 228 })));
  expect(found.map((s) => [s.sequence, new TextDecoder().decode(s.bytes)])).toEqual([[1000, 'SSH-2.0-x\r\n']]);
  expect(problems).toEqual([]);
});

describe.each([
  ['IPv4', four, 34],
  ['IPv6', six, 62],
])('%s', (_, fragments, header) => {
  test('any order gives the same bytes, and each is traced to the frame that delivered it', () => {
    for (const order of permutations([0, 1, 2])) {
      const { found, problems } = read(frames(order.map((i) => fragments[i] as Uint8Array)));
      const number = (i: number) => order.indexOf(i) + 1;
      expect(found).toEqual([
        {
          frame: 3,
          sequence: 5,
          bytes: payload,
          origins: [
            { start: 0, length: 20, frame: number(0), frameOffset: header + 20 },
            { start: 20, length: 40, frame: number(1), frameOffset: header },
            { start: 60, length: 40, frame: number(2), frameOffset: header },
          ],
        },
      ]);
      expect(problems).toEqual([]);
    }
  });

  test('duplicates change nothing', () => {
    const [a, b, c] = fragments as [Uint8Array, Uint8Array, Uint8Array];
    const { found, problems } = read(frames([a, a, c, c, a, b]));
    expect(found.map((s) => [s.frame, s.bytes])).toEqual([[6, payload]]);
    expect(problems).toEqual([]);
  });

  test('one that is lost is reported at the end, or when its time is over', () => {
    expect(read(frames(fragments.slice(1)))).toEqual({ found: [], problems: ['gap: IP datagrams that lack fragments: 1'] });
    const late = [...frames(fragments.slice(1), 100), ...frames(fragments.slice(0, 1), 131)];
    expect(read(late)).toEqual({ found: [], problems: ['gap: IP datagrams that lack fragments: 2'] });
    const inTime = [...frames(fragments.slice(1), 100), ...frames(fragments.slice(0, 1), 130)];
    expect(read(inTime).found.length).toBe(1);
  });
});

test('overlaps: the first copy of a byte wins, and a difference is reported', () => {
  const other = tcp(
    { sequence: 5 },
    payload.map((b) => b ^ 0xff),
  );
  const [a, , c] = four as [Uint8Array, Uint8Array, Uint8Array];
  // 0 to 40 and 80 to the end are there; then comes one from 0 to 80 (the checksum is that of another payload).
  const [wide] = ipv4Fragments({ id: 77 }, other, 80).map((ip) => ethernet(IPV4, ip)) as [Uint8Array];
  const { found, problems } = read(frames([a, c, wide]));
  const mixed = payload.map((b, i) => (i >= 20 && i < 60 ? b ^ 0xff : b));
  expect(found.map((s) => s.bytes)).toEqual([mixed]);
  expect(found[0]?.origins?.map((o) => [o.start, o.frame, o.frameOffset])).toEqual([
    [0, 1, 54],
    [20, 3, 74],
    [60, 2, 34],
  ]);
  expect(problems).toEqual(['overlap: IP fragments that contradict an earlier one: 1']);
});

test('an overlap with the same bytes is no problem', () => {
  const [wide] = ipv4Fragments({ id: 77 }, segment, 80).map((ip) => ethernet(IPV4, ip)) as [Uint8Array];
  const { found, problems } = read(frames([four[0] as Uint8Array, wide, four[2] as Uint8Array]));
  expect(found.map((s) => s.bytes)).toEqual([payload]);
  expect(problems).toEqual([]);
});

test('a last fragment that ends before bytes that are there already is left out', () => {
  const early = ipv4Fragments({ id: 77 }, segment.subarray(0, 60), 40).map((ip) => ethernet(IPV4, ip));
  const { found, problems } = read(frames([four[1] as Uint8Array, early[1] as Uint8Array, four[0] as Uint8Array, four[2] as Uint8Array]));
  expect(found.map((s) => s.bytes)).toEqual([payload]);
  expect(problems).toEqual(['overlap: IP fragments that contradict an earlier one: 1']);
});

test('what follows the fragment header is what the first fragment says (RFC 8200 section 4.5)', () => {
  const odd = six.map((bytes, i) => (i === 0 ? bytes : changed(bytes, 54, 59)));
  for (const order of permutations(odd)) expect(read(frames(order)).found.map((s) => s.bytes)).toEqual([payload]);
});

test('fragments outlive the read buffer', () => {
  const reader = new SegmentReader(DEFAULT_LIMITS);
  const buffer = Buffer.alloc(200);
  const found = four.map((bytes) => {
    buffer.fill(0);
    buffer.set(bytes);
    const segment = reader.read({ ...frame(bytes), buffer, start: 0, end: bytes.length });
    return segment?.buffer.slice(segment.start, segment.end);
  });
  expect(found).toEqual([undefined, undefined, payload]);
});

test('datagrams that became whole give their room back', () => {
  const many = Array.from({ length: 20 }, () => four).flat();
  const { found, problems } = read(frames(many), { ipDatagrams: 1, ipFragmentBytes: 1000 });
  expect(found.length).toBe(20);
  expect(problems).toEqual([]);
});

test('two last fragments that disagree on the end: the first is believed', () => {
  const longer = ipv4Fragments({ id: 77 }, tcp({}, new Uint8Array(130)), 80).map((ip) => ethernet(IPV4, ip));
  const { found, problems } = read(frames([four[0] as Uint8Array, four[2] as Uint8Array, longer[1] as Uint8Array, four[1] as Uint8Array]));
  expect(found.map((s) => s.bytes)).toEqual([payload]);
  expect(problems).toEqual(['overlap: IP fragments that contradict an earlier one: 1']);
});

test('datagrams are told apart by addresses, protocol and identification', () => {
  const others = [{ id: 78 }, { id: 77, source: '192.0.2.9' }, { id: 77, destination: '192.0.2.9' }, { id: 77, protocol: 41 }];
  const between = others.map((fields) => ethernet(IPV4, ipv4Fragments(fields, new Uint8Array(80), 40)[0] as Uint8Array));
  const { found } = read(frames([four[0] as Uint8Array, ...between, four[1] as Uint8Array, ...between, four[2] as Uint8Array]));
  expect(found.map((s) => s.bytes)).toEqual([payload]);
});

test('a fragmented tunnel with a fragmented segment inside: each byte is still traced to its frame', () => {
  const inner = ipv4Fragments({ id: 1 }, segment, 64);
  const list = inner.flatMap((ip, i) => ipv4Fragments({ id: 2 + i, source: '10.0.0.1', destination: '10.0.0.2', protocol: 47 }, gre(IPV4, ip), 48));
  const all = list.map((ip) => ethernet(IPV4, ip));
  const { found, problems } = read(frames(all));
  expect(problems).toEqual([]);
  expect(found.map((s) => s.bytes)).toEqual([payload]);
  let at = 0;
  for (const origin of found[0]?.origins ?? []) {
    expect(origin.start).toBe(at);
    at += origin.length;
    const source = all[origin.frame - 1] as Uint8Array;
    expect(source.subarray(origin.frameOffset, origin.frameOffset + origin.length)).toEqual(payload.subarray(origin.start, at));
  }
  expect(at).toBe(payload.length);
});

test.each<[string, Uint8Array]>([
  ['beyond the largest datagram', fragmentAt(0x1fff, new Uint8Array(16))],
  ['not the last and not a multiple of 8', fragmentAt(0x2000, new Uint8Array(12))],
  ['empty', fragmentAt(0x2000, new Uint8Array(0))],
])('a fragment %s is a problem', (_, bytes) => {
  expect(read(frames([bytes]))).toEqual({ found: [], problems: ['malformed: IP fragments of an impossible length: 1'] });
});

test('a fragment that the snap length cut cannot complete its datagram', () => {
  const cut = four.map((bytes, i) => (i === 1 ? frame(bytes.subarray(0, 50), { originalLength: bytes.length }) : frame(bytes)));
  expect(read(cut)).toEqual({
    found: [],
    problems: ['truncated: frames that hold fewer bytes than their lengths promise (snap length): 1', 'gap: IP datagrams that lack fragments: 1'],
  });
});

test('the number of datagrams that wait and their bytes are limited; the oldest goes first', () => {
  const firsts = Array.from({ length: 5 }, (_, i) => ethernet(IPV4, ipv4Fragments({ id: 100 + i }, segment, 40)[0] as Uint8Array));
  const list = frames([...four.slice(0, 1), ...firsts, ...four.slice(1)]);
  const gone = 'limit: IP datagrams given up for others while they waited for fragments';
  expect(read(list, { ipDatagrams: 6 }).found.length).toBe(1);
  expect(read(list, { ipDatagrams: 5 })).toEqual({
    found: [],
    problems: [`${gone} (limits ipDatagrams, ipFragmentBytes): 2`, 'gap: IP datagrams that lack fragments: 5'],
  });
  expect(read(list, { ipFragmentBytes: 1000 }).found).toEqual([]);
  expect(read(list, { ipFragmentBytes: 1000 }).problems[0]).toContain(gone);
  expect(read(frames(four), { ipFragmentBytes: 100 }).problems).toEqual(['limit: IP fragments too large to keep (limit ipFragmentBytes): 3']);
});

function changed(bytes: Uint8Array, offset: number, value: number): Uint8Array {
  const out = bytes.slice();
  out[offset] = value;
  return out;
}

/** An Ethernet frame with an IPv4 fragment whose flags and offset are `word`. */
function fragmentAt(word: number, bytes: Uint8Array): Uint8Array {
  const out = ethernet(IPV4, ipv4({ id: 1, protocol: 99 }, bytes));
  out[20] = word >> 8;
  out[21] = word & 0xff;
  return out;
}
