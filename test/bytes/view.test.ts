/** Views of arrays: the same bytes as the array, wherever it lies. */
import { forgetView, viewOf, xorWords } from '../../src/bytes/view.ts';

const memory = Uint8Array.from({ length: 200 }, (_, n) => 37 * n + 11);

test('a view holds the bytes of its array, and what is written to either', () => {
  const part = memory.subarray(5, 25);
  const view = viewOf(part);
  expect([view.byteLength, view.getUint8(0), view.getUint8(19)]).toEqual([20, memory[5], memory[24]]);
  expect(viewOf(part)).toBe(view);
  expect(viewOf(memory).byteLength).toBe(200);
  forgetView();
  expect(viewOf(part)).not.toBe(view);
});

test.each([0, 1, 3, 4, 5, 7, 8, 31])('%i bytes XORed with others, at whatever offsets, and none beside them', (length) => {
  for (const [start, maskAt, at] of [
    [0, 0, 0],
    [3, 9, 6],
  ] as const) {
    const out = new Uint8Array(40);
    xorWords(viewOf(memory), start, new DataView(memory.buffer, 100), maskAt, new DataView(out.buffer), at, length);
    const wanted = new Uint8Array(40);
    for (let i = 0; i < length; i++) wanted[at + i] = (memory[start + i] as number) ^ (memory[100 + maskAt + i] as number);
    expect(out).toEqual(wanted);
  }
});
