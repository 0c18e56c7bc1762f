/** Decompression of packets: one zlib stream for each direction, that runs through all its packets (RFC 4253 section 6.2). */
import { Z_BUF_ERROR, Z_OK, Z_SYNC_FLUSH, ZStream, zlibInflate, zlibInflateInit2 } from 'pako';

/** zlib's windowBits for a zlib header and the largest window. */
const ZLIB = 15;

/** What one packet's payload becomes. */
export type Inflated = { readonly bytes: Uint8Array } | { readonly error: string; readonly limit: boolean };

/** The zlib stream of one direction. */
export class PacketInflater {
  private readonly stream = new ZStream();
  private readonly most: number;
  private buffer = new Uint8Array(16 * 1024);

  /** `most` is the largest payload in bytes that a packet may expand to. */
  constructor(most: number) {
    this.most = most;
    zlibInflateInit2(this.stream, ZLIB);
  }

  /** The payload that `compressed` holds. After an error the stream is lost. */
  push(compressed: Uint8Array): Inflated {
    const s = this.stream;
    s.input = compressed;
    s.next_in = 0;
    s.avail_in = compressed.length;
    let used = 0;
    for (;;) {
      if (used === this.buffer.length) this.grow();
      s.output = this.buffer;
      s.next_out = used;
      s.avail_out = this.buffer.length - used;
      const status = zlibInflate(s, Z_SYNC_FLUSH);
      used = s.next_out;
      if (used > this.most) return { error: `a payload that expands to more than ${this.most} bytes (limit inflatedBytes)`, limit: true };
      if (status === Z_BUF_ERROR) break;
      if (status !== Z_OK) return { error: `compressed data that cannot be read (${s.msg || `zlib status ${status}`})`, limit: false };
      if (s.avail_in === 0 && s.avail_out > 0) break;
    }
    return { bytes: this.buffer.slice(0, used) };
  }

  private grow(): void {
    const larger = new Uint8Array(Math.min(2 * this.buffer.length, this.most + 1));
    larger.set(this.buffer);
    this.buffer = larger;
  }
}
