/** Ciphers: one row each. */
import { type Algorithm, byName, type Standing } from '../algorithm.ts';

/** An encryption algorithm as SSH uses it. */
export interface CipherRow extends Algorithm {
  /** Multiple to which packets are padded, bytes; at least 8 (RFC 4253 section 6). */
  readonly blockLength: number;
  readonly keyLength: number;
  /** Bytes of initial IV that are derived from K. */
  readonly ivLength: number;
  /** Encrypts and authenticates in one: no MAC is negotiated. */
  readonly aead: boolean;
  /** Length of the tag behind an AEAD packet, bytes; 0 otherwise. */
  readonly tagLength: number;
  /** True when the packet length is sent unencrypted whatever the MAC is. */
  readonly lengthInClear: boolean;
}

type Judged = readonly [standing: Standing, rfc: string, note: string, since?: string];

/** A cipher that needs a MAC beside it: bytes of block, key and IV. */
function plain(name: string, blockLength: number, keyLength: number, ivLength: number, [standing, rfc, note, since]: Judged): CipherRow {
  const sizes = { blockLength, keyLength, ivLength, aead: false, tagLength: 0, lengthInClear: false };
  return { name, ...sizes, standing, rfc, note, ...(since === undefined ? {} : { since }) };
}

/** AES-GCM: a nonce of 12 bytes, a tag of 16, and the packet length as additional data in clear (RFC 5647 section 7). */
function gcm(name: string, keyLength: number, [standing, rfc, note, since]: Judged): CipherRow {
  const sizes = { blockLength: 16, keyLength, ivLength: 12, aead: true, tagLength: 16, lengthInClear: true };
  return { name, ...sizes, standing, rfc, note, ...(since === undefined ? {} : { since }) };
}

/** ChaCha20-Poly1305: two keys of 32 bytes, one only for the length; the nonce is the sequence number. */
function chacha(name: string, [standing, rfc, note, since]: Judged): CipherRow {
  const sizes = { blockLength: 8, keyLength: 64, ivLength: 0, aead: true, tagLength: 16, lengthInClear: false };
  return { name, ...sizes, standing, rfc, note, ...(since === undefined ? {} : { since }) };
}

const CBC =
  'In CBC mode, which in SSH lets an attacker learn some plaintext bytes (CVE-2008-5161) unless the MAC is an -etm one; with -etm it needs strict kex against Terrapin.';

const ctrNote = (bits: number) => `AES with a ${bits}-bit key in counter mode, made into a key stream. Sound together with a good MAC.`;
const gcmNote = (bits: number) => `AES with a ${bits}-bit key in GCM, which encrypts and authenticates at once; the packet length stays readable.`;
const renamed = (what: string) => `Another spelling of ${what}.`;

const GCM_RFC5647 =
  'The RFC wants the same name in the cipher and the MAC list, which the negotiation rule cannot promise; the @openssh.com names replaced it.';

/** All ciphers that have a name. */
export const CIPHERS: readonly CipherRow[] = [
  chacha('chacha20-poly1305@openssh.com', [
    'recommended',
    'draft-ietf-sshm-chacha20-poly1305',
    'ChaCha20 encrypts, Poly1305 authenticates (both by D. J. Bernstein); the packet length is encrypted with a key of its own. Needs strict kex against Terrapin.',
    'OpenSSH 6.5',
  ]),
  chacha('chacha20-poly1305', ['recommended', 'draft-ietf-sshm-chacha20-poly1305', renamed('chacha20-poly1305@openssh.com, as the IETF draft has it')]),
  gcm('aes128-gcm@openssh.com', 16, ['recommended', 'draft-miller-sshm-aes-gcm', gcmNote(128), 'OpenSSH 6.2']),
  gcm('aes256-gcm@openssh.com', 32, ['recommended', 'draft-miller-sshm-aes-gcm', gcmNote(256), 'OpenSSH 6.2']),
  gcm('aes128-gcm', 16, ['recommended', 'draft-miller-sshm-aes-gcm', renamed('aes128-gcm@openssh.com, as the draft has it')]),
  gcm('aes256-gcm', 32, ['recommended', 'draft-miller-sshm-aes-gcm', renamed('aes256-gcm@openssh.com, as the draft has it')]),
  gcm('AEAD_AES_128_GCM', 16, ['acceptable', '5647#6.1', `AES-128-GCM under its first name. ${GCM_RFC5647}`]),
  gcm('AEAD_AES_256_GCM', 32, ['acceptable', '5647#6.2', `AES-256-GCM under its first name. ${GCM_RFC5647}`]),
  plain('aes128-ctr', 16, 16, 16, ['recommended', '4344#4', ctrNote(128), 'OpenSSH 3.7']),
  plain('aes192-ctr', 16, 24, 16, ['recommended', '4344#4', ctrNote(192), 'OpenSSH 3.7']),
  plain('aes256-ctr', 16, 32, 16, ['recommended', '4344#4', ctrNote(256), 'OpenSSH 3.7']),
  plain('aes128-cbc', 16, 16, 16, ['weak', '4253#6.3', `AES with a 128-bit key. ${CBC}`]),
  plain('aes192-cbc', 16, 24, 16, ['weak', '4253#6.3', `AES with a 192-bit key. ${CBC}`]),
  plain('aes256-cbc', 16, 32, 16, ['weak', '4253#6.3', `AES with a 256-bit key. ${CBC}`]),
  plain('rijndael-cbc@lysator.liu.se', 16, 32, 16, ['weak', 'openssh:cipher.c', renamed('aes256-cbc, from before AES had its name')]),
  plain('rijndael128-cbc', 16, 16, 16, ['weak', 'draft-ietf-secsh-transport-07', renamed('aes128-cbc, from drafts before AES had its name')]),
  plain('rijndael192-cbc', 16, 24, 16, ['weak', 'draft-ietf-secsh-transport-07', renamed('aes192-cbc, from drafts before AES had its name')]),
  plain('rijndael256-cbc', 16, 32, 16, ['weak', 'draft-ietf-secsh-transport-07', renamed('aes256-cbc, from drafts before AES had its name')]),
  plain('3des-cbc', 8, 24, 8, [
    'weak',
    '4253#6.3',
    `DES three times with three keys, from the 1970s. Its blocks of 8 bytes begin to repeat after some 32 GB (Sweet32). ${CBC}`,
  ]),
  plain('3des-ctr', 8, 24, 8, [
    'weak',
    '4344#4',
    'DES three times with three keys, in counter mode. Its blocks of 8 bytes are too short for long sessions (Sweet32).',
  ]),
  plain('blowfish-cbc', 8, 16, 8, ['weak', '4253#6.3', `Blowfish (B. Schneier, 1993) with a 128-bit key; blocks of 8 bytes (Sweet32). ${CBC}`]),
  plain('blowfish-ctr', 8, 32, 8, [
    'weak',
    '4344#4',
    'Blowfish (B. Schneier, 1993) with a 256-bit key in counter mode; blocks of 8 bytes are too short for long sessions (Sweet32).',
  ]),
  plain('cast128-cbc', 8, 16, 8, ['weak', '4253#6.3', `CAST-128 (C. Adams and S. Tavares, 1996); blocks of 8 bytes (Sweet32). ${CBC}`]),
  plain('cast128-ctr', 8, 16, 8, [
    'weak',
    '4344#4',
    'CAST-128 (C. Adams and S. Tavares, 1996) in counter mode; blocks of 8 bytes are too short for long sessions (Sweet32).',
  ]),
  plain('arcfour', 8, 16, 0, [
    'broken',
    '4253#6.3',
    'RC4 (R. Rivest, 1987) with a 128-bit key. Its first bytes tell about the key and later ones are biased: RFC 8758 forbids it.',
  ]),
  plain('arcfour128', 8, 16, 0, [
    'broken',
    '4345#4',
    'RC4 with a 128-bit key that throws its first 1536 bytes away. The later bytes are biased all the same: RFC 8758 forbids it.',
    'OpenSSH 4.2',
  ]),
  plain('arcfour256', 8, 32, 0, [
    'broken',
    '4345#4',
    'RC4 with a 256-bit key that throws its first 1536 bytes away. The later bytes are biased all the same: RFC 8758 forbids it.',
    'OpenSSH 4.2',
  ]),
  plain('twofish256-cbc', 16, 32, 16, ['weak', '4253#6.3', `Twofish (B. Schneier and others, 1998), a finalist for AES, with a 256-bit key. ${CBC}`]),
  plain('twofish192-cbc', 16, 24, 16, ['weak', '4253#6.3', `Twofish (B. Schneier and others, 1998), a finalist for AES, with a 192-bit key. ${CBC}`]),
  plain('twofish128-cbc', 16, 16, 16, ['weak', '4253#6.3', `Twofish (B. Schneier and others, 1998), a finalist for AES, with a 128-bit key. ${CBC}`]),
  plain('twofish-cbc', 16, 32, 16, ['weak', '4253#6.3', renamed('twofish256-cbc')]),
  plain('twofish256-ctr', 16, 32, 16, [
    'acceptable',
    '4344#4',
    `Twofish (B. Schneier and others, 1998), a finalist for AES, with a 256-bit key in counter mode.`,
  ]),
  plain('twofish192-ctr', 16, 24, 16, [
    'acceptable',
    '4344#4',
    `Twofish (B. Schneier and others, 1998), a finalist for AES, with a 192-bit key in counter mode.`,
  ]),
  plain('twofish128-ctr', 16, 16, 16, [
    'acceptable',
    '4344#4',
    `Twofish (B. Schneier and others, 1998), a finalist for AES, with a 128-bit key in counter mode.`,
  ]),
  plain('serpent256-cbc', 16, 32, 16, [
    'weak',
    '4253#6.3',
    `Serpent (R. Anderson, E. Biham, L. Knudsen, 1998), a finalist for AES, with a 256-bit key. ${CBC}`,
  ]),
  plain('serpent192-cbc', 16, 24, 16, [
    'weak',
    '4253#6.3',
    `Serpent (R. Anderson, E. Biham, L. Knudsen, 1998), a finalist for AES, with a 192-bit key. ${CBC}`,
  ]),
  plain('serpent128-cbc', 16, 16, 16, [
    'weak',
    '4253#6.3',
    `Serpent (R. Anderson, E. Biham, L. Knudsen, 1998), a finalist for AES, with a 128-bit key. ${CBC}`,
  ]),
  plain('serpent256-ctr', 16, 32, 16, [
    'acceptable',
    '4344#4',
    `Serpent (R. Anderson, E. Biham, L. Knudsen, 1998), a finalist for AES, with a 256-bit key in counter mode.`,
  ]),
  plain('serpent192-ctr', 16, 24, 16, [
    'acceptable',
    '4344#4',
    `Serpent (R. Anderson, E. Biham, L. Knudsen, 1998), a finalist for AES, with a 192-bit key in counter mode.`,
  ]),
  plain('serpent128-ctr', 16, 16, 16, [
    'acceptable',
    '4344#4',
    `Serpent (R. Anderson, E. Biham, L. Knudsen, 1998), a finalist for AES, with a 128-bit key in counter mode.`,
  ]),
  plain('idea-cbc', 8, 16, 8, ['weak', '4253#6.3', `IDEA (X. Lai and J. Massey, 1991); blocks of 8 bytes (Sweet32). ${CBC}`]),
  plain('idea-ctr', 8, 16, 8, [
    'weak',
    '4344#4',
    'IDEA (X. Lai and J. Massey, 1991) in counter mode; blocks of 8 bytes are too short for long sessions (Sweet32).',
  ]),
  plain('des-cbc', 8, 8, 8, ['broken', '4250#4.11.1', `DES (1977): a key of 56 bits, which a single machine finds in a day. ${CBC}`]),
  plain('des-cbc@ssh.com', 8, 8, 8, ['broken', 'ssh.com', renamed('des-cbc')]),
  plain('seed-cbc@ssh.com', 16, 16, 16, ['weak', 'ssh.com', `SEED, the Korean national cipher of 1998. ${CBC}`]),
  plain('seed-ctr@ssh.com', 16, 16, 16, ['acceptable', 'ssh.com', 'SEED, the Korean national cipher of 1998, in counter mode.']),
  plain('camellia128-cbc', 16, 16, 16, ['weak', 'draft-kanno-secsh-camellia', `Camellia (NTT and Mitsubishi, 2000) with a 128-bit key. ${CBC}`]),
  plain('camellia192-cbc', 16, 24, 16, ['weak', 'draft-kanno-secsh-camellia', `Camellia (NTT and Mitsubishi, 2000) with a 192-bit key. ${CBC}`]),
  plain('camellia256-cbc', 16, 32, 16, ['weak', 'draft-kanno-secsh-camellia', `Camellia (NTT and Mitsubishi, 2000) with a 256-bit key. ${CBC}`]),
  plain('camellia128-ctr', 16, 16, 16, ['acceptable', 'draft-kanno-secsh-camellia', `Camellia (NTT and Mitsubishi, 2000) with a 128-bit key in counter mode.`]),
  plain('camellia192-ctr', 16, 24, 16, ['acceptable', 'draft-kanno-secsh-camellia', `Camellia (NTT and Mitsubishi, 2000) with a 192-bit key in counter mode.`]),
  plain('camellia256-ctr', 16, 32, 16, ['acceptable', 'draft-kanno-secsh-camellia', `Camellia (NTT and Mitsubishi, 2000) with a 256-bit key in counter mode.`]),
  plain('camellia128-cbc@openssh.org', 16, 16, 16, ['weak', 'draft-kanno-secsh-camellia', renamed('camellia128-cbc')]),
  plain('camellia192-cbc@openssh.org', 16, 24, 16, ['weak', 'draft-kanno-secsh-camellia', renamed('camellia192-cbc')]),
  plain('camellia256-cbc@openssh.org', 16, 32, 16, ['weak', 'draft-kanno-secsh-camellia', renamed('camellia256-cbc')]),
  plain('camellia128-ctr@openssh.org', 16, 16, 16, ['acceptable', 'draft-kanno-secsh-camellia', renamed('camellia128-ctr')]),
  plain('camellia192-ctr@openssh.org', 16, 24, 16, ['acceptable', 'draft-kanno-secsh-camellia', renamed('camellia192-ctr')]),
  plain('camellia256-ctr@openssh.org', 16, 32, 16, ['acceptable', 'draft-kanno-secsh-camellia', renamed('camellia256-ctr')]),
  {
    ...plain('none', 8, 0, 0, ['broken', '4253#6.3', 'No encryption: everything can be read. For tests, and in the first key exchange.']),
    lengthInClear: true,
  },
];

const rows = byName(CIPHERS);

/** The cipher negotiated as `name`. */
export function cipher(name: string): CipherRow | undefined {
  return rows.get(name);
}
