/** Compressed blocks of Zstandard: literals, sequences, and what they make (RFC 8878 section 3.1.1.3). */
import { lazily } from '../bytes/lazily.ts';
import { u16, u32 } from './endian.ts';
import { corrupt } from './inflater.ts';
import { copyLiterals, copyMatch } from './lz77.ts';
import { BackwardBits, decodeHuffman, type FseTable, fseRepeat, fseTable, type HuffmanTable, readFse, readHuffman } from './zstd-entropy.ts';

/** Most bytes that a block takes or makes. */
export const BLOCK_BYTES = 128 * 1024;

/** One of the three kinds of code in a sequence. */
interface CodeKind {
  readonly predefined: () => FseTable;
  readonly maxLog: number;
  readonly maxCode: number;
}

const ones = (n: number): number[] => new Array<number>(n).fill(1);
/** Section 3.1.1.3.2.2: the default distributions. */
const LITERALS: CodeKind = {
  predefined: lazily(() => fseTable([4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1], 6)),
  maxLog: 9,
  maxCode: 35,
};
const MATCH: CodeKind = { predefined: lazily(() => fseTable([1, 4, 3, 2, 2, 2, 2, 2, 2, ...ones(37), -1, -1, -1, -1, -1, -1, -1], 6)), maxLog: 9, maxCode: 52 };
const OFFSET: CodeKind = { predefined: lazily(() => fseTable([1, 1, 1, 1, 1, 1, 2, 2, 2, ...ones(15), -1, -1, -1, -1, -1], 5)), maxLog: 8, maxCode: 31 };

/** Section 3.1.1.3.2.1.1: extra bits of each code; its baseline is where the code before ends. */
const LITERALS_BITS = Uint8Array.from([...new Array<number>(16).fill(0), 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);
const MATCH_BITS = Uint8Array.from([...new Array<number>(32).fill(0), 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);
const LITERALS_BASES = baselines(LITERALS_BITS, 0);
const MATCH_BASES = baselines(MATCH_BITS, 3);
/** Offsets of a window of 128 MiB need no higher code. */
const MAX_OFFSET_CODE = 27;

function baselines(bits: Uint8Array, first: number): Uint32Array {
  const out = new Uint32Array(bits.length);
  let base = first;
  bits.forEach((n, code) => {
    out[code] = base;
    base += 1 << n;
  });
  return out;
}

/** The compressed blocks of one frame; what one block defines, later ones may use again. */
export class BlockDecoder {
  private huffman: HuffmanTable | undefined;
  private literalsTable: FseTable | undefined;
  private offsetTable: FseTable | undefined;
  private matchTable: FseTable | undefined;
  private readonly recent: [number, number, number] = [1, 4, 8];
  private readonly literals = new Uint8Array(BLOCK_BYTES);
  private literalCount = 0;

  /**
   * Expands the block `b[start..end)` into `out` at `to`, not beyond `most`; matches may reach back to `out[first]`.
   * Gives where the data ends.
   */
  expand(b: Uint8Array, start: number, end: number, out: Uint8Array, first: number, to: number, most: number): number {
    let at = this.readLiterals(b, start, end);
    let count = at < end ? (b[at++] as number) : corrupt('a block without its sequences');
    if (count === 255) {
      count = u16(b, at, true) + 0x7f00;
      at += 2;
    } else if (count > 127) count = ((count - 128) << 8) | (b[at++] as number);
    const literals = this.literals.subarray(0, this.literalCount);
    if (count > 0) return this.sequences(b, at, end, count, literals, out, first, to, most);
    if (at !== end) corrupt('bytes after a block without sequences');
    return copyLiterals(literals, 0, literals.length, out, to, most);
  }

  /** The literals section (3.1.1.3.1); gives where it ends. Bytes beyond the end may be looked at, and are found out then. */
  private readLiterals(b: Uint8Array, start: number, end: number): number {
    const kind = (b[start] as number) & 3;
    const format = ((b[start] as number) >>> 2) & 3;
    const word = u32(b, start, true);
    if (kind >= 2) return this.codedLiterals(b, start, end, kind === 3, format);
    const header = format === 3 ? 3 : format === 1 ? 2 : 1;
    const size = header === 3 ? (word & 0xffffff) >>> 4 : header === 2 ? (word & 0xffff) >>> 4 : (word & 0xff) >>> 3;
    const from = start + header;
    const stop = from + (kind === 1 ? 1 : size);
    if (size > BLOCK_BYTES || stop > end) corrupt('literals that run over the end of a block');
    if (kind === 1) this.literals.fill(b[from] as number, 0, size);
    else this.literals.set(b.subarray(from, stop));
    this.literalCount = size;
    return stop;
  }

  /** Literals in Huffman code, in one stream or four. */
  private codedLiterals(b: Uint8Array, start: number, end: number, again: boolean, format: number): number {
    const bits = format < 2 ? 10 : format === 2 ? 14 : 18;
    const header = format < 2 ? 3 : format + 2;
    // Up to 40 bits, the lowest four of them read already: plain arithmetic, for bit operations end at 32.
    const word = Math.floor((u32(b, start, true) + (header === 5 ? (b[start + 4] as number) * 2 ** 32 : 0)) / 16);
    const size = word % 2 ** bits;
    const stop = start + header + (Math.floor(word / 2 ** bits) % 2 ** bits);
    if (size > BLOCK_BYTES || stop > end) corrupt('literals that run over the end of a block');
    let at = start + header;
    if (!again) {
      const { table, end: tableEnd } = readHuffman(b, at, stop);
      this.huffman = table;
      at = tableEnd;
    }
    const table = this.huffman ?? corrupt('literals in a code that was not given');
    this.literalCount = size;
    if (format === 0) decodeHuffman(table, b, at, stop, this.literals, 0, size);
    else this.fourStreams(table, b, at, stop, size);
    return stop;
  }

  private fourStreams(table: HuffmanTable, b: Uint8Array, start: number, end: number, size: number): void {
    const part = (size + 3) >> 2;
    let at = start + 6;
    for (let i = 0; i < 4; i++) {
      const stop = i === 3 ? end : at + u16(b, start + 2 * i, true);
      if (stop > end || 3 * part > size) corrupt('literals that run over the end of a block');
      decodeHuffman(table, b, at, stop, this.literals, i * part, i === 3 ? size : (i + 1) * part);
      at = stop;
    }
  }

  /** The tables and the bits of `count` sequences (3.1.1.3.2), carried out one by one. */
  private sequences(
    b: Uint8Array,
    start: number,
    end: number,
    count: number,
    literals: Uint8Array,
    out: Uint8Array,
    first: number,
    to: number,
    most: number,
  ): number {
    const modes = b[start] as number;
    if (start >= end || modes & 3) corrupt('a sequences header that is not one');
    const l = readTable(LITERALS, modes >>> 6, this.literalsTable, b, start + 1, end);
    const o = readTable(OFFSET, (modes >>> 4) & 3, this.offsetTable, b, l.end, end);
    const m = readTable(MATCH, (modes >>> 2) & 3, this.matchTable, b, o.end, end);
    this.literalsTable = l.table;
    this.offsetTable = o.table;
    this.matchTable = m.table;
    const bits = new BackwardBits(b, m.end, end);
    let ls = bits.read(l.table.log);
    let os = bits.read(o.table.log);
    let ms = bits.read(m.table.log);
    let from = 0;
    let n = to;
    for (let i = 0; i < count; i++) {
      const offsetCode = o.table.symbols[os] as number;
      const matchCode = m.table.symbols[ms] as number;
      const literalsCode = l.table.symbols[ls] as number;
      if (offsetCode > MAX_OFFSET_CODE) corrupt('a match from beyond any window');
      const offsetValue = (1 << offsetCode) + bits.read(offsetCode);
      const length = (MATCH_BASES[matchCode] as number) + bits.read(MATCH_BITS[matchCode] as number);
      const plain = (LITERALS_BASES[literalsCode] as number) + bits.read(LITERALS_BITS[literalsCode] as number);
      if (i < count - 1) {
        ls = (l.table.bases[ls] as number) + bits.read(l.table.bits[ls] as number);
        ms = (m.table.bases[ms] as number) + bits.read(m.table.bits[ms] as number);
        os = (o.table.bases[os] as number) + bits.read(o.table.bits[os] as number);
      }
      if (bits.left < 0) corrupt('sequences that run out of bits');
      n = copyLiterals(literals, from, plain, out, n, most);
      from += plain;
      n = copyMatch(out, first, n, this.distance(offsetValue, plain === 0), length, most);
    }
    if (bits.left !== 0) corrupt('sequences that do not come out even');
    return copyLiterals(literals, from, literals.length - from, out, n, most);
  }

  /** The distance of a match: new, or one of the three recent ones (3.1.1.5), which it moves to the front. */
  private distance(value: number, noLiterals: boolean): number {
    const recent = this.recent;
    const index = value > 3 ? 3 : value - 1 + (noLiterals ? 1 : 0);
    if (index === 0) return recent[0];
    const distance = value > 3 ? value - 3 : index === 3 ? recent[0] - 1 : (recent[index] as number);
    if (index !== 1) recent[2] = recent[1];
    recent[1] = recent[0];
    recent[0] = distance;
    return distance;
  }
}

/** The table that the two bits `mode` ask for, and where its description ends. */
function readTable(kind: CodeKind, mode: number, before: FseTable | undefined, b: Uint8Array, start: number, end: number): { table: FseTable; end: number } {
  if (mode === 0) return { table: kind.predefined(), end: start };
  if (mode === 3) return { table: before ?? corrupt('sequences with a table that was not given'), end: start };
  if (mode === 2) return readFse(b, start, end, kind.maxLog, kind.maxCode);
  const code = b[start] as number;
  if (start >= end || code > kind.maxCode) corrupt(`code ${code} does not exist`);
  return { table: fseRepeat(code), end: start + 1 };
}
