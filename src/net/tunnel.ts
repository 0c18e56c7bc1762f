/** Tunnels: what carries IP or a link inside IP, by IP protocol number or UDP port. */
import { mpls, skip } from './ether.ts';
import { ETHER_TYPE, ETHERNET, IPV4, IPV6, ipByVersion, MPLS, type Next, NOTHING, type Packet, PPP, type Row, UDP_PORT } from './packet.ts';

const SHORT = 'frames with a tunnel header that does not fit';

/** Ether types that stand for something else inside GRE. */
const ERSPAN = 0x88be;
const GRE_PPP = 0x880b;

/** GRE (RFC 2784, RFC 2890), and version 1 for PPTP (RFC 2637 section 4.1). */
function gre(packet: Packet): Next {
  if (!packet.has(4, SHORT)) return NOTHING;
  const flags = packet.uint16(packet.start);
  const type = packet.uint16(packet.start + 2);
  const version = flags & 7;
  const sequence = (flags & 0x1000) !== 0;
  // Routing (RFC 1701, deprecated) would need its own loop, and nobody sends it.
  if (version > 1 || (flags & 0x4000) !== 0) return NOTHING;
  const checksum = version === 0 && (flags & 0x8000) !== 0;
  const acknowledgement = version === 1 && (flags & 0x0080) !== 0;
  const length = 4 + (checksum ? 4 : 0) + ((flags & 0x2000) !== 0 ? 4 : 0) + (sequence ? 4 : 0) + (acknowledgement ? 4 : 0);
  if (!packet.has(length, SHORT)) return NOTHING;
  packet.start += length;
  // PPTP: without a sequence number it is a bare acknowledgement.
  if (type === GRE_PPP) return version === 1 && !sequence ? NOTHING : PPP;
  // ERSPAN type I has neither a sequence number nor a header of its own.
  return type === ERSPAN && !sequence ? ETHERNET : ETHER_TYPE + type;
}

/** ERSPAN type III: 12 bytes, and 8 more when the last bit says so; the frame type tells Ethernet (0) from IP (2). */
function erspan3(packet: Packet): Next {
  if (!packet.has(12, SHORT)) return NOTHING;
  const last = packet.uint16(packet.start + 10);
  const length = (last & 1) === 0 ? 12 : 20;
  if (!packet.has(length, SHORT)) return NOTHING;
  packet.start += length;
  const frameType = (last >> 10) & 31;
  if (frameType === 0) return ETHERNET;
  return frameType === 2 ? ipByVersion(packet) : NOTHING;
}

/** UDP (RFC 768), of interest only for the tunnels in it: the port is that of the destination if a tunnel has it, else of the source. */
function udp(packet: Packet): Next {
  if (!packet.has(8, 'frames with a UDP header that does not fit')) return NOTHING;
  const source = packet.uint16(packet.start);
  const destination = packet.uint16(packet.start + 2);
  packet.start += 8;
  if (tunnelPorts.has(destination)) return UDP_PORT + destination;
  return tunnelPorts.has(source) ? UDP_PORT + source : NOTHING;
}

/** VXLAN (RFC 7348 section 5); the I flag tells it from other things on the port. */
function vxlan(packet: Packet): Next {
  if (!packet.has(8, SHORT) || ((packet.buffer[packet.start] as number) & 0x08) === 0) return NOTHING;
  packet.start += 8;
  return ETHERNET;
}

/** VXLAN-GPE (draft-ietf-nvo3-vxlan-gpe): the last reserved byte before the VNI names the protocol when the P flag is set. */
function vxlanGpe(packet: Packet): Next {
  if (!packet.has(8, SHORT)) return NOTHING;
  const at = packet.start;
  const flags = packet.buffer[at] as number;
  if ((flags & 0x08) === 0) return NOTHING;
  packet.start = at + 8;
  if ((flags & 0x04) === 0) return ETHERNET;
  return VXLAN_GPE_PROTOCOLS[packet.buffer[at + 3] as number] ?? NOTHING;
}

const VXLAN_GPE_PROTOCOLS: readonly Next[] = [NOTHING, IPV4, IPV6, ETHERNET, NOTHING, MPLS];

/** GENEVE (RFC 8926 section 3.4): version 0, options in four-byte words, an ether type. */
function geneve(packet: Packet): Next {
  if (!packet.has(8, SHORT)) return NOTHING;
  const at = packet.start;
  const first = packet.buffer[at] as number;
  if (first >> 6 !== 0) return NOTHING;
  const length = 8 + (first & 63) * 4;
  if (!packet.has(length, SHORT)) return NOTHING;
  packet.start = at + length;
  return ETHER_TYPE + packet.uint16(at + 2);
}

/** GTP-U (3GPP TS 29.281 section 5): version 1, message 255 carries a user packet behind optional fields and extension headers. */
function gtpu(packet: Packet): Next {
  if (!packet.has(8, SHORT)) return NOTHING;
  const b = packet.buffer;
  const at = packet.start;
  const flags = b[at] as number;
  if (flags >> 5 !== 1 || (flags & 0x10) === 0 || b[at + 1] !== 255) return NOTHING;
  packet.start = at + 8;
  if ((flags & 7) !== 0) {
    if (!packet.has(4, SHORT)) return NOTHING;
    packet.start += 4;
    // The four bytes are there if any flag is set; the last of them counts only under the flag E.
    if ((flags & 4) !== 0 && !gtpuExtensions(packet)) return NOTHING;
  }
  return ipByVersion(packet);
}

/** Extension headers: a length in four-byte words, contents, and in the last byte the type of the next one, 0 for none. */
function gtpuExtensions(packet: Packet): boolean {
  while (packet.buffer[packet.start - 1] !== 0) {
    if (!packet.has(1, SHORT)) return false;
    const length = (packet.buffer[packet.start] as number) * 4;
    if (length === 0 || !packet.has(length, SHORT)) return false;
    packet.start += length;
  }
  return true;
}

/** L2TPv2 data messages (RFC 2661 section 3.1). Length, sequence numbers and offset are optional. */
function l2tp(packet: Packet): Next {
  if (!packet.has(6, SHORT)) return NOTHING;
  const flags = packet.uint16(packet.start);
  if ((flags & 0x8000) !== 0 || (flags & 15) !== 2) return NOTHING;
  let length = 6 + ((flags & 0x4000) !== 0 ? 2 : 0) + ((flags & 0x0800) !== 0 ? 4 : 0);
  if ((flags & 0x0200) !== 0) {
    if (!packet.has(length + 2, SHORT)) return NOTHING;
    length += 2 + packet.uint16(packet.start + length);
  }
  if (!packet.has(length, SHORT)) return NOTHING;
  packet.start += length;
  return PPP;
}

/** Teredo (RFC 4380 section 5.1.1): an authentication and an origin indication may stand before IPv6. */
function teredo(packet: Packet): Next {
  if (!packet.has(8, SHORT)) return NOTHING;
  if (packet.uint16(packet.start) === 1) {
    const length = 13 + (packet.buffer[packet.start + 2] as number) + (packet.buffer[packet.start + 3] as number);
    if (!packet.has(length + 8, SHORT)) return NOTHING;
    packet.start += length;
  }
  if (packet.uint16(packet.start) === 0) packet.start += 8;
  return packet.has(1, SHORT) && (packet.buffer[packet.start] as number) >> 4 === 6 ? IPV6 : NOTHING;
}

/** Ether types that mean something only inside GRE; the others are those of Ethernet. */
export const GRE_PROTOCOLS: readonly Row[] = [
  { number: ERSPAN, name: 'ERSPAN type II', read: skip(8, ETHERNET) },
  { number: 0x22eb, name: 'ERSPAN type III', read: erspan3 },
];

export const IP_TUNNELS: readonly Row[] = [
  { number: 4, name: 'IPv4', read: () => IPV4 },
  { number: 17, name: 'UDP', read: udp },
  { number: 41, name: 'IPv6', read: () => IPV6 },
  { number: 47, name: 'GRE', read: gre },
  { number: 97, name: 'EtherIP (RFC 3378)', read: skip(2, ETHERNET) },
  { number: 137, name: 'MPLS in IP (RFC 4023)', read: mpls },
];

export const UDP_TUNNELS: readonly Row[] = [
  { number: 1701, name: 'L2TP', read: l2tp },
  { number: 2152, name: 'GTP-U', read: gtpu },
  { number: 3544, name: 'Teredo', read: teredo },
  { number: 4789, name: 'VXLAN', read: vxlan },
  { number: 4790, name: 'VXLAN-GPE', read: vxlanGpe },
  { number: 6081, name: 'GENEVE', read: geneve },
  { number: 6635, name: 'MPLS over UDP (RFC 7510)', read: mpls },
  { number: 8472, name: 'VXLAN (the port Linux took first)', read: vxlan },
];

const tunnelPorts = new Set(UDP_TUNNELS.map((row) => row.number));
