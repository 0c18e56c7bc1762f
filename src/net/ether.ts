/** Ethernet, LLC/SNAP and what ether types announce: IP, tags, PPPoE, MPLS. */
import { ipv4, ipv6 } from './ip.ts';
import { ETHER_TYPE, ETHERNET, type Header, IPV4, IPV6, type Next, NOTHING, type Packet, PPP, type Row } from './packet.ts';

/** Ethernet II, or 802.3 with a length and LLC. */
export function ethernet(packet: Packet): Next {
  if (!packet.has(14, 'frames with an Ethernet header that does not fit')) return NOTHING;
  packet.start += 14;
  return etherTypeOrLength(packet, packet.uint16(packet.start - 2));
}

/** IEEE 802.3 section 3.2.6: from 0x600 on it is an ether type, below a length, and LLC follows. Its value is not needed: IP has its own. */
function etherTypeOrLength(packet: Packet, value: number): Next {
  return value >= 0x600 ? ETHER_TYPE + value : llc(packet);
}

/** IEEE 802.2 LLC with SNAP (RFC 1042): an organisation (zero, or 0000f8 for a bridge) and an ether type. Other LLC carries no IP. */
export function llc(packet: Packet): Next {
  if (!packet.has(8, 'frames with an LLC header that does not fit')) return NOTHING;
  const at = packet.start;
  const organisation = packet.uint32(at + 2) & 0xffffff;
  if (packet.uint16(at) !== 0xaaaa || packet.buffer[at + 2] !== 3 || (organisation !== 0 && organisation !== 0xf8)) return NOTHING;
  packet.start = at + 8;
  return ETHER_TYPE + packet.uint16(at + 6);
}

/** A header of `length` bytes after which `next` comes. */
export function skip(length: number, next: Next): Header {
  return (packet) => {
    if (!packet.has(length, 'frames with a link header that does not fit')) return NOTHING;
    packet.start += length;
    return next;
  };
}

/** A tag of `length` bytes whose last two are the ether type (or length) of what follows. */
function tag(length: number): Header {
  return (packet) => {
    if (!packet.has(length, 'frames with a tag that does not fit')) return NOTHING;
    packet.start += length;
    return etherTypeOrLength(packet, packet.uint16(packet.start - 2));
  };
}

/** MPLS label stack (RFC 3032 section 2.1). Nothing says what follows; by convention its first four bits do (RFC 4928). */
export function mpls(packet: Packet): Next {
  let last = false;
  while (!last) {
    if (!packet.has(4, 'frames with an MPLS label stack that does not fit')) return NOTHING;
    last = ((packet.buffer[packet.start + 2] as number) & 1) !== 0;
    packet.start += 4;
  }
  if (!packet.has(1, 'frames with an MPLS label stack that does not fit')) return NOTHING;
  const nibble = (packet.buffer[packet.start] as number) >> 4;
  if (nibble === 4) return IPV4;
  if (nibble === 6) return IPV6;
  // 1 is a control channel (RFC 4385 section 5).
  if (nibble === 1) return NOTHING;
  if (nibble === 0 && controlWord(packet)) packet.start += 4;
  return ETHERNET;
}

/**
 * Whether an Ethernet pseudowire begins with the optional control word (RFC 4448 section 4.6). A MAC address can begin
 * with the same four zero bits, so the control word is believed unless an IP or tag ether type stands where it would without.
 */
function controlWord(packet: Packet): boolean {
  if (packet.end - packet.start < 18) return true;
  const carried = (type: number) => ETHER_TYPES.some((row) => row.number === type);
  return carried(packet.uint16(packet.start + 16)) || !carried(packet.uint16(packet.start + 12));
}

/** PPPoE (RFC 2516 section 4). Sessions only: discovery has an ether type of its own. */
export const pppoe = skip(6, PPP);

export const ETHER_TYPES: readonly Row[] = [
  { number: 0x0800, name: 'IPv4', read: ipv4 },
  { number: 0x6558, name: 'Transparent Ethernet Bridging', read: ethernet },
  { number: 0x8100, name: '802.1Q', read: tag(4) },
  { number: 0x86dd, name: 'IPv6', read: ipv6 },
  { number: 0x8847, name: 'MPLS', read: mpls },
  { number: 0x8848, name: 'MPLS with upstream labels', read: mpls },
  { number: 0x8864, name: 'PPPoE Session', read: pppoe },
  { number: 0x88a8, name: '802.1ad', read: tag(4) },
  { number: 0x88e7, name: '802.1ah', read: skip(4, ETHERNET) },
  { number: 0x8926, name: 'VN-Tag', read: tag(6) },
  { number: 0x893f, name: '802.1BR E-Tag', read: tag(8) },
  { number: 0x9100, name: 'QinQ', read: tag(4) },
  { number: 0x9200, name: 'QinQ', read: tag(4) },
  { number: 0x9300, name: 'QinQ', read: tag(4) },
];
