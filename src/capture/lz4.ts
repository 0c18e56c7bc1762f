/**
 * LZ4 frames, blocks and the older "legacy" frames (github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md and
 * lz4_Block_format.md). Why not a library: docs/decisions/002-lz4-and-zstd.md.
 */
import { u16, u32 } from './endian.ts';
import { CompressedDataError, corrupt, type Emit, type Inflater } from './inflater.ts';
import { copyLiterals, copyMatch } from './lz77.ts';
import { RecordCutter, type RecordFormat } from './records.ts';
import { Xxh32, xxh32 } from './xxh32.ts';

const FRAME = 0x184d2204;
const LEGACY = 0x184c2102;
/** The lowest of 16 magic numbers of frames to be skipped. */
const SKIPPABLE = 0x184d2a50;
/** A block may refer to so many bytes before it. */
const WINDOW = 64 * 1024;
const LEGACY_BLOCK = 8 * 1024 * 1024;
/** Highest bit of a block's size: it is stored as it is. */
const STORED = 0x80000000;

/** What is read next. */
type State = 'magic' | 'skip' | 'descriptor' | 'block' | 'legacy';

export class Lz4 implements Inflater, RecordFormat {
  private readonly cutter = new RecordCutter(this);
  private state: State = 'magic';
  private independent = false;
  private blockChecksum = false;
  private content: Xxh32 | undefined;
  /** The window, and after it room for a block. */
  private output = new Uint8Array(0);
  private filled = 0;
  private emit: Emit = () => {};

  get offset(): number {
    return this.cutter.offset;
  }

  get headerLength(): number {
    return this.state === 'descriptor' ? 1 : 4;
  }

  push(bytes: Uint8Array, emit: Emit): void {
    this.emit = emit;
    this.cutter.push(bytes);
  }

  finish(): void {
    // Legacy frames have no end mark.
    const between = !this.cutter.inside && (this.state === 'magic' || this.state === 'legacy');
    if (!between) throw new CompressedDataError('truncated', 'the file ends inside a frame');
  }

  measure(b: Uint8Array, at: number): number {
    if (this.state === 'magic') return 4;
    if (this.state === 'skip') {
      this.state = 'magic';
      return -(4 + u32(b, at, true));
    }
    if (this.state === 'descriptor') return this.measureDescriptor(b[at] as number);
    const word = u32(b, at, true);
    if (this.state === 'legacy') {
      // Where a size is expected another frame may begin.
      if (word === FRAME || word === LEGACY || word >>> 4 === SKIPPABLE >>> 4) return 4;
      return 4 + this.checked(word, LEGACY_BLOCK + (LEGACY_BLOCK >>> 7));
    }
    if (word === 0) return this.content === undefined ? 4 : 8;
    return 4 + this.checked(word & ~STORED, this.output.length - WINDOW) + (this.blockChecksum ? 4 : 0);
  }

  record(b: Uint8Array, start: number, end: number): void {
    if (this.state === 'magic') this.magic(u32(b, start, true));
    else if (this.state === 'descriptor') this.descriptor(b, start, end);
    else if (this.state === 'legacy') {
      if (end - start === 4) this.magic(u32(b, start, true));
      else this.block(b, start + 4, end, false);
    } else if (u32(b, start, true) === 0) this.endMark(b, start);
    else {
      const blockEnd = this.blockChecksum ? end - 4 : end;
      if (this.blockChecksum && xxh32(b.subarray(start + 4, blockEnd)) !== u32(b, blockEnd, true)) corrupt('a block does not have its checksum');
      this.block(b, start + 4, blockEnd, u32(b, start, true) >= STORED);
    }
  }

  private magic(word: number): void {
    if (word === FRAME) this.state = 'descriptor';
    else if (word === LEGACY) {
      this.state = 'legacy';
      this.independent = true;
      this.room(LEGACY_BLOCK);
    } else if (word >>> 4 === SKIPPABLE >>> 4) this.state = 'skip';
    else throw new CompressedDataError('trailing', 'something else follows the last frame');
  }

  /** FLG tells which fields the descriptor has: FLG, BD, content size, dictionary, header checksum. */
  private measureDescriptor(flags: number): number {
    if (flags >>> 6 !== 1) corrupt(`frame version ${flags >>> 6}`);
    if (flags & 1) corrupt('it needs a dictionary');
    return 3 + (flags & 8 ? 8 : 0);
  }

  private descriptor(b: Uint8Array, start: number, end: number): void {
    if (((xxh32(b.subarray(start, end - 1)) >>> 8) & 0xff) !== b[end - 1]) corrupt('the frame header does not have its checksum');
    const flags = b[start] as number;
    const size = ((b[start + 1] as number) >>> 4) & 7;
    if (size < 4) corrupt(`block size ${size} is reserved`);
    this.independent = (flags & 0x20) !== 0;
    this.blockChecksum = (flags & 0x10) !== 0;
    this.content = flags & 4 ? new Xxh32() : undefined;
    this.room(1 << (2 * size + 8));
    this.state = 'block';
  }

  private endMark(b: Uint8Array, start: number): void {
    if (this.content !== undefined && this.content.digest() !== u32(b, start + 4, true)) corrupt('the content does not have its checksum');
    this.state = 'magic';
  }

  private room(block: number): void {
    if (this.output.length !== WINDOW + block) this.output = new Uint8Array(WINDOW + block);
    this.filled = 0;
  }

  private block(b: Uint8Array, start: number, end: number, stored: boolean): void {
    const o = this.output;
    // Keep the last 64 KiB in front; of an independent block nothing before it may be used.
    const keep = this.independent ? 0 : Math.min(this.filled, WINDOW);
    o.copyWithin(0, this.filled - keep, this.filled);
    if (stored) o.set(b.subarray(start, end), keep);
    this.filled = stored ? keep + end - start : this.expand(b, start, end, keep);
    const made = o.subarray(keep, this.filled);
    this.content?.update(made);
    this.emit(made);
  }

  /** Expands the block `b[start..end)` into the output at `to`; gives where the data ends. */
  private expand(b: Uint8Array, start: number, end: number, to: number): number {
    const most = to + this.output.length - WINDOW;
    const source = b.subarray(0, end);
    let at = start;
    let n = to;
    /** A length of 15 goes on in further bytes, as long as they are 255. */
    const longer = (length: number): number => {
      if (length < 15) return length;
      let more: number;
      do {
        more = at < end ? (b[at++] as number) : 0;
        length += more;
      } while (more === 255);
      return length;
    };
    while (at < end) {
      const token = b[at++] as number;
      const literals = longer(token >>> 4);
      n = copyLiterals(source, at, literals, this.output, n, most);
      at += literals;
      if (at === end) break; // the last sequence has no match
      if (end - at < 2) corrupt('a match that runs over the end of its block');
      const distance = u16(b, at, true);
      at += 2;
      n = copyMatch(this.output, 0, n, distance, longer(token & 15) + 4, most);
    }
    return n;
  }

  private checked(size: number, most: number): number {
    if (size > most) corrupt(`a block of ${size} bytes, more than the ${most} of its frame`);
    return size;
  }
}
