/** The main thread of a run that may have several: it begins alone, starts workers when that pays, and prints what all give. */
import type { Worker } from 'node:worker_threads';
import { UnreadableError } from '../../src/capture/file.ts';
import type { Timestamp } from '../../src/capture/frame.ts';
import { DEFAULT_LIMITS, type Limits } from '../../src/limits.ts';
import type { RenderOptions } from '../../src/render/renderer.ts';
import { InputError, type Threads } from '../command.ts';
import { Batcher } from './batch.ts';
import { LEAST_TIME, transfersPay, workersPay } from './pays.ts';
import { Inseparable, JobShare } from './share.ts';
import { type Message, type Task, unitsOf, type WorkerTask } from './task.ts';
import { Turns } from './turns.ts';

/** For so many milliseconds the program is slow, by three times and more, because it is not yet compiled; from there on it is measured, over so many bytes, whether workers pay. */
const WARMING = 300;
const WINDOW = 16 * 1024 * 1024;

/** Times `Task.ahead` that one piece may make to be printed: this thread cannot wait within it. */
const MOST_OF_A_PIECE = 4;

type Done = Extract<Message, { kind: 'done' }>;

/** Where the results go. */
export interface Sheet {
  /** Prints a part of any thread. */
  join(part: string | Uint8Array): void;
  /** The start of the first session shown, once it is known; a worker cannot tell. */
  origin(): Timestamp | undefined;
  /** From now on the results of this thread are made into parts, which go to `add`. Until then they are printed as they come. */
  divert(options: RenderOptions, add: (part: string | Uint8Array) => void): Promise<void>;
}

/** Since when it is measured what reading costs. */
interface Window {
  readonly start: number;
  readonly read: number;
  readonly segments: number;
  readonly frames: number;
}

/** A clock. Node loads `performance` when it is first asked for, which takes longer than what is measured with it here. */
function milliseconds(): number {
  const [seconds, nanos] = process.hrtime();
  return 1000 * seconds + nanos / 1e6;
}

export class Jobs {
  /** What the dissection in this thread asks. */
  readonly share: JobShare;
  /** A worker saw what `--strict` fails for. */
  failed = false;
  private readonly task: Task;
  private readonly program: URL;
  private readonly reckoned: Threads['pays'];
  private readonly limits: Limits;
  private readonly sheet: Sheet;
  private readonly workers: Worker[] = [];
  private readonly written: Int32Array;
  private readonly turns: Turns;
  private readonly own = new Batcher();
  /** By the index of their worker. */
  private readonly done = new Map<number, Done>();
  private failure: unknown;
  private wake: () => void = () => {};
  private read = 0;
  private readonly began = milliseconds();
  private window: Window | undefined = undefined;

  /** The parts of all threads go to `sheet` in the order of one. Workers run `program`; `reckoned` is asked whether they pay, if it is there. */
  constructor(task: Task, program: URL, reckoned: Threads['pays'], sheet: Sheet) {
    this.task = task;
    this.program = program;
    this.reckoned = reckoned;
    this.sheet = sheet;
    this.limits = { ...DEFAULT_LIMITS, ...task.limits };
    this.share = new JobShare(0, task.jobs);
    this.written = new Int32Array(new SharedArrayBuffer(4 * task.jobs));
    this.turns = new Turns(task.jobs, sheet.join, (thread, size) => {
      Atomics.add(this.written, thread, unitsOf(size));
      Atomics.notify(this.written, thread);
    });
  }

  /** Takes a part of this thread. */
  private print(part: string | Uint8Array): void {
    this.own.add(this.share.tick, part);
    // One piece of a compressed capture may hold that much; between pieces there is less.
    if (this.own.size > MOST_OF_A_PIECE * this.task.ahead) throw new Inseparable();
  }

  /** The pieces of the capture. Between them workers are started and results printed. */
  async *pieces(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const piece of source) {
      const within = this.running ? piece.subarray(0, this.task.size - this.read) : piece;
      this.read += within.length;
      yield within;
      if (this.running) await this.turn();
      else if (this.pays()) await this.start();
      if (this.running && this.read >= this.task.size) return;
    }
  }

  /** Waits for the workers and prints the rest. */
  async finish(): Promise<void> {
    if (!this.running) return;
    const reached = Number.POSITIVE_INFINITY;
    for (this.advance(reached); this.done.size < this.workers.length; this.advance(reached)) await this.message();
    const done = [...this.done.values()];
    const same = done.every((d) => d.ticks === this.share.tick && d.bytes === this.read);
    if (!same) throw new InputError(`${this.task.path} was changed while it was read`);
    this.failed = done.some((d) => d.failed);
  }

  /** Ends the workers, whatever they do. */
  async stop(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }

  private get running(): boolean {
    return this.workers.length > 0;
  }

  /** Whether the rest of the capture is better read by several. */
  private pays(): boolean {
    const { share, read, task, limits } = this;
    if (share.nested || share.overspent(limits) || share.sessions < 2 || read >= task.size) return false;
    // All flows of the capture, if it goes on like this, are too many: the threads would give up.
    if (share.crowds(task.size / read, limits)) return false;
    // The times of a table count from the first session shown, which all threads must know.
    if (task.command !== 'summary' && this.sheet.origin() === undefined) return false;
    if (this.reckoned !== undefined) return this.reckoned(read);
    const left = task.size - read;
    const printed = task.command === 'summary' ? 'sessions' : 'packets';
    if (printed === 'sessions' && transfersPay({ bytes: read, frames: share.frames, opened: share.opened }, left, share)) return true;
    const { window } = this;
    if (window === undefined) {
      if (milliseconds() - this.began >= WARMING) this.window = this.newWindow();
      return false;
    }
    const { start, read: since, segments, frames } = window;
    const measured = { ms: milliseconds() - start, bytes: read - since, segments: share.segments - segments, frames: share.frames - frames };
    if (measured.ms >= LEAST_TIME && measured.bytes > WINDOW) this.window = this.newWindow();
    return workersPay(measured, left, share, printed);
  }

  private newWindow(): Window {
    return { start: milliseconds(), read: this.read, segments: this.share.segments, frames: this.share.frames };
  }

  private async start(): Promise<void> {
    // Loaded when it is needed: it takes milliseconds.
    const { Worker } = process.getBuiltinModule('node:worker_threads');
    const { share, task, written } = this;
    const options = { ...task.options, origin: this.sheet.origin() };
    await this.sheet.divert(options, (part) => this.print(part));
    const division = share.shareOut();
    for (let index = 1; index < task.jobs; index++) {
      const workerData: WorkerTask = { ...task, options, index, division, written };
      const worker = new Worker(this.program, { workerData });
      worker.on('message', (message: Message) => this.receive(index, message));
      worker.on('error', (error) => this.fail(error));
      worker.on('exit', () => this.done.has(index) || this.fail(new Error('a worker thread ended before its work')));
      this.workers.push(worker);
    }
  }

  private receive(index: number, message: Message): void {
    switch (message.kind) {
      case 'batch':
        this.turns.add(index, message.batch);
        break;
      case 'done':
        this.done.set(index, message);
        break;
      case 'inseparable':
        this.fail(new Inseparable());
        break;
      case 'unreadable':
        this.fail(new UnreadableError(message.message));
        break;
      case 'bug':
        this.fail(Object.assign(new Error(message.message), { stack: message.stack }));
    }
    this.wake();
  }

  /** Notes why it cannot go on, to be thrown where the run waits: events have nobody who would catch it. */
  fail(error: unknown): void {
    this.failure ??= error;
    this.wake();
  }

  /** Lets messages come in and prints what has its turn; waits while too much of this thread has not. */
  private async turn(): Promise<void> {
    await new Promise(setImmediate);
    for (this.advance(this.share.tick); this.turns.waiting(0) > this.task.ahead; this.advance(this.share.tick)) await this.message();
  }

  /** This thread gave everything up to call `reached`. */
  private advance(reached: number): void {
    if (this.failure !== undefined) throw this.failure;
    this.share.checkBudget(this.limits);
    this.turns.add(0, this.own.take(reached));
    this.turns.write();
  }

  private message(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }
}
