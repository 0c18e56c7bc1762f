/** What the stream layer hands to the SSH layer: the ordered bytes of both directions of a TCP connection. */
import type { Origin } from '../bytes/space.ts';
import type { Timestamp } from '../capture/frame.ts';
import type { Problem } from '../wire/problem.ts';

/** The two ends of a flow: `a` sent the first frame that the capture holds. Who is SSH client is decided elsewhere. */
export type End = 'a' | 'b';

export interface Endpoint {
  /** IPv4 dotted, IPv6 as RFC 5952 writes it. */
  readonly address: string;
  readonly port: number;
}

/** The frame at which something came to be known; a segment is one. */
export interface Moment extends Timestamp {
  readonly frame: number;
}

/** Where bytes lie in the capture: in these places, or in one piece of the frame that made them available, from this offset on. */
export type Whereabouts = readonly Origin[] | number;

/**
 * Consecutive bytes that one end sent: `length` bytes of `buffer` from `start` on. They may be in the read buffer and are valid only
 * during the call: who keeps them copies them. Neither a view of them nor their origins are made before somebody asks.
 */
export class Chunk implements Moment {
  readonly from: End;
  /** Offset in the stream of that direction: 0 is the first byte after the SYN, or the first byte seen when there was none. */
  readonly offset: number;
  readonly buffer: Uint8Array;
  readonly start: number;
  readonly length: number;
  /** The frame that made these bytes available: the one that brought them, or that filled the hole before them. The time is its own. */
  readonly frame: number;
  readonly seconds: number;
  readonly nanos: number;
  /** What its sender had got of the other direction, as an offset in that stream, or -1: these bytes cannot answer anything behind it. */
  readonly acknowledged: number;
  /** False when the bytes were inflated, so that each comes from the whole of the origins. */
  readonly exact: boolean;
  private readonly whereabouts: Whereabouts;
  private made: Uint8Array | undefined = undefined;

  constructor(
    from: End,
    offset: number,
    buffer: Uint8Array,
    start: number,
    length: number,
    now: Moment,
    whereabouts: Whereabouts,
    acknowledged = -1,
    exact = true,
  ) {
    this.from = from;
    this.offset = offset;
    this.buffer = buffer;
    this.start = start;
    this.length = length;
    this.frame = now.frame;
    this.seconds = now.seconds;
    this.nanos = now.nanos;
    this.acknowledged = acknowledged;
    this.exact = exact;
    this.whereabouts = whereabouts;
  }

  get bytes(): Uint8Array {
    this.made ??= this.buffer.subarray(this.start, this.start + this.length);
    return this.made;
  }

  /** Offset of the first byte in `frame`, when all of them lie there one behind the other. */
  get frameOffset(): number | undefined {
    return typeof this.whereabouts === 'number' ? this.whereabouts : undefined;
  }

  /** Where each byte lies in the capture; `start` of an origin counts from the first byte of this chunk. */
  get origins(): readonly Origin[] {
    const { whereabouts, length, frame } = this;
    return typeof whereabouts === 'number' ? [{ start: 0, length, frame, frameOffset: whereabouts }] : whereabouts;
  }

  /** The same, with its bytes in `buffer` from `start` on. */
  moved(buffer: Uint8Array, start: number): Chunk {
    return new Chunk(this.from, this.offset, buffer, start, this.length, this, this.whereabouts, this.acknowledged, this.exact);
  }
}

/** Bytes of one direction that the capture does not hold. */
export interface Gap extends Timestamp {
  readonly from: End;
  readonly offset: number;
  readonly size: number;
  /** The frame that brought the first byte behind it; when nothing is there, the one at which it became certain. */
  readonly frame: number;
  /** Only acknowledgements tell of it: its last byte may be none but the number of a FIN (RFC 9293 section 3.4). */
  readonly unseen: boolean;
}

/** How a flow ended: FIN of both ends, RST, a new SYN on the same ports, silence, the end of the capture, or a limit. */
export type FlowEnd = 'fin' | 'rst' | 'reused' | 'idle' | 'capture' | 'limit';

/** What is known of a flow; the counters move on as the flow does. */
export interface Flow {
  /** Number of the TCP conversation in the capture, from 0, as Wireshark's tcp.stream. */
  readonly stream: number;
  readonly ipVersion: 4 | 6;
  readonly a: Endpoint;
  readonly b: Endpoint;
  /** The end that sent the SYN (not the SYN-ACK), if the capture holds it or the answer to it. */
  readonly initiator: End | undefined;
  /** True when it is known with which sequence number `end` began, so that none of its bytes can be missing unnoticed before the first seen. */
  beginningKnown(end: End): boolean;
  readonly firstFrame: number;
  readonly lastFrame: number;
  readonly frameCount: number;
  readonly start: Timestamp;
  readonly last: Timestamp;
}

/** Takes the bytes of one flow, in order. */
export interface FlowHandler {
  data(chunk: Chunk): void;
  /** Takes `length` bytes, those before stream offset `end`, by their number alone. False: it looks at them, and wants them by `data`. */
  counts?(from: End, length: number, end: number): boolean;
  gap(gap: Gap): void;
  /** Something odd in the TCP stream itself (conflicting overlap, limit reached, bytes cut by the snap length). */
  problem(problem: Problem, from: End): void;
  /** Bytes that it keeps now until the end of the flow, about. */
  readonly kept?: number;
  /** No more data will come from one end (its FIN was delivered in order). */
  closed?(from: End): void;
  /** The flow is over; called once. */
  end(how: FlowEnd): void;
  /**
   * Told of each segment of the flow before its bytes, with their number. False: nobody takes them here, and nothing but this is called any
   * more; who has forgotten the flow by then may be told of those of several.
   */
  weigh?(bytes: number): boolean;
  /** Who is told of the segments that come after the end, by the same ports, in its place. */
  readonly heir?: Absent;
}

/** Who is told of the segments of flows whose bytes nobody takes. */
export type Absent = Required<Pick<FlowHandler, 'weigh'>>;

/** What a flow's first bytes say: it is wanted, it is not, or more must be seen. */
export type Verdict = 'yes' | 'no' | 'more';

/** Who consumes flows. */
export interface FlowConsumer {
  /**
   * Looks at the first bytes that each end sent, as far as they are there (at most `Limits.detectBytes` each).
   * `flow.initiator` undefined means that the capture began in the middle of the flow.
   */
  detect(flow: Flow, a: Uint8Array, b: Uint8Array): Verdict;
  /** Called once when `detect` says yes; then everything from the first byte on is handed over. */
  open(flow: Flow): FlowHandler;
}
