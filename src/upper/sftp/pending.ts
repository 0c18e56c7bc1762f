/** Requests that wait for their answers. */
import type { Timestamp } from '../../capture/frame.ts';
import type { InnerMessage } from '../../ssh/model.ts';
import type { SshPacket } from '../../ssh/packet.ts';
import { type LoggedOperation, secondsBetween } from '../operations.ts';
import type { OpenFile, Tally } from './file.ts';

/** A request, with what its answer needs to be understood. */
export class Request {
  readonly type: number;
  /** `SSH_FXP_OPEN`. */
  readonly name: string;
  /** The operation that it is, or that it is one of many of. */
  operation: LoggedOperation | undefined = undefined;
  /** What counts it with others as one operation. */
  tally: Tally | undefined = undefined;
  /** The open file that it is about. */
  file: OpenFile | undefined = undefined;
  path = '';
  /** Name of an extended request. */
  extension: string | undefined = undefined;
  offset = 0;
  length = 0;
  /** What an OPEN or SETSTAT said, for when it is granted. */
  value: Readonly<Record<string, unknown>> | undefined = undefined;
  /** The next one with the same number, and of the first of these the last one. */
  next: Request | undefined = undefined;
  last: Request = this;
  private readonly packet: number;
  private readonly time: Timestamp;

  constructor(type: number, name: string, packet: SshPacket) {
    this.type = type;
    this.name = name;
    this.packet = packet.index;
    this.time = packet.time;
  }

  /** What the summary of the answer says of it. */
  get told(): string | undefined {
    return this.tally?.title ?? this.operation?.summary;
  }

  /** The answer came in `packet`. */
  answered(packet: SshPacket): InnerMessage['answers'] {
    return { packet: this.packet, latency: secondsBetween(this.time, packet.time) };
  }
}

/** Requests by number. Those that share a number are answered in their order. */
export class Pending {
  readonly limit: number;
  private readonly waiting = new Map<number, Request>();
  private count = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  has(id: number): boolean {
    return this.waiting.has(id);
  }

  /** False when there is no room. */
  add(id: number, request: Request): boolean {
    if (this.count >= this.limit) return false;
    this.count++;
    const first = this.waiting.get(id);
    if (first === undefined) this.waiting.set(id, request);
    else {
      first.last.next = request;
      first.last = request;
    }
    return true;
  }

  /** The oldest request `id`, which no longer waits. */
  take(id: number): Request | undefined {
    const request = this.waiting.get(id);
    if (request === undefined) return undefined;
    this.count--;
    const { next } = request;
    if (next === undefined) this.waiting.delete(id);
    else {
      next.last = request.last;
      this.waiting.set(id, next);
    }
    return request;
  }

  clear(): void {
    this.waiting.clear();
    this.count = 0;
  }
}
