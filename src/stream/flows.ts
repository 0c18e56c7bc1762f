/** All TCP connections of a capture: gives each segment to its flow, and keeps only what may be SSH. */
import type { Limits } from '../limits.ts';
import { ACK, FIN, RST, type Segment, SYN } from '../net/segment.ts';
import { type Problem, problem } from '../wire/problem.ts';
import type { FlowConsumer } from './chunk.ts';
import { Conversation, type Owner } from './conversation.ts';
import { FlowIndex } from './flow-index.ts';
import { Budget } from './held.ts';
import { Deliveries } from './recent.ts';

/** Places within a frame in `FlowTable.turn`: those of the records, then the flow that the frame ends, then its own. Frames count up to 2^32. */
const PLACES = 2 ** 21;
const ENDS = PLACES - 2;
const OWN = PLACES - 1;

const NONE: never[] = [];

/**
 * The table of flows. A flow that is not SSH costs a record of 64 bytes. Records age in two generations: one that no
 * segment touched while Limits.flows / 2 others were new or touched is forgotten; if its flow comes back, it is one
 * that began in the middle. Open SSH flows stay; only when a new one finds Limits.sessions of them, or they keep more than
 * Limits.sessionBytes, some are ended: one that alone keeps a large part of that, else the longest silent ones. Flows that
 * were closed and then silent for Limits.idleSeconds are forgotten too.
 *
 * As long as no limit is reached (`strained`), which records there are follows from the headers of the segments alone: it
 * is the same whether or not somebody takes the bytes of an SSH flow.
 */
export class FlowTable {
  private readonly limits: Limits;
  private readonly owner: Owner;
  /** TCP conversations seen, as Wireshark numbers them (tcp.stream). */
  streams = 0;
  /** Segments passed over by `ignores`. */
  ignored = 0;
  /** When what happens now happens: grows with each frame and each flow that it has something happen to. */
  turn = 0;
  private readonly index = new FlowIndex();
  /** The conversation of each record, unless it is over and nobody is told of its segments. */
  private conversations: (Conversation | undefined)[] = NONE;
  /** SSH flows, in the order in which they were found to be. */
  private readonly opened = new Set<Conversation>();
  private generation = 0;
  /** Records touched in this generation. */
  private young = 0;
  private sweptAt: number | undefined;
  private segmentsSinceSweep = 0;
  private forgotten = 0;
  private forgottenAt = 0;
  private ended = 0;
  private endedAt = 0;
  /** Bytes that SSH flows keep, and the most that these were. */
  private kept = 0;
  private mostKept = 0;
  private heavy = 0;
  private heavyAt = 0;
  private givenUp = 0;
  private givenUpAt = 0;
  /** Number of the frame that came last. */
  frame = 0;
  /** Segments so far of SSH flows whose bytes somebody takes. */
  followed = 0;
  /** The most SSH flows that were open at one time. */
  private peak = 0;

  constructor(limits: Limits, consumer: FlowConsumer) {
    this.limits = limits;
    // Set here, as it is set again: see FlowIndex.
    this.conversations = [];
    this.owner = {
      limits,
      consumer,
      budget: new Budget(),
      deliveries: new Deliveries(),
      opening: (conversation) => {
        if (this.opened.size >= limits.sessions) this.makeRoom(conversation);
        this.opened.add(conversation);
        this.peak = Math.max(this.peak, this.opened.size);
      },
      closing: (conversation) => {
        this.opened.delete(conversation);
        this.kept -= conversation.weight;
        conversation.weight = 0;
      },
      crowded: () => {
        if (this.givenUp++ === 0) this.givenUpAt = this.frame;
      },
    };
  }

  /** Flows in the table now. */
  get flows(): number {
    return this.index.count;
  }

  /** SSH flows that are not over. */
  get sessions(): number {
    return this.opened.size;
  }

  /** Frames so far of each SSH flow that is not over. */
  frameCounts(): number[] {
    return Array.from(this.opened, ({ frameCount }) => frameCount);
  }

  /** Calls `change` for each SSH flow that is not over, in the order in which they began to be some. */
  hand(change: Parameters<Conversation['hand']>[0]): void {
    for (const conversation of this.opened) conversation.hand(change);
  }

  /** Bytes held back or kept for undecided flows now; bounded by Limits.heldBytes and the segment at hand. */
  get held(): number {
    return this.owner.budget.bytes;
  }

  /** Whether so much was held that `parts` tables like this one may have reached a limit, had they been one. */
  strained(parts: number): boolean {
    const { limits, owner, peak, generation, mostKept } = this;
    const bytes = owner.budget.peak > limits.heldBytes / parts || mostKept > limits.sessionBytes / parts;
    return bytes || generation > 0 || peak >= limits.sessions / parts || limits.flows > ENDS / 2;
  }

  /** What the table had to leave out. */
  get problems(): Problem[] {
    const out: Problem[] = [];
    const say = (count: number, what: string, limit: keyof Limits, frame: number) => {
      if (count > 0) out.push(problem('limit', `${what} (limit ${limit}, ${this.limits[limit]}): ${count}`, { frame }));
    };
    say(this.forgotten, 'TCP connections forgotten before they were closed, to make room for others', 'flows', this.forgottenAt);
    say(this.ended, 'SSH sessions left before their end, to make room for others', 'sessions', this.endedAt);
    say(this.heavy, 'SSH sessions left before their end, as all together kept too much', 'sessionBytes', this.heavyAt);
    say(this.givenUp, 'TCP connections not looked at, for want of room for their first bytes', 'heldBytes', this.givenUpAt);
    return out;
  }

  /** Whether a segment of the frame `number` without SYN, FIN and RST between these ends (`FlowIndex.findIpv4`) is of a flow that nothing comes of: it counts as taken then. */
  ignores(source: number, destination: number, ports: number, number: number): boolean {
    return this.passes(this.index.findIpv4(source, destination, ports), number);
  }

  /** The same for a segment of IPv6, of which the addresses and ports are looked at. */
  ignoresIpv6(s: Segment, number: number): boolean {
    return this.passes(this.index.find(s), number);
  }

  private passes(record: number, number: number): boolean {
    if (2 * (this.segmentsSinceSweep + 1) > this.index.count) return false;
    if (record < 0 || this.conversations[record] !== undefined || !this.index.settled(record, this.generation)) return false;
    this.segmentsSinceSweep++;
    this.ignored++;
    this.frame = number;
    return true;
  }

  /** Takes the next segment of the capture. Its buffer must not change before `settle`. */
  segment(s: Segment): void {
    this.frame = s.frame;
    if (2 * ++this.segmentsSinceSweep > this.index.count) this.sweep(s.seconds);
    let record = this.index.find(s);
    if (record < 0 || ((s.flags & (SYN | FIN | RST)) !== 0 && this.startsAnew(record, s))) record = this.begin(record, s);
    this.turn = s.frame * PLACES + OWN;
    const a = this.index.forward;
    if (!this.index.settled(record, this.generation)) this.note(record, a, s);
    const conversation = this.conversations[record];
    if (conversation !== undefined) this.converse(conversation, record, s, a);
    if (this.young >= this.limits.flows / 2) this.forget(); // at the end: it moves the records
  }

  /** The buffers of the segments up to now are about to change. */
  settle(): void {
    this.owner.deliveries.settle();
  }

  /** Brings the record of the flow of `s` up to date. */
  private note(record: number, a: boolean, s: Segment): void {
    this.index.noteBase(record, a, (s.flags & SYN) !== 0 ? s.sequence : s.sequence - 1);
    if (this.index.touch(record, s, this.generation)) this.young++;
  }

  /** The capture is over: ends all flows. */
  finish(): void {
    for (let record = 0; record < this.conversations.length; record++) {
      this.turn = (this.frame + 1) * PLACES + record;
      this.conversations[record]?.finish('capture');
    }
    this.index.keepOnly(() => false);
    this.conversations = [];
  }

  private converse(conversation: Conversation, record: number, s: Segment, a: boolean): void {
    if (conversation.over) conversation.absent?.weigh(s.end - s.start);
    else {
      conversation.segment(s, a ? 'a' : 'b');
      if (s.end > s.start) this.reckon(conversation);
      if (conversation.open) this.followed++;
    }
    if (conversation.over && conversation.absent === undefined) this.conversations[record] = undefined;
  }

  /** Counts what `conversation` keeps now. */
  private reckon(conversation: Conversation): void {
    this.kept += conversation.reckon();
    if (this.kept > this.mostKept) this.mostKept = this.kept;
    if (this.kept > this.limits.sessionBytes) this.lighten();
  }

  /** A SYN, FIN or RST on a known flow: true when it is the SYN of a new connection between the same ends. */
  private startsAnew(record: number, s: Segment): boolean {
    const { index } = this;
    if ((s.flags & SYN) !== 0) {
      // A retransmitted SYN has the same number. One with ACK counts only after an end: Wireshark, too, takes a second answer for the same connection's.
      const mayBeNew = (s.flags & ACK) === 0 || index.ended(record);
      return mayBeNew && index.otherBase(record, index.forward, s.sequence);
    }
    index.close(record, index.forward, (s.flags & RST) !== 0);
    return false;
  }

  /** A flow that begins with `s`, in the place of the one at `record` or, if that is -1, in a new one. Gives its record. */
  private begin(record: number, s: Segment): number {
    let at = record;
    if (at < 0) {
      at = this.index.add(s);
    } else {
      this.turn = s.frame * PLACES + ENDS;
      this.conversations[at]?.finish('reused');
      this.index.reset(at, s);
    }
    if ((s.flags & ACK) !== 0) this.index.noteBase(at, false, s.acknowledgement - 1);
    this.conversations[at] = new Conversation(this.streams++, s, this.owner);
    return at;
  }

  /** Ends the generation: forgets the records that it did not touch. */
  private forget(): void {
    this.keepOnly((record, conversation) => {
      if (conversation?.open === true || this.index.generation(record) === this.generation) return true;
      if (!this.index.closed(record) && this.forgotten++ === 0) this.forgottenAt = this.frame;
      return false;
    });
    this.generation++;
    this.young = 0;
  }

  /**
   * Forgets what was closed long ago. At most once in Limits.idleSeconds of the capture's time, and in half as many
   * segments as there are records: a capture with wild times costs no more.
   */
  private sweep(now: number): void {
    this.segmentsSinceSweep = 0;
    this.sweptAt ??= now;
    const idle = this.limits.idleSeconds;
    if (Math.abs(now - this.sweptAt) < idle) return;
    this.sweptAt = now;
    this.keepOnly((record) => {
      if (!this.index.closed(record) || ((now - this.index.silentSince(record)) | 0) < idle) return true;
      if (this.index.generation(record) === this.generation) this.young--;
      return false;
    });
  }

  private keepOnly(keep: (record: number, conversation: Conversation | undefined) => boolean): void {
    const kept: (Conversation | undefined)[] = [];
    this.index.keepOnly((record) => {
      const conversation = this.conversations[record];
      const keeps = keep(record, conversation);
      if (keeps) kept.push(conversation);
      else {
        this.turn = this.frame * PLACES + record;
        conversation?.finish('idle');
      }
      return keeps;
    });
    this.conversations = kept;
  }

  /** Ends the eighth of the SSH flows that was silent for longest. */
  private makeRoom(newcomer: Conversation): void {
    const byAge = [...this.opened].sort((x, y) => x.lastFrame - y.lastFrame);
    for (const conversation of byAge.slice(0, Math.max(1, this.limits.sessions >>> 3))) {
      const idle = newcomer.lastSeconds - conversation.lastSeconds > this.limits.idleSeconds;
      conversation.finish(idle ? 'idle' : 'limit');
      if (this.ended++ === 0) this.endedAt = this.frame;
    }
  }

  /** Ends SSH flows until they keep an eighth less than they may: first those that keep a sixteenth of it by themselves, then the longest silent. */
  private lighten(): void {
    const { sessionBytes } = this.limits;
    const greedy = (c: Conversation) => (c.weight > sessionBytes / 16 ? c.weight : 0);
    const order = [...this.opened].sort((x, y) => greedy(y) - greedy(x) || x.lastFrame - y.lastFrame);
    for (const conversation of order) {
      if (this.kept <= sessionBytes - sessionBytes / 8) return;
      conversation.finish('limit');
      if (this.heavy++ === 0) this.heavyAt = this.frame;
    }
  }
}
