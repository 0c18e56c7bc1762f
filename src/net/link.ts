/** The link types (https://www.tcpdump.org/linktypes.html) that can carry IP. */
import { ethernet, llc, pppoe, skip } from './ether.ts';
import { ipv4, ipv6 } from './ip.ts';
import { ETHER_TYPE, ETHERNET, type Header, IPV4, IPV6, ipByVersion, LINK_TYPE, MPLS, type Next, NOTHING, type Packet, PPP, type Row } from './packet.ts';
import { avs, behind, littleEndian32, ppi, prism, radiotap, wlan } from './wlan.ts';

const SHORT = 'frames with a link header that does not fit';

/** A header of `length` bytes with an ether type at `offset`. Cooked captures put small numbers there for what has none: 4 is LLC. */
function etherTypeAt(offset: number, length: number): Header {
  return (packet) => {
    if (!packet.has(length, SHORT)) return NOTHING;
    const type = packet.uint16(packet.start + offset);
    packet.start += length;
    if (type === 4) return llc(packet);
    return ETHER_TYPE + type;
  };
}

/** A header of `length` bytes that begins with an address family of 32 bits in either byte order, as the capturing machine had it. */
function familyOf32(length: number): Header {
  return (packet) => {
    if (!packet.has(length, SHORT)) return NOTHING;
    const big = packet.uint32(packet.start);
    const family = big > 0xffff ? littleEndian32(packet, packet.start) : big;
    packet.start += length;
    return ipOfFamily(family);
  };
}

/** AF_INET is 2 everywhere; AF_INET6 is 10 on Linux, 24 on NetBSD and OpenBSD, 28 on FreeBSD, 30 on macOS. */
function ipOfFamily(family: number): Next {
  if (family === 2) return IPV4;
  return family === 10 || family === 24 || family === 28 || family === 30 ? IPV6 : NOTHING;
}

/** PPP (RFC 1661 section 2), with or without HDLC address and control (RFC 1662), with the protocol in one byte or two. */
function ppp(packet: Packet): Next {
  if (!packet.has(4, SHORT)) return NOTHING;
  if (packet.uint16(packet.start) === 0xff03) packet.start += 2;
  const compressed = ((packet.buffer[packet.start] as number) & 1) !== 0;
  const protocol = compressed ? (packet.buffer[packet.start] as number) : packet.uint16(packet.start);
  packet.start += compressed ? 1 : 2;
  if (protocol === 0x0021) return IPV4;
  if (protocol === 0x0057) return IPV6;
  return protocol === 0x0281 || protocol === 0x0283 ? MPLS : NOTHING;
}

/** PPP over a serial line: HDLC addresses 0x0f and 0x8f mean that Cisco's framing is used instead (RFC 1547 section 4.3.1). */
function pppOrHdlc(packet: Packet): Next {
  const address = packet.buffer[packet.start];
  return address === 0x0f || address === 0x8f ? hdlc(packet) : ppp(packet);
}

const hdlc = etherTypeAt(2, 4);

/** Frame Relay with a two-byte address (RFC 2427): control 3, then an NLPID: 0xcc IPv4, 0x8e IPv6, 0x80 (after a pad) SNAP. */
function frameRelay(packet: Packet): Next {
  if (!packet.has(10, SHORT)) return NOTHING;
  const at = packet.start;
  const nlpid = packet.buffer[at + 3];
  packet.start = at + 4;
  if (nlpid === 0xcc) return IPV4;
  if (nlpid === 0x8e) return IPV6;
  packet.start = at + 10;
  return packet.uint16(at + 3) === 0x0080 && packet.uint32(at + 5) >>> 8 === 0 ? ETHER_TYPE + packet.uint16(at + 8) : NOTHING;
}

/** OpenBSD's pf log: its length without padding to four bytes, and the address family. */
function pflog(packet: Packet): Next {
  if (!packet.has(2, SHORT)) return NOTHING;
  const family = packet.buffer[packet.start + 1] as number;
  return behind(packet, ((packet.buffer[packet.start] as number) + 3) & ~3, ipOfFamily(family));
}

/** Linux netfilter log: family, version, resource, then attributes (length, type) padded to four bytes; type 9 is the packet. */
function nflog(packet: Packet): Next {
  if (!packet.has(4, SHORT)) return NOTHING;
  const b = packet.buffer;
  const family = b[packet.start] as number;
  packet.start += 4;
  while (packet.has(4, SHORT)) {
    // In the byte order of the machine; attributes are short, so the order that gives a small type is the right one.
    const little = b[packet.start + 3] === 0;
    const length = little ? (b[packet.start] as number) | ((b[packet.start + 1] as number) << 8) : packet.uint16(packet.start);
    const type = little ? b[packet.start + 2] : b[packet.start + 3];
    if (length < 4) return packet.malformed('frames with an NFLOG attribute of less than 4 bytes');
    if (type === 9) {
      packet.start += 4;
      return ipOfFamily(family);
    }
    if (!packet.has(length, SHORT)) return NOTHING;
    packet.start = Math.min(packet.end, packet.start + ((length + 3) & ~3));
  }
  return NOTHING;
}

/** Apple's PKTAP: its length, a record type, and the link type of what follows, little endian. */
function pktap(packet: Packet): Next {
  if (!packet.has(12, SHORT)) return NOTHING;
  return behind(packet, littleEndian32(packet, packet.start), LINK_TYPE + (littleEndian32(packet, packet.start + 8) & 0xffff));
}

export const LINK_TYPES: readonly Row[] = [
  { number: 0, name: 'LINKTYPE_NULL', read: familyOf32(4) },
  { number: 1, name: 'LINKTYPE_ETHERNET', read: ethernet },
  { number: 9, name: 'LINKTYPE_PPP', read: ppp },
  { number: 10, name: 'LINKTYPE_FDDI', read: skipToLlc(13) },
  { number: 12, name: 'LINKTYPE_RAW (BSD)', read: ipByVersion },
  { number: 14, name: 'LINKTYPE_RAW (OpenBSD)', read: ipByVersion },
  { number: 50, name: 'LINKTYPE_PPP_HDLC', read: pppOrHdlc },
  { number: 51, name: 'LINKTYPE_PPP_ETHER', read: pppoe },
  { number: 100, name: 'LINKTYPE_ATM_RFC1483', read: llc },
  { number: 101, name: 'LINKTYPE_RAW', read: ipByVersion },
  { number: 104, name: 'LINKTYPE_C_HDLC', read: hdlc },
  { number: 105, name: 'LINKTYPE_IEEE802_11', read: wlan },
  { number: 107, name: 'LINKTYPE_FRELAY', read: frameRelay },
  { number: 108, name: 'LINKTYPE_LOOP', read: familyOf32(4) },
  { number: 109, name: 'LINKTYPE_ENC', read: familyOf32(12) },
  { number: 113, name: 'LINKTYPE_LINUX_SLL', read: etherTypeAt(14, 16) },
  { number: 117, name: 'LINKTYPE_PFLOG', read: pflog },
  { number: 119, name: 'LINKTYPE_IEEE802_11_PRISM', read: prism },
  { number: 122, name: 'LINKTYPE_IP_OVER_FC', read: skipToLlc(16) },
  { number: 127, name: 'LINKTYPE_IEEE802_11_RADIOTAP', read: radiotap },
  { number: 138, name: 'LINKTYPE_APPLE_IP_OVER_IEEE1394', read: etherTypeAt(16, 18) },
  { number: 163, name: 'LINKTYPE_IEEE802_11_AVS', read: avs },
  { number: 192, name: 'LINKTYPE_PPI', read: ppi },
  { number: 204, name: 'LINKTYPE_PPP_WITH_DIR', read: skip(1, PPP) },
  { number: 228, name: 'LINKTYPE_IPV4', read: ipv4 },
  { number: 229, name: 'LINKTYPE_IPV6', read: ipv6 },
  { number: 239, name: 'LINKTYPE_NFLOG', read: nflog },
  { number: 242, name: 'LINKTYPE_IPOIB', read: etherTypeAt(40, 44) },
  { number: 258, name: 'LINKTYPE_PKTAP', read: pktap },
  { number: 276, name: 'LINKTYPE_LINUX_SLL2', read: etherTypeAt(0, 20) },
];

function skipToLlc(length: number): Header {
  const over = skip(length, ETHERNET);
  return (packet) => (over(packet) === NOTHING ? NOTHING : llc(packet));
}
