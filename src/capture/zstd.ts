/** Zstandard frames (RFC 8878). Why not a library: docs/decisions/002-lz4-and-zstd.md. Content checksums are not verified. */
import { u16, u32 } from './endian.ts';
import { CompressedDataError, corrupt, type Emit, type Inflater } from './inflater.ts';
import { RecordCutter, type RecordFormat } from './records.ts';
import { BLOCK_BYTES, BlockDecoder } from './zstd-block.ts';

const FRAME = 0xfd2fb528;
/** The lowest of 16 magic numbers of frames to be skipped. */
const SKIPPABLE = 0x184d2a50;
/** Largest window, as for zstd(1) without --long=28 and beyond. */
const WINDOW_BYTES = 128 * 1024 * 1024;

/** What is read next. */
type State = 'magic' | 'skip' | 'header' | 'block' | 'checksum';
const HEADER_LENGTH: Readonly<Record<State, number>> = { magic: 4, skip: 4, header: 1, block: 3, checksum: 4 };

/** Bytes of the fields that the frame header descriptor tells of, by its flags. */
const DICTIONARY_ID = [0, 1, 2, 4] as const;
const CONTENT_SIZE = [0, 2, 4, 8] as const;

export class Zstd implements Inflater, RecordFormat {
  private readonly cutter = new RecordCutter(this);
  private state: State = 'magic';
  private checksum = false;
  private window = 0;
  private decoder = new BlockDecoder();
  /** Decompressed data, at least the last window of it, and room for a block. */
  private output = new Uint8Array(0);
  private filled = 0;
  private emit: Emit = () => {};

  get offset(): number {
    return this.cutter.offset;
  }

  get headerLength(): number {
    return HEADER_LENGTH[this.state];
  }

  push(bytes: Uint8Array, emit: Emit): void {
    this.emit = emit;
    this.cutter.push(bytes);
  }

  finish(): void {
    if (this.cutter.inside || this.state !== 'magic') throw new CompressedDataError('truncated', 'the file ends inside a frame');
  }

  measure(b: Uint8Array, at: number): number {
    if (this.state === 'header') return headerLength(b[at] as number);
    if (this.state === 'block') return this.blockLength(u16(b, at, true) | ((b[at + 2] as number) << 16));
    if (this.state !== 'skip') return 4;
    this.state = 'magic';
    return -(4 + u32(b, at, true));
  }

  record(b: Uint8Array, start: number, end: number): void {
    if (this.state === 'magic') this.magic(u32(b, start, true));
    else if (this.state === 'header') this.header(b, start, end);
    else if (this.state === 'block') this.block(b, start, end);
    else this.state = 'magic';
  }

  private magic(word: number): void {
    if (word === FRAME) this.state = 'header';
    else if (word >>> 4 === SKIPPABLE >>> 4) this.state = 'skip';
    else throw new CompressedDataError(this.offset === 0 ? 'malformed' : 'trailing', 'something else follows the last frame');
  }

  /** The frame header (3.1.1.1): descriptor, window, dictionary, content size. */
  private header(b: Uint8Array, start: number, end: number): void {
    const flags = b[start] as number;
    const single = (flags & 0x20) !== 0;
    const dictionary = DICTIONARY_ID[flags & 3] as number;
    const dictionaryAt = start + (single ? 1 : 2);
    for (let i = 0; i < dictionary; i++) if (b[dictionaryAt + i] !== 0) corrupt('it needs a dictionary');
    this.window = single ? contentSize(b, dictionaryAt + dictionary, end) : windowSize(b[start + 1] as number);
    if (this.window > WINDOW_BYTES) throw new CompressedDataError('limit', `a window of ${this.window} bytes, more than the limit of ${WINDOW_BYTES}`);
    this.checksum = (flags & 4) !== 0;
    this.decoder = new BlockDecoder();
    this.filled = 0;
    this.state = 'block';
  }

  private blockLength(header: number): number {
    const kind = (header >>> 1) & 3;
    const size = header >>> 3;
    if (kind === 3) corrupt('a block of the reserved kind');
    if (size > Math.min(BLOCK_BYTES, this.window)) corrupt(`a block of ${size} bytes, more than its frame allows`);
    return 3 + (kind === 1 ? 1 : size);
  }

  private block(b: Uint8Array, start: number, end: number): void {
    const header = u16(b, start, true) | ((b[start + 2] as number) << 16);
    const kind = (header >>> 1) & 3;
    const size = header >>> 3;
    this.makeRoom();
    const to = this.filled;
    const first = Math.max(0, to - this.window);
    if (kind === 0) this.output.set(b.subarray(start + 3, end), to);
    else if (kind === 1) this.output.fill(b[start + 3] as number, to, to + size);
    this.filled = kind === 2 ? this.decoder.expand(b, start + 3, end, this.output, first, to, to + BLOCK_BYTES) : to + size;
    this.emit(this.output.subarray(to, this.filled));
    if (header & 1) this.state = this.checksum ? 'checksum' : 'magic';
  }

  /** Room for a block behind the window: the output grows with the data up to two windows, then moves to the front. */
  private makeRoom(): void {
    if (this.output.length - this.filled >= BLOCK_BYTES) return;
    if (this.filled >= 2 * this.window) {
      this.output.copyWithin(0, this.filled - this.window, this.filled);
      this.filled = this.window;
      if (this.output.length - this.filled >= BLOCK_BYTES) return;
    }
    const grown = new Uint8Array(Math.min(2 * this.filled, 2 * this.window) + 2 * BLOCK_BYTES);
    grown.set(this.output.subarray(0, this.filled));
    this.output = grown;
  }
}

function headerLength(flags: number): number {
  if (flags & 8) corrupt('a frame header with its reserved bit set');
  const single = (flags & 0x20) !== 0;
  const size = CONTENT_SIZE[flags >>> 6] as number;
  return 1 + (single ? 0 : 1) + (DICTIONARY_ID[flags & 3] as number) + (single && size === 0 ? 1 : size);
}

/** Section 3.1.1.1.2: exponent and mantissa. */
function windowSize(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >>> 3));
  return base + (base / 8) * (descriptor & 7);
}

/** The content size `b[start..end)`, which is the window of a frame of a single segment. */
function contentSize(b: Uint8Array, start: number, end: number): number {
  if (end - start === 1) return b[start] as number;
  if (end - start === 2) return u16(b, start, true) + 256;
  return u32(b, start, true) + (end - start === 8 ? u32(b, start + 4, true) * 2 ** 32 : 0);
}
