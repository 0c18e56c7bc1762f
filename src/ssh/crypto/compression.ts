/** Compression methods: one row each. */
import { type Algorithm, byName } from '../algorithm.ts';

/** A compression method. */
export interface CompressionRow extends Algorithm {
  /** False for none. */
  readonly compresses: boolean;
  /** Starts only after authentication succeeded, not at NEWKEYS. */
  readonly delayed: boolean;
}

export const COMPRESSIONS: readonly CompressionRow[] = [
  {
    name: 'none',
    compresses: false,
    delayed: false,
    standing: 'recommended',
    rfc: '4253#6.2',
    note: 'No compression, as almost every session has it. Compressing data of mixed secrecy can leak it through its length, and modern links seldom need it.',
  },
  {
    name: 'zlib',
    compresses: true,
    delayed: false,
    standing: 'weak',
    rfc: '4253#6.2',
    note: 'Compression by zlib from the first packet after NEWKEYS. Whoever has not yet logged in reaches the inflate code of the server, so OpenSSH removed it in 7.4.',
  },
  {
    name: 'zlib@openssh.com',
    compresses: true,
    delayed: true,
    standing: 'acceptable',
    rfc: 'draft-miller-secsh-compression-delayed-00',
    since: 'OpenSSH 4.2',
    note: 'Compression by zlib that begins only when the user is authenticated, so that strangers cannot reach the compression code.',
  },
];

const rows = byName(COMPRESSIONS);

/** The compression negotiated as `name`. */
export function compression(name: string): CompressionRow | undefined {
  return rows.get(name);
}
