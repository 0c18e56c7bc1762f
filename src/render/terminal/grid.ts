/** The characters of a screen in rows and columns, and what can be done to them. */
import { widthOf } from './width.ts';

/** Code units of one cell: a character and the marks on it. */
const LONGEST_CELL = 16;
/** Stands behind a character of two columns. */
const SECOND_HALF = '';

/** A row: a cell is undefined where nothing was written. */
export interface Row {
  readonly cells: (string | undefined)[];
  /** Its text goes on in the next row. */
  wrapped: boolean;
}

/** The text of a row; without blanks at its end, unless it goes on in the next row. */
export function textOfRow({ cells, wrapped }: Row): string {
  let text = '';
  for (let i = 0; i < cells.length; i++) text += cells[i] ?? ' ';
  return wrapped ? text : text.trimEnd();
}

const emptyRow = (): Row => ({ cells: [], wrapped: false });

/** A grid of cells with a region that scrolls, from row `top` up to before row `bottom`. */
export class Grid {
  columns: number;
  rows: number;
  top = 0;
  bottom: number;
  private lines: Row[];

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
    this.bottom = rows;
    this.lines = Array.from({ length: rows }, emptyRow);
  }

  /** Row `row`, which must be less than `rows`. */
  row(row: number): Row {
    return this.lines[row] as Row;
  }

  widthOf(c: string): 0 | 1 | 2 {
    const width = widthOf(c);
    return width > this.columns ? 1 : width;
  }

  /** Rows from the top down to the last one with something in it. */
  get used(): number {
    for (let row = this.rows; row > 0; row--) if (textOfRow(this.row(row - 1)) !== '') return row;
    return 0;
  }

  resize(columns: number, rows: number): void {
    this.columns = columns;
    this.rows = rows;
    while (this.lines.length < rows) this.lines.push(emptyRow());
    this.lines.length = rows;
    for (const { cells } of this.lines) cells.length = Math.min(cells.length, columns);
    this.region(0, rows);
  }

  /** Makes rows from `top` up to before `bottom` the ones that scroll; all when that is no region. */
  region(top: number, bottom: number): void {
    const valid = top < Math.min(bottom, this.rows) - 1;
    this.top = valid ? top : 0;
    this.bottom = valid ? Math.min(bottom, this.rows) : this.rows;
  }

  // --- cells

  put(row: number, column: number, c: string, width: 1 | 2): void {
    const { cells } = this.row(row);
    // Half of a wide character is none.
    if (cells[column] === SECOND_HALF) cells[column - 1] = ' ';
    if (cells[column + width] === SECOND_HALF) cells[column + width] = ' ';
    while (cells.length < column) cells.push(undefined);
    cells[column] = c;
    if (width === 2) cells[column + 1] = SECOND_HALF;
  }

  /** Adds the mark `c` to what stands at `column`. */
  combine(row: number, column: number, c: string): void {
    const { cells } = this.row(row);
    const at = cells[column] === SECOND_HALF ? column - 1 : column;
    const cell = cells[at];
    if (cell !== undefined && cell.length + c.length <= LONGEST_CELL) cells[at] = cell + c;
  }

  /** Empties the columns from `from` up to before `to`. */
  erase(row: number, from: number, to: number): void {
    const line = this.row(row);
    const { cells } = line;
    if (to >= this.columns) {
      cells.length = Math.min(cells.length, from);
      line.wrapped = false;
      return;
    }
    for (let i = from; i < Math.min(to, cells.length); i++) cells[i] = undefined;
  }

  /** Makes room for `n` columns; what goes over the edge is gone. */
  insert(row: number, column: number, n: number): void {
    const { cells } = this.row(row);
    if (column >= cells.length) return;
    cells.splice(column, 0, ...new Array<undefined>(Math.min(n, this.columns - column)));
    cells.length = Math.min(cells.length, this.columns);
  }

  /** Takes `n` columns out. */
  remove(row: number, column: number, n: number): void {
    this.row(row).cells.splice(column, n);
  }

  // --- rows

  /** Empties the rows from `from` up to before `to`. */
  clear(from: number, to: number): void {
    for (let row = from; row < to; row++) this.lines[row] = emptyRow();
  }

  /** Takes `n` rows out at the top of the region; empty ones follow at its bottom. */
  scrollUp(n: number): Row[] {
    return this.take(this.top, n, this.bottom);
  }

  /** Takes the first `n` rows out, whatever the region is. */
  removeTop(n: number): Row[] {
    return this.take(0, n, this.rows);
  }

  /** Takes `n` rows out of the region at `row`. */
  removeRows(row: number, n: number): void {
    if (row >= this.top && row < this.bottom) this.take(row, n, this.bottom);
  }

  /** Puts `n` empty rows into the region at `row`; its last ones are gone. */
  insertRows(row: number, n: number): void {
    if (row < this.top || row >= this.bottom) return;
    const count = Math.min(n, this.bottom - row);
    this.lines.splice(this.bottom - count, count);
    this.lines.splice(row, 0, ...Array.from({ length: count }, emptyRow));
  }

  private take(row: number, n: number, bottom: number): Row[] {
    const count = Math.min(n, bottom - row);
    const gone = this.lines.splice(row, count);
    this.lines.splice(bottom - count, 0, ...Array.from({ length: count }, emptyRow));
    return gone;
  }
}
