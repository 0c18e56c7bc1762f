/** Twofish (B. Schneier and others, 1998), after "Twofish: A 128-Bit Block Cipher", section 4. */
import { lazily } from '../../../bytes/lazily.ts';
import type { BlockCipher } from '../modes.ts';
import { leWord, putLe, rotl } from './words.ts';

/** The permutations t0 to t3 of half bytes that q0 and q1 are made of (section 4.3.5). */
const Q_PARTS = [
  ['817d6f320b59eca4', 'ecb81235f4a6709d', 'ba5e6d90c8f32471', 'd7f4126e9b3085ca'],
  ['28bdf76e31940ac5', '1e2b4c376da5f908', '4c75169a0ed82b3f', 'b951c3de647f208a'],
];

const permutations = lazily(
  () =>
    Q_PARTS.map(([t0 = '', t1 = '', t2 = '', t3 = '']) => {
      const pick = (t: string, i: number): number => Number.parseInt(t[i] ?? '', 16);
      const mix = (a: number, b: number): [number, number] => [a ^ b, a ^ (((b >>> 1) | (b << 3)) & 15) ^ ((8 * a) & 15)];
      return Uint8Array.from({ length: 256 }, (_, x) => {
        const [a1, b1] = mix(x >>> 4, x & 15);
        const [a3, b3] = mix(pick(t0, a1), pick(t1, b1));
        return (pick(t3, b3) << 4) | pick(t2, a3);
      });
    }) as [Uint8Array, Uint8Array],
);

/** For each byte of a word: the permutation before each XOR with a key byte, from the innermost (only for keys of 256 bits) on (section 4.3.2). */
const CHAIN = [
  [1, 1, 0, 0, 1],
  [0, 1, 1, 0, 0],
  [0, 0, 0, 1, 1],
  [1, 0, 1, 1, 0],
] as const;

const MDS = ['01ef5b5b', '5befef01', 'ef5b01ef', 'ef01ef5b'];
const RS = ['01a455875a58db9e', 'a45682f31ec668e5', '02a1fcc147ae3d19', 'a455875a58db9e03'];

/** Product in GF(2^8) modulo `poly`. */
function times(a: number, b: number, poly: number): number {
  let out = 0;
  for (let x = a, y = b; y > 0; y >>>= 1, x = x & 128 ? (x << 1) ^ poly : x << 1) if (y & 1) out ^= x;
  return out;
}

/** Column `column` of a matrix times `x`, as a little-endian word. */
function product(matrix: readonly string[], column: number, x: number, poly: number): number {
  return matrix.reduce((word, row, i) => word | (times(Number.parseInt(row.slice(2 * column, 2 * column + 2), 16), x, poly) << (8 * i)), 0);
}

const mdsWords = lazily(() => [0, 1, 2, 3].map((column) => Int32Array.from({ length: 256 }, (_, x) => product(MDS, column, x, 0x169))));

/** The part of h that byte `lane` of its input gives, under the words `list` (section 4.3.2). */
function hPart(lane: number, x: number, list: readonly number[]): number {
  const chain = CHAIN[lane] as (typeof CHAIN)[number];
  const q = permutations();
  let y = x;
  for (let i = list.length - 1, link = 4 - list.length; i >= 0; i--, link++)
    y = (q[chain[link] as 0 | 1][y] as number) ^ (((list[i] as number) >>> (8 * lane)) & 255);
  return (mdsWords()[lane] as Int32Array)[q[chain[4]][y] as number] as number;
}

function h(x: number, list: readonly number[]): number {
  return hPart(0, x, list) ^ hPart(1, x, list) ^ hPart(2, x, list) ^ hPart(3, x, list);
}

export function twofish(key: Uint8Array): BlockCipher {
  const words = Array.from({ length: key.length / 4 }, (_, i) => leWord(key, 4 * i));
  const even = words.filter((_, i) => i % 2 === 0);
  const odd = words.filter((_, i) => i % 2 === 1);
  const s = even.map((_, i) => key.subarray(8 * i, 8 * i + 8).reduce((word, byte, column) => word ^ product(RS, column, byte, 0x14d), 0)).toReversed();
  const keys = new Int32Array(40);
  for (let i = 0; i < 20; i++) {
    const a = h(2 * i, even);
    const b = rotl(h(2 * i + 1, odd), 8);
    keys[2 * i] = a + b;
    keys[2 * i + 1] = rotl((a + 2 * b) | 0, 9);
  }
  const tables = [0, 1, 2, 3].map((lane) => Int32Array.from({ length: 256 }, (_, x) => hPart(lane, x, s))) as [Int32Array, Int32Array, Int32Array, Int32Array];
  return {
    blockLength: 16,
    encrypt: (bytes, at) => encrypt(bytes, at, keys, tables),
    decrypt: (bytes, at) => decrypt(bytes, at, keys, tables),
  };
}

type Tables = readonly [Int32Array, Int32Array, Int32Array, Int32Array];

function g(x: number, t: Tables): number {
  return (t[0][x & 255] as number) ^ (t[1][(x >>> 8) & 255] as number) ^ (t[2][(x >>> 16) & 255] as number) ^ (t[3][x >>> 24] as number);
}

function whitened(bytes: Uint8Array, at: number, keys: Int32Array, from: number): [number, number, number, number] {
  const word = (i: number): number => leWord(bytes, at + 4 * i) ^ (keys[from + i] as number);
  return [word(0), word(1), word(2), word(3)];
}

function put(bytes: Uint8Array, at: number, words: readonly number[], keys: Int32Array, from: number): void {
  words.forEach((word, i) => {
    putLe(bytes, at + 4 * i, word ^ (keys[from + i] as number));
  });
}

function encrypt(bytes: Uint8Array, at: number, keys: Int32Array, tables: Tables): void {
  let [a, b, c, d] = whitened(bytes, at, keys, 0);
  for (let k = 8; k < 40; k += 2) {
    const t = g(a, tables);
    const u = g(rotl(b, 8), tables);
    const next = c ^ ((t + u + (keys[k] as number)) | 0);
    [a, b, c, d] = [rotl(next, 31), rotl(d, 1) ^ ((t + 2 * u + (keys[k + 1] as number)) | 0), a, b];
  }
  put(bytes, at, [c, d, a, b], keys, 4);
}

function decrypt(bytes: Uint8Array, at: number, keys: Int32Array, tables: Tables): void {
  let [c, d, a, b] = whitened(bytes, at, keys, 4);
  for (let k = 38; k >= 8; k -= 2) {
    const t = g(c, tables);
    const u = g(rotl(d, 8), tables);
    const next = b ^ ((t + 2 * u + (keys[k + 1] as number)) | 0);
    [a, b, c, d] = [c, d, rotl(a, 1) ^ ((t + u + (keys[k] as number)) | 0), rotl(next, 31)];
  }
  put(bytes, at, [a, b, c, d], keys, 0);
}
