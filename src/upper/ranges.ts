/** Which bytes of a file there are: ranges that do not touch, in order. */
import type { Span } from '../bytes/space.ts';

/** A set of byte offsets, kept as ranges. */
export class Ranges {
  /** More ranges were needed than are kept: what is told of holes is no longer true. */
  full = false;
  private readonly limit: number;
  private readonly starts: number[] = [];
  private readonly ends: number[] = [];
  private covered = 0;

  /** At most `limit` ranges are kept (limit transferRanges). */
  constructor(limit: number) {
    this.limit = limit;
  }

  /** Bytes in it, each counted once. */
  get bytes(): number {
    return this.covered;
  }

  /** The end of the last range; 0 when there is none. */
  get end(): number {
    return this.ends[this.ends.length - 1] ?? 0;
  }

  /** Adds `[start, end)`. False when there is no room for one more range: then it is left out. */
  add(start: number, end: number): boolean {
    if (end <= start) return true;
    const { starts, ends } = this;
    const last = ends.length - 1;
    if (ends[last] === start) {
      ends[last] = end; // in order, as nearly all files move
      this.covered += end - start;
      return true;
    }
    // The ranges from `first` up to `next` touch the new one and become one with it.
    const first = firstNotBelow(ends, start);
    let next = first;
    let [from, to] = [start, end];
    while (next < starts.length && (starts[next] as number) <= end) {
      from = Math.min(from, starts[next] as number);
      to = Math.max(to, ends[next] as number);
      this.covered -= (ends[next] as number) - (starts[next] as number);
      next++;
    }
    if (next === first && starts.length >= this.limit) {
      this.full = true;
      return false;
    }
    starts.splice(first, next - first, from);
    ends.splice(first, next - first, to);
    this.covered += to - from;
    return true;
  }

  /** What is missing in `[0, end)`. */
  missing(end = this.end): Span[] {
    const out: Span[] = [];
    let at = 0;
    for (let i = 0; i < this.starts.length && at < end; i++) {
      const start = Math.min(this.starts[i] as number, end);
      if (start > at) out.push({ start: at, end: start });
      at = this.ends[i] as number;
    }
    if (at < end) out.push({ start: at, end });
    return out;
  }

  /** What of `span` is in it. */
  within(span: Span): Span[] {
    const out: Span[] = [];
    for (let i = firstNotBelow(this.ends, span.start); i < this.starts.length && (this.starts[i] as number) < span.end; i++) {
      const [start, end] = [Math.max(this.starts[i] as number, span.start), Math.min(this.ends[i] as number, span.end)];
      if (start < end) out.push({ start, end });
    }
    return out;
  }
}

/** The index of the first of the ascending `values` that is not below `wanted`. */
function firstNotBelow(values: readonly number[], wanted: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] as number) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
