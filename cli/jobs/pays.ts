/** Whether the rest of a capture is read sooner by several threads, reckoned from what reading has cost one of them. */

/** Milliseconds that must have been measured. */
export const LEAST_TIME = 150;
/** The part of the frames that must be of sessions: what others cost, each thread has to do again. */
const LEAST_PART = 0.25;
/** Milliseconds that every thread takes for each frame and for each byte of the file, whosever they are. */
const FRAME_COST = 0.25e-3;
const BYTE_COST = 0.25e-6;
/**
 * Milliseconds that workers cost: their start, and that they have to be compiled too, by the cores that others need for the same. Where
 * packets are printed there is more to compile, and more text that goes from thread to thread.
 */
const WORKER_COST = { sessions: 300, packets: 600 };
/** Times as long as alone that threads take side by side: they share memory, caches and, on many machines, the cores themselves. */
const SIDE_BY_SIDE = 1.2;
/** The part of the time of one thread that several may take, at most, to be worth the work that they do twice. */
const WORTHWHILE = 0.95;

/** What one thread did: in so many milliseconds so many bytes of the capture, with frames of TCP, of which some were segments of sessions. */
export interface Measured {
  readonly ms: number;
  readonly bytes: number;
  readonly frames: number;
  readonly segments: number;
}

/** What one thread read: so many bytes of the capture with frames of TCP, and how many bytes of packets it opened. */
export interface Transferred {
  readonly bytes: number;
  readonly frames: number;
  readonly opened: number;
}

/**
 * Milliseconds that a byte of a transfer takes at least when it is decrypted, and a frame of one; what workers cost then, and the part of the
 * work that all do. The code of a transfer is small, and most of its time is spent in OpenSSL: threads are less in each other's way than above.
 */
const OPENED_COST = 1.1e-6;
const OPENED_FRAME_COST = 0.6e-3;
const TRANSFER_WORKER_COST = 350;
const TRANSFER_BY_ALL = 0.3;
/** Bytes that must have been read to tell how it goes on. */
const LEAST_READ = 2 * 1024 * 1024;

/** Threads that share the work. */
export interface Sharing {
  readonly jobs: number;
  /** The part of the work that the busiest one has; asked for only when it decides, as that takes time where there are many sessions. */
  readonly busiest: number;
}

/** True when `left` bytes like those that were read are read sooner by several threads, as they are decrypted. This is known before anything can be measured. */
export function transfersPay({ bytes, frames, opened }: Transferred, left: number, sharing: Sharing): boolean {
  if (bytes < LEAST_READ || opened < bytes / 2) return false;
  const rest = left * (OPENED_COST + (OPENED_FRAME_COST * frames) / bytes);
  const saved = (part: number) => (WORTHWHILE - TRANSFER_BY_ALL - (1 - TRANSFER_BY_ALL) * part) * rest - TRANSFER_WORKER_COST;
  return saved(1 / sharing.jobs) >= 0 && saved(sharing.busiest) >= 0;
}

/** True when `left` bytes like those measured are read sooner by threads that all read every frame and share the sessions; `printed` is what they print. */
export function workersPay({ ms, bytes, frames, segments }: Measured, left: number, sharing: Sharing, printed: keyof typeof WORKER_COST): boolean {
  if (ms < LEAST_TIME || segments < LEAST_PART * frames) return false;
  const rest = (left * ms) / bytes;
  const byAll = Math.min(1, (frames * FRAME_COST + bytes * BYTE_COST) / ms);
  const pays = (part: number) => WORKER_COST[printed] + SIDE_BY_SIDE * rest * (byAll + (1 - byAll) * part) <= WORTHWHILE * rest;
  return pays(1 / sharing.jobs) && pays(sharing.busiest);
}
