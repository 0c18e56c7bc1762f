/** One line of a secrets file, read from the bytes: a key log of a million lines must not become a million strings. */
import { latin1 } from '../bytes/text.ts';

const SPACE = 0x20;
const HASH = 0x23;

/** Value of each byte as a hex digit of either case; 255 for all others. */
const NIBBLE = new Uint8Array(256).fill(255);
for (let v = 0; v < 16; v++) {
  NIBBLE[v.toString(16).charCodeAt(0)] = v;
  NIBBLE[v.toString(16).toUpperCase().charCodeAt(0)] = v;
}

const ARENA_BYTES = 64 * 1024;

/** Cuts many small byte arrays from few large ones: an array of its own costs four times as much. */
export class Arena {
  private block = new Uint8Array(0);
  private used = 0;
  private readonly size: number;

  /** `most` bytes will be taken in all, about: a file of one line needs no large array. */
  constructor(most: number) {
    this.size = Math.min(ARENA_BYTES, most);
  }

  take(length: number): Uint8Array {
    if (this.used + length > this.block.length) {
      this.block = new Uint8Array(Math.max(this.size, length));
      this.used = 0;
    }
    const at = this.used;
    this.used += length;
    return new Uint8Array(this.block.buffer, at, length);
  }
}

/** A cursor over the lines of a file; one object serves all lines. `bytes[start..end)` is the line without white space at its ends. */
export class Line {
  readonly bytes: Uint8Array;
  /** From 1. */
  number = 0;
  start = 0;
  end = 0;
  /** Where the next line begins. */
  next = 0;
  private readonly arena: Arena;
  private split: readonly string[] | undefined;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    // Two digits make a byte.
    this.arena = new Arena(bytes.length >> 1);
  }

  /** Goes on to the next line; false at the end of the file. */
  advance(): boolean {
    if (this.next >= this.bytes.length) return false;
    const newline = this.bytes.indexOf(0x0a, this.next);
    let start = this.next;
    let end = newline < 0 ? this.bytes.length : newline;
    this.next = end + 1;
    this.number++;
    while (start < end && (this.bytes[start] as number) <= SPACE) start++;
    while (end > start && (this.bytes[end - 1] as number) <= SPACE) end--;
    this.start = start;
    this.end = end;
    this.split = undefined;
    return true;
  }

  get length(): number {
    return this.end - this.start;
  }

  get isComment(): boolean {
    return this.bytes[this.start] === HASH;
  }

  /** The words of the line, up to a word that begins with `#`. */
  get words(): readonly string[] {
    if (this.split === undefined) {
      const words = this.text.split(/[^\x21-\xff]+/);
      const comment = words.findIndex((w) => w.startsWith('#'));
      this.split = comment < 0 ? words : words.slice(0, comment);
    }
    return this.split;
  }

  get text(): string {
    return latin1(this.bytes.subarray(this.start, this.end));
  }

  /** End of the word at `at`. */
  wordEnd(at: number): number {
    let p = at;
    while (p < this.end && (this.bytes[p] as number) > SPACE) p++;
    return p;
  }

  /** Start of the first word at or after `at`; the end of the line when there is none or a comment begins there. */
  wordStart(at: number): number {
    let p = at;
    while (p < this.end && (this.bytes[p] as number) <= SPACE) p++;
    return this.bytes[p] === HASH ? this.end : p;
  }

  /** First offset from `at` that is no hex digit, at most `end`. */
  hexEnd(at: number, end: number): number {
    let p = at;
    while (p < end && NIBBLE[this.bytes[p] as number] !== 255) p++;
    return p;
  }

  /** The bytes that `start..end` spells in hex, of either case; undefined when it is not an even number of hex digits. */
  hex(start: number, end: number): Uint8Array | undefined {
    if ((end - start) % 2 !== 0) return undefined;
    const out = this.arena.take((end - start) / 2);
    let all = 0;
    for (let i = 0, p = start; i < out.length; i++, p += 2) {
      const high = NIBBLE[this.bytes[p] as number] as number;
      const low = NIBBLE[this.bytes[p + 1] as number] as number;
      all |= high | low;
      out[i] = (high << 4) | low;
    }
    return all > 15 ? undefined : out;
  }
}
