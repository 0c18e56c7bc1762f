/** One direction of a TCP connection: segments in any order in, consecutive bytes, gaps and problems out. */
import type { Limits } from '../limits.ts';
import { FIN, type Segment, SYN } from '../net/segment.ts';
import { problem } from '../wire/problem.ts';
import { Chunk, type End, type FlowHandler, type Moment, type Whereabouts } from './chunk.ts';
import { type Budget, Held } from './held.ts';
import { originsOf } from './origins.ts';
import { type Deliveries, Recent } from './recent.ts';
import { advance, difference } from './sequence.ts';

/** Takes what a direction delivers; all but the end of the flow. */
export type StreamSink = Omit<FlowHandler, 'end'>;

/** The largest window there can be (RFC 7323 section 2.3): what lies further on is not of this connection. */
const WINDOW = 2 ** 30;
/** Frames with data for which the start of a direction without SYN stays open, unless the other end speaks before. */
const SETTLING_FRAMES = 3;
/** How far before the first segment seen the start may lie then, bytes: a window without scaling. */
const SETTLING_BYTES = 65_536;

/**
 * Puts the segments of one end in order. The first copy of a byte wins; a later copy is compared with the bytes still
 * held and with the last 8 KiB delivered since the flow was found to be SSH, and an `overlap` problem names both frames if it differs. A hole is
 * given up, as a gap, when the other end has acknowledged bytes behind it and Limits.reorderFrames further frames of the flow went by
 * (at once, when the snap length made the hole), when more is held than Limits.reorderBytes or Limits.heldBytes allow,
 * or when the flow ends.
 *
 * Offsets count from the first byte after the SYN or, without one, from the lowest byte among the first three data
 * frames (fewer, if the other end speaks in between).
 */
export class Reassembler {
  private readonly from: End;
  private readonly limits: Limits;
  private readonly budget: Budget;
  private readonly held: Held;
  private sink: StreamSink;
  private recent: Recent | undefined;
  /** Sequence number and stream offset of the first byte not delivered yet. */
  private next = 0;
  private offset = 0;
  private started = false;
  /** Data frames after which the start is settled; 0 once it is. */
  private settling = 0;
  /** Offset of the FIN, and offset up to which frames are known to have been cut by the snap length. */
  private fin = Number.POSITIVE_INFINITY;
  private cut = Number.NEGATIVE_INFINITY;
  /** Offset up to which the other end has acknowledged. */
  private acked = Number.NEGATIVE_INFINITY;
  /** Frames of the flow since bytes up to `pending` were known to be missing; those up to `ripe` are not waited for any longer. */
  private waited = 0;
  /** What the segment at hand acknowledges, as an offset in the other direction. */
  private answers: number | undefined = undefined;
  private pending = 0;
  private ripe = 0;
  private saidCut = false;
  private saidFull = false;
  private saidStray = false;
  private discarded = false;
  /** True once the FIN was delivered in order. */
  closed = false;

  constructor(from: End, limits: Limits, budget: Budget, sink: StreamSink) {
    this.from = from;
    this.limits = limits;
    this.budget = budget;
    this.held = new Held(budget);
    this.sink = sink;
  }

  /** Sets the sequence number of the first byte, which a SYN or its answer told; ignored when the stream has begun. */
  begin(sequence: number): void {
    if (this.started) return;
    this.started = true;
    this.next = sequence;
  }

  /** Delivers to `sink` from now on, and keeps the last bytes delivered, at first among `deliveries`, to compare retransmissions with. */
  redirect(sink: StreamSink, deliveries: Deliveries): void {
    this.sink = sink;
    this.recent = new Recent(deliveries);
  }

  /** Delivers to `sink` from now on, in the place of the one before. */
  pass(sink: StreamSink): void {
    this.sink = sink;
  }

  /** Frees what is held; nothing is delivered any more. */
  discard(): void {
    this.discarded = true;
    this.held.discard();
    this.recent?.release();
    this.recent = undefined;
  }

  /** True when the other end has acknowledged the FIN. */
  get finAcknowledged(): boolean {
    return this.closed && this.acked > this.fin;
  }

  /** True when a RST with this sequence number fits what was seen, so that the other end obeys it (RFC 5961 section 3.2). */
  expects(sequence: number): boolean {
    if (!this.started) return true;
    const at = this.offset + difference(sequence, this.next);
    return at >= this.offset && at <= this.highest + 1;
  }

  /** Takes a segment that this end sent, after its acknowledgement was given to the other direction: there it is the offset `acknowledged`. */
  take(s: Segment, acknowledged?: number): void {
    if (this.closed || this.discarded) return;
    this.answers = acknowledged;
    const length = s.end - s.start;
    const sequence = (s.flags & SYN) === 0 ? s.sequence : advance(s.sequence, 1);
    if (!this.started) this.beginInTheMiddle(sequence, length);
    const at = this.offset + difference(sequence, this.next);
    if (at > this.offset + WINDOW) {
      this.stray(s, at);
      return;
    }
    const after = at + length + s.missing;
    if ((s.flags & FIN) !== 0 && this.fin === Number.POSITIVE_INFINITY && after >= this.highest) this.fin = after;
    if (s.missing > 0) this.noteCut(s, after);
    if (length > 0) this.place(s, at, length);
    if (this.settling > 0) {
      if (--this.settling === 0) this.settle();
    } else if (this.held.cost > 0 || this.offset === this.fin) this.release(s);
  }

  /** The other end acknowledged everything before sequence number `acknowledgement`: gives its offset, if that can be. */
  acknowledged(acknowledgement: number): number | undefined {
    if (!this.started || this.settling > 0) return undefined;
    const at = this.offset + difference(acknowledgement, this.next);
    if (at > this.offset + WINDOW) return undefined;
    if (at > this.acked) this.acked = at;
    return Math.min(at, this.fin);
  }

  /** A frame of the flow went by: gives up the holes for which it is time. */
  elapse(now: Moment): void {
    if ((this.acked <= this.offset && this.cut <= this.offset) || this.settling > 0) {
      this.waited = 0;
      return;
    }
    if (this.waited === 0) this.pending = Math.max(this.acked, this.cut);
    if (++this.waited > this.limits.reorderFrames) {
      this.waited = 0;
      this.ripe = this.pending;
    }
    while (!this.closed && !this.discarded) {
      const cut = this.cut > this.offset;
      const certain = cut ? Math.max(this.ripe, Math.min(this.acked, this.cut)) : this.ripe;
      if (certain <= this.offset || this.endOfHole === Number.POSITIVE_INFINITY) return;
      this.giveUp(now, Math.min(this.endOfHole, certain));
    }
  }

  /** The start of a direction without SYN is what was seen first up to now. */
  settle(): void {
    if (this.offset >= 0) return;
    this.settling = 0;
    const origin = Math.min(this.held.start, this.fin);
    this.held.shift(origin);
    this.next = advance(this.next, origin - this.offset);
    this.offset = 0;
    this.fin -= origin;
    this.cut -= origin;
    this.release();
  }

  /** The flow is over at `now`: delivers what is held, with the gaps before it, and what an acknowledgement alone tells of. */
  finish(now: Moment): void {
    this.settle();
    for (let end = this.endOfHole; end !== Number.POSITIVE_INFINITY && !this.closed && !this.discarded; end = this.endOfHole) this.giveUp(now, end);
    // The last sequence number acknowledged may be that of a FIN that was not captured (RFC 9293 section 3.4).
    if (!this.closed && !this.discarded && this.acked > this.offset + 1) this.giveUp(now, this.acked, true);
  }

  /** Offset after the last byte known to exist and not cut. */
  private get highest(): number {
    return Math.max(this.offset, this.held.end);
  }

  /** Offset of the next thing that was seen behind the hole at `offset`; infinite when there is none. */
  private get endOfHole(): number {
    const end = Math.min(this.held.start, this.fin);
    return end === Number.POSITIVE_INFINITY && this.cut > this.offset ? this.cut : end;
  }

  private beginInTheMiddle(sequence: number, length: number): void {
    this.started = true;
    this.next = sequence;
    if (length === 0) return;
    this.settling = SETTLING_FRAMES;
    this.offset = -SETTLING_BYTES;
    this.next = advance(sequence, -SETTLING_BYTES);
  }

  /** Puts the payload at offset `at` where it belongs: delivered before, next in line, or to be held. */
  private place(s: Segment, at: number, length: number): void {
    let from = at;
    const to = Math.min(at + length, this.fin);
    if (from < this.offset) {
      // A keep-alive has the sequence number before the next, with or without a byte of garbage (RFC 1122 section 4.2.3.6).
      if (length === 1 && from + 1 === this.highest) return;
      this.compareDelivered(s, from, Math.min(to, this.offset));
      from = this.offset;
    }
    if (from === this.offset && this.settling === 0) {
      const count = (this.held.cost === 0 ? to : Math.min(to, this.held.start)) - from;
      if (count > 0) {
        const start = s.start + from - at;
        const where = s.origins === undefined ? s.frameOffset + from - at : originsOf(s, from - at, count);
        this.deliver(s.buffer, start, count, where, s.frame, s, this.answers);
        from += count;
      }
    }
    if (from < to && !this.discarded) this.hold(s, at, from, to);
  }

  /** Holds what is new of the bytes `from` to `to` of a segment at offset `at`, and compares the rest with what is held. */
  private hold(s: Segment, at: number, from: number, to: number): void {
    if (to - from === 1 && to === this.held.end) return; // a keep-alive behind a hole
    const held = this.held;
    let index = held.indexAfter(from);
    for (let pos = from; pos < to; index++) {
      const piece = held.at(index);
      const stop = piece === undefined ? to : Math.min(to, piece.offset);
      if (piece === undefined || pos < stop) {
        held.insert(index, pos, s, pos - at, stop - pos, this.answers);
        pos = stop;
        continue;
      }
      const shared = Math.min(to, piece.offset + piece.bytes.length);
      for (let i = pos; i < shared; i++) {
        if (piece.bytes[i - piece.offset] === s.buffer[s.start + i - at]) continue;
        this.conflict(s, piece.frame, i, shared);
        break;
      }
      pos = shared;
    }
    while (held.cost > this.limits.reorderBytes || (this.budget.bytes > this.limits.heldBytes && held.cost > 0)) this.overflow(s);
  }

  private compareDelivered(s: Segment, from: number, to: number): void {
    if (this.recent === undefined) return;
    const bytes = s.buffer.subarray(s.start, s.start + to - from);
    const at = this.recent.firstDifference(bytes, from);
    if (at >= 0) this.conflict(s, this.recent.frameOf(at), at, to);
  }

  private conflict(s: Segment, first: number, start: number, end: number): void {
    const message = `frames ${first} and ${s.frame} give different bytes for the same place of the stream; those of frame ${first} are used`;
    this.sink.problem(problem('overlap', message, { frame: s.frame, span: { start, end } }), this.from);
  }

  private noteCut(s: Segment, end: number): void {
    this.cut = Math.max(this.cut, Math.min(end, this.fin));
    if (this.saidCut) return;
    this.saidCut = true;
    const message = `the snap length of the capture cut the last ${s.missing} bytes off this segment, and maybe bytes off later ones`;
    this.sink.problem(problem('truncated', message, { frame: s.frame }), this.from);
  }

  private stray(s: Segment, start: number): void {
    if (this.saidStray) return;
    this.saidStray = true;
    const message = `a segment ${start - this.offset} bytes ahead, outside any window, is left out, and so are later ones`;
    this.sink.problem(problem('unexpected', message, { frame: s.frame, rfc: '7323#2.3' }), this.from);
  }

  private overflow(s: Segment): void {
    if (!this.saidFull) {
      this.saidFull = true;
      const name = this.held.cost > this.limits.reorderBytes ? 'reorderBytes' : 'heldBytes';
      const message = `a missing segment is not waited for any longer: too many bytes after it are held (limit ${name}, ${this.limits[name]})`;
      this.sink.problem(problem('limit', message, { frame: s.frame }), this.from);
    }
    this.settle();
    if (this.held.cost > 0) this.giveUp(s, this.held.start);
  }

  /** The bytes up to offset `end` are not in the capture; `unseen` as in Gap. */
  private giveUp(now: Moment, end: number, unseen = false): void {
    const { frame: certain, seconds, nanos } = now;
    const offset = this.offset;
    const behind = this.held.start === end ? this.held.startFrame : undefined;
    this.next = advance(this.next, end - offset);
    this.offset = end;
    this.sink.gap({ from: this.from, offset, size: end - offset, frame: behind ?? certain, unseen, seconds, nanos });
    this.release();
  }

  /** Delivers what is held and now next in line, and the FIN when all before it was. It comes at the moment `filled` when a hole was filled, else at its own. */
  private release(filled?: Moment): void {
    if (this.held.start === this.offset) {
      for (const piece of this.held.takeRun(this.offset))
        if (!this.discarded) this.deliver(piece.bytes, 0, piece.bytes.length, piece.origins, piece.frame, filled ?? piece, piece.acknowledged);
    }
    if (this.offset === this.fin && !this.closed && !this.discarded) {
      this.closed = true;
      this.sink.closed?.(this.from);
    }
  }

  /** Hands over `length` bytes of `buffer` from `start` on, which frame `source` brought and which the frame of `now` made available. */
  private deliver(buffer: Uint8Array, start: number, length: number, where: Whereabouts, source: number, now: Moment, acknowledged: number | undefined): void {
    const offset = this.offset;
    this.offset += length;
    this.next = advance(this.next, length);
    if (this.sink.counts?.(this.from, length, this.offset) !== true)
      this.sink.data(new Chunk(this.from, offset, buffer, start, length, now, where, acknowledged));
    this.recent?.push(buffer, start, length, offset, source);
  }
}
