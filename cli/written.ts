/** Files that are being written, in pieces that come in any order: collected, written, and hashed on the way. */
import { createHash, type Hash } from 'node:crypto';
import { closeSync, fstatSync, readSync, writeSync } from 'node:fs';
import type { Span } from '../src/bytes/space.ts';
import { DEFAULT_LIMITS } from '../src/limits.ts';
import { Ranges } from '../src/upper/ranges.ts';
import { type Folder, type OpenedFile, reopen, unwritable } from './folder.ts';

/** Bytes that are collected before they are written. */
const BATCH = 256 * 1024;

/** Files that the system keeps open at one time; the others wait closed. */
const MOST_OPEN = 64;

/** The files of one run. */
export class OpenFiles {
  private readonly folder: Folder;
  /** Those that are open, the one used last at the end. */
  private readonly open = new Set<WrittenFile>();

  constructor(folder: Folder) {
    this.folder = folder;
  }

  /** A new file at `names` below the folder, or at names like these. */
  create(names: readonly string[]): WrittenFile {
    this.makeRoom();
    const file = new WrittenFile(this, this.folder.create(names));
    this.open.add(file);
    return file;
  }

  /** `file` is about to be used: it is open afterwards. */
  use(file: WrittenFile): void {
    if (this.open.delete(file)) this.open.add(file);
    else {
      this.makeRoom();
      file.resume();
      this.open.add(file);
    }
  }

  /** `file` is done. */
  forget(file: WrittenFile): void {
    this.open.delete(file);
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
  /** Its path below the folder, with `/`. */
  readonly relative: string;
  private readonly path: string;
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
  private readonly ranges = new Ranges(DEFAULT_LIMITS.transferRanges);

  constructor(files: OpenFiles, { fd, path, relative }: OpenedFile) {
    this.files = files;
    this.fd = fd;
    this.path = path;
    this.relative = relative;
    this.inode = inodeOf(fd);
  }

  /** Takes `bytes` at `offset`; they may change after the call. */
  write(offset: number, bytes: Uint8Array): void {
    this.files.use(this);
    this.ranges.add(offset, offset + bytes.length);
    if (offset !== this.hashed) this.inOrder = false;
    else if (this.inOrder) {
      this.hash.update(bytes);
      this.hashed += bytes.length;
    }
    const { start, length } = this.buffered;
    if (length > 0 && (offset !== start + length || length + bytes.length > BATCH)) this.flush();
    if (bytes.length > BATCH / 2) {
      this.flush();
      this.put(offset, bytes);
      return;
    }
    if (this.buffered.length === 0) this.buffered.start = offset;
    this.buffer ??= new Uint8Array(BATCH);
    this.buffer.set(bytes, this.buffered.length);
    this.buffered.length += bytes.length;
  }

  /** Everything came. `holes` are left empty, also where something was written. Gives the SHA-256 of a file without holes. */
  finish(holes: readonly Span[]): string | undefined {
    this.files.use(this);
    this.flush();
    for (const hole of holes) for (const { start, end } of this.ranges.within(hole)) this.clear(start, end);
    const sum = holes.length > 0 ? undefined : this.inOrder ? this.hash.digest('hex') : this.sumOf(this.ranges.end);
    closeSync(this.fd);
    this.files.forget(this);
    return sum;
  }

  /** Is closed for a while. */
  pause(): void {
    this.flush();
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

  private flush(): void {
    const { start, length } = this.buffered;
    this.buffered.length = 0;
    if (length > 0 && this.buffer !== undefined) this.put(start, this.buffer.subarray(0, length));
  }

  private put(offset: number, bytes: Uint8Array): void {
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(this.fd, bytes, at, bytes.length - at, offset + at);
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
