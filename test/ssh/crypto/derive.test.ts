import { fromHex, toHex } from '../../../src/bytes/hex.ts';
import { deriveKey } from '../../../src/ssh/crypto/derive.ts';
import { primitives as native } from '../../../src/ssh/crypto/native.ts';
import { portable } from '../../../src/ssh/crypto/portable.ts';

const hex = (s: string) => fromHex(s) as Uint8Array;
const K = hex('0000000900a1b2c3d4e5f60718');
const H = hex('00112233445566778899aabbccddeeff00112233');
const sessionId = hex('ffeeddccbbaa99887766554433221100ffeeddcc');

// Made with `openssl kdf -keylen 64 … SSHKDF` of OpenSSL 3.0: up to four hashes long.
test.each([
  ['sha1', 'A', '54b310535d91cc938fde5ed7761344876e56caf0f79b7988c3022fbd7fddeaf6de64ab5e9b85b0f8039b9d5d900eac6c22c284a69fdf21e108ea0b3832fc51c3'],
  ['sha1', 'E', '11a09861ea13e9b4516fd3b04e8183a1df69c422f4bb5d8d556e85f3273c6e0b29bfc243134fe122eb7b259623718db8353602e73d8e9fcb04736a84259b1097'],
  ['sha256', 'A', 'd9ccca0f861cbf19f78132b670bb302f0cb8d56c5c57d799e3eb7ad3274684c0caea4a4d8316c1bb7692f63fd61c3ad54cce1e12568d79ea719d27b633c7c4a6'],
  ['sha256', 'C', 'b1ba7be6d5958c2309d9d1ba38bed2486bc845bca52ca8add035a6171c17fbb2558edb28bf62bd33f5e85ef32912555b8360e803a90fe14be235cd88aaf4f8fe'],
  ['sha384', 'C', '8a794b4c65597c85dd513b8cbba3f2308bfdba92c05e5ad7c4006a1b747ea68560504a93ac6f8af37cbd26c23a1c8f92ced96892cf546f185b71e748ac3e2ffd'],
  ['sha512', 'E', 'b6f084a0b99fa6d7dcbde62edd7c19fd1caf78596e896955e994fa37965047bb661372c2df75c9eb3e4ce9f2a358ae9bde5fe254975c3660cb1b1923eeecc1d5'],
] as const)('%s, letter %s', (hash, letter, key) => {
  for (const primitives of [native, portable]) {
    expect(toHex(deriveKey(primitives, hash, K, H, letter, sessionId, 64))).toBe(key);
    expect(toHex(deriveKey(primitives, hash, K, H, letter, sessionId, 12))).toBe(key.slice(0, 24));
    expect(deriveKey(primitives, hash, K, H, letter, sessionId, 0).length).toBe(0);
  }
});
