/** Records: the results as plain objects for machines, and the renderers that print them as JSON (docs/output.md). */
import { toHex } from '../bytes/hex.ts';
import { printableJson } from '../bytes/printable.ts';
import { keyWords, type PublicKey } from '../ssh/hostkey/blob.ts';
import type { CaptureTotals, Decryption, Exchange, HostKey, Identification, InnerMessage, Packet, Party, Session } from '../ssh/model.ts';
import type { Negotiation } from '../ssh/negotiate.ts';
import type { Problem } from '../wire/problem.ts';
import { recordOfAuthentication, recordOfChannel, recordOfTransfer } from './json-login.ts';
import type { RenderOptions, TextRenderer } from './renderer.ts';
import { sideOf } from './text.ts';
import { isoTime } from './time.ts';

/** A record: what JSON.stringify writes as it stands. */
export type Json = string | number | boolean | null | undefined | Json[] | { [key: string]: Json };
export type JsonRecord = { [key: string]: Json };

/** The record of an identification string. */
export function recordOfIdentification(i: Identification): JsonRecord {
  return {
    record: 'identification',
    session: i.session.number,
    side: sideOf(i),
    frame: i.frame,
    frames: i.space.frames,
    time: isoTime(i.time),
    text: i.text,
    protocolVersion: i.protocolVersion,
    softwareVersion: i.softwareVersion,
    comments: i.comments ?? null,
    preamble: [...i.preamble],
    lineEnd: i.lineEnd,
    problems: i.problems.map(recordOfProblem),
  };
}

/** The record of a packet. Values are cut to `maxBytes` bytes or characters when it is given. */
export function recordOfPacket(p: Packet, maxBytes?: number): JsonRecord {
  return {
    record: 'packet',
    session: p.session.number,
    side: p.side,
    index: p.index,
    epoch: p.epoch,
    sequence: p.sequence,
    frame: p.frame,
    frames: p.space.frames,
    time: isoTime(p.time),
    encrypted: p.encrypted,
    length: p.length,
    padding: p.padding ?? null,
    mac: p.mac,
    number: p.number ?? null,
    name: p.name ?? null,
    answers: p.answers ?? null,
    summary: p.summary,
    fields: p.value === undefined ? null : plain(p.value, maxBytes),
    channel: p.channel?.id ?? null,
    inner: p.inner.map((m) => recordOfInner(m, maxBytes)),
    discarded: p.discarded,
    streamOffset: p.streamOffset,
    problems: p.problems.map(recordOfProblem),
  };
}

function recordOfInner(m: InnerMessage, maxBytes: number | undefined): JsonRecord {
  return {
    protocol: m.protocol,
    number: m.number ?? null,
    name: m.name,
    summary: m.summary,
    fields: plain(m.value, maxBytes),
    answers: m.answers === undefined ? null : { ...m.answers },
    problems: m.problems.map(recordOfProblem),
  };
}

/** The record of a session that ended. Packets of which the capture holds only the beginning are in it, not among the packets. */
export function recordOfSession(s: Session, maxBytes?: number): JsonRecord {
  const { client, server, flow } = s;
  return {
    record: 'session',
    session: s.number,
    protocol: s.protocol,
    tcpStream: flow.stream,
    parent: s.parent === undefined ? null : { session: s.parent.session.number, channel: s.parent.channel.id },
    client: recordOfParty(client),
    server: recordOfParty(server),
    roles: s.roles,
    complete: s.complete,
    detected: s.detected,
    start: isoTime(flow.start),
    end: isoTime(flow.last),
    ended: s.ending,
    endKind: s.ended ?? null,
    frames: { first: flow.firstFrame, last: flow.lastFrame, count: flow.frameCount },
    packets: s.packets,
    fragments: s.fragments.map((p) => recordOfPacket(p, maxBytes)),
    phases: s.phases.map((p) => ({ name: p.name, time: isoTime(p.time), frame: p.frame })),
    negotiated: recordOfNegotiated(s.exchanges[0]?.negotiation),
    strictKex: s.strictKex,
    exchanges: s.exchanges.map(recordOfExchange),
    sessionId: s.sessionId === undefined ? null : toHex(s.sessionId),
    hassh: client.hassh ?? null,
    hasshText: client.hasshText ?? null,
    hasshServer: server.hassh ?? null,
    hasshServerText: server.hasshText ?? null,
    decryption: { client: recordOfDecryption(client.decryption), server: recordOfDecryption(server.decryption) },
    authentication: recordOfAuthentication(s.authentication),
    channels: s.channels.map(recordOfChannel),
    transfers: s.channels.flatMap((c) => c.content?.transfers ?? []).map(recordOfTransfer),
    problems: s.problems.map(recordOfProblem),
  };
}

/** The record of a capture that was read to its end. */
export function recordOfCapture(c: CaptureTotals): JsonRecord {
  return {
    record: 'capture',
    file: c.file,
    format: c.format,
    compression: c.compression ?? null,
    bytes: c.bytes,
    frames: c.frames,
    streams: c.streams,
    sessions: c.sessions,
    problems: c.problems.map(recordOfProblem),
  };
}

/** One record a line. */
export function ndjsonRenderer(options: RenderOptions): TextRenderer {
  return jsonWith(options, (record) => `${textOfRecord(record)}\n`);
}

/** The same records in one array. */
export function jsonRenderer(options: RenderOptions): TextRenderer {
  let before = '[\n';
  const join = (record: string) => {
    const text = before + record;
    before = ',\n';
    return text;
  };
  return { ...jsonWith(options, (record) => join(textOfRecord(record))), join, end: () => (before === ',\n' ? '\n]\n' : '[]\n') };
}

/** Records without what stands between them. */
export function jsonParts(options: RenderOptions): TextRenderer {
  return jsonWith(options, textOfRecord);
}

function jsonWith(
  options: RenderOptions,
  write: (record: JsonRecord) => string,
): Required<Pick<TextRenderer, 'identification' | 'packet' | 'session' | 'capture'>> {
  return {
    identification: (i) => write(recordOfIdentification(i)),
    packet: (p) => (p.cut ? '' : write(recordOfPacket(p, options.maxBytes))),
    session: (s) => write(recordOfSession(s, options.maxBytes)),
    capture: (c) => write(recordOfCapture(c)),
  };
}

const NOT_PLAIN = /[^ -~]/;

/** One record as JSON in one line, with no character in it that a terminal obeys. */
export function textOfRecord(record: JsonRecord): string {
  const json = JSON.stringify(record);
  // Nearly all are plain ASCII, which a simple test tells much faster than the careful replacement.
  return NOT_PLAIN.test(json) ? printableJson(json) : json;
}

/** A field value in JSON: bytes as hex, integers above 2^53 as decimal text. */
export function plain(value: unknown, maxBytes = Number.POSITIVE_INFINITY): Json {
  if (typeof value === 'string') return value.length > maxBytes ? `${value.slice(0, maxBytes)}…` : value;
  if (typeof value === 'number') return Number.isInteger(value) && !Number.isSafeInteger(value) ? String(BigInt(value)) : value;
  if (typeof value === 'boolean' || value === null || value === undefined) return value;
  if (typeof value === 'bigint') return value <= Number.MAX_SAFE_INTEGER && value >= Number.MIN_SAFE_INTEGER ? Number(value) : value.toString();
  if (value instanceof Uint8Array) return value.length > maxBytes ? `${toHex(value.subarray(0, maxBytes))}…` : toHex(value);
  if (Array.isArray(value)) return value.map((v) => plain(v, maxBytes));
  const out: JsonRecord = {};
  for (const [key, v] of Object.entries(value)) out[key] = plain(v, maxBytes);
  return out;
}

function recordOfParty(p: Party): JsonRecord {
  return { address: p.address, port: p.port, identification: p.identification?.text ?? null, bytes: p.bytes };
}

function recordOfNegotiated(n: Negotiation | undefined): Json {
  if (n === undefined) return null;
  const direction = (d: Negotiation['client']) => ({ cipher: d.cipher ?? null, mac: d.mac ?? null, compression: d.compression ?? null });
  return { kex: n.kex ?? null, hostKey: n.hostKey ?? null, client: direction(n.client), server: direction(n.server) };
}

function recordOfExchange(e: Exchange): JsonRecord {
  const n = e.negotiation;
  return {
    epoch: e.epoch,
    kex: n?.kex ?? null,
    negotiated: recordOfNegotiated(n),
    choices: n === undefined ? [] : n.choices.map((c) => ({ list: c.list, chosen: c.chosen ?? null, reason: c.reason, failed: c.failed })),
    guess: n === undefined ? null : { client: n.guess.client, server: n.guess.server },
    secret: e.secret === undefined ? null : { kind: e.secret.kind, source: e.secret.source, note: e.secret.note },
    exchangeHash: e.exchangeHash === undefined ? null : toHex(e.exchangeHash),
    hostKey: e.hostKey === undefined ? null : recordOfHostKey(e.hostKey),
    signature: { algorithm: e.signatureAlgorithm ?? null, verdict: e.signature.verdict, reason: e.signature.reason },
    packets: [...e.packets],
  };
}

function recordOfHostKey(k: HostKey): JsonRecord {
  const { type, bits, fingerprint, fingerprintMd5, keyFingerprint, keyFingerprintMd5, blob, certificate } = k;
  const authority = certificate === undefined ? null : keyWords(certificate.signatureKey as PublicKey | undefined);
  return {
    type,
    bits: bits ?? null,
    fingerprint,
    fingerprintMd5,
    keyFingerprint,
    keyFingerprintMd5,
    blob: toHex(blob),
    certificate: plain(certificate) ?? null,
    authority,
  };
}

function recordOfDecryption(d: Decryption): JsonRecord {
  return { packets: d.packets, decrypted: d.decrypted, bytes: d.bytes, state: d.state, reason: d.reason };
}

function recordOfProblem(p: Problem): JsonRecord {
  const { code, severity, message, span, frame, offset, line, rfc } = p;
  return { code, severity, message, span: span === undefined ? undefined : { start: span.start, end: span.end }, frame, offset, line, rfc };
}
