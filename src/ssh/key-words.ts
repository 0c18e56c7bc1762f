/** The first four bytes of key stream at every place where a packet could begin, to be looked up by what would make them a length. */
import { type Opener, uint32At } from './crypto/opener.ts';
import { COST, type Effort } from './effort.ts';
import { plausibleLength, type Shape } from './shape.ts';

const PIECE = 64 * 1024;

/** Bits of a packet_length that can be set: by those above, which must be the same in key stream and ciphertext, words are found. */
const LOW_BITS = 18;

export const NONE = new Uint8Array(0);

/** Words of key stream by their number, and the numbers of those that have the same high bits as a word of ciphertext. */
export class KeyWords {
  private words = new Int32Array(1024);
  /** Of each list of words with the same high bits the last, and from each word the one before it; -1 ends a list. */
  private readonly last = new Int32Array(1 << (32 - LOW_BITS)).fill(-1);
  private before = new Int32Array(1024);
  length = 0;

  at(n: number): number {
    return (this.words[n] as number) >>> 0;
  }

  add(word: number): void {
    if (this.length === this.words.length) {
      this.words = doubled(this.words);
      this.before = doubled(this.before);
    }
    const list = word >>> LOW_BITS;
    this.words[this.length] = word;
    this.before[this.length] = this.last[list] as number;
    this.last[list] = this.length++;
  }

  /** Numbers from `first` to `last`, in steps of `stride`, of the words that make `word` a packet_length that can be. */
  matching(shape: Shape, word: number, first: number, last: number, stride: number): number[] {
    const out: number[] = [];
    for (let n = this.last[word >>> LOW_BITS] as number; n >= first; n = this.before[n] as number)
      if (n <= last && (n - first) % stride === 0 && plausibleLength(shape, (word ^ (this.words[n] as number)) >>> 0)) out.push(n);
    return out.reverse();
  }

  /** What looking up one word costs, about. */
  get cost(): number {
    return COST.compare * (4 + 4 * (this.length >>> (32 - LOW_BITS)));
  }
}

function doubled(words: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const out = new Int32Array(2 * words.length);
  out.set(words);
  return out;
}

/** Of a cipher that XORs a key stream: word n is the one n blocks from where `opener` stood. */
export class StreamWords {
  private readonly opener: Opener;
  private readonly shape: Shape;
  private readonly effort: Effort;
  private readonly words = new KeyWords();

  /** `opener` is used up. */
  constructor(opener: Opener, shape: Shape, effort: Effort) {
    this.opener = opener;
    this.shape = shape;
    this.effort = effort;
  }

  /** `count` words at least, or as many as the effort allows. */
  upTo(count: number): KeyWords {
    while (this.words.length < count && this.effort.spend(PIECE * COST.streamByte)) this.more();
    return this.words;
  }

  /** Zeros, deciphered, are the key stream; a length in clear and a tail use none. */
  private more(): void {
    const { block, tail, clear } = this.shape;
    const head = clear ? 4 : 0;
    const { plain } = this.opener.open(0, new Uint8Array(head + PIECE + tail));
    for (let at = head; at < head + PIECE; at += block) this.words.add(uint32At(plain, at));
  }
}

/** Of chacha20-poly1305: word n belongs to the packet with sequence number `first` + n. */
export class SequenceWords {
  private readonly opener: Opener;
  private readonly first: number;
  private readonly effort: Effort;
  private readonly words = new KeyWords();

  constructor(opener: Opener, first: number, effort: Effort) {
    this.opener = opener;
    this.first = first;
    this.effort = effort;
  }

  upTo(count: number): KeyWords {
    // The length is XORed with key stream, so that of zeros is the key stream.
    while (this.words.length < count && this.effort.spend(COST.peek)) this.words.add(this.opener.length((this.first + this.words.length) >>> 0, ZERO));
    return this.words;
  }
}

const ZERO = new Uint8Array(4);
