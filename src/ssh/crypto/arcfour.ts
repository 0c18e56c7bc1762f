/** RC4, called arcfour: a key stream from a shuffled table of 256 bytes (RFC 4253 section 6.3, RFC 4345, RFC 6229). */
import type { KeyStream } from './stream-cipher.ts';

/** Going on over more bytes than this takes too long to be worth it: every byte of the stream has to be made. */
const MAX_SKIP = 2 ** 28;

export class Arcfour implements KeyStream {
  private state: Uint8Array;
  private i = 0;
  private j = 0;

  /** `discard` is how many bytes of the stream are thrown away at first: 1536 by RFC 4345 section 4. */
  constructor(key: Uint8Array, discard: number) {
    const s = Uint8Array.from({ length: 256 }, (_, n) => n);
    for (let i = 0, j = 0; i < 256; i++) {
      j = (j + (s[i] as number) + (key[i % key.length] as number)) & 255;
      const t = s[i] as number;
      s[i] = s[j] as number;
      s[j] = t;
    }
    this.state = s;
    this.skip(discard);
  }

  update(bytes: Uint8Array): Uint8Array {
    const out = new Uint8Array(bytes.length);
    const s = this.state;
    let { i, j } = this;
    for (let n = 0; n < out.length; n++) {
      i = (i + 1) & 255;
      const a = s[i] as number;
      j = (j + a) & 255;
      const b = s[j] as number;
      s[i] = b;
      s[j] = a;
      out[n] = (bytes[n] as number) ^ (s[(a + b) & 255] as number);
    }
    this.i = i;
    this.j = j;
    return out;
  }

  skip(bytes: number): boolean {
    if (bytes < 0 || bytes > MAX_SKIP) return false;
    const zeros = new Uint8Array(Math.min(bytes, 65_536));
    for (let left = bytes; left > 0; left -= zeros.length) this.update(zeros.subarray(0, Math.min(left, zeros.length)));
    return true;
  }

  clone(): Arcfour {
    const copy = new Arcfour(new Uint8Array(1), 0);
    copy.state = this.state.slice();
    copy.i = this.i;
    copy.j = this.j;
    return copy;
  }
}
