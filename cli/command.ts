/** What a command of the command line is. */
import type { Options } from 'yargs';
import type { Limits } from '../src/limits.ts';
import type { CommandName, RenderOptions } from '../src/render/renderer.ts';
import type { SecretStore } from '../src/secrets/store.ts';
import type { Session, Sink } from '../src/ssh/model.ts';

/** When a run gets more threads than its own, for tests; what is missing is reckoned. */
export interface Threads {
  /** Whether they are started now that `read` bytes of the capture were read. */
  pays?(read: number): boolean;
  /** Bytes that a thread may be ahead of the others. */
  readonly ahead?: number;
}

/** Where a command reads and writes: the real streams, or those of a test. */
export interface World {
  /** Writes to standard output; throws an error with code EPIPE when nobody reads it any more. */
  write(bytes: Uint8Array): void;
  /** Writes to standard error. */
  error(text: string): void;
  /** Columns of the terminal that standard output is; undefined when it is none. */
  readonly columns: number | undefined;
  /** True when standard error is a terminal. */
  readonly errorIsTerminal: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder that the program was compiled to, for threads that it starts. */
  readonly program?: URL;
  readonly threads?: Threads;
  /** Where signals come in; undefined where they end the program by themselves. */
  readonly signals?: {
    once(signal: NodeJS.Signals, listener: () => void): unknown;
    off(signal: NodeJS.Signals, listener: () => void): unknown;
  };
}

/** The options and the capture of one call, as the command line gave them. */
export interface Arguments {
  readonly [option: string]: unknown;
}

/** What a run is about, for those who work beside the renderer. */
export interface Run {
  readonly path: string;
  readonly world: World;
  readonly limits: Partial<Limits>;
  readonly secrets: SecretStore;
  /** Whether this session was asked for (`-s`). */
  wants(session: Session): boolean;
  /** `pieces`, until the user ends the program: then an InterruptedError is thrown. */
  watch(pieces: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
  /** Reads the capture, which must be a regular file, once more than the run itself does. */
  read(sink: Sink): Promise<void>;
}

/** Takes the results of a run beside the renderer, and writes files. */
export interface Companion {
  readonly sink: Sink;
  /** What the renderer is to know of its work. It takes each result before the renderer does. */
  readonly options?: Partial<RenderOptions>;
  /** The capture was read to its end, and everything was printed. */
  finish(): Promise<void>;
  /** The run failed or was interrupted: takes back what is not whole. */
  abort?(): Promise<void>;
}

/** A command: its help and its options come from here too. */
export interface Command {
  readonly name: CommandName;
  readonly describe: string;
  /** Calls and what each does, for the help. */
  readonly examples: readonly (readonly [call: string, meaning: string])[];
  readonly options: Readonly<Record<string, Options>>;
  /** What `-o` names is written by its companion; the renderer prints to standard output. */
  readonly ownsOutput?: true;
  /** Name of the renderer and its options. */
  render(args: Arguments): { readonly format: string; readonly options: Partial<RenderOptions> };
  /** False when what it prints is nothing for a terminal: then it asks for -o there. */
  readonly terminal?: false;
  /** Who works beside the renderer in this run; undefined when nobody has to. */
  companion?(args: Arguments, run: Run): Promise<Companion | undefined>;
  /** Throws a UsageError for arguments that have no meaning. */
  check?(args: Arguments): Promise<void>;
  /** Settles what the arguments leave open and the capture decides. May read it, and throw a UsageError. */
  settle?(args: Arguments, run: Run): Promise<Arguments>;
  /** Something to print that needs no capture, such as a list of names; undefined for none. */
  info?(args: Arguments): Promise<string | undefined>;
}

/** Bad usage, exit code 2. Thrown with a message for the user. */
export class UsageError extends Error {}

/** An input that cannot be read or is no capture, or an output that cannot be written, exit code 3. Thrown with a message for the user. */
export class InputError extends Error {}

/** All values given for an option, which may be given several times, each with commas if `separator` is one. */
export function valuesOf(value: unknown, separator?: string): string[] {
  const all = (Array.isArray(value) ? value : value === undefined ? [] : [value]).map(String);
  return separator === undefined ? all : all.flatMap((v) => v.split(separator)).filter((v) => v !== '');
}

/** The value of an option that counts once: the last one given. */
export function lastOf(value: unknown): string | undefined {
  return valuesOf(value).at(-1);
}

/** A whole number that is not negative, from an option; undefined when the option was not given. */
export function numberOf(option: string, value: unknown): number | undefined {
  const text = lastOf(value);
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw new UsageError(`${option} takes a whole number, not ${JSON.stringify(text)}`);
  return Number(text);
}
