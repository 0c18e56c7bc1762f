/** Large files are written and hashed by a thread of its own; bytes go there through memory that both share. */
import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { toHex } from '../src/bytes/hex.ts';

/** Bytes of one slot of the shared memory, and how many there are: when all are full, the reader of the capture waits. */
export const SLOT = 256 * 1024;
export const SLOTS = 32;

/** Places behind the slots in the shared control words: a digest is waited for, and something went wrong. */
export const DIGEST = SLOTS;
export const FAILED = SLOTS + 1;

/** Longest message of an error, bytes; a digest has 32. */
const RESULT = 1024;

/** Milliseconds that one piece may take: longer than any disk, but not for ever if the thread is gone. */
const PATIENCE = 300_000;

/** What the thread is told to do, in this order. */
export type Job =
  /** Hash what is in the file so far, `length` bytes from its beginning. */
  | { readonly kind: 'begin'; readonly file: number; readonly fd: number; readonly length: number }
  | { readonly kind: 'write'; readonly file: number; readonly fd: number; readonly slot: number; readonly offset: number; readonly length: number }
  /** Say when everything before is done; when it is the `last`, give the digest. */
  | { readonly kind: 'finish'; readonly file: number; readonly last: boolean };

/** Bytes that gather in a slot until it is full or something else comes. */
interface Gathered {
  readonly file: number;
  readonly fd: number;
  readonly slot: number;
  readonly offset: number;
  length: number;
}

/** The thread, beside the compiled program. */
const THREAD = 'writer-worker.js';

/** Where large files are written. */
export class Writer {
  private readonly control = new Int32Array(new SharedArrayBuffer(4 * (SLOTS + 2)));
  private readonly slots = new Uint8Array(new SharedArrayBuffer(SLOTS * SLOT));
  private readonly result = new Uint8Array(new SharedArrayBuffer(RESULT));
  private readonly worker: Worker;
  private next = 0;
  private gathered: Gathered | undefined;

  private constructor(thread: URL) {
    const { control, slots, result } = this;
    this.worker = new Worker(thread, { workerData: { control, slots, result } });
    this.worker.unref();
  }

  /** A thread of the program that was compiled to `folder`; undefined where there is none. */
  static start(folder: URL | undefined): Writer | undefined {
    const thread = folder === undefined ? undefined : new URL(THREAD, folder);
    return thread !== undefined && existsSync(thread) ? new Writer(thread) : undefined;
  }

  /** `file` is written here from now on; `hashed` bytes of it stand in `fd`, or it is not hashed (undefined). */
  begin(file: number, fd: number, hashed: number | undefined): void {
    this.send();
    if (hashed !== undefined) this.post({ kind: 'begin', file, fd, length: hashed });
  }

  /** Writes `bytes` at `offset`; they may change after the call. Throws when something written before could not be. */
  write(file: number, fd: number, offset: number, bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const to = this.placeFor(file, fd, offset + at);
      const count = Math.min(SLOT - to.length, bytes.length - at);
      this.slots.set(bytes.subarray(at, at + count), to.slot * SLOT + to.length);
      to.length += count;
      at += count;
    }
  }

  /** Where bytes at `offset` gather: behind those that they follow, or in the next slot. A message for each packet would cost more than its bytes. */
  private placeFor(file: number, fd: number, offset: number): Gathered {
    const { gathered } = this;
    if (gathered?.file === file && gathered.length < SLOT && gathered.offset + gathered.length === offset) return gathered;
    this.send();
    const slot = this.next;
    this.next = (slot + 1) % SLOTS;
    this.wait(slot);
    this.gathered = { file, fd, slot, offset, length: 0 };
    return this.gathered;
  }

  /** Gives the gathered bytes to the thread. */
  private send(): void {
    if (this.gathered === undefined) return;
    Atomics.store(this.control, this.gathered.slot, 1);
    this.post({ kind: 'write', ...this.gathered });
    this.gathered = undefined;
  }

  /** Waits until everything is written. With `last` gives the SHA-256 in hex of a file that was hashed. */
  finish(file: number, last: boolean): string {
    this.send();
    Atomics.store(this.control, DIGEST, 1);
    this.post({ kind: 'finish', file, last });
    this.wait(DIGEST);
    return toHex(this.result.subarray(0, 32));
  }

  async close(): Promise<void> {
    await this.worker.terminate();
  }

  /** Waits until the thread is done with `place`. */
  private wait(place: number): void {
    while (Atomics.load(this.control, place) === 1)
      if (Atomics.wait(this.control, place, 1, PATIENCE) === 'timed-out') throw new Error('the disk does not take what is written');
    if (Atomics.load(this.control, FAILED) === 1) throw new Error(new TextDecoder().decode(this.result.slice()).replace(/\0+$/, ''));
  }

  private post(job: Job): void {
    this.worker.postMessage(job);
  }
}
