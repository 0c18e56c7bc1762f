/** The bytes of a capture file, or of standard input. The only file of the library's core that needs Node. */
import { closeSync, createReadStream, openSync, readSync, statSync } from 'node:fs';
import { DEFAULT_LIMITS, type Limits } from '../limits.ts';
import type { SecretsBlock } from './frame.ts';
import { SecretsScan } from './secrets-scan.ts';

/** Bytes of a read. */
const PIECE = 1024 * 1024;

/** A file that cannot be opened or read; the message names it. */
export class UnreadableError extends Error {
  override readonly name = 'UnreadableError';
}

export interface Source {
  /** Bytes of a regular file; undefined for pipes. */
  readonly size: number | undefined;
  /** Throws UnreadableError when reading fails. A piece may be overwritten once the next is asked for. */
  readonly pieces: AsyncIterable<Uint8Array>;
}

/**
 * Opens `path`, `-` being standard input. Pipes give their data as it comes, regular files in pieces of 1 MiB.
 * Throws UnreadableError when there is no such file, or it is a directory, or may not be read.
 */
export async function openSource(path: string): Promise<Source> {
  if (path === '-') return { size: undefined, pieces: streamPieces(process.stdin, 'standard input') };
  try {
    // Before opening: that would wait for a writer of a named pipe, and fails late for a directory.
    const info = statSync(path);
    if (info.isDirectory()) throw new UnreadableError(`${path}: it is a directory, not a capture file`);
    if (!info.isFile()) return { size: undefined, pieces: streamPieces(createReadStream(path, { highWaterMark: PIECE }), path) };
    return { size: info.size, pieces: filePieces(openSync(path, 'r'), path) };
  } catch (e) {
    throw unreadable(e, path);
  }
}

/** The same as `openSource(path)` for those who do not want the size. */
export async function* readPieces(path: string): AsyncGenerator<Uint8Array> {
  const { pieces } = await openSource(path);
  yield* pieces;
}

/**
 * All Decryption Secrets Blocks of the file `path`, wherever they stand, for `dissect` to know before it meets them. None
 * unless it is a regular file of plain pcapng: a pipe cannot be read twice, and with a compressed file it would take too
 * long. Reads the file to its end, and looks only at the beginnings of blocks. Of a file that cannot be read it gives what
 * it found: whoever dissects the file will say why.
 */
export function findSecrets(path: string, limits: Limits = DEFAULT_LIMITS): readonly SecretsBlock[] {
  const scan = new SecretsScan(limits);
  let fd: number | undefined;
  try {
    if (path === '-' || !statSync(path).isFile()) return [];
    fd = openSync(path, 'r');
    const buffer = new Uint8Array(PIECE);
    for (let n = readSync(fd, buffer); n > 0 && !scan.stopped; n = readSync(fd, buffer)) scan.push(buffer.subarray(0, n));
  } catch {
    // What was found until then is all there is.
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
  return scan.blocks;
}

/**
 * Reads without waiting: the system reads a file ahead by itself, and a turn through a thread costs more than the copy. Pieces are so
 * small that they are still in the processor's cache when they are looked at.
 */
async function* filePieces(fd: number, path: string): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(PIECE);
  try {
    // The same array while it is full: a new one, kept by what lives on, costs the garbage collector a note for each frame.
    for (let n = readSync(fd, buffer); n > 0; n = readSync(fd, buffer)) yield n < PIECE ? buffer.subarray(0, n) : buffer;
  } catch (e) {
    throw unreadable(e, path);
  } finally {
    closeSync(fd);
  }
}

async function* streamPieces(stream: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Uint8Array> {
  try {
    yield* stream;
  } catch (e) {
    throw unreadable(e, name);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EACCES: 'no permission to read it',
  EPERM: 'no permission to read it',
  EISDIR: 'it is a directory, not a capture file',
  ENOTDIR: 'a part of the path is not a directory',
};

function unreadable(error: unknown, path: string): UnreadableError {
  if (error instanceof UnreadableError) return error;
  const { code = '', message } = error as NodeJS.ErrnoException;
  return new UnreadableError(`${path}: ${REASONS[code] ?? message}`, { cause: error });
}
