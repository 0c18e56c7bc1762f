/** The headers that nearly every frame has, taken off together. */
import { viewOf } from '../bytes/view.ts';
import type { FrameTaker } from '../capture/frame.ts';
import { ETHERNET, LINK_TYPE, type Packet } from './packet.ts';
import { FIN, RST, type Segment, SYN } from './segment.ts';

/** Ethernet, IP and TCP: what `takeUsual` takes off. */
export const USUAL_HEADERS = 3;

const IP = 14;
/** TCP behind IPv4 without options and behind IPv6 without extension headers. */
const TCP4 = IP + 20;
const TCP6 = IP + 40;
const IPV4 = 0x0800;
const IPV6 = 0x86dd;
const TCP_HEADER = 20;

/** The end of what the IP header promises; TCP begins `offset` bytes behind the beginning of the frame. */
function endOf(view: DataView, start: number, offset: number): number {
  return offset === TCP4 ? start + IP + view.getUint16(start + IP + 2) : start + TCP6 + view.getUint16(start + IP + 4);
}

/**
 * How many bytes behind the beginning of `buffer[start..end)` its TCP header stands, when it has Ethernet, IPv4 or IPv6, and TCP headers
 * and all is as usual: no tag, no options of IPv4, no extension header of IPv6, no fragment, nothing cut off or out of place; else 0.
 */
function usualTcp(buffer: Uint8Array, view: DataView, start: number, end: number): number {
  if (end - start < TCP4 + TCP_HEADER) return 0;
  const type = view.getUint16(start + IP - 2);
  const first = buffer[start + IP] as number;
  let offset = TCP4;
  if (type === IPV4) {
    // Version 4 and five words of header; no fragment; the protocol TCP.
    if (first !== 0x45 || (view.getUint16(start + IP + 6) & 0x3fff) !== 0 || buffer[start + IP + 9] !== 6) return 0;
  } else {
    if (type !== IPV6 || first >> 4 !== 6 || buffer[start + IP + 6] !== 6) return 0;
    offset = TCP6;
  }
  const packetEnd = endOf(view, start, offset);
  if (packetEnd > end) return 0;
  const length = lengthOf(buffer, start + offset);
  return length < TCP_HEADER || start + offset + length > packetEnd ? 0 : offset;
}

/** The length of the TCP header at `tcp`; less than that of any where there is none. */
function lengthOf(buffer: Uint8Array, tcp: number): number {
  return ((buffer[tcp + 12] as number) >> 4) * 4;
}

/** Knows of which connections nothing comes any more. */
export interface Ignorer {
  /** Whether the frame `number` may be passed over: between the IPv4 addresses `source` and `destination`, with the ports of both in one word, and none of SYN, FIN and RST. */
  ignores(source: number, destination: number, ports: number, number: number): boolean;
  /** The same for a segment of IPv6, of which the addresses and ports are looked at. */
  ignoresIpv6(s: Segment, number: number): boolean;
}

/** After so many frames in a row that were not passed over, only one in `SELDOM` is asked for: there may be no such connection. */
const PATIENCE = 64;
const SELDOM = 16;

/** What passes over the usual frames that `ignorer` knows; `packet` is there to be written to. */
export function usualSkipper(ignorer: Ignorer, packet: Packet): NonNullable<FrameTaker['skips']> {
  let misses = 0;
  return (buffer, start, end, linkType, number) => {
    if (misses >= PATIENCE && number % SELDOM !== 0) return false;
    misses++;
    if (linkType !== ETHERNET - LINK_TYPE) return false;
    const view = viewOf(buffer);
    const offset = usualTcp(buffer, view, start, end);
    if (offset === 0 || ((buffer[start + offset + 13] as number) & (SYN | FIN | RST)) !== 0) return false;
    if (offset === TCP4) {
      if (!ignorer.ignores(view.getInt32(start + IP + 12), view.getInt32(start + IP + 16), view.getInt32(start + TCP4), number)) return false;
    } else {
      takeIpv6(packet, view, start);
      takePorts(packet, view, start + TCP6);
      if (!ignorer.ignoresIpv6(packet, number)) return false;
    }
    misses = 0;
    return true;
  };
}

/**
 * Takes Ethernet, IP and TCP off where all is as usual. Gives false when something is not, and has done nothing then: the readers
 * of the headers say what it is. They come to the same, one by one; in one function it takes half the time, and is compiled sooner.
 */
export function takeUsual(packet: Packet): boolean {
  const { buffer, start } = packet;
  const view = viewOf(buffer);
  const offset = usualTcp(buffer, view, start, packet.end);
  if (offset === 0) return false;
  if (offset === TCP4) takeIpv4(packet, view, start);
  else takeIpv6(packet, view, start);
  const tcp = start + offset;
  takePorts(packet, view, tcp);
  packet.sequence = view.getUint32(tcp + 4);
  packet.acknowledgement = view.getUint32(tcp + 8);
  packet.flags = buffer[tcp + 13] as number;
  packet.missing = 0;
  packet.start = tcp + lengthOf(buffer, tcp);
  packet.end = endOf(view, start, offset);
  packet.frameOffset = packet.start - start;
  return true;
}

function takePorts(packet: Packet, view: DataView, tcp: number): void {
  packet.sourcePort = view.getUint16(tcp);
  packet.destinationPort = view.getUint16(tcp + 2);
}

function takeIpv4(packet: Packet, view: DataView, start: number): void {
  const { source, destination } = packet;
  if (packet.ipVersion !== 4) {
    packet.ipVersion = 4;
    source.fill(0);
    destination.fill(0);
  }
  source[3] = view.getUint32(start + IP + 12);
  destination[3] = view.getUint32(start + IP + 16);
}

function takeIpv6(packet: Packet, view: DataView, start: number): void {
  const { source, destination } = packet;
  packet.ipVersion = 6;
  const at = start + IP + 8;
  for (let i = 0; i < 4; i++) {
    source[i] = view.getUint32(at + 4 * i);
    destination[i] = view.getUint32(at + 16 + 4 * i);
  }
}
