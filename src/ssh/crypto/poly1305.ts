/** Poly1305 (RFC 8439 section 2.5) of short messages and of long ones. */

const P = (1n << 130n) - 5n;
const LOW = (1n << 128n) - 1n;
const CLAMP = 0x0ffffffc0ffffffc0ffffffc0fffffffn;

/** Bits of a limb. A limb is a whole number in a double: six of them hold what modulo 2^130 - 5 leaves, and products of two stay exact. */
const LIMB = 2 ** 22;
const MASK = LIMB - 1;
/** 2^132, which is what the seventh limb would count, modulo 2^130 - 5. */
const WRAP = 20;

/** Bits of the sixth limb: 22 times five and these are 130. */
const TOP = 20;

const sum = new Int32Array(6);
/** The last block of a message that is no whole block, with its bit behind the last byte. */
const last = new DataView(new ArrayBuffer(16));

/**
 * True when the 16 bytes of `bytes` at `end` are the Poly1305 of those from `start` to `end`, under the one-time key in the first
 * 32 bytes of `oneTimeKey`: r and s.
 *
 * Limbs of r are below 2^22, of 20 r below 2^26.4, of h with a block added below 2^23 + 2^9: a sum of six products is below
 * 2^52. Libraries have longer code for longer messages, and make an object for each.
 */
export function poly1305Matches(oneTimeKey: DataView, bytes: DataView, start: number, end: number): boolean {
  // r is clamped (section 2.5).
  const k0 = word(oneTimeKey, 0) & 0x0fffffff;
  const k1 = word(oneTimeKey, 4) & 0x0ffffffc;
  const k2 = word(oneTimeKey, 8) & 0x0ffffffc;
  const k3 = word(oneTimeKey, 12) & 0x0ffffffc;
  const r0 = k0 & MASK;
  const r1 = ((k0 >>> 22) | (k1 << 10)) & MASK;
  const r2 = ((k1 >>> 12) | (k2 << 20)) & MASK;
  const r3 = (k2 >>> 2) & MASK;
  const r4 = ((k2 >>> 24) | (k3 << 8)) & MASK;
  const r5 = k3 >>> 14;
  const w1 = WRAP * r1;
  const w2 = WRAP * r2;
  const w3 = WRAP * r3;
  const w4 = WRAP * r4;
  const w5 = WRAP * r5;
  let h0 = 0;
  let h1 = 0;
  let h2 = 0;
  let h3 = 0;
  let h4 = 0;
  let h5 = 0;
  for (let at = start; at < end; at += 16) {
    const whole = end - at >= 16;
    if (!whole) putLast(bytes, at, end);
    const from = whole ? bytes : last;
    const p = whole ? at : 0;
    const m0 = word(from, p);
    const m1 = word(from, p + 4);
    const m2 = word(from, p + 8);
    const m3 = word(from, p + 12);
    h0 += m0 & MASK;
    h1 += ((m0 >>> 22) | (m1 << 10)) & MASK;
    h2 += ((m1 >>> 12) | (m2 << 20)) & MASK;
    h3 += (m2 >>> 2) & MASK;
    h4 += ((m2 >>> 24) | (m3 << 8)) & MASK;
    h5 += (m3 >>> 14) + (whole ? 2 ** 18 : 0);
    const d0 = h0 * r0 + h1 * w5 + h2 * w4 + h3 * w3 + h4 * w2 + h5 * w1;
    const d1 = h0 * r1 + h1 * r0 + h2 * w5 + h3 * w4 + h4 * w3 + h5 * w2;
    const d2 = h0 * r2 + h1 * r1 + h2 * r0 + h3 * w5 + h4 * w4 + h5 * w3;
    const d3 = h0 * r3 + h1 * r2 + h2 * r1 + h3 * r0 + h4 * w5 + h5 * w4;
    const d4 = h0 * r4 + h1 * r3 + h2 * r2 + h3 * r1 + h4 * r0 + h5 * w5;
    const d5 = h0 * r5 + h1 * r4 + h2 * r3 + h3 * r2 + h4 * r1 + h5 * r0;
    const c0 = Math.floor(d0 / LIMB);
    const c1 = Math.floor((d1 + c0) / LIMB);
    const c2 = Math.floor((d2 + c1) / LIMB);
    const c3 = Math.floor((d3 + c2) / LIMB);
    const c4 = Math.floor((d4 + c3) / LIMB);
    const c5 = Math.floor((d5 + c4) / LIMB);
    const low = d0 - c0 * LIMB + c5 * WRAP;
    const c6 = Math.floor(low / LIMB);
    h0 = low - c6 * LIMB;
    h1 = d1 + c0 - c1 * LIMB + c6;
    h2 = d2 + c1 - c2 * LIMB;
    h3 = d3 + c2 - c3 * LIMB;
    h4 = d4 + c3 - c4 * LIMB;
    h5 = d5 + c4 - c5 * LIMB;
  }
  sum[0] = h0;
  sum[1] = h1;
  sum[2] = h2;
  sum[3] = h3;
  sum[4] = h4;
  sum[5] = h5;
  return sumsTo(oneTimeKey, bytes, end);
}

/** True when `sum` modulo 2^130 - 5, and s added to it modulo 2^128, is the number in the 16 bytes of `bytes` at `at`. */
function sumsTo(oneTimeKey: DataView, bytes: DataView, at: number): boolean {
  const h = sum;
  // 2^130 counts 5; what is left is below 2^130 + 16.
  add(5 * foldTop());
  let carry = 5;
  for (let i = 0; i < 5; i++) carry = (carry + (h[i] as number)) >>> 22;
  // Not below 2^130 - 5.
  if ((carry + (h[5] as number)) >>> TOP !== 0) {
    add(5);
    foldTop();
  }
  const [h0, h1, h2, h3, h4, h5] = h as unknown as readonly [number, number, number, number, number, number];
  let differs = 0;
  let total = 0;
  const words = [h0 | (h1 << 22), (h1 >>> 10) | (h2 << 12), (h2 >>> 20) | (h3 << 2) | (h4 << 24), (h4 >>> 8) | (h5 << 14)];
  for (let i = 0; i < 4; i++) {
    total = ((words[i] as number) >>> 0) + (word(oneTimeKey, 16 + 4 * i) >>> 0) + (total > 0xffffffff ? 1 : 0);
    differs |= total ^ word(bytes, at + 4 * i);
  }
  return differs === 0;
}

/** Takes what is beyond 130 bits off `sum`, and gives it. */
function foldTop(): number {
  const top = sum[5] as number;
  sum[5] = top & (2 ** TOP - 1);
  return top >>> TOP;
}

/** Adds a small number to `sum`. */
function add(number: number): void {
  let carry = number;
  for (let i = 0; i < 5; i++, carry >>>= 22) {
    carry += sum[i] as number;
    sum[i] = carry & MASK;
  }
  sum[5] = (sum[5] as number) + carry;
}

/** Fills `last` with the bytes from `start` to `end`, less than 16, and the bit behind them. */
function putLast(bytes: DataView, start: number, end: number): void {
  for (let i = 0; i < 16; i++) last.setUint8(i, start + i < end ? bytes.getUint8(start + i) : 0);
  last.setUint8(end - start, 1);
}

function word(bytes: DataView, at: number): number {
  return bytes.getInt32(at, true);
}

/**
 * The same for long messages, by way of the AEAD of RFC 8439, which platforms have in assembler where they lack Poly1305 alone.
 * `aeadTag(data)` is the tag of AEAD_CHACHA20_POLY1305 over the additional data `data` (whole blocks) and no text, under the
 * same one-time key (r, s).
 *
 * Both tags evaluate a polynomial in r modulo P that has the message's blocks as coefficients and add s. They differ in the
 * last block alone: where the message has its own last block, the AEAD has the lengths. So
 *
 *     sum(message) = sum(AEAD) + (last block - lengths) * r   (mod P)
 *
 * A tag keeps the low 128 of 130 bits of its sum, so four sums fit the AEAD's tag, and the tag is right when it fits one of
 * these. A forger's chance grows fourfold by that and stays below 2^-80.
 */
export function poly1305MatchesByAead(oneTimeKey: Uint8Array, message: Uint8Array, tag: Uint8Array, aeadTag: (data: Uint8Array) => Uint8Array): boolean {
  // One to sixteen bytes are left for the last block.
  const whole = (message.length - 1) & ~15;
  const r = littleEndian(oneTimeKey, 0, 16) & CLAMP;
  const s = littleEndian(oneTimeKey, 16, 32);
  const lengths = BigInt(whole) + (1n << 128n);
  const last = littleEndian(message, whole, message.length) + (1n << BigInt(8 * (message.length - whole)));
  const low = (littleEndian(aeadTag(message.subarray(0, whole)), 0, 16) - s) & LOW;
  const wanted = littleEndian(tag, 0, 16);
  const difference = (last - lengths) * r;
  for (let high = 0n; high < 4n; high++) {
    const sum = (((low + (high << 128n) + difference) % P) + P) % P;
    if (((sum + s) & LOW) === wanted) return true;
  }
  return false;
}

/** Bytes `start` to `end` as a number, the least significant first. */
function littleEndian(bytes: Uint8Array, start: number, end: number): bigint {
  let value = 0n;
  for (let i = end - 1; i >= start; i--) value = (value << 8n) | BigInt(bytes[i] as number);
  return value;
}
