/** Finding a place to read on where the state of the cipher is not known either: keys from the middle of a session, or of a NEWKEYS that was not captured. */
import { GcmOpener } from './crypto/gcm.ts';
import { type Opener, uint32At } from './crypto/opener.ts';
import { COST, type Effort } from './effort.ts';
import { evidence, isZlibHeader } from './evidence.ts';
import { type KeyWords, NONE, SequenceWords, StreamWords } from './key-words.ts';
import { plausibleChain } from './resync.ts';
import type { Candidate, Found, Scanner, View } from './search.ts';
import { plausibleLength, type Shape } from './shape.ts';

/** Both ends belong to it. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

export interface Unknowns {
  /** The first packet begins where the view does, or anywhere in it. */
  readonly here: boolean;
  /** It is the first under these keys, wherever it begins: the opener fits it as it stands. */
  readonly fresh?: true;
  /** Sequence numbers that the packet may have. */
  readonly sequences: Range;
  /** How far from the opener's state its packet may be: invocations of GCM, blocks of counter mode. */
  readonly counters: Range;
  /** Stream offset before which the keys were not in use, if that is known: then the counters count from there at most. */
  readonly since?: number;
  /** Of the NEWKEYS behind `since`: its bytes at least, and whether the sequence numbers count it, as they do without strict KEX. */
  readonly newKeys?: { readonly bytes: number; readonly counted: boolean };
  /** Payloads are compressed. */
  readonly packed: boolean;
}

/** Packets whose first bytes are looked at before one is opened. */
const CHAIN = 4;

/** Bits of evidence beyond the number of trials that are believed without a MAC; and at the end of the stream. */
const BELIEVED = 24;
const BELIEVED_LAST = 14;

/** The same where the MAC is right and only the block of counter mode is in doubt, of which there are few. */
const BELIEVED_COUNTED = 14;

export class Adrift implements Scanner {
  readonly headLength: number;
  readonly places: number | undefined;
  private readonly opener: Opener;
  private readonly shape: Shape;
  private readonly unknowns: Unknowns;
  private readonly effort: Effort;
  private readonly stream: StreamWords | undefined;
  private readonly numbers: SequenceWords;
  /** Looks at heads in CBC mode, with the IV of each place. */
  private readonly trial: Opener;

  constructor(opener: Opener, shape: Shape, unknowns: Unknowns, effort: Effort) {
    this.opener = opener;
    this.shape = shape;
    this.unknowns = unknowns;
    this.effort = effort;
    this.places = unknowns.here ? 1 : undefined;
    this.headLength = shape.clear ? 6 : Math.max(4, opener.headLength);
    this.trial = opener.clone();
    const first = opener.clone();
    const movable = shape.mode === 'stream' && first.skip(unknowns.counters.from * shape.block, 0, NONE);
    this.stream = movable ? new StreamWords(first, shape, effort) : undefined;
    this.numbers = new SequenceWords(opener, unknowns.sequences.from, effort);
  }

  candidates(view: View, at: number, into: Candidate[]): void {
    const { shape } = this;
    const { from } = this.unknowns.counters;
    const word = uint32At(view.bytes, at);
    if (shape.clear) this.inClear(view, at, word, into);
    else if (shape.mode === 'chacha') {
      const { sequences } = this.unknowns;
      const count = Math.min(sequences.to - sequences.from, this.units(view, at, this.leastCounted)) + 1;
      const words = this.numbers.upTo(count);
      this.effort.spend(words.cost);
      for (const i of words.matching(shape, word, 0, count - 1, 1)) this.add(at, (word ^ words.at(i)) >>> 0, sequences.from + i, into);
    } else if (shape.mode === 'stream') {
      const count = Math.min(this.unknowns.counters.to, this.units(view, at, shape.block)) - from + 1;
      const words = this.stream?.upTo(count);
      this.effort.spend(words?.cost ?? 0);
      for (const i of words?.matching(shape, word, 0, count - 1, 1) ?? []) this.add(at, (word ^ (words?.at(i) ?? 0)) >>> 0, from + i, into);
    } else this.byBlock(view, at, into);
  }

  /** As many pieces of `size` bytes as lie between where the keys came into use and `at`. */
  private units(view: View, at: number, size: number): number {
    const { since } = this.unknowns;
    return since === undefined ? Number.POSITIVE_INFINITY : Math.floor((view.offset + at - since) / size);
  }

  /** The smallest packet that takes a sequence number: the NEWKEYS before these keys may be smaller than what they seal. */
  private get leastCounted(): number {
    const { newKeys } = this.unknowns;
    return newKeys?.counted === true ? Math.max(1, Math.min(this.shape.least, newKeys.bytes)) : this.shape.least;
  }

  private add(at: number, length: number, number: number, into: Candidate[]): void {
    if (plausibleLength(this.shape, length)) into.push({ at, total: 4 + length + this.shape.tail, from: number, to: number });
  }

  private inClear(view: View, at: number, word: number, into: Candidate[]): void {
    const { shape } = this;
    this.effort.spend(COST.compare);
    if (!plausibleLength(shape, word) || !plausibleChain(view.bytes, at, shape)) return;
    const total = 4 + word + shape.tail;
    const { from, to } = this.unknowns.counters;
    into.push({ at, total, from, to });
  }

  private byBlock(view: View, at: number, into: Candidate[]): void {
    this.effort.spend(COST.block);
    const asGiven = this.asGiven(at);
    if (!asGiven && !this.trial.skip(at, 0, this.before(view, at))) return;
    this.add(at, (asGiven ? this.opener : this.trial).length(0, view.bytes.subarray(at, at + this.headLength)), 0, into);
  }

  /** The IV of CBC is the one that was given, and not the block before: at the beginning of the view, and under fresh keys. */
  private asGiven(at: number): boolean {
    return at === 0 || this.unknowns.fresh === true;
  }

  private before(view: View, at: number): Uint8Array {
    return view.bytes.subarray(Math.max(0, at - this.shape.tail - this.shape.block), at);
  }

  verify(view: View, candidate: Candidate): Found | 'more' | undefined {
    const packet = view.bytes.subarray(candidate.at, candidate.at + candidate.total);
    switch (this.shape.mode) {
      case 'gcm':
        return this.verifyGcm(packet, candidate);
      case 'chacha':
        return this.verifyAt(view, packet, candidate, this.opener, candidate.from);
      case 'stream':
        return this.shape.clear ? this.verifyInClear(view, packet, candidate) : this.verifyStream(view, packet, candidate, candidate.from);
      default:
        return this.verifyBlocks(view, packet, candidate);
    }
  }

  private verifyGcm(packet: Uint8Array, { at, from, to }: Candidate): Found | undefined {
    if (!(this.opener instanceof GcmOpener)) return undefined;
    // The likeliest first: a key is mostly taken soon after NEWKEYS, or soon before the capture begins.
    for (const reach of [256, 65_536, Number.POSITIVE_INFINITY]) {
      const range = { from: Math.max(from, -reach), to: Math.min(to, reach) };
      if (!this.effort.spend(COST.open + (range.to - range.from + 1) * 16 * COST.streamByte)) return undefined;
      const number = this.opener.invocation(packet, range.from, range.to);
      if (number === undefined) continue;
      const opener = this.opener.clone();
      opener.skip(0, number, NONE);
      return { at, opener, sequence: this.sequenceAt(number), packets: undefined, first: number === 0 };
    }
    return undefined;
  }

  /** No tag of GCM tells the sequence number: it follows from how many packets these keys have sealed before, and the NEWKEYS before those. */
  private sequenceAt(invocation: number): number {
    const { sequences, since, newKeys } = this.unknowns;
    return since === undefined ? sequences.from : sequences.from + invocation + (newKeys?.counted === true ? 1 : 0);
  }

  /** Counter mode under encrypt-then-MAC: the text of the first packets tells the block. Near ones are likelier than far ones. */
  private verifyInClear(view: View, packet: Uint8Array, candidate: Candidate): Found | 'more' | undefined {
    const { from, to } = this.unknowns.counters;
    const words = this.stream?.upTo(to - from + 1);
    if (words === undefined) return undefined;
    const heads = this.heads(view.bytes, candidate.at);
    const reach = Math.max(to, -from);
    if (heads.length < 3 * CHAIN && reach > CHAIN && !view.last) return 'more';
    if (this.shape.checked && this.unknowns.since !== undefined) return this.verifyCounted(view, packet, candidate, { heads, words });
    let later = false;
    this.effort.spend(words.length * COST.compare);
    for (let turn = 0; turn <= 2 * reach && !this.effort.exhausted; turn++) {
      const block = turn % 2 === 0 ? -(turn >> 1) : (turn + 1) >> 1;
      if (block < from || block > to || !this.likely(heads, words, block - from)) continue;
      const found = this.verifyStream(view, packet, candidate, block);
      if (found === 'more') later = true;
      else if (found !== undefined) return found;
    }
    return later ? 'more' : undefined;
  }

  /**
   * The same where it is known how many bytes lie behind the keys before: the MAC, which does not hang on the block, tells the
   * number of packets among them, and so the last block that is possible. It is the likeliest: mostly no more than a NEWKEYS
   * is missing of what the keys before sealed.
   */
  private verifyCounted(view: View, packet: Uint8Array, { at }: Candidate, { heads, words }: { heads: Uint32Array; words: KeyWords }): Found | undefined {
    const { sequences, counters, since = 0, newKeys, packed } = this.unknowns;
    const sequence = this.sequenceOf(packet);
    if (sequence === undefined) return undefined;
    const { block, tail } = this.shape;
    const packets = sequence - sequences.from - (newKeys?.counted === true ? 1 : 0);
    const last = Math.floor((view.offset + at - since - (newKeys?.bytes ?? 0) - packets * (4 + tail)) / block);
    for (let n = Math.min(last, counters.to); n >= counters.from && !this.effort.exhausted; n--) {
      this.effort.spend(COST.compare);
      if (!this.likely(heads, words, n - counters.from)) continue;
      const opener = this.opener.clone();
      this.effort.spend(3 * COST.open);
      if (!opener.skip(n * block, 0, NONE)) return undefined;
      const { bits, begins } = evidence(opener.clone(), sequence, view.bytes.subarray(at), { ...this.shape, checked: false }, packed);
      if (bits < 0 || (n < last && !(begins && bits >= BELIEVED_COUNTED))) continue;
      return { at, opener, sequence, packets: undefined, first: n === 0 && sequence === sequences.from };
    }
    return undefined;
  }

  /** The sequence number under which the MAC of a packet is right, by encrypt-then-MAC. */
  private sequenceOf(packet: Uint8Array): number | undefined {
    const { from, to } = this.unknowns.sequences;
    for (let n = from; n <= to && this.effort.spend(COST.open + COST.openByte * packet.length); n++)
      if (this.opener.clone().open(n, packet).authentic) return n;
    return undefined;
  }

  /** Of the packets in a row from `at` on: the first four encrypted bytes, the length, and the blocks before it. */
  private heads(bytes: Uint8Array, at: number): Uint32Array {
    const out: number[] = [];
    const { block, tail } = this.shape;
    for (let p = at, blocks = 0; out.length < 3 * CHAIN && p + 8 <= bytes.length; ) {
      const length = uint32At(bytes, p);
      if (!plausibleLength(this.shape, length)) break;
      out.push(uint32At(bytes, p + 4), length, blocks);
      blocks += length / block;
      p += 4 + length + tail;
    }
    return Uint32Array.from(out);
  }

  /** True when padding and message number of each packet make sense with the key stream from word `first` on. */
  private likely(heads: Uint32Array, words: KeyWords, first: number): boolean {
    let { packed } = this.unknowns;
    for (let i = 0; i < heads.length; i += 3) {
      const at = first + (heads[i + 2] as number);
      if (at >= words.length) return i > 0;
      const text = ((heads[i] as number) ^ words.at(at)) >>> 0;
      packed ||= isZlibHeader((text >>> 16) & 0xff, (text >>> 8) & 0xff);
      if (!likelyText(text, heads[i + 1] as number, packed)) return false;
      // Other keys follow.
      if (((text >>> 16) & 0xff) === NEWKEYS && !packed) return true;
    }
    return true;
  }

  private verifyStream(view: View, packet: Uint8Array, candidate: Candidate, block: number): Found | 'more' | undefined {
    const opener = this.opener.clone();
    this.effort.spend(COST.open);
    if (!opener.skip(block * this.shape.block, 0, NONE)) return undefined;
    const found = this.verifyAt(view, packet, candidate, opener, undefined);
    return typeof found === 'object' ? { ...found, first: block === 0 } : found;
  }

  private verifyBlocks(view: View, packet: Uint8Array, candidate: Candidate): Found | 'more' | undefined {
    const opener = this.opener.clone();
    if (!this.asGiven(candidate.at) && !opener.skip(candidate.at, 0, this.before(view, candidate.at))) return undefined;
    return this.verifyAt(view, packet, candidate, opener, undefined);
  }

  /** With the opener in its place: the MAC under each sequence number, or the evidence. */
  private verifyAt(view: View, packet: Uint8Array, { at }: Candidate, opener: Opener, sequence: number | undefined): Found | 'more' | undefined {
    const { sequences } = this.unknowns;
    const first = sequence ?? sequences.from;
    const last = sequence ?? sequences.to;
    // What the text says is cheaper than a MAC for each number; and under encrypt-then-MAC the MAC says nothing of the text.
    if (!this.shape.checked || this.shape.clear || last - first > 4) {
      const said = this.text(view, at, opener, first);
      if (said === undefined || !this.shape.checked) return said;
    }
    for (let n = first; n <= last && this.effort.spend(COST.open + COST.openByte * packet.length); n++)
      if (opener.clone().open(n, packet).authentic) return { at, opener, sequence: n, packets: undefined, first: n === sequences.from };
    return undefined;
  }

  /** What is found by the text alone; undefined when that speaks against it. */
  private text(view: View, at: number, opener: Opener, sequence: number): Found | 'more' | undefined {
    const { shape } = this;
    const { packed, here } = this.unknowns;
    const { bits, ended, linked, begins } = evidence(opener.clone(), sequence, view.bytes.subarray(at), { ...shape, checked: false }, packed);
    this.effort.spend(2 * COST.open);
    // The first message behind NEWKEYS is one that everybody knows.
    if (bits < 0 || (shape.checked && here && !begins)) return undefined;
    // The wrong IV of CBC spoils the first block and nothing else.
    const enough = linked && (begins || shape.mode !== 'cbc') && bits >= this.trialBits(view) + (view.last ? BELIEVED_LAST : BELIEVED);
    if (enough || shape.checked) return { at, opener, sequence, packets: undefined };
    return ended && !view.last ? 'more' : undefined;
  }

  /** Two to the power of this is how many states are tried. */
  private trialBits(view: View): number {
    const { here, counters } = this.unknowns;
    return Math.log2((here ? 1 : view.bytes.length) * (this.shape.mode === 'stream' ? counters.to - counters.from + 1 : 1));
  }
}

const NEWKEYS = 21;

/** Messages whose content does not begin with a uint32 or a string: any bytes may follow the number. */
const FREE: ReadonlySet<number> = new Set([3, 4, 20, 21, 52, 81, 82]);

/** True when `text`, the first four bytes behind packet_length, can be padding_length, message number and what follows it. */
function likelyText(text: number, length: number, packed: boolean): boolean {
  const padding = text >>> 24;
  if (padding < 4 || padding + 2 > length) return false;
  const number = (text >>> 16) & 0xff;
  if (packed) return true;
  if (number === 0 || (number > 101 && number < 192)) return false;
  // A channel number, a count or the length of a string: below 65,536.
  return FREE.has(number) || (number >= 30 && number < 80) || number >= 192 || (text & 0xffff) === 0;
}
