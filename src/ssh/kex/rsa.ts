/** RSA key transport (RFC 4432): the client encrypts the secret with a key that the server made for the purpose. */
import { box, described, string, struct } from '../../wire/codec.ts';
import { hostKeyBlob, keyBits, keyWords } from '../hostkey/blob.ts';
import { type MessageDef, message } from '../message.ts';
import { plain, size } from '../words.ts';
import { hostKey, signature } from './fields.ts';
import { fieldOf, hostKeyIn, type Ingredient } from './hash-parts.ts';
import type { KexMethod } from './method.ts';

const messages: readonly MessageDef[] = [
  message(
    30,
    'SSH_MSG_KEXRSA_PUBKEY',
    '4432#4',
    'The server speaks first: it sends its host key and a transient RSA key.',
    struct({ hostKey, transientKey: described(box(hostKeyBlob), 'K_T: RSA key that is used for a while only and never stored.') }),
    (v) => `${keyWords(v.hostKey)}, K_T ${keyBits(v.transientKey ?? {}) ?? '?'} bits`,
    'server',
  ),
  message(
    31,
    'SSH_MSG_KEXRSA_SECRET',
    '4432#4',
    'The client chooses the shared secret K and sends it encrypted.',
    struct({ encryptedSecret: described(string, 'K, encrypted with K_T by RSAES-OAEP.') }),
    (v) => `encrypted K ${size(v.encryptedSecret)}`,
    'client',
  ),
  message(
    32,
    'SSH_MSG_KEXRSA_DONE',
    '4432#4',
    'The server signs the exchange hash, which proves that it could decrypt K.',
    struct({ signature }),
    (v) => `signature ${plain(v.signature?.algorithm, 48)}`,
    'server',
  ),
];

const ingredients: readonly Ingredient[] = [
  hostKeyIn('SSH_MSG_KEXRSA_PUBKEY'),
  fieldOf('SSH_MSG_KEXRSA_PUBKEY', 'transientKey', {
    name: 'K_T',
    id: 'kT',
    kind: 'string',
    rfc: '4432#4',
    from: 'server',
    doc: 'The transient RSA key that K was encrypted with.',
  }),
  fieldOf('SSH_MSG_KEXRSA_SECRET', 'encryptedSecret', {
    name: 'encrypted K',
    kind: 'string',
    rfc: '4432#4',
    from: 'client',
    doc: 'K as the client sent it, encrypted with K_T.',
  }),
];

const RSA = { family: 'rsa', hostKey: 'sign', messages, ingredients: () => ingredients, kForm: 'mpint' } as const;

/** The RSA methods. */
export const RSA_METHODS: readonly KexMethod[] = [
  {
    names: ['rsa2048-sha256'],
    ...RSA,
    hash: 'sha256',
    note: 'RSA key transport with a transient key of at least 2048 bits and SHA-256; cheap for slow clients, seldom used.',
    rfc: '4432#6',
    standing: 'acceptable',
  },
  {
    names: ['rsa1024-sha1'],
    ...RSA,
    hash: 'sha1',
    note: 'RSA key transport with a transient key of at least 1024 bits and SHA-1; RFC 9142 forbids it.',
    rfc: '4432#5',
    standing: 'broken',
  },
];
