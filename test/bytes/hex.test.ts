/** Hex, held against that of node. */
import { fromHex, toHex } from '../../src/bytes/hex.ts';

const bytesOf = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 151 + (i >> 8)) & 0xff);

test.each([0, 1, 2, 63, 64, 65, 1000, 8191, 8192, 8193, 20_000])('%i bytes', (length) => {
  const bytes = bytesOf(length);
  const text = Buffer.from(bytes).toString('hex');
  expect(toHex(bytes)).toBe(text);
  expect(toHex(bytes, ':')).toBe((text.match(/../g) ?? []).join(':'));
  expect(fromHex(text)).toEqual(bytes);
  expect(fromHex(text.toUpperCase())).toEqual(bytes);
});

test('what is no hex is none', () => {
  for (const text of ['0', 'xy', '0x', '00 ', 'é0']) expect(fromHex(text)).toBeUndefined();
});
