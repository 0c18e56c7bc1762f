/** Messages of SCP: a letter and a line, or a single byte; and file data between them. */
import { concat } from '../../bytes/concat.ts';
import { type Origin, Space } from '../../bytes/space.ts';
import { latin1, textOf } from '../../bytes/text.ts';
import type { InnerMessage } from '../../ssh/model.ts';
import type { SshPacket } from '../../ssh/packet.ts';
import { quoted } from '../../ssh/words.ts';
import type { Field } from '../../wire/field.ts';
import { type Problem, problem } from '../../wire/problem.ts';
import { originsOfPieces, pieceOf } from '../framing.ts';

/** Bytes that begin answers: all is well, something went wrong with one file, and the end of everything. */
export const OK = 0;
export const WARNING = 1;
export const ERROR = 2;

/** A line taken apart. */
export type Line =
  | { readonly kind: 'C' | 'D'; readonly mode: number; readonly size: number; readonly name: string }
  | { readonly kind: 'T'; readonly modified: number; readonly accessed: number }
  | { readonly kind: 'E' }
  | { readonly kind: 'answer'; readonly code: number; readonly text: string }
  | { readonly kind: 'data'; readonly offset: number; readonly length: number; readonly path: string }
  | { readonly kind: 'unknown' };

type Part = readonly [name: string, length: number, value: unknown, doc: string];

const MODE = 'Permission bits, octal.';
const END = ['(line end)', 1, '', 'LF.'] as const satisfies Part;
const BLANK = ['(blank)', 1, '', 'Stands between two fields.'] as const satisfies Part;

/** Takes apart a line with its line feed, or a lone byte; with the parts that tile it. */
export function readLine(bytes: Uint8Array): { line: Line; parts: readonly Part[] } {
  const first = bytes[0] ?? OK;
  const letter = String.fromCharCode(first);
  const text = latin1(bytes);
  if (first <= ERROR) {
    const said = textOf(bytes.subarray(1)).replace(/\n$/, '');
    const parts: Part[] = [['code', 1, first, 'Whether all is well: 0 yes, 1 a warning, 2 an error.']];
    if (bytes.length > 1) parts.push(['text', bytes.length - 2, said, 'What went wrong.'], END);
    return { line: { kind: 'answer', code: first, text: said }, parts };
  }
  const type: Part = ['type', 1, letter, 'C: a file; D: a directory; E: its end; T: times of what comes next.'];
  const [, mode = '', size = '', name = ''] = /^[CD]([0-7]{1,7}) (\d{1,19}) ([^\n]+)\n$/.exec(text) ?? [];
  if (name !== '') {
    const spelled = textOf(bytes.subarray(bytes.length - 1 - name.length, bytes.length - 1));
    return {
      line: { kind: letter === 'C' ? 'C' : 'D', mode: Number.parseInt(mode, 8) & 0o7777, size: Number(size), name: spelled },
      parts: [
        type,
        ['mode', mode.length, mode, MODE],
        BLANK,
        ['size', size.length, Number(size), 'Bytes of the file that follow; 0 for a directory.'],
        BLANK,
        ['name', name.length, spelled, 'Name, without a path.'],
        END,
      ],
    };
  }
  const times = /^T(\d{1,15}) (\d{1,9}) (\d{1,15}) (\d{1,9})\n$/.exec(text)?.slice(1) ?? [];
  if (times.length === 4) return { line: { kind: 'T', modified: Number(times[0]), accessed: Number(times[2]) }, parts: [type, ...timeParts(times), END] };
  if (text === 'E\n') return { line: { kind: 'E' }, parts: [type, END] };
  return { line: { kind: 'unknown' }, parts: [['line', bytes.length, textOf(bytes), 'A line that is none of SCP.']] };
}

const TIMES = ['modified', 'modifiedMicroseconds', 'accessed', 'accessedMicroseconds'];
const TIME_DOCS = ['Last change, seconds since 1970.', 'Microseconds to be added.', 'Last access, seconds since 1970.', 'Microseconds to be added.'];

function timeParts(times: readonly string[]): Part[] {
  return times.flatMap((digits, i): Part[] => {
    const part: Part = [TIMES[i] ?? '', digits.length, Number(digits), TIME_DOCS[i] ?? ''];
    return i === 0 ? [part] : [BLANK, part];
  });
}

type Pieces = Parameters<typeof originsOfPieces>[0];

/** A message of SCP, or a piece of a file. */
export class ScpMessage implements InnerMessage {
  readonly protocol = 'scp';
  readonly secret = false;
  answers: InnerMessage['answers'] = undefined;
  readonly problems: Problem[] = [];
  readonly line: Line;
  private readonly bytes: Uint8Array;
  private readonly pieces: Pieces;
  private readonly parts: readonly Part[] | undefined;

  constructor(line: Line, bytes: Uint8Array, pieces: Pieces, parts?: readonly Part[]) {
    this.line = line;
    this.bytes = bytes;
    this.pieces = pieces;
    this.parts = parts;
    if (line.kind === 'unknown') this.problems.push(problem('malformed', 'a line that is no message of SCP'));
  }

  /** The first byte; undefined for a piece of a file. */
  get number(): number | undefined {
    return this.line.kind === 'data' ? undefined : this.bytes[0];
  }

  get name(): string {
    const { line } = this;
    return line.kind === 'answer' ? (['OK', 'warning', 'error'][line.code] ?? 'error') : line.kind;
  }

  get summary(): string {
    const { line } = this;
    switch (line.kind) {
      case 'C':
        return `File: ${quoted(line.name)}, ${line.size} bytes, mode 0${line.mode.toString(8)}`;
      case 'D':
        return `Directory: ${quoted(line.name)}, mode 0${line.mode.toString(8)}`;
      case 'E':
        return 'End of directory';
      case 'T':
        return `Times: changed ${line.modified}, accessed ${line.accessed}`;
      case 'data':
        return `Data: ${line.length} bytes at ${line.offset} of ${quoted(line.path)}`;
      case 'answer':
        return line.text === '' ? 'OK' : `${line.code === WARNING ? 'Warning' : 'Error'}: ${quoted(line.text)}`;
      default:
        return `Unknown: ${quoted(textOf(this.bytes))}`;
    }
  }

  get value(): Readonly<Record<string, unknown>> {
    if (this.parts === undefined) return { data: this.bytes };
    return Object.fromEntries(this.parts.filter(([name]) => !name.startsWith('(')).map(([name, , value]) => [name, value]));
  }

  get space(): Space {
    const origins: Origin[] = originsOfPieces(this.pieces);
    return new Space(
      this.bytes,
      origins,
      this.pieces.every((p) => p.at !== undefined),
    );
  }

  get fields(): readonly Field[] {
    const parts = this.parts ?? [['data', this.bytes.length, this.bytes, 'Bytes of the file.'] as const];
    let at = 0;
    const out: Field[] = [];
    for (const [name, length, value, doc] of parts) {
      const span = { start: at, end: at + length };
      at += length;
      if (length > 0)
        out.push({ name, kind: value instanceof Uint8Array ? 'bytes' : typeof value === 'number' ? 'number' : 'text', span, value, doc, children: [] });
    }
    return out;
  }
}

/** Gathers a line that may come in several packets. */
export class LineBuffer {
  private readonly parts: Uint8Array[] = [];
  private readonly pieces: Pieces[number][] = [];
  private length = 0;

  /** Bytes of a line that has not ended. */
  get pending(): number {
    return this.length;
  }

  /** The first byte of the line. */
  get first(): number | undefined {
    return this.parts[0]?.[0];
  }

  /** `bytes` stand at `from` of the data of `packet`. */
  add(bytes: Uint8Array, packet: SshPacket, from: number): void {
    this.pieces.push(pieceOf(packet, from, bytes.length, this.length));
    this.parts.push(bytes.slice());
    this.length += bytes.length;
  }

  /** The line is whole. */
  take(): ScpMessage {
    const bytes = concat(this.parts);
    const { line, parts } = readLine(bytes);
    const message = new ScpMessage(line, bytes, [...this.pieces], parts);
    this.drop();
    return message;
  }

  drop(): void {
    this.parts.length = 0;
    this.pieces.length = 0;
    this.length = 0;
  }
}
