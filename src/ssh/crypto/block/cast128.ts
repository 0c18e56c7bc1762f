/** CAST-128 (RFC 2144) with keys of 128 bits, which means 16 rounds. */
import { lazily } from '../../../bytes/lazily.ts';
import type { BlockCipher } from '../modes.ts';
import { CAST_BOXES } from './cast128-boxes.ts';
import { beWord, putBe, rotl } from './words.ts';

const boxes = lazily(() => CAST_BOXES.map((words) => Int32Array.from({ length: 256 }, (_, i) => Number.parseInt(words.slice(8 * i, 8 * i + 8), 16))));

function box(number: number, byte: number): number {
  return (boxes()[number - 1] as Int32Array)[byte] as number;
}

/** A word of the schedule: the four bytes of the other array that go through S5 to S8, then a fifth one and the box it goes through. */
type Step = readonly [s5: number, s6: number, s7: number, s8: number, fifth: number, box: number];

// Section 2.4. z from x: the word of x it starts from, then its step over the bytes of x (for the first) or of z.
const Z_FROM_X: readonly (readonly [word: number, ...Step])[] = [
  [0, 0xd, 0xf, 0xc, 0xe, 0x8, 7],
  [2, 0x0, 0x2, 0x1, 0x3, 0xa, 8],
  [3, 0x7, 0x6, 0x5, 0x4, 0x9, 5],
  [1, 0xa, 0x9, 0xb, 0x8, 0xb, 6],
];
const X_FROM_Z: readonly (readonly [word: number, ...Step])[] = [
  [2, 0x5, 0x7, 0x4, 0x6, 0x0, 7],
  [0, 0x0, 0x2, 0x1, 0x3, 0x2, 8],
  [1, 0x7, 0x6, 0x5, 0x4, 0x1, 5],
  [3, 0xa, 0x9, 0xb, 0x8, 0x3, 6],
];

/** Four subkeys at a time, from z, x, z, x. */
const SUBKEYS: readonly (readonly Step[])[] = [
  [
    [0x8, 0x9, 0x7, 0x6, 0x2, 5],
    [0xa, 0xb, 0x5, 0x4, 0x6, 6],
    [0xc, 0xd, 0x3, 0x2, 0x9, 7],
    [0xe, 0xf, 0x1, 0x0, 0xc, 8],
  ],
  [
    [0x3, 0x2, 0xc, 0xd, 0x8, 5],
    [0x1, 0x0, 0xe, 0xf, 0xd, 6],
    [0x7, 0x6, 0x8, 0x9, 0x3, 7],
    [0x5, 0x4, 0xa, 0xb, 0x7, 8],
  ],
  [
    [0x3, 0x2, 0xc, 0xd, 0x9, 5],
    [0x1, 0x0, 0xe, 0xf, 0xc, 6],
    [0x7, 0x6, 0x8, 0x9, 0x2, 7],
    [0x5, 0x4, 0xa, 0xb, 0x6, 8],
  ],
  [
    [0x8, 0x9, 0x7, 0x6, 0x3, 5],
    [0xa, 0xb, 0x5, 0x4, 0x7, 6],
    [0xc, 0xd, 0x3, 0x2, 0x8, 7],
    [0xe, 0xf, 0x1, 0x0, 0xd, 8],
  ],
];

/** Replaces `to` by four words made of `from`, and of itself as it grows. */
function mix(to: Uint8Array, from: Uint8Array, steps: readonly (readonly [word: number, ...Step])[]): void {
  steps.forEach(([word, a, b, c, d, e, last], i) => {
    const source = i === 0 ? from : to;
    putBe(to, 4 * i, beWord(from, 4 * word) ^ four(source, a, b, c, d) ^ box(last, from[e] as number));
  });
}

function four(bytes: Uint8Array, a: number, b: number, c: number, d: number): number {
  return box(5, bytes[a] as number) ^ box(6, bytes[b] as number) ^ box(7, bytes[c] as number) ^ box(8, bytes[d] as number);
}

/** K1 to K32: 16 masking keys, 16 turning keys. */
function schedule(key: Uint8Array): number[] {
  const x = new Uint8Array(key);
  const z = new Uint8Array(16);
  const half = (): number[] =>
    SUBKEYS.flatMap((steps, i) => {
      if (i % 2 === 0) mix(z, x, Z_FROM_X);
      else mix(x, z, X_FROM_Z);
      const bytes = i % 2 === 0 ? z : x;
      return steps.map(([a, b, c, d, e, last]) => four(bytes, a, b, c, d) ^ box(last, bytes[e] as number));
    });
  return [...half(), ...half()];
}

/** The three kinds of round (section 2.2): how the key goes in, and how the four boxes come together. */
function round(kind: number, d: number, mask: number, turn: number): number {
  const i = rotl(kind === 0 ? (mask + d) | 0 : kind === 1 ? mask ^ d : (mask - d) | 0, turn & 31);
  const [a, b, c, e] = [box(1, i >>> 24), box(2, (i >>> 16) & 255), box(3, (i >>> 8) & 255), box(4, i & 255)];
  if (kind === 0) return (((a ^ b) - c) | 0) + e;
  return kind === 1 ? ((a - b + c) | 0) ^ e : (((a + b) | 0) ^ c) - e;
}

export function cast128(key: Uint8Array): BlockCipher {
  const keys = schedule(key);
  const run = (bytes: Uint8Array, at: number, first: number, step: number): void => {
    let [left, right] = [beWord(bytes, at), beWord(bytes, at + 4)];
    for (let n = 0, k = first; n < 16; n++, k += step) {
      [left, right] = [right, left ^ round(k % 3, right, keys[k] as number, (keys[k + 16] as number) & 31)];
    }
    putBe(bytes, at, right);
    putBe(bytes, at + 4, left);
  };
  return { blockLength: 8, encrypt: (bytes, at) => run(bytes, at, 0, 1), decrypt: (bytes, at) => run(bytes, at, 15, -1) };
}
