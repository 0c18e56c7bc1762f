/** Problems: what is wrong with the input, as data with a place. Sentences for people come last, in explain and render. */
import type { Span } from '../bytes/space.ts';

/**
 * What kind of thing is wrong. Each code has one severity, so a reader can sort by either.
 *
 * - `truncated`: the capture ended, or a frame was cut by the snap length
 * - `malformed`: an inner box was overrun, a length lies
 * - `trailing`: bytes left over after a complete message
 * - `noncanonical`: readable, but not the encoding the RFC asks for
 * - `unknown`: a number or name that sshark does not know
 * - `gap`: bytes of the stream that the capture does not hold
 * - `overlap`: two frames give different bytes for the same place of the stream
 * - `unexpected`: legal bytes at an illegal moment
 * - `undecryptable`: no secret, or an algorithm that is not supported
 * - `unauthentic`: a MAC, tag or signature differs
 * - `insecure`: legal but weak
 * - `limit`: a named limit of sshark was reached and something was left out
 */
export const SEVERITY = {
  truncated: 'warning',
  malformed: 'error',
  trailing: 'warning',
  noncanonical: 'warning',
  unknown: 'note',
  gap: 'warning',
  overlap: 'error',
  unexpected: 'error',
  undecryptable: 'note',
  unauthentic: 'error',
  insecure: 'warning',
  limit: 'warning',
} as const;

export type ProblemCode = keyof typeof SEVERITY;
export type Severity = 'note' | 'warning' | 'error';

/** One thing that is wrong, and where. */
export interface Problem {
  readonly code: ProblemCode;
  readonly severity: Severity;
  /** One sentence without a full stop; peer text in it is not yet made printable. */
  readonly message: string;
  /** Byte range within the packet (for a problem of a packet) or the stream (for one of a session). */
  readonly span?: Span;
  /** Frame at which it was noticed. */
  readonly frame?: number;
  /** Byte offset in the capture file, for problems of the file itself. */
  readonly offset?: number;
  /** Line of a secrets file. */
  readonly line?: number;
  /** Section that says so, as `4253#7.1`. */
  readonly rfc?: string;
}

/** Where and under which section a problem stands; all parts optional. */
export type ProblemPlace = Omit<Problem, 'code' | 'severity' | 'message'>;

/** A problem of `code` with the severity that the code has. */
export function problem(code: ProblemCode, message: string, place: ProblemPlace = {}): Problem {
  return { code, severity: SEVERITY[code], message, ...place };
}
