/** From K, H and the session id to the openers of both directions (RFC 4253 section 7.2). */
import { cipher } from './crypto/ciphers.ts';
import { deriveKey, type KeyLetter } from './crypto/derive.ts';
import { mac } from './crypto/macs.ts';
import { primitives } from './crypto/native.ts';
import { noneCipher } from './crypto/none-cipher.ts';
import type { Opener } from './crypto/opener.ts';
import { makeOpener } from './crypto/openers.ts';
import { SealedOpener } from './crypto/sealed.ts';
import type { KexHash } from './kex/method.ts';
import type { Side } from './model.ts';
import type { DirectionAlgorithms } from './negotiate.ts';
import { UncheckedOpener } from './unchecked.ts';

/** What the six keys are derived from. */
export interface KeySource {
  readonly hash: KexHash;
  /** K as it is hashed, its length in front. */
  readonly k: Uint8Array;
  readonly h: Uint8Array;
  readonly sessionId: Uint8Array;
}

/** Letters of IV, encryption key and MAC key for what a side sends. */
export const LETTERS_OF: Readonly<Record<Side, { readonly iv: KeyLetter; readonly key: KeyLetter; readonly mac: KeyLetter }>> = {
  client: { iv: 'A', key: 'C', mac: 'E' },
  server: { iv: 'B', key: 'D', mac: 'F' },
};

/** Key `letter`, `length` bytes of it. */
export function keyOf(source: KeySource, letter: KeyLetter, length: number): Uint8Array {
  return deriveKey(primitives, source.hash, source.k, source.h, letter, source.sessionId, length);
}

/** Bytes that each letter needs under the algorithms of its direction; 0 for what they do not use. */
export function keyLengths(algorithms: DirectionAlgorithms): { readonly iv: number; readonly key: number; readonly mac: number } {
  const row = cipher(algorithms.cipher ?? '');
  return { iv: row?.ivLength ?? 0, key: row?.keyLength ?? 0, mac: row?.aead === true ? 0 : (mac(algorithms.mac ?? 'none')?.keyLength ?? 0) };
}

/** The opener for what `side` sends; undefined when one of the algorithms is not supported. */
export function openerFor(side: Side, algorithms: DirectionAlgorithms, key: (letter: KeyLetter, length: number) => Uint8Array): Opener | undefined {
  if (algorithms.cipher === undefined) return undefined;
  const letters = LETTERS_OF[side];
  const lengths = keyLengths(algorithms);
  return makeOpener({
    cipher: algorithms.cipher,
    key: key(letters.key, lengths.key),
    iv: key(letters.iv, lengths.iv),
    mac: algorithms.mac,
    macKey: key(letters.mac, lengths.mac),
  });
}

/** The opener that needs no keys: under the cipher `none` packets are in clear, and only their MAC cannot be verified. Undefined for others. */
export function openerWithoutKeys(algorithms: DirectionAlgorithms): Opener | undefined {
  const row = mac(algorithms.mac ?? 'none');
  if (algorithms.cipher !== 'none' || row === undefined) return undefined;
  return new UncheckedOpener(new SealedOpener(noneCipher, undefined, row.etm), row.tagLength);
}
