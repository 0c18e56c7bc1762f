/** Key exchange authenticated by GSS-API, mostly Kerberos (RFC 4462, RFC 8732). */
import { boolean, box, type Codec, described, optional, string, struct, text, uint32 } from '../../wire/codec.ts';
import type { Standing } from '../algorithm.ts';
import { hostKeyBlob, keyWords } from '../hostkey/blob.ts';
import { type MessageDef, message } from '../message.ts';
import { bitLength, quoted, size } from '../words.ts';
import { Q_C, Q_S } from './ecdh.ts';
import { e, f } from './fields.ts';
import { groupFields, groupPartsIn, sizes, sizesIn } from './gex.ts';
import { hostKeyIn, type Ingredient, numbersIn, pointsIn } from './hash-parts.ts';
import type { KexHash, KexMethod } from './method.ts';

const outputToken = described(string, 'Token of the GSS-API mechanism.');

/** INIT and COMPLETE differ by what is exchanged: numbers or points. */
function exchanged(client: Record<string, Codec<Uint8Array>>, server: Record<string, Codec<Uint8Array>>, rfc: string): readonly MessageDef[] {
  const token = { micToken: described(string, 'Integrity code over H by the mechanism; takes the place of a host key signature.') };
  const last = { hasOutputToken: described(boolean, 'Whether a last token follows.'), outputToken: optional(outputToken) };
  return [
    message(
      30,
      'SSH_MSG_KEXGSS_INIT',
      rfc,
      'The client sends its half of the exchange and the first token.',
      struct({ outputToken, ...client }),
      (v) => `token ${size(v.outputToken)}`,
      'client',
    ),
    message(
      32,
      'SSH_MSG_KEXGSS_COMPLETE',
      rfc,
      'The server sends its half and proves by the mechanism that it is the right host.',
      struct({ ...server, ...token, ...last }),
      (v) => `MIC ${size(v.micToken)}`,
      'server',
    ),
  ];
}

const shared: readonly MessageDef[] = [
  message(31, 'SSH_MSG_KEXGSS_CONTINUE', '4462#2.1', 'Carries one more token of the mechanism, either way.', struct({ outputToken }), (v) => {
    return `token ${size(v.outputToken)}`;
  }),
  message(
    33,
    'SSH_MSG_KEXGSS_HOSTKEY',
    '4462#2.1',
    'The server shows its host key, so that the client can learn it.',
    struct({ hostKey: described(box(hostKeyBlob), 'K_S: the host key, or an empty string.') }),
    (v) => keyWords(v.hostKey),
    'server',
  ),
  message(
    34,
    'SSH_MSG_KEXGSS_ERROR',
    '4462#2.1',
    'The mechanism failed on the server.',
    struct({
      majorStatus: described(uint32, 'Status of GSS-API.'),
      minorStatus: described(uint32, 'Status of the mechanism.'),
      message: described(text, 'What went wrong, for people.'),
      languageTag: described(text, 'Language of the text.'),
    }),
    (v) => `status ${v.majorStatus ?? '?'}/${v.minorStatus ?? '?'}: ${quoted(v.message)}`,
    'server',
  ),
];

const group: readonly MessageDef[] = [
  message(
    40,
    'SSH_MSG_KEXGSS_GROUPREQ',
    '4462#2.2',
    'The client asks for a group, with the sizes that it takes.',
    struct(sizes),
    (v) => `${v.min ?? '?'} to ${v.max ?? '?'} bits, ${v.n ?? '?'} preferred`,
    'client',
  ),
  message(41, 'SSH_MSG_KEXGSS_GROUP', '4462#2.2', 'The server picks a group of its list.', struct(groupFields), (v) => `p ${bitLength(v.p)} bits`, 'server'),
];

const dhMessages = [...exchanged({ e }, { f }, '4462#2.1'), ...shared];
const ecdhMessages = [...exchanged({ qC: described(string, Q_C) }, { qS: described(string, Q_S) }, '8732#5.1'), ...shared];

const INIT = 'SSH_MSG_KEXGSS_INIT';
const COMPLETE = 'SSH_MSG_KEXGSS_COMPLETE';

// RFC 4462 section 2.1: "If no SSH_MSG_KEXGSS_HOSTKEY message has been sent ..., then the empty string is used in place of K_S".
const HOST_KEY: Ingredient = { ...hostKeyIn('SSH_MSG_KEXGSS_HOSTKEY', '4462#2.1'), mayBeAbsent: true };
const NUMBERS = numbersIn(INIT, COMPLETE, '4462#2.1');
const groupIngredients = [HOST_KEY, ...NUMBERS];
const gexIngredients = [HOST_KEY, ...sizesIn('SSH_MSG_KEXGSS_GROUPREQ', '4462#2.2'), ...groupPartsIn('SSH_MSG_KEXGSS_GROUP', '4462#2.2'), ...NUMBERS];
const curveIngredients = [HOST_KEY, ...pointsIn(INIT, COMPLETE, '8732#5.1')];

type Secret = Pick<KexMethod, 'ingredients' | 'halves'>;

const NUMBER_HALVES = { client: [INIT, 'e'], server: [COMPLETE, 'f'] } as const;
const POINT_HALVES = { client: [INIT, 'qC'], server: [COMPLETE, 'qS'] } as const;

function gss(
  name: string,
  hash: KexHash,
  messages: readonly MessageDef[],
  standing: Standing,
  rfc: string,
  what: string,
  rest: Secret & Partial<KexMethod>,
): KexMethod {
  const note = `${what}, authenticated by GSS-API (mostly Kerberos) in place of a host key.`;
  return { names: [`${name}-`], prefix: true, family: 'gss', hash, messages, hostKey: 'none', kForm: 'mpint', note, rfc, standing, ...rest };
}

function fixed(number: number, groupBits: number, hash: KexHash, standing: Standing, rfc: string): KexMethod {
  const rest = { groupBits, ingredients: () => groupIngredients, halves: NUMBER_HALVES };
  return gss(`gss-group${number}-${hash}`, hash, dhMessages, standing, rfc, `Diffie-Hellman in group ${number} (${groupBits} bits)`, rest);
}

const gexSecret: Secret = { ingredients: () => gexIngredients, halves: { ...NUMBER_HALVES, group: 'SSH_MSG_KEXGSS_GROUP' } };

function curve(name: string, hash: KexHash, standing: Standing): KexMethod {
  const rest = { curve: name, ingredients: () => curveIngredients, halves: POINT_HALVES };
  return gss(`gss-${name}-${hash}`, hash, ecdhMessages, standing, '8732#5', `Diffie-Hellman on ${name}`, rest);
}

/** The GSS-API methods; the name ends with base64 of the MD5 of the mechanism's OID. */
export const GSS_METHODS: readonly KexMethod[] = [
  fixed(1, 1024, 'sha1', 'broken', '4462#2.3'),
  fixed(14, 2048, 'sha1', 'weak', '4462#2.4'),
  fixed(14, 2048, 'sha256', 'acceptable', '8732#4'),
  fixed(15, 3072, 'sha512', 'acceptable', '8732#4'),
  fixed(16, 4096, 'sha512', 'acceptable', '8732#4'),
  fixed(17, 6144, 'sha512', 'acceptable', '8732#4'),
  fixed(18, 8192, 'sha512', 'acceptable', '8732#4'),
  gss('gss-gex-sha1', 'sha1', [...dhMessages, ...group], 'weak', '4462#2.5', 'Diffie-Hellman in a group that the server picks', gexSecret),
  curve('nistp256', 'sha256', 'acceptable'),
  curve('nistp384', 'sha384', 'acceptable'),
  curve('nistp521', 'sha512', 'acceptable'),
  curve('curve25519', 'sha256', 'recommended'),
  curve('curve448', 'sha512', 'recommended'),
];
