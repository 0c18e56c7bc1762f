/** What a direction remembers of the bytes that it delivered, against a list of all of them. */
import fc from 'fast-check';
import { Deliveries, Recent } from '../../src/stream/recent.ts';

/** Bytes and runs that are remembered. */
const BYTES = 8192;
const RUNS = 64;

/** A run of bytes behind the one before, or behind a gap. */
const run = fc.record({
  gap: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 300 }) }),
  length: fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 700 }), fc.constantFrom(256, 4096, 8191, 8192, 8193, 20_000)),
});

/** `length` bytes of the stream from `offset` on, with others around them. */
function inBuffer(offset: number, length: number): Uint8Array {
  return Uint8Array.from({ length: length + 9 }, (_, k) => (k < 4 || k >= length + 4 ? 0xee : byteAt(offset + k - 4)));
}

const byteAt = (offset: number) => (offset * 31 + (offset >>> 8)) & 0xff;

/** Asks about the bytes from before `floor`, the first that is remembered, to the end of the last run; `ends` are those of all. Gives how many it knew. */
function knows(recent: Recent, floor: number, ends: readonly number[]): number {
  const end = ends.at(-1) ?? 0;
  const from = Math.max(0, floor - 3);
  let known = 0;
  // All of it is as it was; each of the last bytes, when it comes altered, is seen if it is remembered.
  const same = Uint8Array.from({ length: end - from }, (_, k) => byteAt(from + k));
  expect(recent.firstDifference(same, from)).toBe(-1);
  for (const at of [from, floor, floor + 1, (floor + end) >>> 1, end - 1].filter((x) => x < end)) {
    const altered = same.slice();
    altered[at - from] = byteAt(at) ^ 1;
    expect(recent.firstDifference(altered, from)).toBe(at < floor ? -1 : at);
    if (at < floor) continue;
    known++;
    expect(recent.frameOf(at)).toBe(ends.findIndex((e) => e > at) + 1);
  }
  return known;
}

test('a byte that is remembered is known with its frame, and none that is not', () => {
  let told = 0;
  const together = fc.integer({ min: 1, max: 100 });
  fc.assert(
    fc.property(fc.array(run, { minLength: 1, maxLength: 100 }), together, (runs, settled) => {
      const deliveries = new Deliveries();
      const recent = new Recent(deliveries);
      const buffers: Uint8Array[] = [];
      const ends: number[] = [];
      let [floor, end] = [0, 0];
      for (const [i, { gap, length }] of runs.entries()) {
        if (gap > 0) floor = end + gap;
        const buffer = inBuffer(end + gap, length);
        recent.push(buffer, 4, length, end + gap, i + 1);
        end += gap + length;
        buffers.push(buffer);
        ends.push(end);
        floor = Math.max(floor, end - BYTES, i >= RUNS ? (ends[i - RUNS] as number) : 0);
        if ((i + 1) % settled > 0) continue;
        deliveries.settle();
        for (const b of buffers) b.fill(0xdd);
        told += knows(recent, floor, ends);
      }
      told += knows(recent, floor, ends);
      recent.release();
      expect(recent.firstDifference(Uint8Array.of(byteAt(end - 1) ^ 1), end - 1)).toBe(-1);
    }),
    { numRuns: 120, examples: [[[255, 1, 1].map((length) => ({ gap: 0, length })), 1]] },
  );
  expect(told).toBeGreaterThan(500);
});

test('directions remember their own bytes, those that are over none', () => {
  const deliveries = new Deliveries();
  const [one, other, over] = [new Recent(deliveries), new Recent(deliveries), new Recent(deliveries)];
  const shared = inBuffer(0, 300);
  one.push(shared, 4, 100, 0, 1);
  other.push(shared, 104, 100, 0, 2);
  over.push(shared, 204, 100, 0, 3);
  one.push(shared, 104, 200, 100, 4);
  over.release();
  deliveries.settle();
  shared.fill(0xdd);
  expect(one.firstDifference(inBuffer(0, 300).subarray(4, 304), 0)).toBe(-1);
  expect(other.firstDifference(inBuffer(100, 100).subarray(4, 104), 0)).toBe(-1);
  expect(other.firstDifference(inBuffer(0, 100).subarray(4, 104), 0)).toBe(0);
  expect(over.firstDifference(new Uint8Array(100), 0)).toBe(-1);
  expect(one.frameOf(99)).toBe(1);
  expect(one.frameOf(100)).toBe(4);
});

test('what waits is bounded: a buffer of its own for each delivery is let go', () => {
  const deliveries = new Deliveries();
  const recent = new Recent(deliveries);
  let most = 0;
  for (let i = 0; i < 3000; i++) {
    const before = deliveries.cost;
    recent.push(new Uint8Array(1000), 0, 1000, i * 1000, i);
    most = Math.max(most, before);
  }
  expect(most).toBeGreaterThan(500_000);
  expect(most).toBeLessThanOrEqual(2 ** 20);
});
