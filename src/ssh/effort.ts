/** How much work looking for a packet may cost: what a hostile capture could ask for has an end. */

/** Work is counted in units of about a nanosecond, so that the same capture gives the same result on every machine. */
export const COST = { compare: 1, streamByte: 2, peek: 500, block: 3000, open: 10_000, openByte: 5 } as const;

/** Work done for a whole run, by all its searches. */
export interface Spent {
  units: number;
}

/** What one search may still spend. */
export class Effort {
  private left: number;
  private readonly total: Spent;
  private readonly most: number;

  /** At most `units` for this search, and `most` for all that share `total`. */
  constructor(units: number, total: Spent, most: number) {
    this.left = units;
    this.total = total;
    this.most = most;
  }

  /** Counts `units`; false once there is nothing left. */
  spend(units: number): boolean {
    this.left -= units;
    this.total.units += units;
    return !this.exhausted;
  }

  get exhausted(): boolean {
    return this.left < 0 || this.total.units > this.most;
  }
}
