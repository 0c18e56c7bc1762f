/** The bytes of one direction that are waiting to be read, with the frames that brought them. */
import { copyOf } from '../bytes/copy.ts';
import { type Origin, Space } from '../bytes/space.ts';
import type { Timestamp } from '../capture/frame.ts';
import type { Chunk } from './chunk.ts';

/** A chunk as the queue remembers it: of its bytes only how many there were. */
type Mark = Chunk;

/** The four numbers of each `Origin`, in its order; or the frame offset of the only one, when it is one run of the frame of the piece. */
type Runs = readonly number[] | number;

/** A piece taken out of a queue. */
export class Taken {
  readonly length: number;
  /** Offset of the first byte in the stream. */
  readonly streamOffset: number;
  /** The frame that made the last byte available. */
  readonly frame: number;
  private readonly seconds: number;
  private readonly nanos: number;
  private readonly runs: Runs;
  private readonly kept: Uint8Array | undefined;
  private readonly exact: boolean;
  private made: Space | undefined = undefined;

  /** `kept` are the bytes, if they are wanted; `last` brought the last of them. */
  constructor(length: number, kept: Uint8Array | undefined, streamOffset: number, last: Mark | undefined, runs: Runs, exact: boolean) {
    this.length = length;
    this.kept = kept;
    this.streamOffset = streamOffset;
    this.frame = last?.frame ?? 0;
    this.seconds = last?.seconds ?? 0;
    this.nanos = last?.nanos ?? 0;
    this.runs = runs;
    this.exact = exact;
  }

  /** The time of `frame`. */
  get time(): Timestamp {
    return { seconds: this.seconds, nanos: this.nanos };
  }

  /** The bytes; zeros, if they were not kept. */
  get bytes(): Uint8Array {
    return this.kept ?? this.space.bytes;
  }

  /** The bytes and their frames; offsets count from the first byte. */
  get space(): Space {
    this.made ??= new Space(this.kept ?? this.length, this.origins, this.exact);
    return this.made;
  }

  private get origins(): Origin[] {
    const { runs, length, frame } = this;
    return typeof runs === 'number' ? [{ start: 0, length, frame, frameOffset: runs }] : originsOf(runs);
  }
}

function originsOf(runs: readonly number[]): Origin[] {
  const out: Origin[] = [];
  for (let i = 0; i < runs.length; i += 4) {
    const [start, length, frame, frameOffset] = runs.slice(i, i + 4) as [number, number, number, number];
    out.push({ start, length, frame, frameOffset });
  }
  return out;
}

const EMPTY = new Uint8Array(0);

/** Buffers of queues that ran empty, for those that must gather a packet of the usual largest size. */
const pool: Uint8Array<ArrayBuffer>[] = [];
const POOLED = 32;
const POOLED_BYTES = 40 * 1024;

function acquire(size: number): Uint8Array<ArrayBuffer> {
  if (size > POOLED_BYTES) return new Uint8Array(size);
  return size <= 1024 ? new Uint8Array(size) : (pool.pop() ?? new Uint8Array(POOLED_BYTES));
}

function giveBack(buffer: Uint8Array<ArrayBuffer>): void {
  if (buffer.length === POOLED_BYTES && pool.length < POOLED) pool.push(buffer);
}

function endOf(mark: Mark): number {
  return mark.offset + mark.length;
}

/** First in, first out. Bytes of the newest chunk are borrowed until `settle`, so that what is read at once is copied once. */
export class ByteQueue {
  /** The waiting bytes are the `length` bytes of `buffer` from `head` on, until the next call. */
  buffer: Uint8Array = EMPTY;
  head = 0;
  private tail = 0;
  private borrowed = false;
  /** Bytes that are expected to gather here. */
  private wanted = 0;
  private marks: Mark[] = [];
  private firstMark = 0;
  /** Offset in the stream of the first waiting byte. */
  offset = 0;

  get length(): number {
    return this.tail - this.head;
  }

  /** Bytes that its buffer takes. */
  get capacity(): number {
    return this.borrowed ? 0 : this.buffer.length;
  }

  /** What the sender of the first waiting byte had got of the other direction, or -1. */
  get acknowledged(): number {
    return this.marks[this.firstMark]?.acknowledged ?? -1;
  }

  /** The waiting bytes; valid until the next call. */
  get bytes(): Uint8Array {
    return this.buffer.subarray(this.head, this.tail);
  }

  /** The byte at `index`, which must be less than `length`. */
  at(index: number): number {
    return this.buffer[this.head + index] as number;
  }

  /** The big-endian uint32 at `index`; four bytes must be there. */
  uint32(index: number): number {
    const p = this.head + index;
    const b = this.buffer;
    return ((b[p] as number) * 0x1000000 + (((b[p + 1] as number) << 16) | ((b[p + 2] as number) << 8) | (b[p + 3] as number))) >>> 0;
  }

  /**
   * Adds bytes `start` to `end` of a chunk (all unless given; parts in their order). When nothing waits they are borrowed: call
   * `settle` before they change.
   */
  push(chunk: Chunk, start = 0, end = chunk.length): void {
    const last = this.marks.length - 1;
    // An array asked for element -1 takes a hundred times as long to say that it has none.
    if (last < 0 || this.marks[last] !== chunk) this.marks.push(chunk);
    if (this.length === 0) {
      this.buffer = chunk.buffer;
      this.head = chunk.start + start;
      this.tail = chunk.start + end;
      this.borrowed = true;
      this.offset = chunk.offset + start;
      return;
    }
    this.room(end - start);
    this.buffer.set(start === 0 && end === chunk.length ? chunk.bytes : chunk.buffer.subarray(chunk.start + start, chunk.start + end), this.tail);
    this.tail += end - start;
  }

  /** Says that so many bytes will be waited for, so that room for all is made at once. */
  reserve(length: number): void {
    this.wanted = length;
  }

  /** Bytes that are missing of those waited for. */
  get missing(): number {
    return Math.max(0, this.wanted - this.length);
  }

  /** The first `length` bytes, which must be there; valid until the next chunk comes. */
  view(length: number): Uint8Array {
    return this.buffer.subarray(this.head, this.head + length);
  }

  /** The frame that made the first `length` bytes available, which must be there. */
  frameOf(length: number): number {
    return this.markOf(this.offset + length - 1)?.frame ?? 0;
  }

  /** Takes `length` bytes out, which must be there: a copy of them with `keep`, else only the frames that brought them. */
  take(length: number, keep = true): Taken {
    const from = this.offset;
    const bytes = keep ? copyOf(this.buffer, this.head, this.head + length) : undefined;
    const taken = this.takenFromOne(from, length, bytes) ?? this.takenFromMany(from, length, bytes);
    this.skip(length);
    return taken;
  }

  /** The piece when all of it came in one segment, as most do. */
  private takenFromOne(from: number, length: number, bytes: Uint8Array | undefined): Taken | undefined {
    const mark = this.marks[this.firstMark];
    if (mark?.frameOffset === undefined || length === 0 || endOf(mark) < from + length) return undefined;
    return new Taken(length, bytes, from, mark, mark.frameOffset + from - mark.offset, mark.exact);
  }

  private takenFromMany(from: number, length: number, bytes: Uint8Array | undefined): Taken {
    return new Taken(length, bytes, from, this.markOf(from + Math.max(length, 1) - 1), this.runs(from, from + length), this.isExact(from + length));
  }

  /** Drops `length` bytes, which must be there. */
  skip(length: number): void {
    this.head += length;
    this.offset += length;
    this.wanted = 0;
    while (this.firstMark < this.marks.length && endOf(this.marks[this.firstMark] as Mark) <= this.offset) this.firstMark++;
    if (this.firstMark > 64 && this.firstMark * 2 > this.marks.length) {
      this.marks.splice(0, this.firstMark);
      this.firstMark = 0;
    }
    if (this.head === this.tail) this.clear();
  }

  /** Drops all bytes. */
  clear(): void {
    this.offset += this.length;
    this.head = 0;
    this.tail = 0;
    // Popped, it keeps its room, which a new one would have to get again for the next packet.
    while (this.marks.length > 0) this.marks.pop();
    this.firstMark = 0;
    if (!this.borrowed) giveBack(this.buffer as Uint8Array<ArrayBuffer>);
    this.buffer = EMPTY;
    this.borrowed = false;
    this.wanted = 0;
  }

  /** Makes borrowed bytes the queue's own. */
  settle(): void {
    if (this.borrowed) this.move(this.length);
  }

  private room(more: number): void {
    if (!this.borrowed && this.tail + more <= this.buffer.length) return;
    this.move(Math.max(2 * this.length, this.length + more));
  }

  /** Brings the waiting bytes to the front of a buffer that has room for `size`, and for what is expected. */
  private move(size: number): void {
    const from = this.buffer as Uint8Array<ArrayBuffer>;
    const to = acquire(Math.max(size, this.wanted));
    to.set(this.bytes);
    if (!this.borrowed) giveBack(from);
    this.tail -= this.head;
    this.head = 0;
    this.buffer = to;
    this.borrowed = false;
  }

  private markOf(offset: number): Mark | undefined {
    for (let i = this.firstMark; i < this.marks.length; i++) if (endOf(this.marks[i] as Mark) > offset) return this.marks[i];
    return this.marks[this.marks.length - 1];
  }

  /** Whether the waiting bytes before `to` have exact origins. */
  private isExact(to: number): boolean {
    for (let i = this.firstMark; i < this.marks.length && (this.marks[i] as Mark).offset < to; i++) if (!(this.marks[i] as Mark).exact) return false;
    return true;
  }

  /** The runs of the stream bytes `[from, to)`, counted from `from`. */
  private runs(from: number, to: number): readonly number[] {
    let out: number[] | undefined;
    for (let i = this.firstMark; i < this.marks.length; i++) {
      const mark = this.marks[i] as Mark;
      if (mark.offset >= to) break;
      for (const o of mark.origins) {
        const begin = mark.offset + o.start;
        const start = Math.max(from, begin);
        const end = Math.min(to, begin + o.length);
        if (start >= end) continue;
        // Mostly there is one run: a literal takes no more room than it needs.
        if (out === undefined) out = [start - from, end - start, o.frame, o.frameOffset + start - begin];
        else out.push(start - from, end - start, o.frame, o.frameOffset + start - begin);
      }
    }
    return out ?? [];
  }
}
