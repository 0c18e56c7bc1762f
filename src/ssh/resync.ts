/** Finding the next packet when some are missing or unreadable, under keys that are known: by trying boundaries and packet counts. */

import type { Limits } from '../limits.ts';
import { type Opener, uint32At } from './crypto/opener.ts';
import { COST, type Effort } from './effort.ts';
import { evidence } from './evidence.ts';
import { type KeyWords, SequenceWords, StreamWords } from './key-words.ts';
import type { Candidate, Found, Scanner, View } from './search.ts';
import { plausibleLength, type Shape } from './shape.ts';

/** The last place where the reader knew where it was. */
export interface Standpoint {
  /** Stands at the beginning of packet `sequence`, which is at stream offset `offset`. */
  readonly opener: Opener;
  readonly offset: number;
  readonly sequence: number;
  /** Offset behind the first packet, when its length was read and can be trusted. */
  readonly firstEnd?: number;
  /** The same when it cannot be trusted: the packet was damaged. */
  readonly hint?: number;
  /** Payloads are compressed. */
  readonly packed: boolean;
  /** No packet was opened there yet, so that the place may be wrong. */
  readonly unproven: boolean;
}

/** Bits of evidence that are believed without a MAC, and at the end of the stream, where there is no more to see. */
const BELIEVED = 48;
const BELIEVED_LAST = 30;

/** Packets in a row whose length in clear must be plausible, as far as they are there. */
const CHAIN = 4;

/** Bytes from which on a packet is believed only if another one follows. */
const LONG = 4096;

/**
 * For each place B behind the standpoint, and each number n of packets that fit between the two, the cipher is carried over
 * the missing bytes: counter mode by B - n tags, the AEADs and MACs by n; CBC takes the block before B. The MAC decides.
 */
export class Resync implements Scanner {
  readonly headLength: number;
  readonly hint: number | undefined;
  private readonly from: Standpoint;
  private readonly shape: Shape;
  private readonly limits: Limits;
  private readonly effort: Effort;
  private readonly stream: StreamWords;
  private readonly sequences: SequenceWords;
  /** Looks at heads in CBC mode, with the IV of each place. */
  private readonly trial: Opener;
  /** Steps of n in which counter mode comes to a whole block. */
  private readonly stride: number;

  constructor(from: Standpoint, shape: Shape, limits: Limits, effort: Effort) {
    this.from = from;
    this.shape = shape;
    this.limits = limits;
    this.effort = effort;
    this.hint = from.hint;
    this.headLength = Math.max(4, from.opener.headLength);
    this.stream = new StreamWords(from.opener.clone(), shape, effort);
    this.sequences = new SequenceWords(from.opener.clone(), from.sequence, effort);
    this.trial = from.opener.clone();
    this.stride = shape.block / gcd(shape.tail, shape.block);
  }

  candidates(view: View, at: number, into: Candidate[]): void {
    const range = this.counts(view.offset + at);
    if (range === undefined) return;
    const [least, most] = range;
    const { shape } = this;
    if (shape.clear) {
      const word = uint32At(view.bytes, at);
      this.effort.spend(COST.compare);
      if (plausibleLength(shape, word) && plausibleChain(view.bytes, at, shape)) into.push({ at, total: 4 + word + shape.tail, from: least, to: most });
    } else if (shape.mode === 'chacha') this.bySequence(view, at, least, most, into);
    else if (shape.mode === 'stream') this.byPosition(view, at, least, most, into);
    else this.byBlock(view, at, least, most, into);
  }

  /** The least and the greatest number of packets between the standpoint and `offset`. */
  private counts(offset: number): readonly [number, number] | undefined {
    const { firstEnd } = this.from;
    const known = firstEnd === undefined ? 0 : 1;
    const rest = offset - (firstEnd ?? this.from.offset);
    if (rest < 0) return undefined;
    const most = known + Math.floor(rest / this.shape.least);
    const least = known + Math.ceil(rest / this.shape.most);
    return least > most ? undefined : [least, most];
  }

  private bySequence(view: View, at: number, least: number, most: number, into: Candidate[]): void {
    const words = this.sequences.upTo(most + 2);
    const word = uint32At(view.bytes, at);
    this.effort.spend(words.cost);
    for (const n of words.matching(this.shape, word, least, most, 1)) {
      const total = this.total(word, words.at(n));
      if (this.followed(view, at, total, words, n + 1)) into.push({ at, total, from: n, to: n });
    }
  }

  private byPosition(view: View, at: number, least: number, most: number, into: Candidate[]): void {
    const { block, tail } = this.shape;
    const bytes = view.offset + at - this.from.offset;
    if (bytes > this.limits.searchGap) return;
    let n = least;
    while (n < least + this.stride && (bytes - n * tail) % block !== 0) n++;
    if (n >= least + this.stride) return;
    // With more packets between, more tails and less key stream: the last word belongs to the first n.
    const last = (bytes - n * tail) / block;
    const stride = (this.stride * tail) / block;
    const steps = Math.min(Math.floor((most - n) / this.stride), stride === 0 ? 0 : Math.floor(last / stride));
    const words = this.stream.upTo(last + 1);
    const word = uint32At(view.bytes, at);
    this.effort.spend(words.cost);
    for (const index of words.matching(this.shape, word, last - steps * stride, last, Math.max(1, stride))) {
      const total = this.total(word, words.at(index));
      const count = stride === 0 ? n : n + ((last - index) / stride) * this.stride;
      if (this.followed(view, at, total, words, index + (total - tail) / block)) into.push({ at, total, from: count, to: count });
    }
  }

  private total(word: number, keyWord: number): number {
    return 4 + ((word ^ keyWord) >>> 0) + this.shape.tail;
  }

  /** False when what stands behind a long packet cannot be another: chance makes mostly long ones, and their MACs are dear. */
  private followed(view: View, at: number, total: number, words: KeyWords, next: number): boolean {
    const behind = at + total;
    if (total < LONG || behind + 4 > view.bytes.length || next >= words.length) return true;
    return plausibleLength(this.shape, (uint32At(view.bytes, behind) ^ words.at(next)) >>> 0);
  }

  private byBlock(view: View, at: number, least: number, most: number, into: Candidate[]): void {
    const { trial } = this;
    const bytes = view.offset + at - this.from.offset;
    this.effort.spend(COST.block);
    if (!trial.skip(bytes, least, this.before(view, at))) return;
    const length = trial.length(0, view.bytes.subarray(at, at + this.headLength));
    if (plausibleLength(this.shape, length)) into.push({ at, total: 4 + length + this.shape.tail, from: least, to: most });
  }

  /** A block and a tail in front of `at`, as far as they are there. */
  private before(view: View, at: number): Uint8Array {
    return view.bytes.subarray(Math.max(0, at - this.shape.tail - this.shape.block), at);
  }

  verify(view: View, { at, total, from, to }: Candidate): Found | 'more' | undefined {
    const bytes = view.offset + at - this.from.offset;
    // More may be there now than when the place was found.
    if (this.shape.clear && !plausibleChain(view.bytes, at, this.shape)) return undefined;
    const packet = view.bytes.subarray(at, at + total);
    for (let n = from; n <= to && this.effort.spend(COST.open + COST.openByte * total); n++) {
      const sequence = (this.from.sequence + n) >>> 0;
      const opener = this.from.opener.clone();
      const whole = opener.skip(bytes, n, this.before(view, at));
      if (!whole && !this.shape.clear) return undefined;
      if (!this.shape.checked) {
        const found = this.believe(view, at, opener, sequence, n);
        if (found !== undefined) return found;
        continue;
      }
      const trial = opener.clone();
      if (!trial.open(sequence, packet).authentic) continue;
      if (whole && this.from.unproven && !this.reads(view, at, opener, sequence)) continue;
      return whole ? { at, opener, sequence, packets: n } : { at, opener: trial, sequence, packets: n, blind: total };
    }
    return undefined;
  }

  /** Under encrypt-then-MAC the MAC says nothing of the position in the key stream, which is as wrong as the standpoint: the text has to read. */
  private reads(view: View, at: number, opener: Opener, sequence: number): boolean {
    const { shape, from } = this;
    if (!shape.clear || shape.mode !== 'stream') return true;
    const { bits, begins } = evidence(opener.clone(), sequence, view.bytes.subarray(at), { ...shape, checked: false }, from.packed);
    return bits >= 0 && begins;
  }

  /** Without a MAC many packets have to fit; their sequence number is then no more than likely. */
  private believe(view: View, at: number, opener: Opener, sequence: number, packets: number): Found | 'more' | undefined {
    const { bits, ended, begins } = evidence(opener.clone(), sequence, view.bytes.subarray(at), this.shape, this.from.packed);
    // At the standpoint itself nothing vouches for the IV, and the wrong IV of CBC spoils the first block and nothing else.
    if (bits < 0 || (packets === 0 && !begins)) return undefined;
    if (bits >= (view.last ? BELIEVED_LAST : BELIEVED)) return { at, opener, sequence, packets };
    return ended && !view.last ? 'more' : undefined;
  }
}

/** True when the lengths in clear from `at` on are those of packets in a row, as far as they are there. */
export function plausibleChain(bytes: Uint8Array, at: number, shape: Shape): boolean {
  for (let i = 0, p = at; i < CHAIN && p + 4 <= bytes.length; i++) {
    const length = uint32At(bytes, p);
    if (!plausibleLength(shape, length)) return false;
    p += 4 + length + shape.tail;
  }
  return true;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
