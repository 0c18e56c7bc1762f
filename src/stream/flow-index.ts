/** Finds the flow of a segment: a hash table of fixed-size records in typed arrays, so that a flow costs 64 bytes and no object. */
import { type Address, RST, type Segment } from '../net/segment.ts';

/** Words of a record. Addresses and ports are those of end a (which sent the first frame), then those of end b. */
const WORDS = 16;
const HASH = 0;
const A = 1;
const B = 5;
/** Ports of a and b in one word. */
const PORTS = 9;
/** Initial sequence numbers of a and b, as far as the state word says that they are known. */
const BASES = 10;
const STATE = 12;
const GENERATION = 13;
/** Second of the capture of its last segment, once a FIN or RST was seen. */
const SILENT_SINCE = 14;

/** Bits of the state word. The IP version is part of what identifies a flow. */
const IPV6 = 1;
const RESET = 2;
const HAS_BASE_A = 4;
const HAS_BASE_B = 8;
const FIN_A = 16;
const FIN_B = 32;
const ENDED = RESET | FIN_A | FIN_B;

/** Records by index, from 0 to `count`; an index is good until the next `keepOnly`. */
export class FlowIndex {
  count = 0;
  /** True when the segment given to the last `find` goes from end a to end b. */
  forward = true;
  /** The record found last: the next segment is often of the same flow. */
  private last = 0;
  private words = new Int32Array(0);
  /** Index + 1 of a record, or 0; a record is at its hash or in one of the next slots, with no empty one between. */
  private slots = new Int32Array(0);
  /** What the hash is keyed with: nobody can make a capture in which all flows collide. No output depends on it. */
  private readonly key = Int32Array.from({ length: 9 }, () => Math.random() * 2 ** 32);

  constructor() {
    // Set here, and not where they are declared: V8 takes what is set but once for a constant, and throws its code away when they grow.
    this.words = new Int32Array(256 * WORDS);
    this.slots = new Int32Array(1024);
  }

  /** Index of the record of the flow of `s`, or -1. */
  find(s: Segment): number {
    if (s.ipVersion === 4) return this.findIpv4((s.source[3] as number) | 0, (s.destination[3] as number) | 0, (s.sourcePort << 16) | s.destinationPort);
    if (this.last < this.count && this.matches(this.last * WORDS, s)) return this.last;
    const hash = this.hash(s);
    const mask = this.slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entry = this.slots[slot] as number;
      if (entry === 0) return -1;
      if (this.words[(entry - 1) * WORDS + HASH] === hash && this.matches((entry - 1) * WORDS, s)) {
        this.last = entry - 1;
        return entry - 1;
      }
    }
  }

  /**
   * The same for a segment between the IPv4 addresses `source` and `destination`, its ports in one word: all three signed. Nearly every
   * frame comes by here, so that it is one function, which is compiled once, and not four.
   */
  findIpv4(source: number, destination: number, ports: number): number {
    const { slots, words } = this;
    const turned = (ports << 16) | (ports >>> 16);
    const hash = this.hashIpv4(source, destination, ports);
    const mask = slots.length - 1;
    for (let slot = hash; ; slot++) {
      const entry = slots[slot & mask] as number;
      if (entry === 0) return -1;
      const at = (entry - 1) * WORDS;
      if (words[at + HASH] !== hash || ((words[at + STATE] as number) & IPV6) !== 0) continue;
      const a = words[at + A + 3];
      const b = words[at + B + 3];
      const both = words[at + PORTS];
      const forward = both === ports && a === source && b === destination;
      if (!forward && (both !== turned || a !== destination || b !== source)) continue;
      this.forward = forward;
      return entry - 1;
    }
  }

  /** True when one more segment, in the direction of the last `find`, would change nothing in the record, unless it ends or begins anew. */
  settled(index: number, generation: number): boolean {
    const at = index * WORDS;
    const known = this.forward ? HAS_BASE_A : HAS_BASE_B;
    return ((this.words[at + STATE] as number) & (ENDED | known)) === known && this.words[at + GENERATION] === generation;
  }

  /** A new record for the flow of `s`, sent by its end a; there must be none yet. Gives its index. */
  add(s: Segment): number {
    if (this.count * WORDS === this.words.length) {
      const grown = new Int32Array(2 * this.words.length);
      grown.set(this.words);
      this.words = grown;
      this.rehash(2 * this.slots.length);
    }
    const index = this.count++;
    this.words[index * WORDS + HASH] = this.hash(s);
    this.reset(index, s);
    this.enter(index);
    return index;
  }

  /** Makes the record at `index` new, for another flow between the same ends; `s` is its first segment. */
  reset(index: number, s: Segment): void {
    const at = index * WORDS;
    for (let i = 0; i < 4; i++) {
      this.words[at + A + i] = s.source[i] as number;
      this.words[at + B + i] = s.destination[i] as number;
    }
    this.words[at + PORTS] = (s.sourcePort << 16) | s.destinationPort;
    this.words[at + STATE] = s.ipVersion === 6 ? IPV6 : 0;
    this.words[at + GENERATION] = -1;
    this.forward = true;
  }

  /** Notes that `s` is of this flow, and sets the generation; true when it was another before. */
  touch(index: number, s: Segment, generation: number): boolean {
    const at = index * WORDS;
    const state = this.words[at + STATE] as number;
    if ((state & ENDED) !== 0) {
      this.words[at + SILENT_SINCE] = s.seconds;
      // Data behind a RST: the other end did not obey it.
      if ((state & RESET) !== 0 && s.end > s.start && (s.flags & RST) === 0) this.words[at + STATE] = state & ~RESET;
    }
    if (this.words[at + GENERATION] === generation) return false;
    this.words[at + GENERATION] = generation;
    return true;
  }

  generation(index: number): number {
    return this.words[index * WORDS + GENERATION] as number;
  }

  /** Notes the initial sequence number of the end a or, if not `a`, b, unless one is known. */
  noteBase(index: number, a: boolean, sequence: number): void {
    const bit = a ? HAS_BASE_A : HAS_BASE_B;
    const at = index * WORDS;
    if (((this.words[at + STATE] as number) & bit) !== 0) return;
    this.words[at + STATE] = (this.words[at + STATE] as number) | bit;
    this.words[at + (a ? BASES : BASES + 1)] = sequence;
  }

  /** True when the initial sequence number of that end is known and another one than `sequence`. */
  otherBase(index: number, a: boolean, sequence: number): boolean {
    const at = index * WORDS;
    return ((this.words[at + STATE] as number) & (a ? HAS_BASE_A : HAS_BASE_B)) !== 0 && this.words[at + (a ? BASES : BASES + 1)] !== (sequence | 0);
  }

  /** Notes the FIN or RST of the end a or, if not `a`, b. */
  close(index: number, a: boolean, reset: boolean): void {
    this.words[index * WORDS + STATE] = (this.words[index * WORDS + STATE] as number) | (reset ? RESET : a ? FIN_A : FIN_B);
  }

  /** A FIN or RST was seen. */
  ended(index: number): boolean {
    return ((this.words[index * WORDS + STATE] as number) & ENDED) !== 0;
  }

  /** FINs of both ends were seen, or a RST that no data followed. */
  closed(index: number): boolean {
    const state = this.words[index * WORDS + STATE] as number;
    return (state & RESET) !== 0 || (state & (FIN_A | FIN_B)) === (FIN_A | FIN_B);
  }

  /** Second of the last segment of a flow that has ended. */
  silentSince(index: number): number {
    return this.words[index * WORDS + SILENT_SINCE] as number;
  }

  /** Keeps the records that `keep` says, in their order, under new indexes: those from 0 on. */
  keepOnly(keep: (index: number) => boolean): void {
    let count = 0;
    for (let index = 0; index < this.count; index++) {
      if (keep(index)) this.words.copyWithin(count++ * WORDS, index * WORDS, (index + 1) * WORDS);
    }
    this.count = count;
    this.rehash(this.slots.length);
  }

  private rehash(size: number): void {
    if (size === this.slots.length) this.slots.fill(0);
    else this.slots = new Int32Array(size);
    for (let index = 0; index < this.count; index++) this.enter(index);
  }

  private enter(index: number): void {
    const mask = this.slots.length - 1;
    let slot = (this.words[index * WORDS + HASH] as number) & mask;
    while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
    this.slots[slot] = index + 1;
  }

  /** Of a segment of IPv6. */
  private matches(at: number, s: Segment): boolean {
    if (((this.words[at + STATE] as number) & IPV6) === 0) return false;
    const ports = this.words[at + PORTS];
    if (ports === ((s.sourcePort << 16) | s.destinationPort) && this.isAddress(at + A, s.source) && this.isAddress(at + B, s.destination)) {
      this.forward = true;
      return true;
    }
    if (ports === ((s.destinationPort << 16) | s.sourcePort) && this.isAddress(at + A, s.destination) && this.isAddress(at + B, s.source)) {
      this.forward = false;
      return true;
    }
    return false;
  }

  private isAddress(at: number, address: Address): boolean {
    const words = this.words;
    return (
      words[at + 3] === ((address[3] as number) | 0) &&
      words[at] === ((address[0] as number) | 0) &&
      words[at + 1] === ((address[1] as number) | 0) &&
      words[at + 2] === ((address[2] as number) | 0)
    );
  }

  /** The same for both directions. */
  private hash(s: Segment): number {
    if (s.ipVersion === 4) return this.hashIpv4((s.source[3] as number) | 0, (s.destination[3] as number) | 0, (s.sourcePort << 16) | s.destinationPort);
    return (mix(this.hashEnd(s.source, s.sourcePort)) + mix(this.hashEnd(s.destination, s.destinationPort))) | 0;
  }

  private hashIpv4(source: number, destination: number, ports: number): number {
    const key = this.key;
    const port = key[8] as number;
    const lower = key[6] as number;
    const upper = key[7] as number;
    const a = (Math.imul(ports >>> 16, port) + Math.imul(source & 0xffff, lower) + Math.imul(source >>> 16, upper)) | 0;
    const b = (Math.imul(ports & 0xffff, port) + Math.imul(destination & 0xffff, lower) + Math.imul(destination >>> 16, upper)) | 0;
    return (mix(a) + mix(b)) | 0;
  }

  /** Multilinear over 16-bit pieces: for two different ends a collision under a random key is improbable. */
  private hashEnd(address: Address, port: number): number {
    const key = this.key;
    let sum = Math.imul(port, key[8] as number);
    for (let i = 0; i < 4; i++) {
      const word = address[i] as number;
      if (word === 0) continue;
      sum = (sum + Math.imul(word & 0xffff, key[2 * i] as number) + Math.imul(word >>> 16, key[2 * i + 1] as number)) | 0;
    }
    return sum;
  }
}

/** Spreads all bits of `h` over all, so that the sum of two ends is not linear in them (constants of MurmurHash3's finalizer). */
function mix(h: number): number {
  let x = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}
