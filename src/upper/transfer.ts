/** A file that moves, while it does: what is known of it, which bytes came, and how it ended. */
import type { Span } from '../bytes/space.ts';
import type { Timestamp } from '../capture/frame.ts';
import type { Limits } from '../limits.ts';
import type { Channel, Session, Sink, Transfer } from '../ssh/model.ts';
import type { SshPacket } from '../ssh/packet.ts';
import { problem } from '../wire/problem.ts';
import type { Content } from './operations.ts';
import type { Place } from './protocol.ts';
import { Ranges } from './ranges.ts';

/** Bytes of a file as one message brings them: views of its packets, which follow each other. */
export class FileData {
  readonly length: number;
  readonly parts: readonly Uint8Array[];

  constructor(parts: readonly Uint8Array[]) {
    this.parts = parts;
    this.length = parts.reduce((sum, part) => sum + part.length, 0);
  }
}

/** Where transfers of a channel go: to its record, up to a limit, and to the sink. */
export class TransferLog {
  readonly session: Session;
  readonly channel: Channel;
  readonly limits: Limits;
  readonly sink: Sink;
  private readonly content: Content;
  private full = false;

  constructor({ session, channel, limits, sink }: Place, content: Content) {
    this.session = session;
    this.channel = channel;
    this.limits = limits;
    this.sink = sink;
    this.content = content;
  }

  /** A file begins to move with `packet`. */
  begin(protocol: Transfer['protocol'], direction: Transfer['direction'], path: string, packet: SshPacket): FileTransfer {
    const transfer = new FileTransfer(this, protocol, direction, path, packet);
    const { transfers } = this.content;
    if (transfers.length < this.limits.channelTransfers) transfers.push(transfer);
    else if (!this.full) {
      this.full = true;
      packet.problems.push(
        problem('limit', `the record leaves out files of this channel from here on (limit channelTransfers: ${this.limits.channelTransfers})`),
      );
    }
    return transfer;
  }
}

/** One file that moves in one direction. */
export class FileTransfer implements Transfer {
  readonly session: Session;
  readonly channel: Channel;
  readonly protocol: Transfer['protocol'];
  readonly direction: Transfer['direction'];
  readonly path: string;
  readonly firstFrame: number;
  readonly start: Timestamp;
  size: number | undefined = undefined;
  mode: number | undefined = undefined;
  modified: number | undefined = undefined;
  accessed: number | undefined = undefined;
  complete = false;
  note = '';
  lastFrame: number;
  end: Timestamp;
  private readonly log: TransferLog;
  private readonly ranges: Ranges;
  private left = false;

  constructor(log: TransferLog, protocol: Transfer['protocol'], direction: Transfer['direction'], path: string, packet: SshPacket) {
    this.log = log;
    this.session = log.session;
    this.channel = log.channel;
    this.protocol = protocol;
    this.direction = direction;
    this.path = path;
    this.firstFrame = packet.frame;
    this.lastFrame = packet.frame;
    this.start = packet.time;
    this.end = packet.time;
    this.ranges = new Ranges(log.limits.transferRanges);
  }

  get bytes(): number {
    return this.ranges.bytes;
  }

  /** Offset behind the last byte that moved. */
  get reach(): number {
    return this.ranges.end;
  }

  get holes(): readonly Span[] {
    return this.ranges.missing();
  }

  /** `data` at `offset` was sent, the end of it in `packet`. It is given to the sink, and counts once it is confirmed. */
  give(offset: number, data: FileData, packet: SshPacket): void {
    this.lastFrame = packet.frame;
    this.end = packet.time;
    const { transferBytes } = this.log.limits;
    if (offset + data.length > transferBytes) this.leaveOut(packet, `bytes behind offset ${transferBytes} (limit transferBytes)`);
    else this.pass(offset, data);
  }

  private pass(offset: number, { parts }: FileData): void {
    const { sink } = this.log;
    if (sink.content === undefined) return;
    let at = offset;
    for (const part of parts) {
      sink.content(this, at, part);
      at += part.length;
    }
  }

  /** `length` bytes at `offset` have moved. */
  confirm(offset: number, length: number, packet: SshPacket): void {
    this.lastFrame = packet.frame;
    this.end = packet.time;
    if (offset + length > this.log.limits.transferBytes) return;
    if (!this.ranges.add(offset, offset + length))
      this.leaveOut(packet, `some of its parts: they are too many (limit transferRanges: ${this.log.limits.transferRanges})`);
  }

  /** It is over. `faults` say why it is not complete, `remarks` what else is odd. */
  finish(faults: readonly string[], remarks: readonly string[] = []): void {
    const all = [...faults, ...holesText(this.holes)];
    if (this.size !== undefined && this.reach < this.size) all.push(`${this.reach} of ${this.size} bytes`);
    if (this.left) all.push('parts were left out');
    this.complete = all.length === 0;
    this.note = [...all, ...remarks].join('; ');
    this.log.sink.transfer?.(this);
  }

  private leaveOut(packet: SshPacket, what: string): void {
    if (!this.left) packet.problems.push(problem('limit', `of a file that moves are left out: ${what}`));
    this.left = true;
  }
}

function holesText(holes: readonly Span[]): string[] {
  const [first, second] = holes;
  if (first === undefined) return [];
  if (second === undefined) return [first.start === 0 ? `it begins at byte ${first.end}` : `a hole from byte ${first.start} to ${first.end}`];
  return [`${holes.length} holes, the first from byte ${first.start} to ${first.end}`];
}
