/** XXH32 with seed 0, the checksum of LZ4 frames (github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md). */
import { u32 } from './endian.ts';

const P1 = 0x9e3779b1;
const P2 = 0x85ebca77;
const P3 = 0xc2b2ae3d;
const P4 = 0x27d4eb2f;
const P5 = 0x165667b1;

const rotate = (x: number, n: number): number => (x << n) | (x >>> (32 - n));

const round = (lane: number, input: number): number => Math.imul(rotate((lane + Math.imul(input, P2)) | 0, 13), P1);

/** A checksum over bytes that come in pieces. */
export class Xxh32 {
  private lanes: readonly [number, number, number, number] = [(P1 + P2) | 0, P2 | 0, 0, -P1 | 0];
  private readonly tail = new Uint8Array(16);
  private length = 0;

  update(bytes: Uint8Array): void {
    let at = 0;
    const held = this.length % 16;
    this.length += bytes.length;
    if (held > 0) {
      at = Math.min(16 - held, bytes.length);
      this.tail.set(bytes.subarray(0, at), held);
      if (held + at < 16) return;
      this.stripes(this.tail, 0, 16);
    }
    const stop = bytes.length - ((bytes.length - at) % 16);
    this.stripes(bytes, at, stop);
    this.tail.set(bytes.subarray(stop));
  }

  private stripes(bytes: Uint8Array, start: number, end: number): void {
    let [v, w, x, y] = this.lanes;
    for (let at = start; at < end; at += 16) {
      v = round(v, u32(bytes, at, true));
      w = round(w, u32(bytes, at + 4, true));
      x = round(x, u32(bytes, at + 8, true));
      y = round(y, u32(bytes, at + 12, true));
    }
    this.lanes = [v, w, x, y];
  }

  /** The checksum of what was given so far, unsigned. */
  digest(): number {
    const [a, b, c, d] = this.lanes;
    let h = this.length >= 16 ? rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18) : P5;
    h = (h + this.length) | 0;
    const rest = this.length % 16;
    let at = 0;
    for (; at + 4 <= rest; at += 4) h = Math.imul(rotate(h + Math.imul(u32(this.tail, at, true), P3), 17), P4);
    for (; at < rest; at++) h = Math.imul(rotate(h + Math.imul(this.tail[at] as number, P5), 11), P1);
    h = Math.imul(h ^ (h >>> 15), P2);
    h = Math.imul(h ^ (h >>> 13), P3);
    return (h ^ (h >>> 16)) >>> 0;
  }
}

/** The checksum of `bytes`, unsigned. */
export function xxh32(bytes: Uint8Array): number {
  const hash = new Xxh32();
  hash.update(bytes);
  return hash.digest();
}
