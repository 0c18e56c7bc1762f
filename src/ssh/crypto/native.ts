/** Primitives by node:crypto (OpenSSL); what its default provider lacks comes from `portable.ts`. */
import { lazily } from '../../bytes/lazily.ts';
import { latin1Bytes } from '../../bytes/text.ts';
import type { HashName } from './hashes.ts';
import { ctrOver } from './modes.ts';
import { portable } from './portable.ts';
import type { BlockCipherName, Bulk, Curve25519, Primitives, Transform } from './primitives.ts';

type Crypto = typeof import('node:crypto');

/** OpenSSL's name for a block cipher, without the mode. */
function baseName(cipher: BlockCipherName, key: Uint8Array): string | undefined {
  if (cipher === 'aes' || cipher === 'camellia') return `${cipher}-${8 * key.length}`;
  return cipher === '3des' ? 'des-ede3' : undefined;
}

/** The bytes of a Buffer as what the rest of the program knows. */
function arrayOf(buffer: Uint8Array): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}

/** A cipher object of node that takes whole blocks (or, as a stream, any bytes). */
function transform(object: ReturnType<Crypto['createCipheriv']> | ReturnType<Crypto['createDecipheriv']>): Transform {
  object.setAutoPadding(false);
  return (bytes) => arrayOf(object.update(bytes));
}

function bulkOf(crypto: () => Crypto): Bulk {
  return {
    gcm(key, nonce, additional, text, tag) {
      const object = crypto().createDecipheriv(key.length === 16 ? 'aes-128-gcm' : 'aes-256-gcm', key, nonce);
      object.setAAD(additional);
      object.setAuthTag(tag);
      const plain = arrayOf(object.update(text));
      try {
        object.final();
        return { plain, authentic: true };
      } catch {
        return { plain, authentic: false };
      }
    },
    chacha20: (key, counterAndNonce, text) => arrayOf(crypto().createDecipheriv('chacha20', key, counterAndNonce).update(text)),
    chachaTag(key, nonce, additional) {
      const object = crypto().createCipheriv('chacha20-poly1305', key, nonce, { authTagLength: 16 });
      object.setAAD(additional, { plaintextLength: 0 });
      object.final();
      return object.getAuthTag();
    },
  };
}

/** DER in front of the 32 bytes of a key (RFC 8410): a private X25519 key, and public ones of X25519 and Ed25519. */
const X25519_PRIVATE = Uint8Array.of(0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x6e, 4, 0x22, 4, 0x20);
const X25519_PUBLIC = Uint8Array.of(0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, 0x6e, 3, 0x21, 0);
const ED25519_PUBLIC = Uint8Array.of(0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 0x21, 0);

function curve25519Of(crypto: () => Crypto): Curve25519 {
  const der = (head: Uint8Array, key: Uint8Array) => crypto().createPublicKey({ key: Buffer.concat([head, key]), format: 'der', type: 'spki' });
  return {
    x25519(scalar, u) {
      const privateKey = crypto().createPrivateKey({ key: Buffer.concat([X25519_PRIVATE, scalar]), format: 'der', type: 'pkcs8' });
      try {
        return arrayOf(crypto().diffieHellman({ privateKey, publicKey: der(X25519_PUBLIC, u) }));
      } catch {
        return undefined;
      }
    },
    verifies: (signature, message, publicKey) => crypto().verify(null, message, der(ED25519_PUBLIC, publicKey), signature),
  };
}

/** The primitives on top of node's crypto module. */
function over(crypto: () => Crypto): Primitives {
  // Asking OpenSSL for its lists takes milliseconds.
  const ciphers = lazily(() => new Set(crypto().getCiphers()));
  const hashes = lazily(() => new Set(crypto().getHashes()));
  const has = (name: HashName) => name !== 'shake256' && hashes().has(name);
  const known = (cipher: BlockCipherName, key: Uint8Array, mode: string): string | undefined => {
    const name = `${baseName(cipher, key)}-${mode}`;
    return ciphers().has(name) ? name : undefined;
  };
  const ecb: Primitives['ecb'] = (cipher, key) => {
    const name = known(cipher, key, 'ecb');
    return name === undefined ? portable.ecb(cipher, key) : transform(crypto().createCipheriv(name, key, null));
  };
  const bulk = lazily(() => (ciphers().has('chacha20-poly1305') && ciphers().has('chacha20') ? bulkOf(crypto) : undefined));
  return {
    name: 'native',
    // A string comes back from the one-shot hash twice as fast as a Buffer.
    hash: (name, data) => (has(name) ? latin1Bytes(crypto().hash(name, data, 'binary')) : portable.hash(name, data)),
    hashOfTwo: (name, head, data) => (has(name) ? arrayOf(crypto().createHash(name).update(head).update(data).digest()) : portable.hashOfTwo(name, head, data)),
    ecb,
    ctr(cipher, key, counter) {
      const name = known(cipher, key, 'ctr');
      return name === undefined ? ctrOver(ecb(cipher, key), counter) : transform(crypto().createDecipheriv(name, key, counter));
    },
    cbc(cipher, key) {
      const name = known(cipher, key, 'cbc');
      return name === undefined ? portable.cbc(cipher, key) : transform(crypto().createDecipheriv(name, key, new Uint8Array(cipher === '3des' ? 8 : 16)));
    },
    get bulk() {
      return bulk();
    },
    curve25519: curve25519Of(crypto),
  };
}

// Not an import, so that a browser, which has no such module, loads this file as well. A run that decrypts nothing need not load it.
const inNode = globalThis.process?.getBuiltinModule !== undefined;

/** The fastest primitives at hand: OpenSSL's under Node, the portable ones elsewhere. */
export const primitives: Primitives = inNode ? over(lazily(() => process.getBuiltinModule('node:crypto'))) : portable;
