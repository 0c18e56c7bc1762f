/** IPv4, IPv6 and the IPv6 extension headers. Checksums are not looked at: offloading makes them wrong. */
import { FRAGMENT, IP_PROTOCOL, type Next, NOTHING, type Packet, type Row } from './packet.ts';

/** IPv4 (RFC 791 section 3.1), options stepped over. */
export function ipv4(packet: Packet): Next {
  if (!packet.has(20, 'frames with an IPv4 header that does not fit')) return NOTHING;
  const b = packet.buffer;
  const at = packet.start;
  const first = b[at] as number;
  const headerLength = (first & 15) * 4;
  const totalLength = packet.uint16(at + 2);
  if (first >> 4 !== 4 || headerLength < 20) return packet.malformed('frames with an IPv4 header of another version or less than 20 bytes');
  // 0 is left by segmentation offload for the network card to fill in; then all of the frame is the packet.
  if (totalLength !== 0) {
    if (totalLength < headerLength) return packet.malformed('frames with an IPv4 total length shorter than the header');
    packet.box(totalLength);
  }
  if (!packet.has(headerLength, 'frames with an IPv4 header that does not fit')) return NOTHING;
  packet.ipVersion = 4;
  const { source, destination } = packet;
  source[0] = source[1] = source[2] = destination[0] = destination[1] = destination[2] = 0;
  source[3] = packet.uint32(at + 12);
  destination[3] = packet.uint32(at + 16);
  packet.start = at + headerLength;
  const protocol = b[at + 9] as number;
  const fragment = packet.uint16(at + 6);
  if ((fragment & 0x3fff) === 0) return IP_PROTOCOL + protocol;
  return fragmentOf(packet, packet.uint16(at + 4), fragment & 0x1fff, (fragment & 0x2000) !== 0, protocol);
}

/** IPv6 (RFC 8200 section 3). */
export function ipv6(packet: Packet): Next {
  if (!packet.has(40, 'frames with an IPv6 header that does not fit')) return NOTHING;
  const at = packet.start;
  if ((packet.buffer[at] as number) >> 4 !== 6) return packet.malformed('frames with an IPv6 header of another version');
  const payloadLength = packet.uint16(at + 4);
  // 0 is a jumbogram (RFC 2675) or left by segmentation offload: either way the packet is longer than the field can say and fills the frame.
  if (payloadLength !== 0) packet.box(40 + payloadLength);
  packet.ipVersion = 6;
  for (let i = 0; i < 4; i++) {
    packet.source[i] = packet.uint32(at + 8 + 4 * i);
    packet.destination[i] = packet.uint32(at + 24 + 4 * i);
  }
  packet.start = at + 40;
  return IP_PROTOCOL + (packet.buffer[at + 6] as number);
}

/** Hop-by-hop options, routing, destination options: all of the same shape (RFC 8200 sections 4.3 to 4.6). */
function extension(packet: Packet): Next {
  return skipExtension(packet, 8, 8);
}

/** Authentication header (RFC 4302 section 2.2): its length counts four-byte words and leaves out two. */
function authentication(packet: Packet): Next {
  return skipExtension(packet, 4, 8);
}

function skipExtension(packet: Packet, unit: number, base: number): Next {
  const short = 'frames with an IP extension header that does not fit';
  if (!packet.has(8, short)) return NOTHING;
  const at = packet.start;
  const length = base + (packet.buffer[at + 1] as number) * unit;
  if (!packet.has(length, short)) return NOTHING;
  packet.start = at + length;
  return IP_PROTOCOL + (packet.buffer[at] as number);
}

/** Fragment header of IPv6 (RFC 8200 section 4.5); with nothing before and behind it (RFC 6946) it changes nothing. */
function fragmentHeader(packet: Packet): Next {
  if (!packet.has(8, 'frames with an IP extension header that does not fit')) return NOTHING;
  const at = packet.start;
  const next = packet.buffer[at] as number;
  const word = packet.uint16(at + 2);
  packet.start = at + 8;
  if (word >> 3 === 0 && (word & 1) === 0) return IP_PROTOCOL + next;
  return fragmentOf(packet, packet.uint32(at + 4), word >> 3, (word & 1) !== 0, next);
}

function fragmentOf(packet: Packet, id: number, units: number, more: boolean, protocol: number): Next {
  packet.fragment.id = id;
  packet.fragment.offset = units * 8;
  packet.fragment.more = more;
  packet.fragment.protocol = protocol;
  return FRAGMENT;
}

/** The headers of RFC 8200 section 4 that may stand between IP and TCP. */
export const IP_EXTENSIONS: readonly Row[] = [
  { number: 0, name: 'IPv6 Hop-by-Hop Options', read: extension },
  { number: 43, name: 'IPv6 Routing', read: extension },
  { number: 44, name: 'IPv6 Fragment', read: fragmentHeader },
  { number: 51, name: 'Authentication Header', read: authentication },
  { number: 60, name: 'IPv6 Destination Options', read: extension },
];
