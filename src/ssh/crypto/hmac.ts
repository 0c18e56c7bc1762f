/** HMAC (RFC 2104) over packets, from one-shot hashes: for short packets several times faster than a HMAC object each. */
import type { HashName } from './hashes.ts';
import { type Mac, putUint32 } from './opener.ts';
import type { Primitives } from './primitives.ts';

/** From this many bytes on a hash object costs less than putting the packet behind the key pad. */
const LONG = 8192;

export class Hmac implements Mac {
  readonly tagLength: number;
  private readonly primitives: Primitives;
  private readonly name: HashName;
  private readonly blockLength: number;
  /** Inner key pad, sequence number, and room for the packet. */
  private inner: Uint8Array;
  /** Outer key pad, and room for the inner hash. */
  private readonly outer: Uint8Array;

  /** `blockLength` and `hashLength` of the hash, bytes; the tag is cut to `tagLength`. */
  constructor(primitives: Primitives, name: HashName, blockLength: number, hashLength: number, tagLength: number, key: Uint8Array) {
    this.primitives = primitives;
    this.name = name;
    this.blockLength = blockLength;
    this.tagLength = tagLength;
    this.inner = new Uint8Array(blockLength + 4 + 512);
    this.outer = new Uint8Array(blockLength + hashLength);
    const short = key.length > blockLength ? primitives.hash(name, key) : key;
    for (let i = 0; i < blockLength; i++) {
      this.inner[i] = (short[i] ?? 0) ^ 0x36;
      this.outer[i] = (short[i] ?? 0) ^ 0x5c;
    }
  }

  tag(sequence: number, packet: Uint8Array): Uint8Array {
    const start = this.blockLength + 4;
    const end = start + packet.length;
    const { primitives, name } = this;
    if (packet.length >= LONG) {
      putUint32(this.inner, this.blockLength, sequence);
      this.outer.set(primitives.hashOfTwo(name, this.inner.subarray(0, start), packet), this.blockLength);
      return primitives.hash(name, this.outer);
    }
    if (this.inner.length < end) this.grow(end);
    putUint32(this.inner, this.blockLength, sequence);
    this.inner.set(packet, start);
    this.outer.set(primitives.hash(name, this.inner.subarray(0, end)), this.blockLength);
    return primitives.hash(name, this.outer);
  }

  private grow(needed: number): void {
    const larger = new Uint8Array(2 * needed);
    larger.set(this.inner.subarray(0, this.blockLength));
    this.inner = larger;
  }
}
