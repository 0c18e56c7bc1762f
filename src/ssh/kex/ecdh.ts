/** Diffie-Hellman on the curves of RFC 5656, and the two messages that all elliptic curve methods have. */
import { type Codec, described, string, struct } from '../../wire/codec.ts';
import type { Standing } from '../algorithm.ts';
import { type MessageDef, message } from '../message.ts';
import { size } from '../words.ts';
import { hostKey, replyWords, signature } from './fields.ts';
import { hostKeyIn, type Ingredient, pointsIn } from './hash-parts.ts';
import type { KexHash, KexMethod } from './method.ts';

export const Q_C = "Q_C: the client's public point; the number it was made from stays secret.";
export const Q_S = "Q_S: the server's public point; the number it was made from stays secret.";

/** The messages of ECDH (RFC 5656 section 4) for public values of form `point`. */
export function ecdhMessages(point: Codec<Uint8Array>, rfc: string): readonly MessageDef[] {
  return [
    message(
      30,
      'SSH_MSG_KEX_ECDH_INIT',
      rfc,
      'The client sends its half of the elliptic curve Diffie-Hellman exchange.',
      struct({ qC: described(point, Q_C) }),
      (v) => `Q_C ${size(v.qC)}`,
      'client',
    ),
    message(
      31,
      'SSH_MSG_KEX_ECDH_REPLY',
      rfc,
      'The server sends its half, its host key, and a signature over all that was said so far.',
      struct({ hostKey, qS: described(point, Q_S), signature }),
      (v) => replyWords(v, `Q_S ${size(v.qS)}`),
      'server',
    ),
  ];
}

const INIT = 'SSH_MSG_KEX_ECDH_INIT';
const REPLY = 'SSH_MSG_KEX_ECDH_REPLY';

/** The inputs of H of all elliptic curve methods (RFC 5656 section 4), the hybrids among them. */
export function ecdhIngredients(rfc: string, init = INIT, reply = REPLY, hybrid = false): readonly Ingredient[] {
  return [hostKeyIn(reply), ...pointsIn(init, reply, rfc, hybrid)];
}

/** Where the points stand, and how K goes into the hash. */
export const ECDH = { hostKey: 'sign', kForm: 'mpint', halves: { client: [INIT, 'qC'], server: [REPLY, 'qS'] } } as const;

const messages = ecdhMessages(string, '5656#4');
const ingredients = ecdhIngredients('5656#4');

function on(names: string[], curve: string, hash: KexHash, standing: Standing, note: string, since?: string): KexMethod {
  const rfc = '5656#6.3';
  const more = { ingredients: () => ingredients, ...(since === undefined ? {} : { since }) };
  return { ...ECDH, names, family: 'ecdh', hash, messages, curve, note, rfc, standing, ...more };
}

function byOid(oid: string, curve: string, hash: KexHash, standing: Standing): KexMethod {
  return on([`ecdh-sha2-${oid}`], curve, hash, standing, `Elliptic curve Diffie-Hellman on ${curve}, a curve that SSH names by its OID; hardly ever used.`);
}

/** The methods on NIST and SECG curves; the size of the curve gives the hash (RFC 5656 section 6.2.1). */
export const ECDH_METHODS: readonly KexMethod[] = [
  on(
    ['ecdh-sha2-nistp256'],
    'nistp256',
    'sha256',
    'acceptable',
    'Elliptic curve Diffie-Hellman on NIST P-256. Sound, widely supported and certified; its constants were never explained, so many prefer curve25519.',
    'OpenSSH 5.7',
  ),
  on(['ecdh-sha2-nistp384'], 'nistp384', 'sha384', 'acceptable', 'Elliptic curve Diffie-Hellman on NIST P-384, with SHA-384.', 'OpenSSH 5.7'),
  on(['ecdh-sha2-nistp521'], 'nistp521', 'sha512', 'acceptable', 'Elliptic curve Diffie-Hellman on NIST P-521, with SHA-512.', 'OpenSSH 5.7'),
  on(['ecdh-sha2-1.3.132.0.10'], 'secp256k1', 'sha256', 'acceptable', 'Elliptic curve Diffie-Hellman on secp256k1, the curve of Bitcoin, named by its OID.'),
  byOid('1.3.132.0.1', 'nistk163', 'sha256', 'weak'),
  byOid('1.2.840.10045.3.1.1', 'nistp192', 'sha256', 'weak'),
  byOid('1.3.132.0.33', 'nistp224', 'sha256', 'acceptable'),
  byOid('1.3.132.0.26', 'nistk233', 'sha256', 'unknown'),
  byOid('1.3.132.0.27', 'nistb233', 'sha256', 'unknown'),
  byOid('1.3.132.0.16', 'nistk283', 'sha384', 'unknown'),
  byOid('1.3.132.0.36', 'nistk409', 'sha512', 'unknown'),
  byOid('1.3.132.0.37', 'nistb409', 'sha512', 'unknown'),
  byOid('1.3.132.0.38', 'nistt571', 'sha512', 'unknown'),
];
