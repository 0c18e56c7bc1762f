/** Keys from K and H (RFC 4253 section 7.2). */
import { concat } from '../../bytes/concat.ts';
import type { HashName } from './hashes.ts';
import type { Primitives } from './primitives.ts';

/** Which key: A and B are the IVs, C and D the encryption keys, E and F the MAC keys; the first of each two is client to server. */
export type KeyLetter = 'A' | 'B' | 'C' | 'D' | 'E' | 'F';

/**
 * The first `length` bytes of key `letter`: HASH(K || H || letter || session_id), made longer by HASH(K || H || all so far)
 * as often as needed.
 *
 * @param K the shared secret as it is hashed: the encoding of an mpint, or of a string under the hybrid methods
 */
export function deriveKey(
  primitives: Primitives,
  hash: HashName,
  K: Uint8Array,
  H: Uint8Array,
  letter: KeyLetter,
  sessionId: Uint8Array,
  length: number,
): Uint8Array {
  let key = primitives.hash(hash, concat([K, H, Uint8Array.of(letter.charCodeAt(0)), sessionId]));
  while (key.length < length) key = concat([key, primitives.hash(hash, concat([K, H, key]))]);
  return key.slice(0, length);
}
