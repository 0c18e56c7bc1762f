/** The progress bar: on standard error, only for what takes longer than a moment. */
import type { SingleBar } from 'cli-progress';

/** Milliseconds of work before a bar is worth showing. */
const PATIENCE = 1000;
const MEGABYTE = 1_000_000;

/** A bar over the bytes of a file. */
export class Progress {
  private readonly total: number;
  private readonly started = Date.now();
  private bar: SingleBar | undefined;
  private asked = false;
  private running = false;

  /** `total` bytes are to be read. */
  constructor(total: number) {
    this.total = total;
  }

  update(bytes: number): void {
    if (Date.now() - this.started < PATIENCE) return;
    if (!this.asked) {
      this.asked = true;
      void this.load();
    }
    if (this.bar === undefined) return;
    const done = Math.min(bytes, this.total) / MEGABYTE;
    if (this.running) this.bar.update(Number(done.toFixed(1)));
    else this.bar.start(Number((this.total / MEGABYTE).toFixed(1)), Number(done.toFixed(1)));
    this.running = true;
  }

  /** Takes the bar away; the next update brings it back. */
  hide(): void {
    if (this.running) this.bar?.stop();
    this.running = false;
  }

  private async load(): Promise<void> {
    const { default: progress } = await import('cli-progress');
    const format = '{bar} {percentage}% of {total} MB, {eta_formatted} left';
    this.bar = new progress.SingleBar(
      { format, clearOnComplete: true, hideCursor: true, gracefulExit: false, stream: process.stderr },
      progress.Presets.shades_classic,
    );
  }
}
