/** What was asked for inside a channel and what came of it: the log that its record shows. */
import type { Timestamp } from '../capture/frame.ts';
import type { ChannelContent, Operation, Session, Side, Transfer } from '../ssh/model.ts';
import type { SshPacket } from '../ssh/packet.ts';
import { problem } from '../wire/problem.ts';

/** Seconds from `from` to `to`. */
export function secondsBetween(from: Timestamp, to: Timestamp): number {
  // Whole nanoseconds first: 0.1 seconds are 0.1, not 0.09999999.
  return ((to.seconds - from.seconds) * 1e9 + (to.nanos - from.nanos)) / 1e9;
}

/** What a channel carries, while it is found out. */
export class Content implements ChannelContent {
  protocol: string;
  detail: string;
  readonly operations: LoggedOperation[] = [];
  readonly transfers: Transfer[] = [];
  session: Session | undefined = undefined;

  constructor(protocol: string, detail = '') {
    this.protocol = protocol;
    this.detail = detail;
  }
}

/** An operation that waits for its answer, or had it. */
export class LoggedOperation implements Operation {
  readonly name: string;
  readonly side: Side;
  readonly frame: number;
  readonly time: Timestamp;
  /** Number of the packet in which it was asked for. */
  readonly packet: number;
  summary: string;
  status: string | undefined = undefined;
  succeeded: boolean | undefined = undefined;
  latency: number | undefined = undefined;

  constructor(name: string, side: Side, summary: string, packet: SshPacket) {
    this.name = name;
    this.side = side;
    this.summary = summary;
    this.frame = packet.frame;
    this.time = packet.time;
    this.packet = packet.index;
  }

  /** The answer came in `packet`. Gives what the answering message tells of it. */
  answer(packet: SshPacket, status: string | undefined, succeeded: boolean | undefined): { packet: number; latency: number } {
    const latency = secondsBetween(this.time, packet.time);
    this.status = status;
    this.succeeded = succeeded;
    this.latency = latency;
    return { packet: this.packet, latency };
  }
}

/** Keeps operations for the record, up to a limit. */
export class OperationLog {
  private readonly kept: LoggedOperation[];
  private readonly limit: number;
  private full = false;

  /** `content` is where they are kept, at most `limit` of them (limit channelOperations). */
  constructor(content: Content, limit: number) {
    this.kept = content.operations;
    this.limit = limit;
  }

  /** `side` asked for something in `packet`. The operation is followed in any case, and kept when there is room. */
  begin(name: string, side: Side, summary: string, packet: SshPacket): LoggedOperation {
    const operation = new LoggedOperation(name, side, summary, packet);
    if (this.kept.length < this.limit) this.kept.push(operation);
    else if (!this.full) {
      this.full = true;
      packet.problems.push(problem('limit', `the record leaves out operations of this channel from here on (limit channelOperations: ${this.limit})`));
    }
    return operation;
  }
}
