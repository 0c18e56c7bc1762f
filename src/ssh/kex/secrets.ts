/** What the session asks of whoever keeps the secrets. */
import type { GivenSecret, Readings } from './resolve-secret.ts';

/** A secret with the place it was read from. */
export interface OfferedSecret extends GivenSecret {
  /** `FILE:LINE` or the secrets block, for reports. */
  readonly origin: string;
  /** Told what came of it: `session 1, exchange 2`, or why it does not fit. */
  note(text: string): void;
}

/** Keeps the secrets of a run. */
export interface Secrets {
  readonly readings: Readings;
  /** True when there is nothing to offer to anybody. */
  readonly empty: boolean;
  /** What may belong to the exchange whose KEXINITs have these cookies (lower-case hex; undefined for one that was not captured). */
  forExchange(client: string | undefined, server: string | undefined): readonly OfferedSecret[];
  /** How many cookies there are secrets for, and the first `max` of them: for saying what was given instead of what is wanted. */
  readonly cookieCount: number;
  cookies(max: number): readonly string[];
}
