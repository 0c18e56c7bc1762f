/** The headers that nearly every frame has, taken off together. */
import { viewOf } from '../bytes/view.ts';
import type { FrameTaker } from '../capture/frame.ts';
import { ETHERNET, LINK_TYPE, type Packet } from './packet.ts';
import { FIN, RST, SYN } from './segment.ts';

/** Ethernet, IPv4 and TCP: what `takeUsual` takes off. */
export const USUAL_HEADERS = 3;

const IP = 14;
const TCP = IP + 20;
const LEAST = TCP + 20;

/**
 * Where the payload of `buffer[start..end)` begins, when it has Ethernet, IPv4 and TCP headers and all is as usual: no tag, no IP
 * options, no fragment, nothing cut off or out of place; else 0.
 */
function usualPayload(buffer: Uint8Array, view: DataView, start: number, end: number): number {
  if (end - start < LEAST) return 0;
  // The ether type of IPv4; version 4 and five words of header; no fragment; the protocol TCP.
  if (view.getUint16(start + IP - 2) !== 0x0800 || buffer[start + IP] !== 0x45) return 0;
  if ((view.getUint16(start + IP + 6) & 0x3fff) !== 0 || buffer[start + IP + 9] !== 6) return 0;
  const headerLength = ((buffer[start + TCP + 12] as number) >> 4) * 4;
  const packetEnd = start + IP + view.getUint16(start + IP + 2);
  const data = start + TCP + headerLength;
  return packetEnd > end || headerLength < 20 || data > packetEnd ? 0 : data;
}

/** Knows of which connections nothing comes any more. */
export interface Ignorer {
  /** Whether the frame `number` may be passed over: between the IPv4 addresses `source` and `destination`, with the ports of both in one word, and none of SYN, FIN and RST. */
  ignores(source: number, destination: number, ports: number, number: number): boolean;
}

/** After so many frames in a row that were not passed over, only one in `SELDOM` is asked for: there may be no such connection. */
const PATIENCE = 64;
const SELDOM = 16;

/** What passes over the usual frames that `ignorer` knows. */
export function usualSkipper(ignorer: Ignorer): NonNullable<FrameTaker['skips']> {
  let misses = 0;
  return (buffer, start, end, linkType, number) => {
    if (misses >= PATIENCE && number % SELDOM !== 0) return false;
    misses++;
    const view = viewOf(buffer);
    if (linkType !== ETHERNET - LINK_TYPE || usualPayload(buffer, view, start, end) === 0) return false;
    if (((buffer[start + TCP + 13] as number) & (SYN | FIN | RST)) !== 0) return false;
    if (!ignorer.ignores(view.getInt32(start + IP + 12), view.getInt32(start + IP + 16), view.getInt32(start + TCP), number)) return false;
    misses = 0;
    return true;
  };
}

/**
 * Takes Ethernet, IPv4 and TCP off where all is as usual. Gives false when something is not, and has done nothing then: the readers
 * of the headers say what it is. They come to the same, one by one; in one function it takes half the time, and is compiled sooner.
 */
export function takeUsual(packet: Packet): boolean {
  const { buffer, start, source, destination } = packet;
  const view = viewOf(buffer);
  const data = usualPayload(buffer, view, start, packet.end);
  if (data === 0) return false;
  if (packet.ipVersion !== 4) {
    packet.ipVersion = 4;
    source.fill(0);
    destination.fill(0);
  }
  source[3] = view.getUint32(start + IP + 12);
  destination[3] = view.getUint32(start + IP + 16);
  packet.sourcePort = view.getUint16(start + TCP);
  packet.destinationPort = view.getUint16(start + TCP + 2);
  packet.sequence = view.getUint32(start + TCP + 4);
  packet.acknowledgement = view.getUint32(start + TCP + 8);
  packet.flags = buffer[start + TCP + 13] as number;
  packet.missing = 0;
  packet.start = data;
  packet.end = start + IP + view.getUint16(start + IP + 2);
  packet.frameOffset = data - start;
  return true;
}
