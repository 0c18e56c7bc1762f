/** Counter and CBC mode over any block cipher, for those that the platform does not have. Copies are `new Uint8Array`: a caller's Buffer has another `slice`. */
import type { Transform } from './primitives.ts';

/** A block cipher under one key; both ways work in place on the block at `at`. */
export interface BlockCipher {
  readonly blockLength: number;
  encrypt(bytes: Uint8Array, at: number): void;
  decrypt(bytes: Uint8Array, at: number): void;
}

/** Both ways of a block cipher, block by block, each call on its own. */
export interface Ecb {
  readonly blockLength: number;
  encrypt(blocks: Uint8Array): Uint8Array;
  decrypt(blocks: Uint8Array): Uint8Array;
}

/** A block cipher for many blocks at once. */
export function ecbOf(cipher: BlockCipher): Ecb {
  const { blockLength } = cipher;
  return {
    blockLength,
    encrypt(blocks) {
      const out = new Uint8Array(blocks);
      for (let at = 0; at < out.length; at += blockLength) cipher.encrypt(out, at);
      return out;
    },
    decrypt(blocks) {
      const out = new Uint8Array(blocks);
      for (let at = 0; at < out.length; at += blockLength) cipher.decrypt(out, at);
      return out;
    },
  };
}

/** Adds `blocks` (any sign) to the big-endian number in `counter`, modulo 2 to the power of its bits; a new array. */
export function addToCounter(counter: Uint8Array, blocks: number): Uint8Array {
  const out = new Uint8Array(counter);
  let carry = blocks;
  for (let i = out.length - 1; i >= 0 && carry !== 0; i--) {
    const sum = (out[i] as number) + carry;
    carry = Math.floor(sum / 256);
    out[i] = sum - 256 * carry;
  }
  return out;
}

/** Counter mode (RFC 4344 section 4) over the encryption `ecb`; the counter is as wide as the block. */
export function ctrOver(ecb: Transform, counter: Uint8Array): Transform {
  const { length } = counter;
  let next = counter;
  let left = new Uint8Array(0);
  return (bytes) => {
    if (bytes.length > left.length) {
      const blocks = Math.ceil((bytes.length - left.length) / length);
      const counters = new Uint8Array(blocks * length);
      for (let i = 0; i < blocks; i++, next = addToCounter(next, 1)) counters.set(next, i * length);
      const fresh = ecb(counters);
      const joined = new Uint8Array(left.length + fresh.length);
      joined.set(left);
      joined.set(fresh, left.length);
      left = joined;
    }
    const out = new Uint8Array(bytes);
    for (let i = 0; i < out.length; i++) out[i] = (out[i] as number) ^ (left[i] as number);
    left = left.subarray(bytes.length);
    return out;
  };
}

/** CBC decryption over the decryption of single blocks, from an IV of zeros on. */
export function cbcOver(ecb: Ecb): Transform {
  const n = ecb.blockLength;
  let previous = new Uint8Array(n);
  return (bytes) => {
    if (bytes.length === 0) return new Uint8Array(0);
    const out = ecb.decrypt(bytes);
    for (let i = 0; i < n; i++) out[i] = (out[i] as number) ^ (previous[i] as number);
    for (let i = n; i < out.length; i++) out[i] = (out[i] as number) ^ (bytes[i - n] as number);
    previous = new Uint8Array(bytes.subarray(-n));
    return out;
  };
}
