/** What goes between the main thread of a run and its workers. */
import type { Limits } from '../../src/limits.ts';
import type { CommandName, RenderOptions } from '../../src/render/renderer.ts';
import type { SecretsText } from '../secrets-files.ts';
import type { Batch } from './batch.ts';
import type { Division } from './share.ts';

/** What is the same for all threads of a run. */
export interface Task {
  readonly jobs: number;
  readonly path: string;
  /** Bytes of the file when it was opened; what is added later is not read. */
  readonly size: number;
  readonly limits: Partial<Limits>;
  readonly secrets: readonly SecretsText[];
  readonly command: CommandName;
  readonly format: string;
  readonly options: RenderOptions;
  /** Bytes of one thread that may wait for the turn of another: before more are made, the thread waits. */
  readonly ahead: number;
  /** The sessions asked for; undefined for all. */
  readonly sessions: ReadonlySet<number> | undefined;
}

/** What a worker begins with. */
export interface WorkerTask extends Task {
  readonly index: number;
  /** The results of the calls up to its `after` were printed before the worker began. */
  readonly division: Division;
  /** For each thread, how many units of `unitsOf` of its batches were written, modulo 2^32. Shared memory. */
  readonly written: Int32Array;
}

/** What a worker says. */
export type Message =
  | { readonly kind: 'batch'; readonly batch: Batch }
  | {
      readonly kind: 'done';
      /** Calls counted and bytes read, which are the same in every thread. */
      readonly ticks: number;
      readonly bytes: number;
      /** What `--strict` fails for was seen. */
      readonly failed: boolean;
    }
  | { readonly kind: 'inseparable' }
  | { readonly kind: 'unreadable'; readonly message: string }
  | { readonly kind: 'bug'; readonly message: string; readonly stack: string | undefined };

/** Tells the main thread. What is moved it gets without a copy. */
export type Say = (message: Message, moved?: readonly ArrayBuffer[]) => void;

/** The measure in which the bytes of a worker are counted, so that the counters do not run over quickly. */
export function unitsOf(bytes: number): number {
  return Math.ceil(bytes / 1024);
}
