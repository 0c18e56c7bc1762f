import { advance, after, before, difference } from '../../src/stream/sequence.ts';

const TOP = 2 ** 32;

test.each([
  // a, b, a - b
  [0, 0, 0],
  [1, 0, 1],
  [0, 1, -1],
  [0, TOP - 1, 1],
  [TOP - 1, 0, -1],
  [5, TOP - 5, 10],
  [TOP - 5, 5, -10],
  [0x7fffffff, 0, 0x7fffffff],
  [0, 0x7fffffff, -0x7fffffff],
  [0x80000000, 1, 0x7fffffff],
  [0x80000001, 0, -0x7fffffff],
  [0x80000000, 0x7fffffff, 1],
  [0x7fffffff, 0x80000000, -1],
  [0xfffffff0, 0x7ffffff1, 0x7fffffff],
])('%i lies %i + %i', (a, b, distance) => {
  expect(difference(a, b)).toBe(distance);
  expect(before(a, b)).toBe(distance < 0);
  expect(after(a, b)).toBe(distance > 0);
  expect(advance(b, distance)).toBe(a);
});

test('at half the circle each number is before the other', () => {
  for (const a of [0, 1, 0x7fffffff, 0x80000000, TOP - 1]) {
    const b = advance(a, 2 ** 31);
    expect([before(a, b), before(b, a), after(a, b), after(b, a)]).toEqual([true, true, false, false]);
  }
});

test.each([
  [TOP - 1, 1, 0],
  [0, -1, TOP - 1],
  [7, 5 * TOP + 3, 10],
])('advance(%i, %i) is %i', (from, count, to) => {
  expect(advance(from, count)).toBe(to);
});
