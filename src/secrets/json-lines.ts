/** Finds where a JSON value ends that may go over several lines. */

export type Balance = 'open' | 'closed' | 'broken';

/** Counts brackets outside strings, line by line. It does not judge the JSON; JSON.parse does. */
export class BracketCounter {
  private depth = 0;

  /**
   * Takes `bytes[start..end)`, which is one line. `closed`: the first bracket is closed; `broken`: the line ends inside a string,
   * which JSON does not allow, or closes more than was opened.
   */
  line(bytes: Uint8Array, start: number, end: number): Balance {
    let inString = false;
    for (let p = start; p < end; p++) {
      const c = bytes[p];
      if (inString) {
        if (c === 0x5c) p++;
        else if (c === 0x22) inString = false;
      } else if (c === 0x22) inString = true;
      else if (c === 0x7b || c === 0x5b) this.depth++;
      else if (c === 0x7d || c === 0x5d) this.depth--;
    }
    if (inString || this.depth < 0) return 'broken';
    return this.depth === 0 ? 'closed' : 'open';
  }
}
