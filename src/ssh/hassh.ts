/** HASSH and HASSHServer: fingerprints of an implementation by the lists it offers (github.com/salesforce/hassh). */
import { md5 } from '@noble/hashes/legacy.js';
import { toHex } from '../bytes/hex.ts';
import { latin1Bytes } from '../bytes/text.ts';
import type { Side } from './model.ts';
import type { KexInit } from './negotiate.ts';

/** The MD5 and the text it is made of: kex;encryption;mac;compression in the direction that the side sends. */
export interface Hassh {
  readonly text: string;
  readonly md5: string;
}

/** By the kex list; equal KEXINITs share their lists (see kexinit.ts). */
const known: Readonly<Record<Side, WeakMap<readonly string[], Hassh>>> = { client: new WeakMap(), server: new WeakMap() };

/** The HASSH of a client's KEXINIT, the HASSHServer of a server's. */
export function hassh(kexinit: KexInit, side: Side): Hassh {
  const before = known[side].get(kexinit.kexAlgorithms);
  if (before !== undefined) return before;
  const lists =
    side === 'client'
      ? [kexinit.kexAlgorithms, kexinit.encryptionAlgorithmsClientToServer, kexinit.macAlgorithmsClientToServer, kexinit.compressionAlgorithmsClientToServer]
      : [kexinit.kexAlgorithms, kexinit.encryptionAlgorithmsServerToClient, kexinit.macAlgorithmsServerToClient, kexinit.compressionAlgorithmsServerToClient];
  const text = lists.map((names) => names.join(',')).join(';');
  const made = { text, md5: toHex(md5(latin1Bytes(text))) };
  known[side].set(kexinit.kexAlgorithms, made);
  return made;
}
