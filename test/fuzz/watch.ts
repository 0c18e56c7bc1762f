/** Looks at the time and the memory that a case takes. */
import { msSince } from '../support/clock.ts';

/** A case that computes for longer hangs, for a user: each is printed in several ways. Time of this process only, so that a busy machine finds nothing. */
const SLOWEST_MS = 10_000;
/** Megabytes by which one case may raise the peak of the process. */
const MOST_MB = 400;
/** Megabytes that the process may have at its peak, whatever it does. `npm run fuzz` keeps its heap below half of that, so that garbage does not count. */
const PEAK_MB = 2000;

export class Watch {
  /** Milliseconds that the last case computed. */
  took = 0;
  private started = process.cpuUsage();
  private peak = 0;

  begin(): void {
    this.started = process.cpuUsage();
    this.peak = peakMb();
    this.took = 0;
  }

  /** Throws when the case was slow or took much. */
  end(): void {
    this.took = msSince(this.started);
    if (this.took > SLOWEST_MS) throw new Error(`took ${Math.round(this.took)} ms`);
    const peak = peakMb();
    if (peak - this.peak > MOST_MB || (peak > PEAK_MB && peak > this.peak))
      throw new Error(`the peak of the memory rose from ${Math.round(this.peak)} to ${Math.round(peak)} MB`);
  }
}

function peakMb(): number {
  return process.resourceUsage().maxRSS / 1024;
}
