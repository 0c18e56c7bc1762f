/** Large files are written and hashed by a thread of its own; bytes go there through memory that both share. */
import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { toHex } from '../src/bytes/hex.ts';

/** Bytes of one slot of the shared memory: waking the thread costs as much as copying many packets. */
export const SLOT = 1024 * 1024;
/** Slots, used in turn: when all are full, the reader of the capture waits. */
export const SLOTS = 8;

/** Place behind the words of the slots: something went wrong. */
export const FAILED = SLOTS;

/** Longest message of an error, bytes; a digest has 32. */
const RESULT = 1024;

/** Milliseconds that one slot may take: longer than any disk, but not for ever if the thread is gone. */
const PATIENCE = 300_000;

/** What the thread does with a slot. */
export const JOBS = {
  /** Hash what is in the file so far, `length` bytes from its beginning. */
  begin: 0,
  /** Write the first `length` bytes of the slot at `offset`. */
  write: 1,
  /** Nothing, but that everything before is done. */
  flush: 2,
  /** The same, and give the digest. */
  digest: 3,
} as const;

/** The numbers of a job, by their place. */
export const JOB = { kind: 0, file: 1, fd: 2, offset: 3, length: 4, count: 5 } as const;

/** Memory that both threads see: for each slot a word (1: full, 0: free), its bytes, and the numbers of its job. */
export interface Shared {
  readonly words: Int32Array;
  readonly slots: Uint8Array;
  readonly jobs: Float64Array;
  /** The last digest, or why it failed. */
  readonly result: Uint8Array;
}

/** Which file, and which bytes of it. */
interface Run {
  readonly file: number;
  readonly fd: number;
  readonly offset: number;
  length: number;
}

/** The thread, beside the compiled program. */
const THREAD = 'writer-worker.js';

/** Where large files are written. */
export class Writer {
  private readonly shared: Shared = {
    words: new Int32Array(new SharedArrayBuffer(4 * (SLOTS + 1))),
    slots: new Uint8Array(new SharedArrayBuffer(SLOTS * SLOT)),
    jobs: new Float64Array(new SharedArrayBuffer(8 * JOB.count * SLOTS)),
    result: new Uint8Array(new SharedArrayBuffer(RESULT)),
  };
  private readonly worker: Worker;
  private next = 0;
  /** Bytes that gather until there are enough for a slot or something else comes. V8 copies to shared memory byte by byte, unless both are aligned. */
  private readonly buffer = new Uint8Array(SLOT);
  private gathered: Run | undefined;

  private constructor(thread: URL) {
    this.worker = new Worker(thread, { workerData: this.shared });
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
    if (hashed !== undefined) this.give(this.free(), JOBS.begin, { file, fd, offset: 0, length: hashed });
  }

  /** Writes `bytes` at `offset`; they may change after the call. Throws when something written before could not be. */
  write(file: number, fd: number, offset: number, bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const run = this.runFor(file, fd, offset + at);
      const count = Math.min(SLOT - run.length, bytes.length - at);
      this.buffer.set(count === bytes.length ? bytes : bytes.subarray(at, at + count), run.length);
      run.length += count;
      at += count;
    }
  }

  /** What bytes at `offset` gather behind: those that they follow, or nothing. */
  private runFor(file: number, fd: number, offset: number): Run {
    const { gathered } = this;
    if (gathered?.file === file && gathered.length < SLOT && gathered.offset + gathered.length === offset) return gathered;
    this.send();
    this.gathered = { file, fd, offset, length: 0 };
    return this.gathered;
  }

  /** Waits until everything is written. With `last` gives the SHA-256 in hex of a file that was hashed. */
  finish(file: number, last: boolean): string {
    this.send();
    const slot = this.free();
    this.give(slot, last ? JOBS.digest : JOBS.flush, { file, fd: 0, offset: 0, length: 0 });
    this.wait(slot);
    return toHex(this.shared.result.slice(0, 32));
  }

  async close(): Promise<void> {
    await this.worker.terminate();
  }

  /** Gives the gathered bytes to the thread. */
  private send(): void {
    const run = this.gathered;
    if (run === undefined) return;
    const slot = this.free();
    this.shared.slots.set(run.length === SLOT ? this.buffer : this.buffer.subarray(0, run.length), slot * SLOT);
    this.give(slot, JOBS.write, run);
    this.gathered = undefined;
  }

  private give(slot: number, kind: number, { file, fd, offset, length }: Run): void {
    this.shared.jobs.set([kind, file, fd, offset, length], slot * JOB.count);
    Atomics.store(this.shared.words, slot, 1);
    Atomics.notify(this.shared.words, slot);
  }

  /** The next slot, once the thread is done with it: it takes them in the same turn. */
  private free(): number {
    const slot = this.next;
    this.next = (slot + 1) % SLOTS;
    this.wait(slot);
    return slot;
  }

  /** Waits until the thread is done with `slot`. */
  private wait(slot: number): void {
    const { words, result } = this.shared;
    while (Atomics.load(words, slot) === 1)
      if (Atomics.wait(words, slot, 1, PATIENCE) === 'timed-out') throw new Error('the disk does not take what is written');
    if (Atomics.load(words, FAILED) === 1) throw new Error(new TextDecoder().decode(result.slice()).replace(/\0+$/, ''));
  }
}
