/** The TCP header. */
import { type Next, NOTHING, type Packet } from './packet.ts';

const SHORT = 'frames with a TCP header that does not fit';

/** TCP (RFC 9293 section 3.1): what is behind the data offset is payload. Checksum and options are not looked at. */
export function tcp(packet: Packet): Next {
  if (!packet.has(20, SHORT)) return NOTHING;
  const b = packet.buffer;
  const at = packet.start;
  const headerLength = ((b[at + 12] as number) >> 4) * 4;
  if (headerLength < 20) return packet.malformed('frames with a TCP data offset below 5');
  if (!packet.has(headerLength, SHORT)) return NOTHING;
  packet.sourcePort = packet.uint16(at);
  packet.destinationPort = packet.uint16(at + 2);
  packet.sequence = packet.uint32(at + 4);
  packet.acknowledgement = packet.uint32(at + 8);
  packet.flags = b[at + 13] as number;
  packet.start = at + headerLength;
  return packet.segment();
}
