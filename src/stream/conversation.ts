/** One TCP connection: its two directions, and what is known of it. */
import type { Timestamp } from '../capture/frame.ts';
import type { Limits } from '../limits.ts';
import { addressText } from '../net/address.ts';
import { ACK, FIN, RST, type Segment, SYN } from '../net/segment.ts';
import type { Absent, End, Endpoint, Flow, FlowConsumer, FlowEnd, FlowHandler } from './chunk.ts';
import { type Decision, Detection } from './detection.ts';
import type { Budget } from './held.ts';
import { Reassembler } from './reassemble.ts';
import type { Deliveries } from './recent.ts';
import { advance } from './sequence.ts';

/** What a conversation shares with the others of its table. */
export interface Owner {
  readonly limits: Limits;
  readonly consumer: FlowConsumer;
  readonly budget: Budget;
  readonly deliveries: Deliveries;
  /** A conversation was found to be SSH. */
  opening(conversation: Conversation): void;
  /** One is over, SSH or not. */
  closing(conversation: Conversation): void;
  /** One was given up undecided for want of room. */
  crowded(): void;
}

/** The state of a flow while it may be SSH; `over` tells when it can be dropped. */
export class Conversation implements Flow, Decision {
  readonly stream: number;
  readonly ipVersion: 4 | 6;
  a: Endpoint = UNKNOWN;
  b: Endpoint = UNKNOWN;
  initiator: End | undefined = undefined;
  readonly firstFrame: number;
  lastFrame = 0;
  frameCount = 0;
  readonly start: Timestamp;
  lastSeconds = 0;
  private lastNanos = 0;
  /** Nothing more will be done with the flow: not SSH, or ended, or nobody takes its bytes. */
  over = false;
  /** Who is told of its segments all the same. */
  absent: Absent | undefined = undefined;
  /** Bytes that its handler keeps, as of the last call of `reckon`. */
  weight = 0;
  private readonly owner: Owner;
  /** Sequence number of the first byte of each end, if a SYN or its answer told it. */
  private startA: number | undefined;
  private startB: number | undefined;
  /** Made at the first data, so that a connection attempt costs little. */
  private directions: { readonly a: Reassembler; readonly b: Reassembler } | undefined;
  private detection: Detection | undefined;
  private handler: FlowHandler | undefined;
  /** A RST was seen that the other end may not have obeyed. */
  private doubtfulReset = false;

  constructor(stream: number, first: Segment, owner: Owner) {
    this.stream = stream;
    this.ipVersion = first.ipVersion;
    this.firstFrame = first.frame;
    this.start = { seconds: first.seconds, nanos: first.nanos };
    this.owner = owner;
  }

  get last(): Timestamp {
    return { seconds: this.lastSeconds, nanos: this.lastNanos };
  }

  beginningKnown(end: End): boolean {
    return (end === 'a' ? this.startA : this.startB) !== undefined;
  }

  /** True when the flow is SSH and not over. */
  get open(): boolean {
    return this.handler !== undefined;
  }

  /** Takes a segment of this connection, sent by `from`. */
  segment(s: Segment, from: End): void {
    this.lastFrame = s.frame;
    this.frameCount++;
    this.lastSeconds = s.seconds;
    this.lastNanos = s.nanos;
    if (this.handler?.weigh?.(s.end - s.start) === false) {
      this.absent = this.handler as Absent;
      this.drop();
      return;
    }
    if ((s.flags & SYN) !== 0) this.synchronise(s, from);
    if (this.directions === undefined) {
      if ((s.flags & RST) !== 0) this.over = true;
      if (this.over || (s.start === s.end && s.missing === 0 && (s.flags & FIN) === 0)) return;
    }
    const { a, b } = this.directions ?? this.listen(s, from);
    this.flow(s, from === 'a' ? a : b, from === 'a' ? b : a);
  }

  /** Asks the handler what it keeps now; gives by how much that is more than the last time. */
  reckon(): number {
    const before = this.weight;
    this.weight = this.handler?.kept ?? 0;
    return this.weight - before;
  }

  /** Ends the flow: delivers what waits, then tells the handler, once. What was seen of the end counts more than `how`. */
  finish(how: FlowEnd): void {
    if (this.over) return;
    const now = { frame: this.lastFrame, seconds: this.lastSeconds, nanos: this.lastNanos };
    // Also when undecided: what is delivered now may be what the verdict waits for.
    this.directions?.a.finish(now);
    this.directions?.b.finish(now);
    this.handler?.end(this.bothClosed ? 'fin' : this.doubtfulReset ? 'rst' : how);
    this.drop();
  }

  accept(): FlowHandler {
    this.owner.opening(this);
    const handler = this.owner.consumer.open(this);
    this.handler = handler;
    const { deliveries } = this.owner;
    this.directions?.a.redirect(handler, deliveries);
    this.directions?.b.redirect(handler, deliveries);
    this.detection = undefined;
    return handler;
  }

  /** What goes to the handler of a flow that is open goes from now on to the one that `change` gives for it. */
  hand(change: (handler: FlowHandler, conversation: Conversation) => FlowHandler): void {
    if (this.handler === undefined) return;
    this.handler = change(this.handler, this);
    this.directions?.a.pass(this.handler);
    this.directions?.b.pass(this.handler);
  }

  reject(crowded: boolean): void {
    if (crowded) this.owner.crowded();
    this.drop();
  }

  private get bothClosed(): boolean {
    return this.directions?.a.closed === true && this.directions.b.closed;
  }

  /** A SYN tells where its end starts, and a SYN with ACK where the other end did. */
  private synchronise(s: Segment, from: End): void {
    const answer = (s.flags & ACK) !== 0;
    this.initiator ??= answer ? other(from) : from;
    this.startAt(from, advance(s.sequence, 1));
    if (answer) this.startAt(other(from), s.acknowledgement);
  }

  private startAt(end: End, sequence: number): void {
    if (end === 'a') this.startA ??= sequence;
    else this.startB ??= sequence;
    this.directions?.[end].begin(sequence);
  }

  private listen(s: Segment, from: End): { readonly a: Reassembler; readonly b: Reassembler } {
    const source = { address: addressText(s.ipVersion, s.source), port: s.sourcePort };
    const destination = { address: addressText(s.ipVersion, s.destination), port: s.destinationPort };
    this.a = from === 'a' ? source : destination;
    this.b = from === 'a' ? destination : source;
    const { consumer, limits, budget } = this.owner;
    this.detection = new Detection(this, consumer, limits, budget, this);
    const a = new Reassembler('a', limits, budget, this.detection);
    const b = new Reassembler('b', limits, budget, this.detection);
    if (this.startA !== undefined) a.begin(this.startA);
    if (this.startB !== undefined) b.begin(this.startB);
    this.directions = { a, b };
    return this.directions;
  }

  /** The other end first: what its direction still waits for came before what this segment answers. */
  private flow(s: Segment, sender: Reassembler, receiver: Reassembler): void {
    receiver.settle();
    const acknowledged = (s.flags & ACK) === 0 ? undefined : receiver.acknowledged(s.acknowledgement);
    receiver.elapse(s);
    if (s.end > s.start) this.doubtfulReset = false;
    sender.take(s, acknowledged);
    sender.elapse(s);
    if ((s.flags & RST) !== 0) {
      if (sender.expects(s.sequence)) this.finish('rst');
      else this.doubtfulReset = true;
    } else if (receiver.finAcknowledged && sender.finAcknowledged) this.finish('fin');
  }

  private drop(): void {
    if (this.over) return;
    this.over = true;
    this.owner.closing(this);
    this.detection?.discard();
    this.directions?.a.discard();
    this.directions?.b.discard();
    this.detection = undefined;
    this.directions = undefined;
    this.absent ??= this.handler?.heir;
    this.handler = undefined;
  }
}

const UNKNOWN: Endpoint = { address: '', port: 0 };

function other(end: End): End {
  return end === 'a' ? 'b' : 'a';
}
