/** One frame while its headers are taken off, from the link header down to TCP. */
import type { Origin } from '../bytes/space.ts';
import type { Frame } from '../capture/frame.ts';
import type { Address, Segment } from './segment.ts';
import type { Tally } from './tally.ts';

/**
 * Says which header comes next: the number of a protocol in the number space of the header before it, or one of the
 * three outcomes below. Header readers return numbers and not functions so that the files of this folder, whose protocols
 * nest in circles, do not import in circles.
 */
export type Next = number;
/** Nothing (more) to read: not TCP, or not readable and said so. */
export const NOTHING: Next = 0;
/** The TCP header was read: the packet is a segment. */
export const SEGMENT: Next = 1;
/** The packet is an IP fragment, described by `Packet.fragment`. */
export const FRAGMENT: Next = 2;

/** Number spaces, to be added to the number. */
export const LINK_TYPE = 0x10000;
export const ETHER_TYPE = 0x20000;
export const IP_PROTOCOL = 0x30000;
export const UDP_PORT = 0x40000;

export const ETHERNET: Next = LINK_TYPE + 1;
export const PPP: Next = LINK_TYPE + 9;
export const IPV4: Next = ETHER_TYPE + 0x0800;
export const IPV6: Next = ETHER_TYPE + 0x86dd;
export const MPLS: Next = ETHER_TYPE + 0x8847;

/** Takes one header off the packet. */
export type Header = (packet: Packet) => Next;

/** A protocol: its number in the number space of its table, its name, and the reader of its header. */
export interface Row {
  readonly number: number;
  readonly name: string;
  readonly read: Header;
}

const CUT = 'frames that hold fewer bytes than their lengths promise (snap length)';

/**
 * What is left of a frame is `buffer[start..end)`: a header reader moves `start` behind its header, and `end` to where
 * the header says that its contents end. Used again for the next frame.
 */
export class Packet implements Segment {
  frame = 0;
  seconds = 0;
  nanos = 0;
  ipVersion: 4 | 6 = 4;
  readonly source: Address = new Uint32Array(4);
  readonly destination: Address = new Uint32Array(4);
  sourcePort = 0;
  destinationPort = 0;
  sequence = 0;
  acknowledgement = 0;
  flags = 0;
  buffer: Uint8Array = new Uint8Array(0);
  start = 0;
  end = 0;
  frameOffset = 0;
  origins: readonly Origin[] | undefined = undefined;
  /** Bytes behind `end` that belong to the packet and were not captured. */
  missing = 0;
  /** The IP fragment that this is, after FRAGMENT: offset in bytes. */
  readonly fragment = { id: 0, offset: 0, more: false, protocol: 0 };
  private readonly tally: Tally;
  private frameStart = 0;

  constructor(tally: Tally) {
    this.tally = tally;
  }

  /** Begins with all that was captured of `frame`. */
  begin(frame: Frame): void {
    this.frame = frame.number;
    this.seconds = frame.seconds;
    this.nanos = frame.nanos;
    this.buffer = frame.buffer;
    this.start = this.frameStart = frame.start;
    this.end = frame.end;
    this.origins = undefined;
    this.missing = Math.max(0, frame.originalLength - (frame.end - frame.start));
  }

  /** Goes on with a reassembled datagram in place of the frame. */
  become(datagram: Uint8Array, origins: readonly Origin[]): void {
    this.buffer = datagram;
    this.start = 0;
    this.end = datagram.length;
    this.origins = origins;
    this.missing = 0;
  }

  /** The header at `start` and its contents have `length` bytes: what is behind is padding, what is not there is missing. */
  box(length: number): void {
    const end = this.start + length;
    this.missing = Math.max(0, end - this.end);
    if (end < this.end) this.end = end;
  }

  uint16(at: number): number {
    return ((this.buffer[at] as number) << 8) | (this.buffer[at + 1] as number);
  }

  uint32(at: number): number {
    const b = this.buffer;
    return (((b[at] as number) << 24) | ((b[at + 1] as number) << 16) | ((b[at + 2] as number) << 8) | (b[at + 3] as number)) >>> 0;
  }

  /** True when `length` more bytes are there; else it is reported, as `what` unless the snap length is to blame. */
  has(length: number, what: string): boolean {
    if (this.end - this.start >= length) return true;
    if (this.missing > 0) this.cut();
    else this.tally.add('malformed', what, this.frame);
    return false;
  }

  /** Reports `what`, the plural of something that this frame has, and ends the reading. */
  malformed(what: string): Next {
    this.tally.add('malformed', what, this.frame);
    return NOTHING;
  }

  /** Reports that the packet lies outside of what sshark reads: `what` is the plural of it. */
  unread(code: 'undecryptable' | 'limit' | 'unknown', what: string): Next {
    this.tally.add(code, what, this.frame);
    return NOTHING;
  }

  /** Reports that the snap length took something away. */
  cut(): void {
    this.tally.add('truncated', CUT, this.frame);
  }

  /** Ends the reading with what is left as payload of a TCP segment. */
  segment(): Next {
    this.frameOffset = this.start - this.frameStart;
    if (this.missing > 0) this.cut();
    if (this.origins !== undefined) this.origins = this.originsOf(this.start, this.end);
    return SEGMENT;
  }

  /** Where `buffer[from..to)` lies in the capture; `start` of an origin counts from `from`. */
  originsOf(from: number, to: number): Origin[] {
    if (this.origins === undefined) return [{ start: 0, length: to - from, frame: this.frame, frameOffset: from - this.frameStart }];
    const out: Origin[] = [];
    for (const o of this.origins) {
      const start = Math.max(from, o.start);
      const end = Math.min(to, o.start + o.length);
      if (start < end) out.push({ start: start - from, length: end - start, frame: o.frame, frameOffset: o.frameOffset + start - o.start });
    }
    return out;
  }
}

/** IPv4 or IPv6 by the version in the first four bits, as every IP header has it. */
export function ipByVersion(packet: Packet): Next {
  if (!packet.has(1, 'frames that end before the IP header')) return NOTHING;
  const version = (packet.buffer[packet.start] as number) >> 4;
  if (version === 4) return IPV4;
  return version === 6 ? IPV6 : packet.malformed('frames with an IP header of a version other than 4 and 6');
}
