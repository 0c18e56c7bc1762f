/** Looking for the place where a packet begins: the part that all searches share. */
import type { Limits } from '../limits.ts';
import type { Opener } from './crypto/opener.ts';
import { COST, type Effort } from './effort.ts';
import type { OfferedKeys } from './kex/secrets.ts';
import type { Suite } from './shape.ts';

/** What a search sees of a direction. */
export interface View {
  /** The bytes that wait, from stream offset `offset` on. */
  readonly bytes: Uint8Array;
  readonly offset: number;
  /** No more bytes will come. */
  readonly last: boolean;
}

/** A packet's beginning, and what opens it. */
export interface Found {
  /** Index into the bytes of the view. */
  readonly at: number;
  /** Stands at the beginning of the packet; undefined for one in clear. */
  readonly opener: Opener | undefined;
  readonly sequence: number;
  /** Packets from where the search began up to here, when that is known. */
  readonly packets: number | undefined;
  /** It is the first packet under its keys. */
  readonly first?: boolean;
  /**
   * Set when the MAC of this packet is right and yet its text cannot be read, because its IV is lost: the bytes of the packet.
   * `opener` then stands behind it.
   */
  readonly blind?: number;
  /** Whose keys they are, when it was not known before. */
  readonly keys?: FoundKeys;
}

/** Keys that were among several. */
export interface FoundKeys {
  readonly suite: Suite;
  readonly offered: OfferedKeys | undefined;
  /** How they were used, for reports: `its IV counter turned back by 3`. */
  readonly note: string;
  /** They are those of the next key exchange, whose NEWKEYS was not seen. */
  readonly next?: true;
}

/** A packet's beginning; the wish for more bytes; or the certainty that nothing will be found. */
export type Look = Found | 'more' | 'none';

export interface Search {
  look(view: View): Look;
}

/** A place that may be the beginning of a packet of `total` bytes; `from` to `to` are numbers that the search has for it. */
export interface Candidate {
  readonly at: number;
  readonly total: number;
  readonly from: number;
  readonly to: number;
}

/** What one kind of search does with the places it is shown. */
export interface Scanner {
  /** Bytes that `candidates` needs to see at a place. */
  readonly headLength: number;
  /** Stream offset of the likeliest place, which is waited for before others are tried. */
  readonly hint?: number | undefined;
  /** Places to try from the beginning of the view on; `Limits.searchBytes` when not given. */
  readonly places?: number | undefined;
  /** Adds what can begin at `at` to `into`; cheap. */
  candidates(view: View, at: number, into: Candidate[]): void;
  /** Opens the packet, which is there whole; undefined when it does not open; `more` when what follows must be seen first. */
  verify(view: View, candidate: Candidate): Found | 'more' | undefined;
}

/** Candidates that may wait for the rest of their packet; hostile bytes could make more, chance does not. */
const WAITING = 4096;

/** Shows a scanner every place in turn, the earliest first, and remembers the packets that are not whole yet. */
export class Scan implements Search {
  private readonly scanner: Scanner;
  private readonly limits: Limits;
  private readonly effort: Effort;
  private waiting: Candidate[] = [];
  private offset = -1;
  private next = 0;
  private hinted = false;

  constructor(scanner: Scanner, limits: Limits, effort: Effort) {
    this.scanner = scanner;
    this.limits = limits;
    this.effort = effort;
  }

  look(view: View): Look {
    if (view.offset !== this.offset) this.restart(view.offset);
    const waited = this.tryWaiting(view);
    if (waited !== undefined) return waited;
    const places = this.scanner.places ?? this.limits.searchBytes;
    const end = Math.min(view.bytes.length - this.scanner.headLength + 1, places);
    const hinted = this.atHint(view, end);
    if (hinted !== undefined) return hinted;
    for (; this.next < end && !this.effort.exhausted; this.next++) {
      const found = this.at(view, this.next);
      if (found !== undefined) return found;
    }
    if (view.last || this.effort.exhausted || view.bytes.length >= this.limits.waitBytes) return 'none';
    return this.next >= places && this.waiting.length === 0 ? 'none' : 'more';
  }

  private restart(offset: number): void {
    this.offset = offset;
    this.next = 0;
    this.waiting = [];
  }

  /** The likeliest place, once; `more` while it is not there, or its packet is not whole. */
  private atHint(view: View, end: number): Found | 'more' | undefined {
    const { hint } = this.scanner;
    if (this.hinted || hint === undefined) return undefined;
    const there = hint - view.offset < end;
    if (!there && !view.last) return 'more';
    this.hinted = true;
    const found = there ? this.at(view, hint - view.offset) : undefined;
    return found ?? (this.waiting.length > 0 && !view.last ? 'more' : undefined);
  }

  private at(view: View, at: number): Found | undefined {
    if (at < 0) return undefined;
    const candidates: Candidate[] = [];
    this.scanner.candidates(view, at, candidates);
    for (const candidate of candidates) {
      const found = this.verify(view, candidate);
      if (found === 'more') this.wait(candidate);
      else if (found !== undefined) return found;
    }
    return undefined;
  }

  private wait(candidate: Candidate): void {
    if (this.waiting.length < WAITING) this.waiting.push(candidate);
  }

  private tryWaiting(view: View): Found | undefined {
    if (this.waiting.length === 0) return undefined;
    const waiting = this.waiting;
    this.waiting = [];
    for (const candidate of waiting) {
      const found = this.verify(view, candidate);
      if (found === 'more') this.wait(candidate);
      else if (found !== undefined) return found;
    }
    return undefined;
  }

  private verify(view: View, candidate: Candidate): Found | 'more' | undefined {
    if (view.bytes.length < candidate.at + candidate.total) return view.last ? undefined : 'more';
    if (!this.effort.spend(COST.compare)) return undefined;
    return this.scanner.verify(view, candidate);
  }
}

/**
 * Several searches in one, by stages: while one of a stage wants to see more, the next stage, which is dearer or
 * likelier to be wrong, does not begin.
 */
export class Searches implements Search {
  private readonly stages: Search[][];

  constructor(stages: readonly (readonly Search[])[]) {
    this.stages = stages.map((stage) => [...stage]);
  }

  look(view: View): Look {
    for (let stage = this.stages[0]; stage !== undefined; stage = this.stages[0]) {
      for (let i = 0; i < stage.length; ) {
        const look = (stage[i] as Search).look(view);
        if (look !== 'more' && look !== 'none') return look;
        if (look === 'none') stage.splice(i, 1);
        else i++;
      }
      if (stage.length > 0) return 'more';
      this.stages.shift();
    }
    return 'none';
  }
}
