/** Diffie-Hellman with a fixed group (RFC 4253 section 8, RFC 8268). */
import { struct } from '../../wire/codec.ts';
import type { Standing } from '../algorithm.ts';
import { type MessageDef, message } from '../message.ts';
import { bitLength } from '../words.ts';
import { e, f, hostKey, replyWords, signature } from './fields.ts';
import { hostKeyIn, type Ingredient, numbersIn } from './hash-parts.ts';
import type { KexHash, KexMethod } from './method.ts';

const messages: readonly MessageDef[] = [
  message(
    30,
    'SSH_MSG_KEXDH_INIT',
    '4253#8',
    'The client sends its half of the Diffie-Hellman exchange.',
    struct({ e }),
    (v) => `e ${bitLength(v.e)} bits`,
    'client',
  ),
  message(
    31,
    'SSH_MSG_KEXDH_REPLY',
    '4253#8',
    'The server sends its half, its host key, and a signature over all that was said so far.',
    struct({ hostKey, f, signature }),
    (v) => replyWords(v, `f ${bitLength(v.f)} bits`),
    'server',
  ),
];

const INIT = 'SSH_MSG_KEXDH_INIT';
const REPLY = 'SSH_MSG_KEXDH_REPLY';
const ingredients: readonly Ingredient[] = [hostKeyIn(REPLY), ...numbersIn(INIT, REPLY)];

const DH = {
  family: 'dh',
  hostKey: 'sign',
  messages,
  ingredients: () => ingredients,
  kForm: 'mpint',
  halves: { client: [INIT, 'e'], server: [REPLY, 'f'] },
} as const;

function group(names: string[], groupBits: number, hash: KexHash, standing: Standing, rfc: string, note: string, since?: string): KexMethod {
  return { ...DH, names, hash, groupBits, note, rfc, standing, ...(since === undefined ? {} : { since }) };
}

const TECTIA = 'A spelling of SSH Communications Security (Tectia) from before RFC 8268.';

/** The methods with a fixed group. */
export const DH_METHODS: readonly KexMethod[] = [
  group(
    ['diffie-hellman-group1-sha1'],
    1024,
    'sha1',
    'broken',
    '4253#8.1',
    'Diffie-Hellman in the 1024-bit Oakley group 2 with SHA-1. The group is small enough, and shared by so many, that a state can precompute it (Logjam, 2015).',
  ),
  group(
    ['diffie-hellman-group14-sha1'],
    2048,
    'sha1',
    'weak',
    '4253#8.2',
    'Diffie-Hellman in the 2048-bit group 14 with SHA-1. The group is still good; SHA-1 is on its way out, though no attack on its use here is known.',
  ),
  group(
    ['diffie-hellman-group14-sha256'],
    2048,
    'sha256',
    'acceptable',
    '8268#3',
    'Diffie-Hellman in the 2048-bit group 14 with SHA-256; the one method that RFC 9142 obliges everyone to have.',
    'OpenSSH 7.3',
  ),
  group(['diffie-hellman-group15-sha512'], 3072, 'sha512', 'acceptable', '8268#3', 'Diffie-Hellman in the 3072-bit group 15 with SHA-512.'),
  group(
    ['diffie-hellman-group16-sha512'],
    4096,
    'sha512',
    'acceptable',
    '8268#3',
    'Diffie-Hellman in the 4096-bit group 16 with SHA-512; strong, slower than elliptic curves, no help against a quantum computer.',
    'OpenSSH 7.3',
  ),
  group(['diffie-hellman-group17-sha512'], 6144, 'sha512', 'acceptable', '8268#3', 'Diffie-Hellman in the 6144-bit group 17 with SHA-512.'),
  group(
    ['diffie-hellman-group18-sha512'],
    8192,
    'sha512',
    'acceptable',
    '8268#3',
    'Diffie-Hellman in the 8192-bit group 18 with SHA-512; noticeably slow.',
    'OpenSSH 7.3',
  ),
  group(['diffie-hellman-group14-sha224@ssh.com'], 2048, 'sha224', 'acceptable', 'ssh.com', TECTIA),
  group(['diffie-hellman-group14-sha256@ssh.com'], 2048, 'sha256', 'acceptable', 'ssh.com', TECTIA),
  group(['diffie-hellman-group15-sha256@ssh.com'], 3072, 'sha256', 'acceptable', 'ssh.com', TECTIA),
  group(['diffie-hellman-group15-sha384@ssh.com'], 3072, 'sha384', 'acceptable', 'ssh.com', TECTIA),
  group(['diffie-hellman-group16-sha384@ssh.com'], 4096, 'sha384', 'acceptable', 'ssh.com', TECTIA),
  group(['diffie-hellman-group16-sha512@ssh.com'], 4096, 'sha512', 'acceptable', 'ssh.com', TECTIA),
  group(['diffie-hellman-group18-sha512@ssh.com'], 8192, 'sha512', 'acceptable', 'ssh.com', TECTIA),
];
