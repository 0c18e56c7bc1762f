/** Passing over the segments of which nothing comes is the same as taking them. */
import fc from 'fast-check';
import { FIN, RST, type Segment, SYN } from '../../src/net/segment.ts';
import type { FlowTable } from '../../src/stream/flows.ts';
import { Recorder, type SegmentOptions, segment } from '../support/segments.ts';

const isSsh = (a: string, b: string) => (a.startsWith('SSH-') || b.startsWith('SSH-') ? 'yes' : a.length > 3 || b.length > 3 ? 'no' : 'more');
/** So little that records are forgotten, sessions are ended, and silent flows age. */
const TIGHT = { flows: 16, sessions: 2, idleSeconds: 10, sessionBytes: 400 };

/** How many segments were passed over, by the version of IP. */
type Passing = Record<4 | 6, number>;

function ignores(table: FlowTable, s: Segment): boolean {
  if (s.ipVersion === 6) return table.ignoresIpv6(s, s.frame);
  return table.ignores((s.source[3] as number) | 0, (s.destination[3] as number) | 0, (s.sourcePort << 16) | s.destinationPort, s.frame);
}

/** Everything that can be seen of a table that takes `segments`, each of them unless, when `passing` counts, it may be passed over. */
function seen(segments: readonly SegmentOptions[], limits: object, passing: Passing | undefined) {
  const r = new Recorder(isSsh, limits);
  for (const [i, options] of segments.entries()) {
    const s = segment({ ...options, frame: i + 1 });
    if (passing !== undefined && (s.flags & (SYN | FIN | RST)) === 0 && ignores(r.table, s)) passing[s.ipVersion]++;
    else r.feed({ ...options, frame: i + 1 });
  }
  const { table } = r.finish();
  return {
    logs: r.sessions.map((s) => s.log),
    flows: r.sessions.map(({ flow }) => [flow.stream, flow.firstFrame, flow.lastFrame, flow.frameCount, flow.start, flow.last]),
    detections: r.detections,
    rest: [table.streams, table.problems, table.frame, table.held],
  };
}

const one = fc.record({
  // Some dozen flows, among them both directions of one and an IPv6 address that ends like an IPv4 one.
  hosts: fc.constantFrom<[number, number]>([0x0a000001, 0x0a000002], [0x0a000002, 0x0a000001], [0xc0a80001, 0xfffffffe]),
  ports: fc.oneof(fc.constantFrom<[number, number]>([40000, 22], [22, 40000]), fc.tuple(fc.integer({ min: 65525, max: 65535 }), fc.constant(443))),
  ipVersion: fc.constantFrom(4 as const, 6 as const),
  from: fc.constantFrom('a' as const, 'b' as const),
  seq: fc.constantFrom(1000, 1001, 1005, 2 ** 32 - 2),
  ack: fc.constantFrom(undefined, 1000, 1005),
  flags: fc.oneof({ weight: 19, arbitrary: fc.constant('A') }, { weight: 1, arbitrary: fc.constantFrom('S', 'SA', 'FA', 'R', '') }),
  data: fc.constantFrom('', '', 'GET /', 'SSH-2.0-x\r\n', 'ab'),
  pause: fc.oneof({ weight: 30, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constantFrom(1, 11) }),
});

test.each([
  ['with room for all', {}],
  ['where all is tight', TIGHT],
])('%s', (_, limits) => {
  const passing: Passing = { 4: 0, 6: 0 };
  fc.assert(
    fc.property(fc.array(one, { maxLength: 400, size: 'max' }), (steps) => {
      let seconds = 1_700_000_000;
      const segments = steps.map(({ pause, ack, ...step }): SegmentOptions => {
        seconds += pause;
        return { ...step, seconds, ...(ack === undefined ? {} : { ack }) };
      });
      expect(seen(segments, limits, passing)).toEqual(seen(segments, limits, undefined));
    }),
    { numRuns: 300 },
  );
  expect(passing[4]).toBeGreaterThan(250);
  expect(passing[6]).toBeGreaterThan(250);
});

test('an end is not passed over before it is known where its numbers begin', () => {
  const others = Array.from({ length: 40 }, (_, i): SegmentOptions => ({ ports: [1000 + i, 443], seq: 1, ack: 1, data: 'GET /' }));
  const begun: SegmentOptions[] = [...others, { seq: 500, data: 'GET /' }, { from: 'b', seq: 900, ack: 505 }];
  // A SYN of that end with other numbers begins a connection, one with the same does not.
  for (const [seq, streams] of [
    [7777, 42],
    [899, 41],
  ] as const) {
    const passing: Passing = { 4: 0, 6: 0 };
    const was = seen([...begun, { from: 'b', seq: 905, ack: 505 }, { from: 'b', seq, flags: 'S' }], {}, passing);
    expect(was.rest[0]).toBe(streams);
    expect(passing).toEqual({ 4: 1, 6: 0 });
  }
});

test('IPv6 addresses that end like IPv4 ones are others', () => {
  for (const versions of [
    [4, 6, 4, 6],
    [6, 4, 6, 4],
  ] as const)
    expect(
      seen(
        versions.map((ipVersion) => ({ ipVersion, seq: 1, ack: 1, data: 'SSH-2.0-x' })),
        {},
        undefined,
      ).rest[0],
    ).toBe(2);
});
