/** The results of several threads, brought into the order in which one thread would have given them. */
import type { Batch } from './batch.ts';

/** Told that the `size` bytes of a batch of a thread were written, so that it may send more. */
export type Written = (thread: number, size: number) => void;

/** What each thread gave and was not written yet. */
export class Turns {
  private readonly lanes: readonly Lane[];
  private readonly print: (part: Uint8Array) => void;
  private readonly written: Written;

  constructor(threads: number, print: (part: Uint8Array) => void, written: Written) {
    this.lanes = Array.from({ length: threads }, (_, thread) => new Lane(thread));
    this.print = print;
    this.written = written;
  }

  /** Takes the next batch of a thread. */
  add(thread: number, batch: Batch): void {
    this.lanes[thread]?.add(batch);
  }

  /** Bytes of a thread that wait. */
  waiting(thread: number): number {
    return this.lanes[thread]?.waiting ?? 0;
  }

  /** Writes all parts whose turn has come: no thread can give one any more that stands before them. */
  write(): void {
    for (;;) {
      const first = this.lanes.reduce((a, b) => (b.next < a.next ? b : a));
      let until = Number.POSITIVE_INFINITY;
      // The parts of one call come from one thread, so that no two lanes have the same next one.
      for (const other of this.lanes) if (other !== first) until = Math.min(until, other.empty ? other.reached : other.next);
      if (first.empty || first.next > until) return;
      first.write(until, this.print, this.written);
    }
  }
}

/** The batches of one thread. */
class Lane {
  /** The call up to which everything is known. */
  reached = 0;
  waiting = 0;
  private readonly thread: number;
  private batches: Batch[] = [];
  /** The next part: its index in the first batch, and where it begins there. */
  private part = 0;
  private start = 0;

  constructor(thread: number) {
    this.thread = thread;
  }

  get empty(): boolean {
    return this.batches.length === 0;
  }

  /** The call that the next part came of; infinity when there is none. */
  get next(): number {
    return this.batches[0]?.ticks[this.part] ?? Number.POSITIVE_INFINITY;
  }

  add(batch: Batch): void {
    this.reached = batch.reached;
    if (batch.ticks.length === 0) return;
    this.batches.push(batch);
    this.waiting += batch.bytes.length;
  }

  /** Writes the parts up to the call `until`. */
  write(until: number, print: (part: Uint8Array) => void, written: Written): void {
    for (let batch = this.batches[0]; batch !== undefined && this.next <= until; batch = this.batches[0]) {
      const end = batch.ends[this.part] as number;
      print(batch.bytes.subarray(this.start, end));
      this.start = end;
      if (++this.part < batch.ticks.length) continue;
      this.batches.shift();
      this.part = 0;
      this.start = 0;
      this.waiting -= batch.bytes.length;
      written(this.thread, batch.bytes.length);
    }
  }
}
