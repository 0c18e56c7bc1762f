/** Hash functions that SSH uses. */
import { type Algorithm, byName } from '../algorithm.ts';

export type HashName = 'md5' | 'sha1' | 'sha224' | 'sha256' | 'sha384' | 'sha512' | 'ripemd160' | 'shake256';

/** A hash function. */
export interface HashRow extends Algorithm {
  readonly name: HashName;
  /** Bytes of output. */
  readonly length: number;
  /** Bytes of the block that HMAC pads the key to. */
  readonly blockLength: number;
}

/** All hash functions that a row of another table names. */
export const HASHES: readonly HashRow[] = [
  {
    name: 'md5',
    length: 16,
    blockLength: 64,
    standing: 'broken',
    rfc: '1321',
    note: 'MD5 (R. Rivest, 1992). Collisions take seconds; in HMAC and old fingerprints it still holds, barely.',
  },
  {
    name: 'sha1',
    length: 20,
    blockLength: 64,
    standing: 'weak',
    rfc: '3174',
    note: 'SHA-1 (NSA, 1995). Collisions cost some ten thousand dollars (2020), so signatures over it are no longer safe.',
  },
  { name: 'sha224', length: 28, blockLength: 64, standing: 'acceptable', rfc: '6234', note: 'SHA-224, a shorter SHA-256 (NSA, 2004).' },
  { name: 'sha256', length: 32, blockLength: 64, standing: 'recommended', rfc: '6234', note: 'SHA-256 of the SHA-2 family (NSA, 2001); the usual choice.' },
  { name: 'sha384', length: 48, blockLength: 128, standing: 'recommended', rfc: '6234', note: 'SHA-384, a shorter SHA-512 (NSA, 2001).' },
  { name: 'sha512', length: 64, blockLength: 128, standing: 'recommended', rfc: '6234', note: 'SHA-512 of the SHA-2 family (NSA, 2001); inside Ed25519 too.' },
  {
    name: 'ripemd160',
    length: 20,
    blockLength: 64,
    standing: 'weak',
    rfc: 'iso:10118-3',
    note: 'RIPEMD-160 (H. Dobbertin, A. Bosselaers, B. Preneel, 1996): not broken, but its 160 bits are short by now.',
  },
  {
    name: 'shake256',
    length: 64,
    blockLength: 136,
    standing: 'recommended',
    rfc: 'fips:202',
    note: 'SHAKE256 of the SHA-3 family (G. Bertoni and others, 2015), whose output has any length; inside Ed448, where it gives 114 bytes.',
  },
];

const rows = byName(HASHES);

/** The hash called `name`. */
export function hash(name: string): HashRow | undefined {
  return rows.get(name);
}
