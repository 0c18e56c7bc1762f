/** Camellia (RFC 3713). */
import { lazily } from '../../../bytes/lazily.ts';
import type { BlockCipher } from '../modes.ts';
import { bytesOf, numberOf } from '../number.ts';
import { beWord, putBe, rotl, table } from './words.ts';

const sbox1 = lazily(() =>
  table(
    [
      '70822cecb327c0e5e4855735ea0cae4123ef6b934519a521ed0e4f4e1d6592bd86b8af8f7ceb1fce3e30dc5f5ec50b1aa6e139cad5475d3dd9015ad651566c4d',
      '8b0d9a66fbccb02d74122b20f0b18499df4ccbc2347e76056db7a931d11704d714583a61de1b111c320f9c165318f222fe44cfb2c3b57a912408e8a860fc6950',
      'aad0a07da1896297545b1e95e0ff64d210c40048a3f775db8a03e6da093fdd94875c8302cd4a90337367f6f39d7fbfe2529bd826c837c63b81966f4b13be632e',
      'e979a78c9f6ebc8e29f5f9b62ffdb4597898066ae74671bad425ab4288a28dfa7207b955f8eeac0a36492a683c38f1a44028d37bbbc943c115e3adf477c7809e',
    ].join(''),
  ),
);

const MASK64 = (1n << 64n) - 1n;
const MASK128 = (1n << 128n) - 1n;

/** Sigma1 to Sigma6 (section 2.2). */
const SIGMA = [0xa09e667f3bcc908bn, 0xb67ae8584caa73b2n, 0xc6ef372fe94f82ben, 0x54ff53a5f1d36f1cn, 0x10e527fade682d1dn, 0xb05688c2b3e6c1fdn];

/** The four S-boxes are turns of one. */
const BOXES = [
  (x: number) => sbox1()[x] as number,
  (x: number) => turn(sbox1()[x] as number, 1),
  (x: number) => turn(sbox1()[x] as number, 7),
  (x: number) => sbox1()[turn(x, 1)] as number,
];

function turn(byte: number, n: number): number {
  return ((byte << n) | (byte >>> (8 - n))) & 255;
}

/** For each of the eight bytes that go into F: its S-box, and which of the bytes y1 to y8 that come out it is part of (section 2.4.1). */
const SPREAD: readonly (readonly [box: number, ys: string])[] = [
  [0, '12358'],
  [1, '23456'],
  [2, '13467'],
  [3, '12478'],
  [1, '234678'],
  [2, '134578'],
  [3, '124568'],
  [0, '123567'],
];

/** S-boxes and spreading in one: two words for each byte in each place. */
const boxesSpread = lazily(() =>
  SPREAD.map(([box, ys]) => {
    const words = new Int32Array(512);
    for (let x = 0; x < 256; x++) {
      const s = (BOXES[box] as (x: number) => number)(x);
      for (const y of ys) {
        const at = 2 * x + (Number(y) > 4 ? 1 : 0);
        words[at] = (words[at] as number) | (s << (8 * ((8 - Number(y)) & 3)));
      }
    }
    return words;
  }),
);

/** One word of F, `half` 0 or 1, of the word `high` and the word `low`, with the key already in them. */
function f(high: number, low: number, half: 0 | 1): number {
  const boxes = boxesSpread();
  let out = 0;
  for (let i = 0; i < 4; i++) {
    const shift = 24 - 8 * i;
    out ^=
      ((boxes[i] as Int32Array)[2 * ((high >>> shift) & 255) + half] as number) ^ ((boxes[i + 4] as Int32Array)[2 * ((low >>> shift) & 255) + half] as number);
  }
  return out;
}

function f64(x: bigint, key: bigint): bigint {
  const input = x ^ key;
  const [high, low] = [Number(input >> 32n), Number(input & 0xffffffffn)];
  return (BigInt(f(high, low, 0) >>> 0) << 32n) | BigInt(f(high, low, 1) >>> 0);
}

/** KA and KB of the key (section 2.2). */
function intermediate(kl: bigint, kr: bigint): [bigint, bigint] {
  const mix = (start: bigint, first: number): bigint => {
    let [high, low] = [start >> 64n, start & MASK64];
    low ^= f64(high, SIGMA[first] as bigint);
    high ^= f64(low, SIGMA[first + 1] as bigint);
    return (high << 64n) | low;
  };
  const ka = mix(mix(kl ^ kr, 0) ^ kl, 2);
  return [ka, mix(ka ^ kr, 4)];
}

// Which 64 bits of which turned key: L, R, A or B, the turn, and the half (0 the upper). Whitening, then six rounds, FL keys, and so on.
const SHORT =
  'L0.0 L0.1 A0.0 A0.1 L15.0 L15.1 A15.0 A15.1 A30.0 A30.1 L45.0 L45.1 A45.0 L60.1 A60.0 A60.1 L77.0 L77.1 L94.0 L94.1 A94.0 A94.1 L111.0 L111.1 A111.0 A111.1';
const LONG =
  'L0.0 L0.1 B0.0 B0.1 R15.0 R15.1 A15.0 A15.1 R30.0 R30.1 B30.0 B30.1 L45.0 L45.1 A45.0 A45.1 L60.0 L60.1 R60.0 R60.1 B60.0 B60.1 L77.0 L77.1 A77.0 A77.1 R94.0 R94.1 A94.0 A94.1 L111.0 L111.1 B111.0 B111.1';

/** The subkeys in the order of their use, two words each. */
function schedule(key: Uint8Array): Int32Array {
  const kl = numberOf(key.subarray(0, 16));
  const right = numberOf(key.subarray(16));
  // A key of 192 bits is filled up with the complement of its last 64.
  const kr = key.length === 24 ? (right << 64n) | (right ^ MASK64) : right;
  const [ka, kb] = intermediate(kl, kr);
  const keys: Readonly<Record<string, bigint>> = { L: kl, R: kr, A: ka, B: kb };
  const words = (key.length === 16 ? SHORT : LONG).split(' ').flatMap((name) => {
    const [turned = '', half] = name.slice(1).split('.');
    const k = keys[name[0] as string] as bigint;
    const all = ((k << BigInt(turned)) | (k >> (128n - BigInt(turned)))) & MASK128;
    const bytes = bytesOf(half === '0' ? all >> 64n : all & MASK64, 8);
    return [beWord(bytes, 0), beWord(bytes, 4)];
  });
  return Int32Array.from(words);
}

/** The same key backwards: decryption is encryption with it. */
function reversed(keys: Int32Array): Int32Array {
  const pairs = Array.from({ length: keys.length / 2 }, (_, i) => keys.slice(2 * i, 2 * i + 2));
  const inner = pairs.slice(2, -2).toReversed();
  return Int32Array.from([...pairs.slice(-2), ...inner, ...pairs.slice(0, 2)].flatMap((pair) => [...pair]));
}

export function camellia(key: Uint8Array): BlockCipher {
  const keys = schedule(key);
  const back = reversed(keys);
  return { blockLength: 16, encrypt: (bytes, at) => run(bytes, at, keys), decrypt: (bytes, at) => run(bytes, at, back) };
}

function run(bytes: Uint8Array, at: number, keys: Int32Array): void {
  const k = (i: number): number => keys[i] as number;
  let [a, b, c, d] = [beWord(bytes, at) ^ k(0), beWord(bytes, at + 4) ^ k(1), beWord(bytes, at + 8) ^ k(2), beWord(bytes, at + 12) ^ k(3)];
  const last = keys.length - 4;
  for (let i = 4, round = 0; i < last; i += 2, round++) {
    if (round === 6) {
      // FL and its inverse (section 2.4.2, 2.4.3) between every six rounds.
      b ^= rotl(a & k(i), 1);
      a ^= b | k(i + 1);
      c ^= d | k(i + 3);
      d ^= rotl(c & k(i + 2), 1);
      i += 4;
      round = 0;
    }
    const [high, low] = [a ^ k(i), b ^ k(i + 1)];
    [a, b, c, d] = [c ^ f(high, low, 0), d ^ f(high, low, 1), a, b];
  }
  putBe(bytes, at, c ^ k(last));
  putBe(bytes, at + 4, d ^ k(last + 1));
  putBe(bytes, at + 8, a ^ k(last + 2));
  putBe(bytes, at + 12, b ^ k(last + 3));
}
