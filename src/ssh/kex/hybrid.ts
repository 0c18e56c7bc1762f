/** Hybrids: a key encapsulation (KEM) that resists quantum computers beside an elliptic curve; both must be broken to break them. */
import { box, bytes, described, struct } from '../../wire/codec.ts';
import { type MessageDef, message } from '../message.ts';
import { size } from '../words.ts';
import { ecdhIngredients } from './ecdh.ts';
import { hostKey, replyWords, signature } from './fields.ts';
import type { KexMethod } from './method.ts';

/** Sizes in bytes of what goes over the wire. */
interface Sizes {
  readonly kem: string;
  readonly publicKey: number;
  readonly ciphertext: number;
  readonly curve: string;
  readonly point: number;
}

const SNTRUP4591761: Sizes = { kem: 'sntrup4591761', publicKey: 1218, ciphertext: 1047, curve: 'X25519', point: 32 };
const SNTRUP761: Sizes = { kem: 'sntrup761', publicKey: 1158, ciphertext: 1039, curve: 'X25519', point: 32 };
// FIPS 203 section 8, table 3; points of RFC 5656 are not compressed.
const MLKEM768X25519: Sizes = { kem: 'ML-KEM-768', publicKey: 1184, ciphertext: 1088, curve: 'X25519', point: 32 };
const MLKEM768P256: Sizes = { kem: 'ML-KEM-768', publicKey: 1184, ciphertext: 1088, curve: 'nistp256', point: 65 };
const MLKEM1024P384: Sizes = { kem: 'ML-KEM-1024', publicKey: 1568, ciphertext: 1568, curve: 'nistp384', point: 97 };

/** The two messages; the KEM part stands first in both values. */
function messages(s: Sizes, init: string, reply: string, rfc: string): readonly MessageDef[] {
  const qC = struct({
    kemPublicKey: described(bytes(s.publicKey), `C_PK2: ${s.kem} public key, made for this exchange only.`),
    ecdhPublicKey: described(bytes(s.point), `C_PK1: the client's ${s.curve} public value.`),
  });
  const qS = struct({
    kemCiphertext: described(bytes(s.ciphertext), `S_CT2: a secret that the server chose, encrypted with the ${s.kem} public key.`),
    ecdhPublicKey: described(bytes(s.point), `S_PK1: the server's ${s.curve} public value.`),
  });
  return [
    message(
      30,
      init,
      rfc,
      'The client sends a fresh KEM public key and its half of the elliptic curve exchange.',
      struct({ qC: described(box(qC), 'Q_C (C_INIT): KEM public key, then elliptic curve public value.') }),
      (v) => `Q_C: ${s.kem} public key ${size(v.qC?.kemPublicKey)}, ${s.curve} ${size(v.qC?.ecdhPublicKey)}`,
      'client',
    ),
    message(
      31,
      reply,
      rfc,
      'The server sends a secret encrypted with the KEM key, its half of the curve, its host key, and a signature over all that was said so far.',
      struct({ hostKey, qS: described(box(qS), 'Q_S (S_REPLY): KEM ciphertext, then elliptic curve public value.'), signature }),
      (v) => replyWords(v, `Q_S: ${s.kem} ciphertext ${size(v.qS?.kemCiphertext)}, ${s.curve} ${size(v.qS?.ecdhPublicKey)}`),
      'server',
    ),
  ];
}

const MLKEM_RFC = 'draft-ietf-sshm-mlkem-hybrid-kex';

function mlkem(sizes: Sizes): readonly MessageDef[] {
  return messages(sizes, 'SSH_MSG_KEX_HYBRID_INIT', 'SSH_MSG_KEX_HYBRID_REPLY', MLKEM_RFC);
}

// RFC 9941 keeps the messages of RFC 8731.
function sntrup(sizes: Sizes): readonly MessageDef[] {
  return messages(sizes, 'SSH_MSG_KEX_ECDH_INIT', 'SSH_MSG_KEX_ECDH_REPLY', '9941');
}

const HYBRID = { family: 'hybrid', hostKey: 'sign', kForm: 'string' } as const;

const mlkemIngredients = ecdhIngredients(`${MLKEM_RFC}#2.4`, 'SSH_MSG_KEX_HYBRID_INIT', 'SSH_MSG_KEX_HYBRID_REPLY', true);
const sntrupIngredients = ecdhIngredients('9941#3', 'SSH_MSG_KEX_ECDH_INIT', 'SSH_MSG_KEX_ECDH_REPLY', true);

/** The hybrid methods. */
export const HYBRID_METHODS: readonly KexMethod[] = [
  {
    ...HYBRID,
    names: ['mlkem768x25519-sha256'],
    hash: 'sha256',
    messages: mlkem(MLKEM768X25519),
    ingredients: () => mlkemIngredients,
    curve: 'curve25519',
    note: 'ML-KEM-768 (NIST, 2024; known as Kyber) beside X25519: who records the session today cannot decrypt it with a quantum computer later. Default of OpenSSH since 10.0.',
    rfc: MLKEM_RFC,
    standing: 'recommended',
    since: 'OpenSSH 9.9',
  },
  {
    ...HYBRID,
    names: ['mlkem768nistp256-sha256'],
    hash: 'sha256',
    messages: mlkem(MLKEM768P256),
    ingredients: () => mlkemIngredients,
    curve: 'nistp256',
    note: 'ML-KEM-768 beside NIST P-256, for those who must use NIST curves.',
    rfc: MLKEM_RFC,
    standing: 'recommended',
  },
  {
    ...HYBRID,
    names: ['mlkem1024nistp384-sha384'],
    hash: 'sha384',
    messages: mlkem(MLKEM1024P384),
    ingredients: () => mlkemIngredients,
    curve: 'nistp384',
    note: 'ML-KEM-1024 beside NIST P-384, the strongest of the three of its draft.',
    rfc: MLKEM_RFC,
    standing: 'recommended',
  },
  {
    ...HYBRID,
    names: ['sntrup761x25519-sha512', 'sntrup761x25519-sha512@openssh.com'],
    hash: 'sha512',
    messages: sntrup(SNTRUP761),
    ingredients: () => sntrupIngredients,
    curve: 'curve25519',
    note: 'Streamlined NTRU Prime (a lattice KEM of D. J. Bernstein and others) beside X25519; the first post-quantum method in wide use, default of OpenSSH 9.0 to 9.9.',
    rfc: '9941',
    standing: 'recommended',
    since: 'OpenSSH 8.5',
  },
  {
    ...HYBRID,
    names: ['sntrup4591761x25519-sha512@tinyssh.org'],
    hash: 'sha512',
    messages: sntrup(SNTRUP4591761),
    ingredients: () => sntrupIngredients,
    curve: 'curve25519',
    note: 'An earlier parameter set of NTRU Prime beside X25519, from TinySSH; replaced by sntrup761.',
    rfc: 'tinyssh.org',
    standing: 'acceptable',
    since: 'OpenSSH 8.0',
  },
];
