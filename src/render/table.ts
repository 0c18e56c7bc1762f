/** The table of packets: one row for each message. */
import Table from 'cli-table3';
import { printable } from '../bytes/printable.ts';
import type { Timestamp } from '../capture/frame.ts';
import type { Identification, InnerMessage, Packet, Session, Side } from '../ssh/model.ts';
import type { Problem } from '../wire/problem.ts';
import { type Palette, paintOf, palette } from './color.ts';
import { COMPACT } from './compact.ts';
import { captureEnding, sessionEnding } from './ending.ts';
import { withHex } from './hex.ts';
import type { RenderOptions, TextRenderer } from './renderer.ts';
import { clip, count, endpointText, problemText, sideOf } from './text.ts';
import { elapsed, isoTime } from './time.ts';

interface Column {
  readonly title: string;
  readonly width: number;
  readonly align: 'left' | 'right';
}

/** Narrower than this, messages go by their numbers: their names would leave no room for what they say. */
const ROOM_FOR_NAMES = 110;

/** The cells of a row as texts. */
interface Cells {
  readonly session: string;
  readonly index: string;
  readonly time: string;
  readonly frame: string;
  readonly side: Side;
  readonly sequence: string;
  readonly name: string;
}

/** What a row says; the summary behind it takes the room that is left. */
interface Row {
  readonly session: number;
  readonly index: string;
  readonly time: Timestamp;
  readonly frame: number;
  readonly side: Side;
  readonly sequence: string;
  readonly number: string;
  readonly name: string;
  readonly summary: string;
  readonly problems: readonly Problem[];
}

/** Rows as they come; sessions and what is wrong stand between them. */
export function tableRenderer(options: RenderOptions): TextRenderer {
  const table = new PacketTable(options);
  const renderer: TextRenderer = {
    begin: () => table.head(),
    identification: (i) => table.row(i.session, rowOfIdentification(i)),
    packet: (p) => table.row(p.session, rowOfPacket(p)) + p.inner.map((m) => table.inner(p, m)).join(''),
    session: (s) => table.close(s),
    capture: (c) => captureEnding(c, table.colors),
  };
  return options.hex ? withHex(renderer, options) : renderer;
}

class PacketTable {
  readonly colors: Palette;
  private readonly options: RenderOptions;
  private readonly columns: readonly Column[];
  private readonly names: boolean;
  /** Sessions whose heading was printed and whose end has not come. */
  private readonly opened = new Set<number>();
  private origin: Timestamp | undefined;

  constructor(options: RenderOptions) {
    this.options = options;
    this.origin = options.origin;
    this.colors = palette(options.color);
    this.names = options.width === undefined || options.width >= ROOM_FOR_NAMES;
    this.columns = columnsOf(options, this.names);
  }

  /**
   * The titles, laid out by cli-table3. The rows below are set to the same widths by hand: through cli-table3 a row
   * costs a quarter of a millisecond, a hundred times its dissection, and its page would have to be held back.
   */
  head(): string {
    const table = new Table({ ...COMPACT, colWidths: this.columns.map((c) => c.width), colAligns: this.columns.map((c) => c.align) });
    table.push(this.columns.map((c) => c.title));
    return `${this.colors.strong(`${table.toString()} Summary`)}\n`;
  }

  /** The row of something in `session`, below the heading of its session when it is the first. */
  row(session: Session, row: Row): string {
    this.origin ??= session.flow.start;
    const time = this.options.absoluteTime ? isoTime(row.time) : elapsed(this.origin, row.time);
    const cells = { session: String(row.session), index: row.index, time, frame: String(row.frame), side: row.side, sequence: row.sequence };
    const text = this.line({ ...cells, name: this.names ? row.name : row.number }, row.summary);
    const paint = row.problems.some((p) => p.severity === 'error') ? this.colors.error : this.colors[row.side];
    return `${this.heading(session)}${paint(text)}\n${this.problems(row.problems)}`;
  }

  /** The row of a message inside the channel that ended in `p`; what is wrong with it stands at the packet. */
  inner(p: Packet, m: InnerMessage): string {
    const blank = { session: '', index: '', time: '', frame: '', sequence: '' };
    const answer = m.answers === undefined ? '' : ` [answers No. ${m.answers.packet} after ${(m.answers.latency * 1000).toFixed(3)} ms]`;
    const name = this.names ? `  ${m.name}` : String(m.number ?? '');
    return `${this.colors[p.side](this.line({ ...blank, side: p.side, name }, `  ${m.summary}${answer}`))}\n`;
  }

  /** The end of a session, with what is wrong in it: also what belongs to no packet. */
  close(s: Session): string {
    const heading = this.heading(s);
    this.opened.delete(s.number);
    return heading + sessionEnding(s, this.colors);
  }

  private heading(s: Session): string {
    if (this.opened.has(s.number)) return '';
    this.opened.add(s.number);
    return `${this.colors.strong(`Session ${s.number}: client ${endpointText(s.client)} → server ${endpointText(s.server)}${insideText(s)}`)}\n`;
  }

  private problems(problems: readonly Problem[]): string {
    return problems.map((p) => `  ${paintOf(this.colors, p.severity)(`! ${problemText(p)}`)}\n`).join('');
  }

  /** The cells in their columns, then the summary. */
  private line(cells: Cells, summary: string): string {
    const { session, index, time, frame, side, sequence, name } = cells;
    const arrow = side === 'client' ? 'C → S' : 'C ← S';
    let text = '';
    for (const [i, cell] of [session, index, time, frame, arrow, sequence, name].entries()) {
      const { width, align } = this.columns[i] as Column;
      text += `${align === 'right' ? cell.padStart(width) : cell.padEnd(width)} `;
    }
    return this.fit(printable(text + summary));
  }

  private fit(text: string): string {
    return this.options.width === undefined ? text.trimEnd() : clip(text, this.options.width);
  }
}

function insideText({ parent }: Session): string {
  return parent === undefined ? '' : `, inside channel ${parent.channel.id} of session ${parent.session.number}`;
}

function columnsOf(options: RenderOptions, names: boolean): Column[] {
  return [
    { title: 'S', width: 2, align: 'right' },
    { title: 'No.', width: 5, align: 'right' },
    { title: 'Time', width: options.absoluteTime ? 30 : 10, align: 'right' },
    { title: 'Frame', width: 6, align: 'right' },
    { title: 'Dir', width: 5, align: 'left' },
    { title: 'Seq', width: 4, align: 'right' },
    names ? { title: 'Message', width: 30, align: 'left' } : { title: 'Msg', width: 3, align: 'right' },
  ];
}

function rowOfIdentification(i: Identification): Row {
  const before = i.preamble.length === 0 ? '' : ` (after ${count(i.preamble.length, 'other line')})`;
  const { session, time, frame, problems } = i;
  return {
    session: session.number,
    index: '',
    time,
    frame,
    side: sideOf(i),
    sequence: '',
    number: '',
    name: 'identification',
    summary: `${i.text}${before}`,
    problems,
  };
}

function rowOfPacket(p: Packet): Row {
  const { session, time, frame, side, summary, problems } = p;
  const number = p.number === undefined ? '' : String(p.number);
  return { session: session.number, index: String(p.index), time, frame, side, sequence: String(p.sequence), number, name: p.name ?? '', summary, problems };
}
