/** Compressed captures: gzip, zstd and LZ4 frames, decompressed as they come, with a cap against bombs. */
import { DEFAULT_LIMITS, type Limits } from '../limits.ts';
import type { Problem } from '../wire/problem.ts';
import type { Compression } from './detect.ts';
import { Gzip } from './gzip.ts';
import { CompressedDataError, type Inflater } from './inflater.ts';
import { Lz4 } from './lz4.ts';
import { ProblemLog } from './problem-log.ts';
import { Zstd } from './zstd.ts';

/** Compressed bytes given to an inflater at a time; what they become is held until it was asked for. */
const SLICE = 16 * 1024;
/** Bytes that may come out beyond what the ratio allows, over any stretch of the file. */
const GRACE = 64 * 1024 * 1024;

const INFLATERS: Readonly<Record<Compression, () => Inflater>> = {
  gzip: () => new Gzip(),
  zstd: () => new Zstd(),
  lz4: () => new Lz4(),
};

/**
 * Decompresses a file that comes in pieces of any size. Never throws for any input. Its problems carry offsets of the
 * compressed file.
 */
export class Decompressor {
  readonly compression: Compression;
  /** True after something that makes the rest unreadable, or unwanted. */
  stopped = false;
  private readonly inflater: Inflater;
  private readonly log: ProblemLog;
  private readonly ratio: number;
  private allowance = GRACE;
  private out: Uint8Array[] = [];

  constructor(compression: Compression, limits: Limits = DEFAULT_LIMITS) {
    this.compression = compression;
    this.inflater = INFLATERS[compression]();
    this.log = new ProblemLog(limits.problems);
    this.ratio = limits.inflateRatio;
  }

  get problems(): readonly Problem[] {
    return this.log.list;
  }

  /** What `piece` becomes, little by little: all of it must be asked for before the next piece is pushed. */
  *push(piece: Uint8Array): Generator<Uint8Array> {
    for (let at = 0; at < piece.length && !this.stopped; at += SLICE) {
      const slice = piece.subarray(at, at + SLICE);
      this.allowance = Math.min(GRACE, this.allowance) + this.ratio * slice.length;
      this.out = [];
      this.guard(() => this.inflater.push(slice, this.emit));
      yield* this.out;
    }
  }

  /** The file ended: reports what was cut off. */
  finish(): void {
    if (!this.stopped) this.guard(() => this.inflater.finish());
    this.stopped = true;
  }

  private readonly emit = (bytes: Uint8Array): void => {
    this.allowance -= bytes.length;
    if (this.allowance < 0) throw new CompressedDataError('limit', `more than ${this.ratio} bytes come out of each byte (limit inflateRatio)`);
    this.out.push(bytes.slice());
  };

  private guard(run: () => void): void {
    try {
      run();
    } catch (e) {
      if (!(e instanceof CompressedDataError)) throw e;
      this.log.add(e.code, `${this.compression} data: ${e.message}`, this.inflater.offset);
      this.stopped = true;
    }
  }
}
