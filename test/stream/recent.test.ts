/** What a direction remembers of the bytes that it delivered, against a list of all of them. */
import fc from 'fast-check';
import { Recent } from '../../src/stream/recent.ts';

/** Bytes and runs that are remembered. */
const BYTES = 8192;
const RUNS = 64;

/** A run of bytes behind the one before, or behind a gap. */
const run = fc.record({
  gap: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 300 }) }),
  length: fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 700 }), fc.constantFrom(256, 4096, 8191, 8192, 8193, 20_000)),
});

const byteAt = (offset: number) => (offset * 31 + (offset >>> 8)) & 0xff;

test('a byte that is remembered is known with its frame, and none that is not', () => {
  let told = 0;
  fc.assert(
    fc.property(fc.array(run, { minLength: 1, maxLength: 100 }), (runs) => {
      const recent = new Recent();
      const ends: number[] = [];
      let [floor, end] = [0, 0];
      for (const [i, { gap, length }] of runs.entries()) {
        if (gap > 0) floor = end + gap;
        const offset = end + gap;
        end = offset + length;
        recent.push(
          Uint8Array.from({ length }, (_, k) => byteAt(offset + k)),
          offset,
          i + 1,
        );
        ends.push(end);
        floor = Math.max(floor, end - BYTES, i >= RUNS ? (ends[i - RUNS] as number) : 0);
        // All of it is as it was; each of the last bytes, when it comes altered, is seen if it is remembered.
        const from = Math.max(0, floor - 3);
        const same = Uint8Array.from({ length: end - from }, (_, k) => byteAt(from + k));
        expect(recent.firstDifference(same, from)).toBe(-1);
        for (const at of [from, floor, floor + 1, (floor + end) >>> 1, end - 1]) {
          if (at >= end) continue;
          const altered = same.slice();
          altered[at - from] = byteAt(at) ^ 1;
          expect(recent.firstDifference(altered, from)).toBe(at < floor ? -1 : at);
          if (at < floor) continue;
          told++;
          expect(recent.frameOf(at)).toBe(ends.findIndex((e) => e > at) + 1);
        }
      }
      recent.release();
      expect(recent.firstDifference(Uint8Array.of(byteAt(end - 1) ^ 1), end - 1)).toBe(-1);
    }),
    { numRuns: 60, examples: [[[255, 1, 1].map((length) => ({ gap: 0, length }))]] },
  );
  expect(told).toBeGreaterThan(1000);
});
