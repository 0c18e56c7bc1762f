/** How much work looking for a packet, or for the secret that fits, may cost: what a hostile capture could ask for has an end. */
import type { Limits } from '../limits.ts';

/** Work is counted in units of about a nanosecond, so that the same capture gives the same result on every machine. */
export const COST = { compare: 1, streamByte: 2, peek: 500, block: 3000, open: 10_000, openByte: 5, product: 3 } as const;

/** Work of raising a number to a power of `exponentBits` bits, both modulo a number of `bits` bits. */
export function powerWork(bits: number, exponentBits: number): number {
  return exponentBits * (bits / 16) ** 2 * COST.product;
}

/** Work done for a whole run: by all its searches, and by private values that fit. */
export interface Spent {
  units: number;
  fitting: number;
}

/** What one search may still spend. */
export class Effort {
  private left: number;
  private readonly total: Spent;
  private readonly most: number;
  private readonly mostFitting: number;

  /** At most `units` for this search, and for all that share `total` `most`, and `mostFitting` for what fits. */
  constructor(units: number, total: Spent, most: number, mostFitting = Number.POSITIVE_INFINITY) {
    this.left = units;
    this.total = total;
    this.most = most;
    this.mostFitting = mostFitting;
  }

  /** Counts `units`; false once there is nothing left. */
  spend(units: number): boolean {
    this.left -= units;
    this.total.units += units;
    return !this.exhausted;
  }

  /** Counts `units` that were not spent in vain. */
  fit(units: number): void {
    this.total.fitting += units;
  }

  /** Nothing is left for anybody. */
  get exhausted(): boolean {
    return this.left < 0 || this.total.units > this.most || this.fitted;
  }

  /** What fits took all that it may. */
  get fitted(): boolean {
    return this.total.fitting > this.mostFitting;
  }
}

/** Secrets that do not fit may take this part of the work of a run. */
const FOR_SECRETS = 1 / 4;

/** What trying secrets may spend, for which only the sums of a run count. */
export function effortForSecrets({ searchWorkTotal, privateWorkTotal }: Limits, total: Spent): Effort {
  return new Effort(searchWorkTotal, total, searchWorkTotal * FOR_SECRETS, privateWorkTotal);
}
