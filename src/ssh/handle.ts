/** What each packet does to its session: which message it is, and what follows from it. */

import { problem } from '../wire/problem.ts';
import { isAbove, openAbove } from './above.ts';
import { SSH1_SEALED } from './binary-packet.ts';
import { compressAfterLogin, compressAnew, noteOffer } from './delay-compression.ts';
import type { Direction } from './direction.ts';
import type { KeyExchange } from './exchange.ts';
import { guessMethod } from './guess.ts';
import { kexMethod } from './kex/index.ts';
import type { KexMethod } from './kex/method.ts';
import { sentKexInit } from './kexinit.ts';
import { firstMethodName, type KexInit, negotiate } from './negotiate.ts';
import { takeNewKeys } from './newkeys.ts';
import { misplaced, notFirst } from './order.ts';
import type { SshPacket } from './packet.ts';
import { type Context, isKexNumber, resolve, senderOf } from './resolve.ts';
import { peer, sideOfKexNames } from './roles.ts';
import type { SshSession } from './session.ts';

const BARE: Context = { protocol: 2, kex: undefined };

const KEXINIT = 20;
const NEWKEYS = 21;
const EXT_INFO = 7;
const NEWCOMPRESS = 8;
const DISCONNECT = 1;
/** What the lists of a KEXINIT take while they are kept, for each byte of it and by themselves: as bytes, and their names as strings. */
const BYTE_COST = 8;
const LISTS_COST = 512;
/** What another message of a key exchange takes beside its bytes: its packet is kept. */
const MESSAGE_COST = 1536;

/**
 * Handles a framed packet. One whose meaning hangs on a KEXINIT of the other side that may still come is left in
 * `d.waiting`; with `now` nothing is waited for.
 */
export function handle(session: SshSession, d: Direction, packet: SshPacket, now: boolean): void {
  const number = packet.number;
  if (number === undefined) session.give({ packet });
  else if (session.protocol === 1) handleSsh1(session, d, packet, number);
  else if (isKexNumber(number) || number === NEWKEYS) handleExchange(session, d, packet, number, now);
  else handleOther(session, d, packet, number);
}

/** A packet that means something only once the algorithms are settled. */
function handleExchange(session: SshSession, d: Direction, packet: SshPacket, number: number, now: boolean): void {
  if (!session.rolesKnown && isKexNumber(number)) learnFromKexNumber(session, d, number);
  if (!now && mustWait(session, d, number)) {
    d.waiting = packet;
    return;
  }
  if (number === NEWKEYS) handleNewKeys(session, d, packet);
  else handleKex(session, d, packet, number);
}

/** Goes on with a waiting packet if it need not wait any longer, or in any case with `now`; false when it still waits. */
export function resume(session: SshSession, d: Direction, now: boolean): boolean {
  const packet = d.waiting;
  if (packet === undefined) return true;
  if (!now && mustWait(session, d, packet.number)) return false;
  d.waiting = undefined;
  handle(session, d, packet, true);
  return true;
}

/**
 * True while the algorithms are not settled and the KEXINIT that would settle them may still come; at NEWKEYS, while a message
 * of the other side is missing that the exchange hash needs.
 */
function mustWait(session: SshSession, d: Direction, number: number | undefined): boolean {
  const exchange = session.exchanges[d.epoch];
  const other = session.direction(peer(d.end));
  const mayCome = !other.closed && (other.stage === 'lines' || other.stage === 'packets' || other.stage === 'searching');
  const room = d.queue.length < session.limits.waitBytes;
  if (exchange?.negotiation !== undefined) {
    // Once both are at NEWKEYS, or the other one is past it, nothing more will come.
    const under = other.epoch === d.epoch && other.waiting?.number !== NEWKEYS;
    // Of a side that is over, a message may still wait for what has been read only now.
    return number === NEWKEYS && under && (mayCome || other.waiting !== undefined) && room && exchange.lacksMessages(session);
  }
  if (exchange?.kexinit[other.end] !== undefined && exchange.kexinit[d.end] !== undefined) {
    session.decideRoles();
    return false;
  }
  return mayCome && room;
}

function handleOther(session: SshSession, d: Direction, packet: SshPacket, number: number): void {
  if (isAbove(number)) openAbove(session, d, packet, number);
  else openTransport(session, d, packet, number);
  checkOrder(session, d, packet, number);
  if (number === KEXINIT) takeKexInit(session, d, packet);
  if (number === DISCONNECT && !packet.cut) takeDisconnect(session, d, packet);
  session.give({ packet });
  if (number >= 50 && number < 80 && d.epoch > 0) followLogin(session, d, packet, number);
}

function takeDisconnect(session: SshSession, d: Direction, packet: SshPacket): void {
  session.farewell ??= `${packet.summary} (frame ${packet.frame})`;
  if (d.epoch > 0 && session.sideOf(d.end) === 'server') session.refuseLogin(packet.frame);
}

function openTransport(session: SshSession, d: Direction, packet: SshPacket, number: number): void {
  // What these numbers mean does not hang on who sends them.
  const def = resolve(number, undefined, BARE);
  if (def?.from !== undefined) session.learnRole(d.end, def.from);
  packet.open(def);
  if (number === EXT_INFO && !packet.cut) noteExtensions(session, d, packet);
  if (number === NEWCOMPRESS) compressAnew(session, d, packet);
}

/** Extensions that change how later messages are to be read. */
function noteExtensions(session: SshSession, d: Direction, packet: SshPacket): void {
  noteOffer(session, d, packet.value?.extensions);
  const list = (packet.value?.extensions ?? []) as readonly ({ readonly extensionName?: string } | undefined)[];
  if (list.some((e) => e?.extensionName === 'no-flow-control')) session.connection.withoutWindows(session.sideOf(d.end));
}

const USERAUTH_SUCCESS = 52;
const USERAUTH_BANNER = 53;

/** Keeps in mind whose turn it is during the login, and begins delayed compression at its end (RFC 4252; zlib@openssh.com). */
function followLogin(session: SshSession, d: Direction, packet: SshPacket, number: number): void {
  const other = session.direction(peer(d.end));
  const asked = other.awaitingReply;
  if (session.sideOf(d.end) === 'client') d.awaitingReply = true;
  else if (number !== USERAUTH_BANNER) other.awaitingReply = false;
  if (number !== USERAUTH_SUCCESS || session.sideOf(d.end) !== 'server') return;
  session.authenticated = true;
  compressAfterLogin(session, d, packet, asked);
}

function checkOrder(session: SshSession, d: Direction, packet: SshPacket, number: number): void {
  // What is missing, in a gap or before the capture began, may have made it legal.
  if (d.lossy || d.identification === undefined) return;
  const exchanging = d.kexinit !== undefined;
  const wrong = misplaced(number, packet.name ?? `message ${number}`, { exchanging, epoch: d.epoch, strict: session.strict });
  if (wrong !== undefined && !packet.discarded) packet.problems.push(wrong);
}

function takeKexInit(session: SshSession, d: Direction, packet: SshPacket): void {
  if (packet.cut || packet.problems.some((p) => p.code === 'malformed' || p.code === 'truncated')) return;
  const lists = packet.value as unknown as KexInit;
  const exchange = session.exchange(d.epoch);
  if (exchange.kexinit[d.end] !== undefined) return; // a second one was reported; the first counts
  const sent = sentKexInit(lists, packet);
  d.kexinit = sent;
  exchange.kexinit[d.end] = sent;
  session.exchangeBytes += LISTS_COST + BYTE_COST * packet.length;
  d.guessing = lists.firstKexPacketFollows;
  if (lists.reserved !== 0) packet.problems.push(problem('noncanonical', `the reserved field is ${lists.reserved} and should be 0`, { rfc: '4253#7.1' }));
  if (packet.sequence > 0 && d.epoch === 0) d.beforeKexInit = packet.sequence;
  session.phase('negotiation', packet);
  const side = session.rolesKnown ? undefined : sideOfKexNames(lists.kexAlgorithms);
  if (side !== undefined) session.learnRole(d.end, side);
  if (session.rolesKnown) exchange.settle(session.endOf('client'));
  settleStrict(session);
}

/** With both KEXINITs of the first exchange it is known whether strict KEX is in force. */
function settleStrict(session: SshSession): void {
  const { a, b } = session.exchanges[0]?.kexinit ?? {};
  if (session.strict !== undefined || a === undefined || b === undefined) return;
  // Each name says which side it is, so that this holds whoever the client is.
  session.strict = negotiate(a.lists, b.lists).strict || negotiate(b.lists, a.lists).strict;
  if (!session.strict) return;
  for (const d of [session.a, session.b]) if (d.beforeKexInit > 0) session.report(notFirst(d.beforeKexInit, session.sideOf(d.end)));
}

/** A key exchange number tells who sends it, once the method is known; each way round is tried. */
function learnFromKexNumber(session: SshSession, d: Direction, number: number): void {
  const kexinit = session.exchanges[d.epoch]?.kexinit ?? {};
  const own = kexinit[d.end]?.lists;
  const theirs = kexinit[peer(d.end)]?.lists;
  if (own === undefined || theirs === undefined) {
    // Every common method: 30, 32 and 34 come from the client, 31 and 33 from the server.
    session.learnRole(d.end, number % 2 === 0 ? 'client' : 'server');
    return;
  }
  for (const side of ['client', 'server'] as const) {
    const outcome = side === 'client' ? negotiate(own, theirs) : negotiate(theirs, own);
    const kex = outcome.kex === undefined ? undefined : kexMethod(outcome.kex);
    if (senderOf(number, { protocol: 2, kex }) !== side) continue;
    session.learnRole(d.end, side);
    return;
  }
}

function handleKex(session: SshSession, d: Direction, packet: SshPacket, number: number): void {
  session.decideRoles();
  const exchange = session.exchange(d.epoch);
  exchange.settle(session.endOf('client'));
  const side = session.sideOf(d.end);
  let method = exchange.method;
  if (d.guessing && exchange.negotiation?.guess[side] === 'wrong') {
    packet.discarded = true;
    method = firstMethod(exchange.kexinit[d.end]?.lists.kexAlgorithms ?? []);
  }
  d.guessing = false;
  if (exchange.negotiation === undefined) method = guessMethod(number, packet.payloadBytes, exchange.kexinit[d.end]?.lists.kexAlgorithms ?? []);
  packet.openLater(resolve(number, side, { protocol: 2, kex: method }), method?.names[0]);
  checkOrder(session, d, packet, number);
  if (exchange.messages.length < session.limits.exchangePackets) {
    exchange.messages.push(packet);
    session.exchangeBytes += MESSAGE_COST + packet.length;
    boundHostKeys(session, exchange, packet);
  }
  session.phase('key exchange', packet);
  session.give({ packet });
}

/** A certificate takes many times its bytes in a record, and every key exchange may show one. */
function boundHostKeys(session: SshSession, exchange: KeyExchange, packet: SshPacket): void {
  const { hostKeyBytes } = session.limits;
  const before = session.hostKeyBytes;
  session.hostKeyBytes += packet.length;
  if (session.hostKeyBytes <= hostKeyBytes) return;
  exchange.tellsHostKey = false;
  const what = `from key exchange ${exchange.epoch} on no host keys are told: the messages that may hold them are more than ${hostKeyBytes} bytes`;
  if (before <= hostKeyBytes) session.report(problem('limit', `${what} (limit hostKeyBytes)`, { frame: packet.frame }));
}

/** The method that a side prefers, which its guess is made for. */
function firstMethod(names: readonly string[]): KexMethod | undefined {
  const first = firstMethodName(names);
  return first === undefined ? undefined : kexMethod(first);
}

function handleNewKeys(session: SshSession, d: Direction, packet: SshPacket): void {
  packet.openLater(resolve(NEWKEYS, undefined, BARE));
  checkOrder(session, d, packet, NEWKEYS);
  session.give({ packet });
  if (packet.cut) return;
  session.phase('encrypted', packet);
  takeNewKeys(session, d);
}

/** SSH-1: in clear up to the server's public key and the client's session key, encrypted after. */
function handleSsh1(session: SshSession, d: Direction, packet: SshPacket, number: number): void {
  const context: Context = { protocol: 1, kex: undefined };
  const sender = senderOf(number, context);
  if (sender !== undefined) session.learnRole(d.end, sender);
  packet.open(resolve(number, undefined, context));
  session.phase(number === 2 ? 'negotiation' : 'key exchange', packet);
  if (number === 2 || number === 3) d.framing = SSH1_SEALED;
  if (number === 1 && session.farewell === undefined) session.farewell = `${packet.summary} (frame ${packet.frame})`;
  session.give({ packet });
}
