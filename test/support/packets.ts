/**
 * Frames built in memory, for tests: one pure function for each header, to be nested as the headers are.
 *
 *     ethernet(IPV4, ipv4({}, tcp({ sequence: 1 }, payload)))
 *     sll(IPV6, ipv6({}, tcp({}, payload)))
 *     ethernet(IPV4, ipv4({ protocol: 17 }, udp({ destinationPort: 4789 }, vxlan(ethernet(IPV4, …)))))
 *
 * Fields that are not given have the defaults written at each function. Lengths and the checksums of IPv4, TCP and UDP
 * are right, so that the frames please other programs too.
 */
import type { Frame } from '../../src/capture/frame.ts';

export const IPV4 = 0x0800;
export const IPV6 = 0x86dd;
const TCP = 6;
const UDP = 17;

/** The bytes that `text` spells in hex; blanks do not count. */
export function hex(text: string): Uint8Array {
  return Uint8Array.from(text.replaceAll(/\s/g, '').match(/../g) ?? [], (two) => Number.parseInt(two, 16));
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

/** `value` in `size` bytes, big endian. */
export function big(value: number, size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, i) => Math.floor(value / 2 ** (8 * (size - 1 - i))) % 256);
}

/** `value` in `size` bytes, little endian. */
export function little(value: number, size: number): Uint8Array {
  return big(value, size).reverse();
}

/** A captured frame that holds `bytes`, in a larger buffer with other bytes around it. */
export function frame(bytes: Uint8Array, fields: Partial<Omit<Frame, 'buffer' | 'start' | 'end'>> = {}): Frame {
  const around = new Uint8Array(16).fill(0x45);
  const place = { buffer: concat(around, bytes, around), start: 16, end: 16 + bytes.length };
  return { number: 1, seconds: 1_700_000_000, nanos: 0, interfaceId: 0, linkType: 1, originalLength: bytes.length, ...fields, ...place };
}

// ---- TCP, UDP and IP ----

export interface TcpFields {
  readonly sourcePort?: number;
  readonly destinationPort?: number;
  readonly sequence?: number;
  readonly acknowledgement?: number;
  readonly flags?: number;
  readonly window?: number;
  /** A multiple of four bytes. */
  readonly options?: Uint8Array;
}

/** TCP from port 50000 to 22, sequence and acknowledgement 0, flags PSH ACK, window 512. The checksum is set by `ipv4` or `ipv6`. */
export function tcp(fields: TcpFields, payload: Uint8Array = new Uint8Array(0)): Uint8Array {
  const options = fields.options ?? new Uint8Array(0);
  return concat(
    big(fields.sourcePort ?? 50_000, 2),
    big(fields.destinationPort ?? 22, 2),
    big(fields.sequence ?? 0, 4),
    big(fields.acknowledgement ?? 0, 4),
    big(((5 + options.length / 4) << 12) | (fields.flags ?? 0x18), 2),
    big(fields.window ?? 512, 2),
    big(0, 4),
    options,
    payload,
  );
}

/** UDP from port 40000 to 4789. The checksum is set by `ipv4` or `ipv6`. */
export function udp(fields: { readonly sourcePort?: number; readonly destinationPort?: number }, payload: Uint8Array): Uint8Array {
  return concat(big(fields.sourcePort ?? 40_000, 2), big(fields.destinationPort ?? 4789, 2), big(8 + payload.length, 2), big(0, 2), payload);
}

export interface IpFields {
  /** IPv4 dotted, or IPv6 with all or with `::`. */
  readonly source?: string;
  readonly destination?: string;
  /** IPv4: protocol, IPv6: next header; 6 if not given. */
  readonly protocol?: number;
  /** Identification, of IPv6 only in fragments. */
  readonly id?: number;
  /** IPv4 only: a multiple of four bytes. */
  readonly options?: Uint8Array;
  /** Put in place of the total length (IPv4) or payload length (IPv6). */
  readonly length?: number;
}

/** IPv4 from 192.0.2.1 to 198.51.100.2, identification 0. */
export function ipv4(fields: IpFields, payload: Uint8Array): Uint8Array {
  return ipv4Packet(fields, withChecksum(fields, '192.0.2.1', '198.51.100.2', payload), 0);
}

/** An IPv4 packet in fragments, each with `size` bytes (a multiple of 8) of the payload, the last with what is left. */
export function ipv4Fragments(fields: IpFields, payload: Uint8Array, size: number): Uint8Array[] {
  const whole = withChecksum(fields, '192.0.2.1', '198.51.100.2', payload);
  return pieces(whole, size).map(({ offset, bytes, more }) => ipv4Packet(fields, bytes, (more ? 0x2000 : 0) | (offset / 8)));
}

function ipv4Packet(fields: IpFields, payload: Uint8Array, fragment: number): Uint8Array {
  const options = fields.options ?? new Uint8Array(0);
  const header = concat(
    big((0x45 + options.length / 4) * 256, 2),
    big(fields.length ?? 20 + options.length + payload.length, 2),
    big(fields.id ?? 0, 2),
    big(fragment, 2),
    hex('40'),
    big(fields.protocol ?? TCP, 1),
    big(0, 2),
    address(fields.source ?? '192.0.2.1'),
    address(fields.destination ?? '198.51.100.2'),
    options,
  );
  header.set(big(checksum(header), 2), 10);
  return concat(header, payload);
}

/** IPv6 from 2001:db8::1 to 2001:db8::2. Extension headers are part of `payload`, with `protocol` that of the first. */
export function ipv6(fields: IpFields, payload: Uint8Array): Uint8Array {
  const whole = withChecksum(fields, '2001:db8::1', '2001:db8::2', payload);
  return concat(
    hex('60000000'),
    big(fields.length ?? payload.length, 2),
    big(fields.protocol ?? TCP, 1),
    hex('40'),
    address(fields.source ?? '2001:db8::1'),
    address(fields.destination ?? '2001:db8::2'),
    whole,
  );
}

/** An IPv6 packet in fragments, each with `size` bytes (a multiple of 8) of the payload, the last with what is left. */
export function ipv6Fragments(fields: IpFields, payload: Uint8Array, size: number): Uint8Array[] {
  const whole = withChecksum(fields, '2001:db8::1', '2001:db8::2', payload);
  return pieces(whole, size).map(({ offset, bytes, more }) => {
    const header = concat(big(fields.protocol ?? TCP, 1), hex('00'), big(offset | (more ? 1 : 0), 2), big(fields.id ?? 0, 4));
    return ipv6({ ...fields, protocol: 44 }, concat(header, bytes));
  });
}

function pieces(payload: Uint8Array, size: number): { offset: number; bytes: Uint8Array; more: boolean }[] {
  const count = Math.max(1, Math.ceil(payload.length / size));
  return Array.from({ length: count }, (_, i) => ({ offset: i * size, bytes: payload.slice(i * size, (i + 1) * size), more: i < count - 1 }));
}

/** The bytes of an address. */
export function address(text: string): Uint8Array {
  if (!text.includes(':')) return Uint8Array.from(text.split('.'), Number);
  const [head, tail] = text.split('::').map((part) => part.split(':').filter((group) => group !== ''));
  const left = head ?? [];
  const right = tail ?? [];
  const groups = [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right];
  return concat(...groups.map((group) => big(Number.parseInt(group, 16), 2)));
}

/** `payload` with its checksum set over the pseudo header (RFC 9293 section 3.1, RFC 8200 section 8.1) if it is TCP or UDP. */
function withChecksum(fields: IpFields, source: string, destination: string, payload: Uint8Array): Uint8Array {
  const protocol = fields.protocol ?? TCP;
  if (protocol !== TCP && protocol !== UDP) return payload;
  const out = payload.slice();
  const pseudo = concat(address(fields.source ?? source), address(fields.destination ?? destination), big(protocol, 4), big(payload.length, 4));
  out.set(big(checksum(concat(pseudo, payload)) || 0xffff, 2), protocol === TCP ? 16 : 6);
  return out;
}

/** The Internet checksum (RFC 1071). */
function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += (bytes[i] as number) * 256 + (bytes[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return 0xffff - sum;
}

// ---- Links and tags: `type` is the ether type of `payload` ----

/** Ethernet II from 02:00:00:00:00:01 to 02:00:00:00:00:02, not padded. */
export function ethernet(type: number, payload: Uint8Array): Uint8Array {
  return concat(hex('020000000002 020000000001'), big(type, 2), payload);
}

/** What follows an ether type of 0x8100, 0x88a8 or 0x9100: the tag and `payload`. */
export function vlan(type: number, payload: Uint8Array, id = 5): Uint8Array {
  return concat(big(id, 2), big(type, 2), payload);
}

/** LLC and SNAP. */
export function snap(type: number, payload: Uint8Array): Uint8Array {
  return concat(hex('aaaa03 000000'), big(type, 2), payload);
}

/** An 802.3 frame: Ethernet with a length, LLC and SNAP. */
export function ieee8023(type: number, payload: Uint8Array): Uint8Array {
  return ethernet(8 + payload.length, snap(type, payload));
}

/** Linux cooked capture (link type 113). */
export function sll(type: number, payload: Uint8Array): Uint8Array {
  return concat(hex('0004 0001 0006 0200000000010000'), big(type, 2), payload);
}

/** Linux cooked capture version 2 (link type 276). */
export function sll2(type: number, payload: Uint8Array): Uint8Array {
  return concat(big(type, 2), hex('0000 00000002 0001 04 06 0200000000010000'), payload);
}

/** PPP with address and control (link type 9); `protocol` is 0x21 for IPv4, 0x57 for IPv6. */
export function ppp(protocol: number, payload: Uint8Array): Uint8Array {
  return concat(hex('ff03'), big(protocol, 2), payload);
}

/** What follows ether type 0x8864. */
export function pppoe(protocol: number, payload: Uint8Array): Uint8Array {
  return concat(hex('1100 0003'), big(2 + payload.length, 2), big(protocol, 2), payload);
}

/** What follows ether type 0x8847: a stack of labels, the last one marked as the bottom. */
export function mpls(labels: readonly number[], payload: Uint8Array): Uint8Array {
  return concat(...labels.map((label, i) => big(label * 4096 + (i === labels.length - 1 ? 256 : 0) + 64, 4)), payload);
}

/** An 802.11 data frame to an access point (link type 105). */
export function wlan(type: number, payload: Uint8Array): Uint8Array {
  return concat(hex('0801 0000 020000000001 020000000002 020000000003 0000'), snap(type, payload));
}

/** An 802.11 data frame behind a radiotap header without fields (link type 127). */
export function radiotap(type: number, payload: Uint8Array): Uint8Array {
  return concat(hex('00 00 0800 00000000'), wlan(type, payload));
}

// ---- Tunnels ----

/** GRE version 0 without options, for IP protocol 47; 0x6558 carries Ethernet. */
export function gre(type: number, payload: Uint8Array): Uint8Array {
  return concat(hex('0000'), big(type, 2), payload);
}

/** VXLAN, for UDP port 4789, around an Ethernet frame. */
export function vxlan(payload: Uint8Array): Uint8Array {
  return concat(hex('08000000 00000500'), payload);
}

/** GENEVE without options, for UDP port 6081; 0x6558 carries Ethernet. */
export function geneve(type: number, payload: Uint8Array): Uint8Array {
  return concat(hex('0000'), big(type, 2), hex('00000500'), payload);
}

/** GTP-U, for UDP port 2152, around an IP packet. */
export function gtpu(payload: Uint8Array): Uint8Array {
  return concat(hex('30ff'), big(payload.length, 2), hex('00000001'), payload);
}
