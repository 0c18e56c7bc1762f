/** What a program sends to a terminal, taken apart: text, controls and escape sequences (ECMA-48, and as xterm has them). */

/** Takes what a stream means, in its order. */
export interface Terminal {
  /** Printable characters. */
  print(text: string): void;
  /** A control character of C0. */
  control(code: number): void;
  /** ESC, `intermediate` characters if any, and the final one. */
  escape(intermediate: string, final: string): void;
  /** A control sequence: `marker` is one of `<=>?` or empty; a parameter that was left out is -1. */
  sequence(marker: string, parameters: readonly number[], intermediate: string, final: string): void;
  /** An operating system command: its number and text, as far as they are kept. */
  command(number: number, text: string): void;
}

/** Characters of one control sequence, of the text of a command that is kept, and of a string that is swallowed. */
const LONGEST_SEQUENCE = 128;
const LONGEST_COMMAND = 256;
const LONGEST_STRING = 64 * 1024;
const MOST_PARAMETERS = 16;
/** Larger numbers mean the same as this one on every screen. */
const LARGEST = 9999;

const ESC = 0x1b;
const CAN = 0x18;
const SUB = 0x1a;
const BEL = 0x07;
const DEL = 0x7f;
const C1 = 0x80;
const LAST_C1 = 0x9f;
const ST = 0x9c;

type State = 'ground' | 'escape' | 'sequence' | 'string' | 'string-escape';

/** What the second character of an escape sequence opens. */
const OPENS: Readonly<Record<string, State>> = { '[': 'sequence', ']': 'string', P: 'string', X: 'string', '^': 'string', _: 'string' };

/** Reads the text of a stream piece by piece; sequences may be cut anywhere. */
export class EscapeReader {
  private readonly terminal: Terminal;
  private state: State = 'ground';
  /** The sequence so far, behind its introducer. */
  private gathered = '';
  /** Characters of the string so far. */
  private swallowed = 0;
  private isCommand = false;

  constructor(terminal: Terminal) {
    this.terminal = terminal;
  }

  /** Takes the next piece. */
  take(text: string): void {
    let from = 0;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (this.state === 'ground' && code >= 0x20 && code !== DEL && (code < C1 || code > LAST_C1)) continue;
      if (this.state === 'ground' && i > from) this.terminal.print(text.slice(from, i));
      this.character(code, text.charAt(i));
      from = i + 1;
    }
    if (from < text.length) this.terminal.print(text.slice(from));
  }

  private character(code: number, c: string): void {
    if (this.state === 'string' || this.state === 'string-escape') {
      this.inString(code, c);
      return;
    }
    if (code === ESC) this.begin('escape');
    else if (code === CAN || code === SUB) this.state = 'ground';
    else if (code < 0x20) this.terminal.control(code);
    else if (code >= C1 && code <= LAST_C1) this.begins(String.fromCharCode(code - 0x40));
    else if (this.state === 'escape') this.inEscape(c);
    else if (this.state === 'sequence') this.inSequence(code, c);
  }

  private begin(state: State): void {
    this.state = state;
    this.gathered = '';
    this.swallowed = 0;
  }

  /** ESC and `c`, or the C1 control that means the same. */
  private begins(c: string): void {
    this.isCommand = c === ']';
    const opens = OPENS[c];
    if (opens !== undefined) {
      this.begin(opens);
      return;
    }
    this.state = 'ground';
    this.terminal.escape('', c);
  }

  private inEscape(c: string): void {
    if (c >= ' ' && c <= '/') {
      if (this.gathered.length < LONGEST_SEQUENCE) this.gathered += c;
      return;
    }
    if (this.gathered === '') {
      this.begins(c);
      return;
    }
    this.state = 'ground';
    this.terminal.escape(this.gathered, c);
  }

  private inSequence(code: number, c: string): void {
    if (code >= 0x20 && code < 0x40) {
      if (this.gathered.length < LONGEST_SEQUENCE) this.gathered += c;
      return;
    }
    this.state = 'ground';
    const [, marker = '', numbers = '', intermediate = ''] = /^([<=>?]?)([\d;:]*)([ -/]*)$/.exec(this.gathered) ?? [];
    if (code < DEL && (this.gathered === '' || marker + numbers + intermediate !== ''))
      this.terminal.sequence(marker, numbers.split(';', MOST_PARAMETERS).map(parameter), intermediate, c);
  }

  private inString(code: number, c: string): void {
    // ESC \ ends a string; any other ESC gives it up and begins something else.
    if (this.state === 'string-escape') {
      this.finish();
      if (c !== '\\') {
        this.begin('escape');
        this.character(code, c);
      }
      return;
    }
    if (code === ESC) this.state = 'string-escape';
    else if (code === ST || (code === BEL && this.isCommand)) this.finish();
    else if (code === CAN || code === SUB) this.state = 'ground';
    else if (++this.swallowed > LONGEST_STRING) this.state = 'ground';
    else if (this.isCommand && this.gathered.length < LONGEST_COMMAND) this.gathered += c;
  }

  private finish(): void {
    this.state = 'ground';
    if (!this.isCommand) return;
    const [, number = '', text = ''] = /^(\d{1,5});?(.*)$/s.exec(this.gathered) ?? [];
    if (number !== '') this.terminal.command(Number(number), text);
  }
}

/** A parameter; sub-parameters behind a colon are of colours, which nobody here asks for. */
function parameter(text: string): number {
  const n = Number.parseInt(text, 10);
  return Number.isNaN(n) ? -1 : Math.min(n, LARGEST);
}
