/** Which code opens which cipher: one line an algorithm. The numbers about them are in `ciphers.ts` and `macs.ts`. */
import { Arcfour } from './arcfour.ts';
import { CbcCipher } from './cbc-cipher.ts';
import { ChachaOpener } from './chacha.ts';
import { cipher } from './ciphers.ts';
import { GcmOpener } from './gcm.ts';
import { hash } from './hashes.ts';
import { Hmac } from './hmac.ts';
import { mac } from './macs.ts';
import { primitives as fastest } from './native.ts';
import { noneCipher } from './none-cipher.ts';
import type { Mac, Opener, PacketCipher } from './opener.ts';
import type { BlockCipherName, Primitives } from './primitives.ts';
import { SealedOpener } from './sealed.ts';
import { CounterStream, StreamCipher } from './stream-cipher.ts';
import { Umac } from './umac.ts';

/** Starts a cipher; key and IV have the lengths of its row. */
type Start<T> = (primitives: Primitives, key: Uint8Array, iv: Uint8Array) => T;

const ctr =
  (name: BlockCipherName): Start<PacketCipher> =>
  (primitives, key, iv) =>
    new StreamCipher(new CounterStream((counter) => primitives.ctr(name, key, counter), iv));

const cbc =
  (name: BlockCipherName): Start<PacketCipher> =>
  (primitives, key, iv) =>
    new CbcCipher(() => primitives.cbc(name, key), iv);

const rc4 =
  (discard: number): Start<PacketCipher> =>
  (_primitives, key) =>
    new StreamCipher(new Arcfour(key, discard));

const gcm: Start<Opener> = (primitives, key, iv) => new GcmOpener(primitives, key, iv);
const chacha: Start<Opener> = (primitives, key) => new ChachaOpener(primitives, key);

/** The ciphers that need a MAC beside them. */
export const CIPHER_OPENERS: ReadonlyMap<string, Start<PacketCipher>> = new Map([
  ['aes128-ctr', ctr('aes')],
  ['aes192-ctr', ctr('aes')],
  ['aes256-ctr', ctr('aes')],
  ['aes128-cbc', cbc('aes')],
  ['aes192-cbc', cbc('aes')],
  ['aes256-cbc', cbc('aes')],
  ['rijndael-cbc@lysator.liu.se', cbc('aes')],
  ['rijndael128-cbc', cbc('aes')],
  ['rijndael192-cbc', cbc('aes')],
  ['rijndael256-cbc', cbc('aes')],
  ['3des-cbc', cbc('3des')],
  ['3des-ctr', ctr('3des')],
  ['des-cbc', cbc('des')],
  ['des-cbc@ssh.com', cbc('des')],
  ['blowfish-cbc', cbc('blowfish')],
  ['blowfish-ctr', ctr('blowfish')],
  ['cast128-cbc', cbc('cast128')],
  ['cast128-ctr', ctr('cast128')],
  ['arcfour', rc4(0)],
  ['arcfour128', rc4(1536)],
  ['arcfour256', rc4(1536)],
  ['twofish-cbc', cbc('twofish')],
  ['twofish128-cbc', cbc('twofish')],
  ['twofish192-cbc', cbc('twofish')],
  ['twofish256-cbc', cbc('twofish')],
  ['twofish128-ctr', ctr('twofish')],
  ['twofish192-ctr', ctr('twofish')],
  ['twofish256-ctr', ctr('twofish')],
  ['serpent128-cbc', cbc('serpent')],
  ['serpent192-cbc', cbc('serpent')],
  ['serpent256-cbc', cbc('serpent')],
  ['serpent128-ctr', ctr('serpent')],
  ['serpent192-ctr', ctr('serpent')],
  ['serpent256-ctr', ctr('serpent')],
  ['idea-cbc', cbc('idea')],
  ['idea-ctr', ctr('idea')],
  ['seed-cbc@ssh.com', cbc('seed')],
  ['seed-ctr@ssh.com', ctr('seed')],
  ['camellia128-cbc', cbc('camellia')],
  ['camellia192-cbc', cbc('camellia')],
  ['camellia256-cbc', cbc('camellia')],
  ['camellia128-ctr', ctr('camellia')],
  ['camellia192-ctr', ctr('camellia')],
  ['camellia256-ctr', ctr('camellia')],
  ['camellia128-cbc@openssh.org', cbc('camellia')],
  ['camellia192-cbc@openssh.org', cbc('camellia')],
  ['camellia256-cbc@openssh.org', cbc('camellia')],
  ['camellia128-ctr@openssh.org', ctr('camellia')],
  ['camellia192-ctr@openssh.org', ctr('camellia')],
  ['camellia256-ctr@openssh.org', ctr('camellia')],
  ['none', () => noneCipher],
]);

/** The ciphers that authenticate by themselves. */
export const AEAD_OPENERS: ReadonlyMap<string, Start<Opener>> = new Map([
  ['chacha20-poly1305@openssh.com', chacha],
  ['chacha20-poly1305', chacha],
  ['aes128-gcm@openssh.com', gcm],
  ['aes256-gcm@openssh.com', gcm],
  ['aes128-gcm', gcm],
  ['aes256-gcm', gcm],
  ['AEAD_AES_128_GCM', gcm],
  ['AEAD_AES_256_GCM', gcm],
]);

/** A MAC by its name under `key`, of any length for HMAC and 16 bytes for UMAC; undefined for one that we cannot compute. */
export function makeMac(name: string, key: Uint8Array, primitives: Primitives = fastest): Mac | undefined {
  const row = mac(name);
  if (row?.family === 'umac') {
    if (key.length !== 16) return undefined;
    return new Umac((k) => primitives.ecb('aes', k), row.tagLength === 8 ? 8 : 16, key);
  }
  const inner = hash(row?.hash ?? '');
  if (row?.family !== 'hmac' || inner === undefined) return undefined;
  return new Hmac(primitives, inner.name, inner.blockLength, inner.length, row.tagLength, key);
}

export interface OpenerParts {
  /** Negotiated name of the cipher. */
  readonly cipher: string;
  readonly key: Uint8Array;
  /** Not looked at by ciphers that have none. */
  readonly iv: Uint8Array;
  /** Negotiated name of the MAC; not looked at under an AEAD cipher. Undefined is `none`. */
  readonly mac: string | undefined;
  readonly macKey: Uint8Array;
}

/**
 * The opener of one direction from NEWKEYS on; undefined when the cipher or the MAC is one that we do not have, or when key
 * or IV have not the length they must have.
 */
export function makeOpener(parts: OpenerParts, primitives: Primitives = fastest): Opener | undefined {
  const row = cipher(parts.cipher);
  if (row === undefined || parts.key.length !== row.keyLength) return undefined;
  if (row.ivLength !== 0 && parts.iv.length !== row.ivLength) return undefined;
  const aead = AEAD_OPENERS.get(parts.cipher);
  if (aead !== undefined) return aead(primitives, parts.key, parts.iv);
  const start = CIPHER_OPENERS.get(parts.cipher);
  if (start === undefined) return undefined;
  if (parts.mac === undefined || parts.mac === 'none') return new SealedOpener(start(primitives, parts.key, parts.iv), undefined, false);
  const tags = makeMac(parts.mac, parts.macKey, primitives);
  return tags === undefined ? undefined : new SealedOpener(start(primitives, parts.key, parts.iv), tags, mac(parts.mac)?.etm === true);
}
