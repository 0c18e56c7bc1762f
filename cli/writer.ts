/** Large files are written and hashed by a thread of its own; bytes go there in buffers that move to it and come back. */
import { existsSync } from 'node:fs';
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { toHex } from '../src/bytes/hex.ts';

/** Bytes of one buffer: waking the thread costs as much as copying many packets. */
export const BUFFER = 1024 * 1024;
/** Buffers: when all are on their way, the reader of the capture waits. */
const BUFFERS = 16;
/** Jobs that wait before a sleeping thread is woken: the system takes as long to wake it as to copy half a buffer. */
const WAKE = 4;

/** Longest message of an error, bytes; a digest has 32. */
const RESULT = 1024;

/** Milliseconds that one job may take: longer than any disk, but not for ever if the thread is gone. */
const PATIENCE = 300_000;

/** Words that both threads see: jobs that were given, and that are done; whether the thread is there; whether something went wrong. */
export const WORD = { given: 0, done: 1, ready: 2, failed: 3 } as const;

/** What the thread is asked for. */
export type Job =
  /** Hash what is in the file so far, `length` bytes from its beginning. */
  | { readonly kind: 'begin'; readonly file: number; readonly fd: number; readonly length: number }
  /** Write the first `length` bytes of the buffer at `offset`, and give it back. */
  | { readonly kind: 'write'; readonly file: number; readonly fd: number; readonly offset: number; readonly length: number; readonly buffer: ArrayBuffer }
  /** Give the digest of a file that was hashed. */
  | { readonly kind: 'digest'; readonly file: number };

/** What both threads share. */
export interface Shared {
  readonly words: Int32Array;
  /** The last digest, or why it failed. */
  readonly result: Uint8Array;
  /** Where the thread takes jobs, and gives buffers back. */
  readonly port: MessagePort;
}

/** Bytes of one file that follow each other, and gather until there are enough or something else comes. */
interface Run {
  readonly file: number;
  readonly fd: number;
  readonly offset: number;
  length: number;
  readonly bytes: Uint8Array;
}

/** The thread, beside the compiled program. */
const THREAD = 'writer-worker.js';

/** Where large files are written. */
export class Writer {
  private readonly words = new Int32Array(new SharedArrayBuffer(4 * Object.keys(WORD).length));
  private readonly result = new Uint8Array(new SharedArrayBuffer(RESULT));
  private readonly port: MessagePort;
  private readonly worker: Worker;
  private made = 0;
  private given = 0;
  private gathered: Run | undefined;

  private constructor(thread: URL) {
    const { port1, port2 } = new MessageChannel();
    this.port = port1;
    const shared: Shared = { words: this.words, result: this.result, port: port2 };
    this.worker = new Worker(thread, { workerData: shared, transferList: [port2] });
    this.worker.unref();
  }

  /** A thread of the program that was compiled to `folder`; undefined where there is none. */
  static start(folder: URL | undefined): Writer | undefined {
    const thread = folder === undefined ? undefined : new URL(THREAD, folder);
    return thread !== undefined && existsSync(thread) ? new Writer(thread) : undefined;
  }

  /** Whether the thread has begun to take jobs. */
  get ready(): boolean {
    return Atomics.load(this.words, WORD.ready) === 1;
  }

  /** `file` is written here from now on; `hashed` bytes of it stand in `fd`, or it is not hashed (undefined). */
  begin(file: number, fd: number, hashed: number | undefined): void {
    this.send();
    if (hashed !== undefined) this.give({ kind: 'begin', file, fd, length: hashed });
  }

  /** Writes `bytes` at `offset`; they may change after the call. Throws when something written before could not be. */
  write(file: number, fd: number, offset: number, bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const run = this.runFor(file, fd, offset + at);
      const count = Math.min(BUFFER - run.length, bytes.length - at);
      run.bytes.set(count === bytes.length ? bytes : bytes.subarray(at, at + count), run.length);
      run.length += count;
      at += count;
    }
  }

  /** What bytes at `offset` gather behind: those that they follow, or nothing. */
  private runFor(file: number, fd: number, offset: number): Run {
    const { gathered } = this;
    if (gathered?.file === file && gathered.length < BUFFER && gathered.offset + gathered.length === offset) return gathered;
    this.send();
    this.gathered = { file, fd, offset, length: 0, bytes: new Uint8Array(this.free()) };
    return this.gathered;
  }

  /** Waits until everything is written. With `last` gives the SHA-256 in hex of a file that was hashed. */
  finish(file: number, last: boolean): string {
    this.send();
    if (last) this.give({ kind: 'digest', file });
    this.wake();
    for (let done = this.done(); done !== this.given; done = this.done()) this.wait(done);
    this.check();
    return toHex(this.result.slice(0, 32));
  }

  async close(): Promise<void> {
    await this.worker.terminate();
    this.port.close();
  }

  /** Gives the gathered bytes to the thread. */
  private send(): void {
    const run = this.gathered;
    if (run === undefined) return;
    this.gathered = undefined;
    const { file, fd, offset, length } = run;
    this.give({ kind: 'write', file, fd, offset, length, buffer: run.bytes.buffer as ArrayBuffer });
  }

  private give(job: Job): void {
    this.port.postMessage(job, job.kind === 'write' ? [job.buffer] : []);
    this.given = (this.given + 1) | 0;
    Atomics.store(this.words, WORD.given, this.given);
    if (((this.given - this.done()) | 0) >= WAKE) this.wake();
  }

  private wake(): void {
    Atomics.notify(this.words, WORD.given);
  }

  /** A buffer to fill: a new one while there are few, then one that comes back. */
  private free(): ArrayBuffer {
    this.check();
    for (;;) {
      // Before the look at the port: what comes back after it changes the word, and is not waited for.
      const done = this.done();
      const back = receiveMessageOnPort(this.port) as { readonly message: ArrayBuffer } | undefined;
      if (back !== undefined) return back.message;
      if (this.made < BUFFERS) {
        this.made++;
        return new ArrayBuffer(BUFFER);
      }
      this.wait(done);
    }
  }

  private done(): number {
    return Atomics.load(this.words, WORD.done);
  }

  /** Waits until more than `done` jobs are done. */
  private wait(done: number): void {
    if (Atomics.wait(this.words, WORD.done, done, PATIENCE) === 'timed-out') throw new Error('the disk does not take what is written');
  }

  private check(): void {
    if (Atomics.load(this.words, WORD.failed) === 1) throw new Error(new TextDecoder().decode(this.result.slice()).replace(/\0+$/, ''));
  }
}
