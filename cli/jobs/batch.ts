/** Results of one thread on their way to the output. */

/**
 * Parts (`RendererRow.parts`) in UTF-8, one after the other. Part i ends at `ends[i]` of `bytes` and came of call `ticks[i]`, counted over
 * all sessions.
 */
export interface Batch {
  readonly ticks: Float64Array;
  readonly ends: Uint32Array;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** All parts up to this call are in this batch or went before it. */
  readonly reached: number;
}

/** Bytes for which room is made at first. */
const ROOM = 64 * 1024;

/** Collects parts. They are encoded at once: as strings they would be copied over and over, by the garbage collector and from thread to thread. */
export class Batcher {
  /** Bytes collected. */
  size = 0;
  private readonly encoder = new TextEncoder();
  private ticks: number[] = [];
  private ends: number[] = [];
  private bytes = new Uint8Array(ROOM);

  add(tick: number, part: string | Uint8Array): void {
    if (part.length === 0) return;
    // UTF-8 takes three bytes for a UTF-16 unit at most.
    const most = typeof part === 'string' ? 3 * part.length : part.length;
    if (this.bytes.length - this.size < most) this.grow(this.size + most);
    if (typeof part === 'string') this.size += this.encoder.encodeInto(part, this.bytes.subarray(this.size)).written;
    else {
      this.bytes.set(part, this.size);
      this.size += part.length;
    }
    this.ticks.push(tick);
    this.ends.push(this.size);
  }

  /** What was collected, in memory of its own; collecting begins again. */
  take(reached: number): Batch {
    const { ticks, ends } = this;
    const bytes = this.bytes.slice(0, this.size);
    this.ticks = [];
    this.ends = [];
    this.size = 0;
    return { ticks: Float64Array.from(ticks), ends: Uint32Array.from(ends), bytes, reached };
  }

  private grow(room: number): void {
    const grown = new Uint8Array(Math.max(2 * this.bytes.length, room));
    grown.set(this.bytes.subarray(0, this.size));
    this.bytes = grown;
  }
}
