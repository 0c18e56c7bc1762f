/** What one flipped bit does: to H, to the signature, to every key. */
import { deriveKey, type KeyLetter } from '../crypto/derive.ts';
import { primitives } from '../crypto/native.ts';
import type { Verdict } from '../crypto/verify.ts';
import { exchangeHash, type HostSignature } from './exchange-hash.ts';
import { type HashPart, prefixed } from './hash-parts.ts';
import type { KexHash } from './method.ts';

/** An exchange as it was. */
export interface Untampered {
  readonly parts: readonly HashPart[];
  readonly hash: KexHash;
  readonly signature: HostSignature;
  /** H of the first exchange; undefined when this is the first. */
  readonly sessionId: Uint8Array | undefined;
}

/** Before and after. */
export interface Tampered {
  readonly part: HashPart;
  /** Index of the flipped bit in the part's value, the first bit of the first byte being 0. */
  readonly bit: number;
  readonly value: Uint8Array;
  readonly h: Uint8Array;
  readonly tamperedH: Uint8Array;
  /** Bits of H that are different now; about half of them. */
  readonly bitsChanged: number;
  readonly signature: Verdict;
  readonly tamperedSignature: Verdict;
  /** The letters of RFC 4253 section 7.2 whose keys are different now. */
  readonly keysChanged: readonly KeyLetter[];
}

export const KEY_LETTERS: readonly KeyLetter[] = ['A', 'B', 'C', 'D', 'E', 'F'];

/**
 * Flips bit `bit` of the value of part `id` and computes everything again. Undefined when there is no such part or bit; the
 * length in front of a part stays as it is.
 */
export function tamper(exchange: Untampered, id: string, bit: number): Tampered | undefined {
  const part = exchange.parts.find((p) => p.id === id);
  if (part === undefined || !Number.isInteger(bit) || bit < 0 || bit >= 8 * part.value.length) return undefined;
  const value = part.value.slice();
  value[bit >> 3] = (value[bit >> 3] as number) ^ (0x80 >> (bit & 7));
  const flipped = { ...part, value, encoded: part.kind === 'uint32' ? value : prefixed(value) };
  const parts = exchange.parts.map((p) => (p === part ? flipped : p));
  const h = exchangeHash(exchange.parts, exchange.hash);
  const tamperedH = exchangeHash(parts, exchange.hash);
  const before = keysOf(exchange, exchange.parts, h);
  const after = keysOf(exchange, parts, tamperedH);
  return {
    part,
    bit,
    value,
    h,
    tamperedH,
    bitsChanged: distance(h, tamperedH),
    signature: exchange.signature.check(h),
    tamperedSignature: exchange.signature.check(tamperedH),
    keysChanged: KEY_LETTERS.filter((_, i) => distance(before[i] as Uint8Array, after[i] as Uint8Array) > 0),
  };
}

/** One hash of each of the six keys. */
function keysOf(exchange: Untampered, parts: readonly HashPart[], h: Uint8Array): Uint8Array[] {
  const k = parts.find((p) => p.id === 'k')?.encoded ?? new Uint8Array(0);
  return KEY_LETTERS.map((letter) => deriveKey(primitives, exchange.hash, k, h, letter, exchange.sessionId ?? h, h.length));
}

/** Bits in which two values of one length differ. */
function distance(a: Uint8Array, b: Uint8Array): number {
  let bits = 0;
  for (let i = 0; i < a.length; i++) for (let x = (a[i] as number) ^ (b[i] as number); x > 0; x &= x - 1) bits++;
  return bits;
}
