/** Payloads out of their compression, also where the capture does not hold all of it (RFC 4253 section 6.2). */
import { problem } from '../wire/problem.ts';
import { compression } from './crypto/compression.ts';
import { PacketInflater } from './crypto/inflate.ts';
import { uint32At } from './crypto/opener.ts';
import type { Direction } from './direction.ts';
import { isZlibHeader, readsAs } from './evidence.ts';
import { isKexNumber } from './resolve.ts';
import type { OpenedParts } from './sealed-packet.ts';
import type { SshSession } from './session.ts';

const BROKEN = 'from here on payloads stay compressed: the zlib stream needs every byte before it';
const NOTHING = new Uint8Array(0);

/** Puts the compression `name` into force for the next packets of `d`, with a stream of its own. */
export function useCompression(session: SshSession, d: Direction, name: string): void {
  const row = compression(name);
  d.zlibBroken = false;
  d.inflateAfterLogin = false;
  d.unknownCompression = row === undefined ? name : undefined;
  d.inflater = row?.compresses === true ? new PacketInflater(session.limits.inflatedBytes) : undefined;
}

/** Decompresses the payload of a packet, once compression has begun; one that cannot be decompressed has none. */
export function unpack(session: SshSession, d: Direction, parts: OpenedParts): void {
  const { payloadBytes } = parts;
  const wasBroken = d.zlibBroken;
  if (!wasBroken && d.inflater === undefined && d.inflateAfterLogin) begin(session, d, payloadBytes);
  if (d.zlibBroken) {
    parts.inflated = NOTHING;
    if (!wasBroken) parts.problems = [problem('undecryptable', BROKEN, { span: parts.payload, rfc: '4253#6.2' })];
    return;
  }
  if (d.unknownCompression !== undefined) {
    // What reads as a message was sent before it began.
    if (!isMessage(session, d, payloadBytes)) giveUpUnknown(d, d.unknownCompression, parts);
    return;
  }
  if (d.inflater === undefined) return;
  const out = d.inflater.push(payloadBytes);
  if ('bytes' in out) {
    parts.inflated = out.bytes;
    return;
  }
  parts.inflated = NOTHING;
  d.zlibBroken = true;
  const reason = `${out.error}; ${BROKEN}`;
  parts.problems = [...(parts.problems ?? []), problem(out.limit ? 'limit' : 'malformed', reason, { span: parts.payload, rfc: '4253#6.2' })];
  d.obstacle ??= { state: 'partial', reason };
}

function giveUpUnknown(d: Direction, name: string, parts: OpenedParts): void {
  const reason = `sshark does not know the compression ${name}`;
  parts.inflated = NOTHING;
  parts.problems = [...(parts.problems ?? []), problem('undecryptable', reason, { span: parts.payload, rfc: '4253#6.2' })];
  d.zlibBroken = true;
  d.obstacle ??= { state: 'unsupported', reason };
}

/**
 * Begins delayed compression where the payload shows it: the client's when it has read USERAUTH_SUCCESS, the server's when that
 * was lost. What is neither a message nor the beginning of a stream is from the middle of one.
 */
function begin(session: SshSession, d: Direction, payload: Uint8Array): void {
  if (isZlibHeader(payload[0], payload[1])) d.inflater = new PacketInflater(session.limits.inflatedBytes);
  else if (session.a.lossy || session.b.lossy) {
    d.zlibBroken = !isMessage(session, d, payload);
    if (d.zlibBroken) tellStuck(d);
  }
}

/** Says in the record that what lies behind the loss is read, and yet stays compressed. */
export function tellStuck(d: Direction): void {
  if (d.obstacle !== undefined) d.obstacle = { state: d.obstacle.state, reason: `${d.obstacle.reason}; ${BROKEN}` };
}

/** What reads as a message; numbers whose messages only their method knows are believed while such a method is at work. */
export function isMessage(session: SshSession, d: Direction, payload: Uint8Array): boolean {
  const [number = 0] = payload;
  if (isKexNumber(number)) return d.kexinit !== undefined;
  // The other side's answer to it may have been read already.
  if (number >= 60 && number < 80) return !session.authenticated || areStrings(payload, 1) || areStrings(payload, 5);
  return readsAs(payload) > 0;
}

/** From `start` on there are strings and nothing else, one at least: so answers of login methods are made, some behind a count. */
function areStrings(payload: Uint8Array, start: number): boolean {
  let at = start;
  while (at + 4 <= payload.length) at += 4 + uint32At(payload, at);
  return at > start && at === payload.length;
}

/** Packets were lost: what is behind them cannot be decompressed, as one zlib stream runs through all of them. */
export function breakCompression(session: SshSession, d: Direction, frame: number): void {
  if (d.inflater === undefined || d.zlibBroken) return;
  d.zlibBroken = true;
  const side = session.sideOf(d.end);
  session.report(problem('undecryptable', `${side}: ${BROKEN}`, { frame, rfc: '4253#6.2' }));
}

/** True when the next payload of `d` may be compressed. */
export function mayCompress(d: Direction): boolean {
  return d.inflater !== undefined || d.inflateAfterLogin || d.unknownCompression !== undefined;
}
