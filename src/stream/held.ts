/** Bytes of one direction that arrived before those that come before them. */
import type { Origin } from '../bytes/space.ts';
import type { Timestamp } from '../capture/frame.ts';
import type { Segment } from '../net/segment.ts';
import { originsOf } from './origins.ts';

/** What a held piece is taken to cost beside its bytes: its objects, and the time to move thousands of them in their list. */
const PIECE_COST = 1024;

/** A copy of payload bytes at a stream offset, and the frame that brought them. */
export interface Piece extends Timestamp {
  offset: number;
  readonly bytes: Uint8Array;
  readonly frame: number;
  /** What its frame acknowledged, as an offset in the other direction. */
  readonly acknowledged: number | undefined;
  readonly origins: readonly Origin[];
}

/** What all flows of a table hold together, bytes, and the most it ever was. */
export class Budget {
  bytes = 0;
  peak = 0;

  add(bytes: number): void {
    this.bytes += bytes;
    if (this.bytes > this.peak) this.peak = this.bytes;
  }
}

/** Pieces sorted by offset that do not overlap. */
export class Held {
  private pieces: Piece[] = [];
  /** Index of the first piece that was not taken: taking from the front of a long list one by one must not move the rest. */
  private head = 0;
  private readonly budget: Budget;
  /** What the pieces cost, bytes. */
  cost = 0;

  constructor(budget: Budget) {
    this.budget = budget;
  }

  /** Offset of the first byte held; infinite when there is none. */
  get start(): number {
    return this.pieces[this.head]?.offset ?? Number.POSITIVE_INFINITY;
  }

  /** The frame that brought the first byte held; undefined when there is none. */
  get startFrame(): number | undefined {
    return this.pieces[this.head]?.frame;
  }

  /** Offset after the last byte held; minus infinite when there is none. */
  get end(): number {
    if (this.pieces.length === 0) return Number.NEGATIVE_INFINITY;
    const last = this.pieces[this.pieces.length - 1] as Piece;
    return last.offset + last.bytes.length;
  }

  at(index: number): Piece | undefined {
    return this.pieces[index];
  }

  /** Index of the first piece that ends after `offset`. */
  indexAfter(offset: number): number {
    let low = this.head;
    let high = this.pieces.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const piece = this.pieces[middle] as Piece;
      if (piece.offset + piece.bytes.length > offset) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Puts a copy of the `length` payload bytes of `s` from `skip` on, which stand at `offset`, before piece `index`. */
  insert(index: number, offset: number, s: Segment, skip: number, length: number, acknowledged: number | undefined): void {
    const bytes = s.buffer.slice(s.start + skip, s.start + skip + length);
    const { frame, seconds, nanos } = s;
    this.pieces.splice(index, 0, { offset, bytes, frame, seconds, nanos, acknowledged, origins: originsOf(s, skip, length) });
    this.charge(length + PIECE_COST);
  }

  /** Takes out the pieces that follow each other without a hole from `offset` on. */
  takeRun(offset: number): Piece[] {
    const run: Piece[] = [];
    let end = offset;
    for (let p = this.pieces[this.head]; p?.offset === end; p = this.pieces[++this.head]) {
      run.push(p);
      end += p.bytes.length;
    }
    this.charge(offset - end - run.length * PIECE_COST);
    if (2 * this.head >= this.pieces.length) this.compact();
    return run;
  }

  /** Moves all offsets back by `distance`. */
  shift(distance: number): void {
    for (const p of this.pieces) p.offset -= distance;
  }

  /** Forgets everything. */
  discard(): void {
    this.head = this.pieces.length;
    this.compact();
    this.charge(-this.cost);
  }

  private compact(): void {
    this.pieces = this.pieces.slice(this.head);
    this.head = 0;
  }

  private charge(bytes: number): void {
    this.cost += bytes;
    this.budget.add(bytes);
  }
}
