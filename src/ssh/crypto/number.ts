/** Big-endian bytes as numbers, for the few public key computations that are done with BigInt. */
import { fromHex, toHex } from '../../bytes/hex.ts';

/** The number that `bytes` spell, most significant first, never negative: the sign byte of an mpint may be there or not. */
export function numberOf(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${toHex(bytes)}`);
}

/** `value` (not negative) as `length` bytes, most significant first; as few as hold it when `length` is left out (none for 0). */
export function bytesOf(value: bigint, length?: number): Uint8Array {
  const digits = value === 0n ? '' : value.toString(16);
  const bytes = fromHex(digits.length % 2 === 0 ? digits : `0${digits}`) ?? new Uint8Array(0);
  if (length === undefined || bytes.length === length) return bytes;
  const out = new Uint8Array(length);
  out.set(bytes.subarray(Math.max(0, bytes.length - length)), Math.max(0, length - bytes.length));
  return out;
}

/** `base` to the power of `exponent` modulo `modulus` (> 0), taking four bits of the exponent at a time. */
export function modPow(base: bigint, exponent: bigint, modulus: bigint): bigint {
  const powers = [1n % modulus];
  for (let i = 1; i < 16; i++) powers.push(((powers[i - 1] as bigint) * base) % modulus);
  let result = 1n % modulus;
  for (const digit of exponent.toString(16)) {
    for (let i = 0; i < 4; i++) result = (result * result) % modulus;
    if (digit !== '0') result = (result * (powers[Number.parseInt(digit, 16)] as bigint)) % modulus;
  }
  return result;
}

/** How many bits `value` has; 0 for 0. */
export function bitsOf(value: bigint): number {
  return value === 0n ? 0 : value.toString(2).length;
}

/** The digits of pi in binary: the whole part of pi times 2^`bits`. Blowfish's tables and the primes of RFC 2409 and RFC 3526 come from it. */
export function piTimes2(bits: number): bigint {
  // J. Machin, 1706: pi = 16 arctan(1/5) - 4 arctan(1/239); the guard bits absorb what the divisions cut off.
  const guard = 64;
  const one = 1n << BigInt(bits + guard);
  return (16n * arctanInverse(5n, one) - 4n * arctanInverse(239n, one)) >> BigInt(guard);
}

/** arctan(1/x) times `one`: 1/x - 1/3x^3 + 1/5x^5 - ... */
function arctanInverse(x: bigint, one: bigint): bigint {
  let power = one / x;
  let sum = power;
  for (let n = 3n; power !== 0n; n += 2n) {
    power /= -(x * x);
    sum += power / n;
  }
  return sum;
}
