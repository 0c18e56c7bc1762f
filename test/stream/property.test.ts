import fc from 'fast-check';
import { handshake, Recorder, type SegmentOptions, type Session } from '../support/segments.ts';

const SEED = { seed: 20260101 };

/** Chunks and gaps of an end follow each other without hole or overlap from offset 0; nothing comes after the end. Gives where they end. */
function checkTiling(session: Session, from: 'a' | 'b'): number {
  let at = 0;
  for (const line of session.log) {
    const [end, what, size] = line.split(' ', 3) as [string, string, string | undefined];
    if (end !== from) continue;
    if (what === 'gap') {
      const [offset, length] = (size as string).split('+').map(Number) as [number, number];
      expect(offset).toBe(at);
      expect(length).toBeGreaterThan(0);
      at += length;
    } else if (/^\d+$/.test(what)) {
      expect(Number(what)).toBe(at);
      at += (JSON.parse(line.slice(line.indexOf('"'))) as string).length;
    }
  }
  for (const c of session.chunks) expect(c.origins.reduce((sum, o) => sum + o.length, 0)).toBe(c.bytes.length);
  expect(session.log.findIndex((l) => l.startsWith('end '))).toBe(session.log.length - 1);
  return at;
}

const byte = fc.integer({ min: 97, max: 122 });
const text = (max: number) => fc.array(byte, { minLength: 1, maxLength: max }).map((codes) => String.fromCharCode(...codes));
const sequence = fc.oneof(
  fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  fc.integer({ min: 2 ** 32 - 300, max: 2 ** 32 - 1 }),
  fc.integer({ min: 2 ** 31 - 300, max: 2 ** 31 }),
);

/** A stream in segments that cover it, some of them twice or overlapping, in any order, and a FIN. */
const stream = text(400).chain((whole) =>
  fc.record({
    whole: fc.constant(whole),
    start: sequence,
    cuts: fc.array(fc.nat(whole.length), { maxLength: 10 }),
    extra: fc.array(fc.tuple(fc.nat(whole.length), fc.nat(whole.length)), { maxLength: 6 }),
    order: fc.array(fc.double({ noNaN: true }), { minLength: 20, maxLength: 20 }),
  }),
);

function inSegments(
  s: { whole: string; start: number; cuts: number[]; extra: [number, number][]; order: number[] },
  from: 'a' | 'b',
  ack: number,
): [number, SegmentOptions][] {
  const edges = [0, ...s.cuts.sort((x, y) => x - y), s.whole.length];
  const ranges = edges.slice(1).map((end, i) => [edges[i] as number, end] as [number, number]);
  for (const [x, y] of s.extra) ranges.push([Math.min(x, y), Math.max(x, y)]);
  const segments = ranges.map(([start, end]): SegmentOptions => ({ from, seq: s.start + start, ack, data: s.whole.slice(start, end) }));
  segments.push({ from, seq: s.start + s.whole.length, ack, flags: 'FA' });
  return segments.map((segment, i) => [s.order[i] as number, segment]);
}

test('any segmentation, order and repetition of two streams gives the same bytes', () => {
  fc.assert(
    fc.property(stream, stream, (a, b) => {
      // All acknowledgements run ahead of the data, as far as a shuffled capture can have them.
      const segments = [...inSegments(a, 'a', b.start + b.whole.length + 1), ...inSegments(b, 'b', a.start + a.whole.length + 1)];
      segments.sort(([x], [y]) => x - y);
      const r = new Recorder().feed(...handshake(a.start, b.start), ...segments.map(([, s]) => s)).finish();
      const [session] = r.sessions as [Session];
      expect([session.bytes('a'), session.bytes('b'), session.gaps, session.problems]).toEqual([a.whole, b.whole, [], []]);
      expect(session.log.filter((l) => / closed$/.test(l)).length).toBe(2);
      expect(session.log.at(-1)).toBe('end fin');
      expect(r.table.held).toBe(0);
    }),
    { ...SEED, numRuns: 500 },
  );
});

test('with losses and forgeries: what is delivered is the first copy of each byte, the rest are gaps, and a conflict is reported', () => {
  const pieces = fc.array(fc.tuple(fc.nat(300), text(60)), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(pieces, sequence, (segments, start) => {
      const first: string[] = [];
      let conflicts = false;
      let keepAlive = false;
      let seen = 0;
      for (const [at, data] of segments) {
        if (data.length === 1 && at + 1 === seen) keepAlive = true;
        seen = Math.max(seen, at + data.length);
        for (let i = 0; i < data.length; i++) {
          first[at + i] ??= data[i] as string;
          if (first[at + i] !== data[i]) conflicts = true;
        }
      }
      fc.pre(!keepAlive);
      const r = new Recorder().feed(...handshake(start, 1), ...segments.map(([at, data]) => ({ seq: start + at, data }))).finish();
      const [session] = r.sessions as [Session];
      expect(checkTiling(session, 'a')).toBe(first.length);
      for (const c of session.chunks) expect(String.fromCharCode(...c.bytes)).toBe(first.slice(c.offset, c.offset + c.bytes.length).join(''));
      for (const g of session.gaps) expect(first.slice(g.offset, g.offset + g.size).join('')).toBe('');
      expect(session.problems.some((p) => p.code === 'overlap')).toBe(conflicts);
    }),
    { ...SEED, numRuns: 500 },
  );
});

test('garbage never throws, every session is tiled and ended once, and memory stays bounded', () => {
  const near = fc.oneof(fc.integer({ min: 1000, max: 3000 }), fc.integer({ min: 2 ** 32 - 500, max: 2 ** 32 - 1 }), fc.integer({ min: 0, max: 2 ** 32 - 1 }));
  const garbage = fc.record({
    from: fc.constantFrom('a' as const, 'b' as const),
    ports: fc.constantFrom([1, 22] as const, [2, 22] as const, [22, 22] as const, [3, 22] as const),
    seq: near,
    ack: near,
    flags: fc.constantFrom('', 'A', 'A', 'A', 'A', 'S', 'SA', 'F', 'FA', 'R', 'RA', 'SF', 'SFRA'),
    data: fc.uint8Array({ maxLength: 200 }),
    missing: fc.constantFrom(0, 0, 0, 0, 1, 1000, 65_535),
    seconds: fc.oneof(fc.integer({ min: 0, max: 5000 }), fc.constantFrom(0, 2 ** 31, 2 ** 32, 2 ** 53)),
  });
  const caps = fc.record({
    flows: fc.constantFrom(1, 2, 100),
    sessions: fc.constantFrom(1, 2, 100),
    reorderBytes: fc.constantFrom(0, 2000, 100_000),
    heldBytes: fc.constantFrom(0, 3000, 100_000),
    reorderFrames: fc.constantFrom(0, 3, 64),
    detectBytes: fc.constantFrom(1, 100, 16_384),
  });
  const verdicts = fc.infiniteStream(fc.constantFrom('more' as const, 'more' as const, 'yes' as const, 'no' as const));
  fc.assert(
    fc.property(fc.array(garbage, { maxLength: 120 }), caps, verdicts, (segments, changes, verdict) => {
      const r = new Recorder(() => verdict.next().value, changes);
      for (const s of segments) {
        r.feed(s);
        // Besides, each flow by itself is taken to cost 8 KiB while it is undecided.
        expect(r.table.held).toBeLessThanOrEqual(changes.heldBytes + 2000 + 8192 * r.table.flows);
        expect(r.table.held).toBeGreaterThanOrEqual(0);
        expect(r.table.sessions).toBeLessThanOrEqual(changes.sessions);
        expect(r.table.flows).toBeLessThanOrEqual(changes.flows + changes.sessions + 1);
      }
      r.finish();
      expect([r.table.held, r.table.sessions, r.table.flows]).toEqual([0, 0, 0]);
      for (const session of r.sessions) for (const end of ['a', 'b'] as const) checkTiling(session, end);
    }),
    { ...SEED, numRuns: 1500 },
  );
});
