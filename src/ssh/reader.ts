/** Reads the two directions of a session: lines, then packets, as far as they can be read. */

import type { Chunk, End, FlowEnd, FlowHandler, Gap } from '../stream/chunk.ts';
import { type Problem, problem } from '../wire/problem.ts';
import { plausibleClearPacket } from './binary-packet.ts';
import type { Direction } from './direction.ts';
import { handle, resume } from './handle.ts';
import { SshPacket } from './packet.ts';
import { lookOn } from './quest.ts';
import { recoverAtEnd, recoverFromClearGap, recoverFromGap, recoverInClear } from './recover.ts';
import { peer } from './roles.ts';
import type { SshSession } from './session.ts';
import { readAll, readLines } from './steps.ts';

/** Takes the bytes of a flow and moves its session. */
export class SessionReader implements FlowHandler {
  private readonly session: SshSession;

  constructor(session: SshSession) {
    this.session = session;
  }

  get kept(): number {
    return this.session.kept;
  }

  counts(from: End, length: number, end: number): boolean {
    const d = this.session.direction(from);
    if (d.stage !== 'counting') return false;
    d.bytes += length;
    d.reached = end;
    d.encryptedBytes += length;
    return true;
  }

  data(chunk: Chunk): void {
    const { from, offset, length } = chunk;
    if (this.counts(from, length, offset + length)) return;
    const d = this.session.direction(from);
    d.bytes += length;
    d.reached = offset + length;
    if (d.stage === 'lost' && !this.findFeet(d, chunk)) return;
    const { queue } = d;
    // Of a packet that waits for its end only that is put to it: what follows is read where it lies.
    const split = queue.missing < chunk.length ? queue.missing : 0;
    if (split > 0) {
      queue.push(chunk, 0, split);
      this.advance(d);
    }
    queue.push(chunk, split);
    this.advance(d);
    queue.settle();
  }

  gap(told: Gap): void {
    const d = this.session.direction(told.from);
    const gap = withoutFin(d, told);
    const side = this.session.sideOf(gap.from);
    const where = `${gap.size} bytes of the ${side} at stream offset ${gap.offset} are not in the capture`;
    this.session.report(problem('gap', where, { frame: gap.frame, span: { start: gap.offset, end: gap.offset + gap.size } }));
    d.lossy = true;
    d.hole ??= gap;
    d.holes++;
    d.reached = gap.offset + gap.size;
    if (d.stage === 'counting') return;
    this.unblock(d);
    this.advance(d);
    if (d.stage === 'searching' && !this.searchOver(d, gap)) return;
    const { opener, suite } = d;
    const offset = gap.offset - d.queue.length;
    this.leave(d, 'the packet runs into a gap of the capture');
    if (opener !== undefined && suite !== undefined && d.stage === 'packets') recoverFromGap(this.session, d, offset, gap, opener, suite);
    else if (d.kexinit !== undefined && d.stage === 'packets' && this.session.secrets !== undefined) recoverFromClearGap(this.session, d, offset, gap);
    else if (d.epoch > 0 || d.encryptedBytes > 0) {
      d.stage = 'counting';
      d.obstacle ??= { state: 'lost', reason: `a gap of ${gap.size} bytes at frame ${gap.frame}: the packets behind it cannot be framed` };
    } else d.stage = 'lost';
    this.advance(this.session.direction(peer(gap.from)));
  }

  /** A search meets a gap: it goes on behind it, or ends; true when `d` was reading before the gap. */
  private searchOver(d: Direction, gap: Gap): boolean {
    if (d.quest?.gap === undefined) {
      lookOn(d, true);
      this.advance(d);
      return true;
    }
    d.quest.gap(gap);
    d.encryptedBytes += d.queue.length;
    d.queue.clear();
    return false;
  }

  problem(p: Problem, _from: End): void {
    this.session.report(p);
  }

  closed(from: End): void {
    const d = this.session.direction(from);
    this.searchLast(d);
    d.closed = true;
    this.advance(this.session.direction(peer(from)));
  }

  end(how: FlowEnd): void {
    const { a, b } = this.session;
    // What is found now may be what the other direction waits for.
    for (const d of [a, b]) this.searchLast(d);
    a.closed = true;
    b.closed = true;
    for (const d of [a, b]) this.unblock(d);
    for (const d of [a, b]) {
      if (d.stage === 'lines') readLines(this.session, d, true);
      this.advance(d);
      this.searchLast(d);
      if (how !== 'capture') this.endEarly(d);
      this.leave(d, how === 'capture' ? 'the capture ends within the packet' : 'the stream ends within the packet');
    }
    this.session.close(how);
  }

  /** The stream of `d` is over, and a packet began that claims more bytes than there are. */
  private endEarly(d: Direction): void {
    const { queue, expected, opener } = d;
    if (queue.length === 0 || d.stage !== 'packets') return;
    const { session } = this;
    if (opener !== undefined) {
      const size = expected === undefined ? '' : ` of ${4 + expected + opener.tailLength}`;
      d.obstacle ??= { state: 'lost', reason: `the stream ends within packet ${d.sequence}: ${queue.length}${size} bytes of it are there` };
      return;
    }
    if (d.epoch > 0 || session.direction(peer(d.end)).epoch === 0) return;
    const side = session.sideOf(d.end);
    const reason = `the ${side}'s NEWKEYS was not found: the stream ends within a packet in clear, whose length is not right or which is none`;
    const none = () => {
      d.stage = 'packets';
      d.obstacle ??= { state: 'lost', reason };
    };
    if (recoverInClear(session, d, reason, none)) {
      lookOn(d, true);
      this.advance(d);
    } else none();
  }

  /** Ends a search in `d`, and begins one where a packet claims more bytes than there are. */
  private searchLast(d: Direction): void {
    if (lookOn(d, true)) this.advance(d);
    recoverAtEnd(this.session, d);
    this.advance(d);
  }

  /** Reads on in `d`, and in the other direction when that has waited for `d`. */
  private advance(d: Direction): void {
    const other = this.session.direction(peer(d.end));
    for (let more = true; more; ) {
      more = readAll(this.session, d);
      if ((other.waiting !== undefined || other.heldBack) && readAll(this.session, other)) more = true;
      // A segment that was sent again acknowledges more than it did the first time: the two may wait for each other.
      d.impatient = !more && d.heldBack && other.heldBack;
      if (d.impatient) more = readAll(this.session, d);
      d.impatient = false;
    }
  }

  /** Lets packets go that wait for the other direction: the next one may be another that waits. */
  private unblock(d: Direction): void {
    while (d.waiting !== undefined) {
      resume(this.session, d, true);
      this.advance(d);
    }
  }

  /** Reports what is left in the queue: the beginning of a packet that the capture does not hold whole. */
  private leave(d: Direction, why: string): void {
    const { queue } = d;
    if (queue.length === 0) return;
    const size = queue.length;
    if (d.opener !== undefined) d.encryptedBytes += size;
    if (readable(d) && size >= 6 && queue.uint32(0) <= this.session.limits.packetBytes) {
      const length = queue.uint32(0);
      const taken = queue.take(size);
      const padding = taken.space.bytes[4] as number;
      const body = Math.min(size, 4 + length);
      const payload = { start: 5, end: Math.min(body, Math.max(6, 4 + length - padding)) };
      const behind = { paddingSpan: { start: payload.end, end: body }, macSpan: { start: body, end: size } };
      const total = 4 + length + (d.opener?.tailLength ?? d.framing.tagLength);
      const cut = problem('truncated', `${why}: ${size} of ${total} bytes are there`, { span: { start: 0, end: size } });
      const header = { session: this.session, from: d.end, epoch: d.epoch, sequence: d.sequence, protocol: 2, encrypted: d.epoch > 0, mac: 'none' } as const;
      const packet = new SshPacket(header, { length, padding, payload, ...behind, cut: true, problems: [cut] }, taken);
      handle(this.session, d, packet, true);
    } else {
      if (d.stage === 'packets') this.session.report(problem('truncated', `${why}: ${size} bytes are there`, { frame: queue.take(size).frame }));
      queue.clear();
    }
  }

  /** Behind a gap in clear: reading goes on when a chunk begins with what looks like a packet. */
  private findFeet(d: Direction, chunk: Chunk): boolean {
    if (!plausibleClearPacket(chunk.bytes)) return false;
    d.stage = 'packets';
    this.session.report(problem('gap', 'resynchronised: this frame begins with a packet, which may not be the next one', { frame: chunk.frame }));
    return true;
  }
}

/** True where what is there of a packet can be read without the rest: it is neither encrypted nor compressed. */
function readable(d: Direction): boolean {
  if (d.stage !== 'packets') return false;
  if (d.opener === undefined) return d.framing.open && d.framing.protocol === 2;
  return d.suite?.cipher.name === 'none' && d.inflater === undefined && !d.zlibBroken;
}

/**
 * The gap without the number of a FIN: all packets have even lengths (RFC 4253 section 6: a multiple of 8, a length field or a MAC
 * more), so that an odd number of bytes behind the identification string is one too many.
 */
function withoutFin(d: Direction, gap: Gap): Gap {
  const start = d.identification?.space.bytes.length;
  const odd = gap.unseen && start !== undefined && (gap.offset + gap.size - start) % 2 !== 0;
  return odd ? { ...gap, size: gap.size - 1 } : gap;
}
