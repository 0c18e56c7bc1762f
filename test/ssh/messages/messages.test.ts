import { toHex } from '../../../src/bytes/hex.ts';
import { AUTH_METHODS, authMethod } from '../../../src/ssh/auth/index.ts';
import { KEX_METHODS, kexMethod } from '../../../src/ssh/kex/index.ts';
import { type MessageDef, SUMMARY_LENGTH } from '../../../src/ssh/message.ts';
import { CHANNEL_REQUESTS } from '../../../src/ssh/messages/channel-requests.ts';
import { CHANNEL_TYPES } from '../../../src/ssh/messages/channel-types.ts';
import { GLOBAL_REQUESTS, globalRequest } from '../../../src/ssh/messages/global-requests.ts';
import { SSH1_MESSAGES, SSH2_MESSAGES } from '../../../src/ssh/messages/index.ts';
import { encode, struct } from '../../../src/wire/codec.ts';
import { type Decoded, decode, isClean } from '../../../src/wire/cursor.ts';
import { leaves } from '../../../src/wire/field.ts';
import { SAMPLES, SSH1_SAMPLES } from '../../support/samples.ts';
import { ABOVE_SAMPLES } from '../../support/samples-above.ts';

interface Case {
  readonly label: string;
  readonly def: MessageDef;
  readonly body: Uint8Array;
}

function ssh2(kex: string, number: number): MessageDef | undefined {
  return kex === '' ? SSH2_MESSAGES.get(number) : kexMethod(kex)?.messages.find((m) => m.number === number);
}

/** The meaning that an authentication method or a global request gives `number`. */
function above(owner: string, number: number): MessageDef | undefined {
  return owner === '' ? SSH2_MESSAGES.get(number) : (authMethod(owner)?.messages.find((m) => m.number === number) ?? globalRequest(owner)?.success);
}

function caseOf(def: MessageDef | undefined, kex: string, payload: Uint8Array): Case {
  if (def === undefined) throw new Error(`no message ${payload[0]} of ${kex}`);
  return { label: `${def.name} ${kex}`, def, body: payload.subarray(1) };
}

const CASES: readonly Case[] = [
  ...SAMPLES.map(({ kex, payload }) => caseOf(ssh2(kex, payload[0] ?? -1), kex, payload)),
  ...ABOVE_SAMPLES.map(({ owner, payload }) => caseOf(above(owner, payload[0] ?? -1), owner, payload)),
  ...SSH1_SAMPLES.map((payload) => caseOf(SSH1_MESSAGES.get(payload[0] ?? -1), 'SSH-1', payload)),
];

test('every message that is declared has a sample', () => {
  const sampled = new Set(CASES.map((c) => c.def));
  const declared = [...SSH2_MESSAGES.values(), ...KEX_METHODS.flatMap((m) => m.messages), ...AUTH_METHODS.flatMap((m) => m.messages)];
  expect(declared.filter((d) => !sampled.has(d)).map((d) => d.name)).toEqual([]);
  const ssh1InClear = [0, 1, 2, 3, 4, 32, 36].map((n) => SSH1_MESSAGES.get(n));
  expect(ssh1InClear.every((d) => d !== undefined && sampled.has(d))).toBe(true);
});

test('every method, global request, channel type and channel request has a sample', () => {
  const named = new Set(ABOVE_SAMPLES.filter((s) => s.owner === '').flatMap(({ payload }) => Object.values(nameIn(payload))));
  const rows = [...AUTH_METHODS.map((m) => m.names[0] ?? ''), ...[...GLOBAL_REQUESTS, ...CHANNEL_TYPES, ...CHANNEL_REQUESTS].map((row) => row.name)];
  const elsewhere = ['session', 'exec'];
  expect(rows.filter((name) => !named.has(name) && !elsewhere.includes(name))).toEqual([]);
});

/** The names that a request or an opening carries. */
function nameIn(payload: Uint8Array): Record<string, unknown> {
  const value = decode(SSH2_MESSAGES.get(payload[0] ?? -1)?.body ?? struct({}), payload, { start: 1 }).value as Record<string, unknown>;
  const { methodName, requestName, channelType, requestType } = value;
  return { methodName, requestName, channelType, requestType };
}

test.each(CASES)('$label reads without a problem and writes the same bytes', ({ def, body }) => {
  const whole = decode(def.body, body, { complete: true });
  expect(whole.problems).toEqual([]);
  expect(toHex(encode(def.body, whole.value))).toBe(toHex(body));
  expect(decode(def.body, body, { complete: true, trace: true }).value).toEqual(whole.value);
});

test.each(CASES)('$label: every cut says truncated, keeps tiling leaves and still has a summary', ({ def, body }) => {
  const free = freeCuts(decode(def.body, body, { trace: true }), body.length);
  const wrong: string[] = [];
  for (let n = 0; n < body.length; n++) {
    const d = decode(def.body, body.subarray(0, n), { trace: true });
    if (d.problems.some((p) => p.code === 'truncated') === free(n)) wrong.push(`truncated at ${n}: ${!free(n)} expected`);
    if (tiled(d) !== n) wrong.push(`leaves do not tile at ${n}`);
    if (!fit(def.summary(d.value))) wrong.push(def.summary(d.value));
  }
  expect(wrong).toEqual([]);
});

test.each(CASES)('$label: any one byte changed does not throw and leaves tile', ({ def, body }) => {
  const bytes = body.slice();
  const wrong: string[] = [];
  for (let n = 0; n < Math.min(bytes.length, 300); n++) {
    for (const flip of [0x01, 0xff]) {
      bytes[n] = (bytes[n] ?? 0) ^ flip;
      const d = decode(def.body, bytes, { trace: true, complete: true });
      if (tiled(d) !== bytes.length) wrong.push(`leaves do not tile with byte ${n} changed`);
      if (!fit(def.summary(d.value))) wrong.push(def.summary(d.value));
      bytes[n] = (bytes[n] ?? 0) ^ flip;
    }
  }
  expect(wrong).toEqual([]);
});

test.each(CASES)('$label: what is skimmed over without a doubt reads without a problem and holds no secret', ({ def, body }) => {
  const bytes = body.slice();
  const wrong: string[] = [];
  const check = (end: number, what: string) => {
    if (!isClean(def.body, bytes, 0, end)) return;
    const d = decode(def.body, bytes, { end, complete: true });
    if (d.problems.length > 0 || d.secret) wrong.push(what);
  };
  for (let end = 0; end <= bytes.length; end++) check(end, `cut at ${end}`);
  for (let n = 0; n < bytes.length; n++) {
    for (const flip of [0x01, 0x80, 0xff]) {
      bytes[n] = (bytes[n] ?? 0) ^ flip;
      check(bytes.length, `byte ${n} changed by ${flip}`);
      bytes[n] = (bytes[n] ?? 0) ^ flip;
    }
  }
  expect(wrong).toEqual([]);
});

test('messages of key exchanges are skimmed over, but for certificates and what is there only sometimes', () => {
  const doubtful = CASES.filter(({ def, body }) => def.number >= 30 && def.number <= 49 && !isClean(def.body, body, 0, body.length));
  expect(doubtful.map((c) => c.label)).toEqual([
    'SSH_MSG_KEX_ECDH_REPLY sntrup761x25519-sha512@openssh.com',
    'SSH_MSG_KEXGSS_COMPLETE gss-group14-sha256-toWM5Slw5Ew8Mqkay+al2g==',
    'SSH_MSG_KEXGSS_COMPLETE gss-nistp256-sha256-toWM5Slw5Ew8Mqkay+al2g==',
  ]);
});

test.each(CASES)('$label: every field is explained', ({ def, body }) => {
  const { fields } = decode(def.body, body, { trace: true });
  expect(fields.filter((f) => !f.name.startsWith('(') && f.doc === undefined && !/^data$/.test(f.name)).map((f) => f.name)).toEqual([]);
  expect(def.note).toMatch(/^[A-Z].*\.$/);
});

/** True for a summary that is short and does not show that something is missing in our code. */
function fit(line: string): boolean {
  return line.length <= SUMMARY_LENGTH && !/undefined|NaN|\[object/.test(line);
}

/** The end of the last leaf, if leaves tile from 0; otherwise NaN. */
function tiled(d: Decoded<unknown>): number {
  let at = 0;
  for (const f of leaves(d.fields)) at = f.span.start === at && f.span.end >= at ? f.span.end : Number.NaN;
  return at;
}

/** Cuts that leave a complete message: inside a field that takes what is left, between the items of a list that does, and before what may be left out. */
function freeCuts(whole: Decoded<unknown>, length: number): (n: number) => boolean {
  const last = whole.fields[whole.fields.length - 1];
  if (last?.kind === 'bytes' && last.name === 'data' && last.span.end === length) return (n) => n >= last.span.start;
  if (last?.kind === 'list' && ['hostKeys', 'signatures'].includes(last.name)) return (n) => last.children.some((f) => f.span.start === n);
  if (last?.name === 'allocatedPort') return (n) => n === last.span.start;
  if (last?.name === 'outputToken' && whole.fields.length > 2) return (n) => n === last.span.start;
  return () => false;
}
