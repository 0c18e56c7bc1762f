/** DES and triple DES (FIPS 46-3, NIST SP 800-67), straight from the standard's tables. */
import { lazily } from '../../../bytes/lazily.ts';
import type { BlockCipher } from '../modes.ts';
import { beWord, putBe, rotl } from './words.ts';

/** The S-boxes, four rows of sixteen each. */
const S = [
  'e4d12fb83a6c5907 0f74e2d1a6cb9538 41e8d62bfc973a50 fc8249175b3ea06d',
  'f18e6b34972dc05a 3d47f28ec01a69b5 0e7ba4d158c6932f d8a13f42b67c05e9',
  'a09e63f51dc7b428 d709346a285ecbf1 d6498f30b12c5ae7 1ad069874fe3b52c',
  '7de3069a1285bc4f d8b56f03472c1ae9 a690cb7df13e5284 3f06a1d8945bc72e',
  '2c417ab6853fd0e9 eb2c47d150fa3986 421bad78f9c5630e b8c71e2d6f09a453',
  'c1af92680d34e75b af427c9561de0b38 9ef528c3704a1db6 432c95fabe17608d',
  '4b2ef08d3c975a61 d0b7491ae35c2f86 14bdc37eaf680592 6bd814a7950fe23c',
  'd2846fb1a93e50c7 1fd8a374c56b0e92 7b419ce206adf358 21e74a8dfc90356b',
];

// Bits are numbered from 1, the highest, as in the standard.
const P = [16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10, 2, 8, 24, 14, 32, 27, 3, 9, 19, 13, 30, 6, 22, 11, 4, 25];
const PC1_C = [57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18, 10, 2, 59, 51, 43, 35, 27, 19, 11, 3, 60, 52, 44, 36];
const PC1_D = [63, 55, 47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22, 14, 6, 61, 53, 45, 37, 29, 21, 13, 5, 28, 20, 12, 4];
const PC2 = [
  14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4, 26, 8, 16, 7, 27, 20, 13, 2, 41, 52, 31, 37, 47, 55, 30, 40, 51, 45, 33, 48, 44, 49, 39, 56, 34,
  53, 46, 42, 50, 36, 29, 32,
];
/** IP takes from each byte its second, fourth, sixth and eighth bit, then its first, third, fifth and seventh; each from the last byte to the first. */
const IP = [58, 60, 62, 64, 57, 59, 61, 63].flatMap((bit) => [0, 8, 16, 24, 32, 40, 48, 56].map((back) => bit - back));
const FP = IP.map((_, i) => IP.indexOf(i + 1) + 1);

/** S and P in one: what the six bits `v` of group `i` give. */
const sAndP = lazily(() =>
  S.map((box, i) => {
    const nibbles = box.replaceAll(' ', '');
    return Int32Array.from({ length: 64 }, (_, v) => {
      const row = ((v >> 4) & 2) | (v & 1);
      return permuteWord(Number.parseInt(nibbles[16 * row + ((v >> 1) & 15)] ?? '', 16) << (28 - 4 * i));
    });
  }),
);

function permuteWord(word: number): number {
  let out = 0;
  for (const bit of P) out = (out << 1) | ((word >>> (32 - bit)) & 1);
  return out;
}

/** 64 bits of `bytes` at `at`, in the order `bits` says, in place. */
function permuteBlock(bytes: Uint8Array, at: number, bits: readonly number[]): void {
  const high = beWord(bytes, at);
  const low = beWord(bytes, at + 4);
  let [a, b] = [0, 0];
  for (let i = 0; i < 32; i++) {
    const [x, y] = [bits[i] as number, bits[i + 32] as number];
    a = (a << 1) | ((x <= 32 ? high >>> (32 - x) : low >>> (64 - x)) & 1);
    b = (b << 1) | ((y <= 32 ? high >>> (32 - y) : low >>> (64 - y)) & 1);
  }
  putBe(bytes, at, a);
  putBe(bytes, at + 4, b);
}

/** The 16 round keys, eight groups of six bits each. */
function schedule(key: Uint8Array): number[][] {
  const bit = (n: number): number => ((key[(n - 1) >> 3] as number) >>> (7 - ((n - 1) & 7))) & 1;
  let c = PC1_C.map(bit);
  let d = PC1_D.map(bit);
  return Array.from({ length: 16 }, (_, round) => {
    const turn = round === 0 || round === 1 || round === 8 || round === 15 ? 1 : 2;
    c = [...c.slice(turn), ...c.slice(0, turn)];
    d = [...d.slice(turn), ...d.slice(0, turn)];
    const both = [...c, ...d];
    return Array.from({ length: 8 }, (__, group) => PC2.slice(6 * group, 6 * group + 6).reduce((v, n) => (v << 1) | (both[n - 1] as number), 0));
  });
}

export function des(key: Uint8Array): BlockCipher {
  const keys = schedule(key);
  const back = keys.toReversed();
  const boxes = sAndP();
  const run = (bytes: Uint8Array, at: number, order: readonly number[][]): void => {
    permuteBlock(bytes, at, IP);
    let left = beWord(bytes, at);
    let right = beWord(bytes, at + 4);
    for (const roundKey of order) {
      let f = 0;
      // Each group of six bits overlaps its neighbours by one bit at either end.
      for (let i = 0; i < 8; i++) f ^= (boxes[i] as Int32Array)[(rotl(right, (4 * i + 31) & 31) >>> 26) ^ (roundKey[i] as number)] as number;
      [left, right] = [right, left ^ f];
    }
    putBe(bytes, at, right);
    putBe(bytes, at + 4, left);
    permuteBlock(bytes, at, FP);
  };
  return { blockLength: 8, encrypt: (bytes, at) => run(bytes, at, keys), decrypt: (bytes, at) => run(bytes, at, back) };
}

/** Encrypts with the first key, decrypts with the second, encrypts with the third. */
export function tripleDes(key: Uint8Array): BlockCipher {
  const [one, two, three] = [des(key.subarray(0, 8)), des(key.subarray(8, 16)), des(key.subarray(16, 24))];
  return {
    blockLength: 8,
    encrypt(bytes, at) {
      one.encrypt(bytes, at);
      two.decrypt(bytes, at);
      three.encrypt(bytes, at);
    },
    decrypt(bytes, at) {
      three.decrypt(bytes, at);
      two.encrypt(bytes, at);
      one.decrypt(bytes, at);
    },
  };
}
