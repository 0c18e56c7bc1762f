import fc from 'fast-check';
import { fromHex, toHex } from '../../src/bytes/hex.ts';
import { type Candidate, numberCandidates, stringCandidates } from '../../src/secrets/normalise.ts';
import { mpintContent } from '../../src/ssh/kex/hash-parts.ts';

const hex = (s: string) => fromHex(s) as Uint8Array;
const plain = (list: readonly Candidate[]) => list.map((c) => [toHex(c.bytes), c.done]);

// The positive examples of RFC 4251 section 5.
test.each([
  ['', ''],
  ['00', ''],
  ['0000', ''],
  ['09a378f9b2e332a7', '09a378f9b2e332a7'],
  ['000009a378f9b2e332a7', '09a378f9b2e332a7'],
  ['80', '0080'],
  ['0080', '0080'],
  ['00000080', '0080'],
  ['7f', '7f'],
])('the mpint of %s is %s', (given, content) => {
  expect(toHex(mpintContent(hex(given)))).toBe(content);
});

test('a number: prefix, sign byte and leading zeros may be there or not', () => {
  const K = `cd${'ad'.repeat(31)}`;
  expect(plain(numberCandidates(hex(K)))).toEqual([[`00${K}`, 'sign byte added']]);
  expect(plain(numberCandidates(hex(`00${K}`)))).toEqual([[`00${K}`, 'as given']]);
  expect(plain(numberCandidates(hex(`0000${K}`)))).toEqual([[`00${K}`, 'leading zeros removed']]);
  expect(plain(numberCandidates(hex(`0000002100${K}`)))[0]).toEqual([`00${K}`, 'length prefix removed']);
  expect(plain(numberCandidates(hex(`00000020${K}`)))[0]).toEqual([`00${K}`, 'length prefix removed']);
});

test('a prefix that does not fit is part of the number', () => {
  expect(plain(numberCandidates(hex(`00000021${'ad'.repeat(32)}`)))).toEqual([[`21${'ad'.repeat(32)}`, 'leading zeros removed']]);
});

test('one that fits leaves the other reading as the second', () => {
  expect(plain(numberCandidates(hex('0000000212345678'.slice(0, 12))))).toEqual([
    ['1234', 'length prefix removed'],
    ['021234', 'leading zeros removed'],
  ]);
});

test('a byte string has exactly the length of the hash', () => {
  const K = `00ff${'11'.repeat(30)}`;
  expect(plain(stringCandidates(hex(K), 32))).toEqual([[K, 'as given']]);
  expect(plain(stringCandidates(hex(`00000020${K}`), 32))).toEqual([[K, 'length prefix removed']]);
  expect(plain(stringCandidates(hex(`00${K}`), 32))).toEqual([[K, 'a zero byte in front removed']]);
  expect(plain(stringCandidates(hex(K.slice(2)), 32))).toEqual([[K, 'a zero byte in front added']]);
  expect(plain(stringCandidates(hex(`0000001f${K.slice(2)}`), 32))).toEqual([
    [K, 'length prefix removed, a zero byte in front added'],
    [`1f${K.slice(2)}`, '3 zero bytes in front removed'],
  ]);
  expect(stringCandidates(hex(K), 64)).toEqual([]);
  expect(stringCandidates(hex(`01${K}`), 32)).toEqual([]);
  expect(stringCandidates(hex(''), 32)).toEqual([]);
});

test('every way of writing a number gives the same first candidate', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.nat(3), (number, zeros) => {
      const K = mpintContent(number);
      fc.pre(K.length >= 5);
      const padded = Uint8Array.of(...new Uint8Array(zeros), ...number);
      const prefixed = Uint8Array.of(0, 0, 0, padded.length, ...padded);
      for (const given of [K, padded, prefixed]) expect(numberCandidates(given).map((c) => toHex(c.bytes))).toContain(toHex(K));
      // Canonical: no byte could be left out (RFC 4251 section 5).
      expect((K[0] as number) > 0 ? (K[0] as number) < 0x80 : (K[1] as number) >= 0x80).toBe(true);
    }),
    { seed: 7, numRuns: 300 },
  );
});
