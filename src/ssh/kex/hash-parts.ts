/** The exchange hash H: one list of its inputs, which concatenated is what is hashed, and listed explains it. */
import { concat } from '../../bytes/concat.ts';
import type { Side } from '../message.ts';
import type { Transcript } from './transcript.ts';

/** How K goes into the hash: as a number, or under the hybrid methods as a string of the hash's length. */
export type KForm = 'mpint' | 'string';

/** One input of H. */
export interface HashPart {
  /** The RFC's name: `V_C`, `K_S`, `e`. */
  readonly name: string;
  /** The same as one word: `vC`, `kS`, `e`. */
  readonly id: string;
  readonly kind: 'string' | 'mpint' | 'uint32';
  /** The bytes without their length. */
  readonly value: Uint8Array;
  /** As it goes into the hash: with its length in front, but for a uint32. */
  readonly encoded: Uint8Array;
  /** One sentence for a student. */
  readonly doc: string;
  readonly rfc: string;
  /** Who sent it; K was sent by nobody. */
  readonly from: Side | 'both';
  /** The message that holds it, and the field in it; none for the identification strings, whole KEXINITs and K. */
  readonly message?: string;
  readonly field?: string;
}

/** Inputs that the capture does not hold, by name. */
export interface Missing {
  readonly missing: readonly string[];
}

export function isMissing(parts: readonly HashPart[] | Missing): parts is Missing {
  return 'missing' in parts;
}

/** One input as a method declares it. */
export interface Ingredient {
  readonly name: string;
  readonly id: string;
  readonly kind: HashPart['kind'];
  readonly doc: string;
  readonly rfc: string;
  readonly from: Side;
  readonly message?: string;
  readonly field?: string;
  /** Stands in the hash as an empty string when nobody sent it. */
  readonly mayBeAbsent?: true;
}

/** The field `field` of message `message`. */
export function fieldOf(message: string, field: string, rest: Omit<Ingredient, 'message' | 'field' | 'id'> & { readonly id?: string }): Ingredient {
  return { id: field, ...rest, message, field };
}

/** What every method begins with (RFC 4253 section 8). */
const BEGINNING: readonly Ingredient[] = [
  { name: 'V_C', id: 'vC', kind: 'string', rfc: '4253#8', from: 'client', doc: "The client's identification string, without CR LF." },
  { name: 'V_S', id: 'vS', kind: 'string', rfc: '4253#8', from: 'server', doc: "The server's identification string, without CR LF." },
  {
    name: 'I_C',
    id: 'iC',
    kind: 'string',
    rfc: '4253#8',
    from: 'client',
    doc: "The payload of the client's KEXINIT: nobody can strike a strong algorithm from it unnoticed.",
  },
  { name: 'I_S', id: 'iS', kind: 'string', rfc: '4253#8', from: 'server', doc: "The payload of the server's KEXINIT." },
];

/** K_S in the field `hostKey` of `message`. */
export function hostKeyIn(message: string, rfc = '4253#8'): Ingredient {
  const doc = 'The public host key (or certificate) of the server: what the client must recognise.';
  return fieldOf(message, 'hostKey', { name: 'K_S', id: 'kS', kind: 'string', rfc, from: 'server', doc });
}

/** e and f of Diffie-Hellman, of which the client sends e in message `init` and the server f in message `reply`. */
export function numbersIn(init: string, reply: string, rfc = '4253#8'): readonly Ingredient[] {
  return [
    fieldOf(init, 'e', { name: 'e', kind: 'mpint', rfc, from: 'client', doc: "The client's public value g^x mod p." }),
    fieldOf(reply, 'f', { name: 'f', kind: 'mpint', rfc, from: 'server', doc: "The server's public value g^y mod p." }),
  ];
}

/** Q_C and Q_S of elliptic curves, and of the hybrids, whose values hold the KEM part too. */
export function pointsIn(init: string, reply: string, rfc: string, hybrid = false): readonly Ingredient[] {
  const what = hybrid
    ? ['KEM public key and public point, one behind the other', 'KEM ciphertext and public point, one behind the other']
    : ['public point', 'public point'];
  return [
    fieldOf(init, 'qC', { name: 'Q_C', kind: 'string', rfc, from: 'client', doc: `The client's ${what[0]}.` }),
    fieldOf(reply, 'qS', { name: 'Q_S', kind: 'string', rfc, from: 'server', doc: `The server's ${what[1]}.` }),
  ];
}

/** K, and how `form` encodes it. */
function kPart(k: Uint8Array, form: KForm): HashPart {
  const base = { name: 'K', id: 'k', from: 'both', kind: form } as const;
  if (form === 'mpint')
    return part({ ...base, rfc: '4253#8', doc: 'The shared secret: both sides computed it, nobody sent it. Who listens cannot compute H.' }, k);
  const doc = 'The shared secret: the hash of the KEM secret and the curve secret, hashed here as a string of fixed length, not as a number.';
  return part({ ...base, rfc: 'draft-ietf-sshm-mlkem-hybrid-kex#2.4', doc }, k);
}

/** What H is made of under one method. */
export interface Recipe {
  /** The inputs of H between I_S and K, in their order; the transcript tells which form of the method was used. */
  readonly ingredients: (t: Transcript) => readonly Ingredient[];
  /** How K goes into H and into the key derivation. */
  readonly kForm: KForm;
}

/** The inputs of H that were sent, in their order, as far as the capture holds them; and the names of the others. */
export function sentParts(recipe: Recipe, t: Transcript): { readonly parts: readonly HashPart[]; readonly missing: readonly string[] } {
  const parts: HashPart[] = [];
  const missing: string[] = [];
  for (const ingredient of [...BEGINNING, ...recipe.ingredients(t)]) {
    const value = sentValue(ingredient, t);
    if (value === undefined) missing.push(ingredient.name);
    else parts.push(part(ingredient, value));
  }
  return { parts, missing };
}

/**
 * All inputs of H in their order, or the names of those that the capture does not hold.
 *
 * @param k K as it is hashed: the content of a canonical mpint, or for a hybrid the string
 */
export function hashParts(recipe: Recipe, t: Transcript, k: Uint8Array): HashPart[] | Missing {
  const { parts, missing } = sentParts(recipe, t);
  return missing.length > 0 ? { missing } : [...parts, kPart(k, recipe.kForm)];
}

function sentValue(i: Ingredient, t: Transcript): Uint8Array | undefined {
  if (i.message !== undefined) {
    const message = t.messages.get(i.message);
    return message === undefined && i.mayBeAbsent === true ? new Uint8Array(0) : message?.fields.get(i.field ?? i.id)?.bytes;
  }
  if (i.id === 'vC') return t.vC;
  if (i.id === 'vS') return t.vS;
  return i.id === 'iC' ? t.iC : t.iS;
}

/** A part with `value` in it, encoded by its kind; an mpint with unnecessary zeros loses them, as it does when it was a number in between. */
export function part(of: Omit<HashPart, 'value' | 'encoded'>, value: Uint8Array): HashPart {
  const { name, id, kind, doc, rfc, from, message, field } = of;
  const content = kind === 'mpint' ? canonical(value) : value;
  const origin = { ...(message === undefined ? {} : { message }), ...(field === undefined ? {} : { field }) };
  return { name, id, kind, doc, rfc, from, ...origin, value: content, encoded: kind === 'uint32' ? content : prefixed(content) };
}

/** `bytes` behind their length: `string` of RFC 4251 section 5, and `mpint` too. */
export function prefixed(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(4 + bytes.length);
  new DataView(out.buffer).setUint32(0, bytes.length);
  out.set(bytes, 4);
  return out;
}

/** The content of an mpint without unnecessary leading zeros (RFC 4251 section 5). */
export function canonical(content: Uint8Array): Uint8Array {
  let start = 0;
  while (start < content.length && content[start] === 0 && (start + 1 === content.length || (content[start + 1] as number) < 0x80)) start++;
  return content.subarray(start);
}

/** The content of the mpint for the number that `bytes` spell without a sign: most significant first, zeros in front or not. */
export function mpintContent(bytes: Uint8Array): Uint8Array {
  let start = 0;
  while (start < bytes.length && bytes[start] === 0) start++;
  const number = bytes.subarray(start);
  if (number.length === 0 || (number[0] as number) < 0x80) return number;
  const out = new Uint8Array(number.length + 1);
  out.set(number, 1);
  return out;
}

/** What is hashed: all parts one after the other. */
export function hashInput(parts: readonly HashPart[]): Uint8Array {
  return concat(parts.map(({ encoded }) => encoded));
}
