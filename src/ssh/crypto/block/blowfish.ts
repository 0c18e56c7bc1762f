/** Blowfish (B. Schneier, 1993), for keys of any length that SSH uses. */
import type { BlockCipher } from '../modes.ts';
import { piTimes2 } from '../number.ts';
import { beWord, putBe } from './words.ts';

const ROUNDS = 16;
const P_WORDS = ROUNDS + 2;
const S_WORDS = 4 * 256;

let digits: Int32Array | undefined;

/** The first tables: the fraction of pi, 32 bits a word. */
function piWords(): Int32Array {
  if (digits === undefined) {
    const bits = 32 * (P_WORDS + S_WORDS);
    const hex = (piTimes2(bits) & ((1n << BigInt(bits)) - 1n)).toString(16).padStart(bits / 4, '0');
    digits = Int32Array.from({ length: P_WORDS + S_WORDS }, (_, i) => Number.parseInt(hex.slice(8 * i, 8 * i + 8), 16));
  }
  return digits;
}

export function blowfish(key: Uint8Array): BlockCipher {
  const p = piWords().slice(0, P_WORDS);
  const s = piWords().slice(P_WORDS);

  const run = (bytes: Uint8Array, at: number, first: number, step: number): void => {
    let left = beWord(bytes, at);
    let right = beWord(bytes, at + 4);
    let k = first;
    for (let round = 0; round < ROUNDS; round++, k += step) {
      left ^= p[k] as number;
      const a = ((s[left >>> 24] as number) + (s[256 + ((left >>> 16) & 255)] as number)) | 0;
      const f = ((a ^ (s[512 + ((left >>> 8) & 255)] as number)) + (s[768 + (left & 255)] as number)) | 0;
      [left, right] = [right ^ f, left];
    }
    putBe(bytes, at, right ^ (p[k + step] as number));
    putBe(bytes, at + 4, left ^ (p[k] as number));
  };
  const encrypt = (bytes: Uint8Array, at: number): void => run(bytes, at, 0, 1);

  for (let i = 0; i < 4 * P_WORDS; i++) {
    const w = i >> 2;
    p[w] = (p[w] as number) ^ ((key[i % key.length] as number) << (24 - 8 * (i & 3)));
  }
  // The tables are replaced, two words at a time, by what they encrypt themselves to.
  const block = new Uint8Array(8);
  for (const words of [p, s]) {
    for (let i = 0; i < words.length; i += 2) {
      encrypt(block, 0);
      words[i] = beWord(block, 0);
      words[i + 1] = beWord(block, 4);
    }
  }
  return { blockLength: 8, encrypt, decrypt: (bytes, at) => run(bytes, at, P_WORDS - 1, -1) };
}
