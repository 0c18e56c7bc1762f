/** SEED (RFC 4269), the national cipher of Korea. */
import { lazily } from '../../../bytes/lazily.ts';
import type { BlockCipher } from '../modes.ts';
import { beWord, putBe, rotl, table } from './words.ts';

/** The two S-boxes of section 2.1, in hex. */
const S = [
  [
    'a985d6d3541dac255d43181e51fcca632844209de0e2c817a58f037bbb13d2ee708c3fa832ddf674ec950b575c5bbd01241c739810ccf2d92ce772839bd186c9',
    '6050a3eb0db69e4fb75ac678a612afd561c3b441527d8d081f9900190453f7e1fd762f27b08b0eaba26e934d697c090abfeff3c58714fe64de2e4b1a06216b66',
    '02f5928a0cb37ed07a4796e52680addfa13037ae36152238f4a7454c81e9849735cbce3c7111c78975fbdaf8945982c4ff493967c0cfd7b80f8e4223916cdba4',
    '34f148c26f3d2d40be3ebcc1aaba4e553bdc687f9cd84a5677a0ed46b52b65fae3b9b19f5ef9e6b231ea6d5fe4f0cd88163a58d462290733e81b0579906a2a9a',
  ].join(''),
  [
    '38e82da6cfdeb3b8af6055c7446f6b5bc36233b529a0e2a7d39111061cbc364bef886ca817c416f4c245e1d63f3d8e98284ef63ea5f90ddfd82b667a272ff172',
    '42d441c07367ac8bf7ad801fca2caa34d20beee95d9418f857ae08c513cd86b9ff7dc131f58a6ab1d120d7022204687107db9d9961bee659dd5190dc9aa3abd0',
    '810f471ae3ec8dbf967b5ca2a163234dc89e9c3a0c2eba6e9f5af292f34978cc15fb70757f351003646dc674d5b4ea097619fe4012e0bd05fa01f02a5ea95643',
    '8514899bb0e5487997fc1e82218c1b5f7754b21d254f0046ed5852eb7edac9fd3095653cb6e4bb7c0e5039263284699337e724a4cb530a87d94c838fce3b4ab7',
  ].join(''),
];

/** The masks m0 to m3 of section 2.1, for the four bytes of a word. */
const MASKS = [0xfc, 0xf3, 0xcf, 0x3f];

/** What byte `lane` of a word (0 is the lowest) gives in G. */
const lanes = lazily(() => {
  const [s0, s1] = S.map(table) as [Uint8Array, Uint8Array];
  return [s0, s1, s0, s1].map((box, lane) =>
    Int32Array.from({ length: 256 }, (_, x) => MASKS.reduce((word, __, i) => word | (((box[x] as number) & (MASKS[(i + lane) & 3] as number)) << (8 * i)), 0)),
  ) as [Int32Array, Int32Array, Int32Array, Int32Array];
});

function g(x: number): number {
  const [a, b, c, d] = lanes();
  return (a[x & 255] as number) ^ (b[(x >>> 8) & 255] as number) ^ (c[(x >>> 16) & 255] as number) ^ (d[x >>> 24] as number);
}

/** The 16 round keys of two words (section 2.3). */
function schedule(key: Uint8Array): Int32Array {
  let [a, b, c, d] = [beWord(key, 0), beWord(key, 4), beWord(key, 8), beWord(key, 12)];
  const out = new Int32Array(32);
  for (let i = 0; i < 16; i++) {
    const constant = rotl(0x9e3779b9, i);
    out[2 * i] = g((a + c - constant) | 0);
    out[2 * i + 1] = g((b - d + constant) | 0);
    if (i % 2 === 0) [a, b] = [(a >>> 8) | (b << 24), (b >>> 8) | (a << 24)];
    else [c, d] = [(c << 8) | (d >>> 24), (d << 8) | (c >>> 24)];
  }
  return out;
}

export function seed(key: Uint8Array): BlockCipher {
  const keys = schedule(key);
  const run = (bytes: Uint8Array, at: number, first: number, step: number): void => {
    let [a, b, c, d] = [beWord(bytes, at), beWord(bytes, at + 4), beWord(bytes, at + 8), beWord(bytes, at + 12)];
    for (let round = 0, k = first; round < 16; round++, k += step) {
      const t = c ^ (keys[k] as number);
      const u = g(t ^ d ^ (keys[k + 1] as number));
      const v = g((t + u) | 0);
      const w = g((u + v) | 0);
      [a, b, c, d] = [c, d, a ^ ((v + w) | 0), b ^ w];
    }
    putBe(bytes, at, c);
    putBe(bytes, at + 4, d);
    putBe(bytes, at + 8, a);
    putBe(bytes, at + 12, b);
  };
  return { blockLength: 16, encrypt: (bytes, at) => run(bytes, at, 0, 2), decrypt: (bytes, at) => run(bytes, at, 30, -2) };
}
