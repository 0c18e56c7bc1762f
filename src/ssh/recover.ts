/** Reading on behind what was lost: a gap in an encrypted direction, or a packet whose MAC differs. */
import type { Gap } from '../stream/chunk.ts';
import { type Problem, problem } from '../wire/problem.ts';
import { Adrift } from './adrift.ts';
import { ClearPackets } from './clear-packets.ts';
import type { Opener } from './crypto/opener.ts';
import { startCompression } from './delay-compression.ts';
import type { Direction } from './direction.ts';
import type { Effort } from './effort.ts';
import { openerWithoutKeys } from './keys.ts';
import { beginsStream } from './later-keys.ts';
import { nextKeys, whyNoNextKeys } from './newkeys.ts';
import { NextEpoch } from './next-epoch.ts';
import { type Header, SshPacket } from './packet.ts';
import { effortFor, lookOn, type Quest, seek } from './quest.ts';
import { Resync, type Standpoint } from './resync.ts';
import { keysAreRight, wrongKeys } from './right-keys.ts';
import { peer } from './roles.ts';
import type { Damage } from './sealed-packet.ts';
import { type Found, Scan, type Search, Searches } from './search.ts';
import type { SshSession } from './session.ts';
import { type Shape, type Suite, shapeOf } from './shape.ts';
import { breakCompression, mayCompress, tellStuck } from './unpack.ts';

/** The packet of `d` at stream offset `offset` runs into a gap, and its keys are known: from here on the next packet is looked for. */
export function recoverFromGap(session: SshSession, d: Direction, offset: number, gap: Gap, opener: Opener, suite: Suite): void {
  const shape = shapeOf(suite, session.limits, opener.unchecked !== true);
  const { expected } = d;
  const firstEnd = expected === undefined ? {} : { firstEnd: offset + 4 + expected + opener.tailLength };
  const from: Standpoint = { opener, offset, sequence: d.sequence, packed: mayCompress(d), unproven: !d.proven, ...firstEnd };
  const effort = effortFor(session);
  const resync = new Scan(new Resync(from, shape, session.limits, effort), session.limits, effort);
  seek(d, new GapQuest(session, d, offset, gap, effort, [[resync, new NextEpoch(session, d, offset, effort)]]));
}

/** The same for a gap in a key exchange in clear: behind it may be more of it, or the first packets under its keys. */
export function recoverFromClearGap(session: SshSession, d: Direction, offset: number, gap: Gap): void {
  const effort = effortFor(session);
  seek(d, new GapQuest(session, d, offset, gap, effort, [[new ClearPackets(session, d), new NextEpoch(session, d, offset, effort)]]));
}

/**
 * What stands at the head of the queue is no packet in clear, though NEWKEYS was not seen: looks for the first packet under the keys
 * of the exchange. False when they are not known; else `none` is called when there is no such packet.
 */
export function recoverInClear(session: SshSession, d: Direction, why: string, none: () => void): boolean {
  if (nextKeys(session, d) === undefined) return false;
  const { offset } = d.queue;
  const effort = effortFor(session);
  seek(d, {
    // What is left of NEWKEYS may be any part of it.
    search: new Searches([[new NextEpoch(session, d, offset, effort, 0)]]),
    found(found) {
      d.encryptedBytes += found.at;
      const { frame } = d.queue.take(found.at);
      session.report(
        problem('gap', `resynchronised: ${found.at} bytes of the ${session.sideOf(d.end)} cannot be read in front of packet ${found.sequence}`, { frame }),
      );
      readOn(session, d, found, `${why}; reading went on behind it (frame ${frame})`, frame);
    },
    none,
  });
  return true;
}

/** Looks for the packet behind one gap, or several with nothing readable between them. */
class GapQuest implements Quest {
  readonly search: Search;
  private readonly session: SshSession;
  private readonly d: Direction;
  private readonly from: number;
  private readonly effort: Effort;
  private readonly frame: number;
  private missing: number;
  private gaps = 1;

  constructor(session: SshSession, d: Direction, from: number, gap: Gap, effort: Effort, stages: readonly (readonly Search[])[]) {
    this.session = session;
    this.d = d;
    this.from = from;
    this.effort = effort;
    this.search = new Searches(stages);
    this.missing = gap.size;
    this.frame = gap.frame;
  }

  gap(gap: Gap): void {
    this.missing += gap.size;
    this.gaps++;
  }

  private get what(): string {
    const more = this.gaps > 1 ? `, in ${this.gaps} pieces` : '';
    return `a gap of ${this.missing} bytes at frame ${this.frame}${more}`;
  }

  found(found: Found): void {
    const { session, d } = this;
    if (found.opener === undefined) {
      d.queue.take(found.at);
      d.stage = 'packets';
      const { frame } = d.queue.take(0);
      session.report(problem('gap', 'resynchronised: this frame begins with a packet, which may not be the next one', { frame }));
      return;
    }
    const unread = d.queue.offset + found.at - this.from;
    d.encryptedBytes += found.at;
    const { frame } = d.queue.take(found.at);
    const head = found.at === 0 ? d.queue.take(0).frame : frame;
    const count = found.packets === undefined ? 'NEWKEYS and perhaps other packets' : `about ${found.packets} ${found.packets === 1 ? 'packet' : 'packets'}`;
    const message = `resynchronised: ${unread} bytes and ${count} of the ${session.sideOf(d.end)} are missing or cut in front of packet ${found.sequence}`;
    session.report(problem('gap', message, { frame: head }));
    readOn(session, d, found, `${this.what}, with ${count} lost or cut; reading went on behind it (frame ${head})`, head);
  }

  /** What follows is under new keys that are not known, and why they are not. */
  private get keyless(): string | undefined {
    const { session, d } = this;
    if (d.epoch > 0 && session.direction(peer(d.end)).epoch <= d.epoch) return undefined;
    const why = whyNoNextKeys(session, d);
    return why === undefined ? undefined : `the ${d.queue.length} bytes behind it cannot be read: ${why}`;
  }

  none(): void {
    const { session, d } = this;
    const why =
      d.queue.length === 0
        ? 'nothing follows behind it'
        : (this.keyless ??
          `no packet${d.suite?.cipher.name === 'none' ? '' : ' that the keys open'} was found in the ${d.queue.length} bytes behind it (new keys may have been taken into use in the gap)`);
    giveUp(session, d, 'gap', `${this.what}: ${why}`, this.frame, this.effort);
  }
}

/** Puts `d` at what was found. The session's messages may be incomplete from here on. */
function readOn(session: SshSession, d: Direction, found: Found, reason: string, frame: number): void {
  if (found.keys?.next === true) {
    const algorithms = session.exchanges[d.epoch]?.negotiation?.[session.sideOf(d.end)];
    const { time } = d.queue.take(0);
    session.phase('encrypted', { time, frame });
    d.epoch++;
    d.kexinit = undefined;
    d.suite = found.keys.suite;
    if (algorithms !== undefined) startCompression(session, d, algorithms.compression);
  }
  d.opener = found.opener;
  d.sequence = found.sequence;
  d.stage = 'packets';
  d.lossy = true;
  d.losses++;
  d.firstLoss ??= reason;
  d.obstacle = { state: 'partial', reason: d.losses === 1 ? reason : `${d.firstLoss}; ${d.losses - 1} more such losses` };
  const begins =
    found.first === true ||
    (found.keys?.next === true && found.opener !== undefined && beginsStream(d, { at: 0, opener: found.opener, sequence: found.sequence }));
  if (!begins) breakCompression(session, d, frame);
  if (d.zlibBroken) tellStuck(d);
  if (found.blind !== undefined) takeBlind(session, d, found.blind);
}

/** CBC under encrypt-then-MAC: the packet is whole and its MAC right, but its first block needs one that is lost. */
function takeBlind(session: SshSession, d: Direction, total: number): void {
  const taken = d.queue.take(total);
  const tail = d.opener?.tailLength ?? 0;
  const header: Header = { session, from: d.end, epoch: d.epoch, sequence: d.sequence, protocol: 2, encrypted: true, mac: 'valid' };
  const why = problem('undecryptable', 'the ciphertext block in front of this packet is in the gap, and CBC needs it for the first block');
  const packet = new SshPacket(header, { length: total - 4 - tail, macSpan: { start: total - tail, end: total }, problems: [why] }, taken);
  d.sequence = (d.sequence + 1) >>> 0;
  d.encryptedBytes += total;
  d.encryptedPackets++;
  session.give({ packet });
}

/** The packet at the head of the queue does not open. If the keys are right all the same, the next one is looked for. */
export function recoverFromDamage(session: SshSession, d: Direction, damage: Damage): void {
  const { suite } = d;
  const clear = suite?.cipher.name === 'none';
  if (clear && damage.total !== undefined && !keysAreRight(session, d) && readUnverified(session, d, damage.message, damage.total)) return;
  if (suite === undefined || (!clear && !keysAreRight(session, d))) {
    const frame = takeDamaged(session, d, damage, damage.total ?? d.queue.length, 1);
    const reason = `${damage.message} (frame ${frame}): ${wrongKeys(session, d)}`;
    giveUp(session, d, 'unauthentic', reason, frame);
    return;
  }
  seekBehind(session, d, damage, suite, (effort) => noneBehind(session, d, damage, effort));
}

/** Nothing is encrypted, so that wrong keys only leave the MACs in doubt: true when reading goes on without them. It is said once. */
function readUnverified(session: SshSession, d: Direction, message: string, total: number): boolean {
  const side = session.sideOf(d.end);
  const algorithms = session.exchanges[d.epoch - 1]?.negotiation?.[side];
  const opener = algorithms === undefined ? undefined : openerWithoutKeys(algorithms);
  if (opener === undefined) return false;
  d.opener = opener;
  const frame = d.queue.frameOf(total);
  d.unverified = `${message} (frame ${frame}): ${wrongKeys(session, d)}`;
  session.report(problem('unauthentic', `${side}: no MAC can be verified: ${d.unverified}`, { frame, rfc: '4253#6.4' }));
  return true;
}

/**
 * The stream ends within the packet at the head of the queue. Its length may be what is damaged: then there are packets in
 * what it claims for itself.
 */
export function recoverAtEnd(session: SshSession, d: Direction): void {
  const { opener, suite, expected } = d;
  const whole = d.waiting !== undefined || d.heldBack || d.queue.length === 0;
  if (whole || opener === undefined || suite === undefined || d.stage !== 'packets' || !keysAreRight(session, d)) return;
  const message = `the length of packet ${d.sequence}, ${expected ?? 'which is cut off'}, is not right`;
  seekBehind(session, d, { message, total: undefined, opener }, suite, () => {
    d.stage = 'packets';
  });
  lookOn(d, true);
}

function seekBehind(session: SshSession, d: Direction, damage: Damage, suite: Suite, none: (effort: Effort) => void): void {
  const shape = shapeOf(suite, session.limits, damage.opener.unchecked !== true);
  const effort = effortFor(session);
  const from = standpointAt(d, damage, shape);
  const resync = new Scan(new Resync(from, shape, session.limits, effort), session.limits, effort);
  seek(d, {
    // The damaged packet may be a NEWKEYS.
    search: new Searches([[resync, new NextEpoch(session, d, d.queue.offset, effort)], ...firstPackets(session, d, from, shape, effort)]),
    found(found) {
      const { sequence } = d;
      const packets = found.packets ?? 1;
      const frame = takeDamaged(session, d, damage, found.at, packets);
      d.doubtfulBlock = shape.mode === 'cbc' && shape.clear;
      readOn(session, d, found, `${damage.message} (frame ${frame}); reading went on behind it`, frame);
      if (packets > 1) session.report(problem('gap', `resynchronised: ${packets} packets from number ${sequence} on cannot be read`, { frame }));
    },
    none: () => none(effort),
  });
}

/** Bytes of what follows NEWKEYS that were taken for its own, if its length was altered, at most. */
const SWALLOWED = 1024;

/** Where no packet was opened yet, a NEWKEYS whose length was altered may have put the reader in the wrong place: then the key stream begins before it. */
function firstPackets(session: SshSession, d: Direction, from: Standpoint, shape: Shape, effort: Effort): Search[][] {
  if (d.proven || shape.mode !== 'stream' || from.offset !== d.queue.offset) return [];
  const { limits } = session;
  const bytes = limits.searchBytes + SWALLOWED;
  const sequences = { from: d.sequence, to: d.sequence + Math.ceil(bytes / shape.least) };
  const counters = { from: 0, to: Math.ceil(bytes / shape.block) };
  const unknowns = { here: false, sequences, counters, since: from.offset - SWALLOWED, packed: mayCompress(d) };
  return [[new Scan(new Adrift(from.opener, shape, unknowns, effort), limits, effort)]];
}

/** The damaged packet is the last that can be read: of the stream, or for want of a boundary behind it. */
function noneBehind(session: SshSession, d: Direction, damage: Damage, effort: Effort): void {
  const length = d.queue.length;
  const frame = takeDamaged(session, d, damage, Math.min(length, damage.total ?? length), 1);
  const unread = d.zlibBroken ? ': payloads before it could not be decompressed, and a NEWKEYS may be among them' : '';
  const before = d.firstLoss === undefined ? '' : `${d.firstLoss}; then `;
  const reason = `${before}${damage.message} (frame ${frame})${unread}`;
  if (d.queue.length > 0) {
    giveUp(session, d, 'unauthentic', `${reason}, and no packet was found behind it`, frame, effort);
    return;
  }
  d.sequence = (d.sequence + 1) >>> 0;
  d.stage = 'packets';
  d.obstacle = { state: 'partial', reason };
}

/** Behind the damaged packet, or before it where the cipher can be turned back: its length may be what is damaged. */
function standpointAt(d: Direction, { total, opener }: Damage, shape: Shape): Standpoint {
  const at = { opener, offset: d.queue.offset, sequence: d.sequence, packed: mayCompress(d), unproven: !d.proven };
  if (total === undefined) return at;
  const hint = at.offset + total;
  const back = opener.clone();
  if (shape.mode === 'cbc' || back.skip(-total, -1, new Uint8Array(0))) return { ...at, opener: back, hint };
  return { ...at, offset: hint, sequence: (d.sequence + 1) >>> 0 };
}

/** Takes the `total` bytes of a damaged packet and gives it, unopened; its frame. */
function takeDamaged(session: SshSession, d: Direction, damage: Damage, total: number, packets: number): number {
  const taken = d.queue.take(total);
  const tail = damage.opener.tailLength;
  const header: Header = { session, from: d.end, epoch: d.epoch, sequence: d.sequence, protocol: 2, encrypted: true, mac: 'invalid' };
  const why: Problem = problem('unauthentic', damage.message, { rfc: '4253#6.4' });
  const length = Math.max(0, total - 4 - tail);
  const packet = new SshPacket(header, { length, macSpan: { start: Math.min(total, 4 + length), end: total }, problems: [why] }, taken);
  d.encryptedBytes += total;
  d.encryptedPackets += packets;
  session.give({ packet });
  return taken.frame;
}

/** Nothing behind this can be opened: the bytes are only counted. */
function giveUp(session: SshSession, d: Direction, code: 'gap' | 'unauthentic', reason: string, frame: number, effort?: Effort): void {
  const { searchWork } = session.limits;
  const before = d.firstLoss === undefined || reason.startsWith(d.firstLoss) ? '' : `${d.firstLoss}; then `;
  if (effort?.exhausted === true) session.report(problem('limit', `the search for the next packet was given up (limit searchWork: ${searchWork})`, { frame }));
  session.report(problem(code, `${session.sideOf(d.end)}: ${reason}`, { frame }));
  d.encryptedBytes += d.queue.length;
  d.queue.clear();
  d.obstacle = { state: 'lost', reason: `${before}${reason}` };
  d.opener = undefined;
  d.stage = 'counting';
}
