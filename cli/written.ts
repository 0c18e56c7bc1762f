/** Files that are being written, in pieces that come in any order: collected, written, and hashed on the way. */
import { createHash, type Hash } from 'node:crypto';
import { closeSync, fstatSync, readSync, rmSync, statSync, writeSync } from 'node:fs';
import type { Span } from '../src/bytes/space.ts';
import { DEFAULT_LIMITS } from '../src/limits.ts';
import { Ranges } from '../src/upper/ranges.ts';
import { type Folder, type OpenedFile, reopen } from './folder.ts';
import { unwritable } from './output.ts';
import { Writer } from './writer.ts';

/** Bytes that are collected before they are written. */
const BATCH = 256 * 1024;

/** From this many bytes on a file is given to a thread of its own; for smaller ones that would take longer. */
const LARGE = 1024 * 1024;

/** Files that the system keeps open at one time; the others wait closed. */
const MOST_OPEN = 64;

/** The files of one run. */
export class OpenFiles {
  private readonly folder: Folder;
  /** Those that are open, the one used last at the end. */
  private readonly open = new Set<WrittenFile>();
  /** That one; it is not paused, as `MOST_OPEN` is more than one. */
  private latest: WrittenFile | undefined = undefined;
  private thread: Writer | undefined = undefined;
  private readonly program: URL | undefined;
  private made = 0;

  /** `program` is where the compiled program lies. With `large` the thread is started at once: it is there when the first bytes come. */
  constructor(folder: Folder, program: URL | undefined, large: boolean) {
    this.folder = folder;
    this.program = program;
    if (large) this.thread = Writer.start(program);
  }

  /** A new file for `names` below the folder, or for names like these. */
  create(names: readonly string[]): WrittenFile {
    this.makeRoom();
    const file = new WrittenFile(this, this.folder.create(), names, this.made++);
    this.open.add(file);
    this.latest = file;
    return file;
  }

  /** `file` is about to be used: it is open afterwards. */
  use(file: WrittenFile): void {
    if (file === this.latest) return;
    this.latest = file;
    if (this.open.delete(file)) this.open.add(file);
    else {
      this.makeRoom();
      file.resume();
      this.open.add(file);
    }
  }

  /** Gives the file at `path` its name; see `Folder.place`. */
  place(path: string, names: readonly string[]): string {
    return this.folder.place(path, names);
  }

  /** `file` is done. True when it was open. */
  forget(file: WrittenFile): boolean {
    return this.open.delete(file);
  }

  /** The thread for large files, once it is there: starting takes longer than writing some megabytes. */
  get writer(): Writer | undefined {
    this.thread ??= Writer.start(this.program);
    return this.thread?.ready ? this.thread : undefined;
  }

  async close(): Promise<void> {
    await this.thread?.close();
  }

  private makeRoom(): void {
    if (this.open.size < MOST_OPEN) return;
    for (const oldest of this.open) {
      oldest.pause();
      this.open.delete(oldest);
      return;
    }
  }
}

/** One file. Pieces that follow each other are written together. */
export class WrittenFile {
  /** Where it is while it is written, and the names it is meant for. */
  private readonly path: string;
  private readonly names: readonly string[];
  private readonly files: OpenFiles;
  private fd: number;
  /** What tells that it is the same file when it is opened again. */
  private readonly inode: string;
  private buffer: Uint8Array | undefined = undefined;
  private buffered = { start: 0, length: 0 };
  private readonly hash: Hash = createHash('sha256');
  /** Bytes that went into the hash: from the beginning, without a hole. */
  private hashed = 0;
  private inOrder = true;
  /** Who writes it, once it is large. */
  private writer: Writer | undefined = undefined;
  private readonly ranges = new Ranges(DEFAULT_LIMITS.transferRanges);
  private readonly number: number;

  constructor(files: OpenFiles, { fd, path }: OpenedFile, names: readonly string[], number: number) {
    this.files = files;
    this.number = number;
    this.fd = fd;
    this.path = path;
    this.names = names;
    this.inode = inodeOf(fd);
  }

  /** Takes `bytes` at `offset`; they may change after the call. */
  write(offset: number, bytes: Uint8Array): void {
    this.files.use(this);
    this.ranges.add(offset, offset + bytes.length);
    this.hashNext(offset, bytes);
    if (this.writer !== undefined) {
      // Pieces gather there: a copy on the way would cost as much as the rest.
      this.put(offset, bytes);
      return;
    }
    const { start, length } = this.buffered;
    if (length > 0 && (offset !== start + length || length + bytes.length > BATCH)) this.flush();
    if (bytes.length > BATCH / 2) {
      this.flush();
      this.put(offset, bytes);
    } else {
      if (this.buffered.length === 0) this.buffered.start = offset;
      this.buffer ??= new Uint8Array(BATCH);
      this.buffer.set(bytes, this.buffered.length);
      this.buffered.length += bytes.length;
    }
    if (this.ranges.bytes >= LARGE) this.handOver();
  }

  /** Hashes what follows what was hashed; a file whose pieces are out of order is hashed when it is whole. */
  private hashNext(offset: number, bytes: Uint8Array): void {
    if (offset !== this.hashed) this.inOrder = false;
    if (!this.inOrder) return;
    this.hashed += bytes.length;
    if (this.writer === undefined) this.hash.update(bytes);
  }

  /** From here on the thread writes and hashes, if it is there. */
  private handOver(): void {
    const { writer } = this.files;
    if (writer === undefined) return;
    this.flush();
    this.writer = writer;
    this.buffer = undefined;
    writer.begin(this.number, this.fd, this.inOrder ? this.hashed : undefined);
  }

  /**
   * Everything came: the file gets its name. `holes` are left empty, also where something was written. Gives its path below the folder,
   * with `/`, and the SHA-256 of a file without holes.
   */
  finish(holes: readonly Span[]): { readonly file: string; readonly sha256: string | undefined } {
    this.files.use(this);
    this.flush();
    const sum = this.wait(true);
    this.writer = undefined;
    for (const hole of holes) for (const { start, end } of this.ranges.within(hole)) this.clear(start, end);
    const whole = holes.length > 0 ? undefined : this.inOrder ? (sum ?? this.hash.digest('hex')) : this.sumOf(this.ranges.end);
    closeSync(this.fd);
    this.files.forget(this);
    return { file: this.files.place(this.path, this.names), sha256: whole };
  }

  /** Not all of it will come: it is taken away, if it still is the one that was made. */
  remove(): void {
    if (this.files.forget(this)) closeSync(this.fd);
    const there = statSync(this.path, { throwIfNoEntry: false });
    if (there !== undefined && `${there.dev}:${there.ino}` === this.inode) rmSync(this.path);
  }

  /** Is closed for a while. */
  pause(): void {
    this.flush();
    this.wait(false);
    this.buffer = undefined;
    closeSync(this.fd);
  }

  /** Is opened again. */
  resume(): void {
    this.fd = reopen(this.path);
    if (inodeOf(this.fd) === this.inode) return;
    closeSync(this.fd);
    throw unwritable(this.path, 'somebody has put another file in its place');
  }

  /** Waits for the thread, if there is one; the last time it gives the sum of a file that came in order. */
  private wait(last: boolean): string | undefined {
    try {
      return this.writer?.finish(this.number, last);
    } catch (error) {
      throw unwritable(this.path, error);
    }
  }

  private flush(): void {
    const { start, length } = this.buffered;
    this.buffered.length = 0;
    if (length > 0 && this.buffer !== undefined) this.put(start, this.buffer.subarray(0, length));
  }

  private put(offset: number, bytes: Uint8Array): void {
    try {
      if (this.writer !== undefined) this.writer.write(this.number, this.fd, offset, bytes);
      else for (let at = 0; at < bytes.length; ) at += writeSync(this.fd, bytes, at, bytes.length - at, offset + at);
    } catch (error) {
      throw unwritable(this.path, error);
    }
  }

  private clear(start: number, end: number): void {
    const zeros = new Uint8Array(Math.min(BATCH, end - start));
    for (let at = start; at < end; at += zeros.length) this.put(at, zeros.subarray(0, Math.min(zeros.length, end - at)));
  }

  /** The SHA-256 of the first `length` bytes as they stand in the file. */
  private sumOf(length: number): string {
    const hash = createHash('sha256');
    const piece = this.buffer ?? new Uint8Array(BATCH);
    for (let at = 0; at < length; ) {
      const got = readSync(this.fd, piece, 0, Math.min(piece.length, length - at), at);
      if (got === 0) throw unwritable(this.path, 'it has become shorter');
      hash.update(piece.subarray(0, got));
      at += got;
    }
    return hash.digest('hex');
  }
}

function inodeOf(fd: number): string {
  const { dev, ino } = fstatSync(fd);
  return `${dev}:${ino}`;
}
