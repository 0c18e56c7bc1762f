/** Looking for the next packet of a key exchange in clear, behind a gap. */
import { plausibleClearPacket } from './binary-packet.ts';
import type { Direction } from './direction.ts';
import { isKexNumber } from './resolve.ts';
import { peer } from './roles.ts';
import type { Look, Search, View } from './search.ts';
import type { SshSession } from './session.ts';

const [DEBUG, NEWKEYS] = [4, 21];

/** Finds a segment that begins with what looks like a packet in clear. */
export class ClearPackets implements Search {
  private readonly session: SshSession;
  private readonly d: Direction;
  private seen = 0;
  /** NEWKEYS was in the gap. */
  private over = false;

  constructor(session: SshSession, d: Direction) {
    this.session = session;
    this.d = d;
  }

  look({ bytes, last }: View): Look {
    const at = Math.min(this.seen, bytes.length);
    this.seen = bytes.length;
    if (!this.over && plausibleClearPacket(bytes.subarray(at))) {
      this.over = this.isBehindNewKeys(bytes[at + 5]);
      if (!this.over) return { at, opener: undefined, sequence: 0, packets: undefined };
    }
    return last ? 'none' : 'more';
  }

  /** Under the cipher none the packets behind NEWKEYS look the same: what may not come before it shows that it was in the gap. */
  private isBehindNewKeys(number = 0): boolean {
    const { session, d } = this;
    if (number === NEWKEYS || isKexNumber(number) || session.exchanges[d.epoch]?.negotiation?.[session.sideOf(d.end)].cipher !== 'none') return false;
    return number > DEBUG || (session.strict === true && session.direction(peer(d.end)).epoch > d.epoch);
  }
}
