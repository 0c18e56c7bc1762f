/** One step at a time in one direction: the lines before the packets, a packet in clear, an encrypted one. */

import { toHex } from '../bytes/hex.ts';
import { lineOf } from '../bytes/text.ts';
import { type Problem, problem } from '../wire/problem.ts';
import { CLEAR, frameAt, plausibleClearPacket, SSH1_CLEAR } from './binary-packet.ts';
import type { Opener } from './crypto/opener.ts';
import { tryKeysInTheMiddle } from './derived-keys.ts';
import type { Direction } from './direction.ts';
import { handle, resume } from './handle.ts';
import { protocolOf, SentIdentification, scanIdentification } from './identification.ts';
import { tryLaterKeys } from './later-keys.ts';
import { type Header, SshPacket } from './packet.ts';
import { passData } from './pass-data.ts';
import { lookOn } from './quest.ts';
import { recoverFromDamage, recoverInClear } from './recover.ts';
import { peer } from './roles.ts';
import { OpenedParts, openNext, provesKeys, verdictOf } from './sealed-packet.ts';
import type { SshSession } from './session.ts';
import { isMessage, mayCompress, unpack } from './unpack.ts';

const KEXINIT = 20;
const NEWKEYS = 21;
/** Bytes shown of what is not SSH. */
const SHOWN = 16;

/** Reads all that can be read now; true when anything was. */
export function readAll(session: SshSession, d: Direction): boolean {
  let any = false;
  if (d.waiting !== undefined) {
    if (!resume(session, d, false)) return false;
    any = true;
  }
  while (d.waiting === undefined && d.queue.length > 0) {
    const moved =
      d.stage === 'lines'
        ? readLines(session, d, false)
        : d.stage === 'packets'
          ? readPacket(session, d)
          : d.stage === 'searching'
            ? lookOn(d, false)
            : drop(d);
    if (!moved) break;
    any = true;
  }
  return any;
}

/** Counts bytes that cannot be framed. */
function drop(d: Direction): boolean {
  if (d.stage === 'counting') d.encryptedBytes += d.queue.length;
  d.queue.clear();
  return false;
}

/** Looks for the identification string; true when it was there, or cannot be. */
export function readLines(session: SshSession, d: Direction, last: boolean): boolean {
  const { queue } = d;
  const waiting = queue.bytes;
  const underWay = session.flow.initiator === undefined && queue.length > 0;
  // No line begins like a packet.
  const scan = plausibleClearPacket(waiting) ? 'none' : scanIdentification(waiting, session.limits, last || (underWay && binary(waiting)));
  if (scan === 'more') return false;
  if (scan === 'none') {
    noIdentification(session, d, last);
    return !last;
  }
  const taken = queue.take(scan.length);
  // As bytes, and as text.
  session.lineBytes += 3 * scan.length;
  d.identification = new SentIdentification(session, d.end, scan, taken);
  for (const p of scan.problems) session.report({ ...p, frame: taken.frame });
  session.phase('identification', taken);
  // Only a server may send lines before its identification (RFC 4253 section 4.2).
  if (scan.preamble.length > 0) session.learnRole(d.end, 'server');
  session.give({ identification: d.identification });
  d.stage = 'packets';
  return true;
}

function binary(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 64).some((c) => c === 0 || c > 0x7e);
}

/** A direction without an identification string: read on as packets if it looks like them, else only count. */
function noIdentification(session: SshSession, d: Direction, last: boolean): void {
  if (plausibleClearPacket(d.queue.bytes)) {
    d.stage = 'packets';
    return;
  }
  if (session.flow.initiator === undefined && binary(d.queue.bytes)) {
    beginInTheMiddle(session, d);
    return;
  }
  if (d.queue.length === 0) return;
  const { bytes } = d.queue;
  const line = lineOf(bytes);
  const head = `${toHex(bytes.subarray(0, SHOWN))}${bytes.length > SHOWN ? '…' : ''}`;
  const frame = d.queue.take(d.queue.length).frame;
  const what = `the ${session.sideOf(d.end)} sent no identification string${last ? '' : ' within the limits'}`;
  session.report(
    problem('malformed', `${what}, but ${line === undefined ? `bytes that are not SSH (${head})` : JSON.stringify(line)}`, { frame, rfc: '4253#4.2' }),
  );
  d.stage = 'lost';
}

/** Without a handshake only keys taken from a process help. */
function beginInTheMiddle(session: SshSession, d: Direction): void {
  const none = (tried: string) => {
    d.stage = 'counting';
    const why = tried === '' ? 'so that neither algorithms nor keys are known' : `and the derived keys of ${tried} open nothing`;
    d.obstacle = { state: 'lost', reason: `the capture begins in the middle of the session, ${why}` };
  };
  if (!tryKeysInTheMiddle(session, d, none)) none('');
}

/** Frames and handles one packet; false when more bytes are needed or the place is lost. */
function readPacket(session: SshSession, d: Direction): boolean {
  if (d.opener !== undefined) return readSealed(session, d, d.opener);
  if (d.epoch === 0 && d.sequence === 0 && !protocolKnown(session, d)) return false;
  const frame = frameAt(d.queue, d.framing, session.limits);
  if (frame === 'more') return false;
  if ('code' in frame) {
    unreadable(session, d, frame);
    return false;
  }
  if (d.later !== undefined && tryLaterKeys(session, d, d.queue.bytes.subarray(0, frame.total))) return true;
  // Where nobody takes packets, nobody comes back to these: they are read where they lie.
  const passing = !session.keepsPackets && d.epoch === 0 && d.framing.protocol === 2 && isPassing(d.queue.at(5));
  const borrowed = passing ? d.queue.view(frame.total) : undefined;
  const taken = d.queue.take(frame.total, !passing);
  const encrypted = d.epoch > 0 || !d.framing.open;
  const mac = d.framing.protocol === 2 && d.framing.tagLength > 0 ? 'unchecked' : 'none';
  const header: Header = { session, from: d.end, epoch: d.epoch, sequence: d.sequence, protocol: d.framing.protocol, encrypted, mac };
  const packet = new SshPacket(header, frame, taken, borrowed);
  d.sequence = (d.sequence + 1) >>> 0;
  if (encrypted) {
    d.encryptedBytes += frame.total;
    d.encryptedPackets++;
  }
  handle(session, d, packet, false);
  return true;
}

/** Messages of which nothing is kept but what they tell. */
function isPassing(number: number): boolean {
  return number === KEXINIT || number === NEWKEYS;
}

/** Opens and handles one encrypted packet. */
function readSealed(session: SshSession, d: Direction, opener: Opener): boolean {
  d.heldBack = mustHoldBack(session, d);
  if (d.heldBack) return false;
  const opened = openNext(d, opener, session.limits);
  if (opened === 'more') return false;
  if ('message' in opened) {
    recoverFromDamage(session, d, opened);
    return true;
  }
  const { sequence } = d;
  const total = opened.size + opener.tailLength;
  d.sequence = (sequence + 1) >>> 0;
  if (provesKeys(d, opener)) {
    d.proven = true;
    d.lastProven = d.epoch;
  }
  d.encryptedBytes += total;
  d.encryptedPackets++;
  if (session.secrets !== undefined) session.secrets.opened += total;
  if (!d.doubtfulBlock && passData(session, d, opened, total)) return true;
  const header: Header = { session, from: d.end, epoch: d.epoch, sequence, protocol: 2, encrypted: true, mac: verdictOf(opener) };
  const parts = new OpenedParts(opened, total);
  if (d.doubtfulBlock && !believable(session, d, parts)) {
    const framed = { length: parts.length, macSpan: parts.macSpan, problems: [problem('undecryptable', DOUBTFUL)] };
    session.give({ packet: new SshPacket(header, framed, d.queue.take(total)) });
    return true;
  }
  const taken = d.queue.take(total, session.keepsPackets);
  if (mayCompress(d)) unpack(session, d, parts);
  const packet = new SshPacket(header, parts, taken);
  if (packet.number !== undefined) d.openedPackets++;
  handle(session, d, packet, false);
  return true;
}

const DOUBTFUL = 'its first block needs the last one of the damaged packet before it, and may not be what was sent: encrypt-then-MAC does not cover that';

/** Whether a packet whose first block is in doubt can be what was sent, which it says: what does not read as a message was altered. */
function believable(session: SshSession, d: Direction, parts: OpenedParts): boolean {
  d.doubtfulBlock = false;
  if (parts.problems !== undefined || (d.inflater === undefined && !isMessage(session, d, parts.payloadBytes))) return false;
  parts.problems = [problem('unauthentic', DOUBTFUL, { span: { start: 4, end: Math.min(4 + 8, parts.payload.end) } })];
  return true;
}

/**
 * With delayed compression the client compresses from what it sends after USERAUTH_SUCCESS. While the answer to its
 * last request was not read yet, it is not known how its next packet is packed.
 */
function mustHoldBack(session: SshSession, d: Direction): boolean {
  const other = session.direction(peer(d.end));
  if (other.closed || d.queue.length >= session.limits.waitBytes) return false;
  if (runsAhead(d, other)) return true;
  if (other.lossy || d.lossy) return false;
  return d.inflateAfterLogin && d.inflater === undefined && d.awaitingReply && other.opener !== undefined;
}

/** True while bytes that the next ones of `d` may answer, since their sender had got them, were not read: the capture brings them late. */
function runsAhead(d: Direction, other: Direction): boolean {
  const read = other.heldBack && other.queue.length > 0 ? other.queue.offset : other.reached;
  return d.queue.acknowledged > read && !d.impatient;
}

/** The place is lost: says why, from what stands where a packet should. */
function unreadable(session: SshSession, d: Direction, p: Problem): void {
  const clear = d.epoch === 0 && d.framing.protocol === 2;
  const line = clear ? lineOf(d.queue.bytes) : undefined;
  const other = session.direction(peer(d.end));
  if (clear && line === undefined && (other.epoch > 0 || other.waiting?.number === NEWKEYS)) {
    sealedUnseen(session, d);
    return;
  }
  const taken = d.queue.take(d.queue.length);
  const message = line === undefined ? p.message : `text stands where a packet should, ${JSON.stringify(line)}`;
  session.report({ ...p, message: `${message}: nothing behind it can be read`, frame: taken.frame });
  d.obstacle ??= { state: 'lost', reason: `${message} (frame ${taken.frame})` };
  d.stage = d.epoch > 0 ? 'counting' : 'lost';
}

/** The other side is encrypting, and this is no packet in clear: so NEWKEYS went another way, as in Multipath TCP (RFC 8684), or was lost unnoticed. */
function sealedUnseen(session: SshSession, d: Direction): void {
  const { frame } = d.queue.take(0);
  const reason = `the ${session.sideOf(d.end)}'s NEWKEYS is not in this connection, and what came in frame ${frame} is no packet in clear`;
  session.report(problem('gap', `${reason}: packets are missing before it, and it is likely encrypted`, { frame, rfc: '4253#7.3' }));
  d.lossy = true;
  const none = () => {
    d.obstacle ??= { state: 'lost', reason };
    d.encryptedBytes += d.queue.length;
    d.queue.clear();
    d.stage = 'counting';
  };
  if (!recoverInClear(session, d, reason, none)) none();
}

/**
 * Settles SSH-1 or SSH-2 before a direction's first packet. A 1.99 server speaks what its client asks for; when the
 * client was not captured the first packet shows it: SSH-2 begins with KEXINIT (20), SSH-1 with SMSG_PUBLIC_KEY (2).
 */
function protocolKnown(session: SshSession, d: Direction): boolean {
  const own = protocolOf(d.identification?.protocolVersion ?? '1.99');
  const other = session.direction(peer(d.end)).identification;
  const theirs = other === undefined ? 'both' : protocolOf(other.protocolVersion);
  let protocol = own === 'both' ? theirs : theirs === 1 ? 1 : own;
  if (protocol === 'both') {
    if (other !== undefined) protocol = 2;
    else if (d.queue.length < 6) return false;
    else protocol = d.queue.at(5) === 20 || plausibleClearPacket(d.queue.bytes) ? 2 : 1;
  }
  session.protocol = protocol;
  d.framing = protocol === 1 ? SSH1_CLEAR : CLEAR;
  return true;
}
