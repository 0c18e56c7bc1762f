/** The entropy coders of Zstandard: FSE tables and Huffman codes (RFC 8878 section 4). */
import { corrupt } from './inflater.ts';

/** Bits read from the end of `bytes[start..end)` to its beginning, as zstd writes them (RFC 8878 section 4.1). */
export class BackwardBits {
  /** Bits not yet read. Negative when more were read than there are. */
  left: number;
  private readonly bytes: Uint8Array;
  private readonly start: number;

  constructor(bytes: Uint8Array, start: number, end: number) {
    const last = end > start ? (bytes[end - 1] as number) : 0;
    if (last === 0) corrupt('a bit stream without its end mark');
    this.bytes = bytes;
    this.start = start;
    // The highest set bit of the last byte marks the end.
    this.left = (end - start) * 8 - Math.clz32(last) + 23;
  }

  /** The next `n` bits, at most 24, without taking them; zeros stand in for bits before the beginning. */
  peek(n: number): number {
    const from = this.left - n;
    if (from < 0) return this.left <= 0 ? 0 : this.at(0, this.left) << -from;
    return this.at(from, n);
  }

  /** Takes `n` bits, at most 32. */
  read(n: number): number {
    if (n > 24) return ((this.read(n - 16) << 16) | this.read(16)) >>> 0;
    const value = this.peek(n);
    this.left -= n;
    return value;
  }

  private at(bit: number, n: number): number {
    const b = this.bytes;
    const p = this.start + (bit >>> 3);
    const word = (b[p] as number) | ((b[p + 1] as number) << 8) | ((b[p + 2] as number) << 16) | ((b[p + 3] as number) << 24);
    return (word >>> (bit & 7)) & ((1 << n) - 1);
  }
}

/** An FSE decoding table: the symbol of each state, and how the next state is made. */
export interface FseTable {
  readonly log: number;
  readonly symbols: Uint8Array;
  readonly bits: Uint8Array;
  readonly bases: Uint16Array;
}

/** The table of `counts` (of each symbol, -1 for "less than one"), whose sum is 2^log (RFC 8878 section 4.1.1). */
export function fseTable(counts: readonly number[], log: number): FseTable {
  const size = 1 << log;
  const symbols = new Uint8Array(size);
  const next: number[] = [];
  let high = size;
  counts.forEach((count, symbol) => {
    next.push(Math.abs(count));
    if (count === -1) symbols[--high] = symbol;
  });
  const step = (size >> 1) + (size >> 3) + 3;
  let at = 0;
  counts.forEach((count, symbol) => {
    for (let i = 0; i < count; i++) {
      symbols[at] = symbol;
      do at = (at + step) & (size - 1);
      while (at >= high);
    }
  });
  const bits = new Uint8Array(size);
  const bases = new Uint16Array(size);
  for (let state = 0; state < size; state++) {
    const symbol = symbols[state] as number;
    const x = next[symbol] as number;
    next[symbol] = x + 1;
    const n = log - 31 + Math.clz32(x);
    bits[state] = n;
    bases[state] = (x << n) - size;
  }
  return { log, symbols, bits, bases };
}

/** A table that gives `symbol` again and again. */
export function fseRepeat(symbol: number): FseTable {
  return { log: 0, symbols: Uint8Array.of(symbol), bits: Uint8Array.of(0), bases: Uint16Array.of(0) };
}

/** Reads a table description from `b[start..end)`; gives the table and where it ends. */
export function readFse(b: Uint8Array, start: number, end: number, maxLog: number, maxSymbol: number): { table: FseTable; end: number } {
  let bit = 0;
  const peek = (n: number): number => {
    const p = start + (bit >>> 3);
    const word = (b[p] as number) | ((b[p + 1] as number) << 8) | ((b[p + 2] as number) << 16);
    return (word >>> (bit & 7)) & ((1 << n) - 1);
  };
  const log = peek(4) + 5;
  bit = 4;
  if (log > maxLog) corrupt(`an FSE table of 2^${log} states, where 2^${maxLog} is the most`);
  const counts: number[] = [];
  let remaining = 1 << log;
  while (remaining > 0) {
    // Values 0 to remaining + 1; the lower ones take a bit less.
    const n = 32 - Math.clz32(remaining + 1);
    const low = peek(n - 1);
    const short = (1 << n) - 2 - remaining;
    let value = low;
    if (low < short) bit += n - 1;
    else {
      value = peek(n);
      if (value >= 1 << (n - 1)) value -= short;
      bit += n;
    }
    const count = value - 1;
    counts.push(count);
    remaining -= Math.abs(count);
    if (count === 0) {
      let zeros: number;
      do {
        zeros = peek(2);
        bit += 2;
        for (let i = 0; i < zeros; i++) counts.push(0);
      } while (zeros === 3 && counts.length <= maxSymbol);
    }
    if (counts.length > maxSymbol + 1 || start + ((bit + 7) >>> 3) > end) corrupt('an FSE table description that runs over its end');
  }
  if (remaining < 0) corrupt('an FSE table description with too high a sum');
  return { table: fseTable(counts, log), end: start + ((bit + 7) >>> 3) };
}

/** A Huffman decoding table: for each value of the next `log` bits the symbol and the length of its code. */
export interface HuffmanTable {
  readonly log: number;
  readonly symbols: Uint8Array;
  readonly bits: Uint8Array;
}

/** Reads a Huffman tree description (RFC 8878 section 4.2.1); gives the table and where it ends. */
export function readHuffman(b: Uint8Array, start: number, end: number): { table: HuffmanTable; end: number } {
  const head = start < end ? (b[start] as number) : 0;
  const direct = head >= 128;
  const stop = start + 1 + (direct ? (head - 126) >> 1 : head);
  if (start >= end || stop > end) corrupt('a Huffman tree description that runs over its end');
  const weights: number[] = [];
  if (direct) {
    for (let i = 0; i < head - 127; i++) weights.push(((b[start + 1 + (i >> 1)] as number) >>> (i % 2 === 0 ? 4 : 0)) & 15);
  } else fseWeights(b, start + 1, stop, weights);
  return { table: huffmanTable(weights), end: stop };
}

/** Weights coded by two FSE states that take turns until the bits run out. */
function fseWeights(b: Uint8Array, start: number, end: number, weights: number[]): void {
  const { table, end: tableEnd } = readFse(b, start, end, 6, 255);
  const bits = new BackwardBits(b, tableEnd, end);
  let state = bits.read(table.log);
  let other = bits.read(table.log);
  if (bits.left < 0) corrupt('Huffman weights without their states');
  while (weights.length < 255) {
    weights.push(table.symbols[state] as number);
    const n = table.bits[state] as number;
    if (bits.left < n) {
      weights.push(table.symbols[other] as number);
      break;
    }
    const next = (table.bases[state] as number) + bits.read(n);
    state = other;
    other = next;
  }
  if (weights.length > 255) corrupt('more than 256 Huffman weights');
}

/** The weight of the last symbol is not written: it makes the sum a power of two. */
function huffmanTable(weights: number[]): HuffmanTable {
  let sum = 0;
  for (const w of weights) if (w > 0) sum += 2 ** (w - 1);
  const log = 32 - Math.clz32(sum);
  const left = 2 ** log - sum;
  if (sum === 0 || log > 11 || (left & (left - 1)) !== 0) corrupt('Huffman weights that make no tree');
  weights.push(32 - Math.clz32(left));
  const symbols = new Uint8Array(1 << log);
  const bits = new Uint8Array(1 << log);
  let at = 0;
  for (let weight = 1; weight <= log; weight++) {
    for (let symbol = 0; symbol < weights.length; symbol++) {
      if (weights[symbol] !== weight) continue;
      const to = at + (1 << (weight - 1));
      symbols.fill(symbol, at, to);
      bits.fill(log + 1 - weight, at, to);
      at = to;
    }
  }
  return { log, symbols, bits };
}

/** Decodes `out[from..to)` from the Huffman stream `b[start..end)`, which must come out even. */
export function decodeHuffman(table: HuffmanTable, b: Uint8Array, start: number, end: number, out: Uint8Array, from: number, to: number): void {
  const source = new BackwardBits(b, start, end);
  const { log, symbols, bits } = table;
  for (let i = from; i < to; i++) {
    const index = source.peek(log);
    out[i] = symbols[index] as number;
    source.left -= bits[index] as number;
  }
  if (source.left !== 0) corrupt('a Huffman stream that does not come out even');
}
