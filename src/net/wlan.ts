/** IEEE 802.11 data frames, and the headers that capture programs put before them. */
import { llc } from './ether.ts';
import { LINK_TYPE, type Next, NOTHING, type Packet } from './packet.ts';

const SHORT = 'frames with an 802.11 header that does not fit';

/** Bits of the radiotap field Flags. */
const FCS_AT_END = 0x10;
const PADDED = 0x20;

/** IEEE 802.11 section 9.3.2: data frames in clear; management, control and frames without data carry no IP. */
export function wlan(packet: Packet): Next {
  return dataFrame(packet, false);
}

function dataFrame(packet: Packet, padded: boolean): Next {
  if (!packet.has(2, SHORT)) return NOTHING;
  const at = packet.start;
  const control = packet.buffer[at] as number;
  const flags = packet.buffer[at + 1] as number;
  // Type 2 is data; the subtype bit 0x40 means that there is none.
  if ((control & 0x0c) !== 0x08 || (control & 0x40) !== 0) return NOTHING;
  if ((flags & 0x40) !== 0) return packet.unread('undecryptable', '802.11 frames that are protected by the link and were not read');
  const qos = (control & 0x80) !== 0;
  // To DS and From DS together: four addresses. The order bit of a QoS frame: an HT Control field.
  const addresses = (flags & 3) === 3 ? 30 : 24;
  const length = addresses + (qos ? 2 : 0) + (qos && (flags & 0x80) !== 0 ? 4 : 0);
  const body = padded ? (length + 3) & ~3 : length;
  if (!packet.has(body, SHORT)) return NOTHING;
  // More fragments, or a fragment number: 802.11 fragments are rare and have no room here.
  if ((flags & 4) !== 0 || ((packet.buffer[at + 22] as number) & 15) !== 0) return packet.unread('unknown', '802.11 fragments that were not read');
  const aggregate = qos && ((packet.buffer[at + addresses] as number) & 0x80) !== 0;
  packet.start = at + body;
  return aggregate ? aggregated(packet) : llc(packet);
}

/** An A-MSDU (IEEE 802.11 section 9.3.2.2): subframes of two addresses, a length and LLC. The first is read; a frame with more says so. */
function aggregated(packet: Packet): Next {
  if (!packet.has(14, SHORT)) return NOTHING;
  const length = packet.uint16(packet.start + 12);
  const padding = (4 - ((14 + length) % 4)) % 4;
  if (packet.end - packet.start > 14 + length + padding) packet.unread('unknown', '802.11 frames with several packets of which the first was read');
  packet.start += 14;
  packet.box(length);
  return llc(packet);
}

/** Radiotap (radiotap.org): a length, a bit map of fields, and among them the flags that tell of an FCS and of padding. Little endian. */
export function radiotap(packet: Packet): Next {
  if (!packet.has(8, 'frames with a radiotap header that does not fit')) return NOTHING;
  const at = packet.start;
  const length = (packet.buffer[at + 2] as number) | ((packet.buffer[at + 3] as number) << 8);
  if (length < 8) return packet.malformed('frames with a radiotap header of less than 8 bytes');
  if (!packet.has(length, 'frames with a radiotap header that does not fit')) return NOTHING;
  const flags = radiotapFlags(packet, at, at + length);
  packet.start = at + length;
  const fcs = (flags & FCS_AT_END) !== 0 ? 4 : 0;
  packet.box(Math.max(0, packet.end - packet.start + packet.missing - fcs));
  return dataFrame(packet, (flags & PADDED) !== 0);
}

/** The field Flags: one byte, after the bit maps (each says in its top bit whether another follows) and, if there, the eight aligned bytes of TSFT. */
function radiotapFlags(packet: Packet, at: number, end: number): number {
  const present = packet.buffer[at + 4] as number;
  if ((present & 2) === 0) return 0;
  let field = at + 8;
  while (field < end && ((packet.buffer[field - 1] as number) & 0x80) !== 0) field += 4;
  if ((present & 1) !== 0) field = at + ((field - at + 7) & ~7) + 8;
  return field < end ? (packet.buffer[field] as number) : 0;
}

/** The AVS header: a magic and its length, big endian. */
export function avs(packet: Packet): Next {
  return packet.has(8, SHORT) ? behind(packet, packet.uint32(packet.start + 4), LINK_TYPE + 105) : NOTHING;
}

/** The Prism header: a message code and its length, in the byte order of the machine; some drivers write AVS here, known by its magic. */
export function prism(packet: Packet): Next {
  if (!packet.has(8, SHORT)) return NOTHING;
  if ((packet.uint32(packet.start) & 0xfffff000) >>> 0 === 0x80211000) return avs(packet);
  const length = packet.uint32(packet.start + 4);
  return behind(packet, length > 0xffff ? littleEndian32(packet, packet.start + 4) : length, LINK_TYPE + 105);
}

/** PPI: a header length and the link type of what follows, little endian. */
export function ppi(packet: Packet): Next {
  if (!packet.has(8, SHORT)) return NOTHING;
  const at = packet.start;
  const length = (packet.buffer[at + 2] as number) | ((packet.buffer[at + 3] as number) << 8);
  return behind(packet, length, LINK_TYPE + (littleEndian32(packet, at + 4) & 0xffff));
}

/** Goes behind a header that says that it has `length` bytes. */
export function behind(packet: Packet, length: number, next: Next): Next {
  if (length < 8) return packet.malformed('frames with a capture header of less than 8 bytes');
  if (!packet.has(length, 'frames with a capture header that does not fit')) return NOTHING;
  packet.start += length;
  return next;
}

export function littleEndian32(packet: Packet, at: number): number {
  const b = packet.buffer;
  return (((b[at + 3] as number) << 24) | ((b[at + 2] as number) << 16) | ((b[at + 1] as number) << 8) | (b[at] as number)) >>> 0;
}
