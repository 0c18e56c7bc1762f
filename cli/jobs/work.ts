/** A worker: reads the capture too, and gives the results of its share of the sessions. */
import { openSource, UnreadableError } from '../../src/capture/file.ts';
import { dissect } from '../../src/dissect.ts';
import { DEFAULT_LIMITS } from '../../src/limits.ts';
import { rendererRow } from '../../src/render/index.ts';
import { Results } from '../results.ts';
import { storeOf } from '../secrets-files.ts';
import { Batcher } from './batch.ts';
import { Inseparable, JobShare } from './share.ts';
import { type Say, unitsOf, type WorkerTask } from './task.ts';

/** Bytes that are sent at once. */
const BATCH = 256 * 1024;

/** Does `task` and says what comes of it; throws nothing. */
export async function work(task: WorkerTask, say: Say): Promise<void> {
  try {
    await new Worker(task, say).run();
  } catch (error) {
    if (error instanceof Inseparable) say({ kind: 'inseparable' });
    else if (error instanceof UnreadableError) say({ kind: 'unreadable', message: error.message });
    else say({ kind: 'bug', message: String(error), stack: error instanceof Error ? error.stack : undefined });
  }
}

class Worker {
  private readonly task: WorkerTask;
  private readonly say: Say;
  private readonly share: JobShare;
  private readonly limits;
  private readonly batcher = new Batcher();
  private sent = 0;
  private read = 0;

  constructor(task: WorkerTask, say: Say) {
    this.task = task;
    this.say = say;
    this.share = new JobShare(task.index, task.jobs, task.division);
    this.limits = { ...DEFAULT_LIMITS, ...task.limits };
  }

  async run(): Promise<void> {
    const { command, format, options, sessions, limits, secrets, path } = this.task;
    const renderer = await rendererRow(command, format)?.parts?.(options);
    if (renderer === undefined) throw new Error(`${command} ${format} has no parts`);
    const results = new Results(renderer, { sessions, packets: command !== 'summary' }, (part) => this.take(part));
    await dissect(this.pieces(), results.sink, { file: path, limits, secrets: storeOf(secrets, limits), share: this.share });
    this.send(Number.POSITIVE_INFINITY);
    this.say({ kind: 'done', ticks: this.share.tick, bytes: this.read, failed: results.failed });
  }

  private async *pieces(): AsyncGenerator<Uint8Array> {
    const { path, size } = this.task;
    for await (const piece of (await openSource(path)).pieces) {
      const within = piece.subarray(0, size - this.read);
      this.read += within.length;
      yield within;
      if (this.read >= size) return;
      // The main thread is told how far this one is, although there may be nothing to print.
      this.send(this.share.tick);
    }
  }

  private take(part: string | Uint8Array): void {
    const { tick } = this.share;
    if (tick <= this.task.division.after) return;
    this.batcher.add(tick, part);
    // More parts may come of this call.
    if (this.batcher.size >= BATCH) this.send(tick - 1);
  }

  private send(reached: number): void {
    this.share.checkBudget(this.limits);
    const { size } = this.batcher;
    const batch = this.batcher.take(reached);
    this.say({ kind: 'batch', batch }, [batch.bytes.buffer]);
    this.sent += unitsOf(size);
    this.wait();
  }

  /** Waits while too much of what was sent is not written. The main thread does not wait for a thread that has given so much. */
  private wait(): void {
    const { written, index, ahead } = this.task;
    for (;;) {
      const now = Atomics.load(written, index);
      if (((this.sent - now) | 0) < unitsOf(ahead)) return;
      Atomics.wait(written, index, now);
    }
  }
}
