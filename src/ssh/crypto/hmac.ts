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
  private readonly hash: ReturnType<Primitives['hasher']>;
  private readonly blockLength: number;
  /** Inner key pad, sequence number, and room for the packet. */
  private inner: Uint8Array;
  /** The part of `inner` that was hashed last: packets of one length often follow each other. */
  private hashed: Uint8Array;
  /** Outer key pad, and room for the inner hash. */
  private readonly outer: Uint8Array;
  private readonly out: Uint8Array;

  /** `blockLength` and `hashLength` of the hash, bytes; the tag is cut to `tagLength`. */
  constructor(primitives: Primitives, name: HashName, blockLength: number, hashLength: number, tagLength: number, key: Uint8Array) {
    this.primitives = primitives;
    this.name = name;
    this.hash = primitives.hasher(name);
    this.blockLength = blockLength;
    this.tagLength = tagLength;
    this.inner = new Uint8Array(blockLength + 4 + 512);
    this.hashed = this.inner;
    this.outer = new Uint8Array(blockLength + hashLength);
    this.out = new Uint8Array(hashLength);
    const short = key.length > blockLength ? primitives.hash(name, key) : key;
    for (let i = 0; i < blockLength; i++) {
      this.inner[i] = (short[i] ?? 0) ^ 0x36;
      this.outer[i] = (short[i] ?? 0) ^ 0x5c;
    }
  }

  tag(sequence: number, bytes: Uint8Array, start = 0, end = bytes.length): Uint8Array {
    const { primitives, name, blockLength, outer, out } = this;
    const head = blockLength + 4;
    const size = head + end - start;
    const packet = start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end);
    if (packet.length < LONG && this.inner.length < size) this.grow(size);
    putUint32(this.inner, blockLength, sequence);
    if (packet.length >= LONG) outer.set(primitives.hashOfTwo(name, this.inner.subarray(0, head), packet), blockLength);
    else {
      this.inner.set(packet, head);
      if (this.hashed.length !== size) this.hashed = this.inner.subarray(0, size);
      this.hash(this.hashed, outer, blockLength);
    }
    this.hash(outer, out, 0);
    return out;
  }

  private grow(needed: number): void {
    const larger = new Uint8Array(2 * needed);
    larger.set(this.inner.subarray(0, this.blockLength));
    this.inner = larger;
    this.hashed = larger;
  }
}
