/** Cuts a file that comes in pieces into records; a record that lies across pieces is put together first. */

/** What the cutter must know of a file format, and who takes its records. */
export interface RecordFormat {
  /** Bytes that `measure` needs. It may change from record to record. */
  readonly headerLength: number;
  /**
   * Looks at the header at `start` and gives the length of the whole record, header included; negative for a record of
   * that length which is stepped over unread; 0 when the rest of the file cannot be read. Called once a record.
   */
  measure(buffer: Uint8Array, start: number): number;
  /** Takes the whole record `buffer[start..end)`. */
  record(buffer: Uint8Array, start: number, end: number): void;
  /** Takes whole records of the commonest kind from `start` on, as many as follow each other; gives where it stopped. */
  sweep?(buffer: Uint8Array, start: number): number;
}

const NOTHING = new Uint8Array(0);

export class RecordCutter {
  /** File offset of the record that is being measured, collected or taken. */
  offset = 0;
  stopped = false;
  private readonly format: RecordFormat;
  /** The beginning of a record whose end lies in a later piece: `held` bytes of `wanted`. */
  private carry: Uint8Array = NOTHING;
  private held = 0;
  private measured = false;
  /** A record that is stepped over: its length, and how much of it is still to come. */
  private skipped = 0;
  private toSkip = 0;

  constructor(format: RecordFormat) {
    this.format = format;
  }

  /** True when the bytes so far end inside a record. */
  get inside(): boolean {
    return this.held > 0 || this.toSkip > 0;
  }

  push(piece: Uint8Array): void {
    let at = 0;
    while (at < piece.length && !this.stopped) {
      if (this.toSkip > 0) {
        at += this.skip(piece.length - at);
        continue;
      }
      if (this.held > 0 || piece.length - at < this.format.headerLength) {
        at += this.collect(piece, at);
        continue;
      }
      const { format } = this;
      const end = format.sweep?.(piece, at) ?? at;
      this.offset += end - at;
      at = end;
      if (piece.length - at < format.headerLength) continue;
      const length = format.measure(piece, at);
      if (length <= 0) this.step(-length);
      else if (length <= piece.length - at) {
        format.record(piece, at, at + length);
        this.offset += length;
        at += length;
      } else {
        this.carry = new Uint8Array(length);
        this.measured = true;
        at += this.collect(piece, at);
      }
    }
  }

  /** Steps over the next `length` bytes, or stops for good when that is 0. */
  private step(length: number): void {
    if (length === 0) this.stopped = true;
    this.skipped = length;
    this.toSkip = length;
  }

  private skip(available: number): number {
    const n = Math.min(this.toSkip, available);
    this.toSkip -= n;
    if (this.toSkip === 0) this.offset += this.skipped;
    return n;
  }

  /** Takes bytes of `piece` from `at` on into the carry; gives how many. */
  private collect(piece: Uint8Array, at: number): number {
    if (this.held === 0 && !this.measured) this.carry = new Uint8Array(this.format.headerLength);
    const n = Math.min(this.carry.length - this.held, piece.length - at);
    this.carry.set(piece.subarray(at, at + n), this.held);
    this.held += n;
    if (this.held === this.carry.length) this.complete();
    return n;
  }

  /** The carry is full: it is a header to be measured, or a whole record. */
  private complete(): void {
    if (!this.measured) {
      const length = this.format.measure(this.carry, 0);
      if (length <= 0) {
        this.step(-length);
        this.skip(this.held);
        this.held = 0;
        return;
      }
      this.measured = true;
      if (length > this.held) {
        const whole = new Uint8Array(length);
        whole.set(this.carry);
        this.carry = whole;
        return;
      }
    }
    // Frames point into the carry, so the next record gets a fresh one.
    const whole = this.carry;
    this.carry = NOTHING;
    this.held = 0;
    this.measured = false;
    this.format.record(whole, 0, whole.length);
    this.offset += whole.length;
  }
}
