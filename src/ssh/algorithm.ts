/** What every row of an algorithm table says about itself. */

/**
 * How an algorithm is judged.
 *
 * - `recommended`: a good choice today
 * - `acceptable`: no practical attack, but better exists
 * - `weak`: disabled by default in current software, or below the strength asked for today
 * - `broken`: gives no protection against an attacker who tries
 * - `unknown`: too little used or reviewed to judge
 */
export type Standing = 'recommended' | 'acceptable' | 'weak' | 'broken' | 'unknown';

/** The part that all rows share: negotiation, notes and the glossary read it. */
export interface Algorithm {
  /** The name as it is negotiated. */
  readonly name: string;
  /** One or two sentences for a student: what it is, who made it, its standing and why. */
  readonly note: string;
  /** Where it is defined: `4253#6.3` (RFC and section), a draft's name, or `openssh:FILE#section`. */
  readonly rfc: string;
  readonly standing: Standing;
  /** First release that has it, when that helps to date a peer: `OpenSSH 6.5`. */
  readonly since?: string;
}

/** Rows by name, for look-ups by names that a peer chose. */
export function byName<R extends Algorithm>(rows: readonly R[]): ReadonlyMap<string, R> {
  return new Map(rows.map((row) => [row.name, row]));
}
