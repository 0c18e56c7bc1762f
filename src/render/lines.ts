/** Bytes of a stream as lines of text. */
import { textOf } from '../bytes/text.ts';

/** Bytes of a line; a longer one is broken. */
const LONGEST = 16 * 1024;
const LF = 0x0a;
const CR = 0x0d;
/** A packet this full was cut by its size, not by what its sender wanted to say. */
const FULL = 1024;

/** Cuts a stream into lines. What is not UTF-8 is read as ISO 8859-1, each line for itself, unless it is no text at all. */
export class LineReader {
  private pending = new Uint8Array(0);
  private used = 0;
  /** The line that is waiting was broken off by the size of a packet. */
  private cut = false;

  /** The lines that end in `bytes`, without their ends. */
  take(bytes: Uint8Array): string[] {
    const out: string[] = [];
    let from = 0;
    while (from < bytes.length) {
      const at = bytes.indexOf(LF, from);
      const end = at < 0 ? bytes.length : at;
      const room = LONGEST - this.used;
      if (end - from > room) {
        this.add(bytes.subarray(from, from + room));
        out.push(this.long());
        from += room;
        continue;
      }
      this.add(bytes.subarray(from, end));
      if (at >= 0) out.push(this.line());
      from = end + 1;
    }
    this.cut = bytes.length >= FULL;
    return out;
  }

  /** The line that has no end yet; undefined when there is none, or when more of it is sure to come and `sure` was not said. */
  rest(sure = false): string | undefined {
    return this.used === 0 || (this.cut && !sure) ? undefined : this.line();
  }

  private add(bytes: Uint8Array): void {
    if (this.used + bytes.length > this.pending.length) {
      const grown = new Uint8Array(Math.min(LONGEST, 2 * (this.used + bytes.length)));
      grown.set(this.pending.subarray(0, this.used));
      this.pending = grown;
    }
    this.pending.set(bytes, this.used);
    this.used += bytes.length;
  }

  /** The first part of a line that is too long, cut between characters. */
  private long(): string {
    let end = this.used;
    for (let back = 1; back <= 3; back++) if ((this.pending[this.used - back] as number) >= 0xc0) end = this.used - back;
    const text = lineText(this.pending.subarray(0, end));
    this.pending.copyWithin(0, end, this.used);
    this.used -= end;
    return text;
  }

  private line(): string {
    const end = this.pending[this.used - 1] === CR ? this.used - 1 : this.used;
    const text = lineText(this.pending.subarray(0, Math.max(0, end)));
    this.used = 0;
    return text;
  }
}

/** Controls but tab, carriage return and escape, and those of C1: in ISO 8859-1 these are not text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what to look for
const BINARY = /[\0-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f]/;
const HIGH = /[\x80-\xff]/g;

/** One line as text; bytes above 0x7f of binary data are spelled out, since they are no letters. */
function lineText(bytes: Uint8Array): string {
  const text = textOf(bytes);
  if (text.length < bytes.length || !BINARY.test(text)) return text;
  return text.replace(HIGH, (c) => `\\x${c.charCodeAt(0).toString(16)}`);
}
