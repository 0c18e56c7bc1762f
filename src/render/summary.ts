/** The summary: what a person wants to know of each session, in one screen. */
import { printable, shorten } from '../bytes/printable.ts';
import type { CaptureTotals, Party, Phase, Session } from '../ssh/model.ts';
import { type Palette, palette } from './color.ts';
import { captureProblems } from './ending.ts';
import type { RenderOptions, TextRenderer } from './renderer.ts';
import { sessionLines } from './session-text.ts';
import { clip, count, endpointText } from './text.ts';

/** From this many sessions on, each has one line only. */
const SESSIONS_IN_FULL = 20;
/** Columns where there is no terminal to tell. */
export const DEFAULT_WIDTH = 80;
/** Columns of an IPv4 endpoint: `255.255.255.255:65535`. */
const ENDPOINT = 21;

/** How far a session came, in at most 12 columns; its login says more. */
const REACHED: Readonly<Record<Phase['name'], string>> = {
  tcp: 'TCP',
  identification: 'versions',
  negotiation: 'negotiation',
  'key exchange': 'key exchange',
  encrypted: 'encrypted',
  end: '',
};
const REACHED_WIDTH = 12;

/**
 * Each session in full, or when they are many one line for each. Sessions are held back until one or the other
 * is certain, so that a summary has one form.
 */
export function summaryRenderer(options: RenderOptions): TextRenderer {
  return new Summary(options);
}

/** Both forms of a session as a JSON array of two; the full one is empty when it is certain that nobody will want it. */
export function summaryParts(options: RenderOptions): TextRenderer {
  const forms = new SessionForms(options);
  let seen = 0;
  return { session: (s) => JSON.stringify([forms.line(s), ++seen <= SESSIONS_IN_FULL || options.full ? forms.full(s) : '']) };
}

/** A session that is over, in the form that is asked for. */
interface Shown {
  line(): string;
  full(): string;
}

class Summary implements TextRenderer {
  private readonly options: RenderOptions;
  private readonly colors: Palette;
  private readonly forms: SessionForms;
  /** Sessions that are over: what they hold is small, and their text takes longer than their bytes took to read. */
  private held: Shown[] = [];
  private brief = false;

  constructor(options: RenderOptions) {
    this.options = options;
    this.colors = palette(options.color);
    this.forms = new SessionForms(options);
  }

  session(s: Session): string {
    if (this.brief && !this.options.full) return this.forms.line(s);
    return this.show({ line: () => this.forms.line(s), full: () => this.forms.full(s) });
  }

  join(part: string): string {
    const [line, full] = JSON.parse(part) as [string, string];
    return this.show({ line: () => line, full: () => full });
  }

  private show(one: Shown): string {
    if (this.options.full) return one.full();
    if (this.brief) return one.line();
    this.held.push(one);
    if (this.held.length <= SESSIONS_IN_FULL) return '';
    this.brief = true;
    return this.release((each) => each.line(), this.title());
  }

  capture(c: CaptureTotals): string {
    const held = this.release((one) => one.full(), '');
    const size = c.compression === undefined ? count(c.bytes, 'byte') : `${count(c.bytes, 'byte')}, ${printable(c.compression)}`;
    const contents = `${count(c.frames, 'frame')}, ${count(c.streams, 'TCP stream')}, ${count(c.sessions, 'SSH session')}`;
    const more = this.brief ? `${this.colors.faint('Use -s NUMBER to see a session in full.')}\n` : '';
    return `${held}${this.brief ? '\n' : ''}${this.colors.strong(shorten(c.file, 200))}: ${c.format}, ${size}: ${contents}\n${captureProblems(c, this.colors)}${more}`;
  }

  private release(form: (one: Shown) => string, before: string): string {
    const text = this.held.map(form).join('');
    this.held = [];
    return text === '' ? '' : before + text;
  }

  private title(): string {
    const names = [
      'No.'.padStart(5),
      '!'.padStart(3),
      'Client'.padEnd(ENDPOINT),
      'Server'.padEnd(ENDPOINT),
      'Reached'.padEnd(REACHED_WIDTH),
      'Software of client and server',
    ];
    return `${this.colors.strong(names.join(' '))}\n`;
  }
}

/** The two forms of a session. */
class SessionForms {
  private readonly options: RenderOptions;
  private readonly colors: Palette;

  constructor(options: RenderOptions) {
    this.options = options;
    this.colors = palette(options.color);
  }

  full(s: Session): string {
    return `${sessionLines(s, this.colors, this.options.width ?? DEFAULT_WIDTH).join('\n')}\n\n`;
  }

  line(s: Session): string {
    const { client, server } = s;
    const problems = s.problems.length === 0 ? '   ' : String(s.problems.length).padStart(3);
    const ends = `${endpointText(client).padEnd(ENDPOINT)} ${endpointText(server).padEnd(ENDPOINT)}`;
    const row = `${String(s.number).padStart(5)} ${problems} ${ends} ${reachedText(s).padEnd(REACHED_WIDTH)} ${softwareText(client)}, ${softwareText(server)}`;
    const text = this.options.width === undefined ? row : clip(row, this.options.width);
    return `${s.problems.some((p) => p.severity === 'error') ? this.colors.error(text) : text}\n`;
  }
}

function softwareText({ identification }: Party): string {
  return identification === undefined ? '?' : printable(identification.softwareVersion);
}

function reachedText(s: Session): string {
  const { outcome } = s.authentication;
  if (outcome !== 'unknown') return outcome === 'success' ? 'logged in' : 'login failed';
  return REACHED[s.phases.findLast((p) => p.name !== 'end')?.name ?? 'tcp'];
}
