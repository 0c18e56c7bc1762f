/** Diffie-Hellman with a group that the server picks (RFC 4419). Its numbers 30 and 31 mean other things than elsewhere. */
import { described, mpint, struct, uint32 } from '../../wire/codec.ts';
import type { Standing } from '../algorithm.ts';
import { type MessageDef, message } from '../message.ts';
import { bitLength } from '../words.ts';
import { e, f, hostKey, replyWords, signature } from './fields.ts';
import { fieldOf, hostKeyIn, type Ingredient, numbersIn } from './hash-parts.ts';
import type { KexHash, KexMethod } from './method.ts';
import type { Transcript } from './transcript.ts';

/** Sizes a client asks for, as RFC 4462 section 2.5 takes them too. */
export const sizes = {
  min: described(uint32, 'Smallest group that the client takes, bits.'),
  n: described(uint32, 'Size that the client would like, bits.'),
  max: described(uint32, 'Largest group that the client takes, bits.'),
};

/** The group that the server picked. */
export const groupFields = {
  p: described(mpint, 'Safe prime: the modulus of the group.'),
  g: described(mpint, 'Generator of the subgroup.'),
};

const messages: readonly MessageDef[] = [
  message(
    34,
    'SSH_MSG_KEX_DH_GEX_REQUEST',
    '4419#3',
    'The client asks for a group, with the sizes that it takes.',
    struct(sizes),
    (v) => `${v.min ?? '?'} to ${v.max ?? '?'} bits, ${v.n ?? '?'} preferred`,
    'client',
  ),
  message(
    30,
    'SSH_MSG_KEX_DH_GEX_REQUEST_OLD',
    '4419#5',
    'The request of an older draft, with one size only; min and max are then not in the exchange hash.',
    struct({ n: sizes.n }),
    (v) => `${v.n ?? '?'} bits preferred`,
    'client',
  ),
  message(
    31,
    'SSH_MSG_KEX_DH_GEX_GROUP',
    '4419#3',
    'The server picks a group of its list.',
    struct(groupFields),
    (v) => `p ${bitLength(v.p)} bits, g ${bitLength(v.g) <= 8 ? (v.g?.[v.g.length - 1] ?? 0) : `${bitLength(v.g)} bits`}`,
    'server',
  ),
  message(
    32,
    'SSH_MSG_KEX_DH_GEX_INIT',
    '4419#3',
    'The client sends its half of the Diffie-Hellman exchange.',
    struct({ e }),
    (v) => `e ${bitLength(v.e)} bits`,
    'client',
  ),
  message(
    33,
    'SSH_MSG_KEX_DH_GEX_REPLY',
    '4419#3',
    'The server sends its half, its host key, and a signature over all that was said so far.',
    struct({ hostKey, f, signature }),
    (v) => replyWords(v, `f ${bitLength(v.f)} bits`),
    'server',
  ),
];

/** min, n, max as the message `request` has them. */
export function sizesIn(request: string, rfc: string): readonly Ingredient[] {
  const from = { kind: 'uint32', rfc, from: 'client' } as const;
  return [
    fieldOf(request, 'min', { name: 'min', ...from, doc: 'Smallest group the client takes, bits.' }),
    fieldOf(request, 'n', { name: 'n', ...from, doc: 'Size the client would like, bits.' }),
    fieldOf(request, 'max', { name: 'max', ...from, doc: 'Largest group the client takes, bits.' }),
  ];
}

/** p, g as the message `group` has them. */
export function groupPartsIn(group: string, rfc: string): readonly Ingredient[] {
  const from = { kind: 'mpint', rfc, from: 'server' } as const;
  return [
    fieldOf(group, 'p', { name: 'p', ...from, doc: 'The prime that the server picked; in the hash, so that nobody can put a weak one in its place.' }),
    fieldOf(group, 'g', { name: 'g', ...from, doc: 'The generator that the server picked.' }),
  ];
}

const OLD_REQUEST = 'SSH_MSG_KEX_DH_GEX_REQUEST_OLD';
const GROUP = 'SSH_MSG_KEX_DH_GEX_GROUP';
const INIT = 'SSH_MSG_KEX_DH_GEX_INIT';
const REPLY = 'SSH_MSG_KEX_DH_GEX_REPLY';
const NUMBERS = [...groupPartsIn(GROUP, '4419#3'), ...numbersIn(INIT, REPLY, '4419#3')];
const HOST_KEY = hostKeyIn(REPLY);
const NEW_FORM = [HOST_KEY, ...sizesIn('SSH_MSG_KEX_DH_GEX_REQUEST', '4419#3'), ...NUMBERS];
// RFC 4419 section 5: the old request hashes n alone.
const OLD_FORM = [HOST_KEY, ...sizesIn(OLD_REQUEST, '4419#5').filter((i) => i.id === 'n'), ...NUMBERS];

const GEX = {
  family: 'gex',
  hostKey: 'sign',
  messages,
  ingredients: (t: Transcript) => (t.messages.has(OLD_REQUEST) ? OLD_FORM : NEW_FORM),
  kForm: 'mpint',
  halves: { client: [INIT, 'e'], server: [REPLY, 'f'], group: GROUP },
} as const;

function exchange(names: string[], hash: KexHash, standing: Standing, rfc: string, note: string, since?: string): KexMethod {
  return { ...GEX, names, hash, note, rfc, standing, ...(since === undefined ? {} : { since }) };
}

const TECTIA = 'Group exchange with another hash, by SSH Communications Security (Tectia).';

/** The group exchange methods. */
export const GEX_METHODS: readonly KexMethod[] = [
  exchange(
    ['diffie-hellman-group-exchange-sha256'],
    'sha256',
    'acceptable',
    '4419#4.2',
    'The client asks for a size, the server picks a group of its list (its moduli file), and Diffie-Hellman runs in it with SHA-256. As strong as the group that comes.',
    'OpenSSH 4.4',
  ),
  exchange(
    ['diffie-hellman-group-exchange-sha1'],
    'sha1',
    'weak',
    '4419#4.1',
    'The client asks for a size, the server picks a group, and Diffie-Hellman runs in it with SHA-1, which RFC 9142 asks not to use any more.',
    'OpenSSH 2.3',
  ),
  exchange(['diffie-hellman-group-exchange-sha224@ssh.com'], 'sha224', 'acceptable', 'ssh.com', TECTIA),
  exchange(['diffie-hellman-group-exchange-sha384@ssh.com'], 'sha384', 'acceptable', 'ssh.com', TECTIA),
  exchange(['diffie-hellman-group-exchange-sha512@ssh.com'], 'sha512', 'acceptable', 'ssh.com', TECTIA),
];
