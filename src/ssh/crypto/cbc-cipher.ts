/** CBC mode over the packets of a direction: the last ciphertext block of one packet is the IV of the next (RFC 4253 section 6.3). */
import { type PacketCipher, uint32At } from './opener.ts';
import type { Transform } from './primitives.ts';

/**
 * One decrypting object serves both for looking at the head of a packet and for reading it: what it was fed last is known,
 * so its XOR with that block can be taken back and the right one put in its place.
 */
export class CbcCipher implements PacketCipher {
  readonly headLength: number;
  private readonly make: () => Transform;
  private readonly decryptor: Transform;
  /** The ciphertext block that comes before the next one. */
  private iv: Uint8Array;
  /** The block that the decryptor was fed last. */
  private fed: Uint8Array;

  /** `make` starts a decryption with an IV of zeros; `iv` is one block. */
  constructor(make: () => Transform, iv: Uint8Array) {
    this.make = make;
    this.decryptor = make();
    this.headLength = iv.length;
    this.iv = iv;
    this.fed = new Uint8Array(iv.length);
  }

  peek(head: Uint8Array, at: number): number {
    if (head.length - at < this.headLength) return 0;
    return uint32At(this.feed(head.subarray(at, at + this.headLength)));
  }

  fits(bytes: number): boolean {
    return bytes % this.headLength === 0;
  }

  decrypt(packet: Uint8Array, start: number, end: number): Uint8Array {
    const stop = end - ((end - start) % this.headLength);
    if (stop === start) return new Uint8Array(packet.subarray(start, end));
    const text = this.feed(packet.subarray(start, stop));
    this.iv = this.fed;
    if (stop === end) return text;
    const out = new Uint8Array(end - start);
    out.set(text);
    out.set(packet.subarray(stop, end), stop - start);
    return out;
  }

  private feed(blocks: Uint8Array): Uint8Array {
    const out = this.decryptor(blocks);
    for (let i = 0; i < this.headLength; i++) out[i] = (out[i] as number) ^ (this.fed[i] as number) ^ (this.iv[i] as number);
    this.fed = new Uint8Array(blocks.subarray(-this.headLength));
    return out;
  }

  skip(bytes: number, before: Uint8Array): boolean {
    if (bytes === 0) return true;
    if (before.length < this.headLength) return false;
    this.iv = new Uint8Array(before.subarray(-this.headLength));
    return true;
  }

  clone(): CbcCipher {
    return new CbcCipher(this.make, this.iv);
  }
}
