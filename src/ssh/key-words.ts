/** The first four bytes of key stream at every place where a packet could begin: with them a packet length is one comparison. */

import { type Opener, uint32At } from './crypto/opener.ts';
import { COST, type Effort } from './effort.ts';
import type { Shape } from './shape.ts';

const PIECE = 64 * 1024;

export const NONE = new Uint8Array(0);

/** Of a cipher that XORs a key stream: word n is the one n blocks from where `opener` stood. */
export class StreamWords {
  private readonly opener: Opener;
  private readonly shape: Shape;
  private readonly effort: Effort;
  private words = new Uint32Array(0);
  private made = 0;

  /** `opener` is used up. */
  constructor(opener: Opener, shape: Shape, effort: Effort) {
    this.opener = opener;
    this.shape = shape;
    this.effort = effort;
  }

  /** At least `count` words, or as many as the effort allows: `length` of the result says how many. */
  upTo(count: number): Uint32Array {
    while (this.made < count && this.effort.spend(PIECE * COST.streamByte)) this.more();
    return this.words.subarray(0, this.made);
  }

  /** Zeros, deciphered, are the key stream; a length in clear and a tail use none. */
  private more(): void {
    const { block, tail, clear } = this.shape;
    const head = clear ? 4 : 0;
    const { plain } = this.opener.open(0, new Uint8Array(head + PIECE + tail));
    const added = PIECE / block;
    if (this.made + added > this.words.length) {
      const larger = new Uint32Array(Math.max(2 * this.words.length, this.made + added));
      larger.set(this.words);
      this.words = larger;
    }
    for (let i = 0, at = head; i < added; i++, at += block) this.words[this.made + i] = uint32At(plain, at);
    this.made += added;
  }
}

/** Of chacha20-poly1305: word n belongs to the packet with sequence number `first` + n. */
export class SequenceWords {
  private readonly opener: Opener;
  private readonly first: number;
  private readonly effort: Effort;
  private words = new Uint32Array(64);
  private made = 0;

  constructor(opener: Opener, first: number, effort: Effort) {
    this.opener = opener;
    this.first = first;
    this.effort = effort;
  }

  upTo(count: number): Uint32Array {
    while (this.made < count && this.effort.spend(COST.peek)) {
      if (this.made === this.words.length) {
        const larger = new Uint32Array(2 * this.made);
        larger.set(this.words);
        this.words = larger;
      }
      // The length is XORed with key stream, so that of zeros is the key stream.
      this.words[this.made] = this.opener.length((this.first + this.made) >>> 0, ZERO);
      this.made++;
    }
    return this.words.subarray(0, this.made);
  }
}

const ZERO = new Uint8Array(4);
