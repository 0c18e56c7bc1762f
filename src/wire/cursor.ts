/** A reader over bytes that notes, if asked, which bytes became which field. */
import type { Span } from '../bytes/space.ts';
import { textIn } from '../bytes/text.ts';
import type { Codec } from './codec.ts';
import { type Field, UNDECODED, valueOfFields } from './field.ts';
import { type Problem, type ProblemCode, problem } from './problem.ts';

/** Stops a codec that cannot go on. Thrown and caught in this file only. */
class Halt extends Error {
  readonly code: ProblemCode;
  /** Where the piece that could not be read begins. */
  readonly at: number;
  constructor(code: ProblemCode, message: string, at: number) {
    super(message);
    this.code = code;
    this.at = at;
  }
}

interface OpenField {
  readonly name: string;
  readonly codec: Codec<unknown>;
  readonly start: number;
  readonly children: Field[];
}

const NO_FIELDS: Field[] = [];
const NO_OPEN: OpenField[] = [];
const NO_PROBLEMS: readonly Problem[] = [];

/** What a decode gives: always as much as could be read. */
export interface Decoded<T> {
  /** The value; when `problems` tell of an overrun, the parts that were read. */
  readonly value: T;
  /** The field tree, empty unless asked for. Its leaves tile the input. */
  readonly fields: readonly Field[];
  readonly problems: readonly Problem[];
  /** A field that is marked secret was met. */
  readonly secret: boolean;
}

export interface DecodeOptions {
  /** Build the field tree. Off, a clean decode costs a third. */
  readonly trace?: boolean;
  /** True when the input is known to be whole, so that running over its end is `malformed` and not `truncated`. */
  readonly complete?: boolean;
  /** Read only `bytes[start..end)`; spans stay offsets into `bytes`. */
  readonly start?: number;
  readonly end?: number;
}

/** Reads one piece of wire data. Codecs call the read methods; only `decode` makes a Cursor. */
export class Cursor {
  bytes: Uint8Array;
  readonly tracing: boolean;
  pos = 0;
  /** A secret codec has begun to read. */
  secret = false;
  /** End of the innermost box. */
  end: number;
  /** Code of an overrun of the innermost box. */
  private overrun: ProblemCode;
  /** The first box that ran over the end of the one around it, in words: nothing in it ends where it says. */
  private cause: string | undefined = undefined;
  private found: Problem[] | undefined = undefined;
  private readonly root: Field[];
  private children: Field[];
  private readonly open: OpenField[];

  constructor(bytes: Uint8Array, tracing: boolean, overrun: ProblemCode) {
    this.bytes = bytes;
    this.end = bytes.length;
    this.tracing = tracing;
    this.overrun = overrun;
    // Without a tree these are never written to.
    this.root = tracing ? [] : NO_FIELDS;
    this.children = this.root;
    this.open = tracing ? [] : NO_OPEN;
  }

  get problems(): readonly Problem[] {
    return this.found ?? NO_PROBLEMS;
  }

  /** The fields read so far at the level now open. */
  get fields(): readonly Field[] {
    return this.children;
  }

  get remaining(): number {
    return this.end - this.pos;
  }

  uint8(): number {
    this.need(1, 'uint8');
    return this.bytes[this.pos++] as number;
  }

  uint32(): number {
    this.need(4, 'uint32');
    const b = this.bytes;
    const p = this.pos;
    this.pos = p + 4;
    return ((b[p] as number) * 0x1000000 + (((b[p + 1] as number) << 16) | ((b[p + 2] as number) << 8) | (b[p + 3] as number))) >>> 0;
  }

  /** `length` bytes, as a view of the input. */
  take(length: number): Uint8Array {
    this.need(length);
    const from = this.pos;
    this.pos = from + length;
    return this.bytes.subarray(from, this.pos);
  }

  /** The content of a `string` of RFC 4251 section 5: four bytes of length, then that many bytes. */
  string(): Uint8Array {
    return this.take(this.stringLength());
  }

  /** The same as text. */
  text(): string {
    const end = this.stringLength() + this.pos;
    const text = textIn(this.bytes, this.pos, end);
    this.pos = end;
    return text;
  }

  /** Reads the length of a `string`, all of which is there. */
  private stringLength(): number {
    const start = this.pos;
    const length = this.uint32();
    if (length > this.remaining) throw new Halt(this.overrun, `a string of ${length} bytes, where ${this.remaining} are left`, start);
    return length;
  }

  /** Moves past `length` bytes; false when there are not so many in the box. */
  skip(length: number): boolean {
    if (length > this.remaining) return false;
    this.pos += length;
    return true;
  }

  /** Moves past a `string` and gives the length of its content; -1 when the box does not hold all of it. */
  skipString(): number {
    if (this.remaining < 4) return -1;
    const length = this.uint32();
    return this.skip(length) ? length : -1;
  }

  /** Skims `codec` in a `string`, which it must fill. */
  skimBox(codec: Codec<unknown>): boolean {
    const outerEnd = this.end;
    const length = this.skipString();
    if (length < 0) return false;
    this.end = this.pos;
    this.pos -= length;
    const clean = codec.skim?.(this) === true && this.pos === this.end;
    this.end = outerEnd;
    return clean;
  }

  /** Stops this decode: what begins at `at` cannot be read. */
  halt(code: ProblemCode, message: string, at = this.pos): never {
    throw new Halt(code, message, at);
  }

  /** Notes a problem and goes on. */
  report(code: ProblemCode, message: string, span: Span, rfc?: string): void {
    this.found ??= [];
    this.found.push(problem(code, message, rfc === undefined ? { span } : { span, rfc }));
  }

  /** Reads `codec` as the field `name`. */
  field<T>(name: string, codec: Codec<T>): T {
    if (!this.tracing) return codec.read(this);
    const start = this.pos;
    const siblings = this.children;
    const children: Field[] = [];
    this.open.push({ name, codec: codec as Codec<unknown>, start, children });
    this.children = children;
    const value = codec.read(this);
    this.open.pop();
    this.children = siblings;
    // An optional field that is not there has no bytes and no leaf.
    if (value !== undefined || this.pos > start) siblings.push(this.close(name, codec as Codec<unknown>, start, this.pos, value, children));
    return value;
  }

  /**
   * Reads `codec` in a box of `length` bytes. An overrun inside stays inside: the box keeps what was read, the rest
   * of it is `(undecoded)`, and the reader goes on behind it. Bytes left over become a `(trailing)` leaf.
   */
  box<T>(length: number, codec: Codec<T>): T {
    if (length > this.remaining) {
      // The box runs over the end: read it as far as it goes, then stop as its parent does. What stops the reading inside follows from that.
      this.cause ??= `a length of ${length}, where ${this.remaining} bytes are left`;
      codec.read(this);
      this.halt(this.overrun, `a box of ${length} bytes runs over the end`);
    }
    const outerEnd = this.end;
    const { overrun: outerOverrun, cause: outerCause } = this;
    this.cause = undefined;
    this.end = this.pos + length;
    this.overrun = 'malformed';
    const value = this.run(codec);
    this.end = outerEnd;
    this.overrun = outerOverrun;
    this.cause = outerCause;
    return value;
  }

  /** Reads `codec` up to `end`; the only place where a Halt is caught. */
  run<T>(codec: Codec<T>): T {
    const depth = this.open.length;
    const mine = this.children;
    const start = this.pos;
    let value: T;
    try {
      value = codec.read(this);
    } catch (error) {
      if (!(error instanceof Halt)) throw error;
      const hidden = this.open.slice(depth).some((o) => o.codec.secret === true);
      const at = this.unwind(depth, this.tracing ? start : error.at, mine);
      const message = error.code === this.overrun ? (this.cause ?? error.message) : error.message;
      this.report(error.code, message, { start: at, end: this.end });
      this.cause = undefined;
      this.children = mine;
      this.leaf(UNDECODED, at, hidden);
      return partial(codec as Codec<unknown>, mine) as T;
    }
    if (this.pos < this.end) {
      this.report('trailing', `${this.end - this.pos} bytes are left over`, { start: this.pos, end: this.end });
      this.leaf('(trailing)', this.pos);
    }
    return value;
  }

  /** A leaf of raw bytes from `start` to the end of the box. */
  private leaf(name: string, start: number, hidden = false): void {
    this.pos = this.end;
    if (!this.tracing || start === this.end) return;
    const value = this.bytes.subarray(start, this.end);
    this.children.push({ name, kind: 'bytes', span: { start, end: this.end }, value, children: [], ...(hidden ? { secret: true } : {}) });
  }

  /** Closes the fields that a Halt left open and gives the place behind the last leaf that was read. */
  private unwind(depth: number, start: number, mine: readonly Field[]): number {
    const inner = this.open.length > depth ? (this.open[this.open.length - 1] as OpenField) : { children: mine, start };
    const at = inner.children[inner.children.length - 1]?.span.end ?? inner.start;
    while (this.open.length > depth) {
      const o = this.open.pop() as OpenField;
      const siblings = this.open[this.open.length - 1]?.children ?? this.root;
      if (o.children.length > 0) siblings.push(this.close(o.name, o.codec, o.start, at, partial(o.codec, o.children), o.children));
    }
    return at;
  }

  private close(name: string, codec: Codec<unknown>, start: number, end: number, value: unknown, children: Field[]): Field {
    const base = { name, kind: codec.kind, span: { start, end }, value, children };
    const label = value === undefined ? undefined : codec.label?.(value);
    const field = { ...base, ...(label === undefined ? {} : { label }), ...(codec.doc === undefined ? {} : { doc: codec.doc }) };
    return codec.secret === true ? { ...field, secret: true } : field;
  }

  /** Stops unless `length` more bytes are in the box; `what` they are. */
  need(length: number, what?: string): void {
    if (length > this.end - this.pos) throw new Halt(this.overrun, `${what ?? `${length} bytes`} expected, ${this.end - this.pos} bytes are left`, this.pos);
  }
}

/** What a container holds when it could not be read to its end. */
function partial(codec: Codec<unknown>, children: readonly Field[]): unknown {
  if (codec.kind === 'list') return children.filter((f) => !f.name.startsWith('(')).map((f) => f.value);
  return valueOfFields(children);
}

const NOTHING = new Uint8Array(0);
/** For `isClean`, as skimming leaves nothing in it. */
const skimmer = new Cursor(NOTHING, false, 'malformed');

/** True when it is certain that decoding `bytes[start..end)` with `codec` gives no problem and meets no secret; makes no value. */
export function isClean(codec: Codec<unknown>, bytes: Uint8Array, start: number, end: number): boolean {
  if (codec.skim === undefined) return false;
  skimmer.bytes = bytes;
  skimmer.pos = start;
  skimmer.end = end;
  const clean = codec.skim(skimmer) && skimmer.pos === end;
  skimmer.bytes = NOTHING;
  return clean;
}

/**
 * Decodes `bytes` with `codec`. Never throws for any input: what could not be read is told in `problems`, and
 * what could be read is there.
 */
export function decode<T>(codec: Codec<T>, bytes: Uint8Array, options: DecodeOptions = {}): Decoded<T> {
  const overrun = options.complete === true ? 'malformed' : 'truncated';
  const trace = options.trace === true;
  const c = new Cursor(bytes, trace, overrun);
  c.pos = options.start ?? 0;
  c.end = options.end ?? bytes.length;
  const value = c.run(codec);
  // The partial value of a failed decode comes from the tree, so a failed quick decode is done again with one.
  if (!trace && c.problems.length > 0) return { ...decode(codec, bytes, { ...options, trace: true }), fields: [] };
  return { value, fields: c.fields, problems: c.problems, secret: c.secret };
}
