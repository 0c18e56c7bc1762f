/** What the openers ask of a cryptographic library; `native.ts` and `portable.ts` answer, and a test holds them equal. */
import type { HashName } from './hashes.ts';

/** Bytes in, as many bytes out in a new array. Goes on where the last call ended. */
export type Transform = (bytes: Uint8Array) => Uint8Array;

export type BlockCipherName = 'aes' | 'des' | '3des' | 'blowfish' | 'cast128' | 'twofish' | 'serpent' | 'idea' | 'seed' | 'camellia';

/** Block ciphers take keys of the lengths that a row of `ciphers.ts` gives them, and whole blocks. */
export interface Primitives {
  readonly name: 'native' | 'portable';
  hash(name: HashName, data: Uint8Array): Uint8Array;
  /** What hashes short data many times: it writes the hash to `out`, from `at` on. */
  hasher(name: HashName): (data: Uint8Array, out: Uint8Array, at: number) => void;
  /** The hash of two pieces, for data that is too long to be put behind a head first. */
  hashOfTwo(name: HashName, head: Uint8Array, data: Uint8Array): Uint8Array;
  /** Encrypts block by block. */
  ecb(cipher: BlockCipherName, key: Uint8Array): Transform;
  /** XORs the key stream of counter mode (RFC 4344 section 4), from the block `counter` on; any number of bytes. */
  ctr(cipher: BlockCipherName, key: Uint8Array, counter: Uint8Array): Transform;
  /** Decrypts in CBC mode, from an IV of zeros on. */
  cbc(cipher: BlockCipherName, key: Uint8Array): Transform;
  /** One-shot forms that cost some microseconds to set up and are fast from then on; without them the openers do all by the above. */
  readonly bulk: Bulk | undefined;
  /** Curve25519 by the platform, whose first use costs far less than that of noble's tables; without it noble does it. */
  readonly curve25519: Curve25519 | undefined;
}

export interface Curve25519 {
  /** X25519 (RFC 7748 section 5) of two times 32 bytes; undefined when it gives zeros. */
  x25519(scalar: Uint8Array, u: Uint8Array): Uint8Array | undefined;
  /** Whether 64 bytes are the Ed25519 signature (RFC 8032) over `message` by the key of 32 bytes. */
  verifies(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean;
}

export interface Bulk {
  /** Plaintext of AES-GCM, and whether the tag is right. */
  gcm(
    key: Uint8Array,
    nonce: Uint8Array,
    additional: Uint8Array,
    text: Uint8Array,
    tag: Uint8Array,
  ): { readonly plain: Uint8Array; readonly authentic: boolean };
  /** XORs the ChaCha20 key stream; `counterAndNonce` is the last row of the state: 4 bytes little-endian, then the 12 of RFC 8439. */
  chacha20(key: Uint8Array, counterAndNonce: Uint8Array, text: Uint8Array): Uint8Array;
  /** Tag of AEAD_CHACHA20_POLY1305 (RFC 8439 section 2.8) over additional data alone. */
  chachaTag(key: Uint8Array, nonce: Uint8Array, additional: Uint8Array): Uint8Array;
}
