/** Looking for the first packet under the keys of the next exchange, whose NEWKEYS was not seen. */
import { Adrift } from './adrift.ts';
import type { Direction } from './direction.ts';
import type { Effort } from './effort.ts';
import { nextKeys } from './newkeys.ts';
import { peer } from './roles.ts';
import { type Look, Scan, type Search, type View } from './search.ts';
import type { SshSession } from './session.ts';
import { shapeOf } from './shape.ts';

/** The smallest packet without a MAC (RFC 4253 section 6). */
const LEAST_IN_CLEAR = 16;

/** Bytes of the smallest packet that `d` may send now. */
function leastOf(session: SshSession, d: Direction): number {
  return d.suite === undefined ? LEAST_IN_CLEAR : shapeOf(d.suite, session.limits).least;
}

/**
 * A NEWKEYS may have been in the gap. That shows when the other side has moved on to the keys of the next exchange: then
 * those of this side are tried too, wherever they began.
 */
export class NextEpoch implements Search {
  private readonly session: SshSession;
  private readonly d: Direction;
  private readonly from: number;
  private readonly effort: Effort;
  private readonly leastNewKeys: number;
  private scan: Scan | undefined;
  private keys: ReturnType<typeof nextKeys>;

  constructor(session: SshSession, d: Direction, from: number, effort: Effort, leastNewKeys = leastOf(session, d)) {
    this.leastNewKeys = leastNewKeys;
    this.session = session;
    this.d = d;
    this.from = from;
    this.effort = effort;
  }

  look(view: View): Look {
    this.scan ??= this.begin(view.offset);
    const { keys } = this;
    if (this.scan === undefined || keys === undefined) return view.last || view.bytes.length >= this.session.limits.searchBytes ? 'none' : 'more';
    const look = this.scan.look(view);
    return look === 'more' || look === 'none'
      ? look
      : { ...look, keys: { suite: keys.suite, offered: undefined, note: 'of the next key exchange', next: true } };
  }

  private begin(offset: number): Scan | undefined {
    const { session, d } = this;
    if (session.direction(peer(d.end)).epoch <= d.epoch) return undefined;
    this.keys = nextKeys(session, d);
    if (this.keys === undefined) return undefined;
    const { suite, opener, packed } = this.keys;
    const shape = shapeOf(suite, session.limits, opener.unchecked !== true);
    const bytes = offset - this.from + session.limits.searchBytes;
    const packets = Math.ceil(bytes / shape.least);
    const first = session.strict === true ? 0 : d.sequence;
    const counters = { from: 0, to: shape.mode === 'stream' ? Math.ceil(bytes / shape.block) : packets };
    const newKeys = { bytes: this.leastNewKeys, counted: session.strict !== true };
    const unknowns = { here: false, sequences: { from: first, to: first + packets }, counters, since: this.from, newKeys, packed };
    return new Scan(new Adrift(opener, shape, unknowns, this.effort), session.limits, this.effort);
  }
}
