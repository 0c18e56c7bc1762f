/** Copies of bytes. */
import { copyOf, copyTo } from '../../src/bytes/copy.ts';

const from = Uint8Array.from({ length: 3000 }, (_, i) => (7 * i) & 0xff);

test.each([
  [0, 0],
  [5, 6],
  [0, 64],
  [1, 65],
  [1, 66],
  [100, 2148],
  [100, 2149],
  [0, 3000],
])('bytes %i to %i', (start, end) => {
  const copy = copyOf(from, start, end);
  expect(copy).toEqual(from.slice(start, end));
  const into = new Uint8Array(3010).fill(0xee);
  copyTo(into, 4, from, start, end);
  expect(into.subarray(0, 4)).toEqual(new Uint8Array(4).fill(0xee));
  expect(into.subarray(4, 4 + end - start)).toEqual(copy);
  expect(into.subarray(4 + end - start)).toEqual(new Uint8Array(3010 - 4 - (end - start)).fill(0xee));
});

test('copies do not share bytes', () => {
  const [a, b] = [copyOf(from, 0, 20), copyOf(from, 0, 20)];
  a.fill(0);
  expect(b).toEqual(from.slice(0, 20));
});
