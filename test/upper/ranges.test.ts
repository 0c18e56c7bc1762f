/** Sets of ranges, held against sets of numbers. */
import fc from 'fast-check';
import { Ranges } from '../../src/upper/ranges.ts';

const span = fc.tuple(fc.nat(60), fc.nat(12)).map(([start, length]) => ({ start, end: start + length }));

test('what is added is in it, what is not is missing, whatever the order', () => {
  fc.assert(
    fc.property(fc.array(span, { maxLength: 30 }), span, (spans, window) => {
      const ranges = new Ranges(100);
      const numbers = new Set<number>();
      for (const { start, end } of spans) {
        expect(ranges.add(start, end)).toBe(true);
        for (let n = start; n < end; n++) numbers.add(n);
      }
      const end = Math.max(0, ...[...numbers].map((n) => n + 1));
      const missing = Array.from({ length: end }, (_, n) => n).filter((n) => !numbers.has(n));
      const listed = (list: readonly { start: number; end: number }[]) => list.flatMap((s) => Array.from({ length: s.end - s.start }, (_, i) => s.start + i));
      expect([ranges.bytes, ranges.end, listed(ranges.missing())]).toEqual([numbers.size, end, missing]);
      expect(listed(ranges.within(window))).toEqual([...numbers].filter((n) => n >= window.start && n < window.end).sort((a, b) => a - b));
      for (const { start, end: to } of ranges.missing()) expect(to).toBeGreaterThan(start);
    }),
    { seed: 7, numRuns: 500 },
  );
});

test('at its limit it takes only what touches what it has', () => {
  const ranges = new Ranges(2);
  expect([ranges.add(0, 1), ranges.add(5, 6), ranges.add(10, 11), ranges.add(1, 2), ranges.add(2, 5)]).toEqual([true, true, false, true, true]);
  expect([ranges.full, ranges.bytes, ranges.missing()]).toEqual([true, 6, []]);
});
