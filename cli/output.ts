/** Where the text goes: standard output or a file, in large pieces, without ever holding much. */
import { closeSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import type { World } from './command.ts';
import { InputError } from './command.ts';

/** Characters that are collected before they are written. */
const BATCH = 64 * 1024;

/** Collects text and hands it on as UTF-8. */
export class Output {
  /** Called before anything is written, so that a progress bar can make room. */
  before: () => void = () => {};
  private readonly name: string;
  private readonly sink: (bytes: Uint8Array) => void;
  private readonly finished: (whole: boolean) => void;
  private readonly encoder = new TextEncoder();
  private readonly buffer = new Uint8Array(4 * BATCH);
  private used = 0;
  private text = '';
  /** Bytes that were sent, and those that are not to be sent once more. */
  private sent = 0;
  private known = 0;

  /** Bytes go to `sink`; `finished` is told at the end whether they are all. `name` is for messages. */
  constructor(sink: (bytes: Uint8Array) => void, finished: (whole: boolean) => void = () => {}, name = 'the output') {
    this.name = name;
    this.sink = sink;
    this.finished = finished;
  }

  write(text: string): void {
    this.text += text;
    if (this.text.length >= BATCH) this.flush();
  }

  writeBytes(bytes: Uint8Array): void {
    this.encode();
    if (this.used + bytes.length > this.buffer.length) this.sendUsed();
    if (bytes.length > this.buffer.length) {
      this.send(bytes);
      return;
    }
    this.buffer.set(bytes, this.used);
    this.used += bytes.length;
  }

  flush(): void {
    this.encode();
    this.sendUsed();
  }

  /** All that was written comes again, and is sent only where it goes on. */
  repeat(): void {
    this.flush();
    this.known = this.sent;
    this.sent = 0;
  }

  /** Moves the text to the buffer, a piece at a time: one record may have a hundred megabytes. */
  private encode(): void {
    const { text } = this;
    this.text = '';
    for (let at = 0; at < text.length; ) {
      const end = pieceEnd(text, at + BATCH);
      // UTF-8 takes three bytes for a UTF-16 unit at most.
      if (this.used + 3 * (end - at) > this.buffer.length) this.sendUsed();
      this.used += this.encoder.encodeInto(text.slice(at, end), this.buffer.subarray(this.used)).written;
      at = end;
    }
  }

  private sendUsed(): void {
    if (this.used > 0) this.send(this.buffer.subarray(0, this.used));
    this.used = 0;
  }

  private send(all: Uint8Array): void {
    const bytes = all.subarray(Math.min(all.length, this.known - Math.min(this.known, this.sent)));
    this.sent += all.length;
    if (bytes.length === 0) return;
    this.before();
    try {
      this.sink(bytes);
    } catch (error) {
      if (codeOf(error) === undefined || codeOf(error) === 'EPIPE') throw error;
      throw unwritable(this.name, error);
    }
  }

  /** Writes the rest. With `whole` false what was written to a file is thrown away, and so it is when the rest cannot be written. */
  close(whole: boolean): void {
    let all = false;
    try {
      if (whole) this.flush();
      all = whole;
    } finally {
      this.finished(all);
    }
  }
}

/** Where a piece of `text` ends that is to end at `end`: not between the halves of a character. */
function pieceEnd(text: string, end: number): number {
  if (end >= text.length) return text.length;
  const last = text.charCodeAt(end - 1);
  return last >= 0xd800 && last < 0xdc00 ? end + 1 : end;
}

/** Mode of all files that are written: what a capture tells, opened or not, is nothing that others of the machine may read unless the user says so. */
export const PRIVATE = 0o600;

/** Output to the file `path`, or to standard output when it is undefined. */
export function openOutput(path: string | undefined, world: World): Output {
  return path === undefined ? new Output((bytes) => world.write(bytes)) : fileOutput(path);
}

/** A file that gets its name only when it is whole. What is no regular file, such as a device, is written to directly. */
function fileOutput(path: string): Output {
  try {
    const direct = statSync(path, { throwIfNoEntry: false })?.isFile() === false;
    const written = direct ? path : `${path}.partial-${process.pid}`;
    // A new file, so that it has the mode and is no link that somebody else has put there.
    if (!direct) rmSync(written, { force: true });
    const fd = openSync(written, direct ? 'r+' : 'wx', PRIVATE);
    return new Output(
      (bytes) => writeAll(fd, bytes),
      (whole) => {
        if (direct) closeSync(fd);
        else settle(fd, written, whole ? path : undefined);
      },
      path,
    );
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** Closes the file `written` and gives it its name, or removes it when it gets none or that fails. */
export function settle(fd: number, written: string, name: string | undefined): void {
  let settled = false;
  try {
    closeSync(fd);
    if (name === undefined) return;
    renameSync(written, name);
    settled = true;
  } catch (error) {
    throw unwritable(name ?? written, error);
  } finally {
    if (!settled) rmSync(written, { force: true });
  }
}

/** What is said when `path` cannot be written. */
export function unwritable(path: string, error: unknown): InputError {
  return new InputError(`${path} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
}

const pause = new Int32Array(new SharedArrayBuffer(4));

/**
 * Writes all of `bytes`. It waits while a pipe is full, which is what keeps memory small: nothing more is read from
 * the capture until the reader of the output has caught up.
 */
export function writeAll(fd: number, bytes: Uint8Array): void {
  let at = 0;
  while (at < bytes.length) {
    try {
      at += writeSync(fd, bytes, at);
    } catch (error) {
      // A pipe that another program made non-blocking says EAGAIN when it is full.
      if (codeOf(error) !== 'EAGAIN') throw error;
      Atomics.wait(pause, 0, 0, 2);
    }
  }
}

/** The code of a system error: EPIPE, ENOENT, … */
export function codeOf(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}
