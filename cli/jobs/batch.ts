/** Results of one thread on their way to the output. */

/** Parts (`RendererRow.parts`) one after the other. Part i ends at `ends[i]` of `text` and came of call `ticks[i]`, counted over all sessions. */
export interface Batch {
  readonly ticks: Float64Array;
  readonly ends: Uint32Array;
  readonly text: string;
  /** All parts up to this call are in this batch or went before it. */
  readonly reached: number;
}

/** Collects parts. */
export class Batcher {
  private ticks: number[] = [];
  private ends: number[] = [];
  private text = '';

  /** Characters collected. */
  get size(): number {
    return this.text.length;
  }

  add(tick: number, part: string): void {
    if (part === '') return;
    this.text += part;
    this.ticks.push(tick);
    this.ends.push(this.text.length);
  }

  /** What was collected; collecting begins again. */
  take(reached: number): Batch {
    const { ticks, ends, text } = this;
    this.ticks = [];
    this.ends = [];
    this.text = '';
    return { ticks: Float64Array.from(ticks), ends: Uint32Array.from(ends), text, reached };
  }
}
