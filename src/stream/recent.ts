/** The last bytes that one direction delivered, to tell a retransmission from a forgery. */
import { copyTo } from '../bytes/copy.ts';

/** Bytes remembered: a long handshake, and some segments of a transfer. Sizes are powers of 2. */
const SIZE = 8192;
/** Bytes there is room for at first, as most sessions of a scan bring no more than their identification string, and then for most handshakes. */
const FIRST_SIZE = 256;
const HANDSHAKE_SIZE = 4096;
/** Rings of flows that ended, for those that begin, by size: what is left in them lies outside of `floor` to `end`. */
const pools: ReadonlyMap<number, Uint8Array<ArrayBuffer>[]> = new Map([FIRST_SIZE, HANDSHAKE_SIZE, SIZE].map((size) => [size, []]));
const POOLED = 64;
const NOTHING = new Uint8Array(0);
/** Runs of bytes whose frame is remembered. */
const MARKS = 64;

/** What was delivered and not copied yet: `length` bytes of `buffer` from `start` on, which stand at `offset` and came in `frame`; then what came next. */
interface Delivery {
  readonly buffer: Uint8Array;
  readonly start: number;
  readonly length: number;
  readonly offset: number;
  readonly frame: number;
  next: Delivery | undefined;
}

/**
 * What may wait, in bytes: each delivery keeps its buffer, and takes some room itself, about that of the headers before its bytes in a
 * file. So a piece of a file seldom brings more, and at its end nothing waits.
 */
const MOST_WAITING = 1 << 20;
const DELIVERY_COST = 80;

/**
 * The directions of all flows that need not copy yet what they delivered, as the buffers still hold it. Most connections of a scan are
 * over before these change, and of a transfer only the last bytes are remembered.
 */
export class Deliveries {
  private waiting: Recent[] = [];
  /** What was delivered since the last `settle`, bytes, with what the deliveries take themselves. */
  cost = 0;

  /** `recent` has the first delivery that waits. */
  add(recent: Recent): void {
    this.waiting.push(recent);
  }

  count(length: number): void {
    this.cost += length + DELIVERY_COST;
    if (this.cost > MOST_WAITING) this.settle();
  }

  /** The buffers are about to change: what is to be remembered is copied. */
  settle(): void {
    if (this.cost === 0) return;
    for (const recent of this.waiting) recent.settle();
    this.waiting = [];
    this.cost = 0;
  }
}

/**
 * A ring of the last delivered bytes of a stream with the frames that brought them. What has left the ring is not
 * compared any more.
 */
export class Recent {
  private readonly deliveries: Deliveries;
  /** The byte of stream offset n is at n modulo the size of the ring. */
  private ring: Uint8Array<ArrayBuffer> = NOTHING;
  /** Where each run ends and the frame that brought it, in turn; once there are `MARKS`, each new one takes the place of the oldest. */
  private readonly marks: number[] = [];
  private runs = 0;
  /** The remembered bytes are those of stream offsets `floor` to `end`. */
  private floor = 0;
  private end = 0;
  /** Stream offset up to which bytes were delivered, those that wait included. */
  private reached = 0;
  /** The deliveries that wait. */
  private oldest: Delivery | undefined = undefined;
  private newest: Delivery | undefined = undefined;

  constructor(deliveries: Deliveries) {
    this.deliveries = deliveries;
  }

  /** Remembers `length` bytes of `buffer` from `start` on, which stand at stream offset `offset` (never before what was remembered last) and came in `frame`. */
  push(buffer: Uint8Array, start: number, length: number, offset: number, frame: number): void {
    this.reached = offset + length;
    const delivery: Delivery = { buffer, start, length, offset, frame, next: undefined };
    if (this.newest === undefined) {
      this.oldest = delivery;
      this.deliveries.add(this);
    } else this.newest.next = delivery;
    this.newest = delivery;
    this.deliveries.count(length);
  }

  /** Copies what waits. */
  settle(): void {
    for (let delivery = this.oldest; delivery !== undefined; delivery = delivery.next) this.take(delivery);
    this.oldest = undefined;
    this.newest = undefined;
  }

  /** Copies one delivery, unless later ones leave no room for it. */
  private take({ buffer, start, length, offset, frame }: Delivery): void {
    const end = offset + length;
    if (offset !== this.end) this.floor = offset; // after a gap the ring has nothing of what lies before
    if (end <= this.reached - SIZE) {
      this.floor = end;
      this.end = end;
      return;
    }
    this.room(offset, end);
    this.end = end;
    const kept = Math.min(length, SIZE);
    put(this.ring, buffer, start + length - kept, kept, end);
    if (this.floor < end - SIZE) this.floor = end - SIZE;
    const at = 2 * (this.runs++ % MARKS);
    if (this.marks.length === at) {
      this.marks.push(end, frame);
      return;
    }
    this.floor = Math.max(this.floor, this.marks[at] as number);
    this.marks[at] = end;
    this.marks[at + 1] = frame;
  }

  /** Stream offset of the first byte in which `bytes`, put at `offset`, differs from what is remembered there; -1 when none does. */
  firstDifference(bytes: Uint8Array, offset: number): number {
    this.settle();
    const mask = this.ring.length - 1;
    const to = Math.min(this.end, offset + bytes.length);
    for (let at = Math.max(this.floor, offset); at < to; at++) if (this.ring[at & mask] !== bytes[at - offset]) return at;
    return -1;
  }

  /** The frame that brought the byte at stream offset `offset` that `firstDifference` gave. */
  frameOf(offset: number): number {
    for (let i = Math.max(0, this.runs - MARKS); i < this.runs; i++) {
      const at = 2 * (i % MARKS);
      if ((this.marks[at] as number) > offset) return this.marks[at + 1] as number;
    }
    return 0;
  }

  /** Gives the ring back; nothing is remembered any more. */
  release(): void {
    giveBack(this.ring);
    this.ring = NOTHING;
    this.floor = this.end;
    this.oldest = undefined;
    this.newest = undefined;
  }

  /** Grows the ring, up to its full size, so that it holds `floor` to `end`; its bytes reach up to `old` now. */
  private room(old: number, end: number): void {
    const before = this.ring;
    if (before.length === SIZE || (before.length > 0 && end - this.floor <= before.length)) return;
    // At once for what waits behind these bytes, too.
    const wanted = this.reached - this.floor;
    const size = wanted <= FIRST_SIZE ? FIRST_SIZE : wanted <= HANDSHAKE_SIZE ? HANDSHAKE_SIZE : SIZE;
    this.ring = pools.get(size)?.pop() ?? new Uint8Array(size);
    // What left the ring is not there to be copied.
    for (let at = Math.max(this.floor, old - before.length); at < old; ) {
      const from = at & (before.length - 1);
      const run = Math.min(old - at, before.length - from);
      at += run;
      put(this.ring, before, from, run, at);
    }
    giveBack(before);
  }
}

function giveBack(ring: Uint8Array<ArrayBuffer>): void {
  const pool = pools.get(ring.length);
  if (pool !== undefined && pool.length < POOLED) pool.push(ring);
}

/** Writes `length` bytes of `from`, no more than `ring` holds, so that they end before the place of stream offset `end`. */
function put(ring: Uint8Array, from: Uint8Array, start: number, length: number, end: number): void {
  const at = (end - length) & (ring.length - 1);
  const first = Math.min(length, ring.length - at);
  copyTo(ring, at, from, start, start + first);
  copyTo(ring, 0, from, start + first, start + length);
}
