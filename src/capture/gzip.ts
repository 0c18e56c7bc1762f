/** gzip (RFC 1952) by pako's zlib interface; several members follow each other as if they were one. */
import { Z_BUF_ERROR, Z_NO_FLUSH, Z_OK, Z_STREAM_END, ZStream, zlibInflate, zlibInflateInit2, zlibInflateReset } from 'pako';
import { CompressedDataError, corrupt, type Emit, type Inflater } from './inflater.ts';

/** zlib's windowBits for "gzip, with any window". */
const GZIP = 15 + 16;

export class Gzip implements Inflater {
  offset = 0;
  private readonly stream = new ZStream();
  private readonly output = new Uint8Array(256 * 1024);
  /** A member has ended and no other has begun. */
  private between = false;

  constructor() {
    zlibInflateInit2(this.stream, GZIP);
  }

  push(bytes: Uint8Array, emit: Emit): void {
    const s = this.stream;
    const base = this.offset;
    s.input = bytes;
    s.next_in = 0;
    s.avail_in = bytes.length;
    do {
      if (this.between && !this.nextMember()) break;
      s.output = this.output;
      s.next_out = 0;
      s.avail_out = this.output.length;
      const status = zlibInflate(s, Z_NO_FLUSH);
      this.offset = base + s.next_in;
      if (s.next_out > 0) emit(this.output.subarray(0, s.next_out));
      if (status === Z_STREAM_END) this.between = true;
      else if (status === Z_BUF_ERROR) break;
      else if (status !== Z_OK) corrupt(s.msg || `zlib error ${status}`);
    } while (s.avail_in > 0 || s.avail_out === 0);
    this.offset = base + bytes.length;
  }

  finish(): void {
    if (!this.between) throw new CompressedDataError('truncated', 'the file ends inside a member');
  }

  /** Begins the next member if there is one in the input. Zero bytes between members are padding, as for gzip(1). */
  private nextMember(): boolean {
    const s = this.stream;
    while (s.avail_in > 0 && s.input[s.next_in] === 0) {
      s.next_in++;
      s.avail_in--;
    }
    if (s.avail_in === 0) return false;
    if (s.input[s.next_in] !== 0x1f) throw new CompressedDataError('trailing', 'something else follows the last member');
    zlibInflateReset(s);
    this.between = false;
    return true;
  }
}
