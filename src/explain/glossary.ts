/** The glossary: every algorithm and every message that sshark knows, from the rows and declarations that the dissector works with. */
import { nearest } from '../bytes/near.ts';
import { count, enumerated } from '../bytes/words.ts';
import type { Algorithm } from '../ssh/algorithm.ts';
import { AUTH_METHODS } from '../ssh/auth/index.ts';
import { CIPHERS, type CipherRow } from '../ssh/crypto/ciphers.ts';
import { COMPRESSIONS } from '../ssh/crypto/compression.ts';
import { MACS, type MacRow } from '../ssh/crypto/macs.ts';
import { HOST_KEY_ALGORITHMS, type HostKeyAlgorithm } from '../ssh/hostkey/algorithms.ts';
import { KEX_METHODS } from '../ssh/kex/index.ts';
import type { KexMethod } from '../ssh/kex/method.ts';
import { PSEUDO_ALGORITHMS } from '../ssh/kex/pseudo.ts';
import type { MessageDef } from '../ssh/message.ts';
import { SSH1_MESSAGES, SSH2_MESSAGES } from '../ssh/messages/index.ts';
import { purposeOf } from './packets/purpose.ts';

/** The kinds of names, as people call them. */
export type TermKind = 'key exchange method' | 'signal in the list of key exchange methods' | 'host key algorithm' | 'cipher' | 'MAC' | 'compression';

/** An algorithm in the glossary. */
export interface Term extends Algorithm {
  readonly kind: TermKind;
  /** What else its row says: sizes in bytes and bits, the hash, the curve. */
  readonly facts: readonly string[];
}

/** All algorithms, kind by kind. A method whose name goes on (GSS-API) stands with an asterisk. */
export const GLOSSARY: readonly Term[] = [
  ...KEX_METHODS.flatMap((m) => m.names.map((name) => termOf('key exchange method', { ...m, name: m.prefix === true ? `${name}*` : name }, kexFacts(m)))),
  ...PSEUDO_ALGORITHMS.map((row) => termOf('signal in the list of key exchange methods', row, row.from === undefined ? [] : [`sent by the ${row.from}`])),
  ...HOST_KEY_ALGORITHMS.map((row) => termOf('host key algorithm', row, hostKeyFacts(row))),
  ...CIPHERS.map((row) => termOf('cipher', row, cipherFacts(row))),
  ...MACS.map((row) => termOf('MAC', row, macFacts(row))),
  ...COMPRESSIONS.map((row) => termOf('compression', row, [])),
];

function termOf(kind: TermKind, { name, note, rfc, standing, since }: Algorithm, facts: readonly string[]): Term {
  return { kind, name, note, rfc, standing, facts, ...(since === undefined ? {} : { since }) };
}

function kexFacts(m: KexMethod): string[] {
  const group = m.groupBits === undefined ? [] : [`prime of ${m.groupBits} bits`];
  return [`hash ${m.hash}`, ...group, ...(m.curve === undefined ? [] : [`curve ${m.curve}`])];
}

function hostKeyFacts(row: HostKeyAlgorithm): string[] {
  const type = row.keyType === row.name ? [] : [`key type ${row.keyType}`];
  return [
    ...type,
    ...(row.signature === undefined || row.signature === row.name ? [] : [`signature ${row.signature}`]),
    ...(row.hash === undefined ? [] : [`hash ${row.hash}`]),
  ];
}

function cipherFacts(row: CipherRow): string[] {
  const tag = row.aead ? [`tag of ${count(row.tagLength, 'byte')}, so it needs no MAC`] : [];
  return [`key ${count(row.keyLength, 'byte')}`, `IV ${count(row.ivLength, 'byte')}`, `block ${count(row.blockLength, 'byte')}`, ...tag];
}

function macFacts(row: MacRow): string[] {
  return [`key ${count(row.keyLength, 'byte')}`, `tag ${count(row.tagLength, 'byte')}`, row.etm ? 'encrypt-then-MAC' : 'encrypt-and-MAC'];
}

/** The terms called `name`; a few names (none, AEAD_AES_128_GCM) stand for algorithms of two kinds. */
export function termsNamed(name: string): readonly Term[] {
  const exact = GLOSSARY.filter((t) => t.name === name);
  return exact.length > 0 ? exact : GLOSSARY.filter((t) => t.name.endsWith('*') && name.startsWith(t.name.slice(0, -1)));
}

/** Names that `name` may have been meant to be. */
export function nearTerms(name: string): string[] {
  return nearest(name, [...new Set(GLOSSARY.map((t) => t.name))]);
}

// --- messages

/** A message in the glossary. */
export interface MessageTerm {
  readonly def: MessageDef;
  /** Where its number has this meaning: always, or while these methods are at work. */
  readonly context: string;
  /** What it is for in the whole, and the section that says so. */
  readonly purpose: readonly [text: string, rfc: string] | undefined;
  /** The fields that every such message has, in their order; more may follow by what stands in them. */
  readonly fields: readonly { readonly name: string; readonly kind: string; readonly doc: string | undefined }[];
}

/** All messages: those of fixed numbers, of the key exchange methods, of the login methods, of SSH-1. */
export function allMessages(): readonly MessageTerm[] {
  const fixed = [...SSH2_MESSAGES.values()].map((def) => messageTerm(def, 'always'));
  const old = [...SSH1_MESSAGES.values()].map((def) => messageTerm(def, 'in SSH-1'));
  return [...fixed, ...ofMethods('key exchange', KEX_METHODS), ...ofMethods('login', AUTH_METHODS), ...old];
}

/** The messages that methods bring; those of several methods that are declared alike are one. */
function ofMethods(kind: string, methods: readonly { readonly names: readonly string[]; readonly messages: readonly MessageDef[] }[]): MessageTerm[] {
  const found = new Map<string, { readonly def: MessageDef; readonly names: string[] }>();
  for (const { names, messages } of methods) {
    for (const def of messages) {
      const key = [def.number, def.name, def.rfc, def.note].join(' ');
      const one = found.get(key) ?? { def, names: [] };
      found.set(key, one);
      one.names.push(...names);
    }
  }
  return [...found.values()].map(({ def, names }) => messageTerm(def, `while the ${kind} method is ${enumerated(names, 5)}`));
}

/** The messages called `name`, in any case, with or without the beginning `SSH_MSG_`, or of the number that `name` is. */
export function messagesNamed(name: string): readonly MessageTerm[] {
  const wanted = name.toUpperCase();
  const all = allMessages();
  const exact = all.filter(({ def }) => def.name === wanted || def.name === `SSH_MSG_${wanted}`);
  return exact.length > 0 || !/^\d{1,3}$/.test(name) ? exact : all.filter(({ def }) => def.number === Number(name));
}

/** Names of messages that `name` may have been meant to be. */
export function nearMessages(name: string): string[] {
  return nearest(name, [...new Set(allMessages().map(({ def }) => def.name))]);
}

function messageTerm(def: MessageDef, context: string): MessageTerm {
  return { def, context, purpose: purposeOf(def), fields: fieldsOf(def) };
}

function fieldsOf({ body }: MessageDef): MessageTerm['fields'] {
  return (body.parts ?? []).map(([name, { kind, doc }]) => ({ name, kind: kind === 'text' ? 'string' : kind, doc }));
}
