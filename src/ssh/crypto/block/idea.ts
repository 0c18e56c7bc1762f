/** IDEA (X. Lai and J. Massey, 1991). */
import type { BlockCipher } from '../modes.ts';

const ROUNDS = 8;

/** Product modulo 2^16 + 1, where 0 stands for 2^16. */
function mul(a: number, b: number): number {
  return (((a || 0x10000) * (b || 0x10000)) % 0x10001) & 0xffff;
}

/** The inverse for `mul`: a to the power of 2^16 - 1. */
function inverse(a: number): number {
  let out = 1;
  for (let i = 0; i < 16; i++) out = mul(mul(out, out), a);
  return out;
}

/** 52 subkeys of 16 bits: the key, turned by 25 bits after every eight. */
function schedule(key: Uint8Array): number[] {
  const bit = (n: number): number => ((key[(n >> 3) & 15] as number) >> (7 - (n & 7))) & 1;
  return Array.from({ length: 6 * ROUNDS + 4 }, (_, i) => {
    const start = 25 * (i >> 3) + 16 * (i & 7);
    return Array.from({ length: 16 }, (__, n) => bit((start + n) & 127)).reduce((word, b) => (word << 1) | b, 0);
  });
}

/** The subkeys that undo `keys`. */
function inverted(keys: readonly number[]): number[] {
  const k = (i: number): number => keys[i] as number;
  const negative = (i: number): number => -k(i) & 0xffff;
  const out: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const at = 6 * (ROUNDS - round);
    // The middle two change places in all rounds but the ends, where the halves are not crossed.
    const crossed = round > 0 && round < ROUNDS;
    out.push(inverse(k(at)), negative(at + (crossed ? 2 : 1)), negative(at + (crossed ? 1 : 2)), inverse(k(at + 3)));
    if (round < ROUNDS) out.push(k(at - 2), k(at - 1));
  }
  return out;
}

function run(bytes: Uint8Array, at: number, keys: readonly number[]): void {
  const k = (i: number): number => keys[i] as number;
  const word = (i: number): number => ((bytes[at + 2 * i] as number) << 8) | (bytes[at + 2 * i + 1] as number);
  let [a, b, c, d] = [word(0), word(1), word(2), word(3)];
  for (let i = 0; i < 6 * ROUNDS; i += 6) {
    a = mul(a, k(i));
    b = (b + k(i + 1)) & 0xffff;
    c = (c + k(i + 2)) & 0xffff;
    d = mul(d, k(i + 3));
    const e = mul(a ^ c, k(i + 4));
    const f = mul((e + (b ^ d)) & 0xffff, k(i + 5));
    const g = (e + f) & 0xffff;
    [a, b, c, d] = [a ^ f, c ^ f, b ^ g, d ^ g];
  }
  const last = 6 * ROUNDS;
  [mul(a, k(last)), (c + k(last + 1)) & 0xffff, (b + k(last + 2)) & 0xffff, mul(d, k(last + 3))].forEach((value, i) => {
    bytes[at + 2 * i] = value >> 8;
    bytes[at + 2 * i + 1] = value;
  });
}

export function idea(key: Uint8Array): BlockCipher {
  const keys = schedule(key);
  const back = inverted(keys);
  return { blockLength: 8, encrypt: (bytes, at) => run(bytes, at, keys), decrypt: (bytes, at) => run(bytes, at, back) };
}
