/** Primitives without a platform: noble's AES and hashes, and our own block ciphers; for browsers, and for what OpenSSL has not. */
import { ecb as aesEcb } from '@noble/ciphers/aes.js';
import { md5, ripemd160, sha1 } from '@noble/hashes/legacy.js';
import { sha224, sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import { shake256 } from '@noble/hashes/sha3.js';
import { blowfish } from './block/blowfish.ts';
import { camellia } from './block/camellia.ts';
import { cast128 } from './block/cast128.ts';
import { des, tripleDes } from './block/des.ts';
import { idea } from './block/idea.ts';
import { seed } from './block/seed.ts';
import { serpent } from './block/serpent.ts';
import { twofish } from './block/twofish.ts';
import type { HashName } from './hashes.ts';
import { type BlockCipher, cbcOver, ctrOver, type Ecb, ecbOf } from './modes.ts';
import type { BlockCipherName, Primitives } from './primitives.ts';

const HASHES: Readonly<Record<HashName, (data: Uint8Array) => Uint8Array>> = {
  md5,
  sha1,
  sha224,
  sha256,
  sha384,
  sha512,
  ripemd160,
  shake256: (data) => shake256(data, { dkLen: 64 }),
};

const BLOCKS: Readonly<Record<Exclude<BlockCipherName, 'aes'>, (key: Uint8Array) => BlockCipher>> = {
  des,
  '3des': tripleDes,
  blowfish,
  cast128,
  twofish,
  serpent,
  idea,
  seed,
  camellia,
};

/** Defined by the build of the command line, which runs under Node alone: there AES is OpenSSL's, and making noble's tables takes milliseconds. */
declare const NODE_ONLY: true | undefined;

function aes(key: Uint8Array): Ecb {
  if (typeof NODE_ONLY === 'undefined')
    return {
      blockLength: 16,
      encrypt: (blocks) => aesEcb(key, { disablePadding: true }).encrypt(blocks),
      decrypt: (blocks) => aesEcb(key, { disablePadding: true }).decrypt(blocks),
    };
  throw new Error('OpenSSL without AES');
}

function blocks(cipher: BlockCipherName, key: Uint8Array): Ecb {
  return cipher === 'aes' ? aes(key) : ecbOf(BLOCKS[cipher](key));
}

export const portable: Primitives = {
  name: 'portable',
  hash: (name, data) => HASHES[name](data),
  hasher: (name) => (data, out, at) => out.set(HASHES[name](data), at),
  hashOfTwo(name, head, data) {
    const both = new Uint8Array(head.length + data.length);
    both.set(head);
    both.set(data, head.length);
    return HASHES[name](both);
  },
  ecb: (cipher, key) => blocks(cipher, key).encrypt,
  ctr: (cipher, key, counter) => ctrOver(blocks(cipher, key).encrypt, counter),
  cbc: (cipher, key) => cbcOver(blocks(cipher, key)),
  bulk: undefined,
  curve25519: undefined,
};
