/** The lines that have left a screen, in the order in which a person saw them. */
import { type Row, textOfRow } from './grid.ts';

/** Characters of one line, when it went on over the edge of the screen. */
const LONGEST_LINE = 64 * 1024;

/** Collects rows as lines. What a program showed that used the whole screen stands between two marks. */
export class Transcript {
  private lines: string[] = [];
  /** A line that goes on in the next row. */
  private unfinished = '';
  private pictured = false;

  /** The lines so far, which are then forgotten. */
  take(): string[] {
    const { lines } = this;
    this.lines = [];
    return lines;
  }

  /** `rows` left the main screen; without `blank` empty ones are left out. */
  add(rows: readonly Row[], blank = true): void {
    for (const row of rows) {
      const text = textOfRow(row);
      if (!blank && text === '' && this.unfinished === '') continue;
      this.unfinished += text;
      if (row.wrapped && this.unfinished.length < LONGEST_LINE) continue;
      this.lines.push(this.unfinished);
      this.unfinished = '';
    }
  }

  /** `rows` left the screen of a program that uses all of it; `before` gives what stood on the main screen. */
  picture(rows: readonly Row[], before: () => readonly Row[]): void {
    if (rows.every((row) => textOfRow(row) === '')) return;
    if (!this.pictured) {
      this.add(before());
      this.end();
      this.lines.push('[full screen:');
    }
    this.pictured = true;
    for (const row of rows) this.lines.push(`  ${textOfRow(row)}`.trimEnd());
  }

  /** That program gave the screen back. */
  endPicture(): void {
    if (this.pictured) this.lines.push(']');
    this.pictured = false;
  }

  /** No more rows follow the last one. */
  end(): void {
    if (this.unfinished !== '') this.lines.push(this.unfinished);
    this.unfinished = '';
  }
}
