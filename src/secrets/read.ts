/** Reads a file of secrets in any spelling, line by line; what cannot be read is a problem and the rest is used. */
import { textOf } from '../bytes/text.ts';
import { DEFAULT_LIMITS, type Limits } from '../limits.ts';
import { type Problem, type ProblemCode, problem } from '../wire/problem.ts';
import { plainText } from './encoding.ts';
import type { SecretItem, Source } from './item.ts';
import { BracketCounter } from './json-lines.ts';
import { Line } from './line.ts';
import { mistakenFile, mistakenLine } from './mistakes.ts';
import { type Collector, isObject, type JsonSpelling, type LineReader, type Outcome } from './spelling.ts';
import { SPELLINGS } from './spellings/index.ts';

/** What became of the lines of a file; `read`, `comments`, `blank` and `unread` add up to `total`. */
export interface LineCounts {
  readonly total: number;
  readonly read: number;
  readonly comments: number;
  readonly blank: number;
  readonly unread: number;
}

export interface SecretsRead {
  readonly items: readonly SecretItem[];
  /** Each with the number of its line. */
  readonly problems: readonly Problem[];
  /** Names of the spellings that were met, in the order of `SPELLINGS`. */
  readonly spellings: readonly string[];
  readonly lines: LineCounts;
}

/**
 * The secrets in `text`, a file or the data of a secrets block; `file` names it in sources. Each line is tried with every spelling
 * of `SPELLINGS`, so a file may mix them. No secret gets into a problem. Never throws; keeps a copy of what it needs of `text`.
 */
export function readSecrets(text: Uint8Array, file: string, limits: Limits = DEFAULT_LIMITS): SecretsRead {
  const reader = new FileReader(plainText(text), file, limits);
  const mistake = mistakenFile(text);
  if (mistake !== undefined) reader.report('unknown', `this is ${mistake}`, 1);
  else reader.readAll();
  return reader.result();
}

class FileReader implements Collector {
  private readonly file: string;
  private readonly limits: Limits;
  private readonly line: Line;
  private readonly items: SecretItem[] = [];
  private readonly problems: Problem[] = [];
  private suppressed = 0;
  private readonly met = new Set<string>();
  private readonly counts = { total: 0, read: 0, comments: 0, blank: 0, unread: 0 };
  private readonly readers: readonly { readonly name: string; readonly reader: LineReader }[];
  /** JSON over several lines may begin only at or after this offset: the lines before were tried so already. */
  private multilineFrom = 0;
  private inPem = false;

  constructor(text: Uint8Array, file: string, limits: Limits) {
    this.file = file;
    this.limits = limits;
    this.line = new Line(text);
    this.readers = SPELLINGS.flatMap((s) => (s.form === 'line' ? [{ name: s.name, reader: s.open(this) }] : []));
  }

  add(item: SecretItem): void {
    this.items.push(item);
  }

  source(line: number): Source {
    return { file: this.file, line };
  }

  incomplete(line: number, message: string): void {
    this.report('malformed', message, line);
  }

  report(code: ProblemCode, message: string, line: number): void {
    if (this.problems.length < this.limits.problems) this.problems.push(problem(code, `${this.file}:${line}: ${message}`, { line }));
    else this.suppressed++;
  }

  readAll(): void {
    while (this.line.advance()) {
      if (this.items.length >= this.limits.secretItems) {
        this.report('limit', 'there are more secrets than sshark keeps: this line and those after it were not read (limit secretItems)', this.line.number);
        break;
      }
      this.counts.total++;
      this.readLine();
    }
    for (const r of this.readers) r.reader.finish?.();
  }

  result(): SecretsRead {
    const { items, problems, counts: lines } = this;
    if (this.suppressed > 0) problems.push(problem('limit', `${this.file}: ${this.suppressed} more problems of this file are not shown`));
    return { items, problems, spellings: SPELLINGS.map((s) => s.name).filter((name) => this.met.has(name)), lines };
  }

  private readLine(): void {
    const { line, counts } = this;
    if (line.length === 0) counts.blank++;
    else if (this.inPem && this.readPem()) counts.unread++;
    else if (line.isComment) counts.comments++;
    else if (this.beginsJson()) this.readJson();
    else {
      for (const { name, reader } of this.readers) {
        const outcome = this.isLong && name !== SPELLINGS[0]?.name ? undefined : reader.read(line);
        if (outcome !== undefined) {
          this.count(outcome, name, line.number);
          return;
        }
      }
      this.unknownLine();
    }
  }

  /** Only the key log is read as bytes and takes lines of any length (K of group 18 alone has 2,048 digits). */
  private get isLong(): boolean {
    return this.line.length > this.limits.secretTextBytes;
  }

  private count(outcome: true | string, spelling: string, line: number): void {
    this.met.add(spelling);
    if (outcome === true) this.counts.read++;
    else {
      this.counts.unread++;
      this.report('malformed', `${spelling}: ${outcome}${this.atEnd}`, line);
    }
  }

  /** What to say of an unreadable line that the file ends in. */
  private get atEnd(): string {
    return this.line.next > this.line.bytes.length ? '; the file ends within this line, which may be cut off' : '';
  }

  private unknownLine(): void {
    const { line } = this;
    this.counts.unread++;
    const mistake = mistakenLine(textOf(line.bytes.subarray(line.start, Math.min(line.end, line.start + 200))));
    if (mistake?.startsWith('a key in PEM')) this.inPem = true;
    if (this.isLong)
      this.report('limit', `a line of ${line.length} bytes is longer than any spelling but the key log needs (limit secretTextBytes)`, line.number);
    else this.report('unknown', mistake ?? `not a spelling of a secret that sshark knows (${line.length} bytes)${this.atEnd}`, line.number);
  }

  /** True for a line inside a PEM key, which was reported at its first line. One without an end stops at what it cannot contain. */
  private readPem(): boolean {
    const text = this.isLong ? '' : this.line.text;
    this.inPem = PEM_BODY.test(text);
    return this.inPem || text.startsWith('-----END ');
  }

  /** A bracket begins JSON unless a time follows it, as in Dropbear's lines. */
  private beginsJson(): boolean {
    const { bytes, start, end } = this.line;
    if (bytes[start] === 0x7b) return true;
    if (bytes[start] !== 0x5b) return false;
    const next = this.line.wordStart(start + 1);
    return next >= end || bytes[next] === 0x7b || bytes[next] === 0x5d;
  }

  /**
   * A JSON value that begins on this line. When it does not end, only its first line is unreadable: the lines after it are read again
   * by themselves, once, so a log with one line cut short loses that line only and no file is gone through more than twice.
   */
  private readJson(): void {
    const { line, limits } = this;
    const { start, number, next } = line;
    const brackets = new BracketCounter();
    let balance = brackets.line(line.bytes, start, line.end);
    while (balance === 'open' && start >= this.multilineFrom && line.next - start <= limits.secretTextBytes && line.advance()) {
      balance = brackets.line(line.bytes, line.start, line.end);
    }
    const value = balance === 'closed' && line.end - start <= limits.secretTextBytes ? parse(textOf(line.bytes.subarray(start, line.end))) : undefined;
    if (value !== undefined) {
      const lines = line.number - number + 1;
      this.counts.total += lines - 1;
      this.readValue(value, number, lines);
      return;
    }
    this.multilineFrom = Math.max(this.multilineFrom, line.next);
    line.next = next;
    line.number = number;
    this.counts.unread++;
    this.report('malformed', balance === 'closed' ? 'not valid JSON' : 'a JSON value that does not end', number);
  }

  private readValue(value: object, number: number, lines: number): void {
    const objects: readonly unknown[] = Array.isArray(value) && value.length > 0 ? value : [value];
    const extent = lines === 1 ? '' : ` (to line ${number + lines - 1})`;
    let read = false;
    for (const object of objects) {
      const [outcome, name] = this.readObject(object, number);
      if (outcome !== undefined) this.met.add(name);
      if (outcome === true) read = true;
      else if (outcome === undefined) this.report('unknown', `JSON that holds no secret that sshark knows${extent}`, number);
      else this.report('malformed', `${name}: ${outcome}${extent}`, number);
    }
    this.counts[read ? 'read' : 'unread'] += lines;
  }

  private readObject(object: unknown, number: number): readonly [Outcome, string] {
    if (!isObject(object)) return [undefined, ''];
    for (const s of JSON_SPELLINGS) {
      const outcome = s.read(object, number, this);
      if (outcome !== undefined) return [outcome, s.name];
    }
    return [undefined, ''];
  }
}

/** Base64 or a header line (RFC 7468 section 3, RFC 1421). */
const PEM_BODY = /^(?:[A-Za-z0-9+/=]{1,76}|(?:Proc-Type|DEK-Info): .*)$/;

const JSON_SPELLINGS: readonly JsonSpelling[] = SPELLINGS.flatMap((s) => (s.form === 'json' ? [s] : []));

/** The object or array in `text`; undefined when it is not JSON. The parser's own message quotes the text and is not used. */
function parse(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
