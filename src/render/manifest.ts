/** Files that were extracted: as records for machines, and as a table for people. */
import { printable } from '../bytes/printable.ts';
import type { CaptureTotals, Session, Transfer } from '../ssh/model.ts';
import { type Palette, palette } from './color.ts';
import { captureEnding } from './ending.ts';
import { type JsonRecord, recordOfCapture, textOfRecord } from './json.ts';
import { recordOfTransfer } from './json-login.ts';
import type { ExtractedFile, Renderer, RenderOptions } from './renderer.ts';
import { count, grouped, wrap } from './text.ts';

/** Sessions without files of which it is told why. */
const SESSIONS_SHOWN = 20;
const INDENT = 4;

/** The record of a file that moved. */
export function recordOfFile(t: Transfer, { file, sha256 }: ExtractedFile): JsonRecord {
  return { record: 'file', session: t.session.number, ...recordOfTransfer(t), file: file ?? null, sha256: sha256 ?? null };
}

const NOT_WRITTEN: ExtractedFile = { file: undefined, sha256: undefined };

/** A record a line as files are done, and that of the capture. */
export function filesNdjsonRenderer(options: RenderOptions): Renderer {
  return {
    transfer: (t) => `${textOfRecord(recordOfFile(t, options.extracted?.(t) ?? NOT_WRITTEN))}\n`,
    capture: (c) => `${textOfRecord(recordOfCapture(c))}\n`,
  };
}

/** The same in one array. */
export function filesJsonRenderer(options: RenderOptions): Renderer {
  const each = filesNdjsonRenderer(options);
  let before = '[\n';
  const next = (line: string) => {
    const text = before + line.trimEnd();
    before = ',\n';
    return text;
  };
  return {
    transfer: (t) => next(each.transfer?.(t) ?? ''),
    capture: (c) => next(each.capture?.(c) ?? ''),
    end: () => (before === ',\n' ? '\n]\n' : '[]\n'),
  };
}

/** Each file as it is done: its name, and below it what is known of it. */
export function filesTableRenderer(options: RenderOptions): Renderer {
  const table = new FilesTable(options);
  return {
    transfer: (t) => table.file(t, options.extracted?.(t) ?? NOT_WRITTEN),
    session: (s) => table.session(s),
    capture: (c) => table.end(c),
  };
}

class FilesTable {
  private readonly colors: Palette;
  private readonly width: number;
  private readonly sessions = new Set<number>();
  private files = 0;
  private incomplete = 0;
  private bytes = 0;
  private without = 0;

  constructor(options: RenderOptions) {
    this.colors = palette(options.color);
    this.width = Math.max(options.width ?? Number.POSITIVE_INFINITY, 60);
  }

  file(t: Transfer, { file, sha256 }: ExtractedFile): string {
    this.sessions.add(t.session.number);
    this.files++;
    this.bytes += t.bytes;
    if (!t.complete) this.incomplete++;
    const { colors } = this;
    const facts = [
      `${t.direction} by ${t.protocol.toUpperCase()}`,
      count(t.bytes, 'byte'),
      ...(t.mode === undefined ? [] : [`mode 0${t.mode.toString(8)}`]),
      ...(t.modified === undefined ? [] : [`changed ${dateText(t.modified)}`]),
    ];
    const title = file === undefined ? `(not written) ${printable(t.path)}` : printable(file);
    const lines = [...this.lines(facts.join(', '))];
    if (file !== undefined && `session-${t.session.number}/${t.path.replace(/^\//, '')}` !== file)
      lines.push(...this.lines(`its name there: ${printable(t.path)}`));
    if (sha256 !== undefined) lines.push(`${' '.repeat(INDENT)}sha256 ${sha256}`);
    const state = t.complete ? (t.note === '' ? '' : `complete; ${t.note}`) : `incomplete: ${t.note}`;
    const paint = t.complete ? colors.faint : colors.warning;
    if (state !== '') lines.push(...this.lines(printable(state)).map(paint));
    return `${colors.strong(title)}\n${lines.map((line) => `${line}\n`).join('')}`;
  }

  /** Why there are no files in a session. */
  session(s: Session): string {
    if (this.sessions.delete(s.number) || ++this.without > SESSIONS_SHOWN) return '';
    return this.lines(`Session ${s.number}: no file; ${whyNone(s)}.`, 0)
      .map((line) => `${this.colors.faint(line)}\n`)
      .join('');
  }

  end(c: CaptureTotals): string {
    const more = this.without > SESSIONS_SHOWN ? `${count(this.without - SESSIONS_SHOWN, 'more session')} without files.\n` : '';
    const bad = this.incomplete === 0 ? '' : `, ${grouped(this.incomplete)} incomplete`;
    const total = this.files === 0 ? '' : `${count(this.files, 'file')}, ${count(this.bytes, 'byte')}${bad}\n`;
    return more + total + captureEnding(c, this.colors);
  }

  private lines(text: string, indent = INDENT): string[] {
    return wrap(text, this.width - indent).map((line) => ' '.repeat(indent) + line);
  }
}

/** What an analyst needs to know when nothing came out. */
function whyNone(s: Session): string {
  const sides = [
    ['client', s.client.decryption],
    ['server', s.server.decryption],
  ] as const;
  const sealed = sides.filter(([, d]) => d.state !== 'ok' && d.reason !== '');
  const [first, second] = sealed;
  if (first === undefined) return 'nothing was moved by SFTP or SCP';
  if (second !== undefined && second[1].reason === first[1].reason) return `it is not decrypted: ${printable(first[1].reason)}`;
  return sealed.map(([side, d]) => `what the ${side} sent is not decrypted to its end: ${printable(d.reason)}`).join('; ');
}

function dateText(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString().slice(0, 19).replace('T', ' ');
}
