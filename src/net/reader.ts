/** From frames to TCP segments: takes headers off until TCP is reached. */
import type { Frame, FrameTaker } from '../capture/frame.ts';
import type { Limits } from '../limits.ts';
import type { Problem } from '../wire/problem.ts';
import { ETHER_TYPES } from './ether.ts';
import { Fragments } from './fragment.ts';
import { IP_EXTENSIONS } from './ip.ts';
import { LINK_TYPES } from './link.ts';
import { ETHER_TYPE, ETHERNET, FRAGMENT, type Header, IP_PROTOCOL, LINK_TYPE, type Next, NOTHING, Packet, type Row, SEGMENT, UDP_PORT } from './packet.ts';
import type { Segment } from './segment.ts';
import { Tally } from './tally.ts';
import { tcp } from './tcp.ts';
import { GRE_PROTOCOLS, IP_TUNNELS, UDP_TUNNELS } from './tunnel.ts';
import { type Ignorer, takeUsual, USUAL_HEADERS, usualSkipper } from './usual.ts';

/** Every header that sshark takes off, by number space. */
const HEADERS = new Map<Next, Header>([
  ...rows(LINK_TYPE, LINK_TYPES),
  ...rows(ETHER_TYPE, ETHER_TYPES),
  ...rows(ETHER_TYPE, GRE_PROTOCOLS),
  ...rows(IP_PROTOCOL, [{ number: 6, name: 'TCP', read: tcp }]),
  ...rows(IP_PROTOCOL, IP_EXTENSIONS),
  ...rows(IP_PROTOCOL, IP_TUNNELS),
  ...rows(UDP_PORT, UDP_TUNNELS),
]);

function rows(space: number, table: readonly Row[]): [Next, Header][] {
  return table.map((row) => [space + row.number, row.read]);
}

/** Finds the TCP segment in each frame of one capture, through tags, tunnels and IP fragments. Never throws, whatever the bytes. */
export class SegmentReader {
  private readonly limits: Limits;
  private readonly tally: Tally;
  private readonly packet: Packet;
  private readonly fragments: Fragments;

  constructor(limits: Limits) {
    this.limits = limits;
    this.tally = new Tally(limits.problems);
    this.packet = new Packet(this.tally);
    this.fragments = new Fragments(limits, this.tally);
  }

  /** What knows of which frames nothing comes, as `ignorer` says: they need no `read`. */
  skipper(ignorer: Ignorer): NonNullable<FrameTaker['skips']> {
    return this.limits.encapsulations >= USUAL_HEADERS ? usualSkipper(ignorer, this.packet) : () => false;
  }

  /** The TCP segment that `frame` holds or makes whole, if any. It is the same object each time, and valid until the next call. */
  read(frame: Frame): Segment | undefined {
    const packet = this.packet;
    packet.begin(frame);
    if (frame.linkType > 0xffff) return this.unknownLink(frame.linkType);
    let next: Next = LINK_TYPE + frame.linkType;
    if (next === ETHERNET && this.limits.encapsulations >= USUAL_HEADERS && takeUsual(packet)) return packet;
    for (let left = this.limits.encapsulations; left > 0 && next !== NOTHING; left--) {
      const header = HEADERS.get(next);
      if (header === undefined) return next < ETHER_TYPE ? this.unknownLink(next - LINK_TYPE) : undefined;
      next = header(packet);
      if (next === FRAGMENT) next = this.fragments.add(packet);
      if (next === SEGMENT) return packet;
    }
    if (next !== NOTHING) packet.unread('limit', `frames with more than ${this.limits.encapsulations} headers before TCP (limit encapsulations)`);
    return undefined;
  }

  /** The capture ended: reports the datagrams that never became whole. */
  finish(): void {
    this.fragments.finish();
  }

  /** What was wrong so far, each kind once with the number of times and the first frame. */
  get problems(): readonly Problem[] {
    return this.tally.problems;
  }

  private unknownLink(number: number): undefined {
    this.packet.unread('unknown', `frames of link type ${number}, which sshark does not read`);
    return undefined;
  }
}
