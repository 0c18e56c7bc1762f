/** Whether the rest of a capture is read sooner by several threads, reckoned from what reading has cost one of them. */

/** Milliseconds that must have been measured: the first are much slower than the rest, until the program is compiled. */
export const LEAST_TIME = 600;
/** Times as long as its reading that a frame of a session takes; of a handshake it is more, of a transfer nobody decrypts less. */
const SESSION_FRAME = 4;
/** The part of the time that sessions must take. */
const LEAST_PART = 0.5;
/** Milliseconds that a worker costs: its start, and that it has to be compiled too, by the core that the other one needs for the same. */
const WORKER_COST = 800;
/** Times as long as alone that threads take side by side: they share memory, caches and, on many machines, the cores themselves. */
const SIDE_BY_SIDE = 1.2;
/** The part of the time of one thread that several may take, at most, to be worth the work that they do twice. */
const WORTHWHILE = 0.9;

/** What one thread did: in so many milliseconds so many bytes of the capture, with frames of TCP, of which some were segments of sessions. */
export interface Measured {
  readonly ms: number;
  readonly bytes: number;
  readonly frames: number;
  readonly segments: number;
}

/** True when `left` bytes like those measured are read sooner by `jobs` threads, which all read every frame and share the sessions. */
export function workersPay({ ms, bytes, frames, segments }: Measured, left: number, jobs: number): boolean {
  if (ms < LEAST_TIME) return false;
  const rest = (left * ms) / bytes;
  const ofSessions = SESSION_FRAME * segments;
  const part = ofSessions / (ofSessions + frames);
  return part >= LEAST_PART && WORKER_COST + SIDE_BY_SIDE * rest * (1 - part + part / jobs) <= WORTHWHILE * rest;
}
