/** Poly1305 (RFC 8439 section 2.5), the short way and the fast way. */
import { poly1305 } from '@noble/ciphers/_poly1305.js';

const P = (1n << 130n) - 5n;
const LOW = (1n << 128n) - 1n;
const CLAMP = 0x0ffffffc0ffffffc0ffffffc0fffffffn;

/** True when `tag` is the Poly1305 of `message` under the one-time key `oneTimeKey` (32 bytes). */
export function poly1305Matches(oneTimeKey: Uint8Array, message: Uint8Array, tag: Uint8Array): boolean {
  const right = poly1305(message, oneTimeKey);
  for (let i = 0; i < 16; i++) if (right[i] !== tag[i]) return false;
  return true;
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
