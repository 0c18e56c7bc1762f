/** The screen of a terminal: what a person saw of the output of a program, and the lines that have left it. */
import { EscapeReader, type Terminal } from './escapes.ts';
import { Grid, type Row, textOfRow } from './grid.ts';
import { Transcript } from './transcript.ts';

/** Rows and columns that are believed; a terminal of no size is taken for the usual one. */
const MOST_ROWS = 500;
const MOST_COLUMNS = 1000;
const USUAL_ROWS = 24;
const USUAL_COLUMNS = 80;
const TAB = 8;

/** DEC special graphics (VT100), from U+0060 on: lines and corners. */
const GRAPHICS = '◆▒␉␌␍␊°±␤␋┘┐┌└┼⎺⎻─⎼⎽├┤┴┬│≤≥π≠£·';

/** Nobody sees them: zero width space, non-joiner and joiner. */
const JOINERS = '\u200b\u200c\u200d';

const ALTERNATE = [47, 1047, 1049];

interface Cursor {
  readonly row: number;
  readonly column: number;
}

/** Follows the output of a program. Its lines hold peer text, which may hold marks that are not yet made printable. */
export class Screen implements Terminal {
  private readonly reader = new EscapeReader(this);
  private readonly decoder = new TextDecoder('utf-8');
  private readonly main: Grid;
  /** Set while a program uses the whole screen: an editor, a pager. */
  private alternate: Grid | undefined = undefined;
  private row = 0;
  private column = 0;
  /** The cursor stands behind the last column: the next character goes to the next row. */
  private over = false;
  private saved: Cursor = { row: 0, column: 0 };
  /** Where the cursor of the main screen stood when a program took the whole screen. */
  private before: Cursor = { row: 0, column: 0 };
  private wraps = true;
  private inserts = false;
  /** Which of the two character sets are line drawing, and which one is in use. */
  private readonly graphics = [false, false];
  private shifted = 0;
  private last = ' ';
  private readonly transcript = new Transcript();
  /** Title of the window, as the program set it. */
  title = '';

  /** A screen of `columns` x `rows` characters. */
  constructor(columns: number, rows: number) {
    this.main = new Grid(columnsOf(columns), rowsOf(rows));
  }

  private get grid(): Grid {
    return this.alternate ?? this.main;
  }

  /** Takes output; characters may be cut anywhere. Gives the lines that left the screen. */
  take(bytes: Uint8Array): string[] {
    this.reader.take(this.decoder.decode(bytes, { stream: true }));
    return this.transcript.take();
  }

  /** The window was given another size. */
  resize(columns: number, rows: number): void {
    const [c, r] = [columnsOf(columns), rowsOf(rows)];
    const { main } = this;
    if (c === main.columns && r === main.rows) return;
    // What no longer fits leaves at the top as far as the cursor stands below it, as on a real screen.
    const above = Math.max(0, (this.alternate === undefined ? this.row : this.before.row) - (r - 1));
    if (this.alternate === undefined) this.row -= above;
    else this.before = { row: this.before.row - above, column: this.before.column };
    this.transcript.add(main.removeTop(above));
    main.resize(c, r);
    this.alternate?.resize(c, r);
    this.move(this.row, this.column);
  }

  /** The lines that are on the screen now, with what is left of a program that used all of it. The stream is over. */
  finish(): string[] {
    this.reader.take(this.decoder.decode());
    this.leaveAlternate();
    this.transcript.add(this.main.removeTop(this.main.used));
    this.transcript.end();
    return this.transcript.take();
  }

  /** The rows as they are on the screen now, down to the last one with something in it or the cursor's. */
  picture(): string[] {
    const { grid, row } = this;
    return Array.from({ length: Math.max(grid.used, row + 1) }, (_, i) => textOfRow(grid.row(i)));
  }

  /** Where the cursor stands in the picture. */
  get cursor(): Cursor {
    return { row: this.row, column: this.column };
  }

  // --- lines that leave

  /** Rows go up by `n` within the region; those that leave the screen at its top are kept, without `blank` only if something is in them. */
  private scroll(n: number, blank: boolean): void {
    const gone = this.grid.scrollUp(n);
    if (this.grid.top > 0) return;
    if (this.alternate === undefined) this.transcript.add(gone, blank);
    else this.keepPicture(gone);
  }

  private enterAlternate(): void {
    if (this.alternate !== undefined) return;
    this.before = { row: this.row, column: this.column };
    this.alternate = new Grid(this.main.columns, this.main.rows);
  }

  private leaveAlternate(): void {
    const { alternate } = this;
    if (alternate === undefined) return;
    this.keepPicture(alternate.removeTop(alternate.used));
    this.transcript.endPicture();
    this.alternate = undefined;
    this.move(this.before.row, this.before.column);
  }

  /** What a program showed on the whole screen comes behind what stood above the cursor before. */
  private keepPicture(rows: readonly Row[]): void {
    this.transcript.picture(rows, () => {
      const { row, column } = this.before;
      this.before = { row: 0, column };
      return this.main.removeTop(row);
    });
  }

  // --- what comes

  print(text: string): void {
    for (const c of text) this.put(this.graphics[this.shifted] === true ? graphic(c) : c);
  }

  private put(c: string): void {
    if (JOINERS.includes(c)) return;
    const { grid } = this;
    const width = grid.widthOf(c);
    if (width === 0) {
      grid.combine(this.row, this.over ? this.column : this.column - 1, c);
      return;
    }
    if ((this.over || this.column + width > grid.columns) && this.wraps) {
      grid.row(this.row).wrapped = true;
      this.column = 0;
      this.down();
    }
    this.over = false;
    if (this.column + width > grid.columns) this.column = Math.max(0, grid.columns - width);
    if (this.inserts) grid.insert(this.row, this.column, width);
    grid.put(this.row, this.column, c, width);
    this.last = c;
    this.column += width;
    if (this.column >= grid.columns) {
      this.column = grid.columns - 1;
      this.over = true;
    }
  }

  control(code: number): void {
    if (code === 0x0d) this.move(this.row, 0);
    else if (code >= 0x0a && code <= 0x0c) this.lineFeed();
    else if (code === 0x08) this.move(this.row, this.column - 1);
    else if (code === 0x09) this.move(this.row, (Math.floor(this.column / TAB) + 1) * TAB);
    else if (code === 0x0e) this.shifted = 1;
    else if (code === 0x0f) this.shifted = 0;
  }

  escape(intermediate: string, final: string): void {
    if (intermediate === '(' || intermediate === ')') this.graphics[intermediate === '(' ? 0 : 1] = final === '0';
    if (intermediate !== '') return;
    if (final === 'D') this.lineFeed();
    else if (final === 'E') {
      this.move(this.row, 0);
      this.lineFeed();
    } else if (final === 'M') this.up();
    else if (final === '7') this.saved = { row: this.row, column: this.column };
    else if (final === '8') this.move(this.saved.row, this.saved.column);
    else if (final === 'c') this.reset();
  }

  command(number: number, text: string): void {
    if (number === 0 || number === 2) this.title = text;
  }

  sequence(marker: string, parameters: readonly number[], intermediate: string, final: string): void {
    if (intermediate !== '') return;
    const set = final === 'h';
    if (marker === '?' && (set || final === 'l')) for (const mode of parameters) this.privateMode(mode, set);
    if (marker !== '') return;
    if (set || final === 'l') this.inserts = parameters.includes(4) ? set : this.inserts;
    else if (!this.moves(parameters, final)) this.edits(parameters, final);
  }

  private privateMode(mode: number, set: boolean): void {
    if (mode === 7) this.wraps = set;
    else if (ALTERNATE.includes(mode)) {
      if (set) this.enterAlternate();
      else this.leaveAlternate();
    }
  }

  /** Sequences that move the cursor. Gives false for others. */
  private moves(parameters: readonly number[], final: string): boolean {
    const [first = -1, second = -1] = parameters;
    const n = Math.max(1, first);
    const { row, column } = this;
    if (final === 'A') this.vertical(-n, column);
    else if (final === 'B' || final === 'e') this.vertical(n, column);
    else if (final === 'C' || final === 'a') this.move(row, column + n);
    else if (final === 'D') this.move(row, column - n);
    else if (final === 'E') this.vertical(n, 0);
    else if (final === 'F') this.vertical(-n, 0);
    else if (final === 'G' || final === '`') this.move(row, n - 1);
    else if (final === 'd') this.move(n - 1, column);
    else if (final === 'H' || final === 'f') this.move(n - 1, Math.max(1, second) - 1);
    else if (final === 'I') this.move(row, (Math.floor(column / TAB) + n) * TAB);
    else if (final === 'Z') this.move(row, (Math.ceil(column / TAB) - n) * TAB);
    else if (final === 's') this.saved = { row, column };
    else if (final === 'u') this.move(this.saved.row, this.saved.column);
    else return false;
    return true;
  }

  /** Sequences that change what is on the screen. */
  private edits(parameters: readonly number[], final: string): void {
    const [first = -1, second = -1] = parameters;
    const n = Math.max(1, first);
    const { grid, row, column } = this;
    if (final === 'J') this.eraseDisplay(first);
    else if (final === 'K') grid.erase(row, first === 1 || first === 2 ? 0 : column, first === 1 ? column + 1 : grid.columns);
    else if (final === 'X') grid.erase(row, column, column + n);
    else if (final === '@') grid.insert(row, column, n);
    else if (final === 'P') grid.remove(row, column, n);
    else if (final === 'L') grid.insertRows(row, n);
    else if (final === 'M') grid.removeRows(row, n);
    else if (final === 'S') this.scroll(n, false);
    else if (final === 'T') grid.insertRows(grid.top, n);
    else if (final === 'b') for (let i = Math.min(n, grid.columns); i > 0; i--) this.put(this.last);
    else if (final === 'r') {
      grid.region(Math.max(1, first) - 1, second < 1 ? grid.rows : second);
      this.move(0, 0);
    }
  }

  /** What is erased from the main screen as a whole was seen, and is kept as if it had scrolled away. */
  private eraseDisplay(what: number): void {
    const { grid, row, column } = this;
    const whole = what === 2 || (what < 1 && row === 0 && column === 0);
    if (whole && this.alternate === undefined) this.transcript.add(grid.removeTop(grid.used));
    else if (whole) grid.clear(0, grid.rows);
    else if (what === 1) {
      grid.clear(0, row);
      grid.erase(row, 0, column + 1);
    } else if (what < 1) {
      grid.erase(row, column, grid.columns);
      grid.clear(row + 1, grid.rows);
    }
  }

  private reset(): void {
    this.leaveAlternate();
    this.transcript.add(this.main.removeTop(this.main.used));
    this.main.region(0, this.main.rows);
    this.graphics.fill(false);
    this.shifted = 0;
    this.wraps = true;
    this.inserts = false;
    this.move(0, 0);
  }

  // --- the cursor

  private move(row: number, column: number): void {
    this.row = Math.min(Math.max(row, 0), this.grid.rows - 1);
    this.column = Math.min(Math.max(column, 0), this.grid.columns - 1);
    this.over = false;
  }

  /** Up or down; a cursor in the region stays in it. */
  private vertical(by: number, column: number): void {
    const { top, bottom } = this.grid;
    const to = this.row + by;
    if (by < 0) this.move(this.row >= top ? Math.max(to, top) : to, column);
    else this.move(this.row < bottom ? Math.min(to, bottom - 1) : to, column);
  }

  private lineFeed(): void {
    this.over = false;
    this.grid.row(this.row).wrapped = false;
    this.down();
  }

  private down(): void {
    if (this.row === this.grid.bottom - 1) this.scroll(1, true);
    else if (this.row < this.grid.rows - 1) this.row++;
  }

  private up(): void {
    if (this.row === this.grid.top) this.grid.insertRows(this.grid.top, 1);
    else this.move(this.row - 1, this.column);
  }
}

function rowsOf(n: number): number {
  return n < 1 ? USUAL_ROWS : Math.min(n, MOST_ROWS);
}

function columnsOf(n: number): number {
  return n < 1 ? USUAL_COLUMNS : Math.min(n, MOST_COLUMNS);
}

function graphic(c: string): string {
  return GRAPHICS[c.charCodeAt(0) - 0x60] ?? c;
}
