/** Finding a place to read on where the state of the cipher is not known either: keys from the middle of a session, or of a NEWKEYS that was not captured. */
import { GcmOpener } from './crypto/gcm.ts';
import { type Opener, uint32At } from './crypto/opener.ts';
import { COST, type Effort } from './effort.ts';
import { evidence } from './evidence.ts';
import { NONE, SequenceWords, StreamWords } from './key-words.ts';
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
  /** Sequence numbers that the packet may have. */
  readonly sequences: Range;
  /** How far from the opener's state its packet may be: invocations of GCM, blocks of counter mode. */
  readonly counters: Range;
  /** Payloads are compressed. */
  readonly packed: boolean;
}

/** Bits of evidence beyond the number of trials that are believed without a MAC; and at the end of the stream. */
const BELIEVED = 24;
const BELIEVED_LAST = 14;

export class Adrift implements Scanner {
  readonly headLength: number;
  readonly places: number | undefined;
  readonly dear: boolean;
  private readonly opener: Opener;
  private readonly shape: Shape;
  private readonly unknowns: Unknowns;
  private readonly effort: Effort;
  private readonly stream: StreamWords | undefined;
  private readonly numbers: SequenceWords;

  constructor(opener: Opener, shape: Shape, unknowns: Unknowns, effort: Effort) {
    this.opener = opener;
    this.shape = shape;
    this.unknowns = unknowns;
    this.effort = effort;
    this.places = unknowns.here ? 1 : undefined;
    this.dear = !unknowns.here && !shape.clear && shape.mode !== 'cbc' && unknowns.counters.to + unknowns.sequences.to > 10_000;
    this.headLength = shape.clear ? 6 : Math.max(4, opener.headLength);
    const first = opener.clone();
    const movable = shape.mode === 'stream' && first.skip(unknowns.counters.from * shape.block, 0, NONE);
    this.stream = movable ? new StreamWords(first, shape, effort) : undefined;
    this.numbers = new SequenceWords(opener, unknowns.sequences.from, effort);
  }

  candidates(view: View, at: number, into: Candidate[]): void {
    const { shape } = this;
    const { from, to } = this.unknowns.counters;
    const word = uint32At(view.bytes, at);
    if (shape.clear) this.inClear(view, at, word, into);
    else if (shape.mode === 'chacha') {
      const { sequences } = this.unknowns;
      const words = this.numbers.upTo(sequences.to - sequences.from + 1);
      this.effort.spend(words.length * COST.compare);
      for (let i = 0; i < words.length; i++) this.add(at, (word ^ (words[i] as number)) >>> 0, sequences.from + i, into);
    } else if (shape.mode === 'stream') {
      const words = this.stream?.upTo(to - from + 1) ?? EMPTY;
      this.effort.spend(words.length * COST.compare);
      for (let i = 0; i < words.length && from + i <= to; i++) this.add(at, (word ^ (words[i] as number)) >>> 0, from + i, into);
    } else this.byBlock(view, at, into);
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
    const trial = this.opener.clone();
    this.effort.spend(COST.peek);
    // At the beginning of the view the IV is the one that was given.
    if (at > 0 && !trial.skip(at, 0, this.before(view, at))) return;
    this.add(at, trial.length(0, view.bytes.subarray(at, at + this.headLength)), 0, into);
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
      return { at, opener, sequence: this.unknowns.sequences.from, packets: undefined };
    }
    return undefined;
  }

  /** Counter mode under encrypt-then-MAC: the text of the first packet tells the block. */
  private verifyInClear(view: View, packet: Uint8Array, candidate: Candidate): Found | 'more' | undefined {
    const { from, to } = this.unknowns.counters;
    const words = this.stream?.upTo(to - from + 1) ?? EMPTY;
    const head = uint32At(packet, 4);
    const length = uint32At(packet);
    let later = false;
    for (let i = 0; i < words.length && from + i <= to && !this.effort.exhausted; i++) {
      const text = (head ^ (words[i] as number)) >>> 0;
      const padding = text >>> 24;
      // padding_length and the message number (RFC 4253 section 6): one block in some fifty passes.
      if (padding < 4 || padding + 2 > length || !likelyNumber((text >>> 16) & 0xff, this.unknowns.packed)) continue;
      const found = this.verifyStream(view, packet, candidate, from + i);
      if (found === 'more') later = true;
      else if (found !== undefined) return found;
    }
    return later ? 'more' : undefined;
  }

  private verifyStream(view: View, packet: Uint8Array, candidate: Candidate, block: number): Found | 'more' | undefined {
    const opener = this.opener.clone();
    this.effort.spend(COST.open);
    if (!opener.skip(block * this.shape.block, 0, NONE)) return undefined;
    return this.verifyAt(view, packet, candidate, opener, undefined);
  }

  private verifyBlocks(view: View, packet: Uint8Array, candidate: Candidate): Found | 'more' | undefined {
    const opener = this.opener.clone();
    if (candidate.at > 0 && !opener.skip(candidate.at, 0, this.before(view, candidate.at))) return undefined;
    return this.verifyAt(view, packet, candidate, opener, undefined);
  }

  /** With the opener in its place: the MAC under each sequence number, or the evidence. */
  private verifyAt(view: View, packet: Uint8Array, { at }: Candidate, opener: Opener, sequence: number | undefined): Found | 'more' | undefined {
    const { sequences, packed } = this.unknowns;
    const first = sequence ?? sequences.from;
    const last = sequence ?? sequences.to;
    // What the text says is cheaper than a MAC for each number.
    if (!this.shape.checked || last - first > 4) {
      const { bits, ended } = evidence(opener.clone(), first, view.bytes.subarray(at), { ...this.shape, checked: false }, packed);
      this.effort.spend(2 * COST.open);
      if (bits < 0) return undefined;
      const enough = bits >= this.trialBits(view) + (view.last ? BELIEVED_LAST : BELIEVED);
      if (!this.shape.checked) return enough ? { at, opener, sequence: first, packets: undefined } : ended && !view.last ? 'more' : undefined;
    }
    for (let n = first; n <= last && this.effort.spend(COST.open + COST.openByte * packet.length); n++)
      if (opener.clone().open(n, packet).authentic) return { at, opener, sequence: n, packets: sequence === undefined ? n - sequences.from : undefined };
    return undefined;
  }

  /** Two to the power of this is how many states are tried. */
  private trialBits(view: View): number {
    const { here, counters } = this.unknowns;
    return Math.log2((here ? 1 : view.bytes.length) * (this.shape.mode === 'stream' ? counters.to - counters.from + 1 : 1));
  }
}

/** Message numbers that are in use, 60 to 79 and those of the methods included; anything under compression. */
function likelyNumber(number: number, packed: boolean): boolean {
  return packed || (number > 0 && number <= 101) || number >= 192;
}

const EMPTY = new Uint32Array(0);
