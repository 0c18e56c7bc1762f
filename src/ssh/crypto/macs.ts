/** MACs: one row each. */
import { type Algorithm, byName, type Standing } from '../algorithm.ts';
import type { HashName } from './hashes.ts';

/** A message authentication code as SSH uses it. */
export interface MacRow extends Algorithm {
  readonly keyLength: number;
  /** Length of the tag on the wire, bytes (after cutting, for the -96 forms). */
  readonly tagLength: number;
  /** Encrypt-then-MAC: the packet length is in clear and the tag is over the ciphertext. */
  readonly etm: boolean;
  readonly family: 'hmac' | 'umac' | 'aead' | 'none';
  /** The hash inside an HMAC. */
  readonly hash?: HashName;
}

const CUT = 'The tag is cut to 12 bytes, which saves room at the price of some strength.';
const PLAIN = 'Computed over the plaintext and sent beside the ciphertext (encrypt-and-MAC), as RFC 4253 has it.';
const ETM = 'Computed over the ciphertext (encrypt-then-MAC), so that nothing is decrypted before it is checked; the packet length is in clear.';

/** An HMAC (RFC 2104): the tag is the whole hash unless `tagLength` says less. */
function hmac(name: string, hash: HashName, keyLength: number, tagLength: number, standing: Standing, rfc: string, note: string): MacRow {
  return { name, keyLength, tagLength, etm: false, family: 'hmac', hash, standing, rfc, note };
}

/** The same MAC in its -etm form, by OpenSSH 6.2. */
function etm(row: MacRow, name: string, standing: Standing = row.standing): MacRow {
  const note = row.note.replace(PLAIN, ETM);
  return { ...row, name, etm: true, standing, note, rfc: 'openssh:PROTOCOL#1.5', since: 'OpenSSH 6.2' };
}

function umac(bits: 64 | 128, standing: Standing): MacRow {
  const note = `UMAC (T. Krovetz and others, RFC 4418) with a tag of ${bits} bits: fast universal hashing under AES. ${PLAIN}`;
  const sizes = { keyLength: 16, tagLength: bits / 8, etm: false, family: 'umac' } as const;
  return { name: `umac-${bits}@openssh.com`, ...sizes, standing, note, rfc: 'openssh:PROTOCOL#1.1', since: bits === 64 ? 'OpenSSH 4.7' : 'OpenSSH 6.2' };
}

function aead(name: string, rfc: string): MacRow {
  const note = 'Stands for AES-GCM in the list of MACs, as RFC 5647 wants it; the cipher makes the tag.';
  return { name, keyLength: 0, tagLength: 16, etm: false, family: 'aead', standing: 'acceptable', rfc, note };
}

const SHA2 = `HMAC with SHA-2, sound. ${PLAIN}`;
const SHA1 = `HMAC with SHA-1. The collisions of SHA-1 do not break HMAC, but it is on its way out. ${PLAIN}`;
const MD5 = `HMAC with MD5. The collisions of MD5 do not break HMAC, but nobody should rely on it any more. ${PLAIN}`;
const RIPEMD = `HMAC with RIPEMD-160, a European hash of 1996, little used. ${PLAIN}`;
const TECTIA = `HMAC with SHA-2 as SSH Communications Security (Tectia) had it before RFC 6668. ${PLAIN}`;
// The product cut the key of this one to 16 bytes; implementations that talk to it do the same.
const TECTIA_SHORT = `${TECTIA} Its key is only 16 bytes long, by an old mistake.`;

const sha1 = hmac('hmac-sha1', 'sha1', 20, 20, 'weak', '4253#6.4', SHA1);
const sha1Cut = hmac('hmac-sha1-96', 'sha1', 20, 12, 'weak', '4253#6.4', `${SHA1} ${CUT}`);
const md5 = hmac('hmac-md5', 'md5', 16, 16, 'weak', '4253#6.4', MD5);
const md5Cut = hmac('hmac-md5-96', 'md5', 16, 12, 'weak', '4253#6.4', `${MD5} ${CUT}`);
const sha256: MacRow = { ...hmac('hmac-sha2-256', 'sha256', 32, 32, 'acceptable', '6668#2', SHA2), since: 'OpenSSH 5.9' };
const sha512: MacRow = { ...hmac('hmac-sha2-512', 'sha512', 64, 64, 'acceptable', '6668#2', SHA2), since: 'OpenSSH 5.9' };
const sha256Cut = hmac('hmac-sha2-256-96', 'sha256', 32, 12, 'acceptable', 'draft-dbider-sha2-mac-for-ssh-00', `${SHA2} ${CUT}`);
const sha512Cut = hmac('hmac-sha2-512-96', 'sha512', 64, 12, 'acceptable', 'draft-dbider-sha2-mac-for-ssh-00', `${SHA2} ${CUT}`);
const ripemd = hmac('hmac-ripemd160', 'ripemd160', 20, 20, 'weak', 'openssh:mac.c', RIPEMD);
const umac64 = umac(64, 'acceptable');
const umac128 = umac(128, 'acceptable');

/** All MACs that have a name. */
export const MACS: readonly MacRow[] = [
  etm(umac64, 'umac-64-etm@openssh.com'),
  etm(umac128, 'umac-128-etm@openssh.com', 'recommended'),
  etm(sha256, 'hmac-sha2-256-etm@openssh.com', 'recommended'),
  etm(sha512, 'hmac-sha2-512-etm@openssh.com', 'recommended'),
  etm(sha256Cut, 'hmac-sha2-256-96-etm@openssh.com'),
  etm(sha512Cut, 'hmac-sha2-512-96-etm@openssh.com'),
  etm(sha1, 'hmac-sha1-etm@openssh.com'),
  etm(sha1Cut, 'hmac-sha1-96-etm@openssh.com'),
  etm(md5, 'hmac-md5-etm@openssh.com'),
  etm(md5Cut, 'hmac-md5-96-etm@openssh.com'),
  etm(ripemd, 'hmac-ripemd160-etm@openssh.com'),
  umac64,
  umac128,
  sha256,
  sha512,
  sha256Cut,
  sha512Cut,
  sha1,
  sha1Cut,
  md5,
  md5Cut,
  ripemd,
  { ...ripemd, name: 'hmac-ripemd160@openssh.com' },
  hmac('hmac-sha224@ssh.com', 'sha224', 28, 28, 'acceptable', 'ssh.com', TECTIA),
  hmac('hmac-sha256@ssh.com', 'sha256', 16, 32, 'acceptable', 'ssh.com', TECTIA_SHORT),
  hmac('hmac-sha256-2@ssh.com', 'sha256', 32, 32, 'acceptable', 'ssh.com', TECTIA),
  hmac('hmac-sha384@ssh.com', 'sha384', 48, 48, 'acceptable', 'ssh.com', TECTIA),
  hmac('hmac-sha512@ssh.com', 'sha512', 64, 64, 'acceptable', 'ssh.com', TECTIA),
  aead('AEAD_AES_128_GCM', '5647#6.1'),
  aead('AEAD_AES_256_GCM', '5647#6.2'),
  {
    name: 'none',
    keyLength: 0,
    tagLength: 0,
    etm: false,
    family: 'none',
    standing: 'broken',
    rfc: '4253#6.4',
    note: 'No integrity: packets can be changed unnoticed. For tests, and in the first key exchange.',
  },
];

const rows = byName(MACS);

/** The MAC negotiated as `name`. */
export function mac(name: string): MacRow | undefined {
  return rows.get(name);
}
