/** What a compression format brings to `Decompressor`. */
import type { ProblemCode } from '../wire/problem.ts';

/** Takes bytes that came out and copies them; throws CompressedDataError when they are too many. */
export type Emit = (bytes: Uint8Array) => void;

/** Its methods throw CompressedDataError, and nothing else, for bad data; what was emitted before counts. */
export interface Inflater {
  /** Offset in the compressed file up to which all is well: where a problem is reported. */
  readonly offset: number;
  push(bytes: Uint8Array, emit: Emit): void;
  /** The file ended. Throws with `truncated` when that was too early. */
  finish(): void;
}

/** Ends the decompression. Thrown by inflaters and caught in `Decompressor` only. */
export class CompressedDataError extends Error {
  readonly code: ProblemCode;

  constructor(code: ProblemCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Throws: the data is not what the format allows. */
export function corrupt(message: string): never {
  throw new CompressedDataError('malformed', message);
}
