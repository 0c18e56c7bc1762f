/** The last bytes that one direction delivered, to tell a retransmission from a forgery. */

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

/**
 * A ring of the last delivered bytes of a stream with the frames that brought them. What has left the ring is not
 * compared any more.
 */
export class Recent {
  /** The byte of stream offset n is at n modulo the size of the ring. */
  private ring: Uint8Array<ArrayBuffer> = NOTHING;
  /** Where each run ends and the frame that brought it, in turn; once there are `MARKS`, each new one takes the place of the oldest. */
  private readonly marks: number[] = [];
  private runs = 0;
  /** The remembered bytes are those of stream offsets `floor` to `end`. */
  private floor = 0;
  private end = 0;

  /** Remembers `bytes`, which stand at stream offset `offset` (never before what was remembered last) and came in `frame`. */
  push(bytes: Uint8Array, offset: number, frame: number): void {
    if (offset !== this.end) this.floor = offset; // after a gap the ring has nothing of what lies before
    const end = offset + bytes.length;
    this.room(offset, end);
    this.end = end;
    put(this.ring, bytes.length > SIZE ? bytes.subarray(bytes.length - SIZE) : bytes, end);
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
    const mask = this.ring.length - 1;
    const to = Math.min(this.end, offset + bytes.length);
    for (let at = Math.max(this.floor, offset); at < to; at++) if (this.ring[at & mask] !== bytes[at - offset]) return at;
    return -1;
  }

  /** The frame that brought the remembered byte at stream offset `offset`. */
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
  }

  /** Grows the ring, up to its full size, so that it holds `floor` to `end`; its bytes reach up to `old` now. */
  private room(old: number, end: number): void {
    const before = this.ring;
    if (before.length === SIZE || (before.length > 0 && end - this.floor <= before.length)) return;
    const wanted = end - this.floor;
    const size = wanted <= FIRST_SIZE ? FIRST_SIZE : wanted <= HANDSHAKE_SIZE ? HANDSHAKE_SIZE : SIZE;
    this.ring = pools.get(size)?.pop() ?? new Uint8Array(size);
    for (let at = this.floor; at < old; ) {
      const from = at & (before.length - 1);
      const run = before.subarray(from, from + old - at);
      at += run.length;
      put(this.ring, run, at);
    }
    giveBack(before);
  }
}

function giveBack(ring: Uint8Array<ArrayBuffer>): void {
  const pool = pools.get(ring.length);
  if (pool !== undefined && pool.length < POOLED) pool.push(ring);
}

/** Writes `bytes`, no more than `ring` holds, so that they end before the place of stream offset `end`. */
function put(ring: Uint8Array, bytes: Uint8Array, end: number): void {
  const at = (end - bytes.length) & (ring.length - 1);
  const first = ring.length - at;
  if (first >= bytes.length) {
    ring.set(bytes, at);
    return;
  }
  ring.set(bytes.subarray(0, first), at);
  ring.set(bytes.subarray(first), 0);
}
