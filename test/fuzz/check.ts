/** What must hold for every input whatsoever. Each check throws when sshark breaks its word. */
import { toHex } from '../../src/bytes/hex.ts';
import type { Space } from '../../src/bytes/space.ts';
import type { Result } from '../../src/dissect.ts';
import type { Identification, InnerMessage, Packet, Session } from '../../src/index.ts';
import { readSecrets } from '../../src/secrets/read.ts';
import { AUTH_METHODS } from '../../src/ssh/auth/index.ts';
import { KEX_METHODS } from '../../src/ssh/kex/index.ts';
import { type MessageDef, SUMMARY_LENGTH } from '../../src/ssh/message.ts';
import { SSH1_MESSAGES, SSH2_MESSAGES } from '../../src/ssh/messages/index.ts';
import { decode } from '../../src/wire/cursor.ts';
import { type Field, leaves } from '../../src/wire/field.ts';
import { msSince } from '../support/clock.ts';
import { checkOutputs, FORMS, type Form, resultsOf, storeOf } from '../support/outputs.ts';

/** Words that the dissector puts before a summary, beside those of the message. */
const MORE_WORDS = 80;

/** Milliseconds that reading a capture of less than a megabyte may take, and printing it in one form. */
const SLOW_MS = 1000;

/**
 * More that it may take with secrets: after each loss a place that keys fit is searched for, which `searchWork` ends after half a second;
 * with the counters of the fuzzer in the code, and on a slow machine, that is more.
 */
const SEARCH_MS = 4000;

/** What no sentence holds. A fingerprint may have the letters of NaN in it. */
const NONSENSE = /undefined|\bNaN\b|\[object/;

/** What a check looked at, to be counted. */
export interface Checked {
  readonly packets: number;
  readonly opened: number;
}

/** Dissects `file` whole with `secrets`, looks at every part of the result and prints it in `forms`. */
export async function checkCapture(file: Uint8Array, secrets?: Uint8Array | string, forms: readonly Form[] = FORMS): Promise<Checked> {
  const start = process.cpuUsage();
  const found = await resultsOf(file, { secrets: storeOf(secrets) });
  const read = msSince(start);
  const packets = checkResults(found);
  const next = process.cpuUsage();
  await checkOutputs(found, forms);
  const printed = msSince(next) / forms.length;
  const slow = secrets === undefined ? SLOW_MS : SLOW_MS + SEARCH_MS;
  if (file.length < 1e6 && (read > slow || printed > SLOW_MS)) throw new Error(`read in ${Math.round(read)} ms, printed in ${Math.round(printed)} ms each`);
  return { packets: packets.length, opened: packets.filter((p) => p.mac === 'valid').length };
}

/** Holds every identification, packet and session against what its type promises. Gives the packets. */
export function checkResults(found: readonly Result[]): Packet[] {
  const packets: Packet[] = [];
  const last = new Map<Session, number>();
  for (const one of found) {
    if (one.kind === 'identification') checkIdentification(one.identification);
    else if (one.kind === 'session') checkSession(one.session);
    else if (one.kind === 'packet') {
      const { packet } = one;
      checkPacket(packet);
      if (packet.index < (last.get(packet.session) ?? 0)) throw new Error(`packet ${packet.index} comes behind ${last.get(packet.session)}`);
      last.set(packet.session, packet.index);
      packets.push(packet);
    }
  }
  return packets;
}

/** Every byte of a packet is in exactly one leaf, and every byte knows its frame. */
export function checkPacket(p: Packet): void {
  const label = `packet ${p.index} (${p.name})`;
  tile(p.fields, p.plain.bytes.length, label);
  checkSpace(p.space, label);
  if (p.plain.bytes.length !== p.space.bytes.length) throw new Error(`${label} has ${p.space.bytes.length} bytes, and in clear ${p.plain.bytes.length}`);
  if (p.summary.length > SUMMARY_LENGTH + MORE_WORDS) throw new Error(`the summary of ${label} is ${p.summary.length} characters long`);
  for (const m of p.inner) {
    const inner = `${m.name} in ${label}`;
    tile(m.fields, m.space.bytes.length, inner);
    checkSpace(m.space, inner);
    if (NONSENSE.test(m.summary)) throw new Error(`the summary of ${inner}: ${m.summary}`);
    if (m.answers !== undefined && m.answers.packet > p.index) throw new Error(`${inner} answers nothing that was before it`);
  }
  if (NONSENSE.test(p.message?.summary({}) ?? '')) throw new Error(`the summary of an empty ${label}: ${p.message?.summary({})}`);
  for (const m of p.inner) checkInner(m, `${m.name} in ${label}`);
  if (!p.encrypted && (p.mac === 'valid' || p.mac === 'invalid')) throw new Error(`${label} is in clear and has a MAC`);
}

/** The same of a message inside a channel, in its own bytes. */
function checkInner(m: InnerMessage, label: string): void {
  tile(m.fields, m.space.bytes.length, label);
  checkSpace(m.space, label);
  if (m.summary.length > SUMMARY_LENGTH + MORE_WORDS) throw new Error(`the summary of ${label} is ${m.summary.length} characters long`);
  if (NONSENSE.test(m.summary)) throw new Error(`the summary of ${label}: ${m.summary}`);
}

function checkIdentification(i: Identification): void {
  if (i.space.bytes.length === 0) throw new Error('an identification without bytes');
  checkSpace(i.space, 'an identification');
}

function checkSession(s: Session): void {
  if (s.ended === undefined || s.ending === '') throw new Error(`session ${s.number} has no end`);
  for (const { decryption: d } of [s.client, s.server]) {
    if (d.decrypted > d.packets) throw new Error(`session ${s.number}: ${d.decrypted} of ${d.packets} packets decrypted`);
    if (d.state !== 'none' && d.reason === '') throw new Error(`session ${s.number} does not say why its decryption is ${d.state}`);
  }
}

function checkSpace({ bytes, origins, exact }: Space, label: string): void {
  let end = 0;
  for (const o of origins) {
    if (exact && o.start !== end) throw new Error(`${label}: the bytes from ${end} to ${o.start} have no frame`);
    if (o.length <= 0 || o.frame < 1 || o.frameOffset < 0) throw new Error(`${label} has an impossible origin: ${JSON.stringify(o)}`);
    end = o.start + o.length;
  }
  if (exact && end !== bytes.length) throw new Error(`${label}: ${bytes.length} bytes, of which ${end} have a frame`);
}

/** Throws unless the leaves of `fields` cover `start..end` without hole or overlap; inflated payloads are looked into. */
export function tile(fields: readonly Field[], end: number, label: string, start = 0): void {
  let at = start;
  for (const leaf of leaves(fields)) {
    if (leaf.span.start !== at || leaf.span.end < at)
      throw new Error(`the leaves of ${label} do not tile: ${leaf.name} begins at ${leaf.span.start}, not ${at}`);
    at = leaf.span.end;
    if (leaf.within !== undefined) tile(leaf.children, leaf.within.bytes.length, `${label}, inflated`);
  }
  if (at !== end) throw new Error(`the leaves of ${label} end at ${at} of ${end}`);
}

/** Every declaration there is of message `number`. */
export function declarations(number: number | undefined): MessageDef[] {
  const ofMethods = [...KEX_METHODS, ...AUTH_METHODS].flatMap((m) => m.messages);
  const all = [...SSH2_MESSAGES.values(), ...SSH1_MESSAGES.values(), ...ofMethods];
  return [...new Set(all.filter((def) => def.number === number))];
}

/** Reads `payload` as every message that has its number. */
export function checkPayload(payload: Uint8Array): Checked {
  const defs = declarations(payload[0]);
  for (const def of defs) {
    for (const complete of [true, false]) {
      const d = decode(def.body, payload, { start: 1, complete, trace: true });
      tile(d.fields, payload.length, def.name, 1);
      const line = def.summary(d.value);
      if (line.length > SUMMARY_LENGTH || NONSENSE.test(line)) throw new Error(`the summary of ${def.name}: ${line}`);
      if (d.problems.some((p) => p.code === (complete ? 'truncated' : 'limit'))) throw new Error(`${def.name} is complete and said to be truncated`);
    }
  }
  return { packets: defs.length, opened: 0 };
}

/** What identifies a packet whose MAC was verified: its side, place and bytes on the wire. Under encrypt-then-MAC the key of the cipher may be wrong. */
export function verifiedOf(packets: readonly Packet[]): Set<string> {
  return new Set(packets.filter((p) => p.mac === 'valid').map((p) => `${p.side} ${p.epoch} ${p.sequence} ${toHex(p.space.bytes)}`));
}

/** Reads a capture with secrets that are not what they were: no MAC may be called valid that is not. `honest` are those of the true secrets. */
export async function checkSecrets(file: Uint8Array, secrets: Uint8Array, honest: ReadonlySet<string>): Promise<Checked> {
  readSecrets(secrets, 'f');
  const found = await resultsOf(file, { secrets: storeOf(secrets) });
  const packets = checkResults(found);
  const verified = verifiedOf(packets);
  for (const one of verified) if (!honest.has(one)) throw new Error(`with wrong secrets a MAC is valid: ${one.slice(0, 100)}`);
  await checkOutputs(found);
  return { packets: packets.length, opened: verified.size };
}
