/** Key exchanges for the page: how each algorithm was chosen, the inputs of the exchange hash and where they stand, the keys. */
import { toHex } from '../../bytes/hex.ts';
import { printable, shorten } from '../../bytes/printable.ts';
import { latin1 } from '../../bytes/text.ts';
import type { DerivedKey, ExchangeExplanation, Input } from '../../explain/exchange-hash.ts';
import type { HostKey } from '../../ssh/model.ts';
import type { Choice, DirectionAlgorithms, ListName } from '../../ssh/negotiate.ts';
import { placesText } from '../kex.ts';
import { sectionText } from '../text.ts';
import { baseName } from './base-name.ts';
import { NAME, NAMES, SENTENCE } from './bounds.ts';
import type { ChoiceData, ExchangeData, Fact, FieldData, InputData, KeyData, MessageData, Target } from './data.ts';

/** Bytes of a value that are shown in the strip: its message has them all. */
const FIRST = 24;
const LAST = 8;

const TITLES: Readonly<Record<ListName, string>> = {
  kexAlgorithms: 'key exchange',
  serverHostKeyAlgorithms: 'host key',
  encryptionAlgorithmsClientToServer: 'cipher, client to server',
  encryptionAlgorithmsServerToClient: 'cipher, server to client',
  macAlgorithmsClientToServer: 'MAC, client to server',
  macAlgorithmsServerToClient: 'MAC, server to client',
  compressionAlgorithmsClientToServer: 'compression, client to server',
  compressionAlgorithmsServerToClient: 'compression, server to client',
  languagesClientToServer: 'language, client to server',
  languagesServerToClient: 'language, server to client',
};

/** What the page shows of one key exchange; `messages` are those of its session that are in the page. */
export function exchangeData(e: ExchangeExplanation, messages: readonly MessageData[], showSecrets: boolean): ExchangeData {
  const { exchange } = e;
  const n = exchange.negotiation;
  const ids = new Set(exchange.packets.map((index) => `packet-${index}`));
  const own = messages.filter((m) => m.phase === 'identification' || ids.has(m.id));
  const { kind, source, note } = exchange.secret ?? {};
  return {
    epoch: exchange.epoch,
    kex: n?.kex === undefined ? undefined : shorten(n.kex, NAME),
    hash: e.method?.hash.toUpperCase(),
    rfc: e.method === undefined ? undefined : sectionText(e.method.rfc),
    choices: (n?.choices ?? []).filter((c) => c.client.length + c.server.length > 0).map(choiceData),
    inputs: e.inputs.map((i) => inputData(i, own, showSecrets)),
    missing: [...e.missing],
    exchangeHash: e.h === undefined ? undefined : toHex(e.h),
    sessionId: e.sessionId === undefined ? undefined : toHex(e.sessionId),
    secret: kind === undefined ? undefined : shorten(`${kind} of ${baseName(source ?? '')}${note === '' ? '' : `: ${note}`}`, SENTENCE),
    hostKey: exchange.hostKey === undefined ? [] : hostKeyFacts(exchange.hostKey),
    signature: {
      verdict: exchange.signature.verdict,
      algorithm: shorten(exchange.signatureAlgorithm ?? '', NAME),
      reason: shorten(exchange.signature.reason, SENTENCE),
    },
    culprit: (e.finding?.sentences ?? []).map((s) => shorten(s, SENTENCE)),
    keys: e.keys.map((k) => keyData(k, n, showSecrets)),
  };
}

function choiceData(c: Choice): ChoiceData {
  const names = (list: readonly string[]) => list.slice(0, NAMES).map((name) => shorten(name, NAME));
  return {
    title: TITLES[c.list],
    client: names(c.client),
    server: names(c.server),
    chosen: c.chosen === undefined ? undefined : shorten(c.chosen, NAME),
    reason: shorten(c.reason, SENTENCE),
    failed: c.failed,
    field: `SSH_MSG_KEXINIT/${c.list}`,
  };
}

function hostKeyFacts(k: HostKey): Fact[] {
  const size = k.bits === undefined ? '' : `, ${k.bits} bits`;
  return [
    ['type', `${shorten(k.type, NAME)}${size}`],
    ['fingerprint', k.keyFingerprint],
    ['as MD5', k.keyFingerprintMd5],
  ];
}

function inputData({ part, places }: Input, own: readonly MessageData[], showSecrets: boolean): InputData {
  const secret = part.id === 'k' && !showSecrets;
  const origin = part.from === 'both' ? 'computed by both sides, never sent' : placesText(places);
  return {
    name: part.name,
    kind: part.kind,
    prefix: part.kind === 'uint32' ? '' : toHex(part.encoded.subarray(0, part.encoded.length - part.value.length)),
    value: secret ? undefined : shownValue(part),
    length: part.value.length,
    from: part.from,
    doc: printable(part.doc),
    rfc: sectionText(part.rfc),
    place: origin,
    target: targetOf(part, own),
  };
}

function shownValue(part: Input['part']): string {
  const { value } = part;
  if (part.kind === 'uint32') return String(new DataView(value.buffer, value.byteOffset).getUint32(0));
  if (part.id === 'vC' || part.id === 'vS') return shorten(latin1(value), NAME);
  return value.length <= FIRST + LAST ? toHex(value) : `${toHex(value.subarray(0, FIRST))}…${toHex(value.subarray(value.length - LAST))}`;
}

/** The message that holds an input, and the field in it. */
function targetOf({ id, from, message, field }: Input['part'], own: readonly MessageData[]): Target | undefined {
  if (from === 'both') return undefined;
  if (id === 'vC' || id === 'vS')
    return own.some((m) => m.id === `${from}-identification`) ? { message: `${from}-identification`, field: 'identification' } : undefined;
  const holder = own.find((m) => m.side === from && m.name === (message ?? 'SSH_MSG_KEXINIT'));
  if (holder === undefined) return undefined;
  const path = pathTo(holder.fields, field ?? holder.name);
  return { message: holder.id, ...(path === undefined ? {} : { field: path }) };
}

/** Names on the way to the first field called `name`. */
function pathTo(fields: readonly FieldData[], name: string): string | undefined {
  for (const f of fields) {
    if (f.name === name) return name;
    const below = pathTo(f.children ?? [], name);
    if (below !== undefined) return `${f.name}/${below}`;
  }
  return undefined;
}

function keyData(k: DerivedKey, n: { client: DirectionAlgorithms; server: DirectionAlgorithms } | undefined, showSecrets: boolean): KeyData {
  const side = 'ACE'.includes(k.letter) ? 'client' : 'server';
  const way = n?.[side];
  const taker = 'EF'.includes(k.letter) ? way?.mac : way?.cipher;
  const state = k.length === 0 ? 'unused' : k.value === undefined ? 'unknown' : showSecrets ? 'shown' : 'hidden';
  return {
    letter: k.letter,
    use: k.use,
    side,
    formula: k.formula,
    algorithm: shorten(taker ?? '', NAME),
    length: k.length,
    value: state === 'shown' && k.value !== undefined ? toHex(k.value) : undefined,
    state,
  };
}
