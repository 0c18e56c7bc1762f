/** What a key exchange method is. */
import type { Algorithm, Standing } from '../algorithm.ts';
import type { MessageDef } from '../message.ts';
import type { Recipe } from './hash-parts.ts';

export type KexHash = 'sha1' | 'sha224' | 'sha256' | 'sha384' | 'sha512';

/** Methods whose messages 30-49 are the same. */
export type KexFamily = 'dh' | 'gex' | 'ecdh' | 'curve' | 'hybrid' | 'rsa' | 'gss';

/** A key exchange method under all the names it is negotiated by. */
export interface KexMethod extends Recipe {
  /** The names; with `prefix` each stands for all names that begin with it. */
  readonly names: readonly string[];
  /** GSS-API methods: the name goes on with base64 of the MD5 of the mechanism's OID (RFC 4462 section 2.3). */
  readonly prefix?: true;
  readonly family: KexFamily;
  /** HASH of RFC 4253 section 8: makes the exchange hash and derives the keys. */
  readonly hash: KexHash;
  /** What the numbers 30 to 49 mean while this method runs. */
  readonly messages: readonly MessageDef[];
  /** What it asks of the host key algorithm (RFC 4253 section 7.1); a GSS-API method asks for neither. */
  readonly hostKey: 'sign' | 'none';
  /** The public values of which one private value makes K; absent for the methods in which that is not enough. */
  readonly halves?: Halves;
  /** Length of the prime of a fixed group, bits. */
  readonly groupBits?: number;
  /** The elliptic curve, by the name of RFC 5656 or RFC 7748. */
  readonly curve?: string;
  readonly note: string;
  readonly rfc: string;
  readonly standing: Standing;
  readonly since?: string;
}

/** A field of a message, both by name. */
export type FieldName = readonly [message: string, field: string];

/** Where the public values of a Diffie-Hellman exchange stand. */
export interface Halves {
  readonly client: FieldName;
  readonly server: FieldName;
  /** The message in which the server sends p and g; absent when `groupBits` or `curve` says what the group is. */
  readonly group?: string;
}

/** A name in the list of key exchange methods that is none, but a signal (RFC 8308 section 2.1); never negotiated. */
export interface PseudoAlgorithm extends Algorithm {
  /** The only side that sends it, when there is only one. */
  readonly from?: 'client' | 'server';
}
