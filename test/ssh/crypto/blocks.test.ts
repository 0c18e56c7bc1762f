import { fromHex, toHex } from '../../../src/bytes/hex.ts';
import { primitives as native } from '../../../src/ssh/crypto/native.ts';
import { portable } from '../../../src/ssh/crypto/portable.ts';
import type { BlockCipherName } from '../../../src/ssh/crypto/primitives.ts';

const hex = (s: string) => fromHex(s.replaceAll(' ', '')) as Uint8Array;

/** One block each: [cipher, source, key, plaintext, ciphertext]. */
const BLOCKS: readonly (readonly [BlockCipherName, string, string, string, string])[] = [
  ['aes', 'FIPS 197 C.1', '000102030405060708090a0b0c0d0e0f', '00112233445566778899aabbccddeeff', '69c4e0d86a7b0430d8cdb78070b4c55a'],
  ['aes', 'FIPS 197 C.2', '000102030405060708090a0b0c0d0e0f1011121314151617', '00112233445566778899aabbccddeeff', 'dda97ca4864cdfe06eaf70a0ec0d7191'],
  [
    'aes',
    'FIPS 197 C.3',
    '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f',
    '00112233445566778899aabbccddeeff',
    '8ea2b7ca516745bfeafc49904b496089',
  ],
  ['des', 'NBS SP 500-20', '10316e028c8f3b4a', '0000000000000000', '82dcbafbdeab6602'],
  ['des', 'FIPS 46 example of J. O. Grabbe', '133457799bbcdff1', '0123456789abcdef', '85e813540f0ab405'],
  [
    '3des',
    'NIST SP 800-67 B.1',
    '0123456789abcdef 23456789abcdef01 456789abcdef0123',
    '5468652071756663 6b2062726f776e20 666f78206a756d70',
    'a826fd8ce53b855f cce21c8112256fe6 68d5c05dd9b6b900',
  ],
  ['blowfish', 'E. Young', '0000000000000000', '0000000000000000', '4ef997456198dd78'],
  ['blowfish', 'E. Young', 'ffffffffffffffff', 'ffffffffffffffff', '51866fd5b85ecb8a'],
  ['blowfish', 'E. Young', '0123456789abcdef', '1111111111111111', '61f9c3802281b096'],
  ['blowfish', 'E. Young, long keys', 'f0e1d2c3b4a5968778695a4b3c2d1e0f', 'fedcba9876543210', '93142887ee3be15c'],
  ['cast128', 'RFC 2144 B.1', '0123456712345678234567893456789a', '0123456789abcdef', '238b4fe5847e44b2'],
  ['twofish', 'Twofish paper', '00000000000000000000000000000000', '00000000000000000000000000000000', '9f589f5cf6122c32b6bfec2f2ae8c35a'],
  ['twofish', 'Twofish paper', '0123456789abcdeffedcba98765432100011223344556677', '00000000000000000000000000000000', 'cfd1d2e5a9be9cdf501f13b892bd2248'],
  [
    'twofish',
    'Twofish paper',
    '0123456789abcdeffedcba987654321000112233445566778899aabbccddeeff',
    '00000000000000000000000000000000',
    '37527be0052334b89f0cfccae87cfa20',
  ],
  ['serpent', 'NESSIE set 1, vector 0', '80000000000000000000000000000000', '00000000000000000000000000000000', '264e5481eff42a4606abda06c0bfda3d'],
  ['serpent', 'NESSIE set 1, vector 0', `80${'00'.repeat(23)}`, '00000000000000000000000000000000', '9e274ead9b737bb21efcfca548602689'],
  ['serpent', 'NESSIE set 1, vector 0', `80${'00'.repeat(31)}`, '00000000000000000000000000000000', 'a223aa1288463c0e2be38ebd825616c0'],
  ['idea', 'Lai, thesis', '00010002000300040005000600070008', '0000000100020003', '11fbed2b01986de5'],
  ['seed', 'RFC 4269 B.1', '00000000000000000000000000000000', '000102030405060708090a0b0c0d0e0f', '5ebac6e0054e166819aff1cc6d346cdb'],
  ['seed', 'RFC 4269 B.2', '000102030405060708090a0b0c0d0e0f', '00000000000000000000000000000000', 'c11f22f20140505084483597e4370f43'],
  ['camellia', 'RFC 3713 A', '0123456789abcdeffedcba9876543210', '0123456789abcdeffedcba9876543210', '67673138549669730857065648eabe43'],
  ['camellia', 'RFC 3713 A', '0123456789abcdeffedcba98765432100011223344556677', '0123456789abcdeffedcba9876543210', 'b4993401b3e996f84ee5cee7d79b09b9'],
  [
    'camellia',
    'RFC 3713 A',
    '0123456789abcdeffedcba987654321000112233445566778899aabbccddeeff',
    '0123456789abcdeffedcba9876543210',
    '9acc237dff16d76c20ef7c919e3a7509',
  ],
];

describe.each([native, portable])('$name primitives', (primitives) => {
  test.each(BLOCKS)('%s encrypts and decrypts as %s says', (cipher, _source, key, plain, sealed) => {
    expect(toHex(primitives.ecb(cipher, hex(key))(hex(plain)))).toBe(sealed.replaceAll(' ', ''));
    // CBC with an IV of zeros decrypts the first block as ECB would.
    const first = primitives.cbc(cipher, hex(key))(hex(sealed.split(' ')[0] ?? ''));
    expect(toHex(first)).toBe(plain.split(' ')[0]);
  });
});
