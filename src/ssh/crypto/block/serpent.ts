/** Serpent (R. Anderson, E. Biham, L. Knudsen, 1998), in its bitslice form. */
import type { BlockCipher } from '../modes.ts';
import { leWord, putLe, rotl } from './words.ts';

/** The eight S-boxes. */
const BOXES = [
  '38f1a65bed42709c',
  'fc27905a1be86d34',
  '86793cafd1e40b52',
  '0fb8c963d124a75e',
  '1f83c0b6254a9e7d',
  'f52b4a9c03e8d671',
  '72c5846be91fd3a0',
  '1df0e82b74ca9356',
].map((box) => Uint8Array.from([...box].map((digit) => Number.parseInt(digit, 16))));
const INVERSES = BOXES.map((box) => Uint8Array.from({ length: 16 }, (_, x) => box.indexOf(x)));

const ROUNDS = 32;

/** Four words whose bits of equal place are the input of one S-box. */
type Block = Int32Array;

/** Puts the 32 columns of `block` through `box`. */
function substitute(block: Block, box: Uint8Array): void {
  const [a, b, c, d] = [block[0] as number, block[1] as number, block[2] as number, block[3] as number];
  let [w, x, y, z] = [0, 0, 0, 0];
  for (let i = 0; i < 32; i++) {
    const out = box[((a >>> i) & 1) | (((b >>> i) & 1) << 1) | (((c >>> i) & 1) << 2) | (((d >>> i) & 1) << 3)] as number;
    w |= (out & 1) << i;
    x |= ((out >>> 1) & 1) << i;
    y |= ((out >>> 2) & 1) << i;
    z |= (out >>> 3) << i;
  }
  block[0] = w;
  block[1] = x;
  block[2] = y;
  block[3] = z;
}

function transform(s: Block): void {
  let [a, b, c, d] = [s[0] as number, s[1] as number, s[2] as number, s[3] as number];
  a = rotl(a, 13);
  c = rotl(c, 3);
  b = rotl(b ^ a ^ c, 1);
  d = rotl(d ^ c ^ (a << 3), 7);
  a = rotl(a ^ b ^ d, 5);
  c = rotl(c ^ d ^ (b << 7), 22);
  s.set([a, b, c, d]);
}

function untransform(s: Block): void {
  let [a, b, c, d] = [s[0] as number, s[1] as number, s[2] as number, s[3] as number];
  c = rotl(c, 10) ^ d ^ (b << 7);
  a = rotl(a, 27) ^ b ^ d;
  d = rotl(d, 25) ^ c ^ (a << 3);
  b = rotl(b, 31) ^ a ^ c;
  c = rotl(c, 29);
  a = rotl(a, 19);
  s.set([a, b, c, d]);
}

/** The 33 round keys: a linear recurrence, then the S-boxes from the fourth one backwards. */
function schedule(key: Uint8Array): Block[] {
  const padded = new Uint8Array(32);
  padded.set(key);
  if (key.length < 32) padded[key.length] = 1;
  const w = new Int32Array(8 + 4 * (ROUNDS + 1));
  for (let i = 0; i < 8; i++) w[i] = leWord(padded, 4 * i);
  for (let i = 8; i < w.length; i++) {
    w[i] = rotl((w[i - 8] as number) ^ (w[i - 5] as number) ^ (w[i - 3] as number) ^ (w[i - 1] as number) ^ 0x9e3779b9 ^ (i - 8), 11);
  }
  return Array.from({ length: ROUNDS + 1 }, (_, i) => {
    const words = w.slice(8 + 4 * i, 12 + 4 * i);
    substitute(words, BOXES[(ROUNDS + 3 - i) & 7] as Uint8Array);
    return words;
  });
}

function addKey(block: Block, key: Block): void {
  for (let i = 0; i < 4; i++) block[i] = (block[i] as number) ^ (key[i] as number);
}

function load(bytes: Uint8Array, at: number): Block {
  return Int32Array.of(leWord(bytes, at), leWord(bytes, at + 4), leWord(bytes, at + 8), leWord(bytes, at + 12));
}

function store(bytes: Uint8Array, at: number, block: Block): void {
  block.forEach((word, i) => {
    putLe(bytes, at + 4 * i, word);
  });
}

export function serpent(key: Uint8Array): BlockCipher {
  const keys = schedule(key);
  const roundKey = (i: number): Block => keys[i] as Block;
  return {
    blockLength: 16,
    encrypt(bytes, at) {
      const block = load(bytes, at);
      for (let i = 0; i < ROUNDS; i++) {
        addKey(block, roundKey(i));
        substitute(block, BOXES[i & 7] as Uint8Array);
        if (i < ROUNDS - 1) transform(block);
      }
      addKey(block, roundKey(ROUNDS));
      store(bytes, at, block);
    },
    decrypt(bytes, at) {
      const block = load(bytes, at);
      addKey(block, roundKey(ROUNDS));
      for (let i = ROUNDS - 1; i >= 0; i--) {
        if (i < ROUNDS - 1) untransform(block);
        substitute(block, INVERSES[i & 7] as Uint8Array);
        addKey(block, roundKey(i));
      }
      store(bytes, at, block);
    },
  };
}
