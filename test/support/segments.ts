/** Builds TCP segments and records what the stream layer makes of them. */
import type { Origin } from '../../src/bytes/space.ts';
import { latin1 } from '../../src/bytes/text.ts';
import { DEFAULT_LIMITS, type Limits } from '../../src/limits.ts';
import { ACK, FIN, RST, type Segment, SYN } from '../../src/net/segment.ts';
import type { Chunk, End, Flow, FlowEnd, Gap, Verdict } from '../../src/stream/chunk.ts';
import { FlowTable } from '../../src/stream/flows.ts';
import type { Problem } from '../../src/wire/problem.ts';

export const ascii = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));

/** `flags` is a string of the letters S, A, F, R. `seq` and `ack` wrap by themselves. The payload stands at byte 3 of a buffer of its own. */
export interface SegmentOptions {
  readonly frame?: number;
  readonly seconds?: number;
  readonly from?: End;
  readonly ipVersion?: 4 | 6;
  /** Last words of the addresses of a and b; the others are zero. */
  readonly hosts?: readonly [number, number];
  readonly ports?: readonly [number, number];
  readonly seq: number;
  readonly ack?: number;
  readonly flags?: string;
  readonly data?: string | Uint8Array;
  readonly missing?: number;
  readonly origins?: readonly Origin[];
}

/** Offset of the payload in the buffer, and in the frame. */
const LEAD = 3;
export const FRAME_OFFSET = 54;

export function segment(o: SegmentOptions): Segment {
  const payload = typeof o.data === 'string' ? ascii(o.data) : (o.data ?? new Uint8Array(0));
  const buffer = new Uint8Array(LEAD + payload.length + 2).fill(0xee);
  buffer.set(payload, LEAD);
  const [hostA, hostB] = o.hosts ?? [0x0a000001, 0x0a000002];
  const [portA, portB] = o.ports ?? [40000, 22];
  const a = { host: Uint32Array.of(0, 0, 0, hostA), port: portA };
  const b = { host: Uint32Array.of(0, 0, 0, hostB), port: portB };
  const [source, destination] = o.from === 'b' ? [b, a] : [a, b];
  const flags = [...(o.flags ?? (o.ack === undefined ? '' : 'A'))];
  return {
    frame: o.frame ?? 1,
    seconds: o.seconds ?? 1_700_000_000,
    nanos: 0,
    ipVersion: o.ipVersion ?? 4,
    source: source.host,
    destination: destination.host,
    sourcePort: source.port,
    destinationPort: destination.port,
    sequence: o.seq >>> 0,
    acknowledgement: (o.ack ?? 0) >>> 0,
    flags: flags.reduce((sum, f) => sum | ({ S: SYN, A: ACK, F: FIN, R: RST }[f] as number), 0),
    buffer,
    start: LEAD,
    end: LEAD + payload.length,
    frameOffset: FRAME_OFFSET,
    origins: o.origins,
    missing: o.missing ?? 0,
  };
}

export function limits(changes: Partial<Limits> = {}): Limits {
  return { ...DEFAULT_LIMITS, ...changes };
}

/** What one flow got, in order, and each kind by itself. */
export class Session {
  readonly flow: Flow;
  /** Takes bytes by their number alone. */
  counting = false;
  /** One line an event: `a 0 "text"`, `a gap 4+10`, `a closed`, `end fin`; problems as `a overlap`. */
  readonly log: string[] = [];
  readonly chunks: Chunk[] = [];
  readonly gaps: Gap[] = [];
  readonly problems: Problem[] = [];

  constructor(flow: Flow) {
    this.flow = flow;
  }

  /** All bytes of one end, without gaps. */
  bytes(from: End): string {
    return this.chunks
      .filter((c) => c.from === from)
      .map((c) => latin1(c.bytes))
      .join('');
  }

  counts(from: End, length: number, end: number): boolean {
    if (this.counting) this.log.push(`${from} counts ${length} to ${end}`);
    return this.counting;
  }

  data(chunk: Chunk): void {
    this.chunks.push(chunk.moved(chunk.bytes.slice(), 0));
    this.log.push(`${chunk.from} ${chunk.offset} ${JSON.stringify(latin1(chunk.bytes))}`);
  }

  gap(gap: Gap): void {
    this.gaps.push(gap);
    this.log.push(`${gap.from} gap ${gap.offset}+${gap.size}`);
  }

  problem(problem: Problem, from: End): void {
    this.problems.push(problem);
    this.log.push(`${from} ${problem.code}`);
  }

  closed(from: End): void {
    this.log.push(`${from} closed`);
  }

  end(how: FlowEnd): void {
    this.log.push(`end ${how}`);
  }
}

/** A flow table that records the sessions it finds. By default every flow with data is one. */
export class Recorder {
  readonly sessions: Session[] = [];
  readonly detections: string[] = [];
  readonly table: FlowTable;
  private frame = 0;

  constructor(detect: (a: string, b: string, flow: Flow) => Verdict = () => 'yes', changes: Partial<Limits> = {}) {
    this.table = new FlowTable(limits(changes), {
      detect: (flow, a, b) => {
        this.detections.push(`${latin1(a)}|${latin1(b)}`);
        return detect(latin1(a), latin1(b), flow);
      },
      open: (flow) => {
        const session = new Session(flow);
        this.sessions.push(session);
        return session;
      },
    });
  }

  /** Gives segments to the table; those without a frame number get the next ones. The buffer is wiped after each, as a reader would. */
  feed(...segments: readonly SegmentOptions[]): this {
    for (const o of segments) {
      this.frame = o.frame ?? this.frame + 1;
      const s = segment({ ...o, frame: this.frame });
      this.table.segment(s);
      this.table.settle();
      s.buffer.fill(0xdd);
    }
    return this;
  }

  /** `count` frames of the flow that carry nothing: acknowledgements of end a. */
  pass(count: number, seq: number, ack: number): this {
    for (let i = 0; i < count; i++) this.feed({ from: 'a', seq, ack });
    return this;
  }

  finish(): this {
    this.table.finish();
    return this;
  }

  /** The log of session `n`. */
  log(n = 0): readonly string[] {
    return this.sessions[n]?.log ?? [];
  }
}

/** SYN, SYN-ACK and ACK; the streams begin at sequence numbers `a` and `b`. */
export function handshake(a: number, b: number): SegmentOptions[] {
  return [
    { from: 'a', seq: a - 1, flags: 'S' },
    { from: 'b', seq: b - 1, ack: a, flags: 'SA' },
    { from: 'a', seq: a, ack: b },
  ];
}
