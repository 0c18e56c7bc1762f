import { concat } from '../../src/bytes/concat.ts';

const bytes = (...values: number[]) => Uint8Array.from(values);

test('nothing, one array, and several of all lengths, in their order', () => {
  expect(concat([])).toEqual(bytes());
  expect(concat([bytes(1, 2)])).toEqual(bytes(1, 2));
  expect(concat([bytes(1, 2), bytes(), Buffer.from([3]), bytes(4, 5, 6)])).toEqual(bytes(1, 2, 3, 4, 5, 6));
});

test('the array is its own, also of one part', () => {
  const part = bytes(1, 2);
  const all = concat([part]);
  part[0] = 9;
  expect(all).toEqual(bytes(1, 2));
});

test('as many parts as no call could take arguments', () => {
  expect(concat(Array.from({ length: 300_000 }, () => bytes(7)))).toEqual(new Uint8Array(300_000).fill(7));
});
