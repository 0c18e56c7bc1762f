/** The same traffic in other clothes: what a capture may look like without another SSH byte in it. Pure functions over frames. */
import type { Taken } from './capture-files.ts';
import * as p from './packets.ts';

// ---- Links, tags and tunnels ----

/** A way to carry IP packets. */
export interface Link {
  readonly name: string;
  readonly linkType: number;
  /** Link header and IP packet; `type` is the ether type. */
  wrap(type: number, packet: Uint8Array): Uint8Array;
  /** The only IP version that it carries. */
  readonly only?: 4 | 6;
  /** Most bytes of TCP payload in a frame. */
  readonly largest?: number;
}

const isIpv6 = (type: number) => type === p.IPV6;
const pppProtocol = (type: number) => (isIpv6(type) ? 0x57 : 0x21);
/** Address family of BSD loopback: 2 for IPv4, 30 for IPv6 on macOS. */
const family = (type: number) => (isIpv6(type) ? 30 : 2);
const inUdp = (destinationPort: number, payload: Uint8Array) => p.ethernet(p.IPV4, p.ipv4({ protocol: 17 }, p.udp({ destinationPort }, payload)));

/** Every link, tag and tunnel that the network layer reads. */
export const LINKS: readonly Link[] = [
  { name: 'Ethernet', linkType: 1, wrap: p.ethernet },
  { name: 'Ethernet with a trailer', linkType: 1, wrap: (t, b) => p.concat(p.ethernet(t, b), p.hex('5353482d322e30')) },
  { name: 'IEEE 802.3 with SNAP', linkType: 1, wrap: p.ieee8023, largest: 1400 },
  { name: 'VLAN tag', linkType: 1, wrap: (t, b) => p.ethernet(0x8100, p.vlan(t, b)) },
  { name: 'QinQ', linkType: 1, wrap: (t, b) => p.ethernet(0x9100, p.vlan(0x8100, p.vlan(t, b))) },
  { name: 'IEEE 802.1ad', linkType: 1, wrap: (t, b) => p.ethernet(0x88a8, p.vlan(0x8100, p.vlan(t, b))) },
  { name: 'PPPoE', linkType: 1, wrap: (t, b) => p.ethernet(0x8864, p.pppoe(pppProtocol(t), b)) },
  { name: 'MPLS', linkType: 1, wrap: (_, b) => p.ethernet(0x8847, p.mpls([16, 17], b)) },
  { name: 'GRE', linkType: 1, wrap: (t, b) => p.ethernet(p.IPV4, p.ipv4({ protocol: 47 }, p.gre(t, b))) },
  { name: 'GRE with Ethernet', linkType: 1, wrap: (t, b) => p.ethernet(p.IPV4, p.ipv4({ protocol: 47 }, p.gre(0x6558, p.ethernet(t, b)))) },
  { name: 'IP in IPv4', linkType: 1, wrap: (t, b) => p.ethernet(p.IPV4, p.ipv4({ protocol: isIpv6(t) ? 41 : 4 }, b)) },
  { name: 'IP in IPv6', linkType: 1, wrap: (t, b) => p.ethernet(p.IPV6, p.ipv6({ protocol: isIpv6(t) ? 41 : 4 }, b)) },
  { name: 'VXLAN', linkType: 1, wrap: (t, b) => inUdp(4789, p.vxlan(p.ethernet(t, b))) },
  { name: 'GENEVE', linkType: 1, wrap: (t, b) => inUdp(6081, p.geneve(0x6558, p.ethernet(t, b))) },
  { name: 'GTP-U', linkType: 1, wrap: (_, b) => inUdp(2152, p.gtpu(b)) },
  { name: 'BSD loopback, little endian', linkType: 0, wrap: (t, b) => p.concat(p.little(family(t), 4), b) },
  { name: 'BSD loopback, big endian', linkType: 0, wrap: (t, b) => p.concat(p.big(family(t), 4), b) },
  { name: 'OpenBSD loopback', linkType: 108, wrap: (t, b) => p.concat(p.big(isIpv6(t) ? 24 : 2, 4), b) },
  { name: 'PPP', linkType: 9, wrap: (t, b) => p.ppp(pppProtocol(t), b) },
  { name: 'raw IP (12)', linkType: 12, wrap: (_, b) => b },
  { name: 'raw IP (14)', linkType: 14, wrap: (_, b) => b },
  { name: 'raw IP (101)', linkType: 101, wrap: (_, b) => b },
  { name: 'IPv4 (228)', linkType: 228, wrap: (_, b) => b, only: 4 },
  { name: 'IPv6 (229)', linkType: 229, wrap: (_, b) => b, only: 6 },
  { name: 'IEEE 802.11', linkType: 105, wrap: p.wlan },
  { name: 'IEEE 802.11 with radiotap', linkType: 127, wrap: p.radiotap },
  { name: 'Linux cooked', linkType: 113, wrap: p.sll },
  { name: 'Linux cooked, version 2', linkType: 276, wrap: p.sll2 },
];

/** Each Ethernet frame as `link` carries it; cut into smaller segments first where the link wants that. */
export function relinked(frames: readonly Taken[], link: Link): Taken[] {
  const fit = link.largest === undefined ? frames : framesOf(split(segmentsOf(frames), link.largest));
  return fit.map((f) => ({ ...at(f), bytes: link.wrap(uint16(f.bytes, 12), f.bytes.slice(14)) }));
}

// ---- IP fragments ----

/** Every IP packet of Ethernet `frames` in fragments of `size` bytes (a multiple of 8) of its payload; reversed in order if told. */
export function fragmented(frames: readonly Taken[], size: number, reversed = false): Taken[] {
  return segmentsOf(frames).flatMap((s, i) => {
    const fields = { ...addresses(s), id: i + 1 };
    const packets = s.ipv6 ? p.ipv6Fragments(fields, p.tcp(s, s.payload), size) : p.ipv4Fragments(fields, p.tcp(s, s.payload), size);
    const out = packets.map((bytes) => ({ ...at(s), bytes: p.ethernet(s.ipv6 ? p.IPV6 : p.IPV4, bytes) }));
    return reversed ? out.reverse() : out;
  });
}

// ---- TCP ----

/** A TCP segment of an Ethernet frame; the rest of the frame is not kept. */
export interface TcpSegment {
  readonly seconds: number;
  readonly nanos: number;
  readonly ipv6: boolean;
  readonly source: string;
  readonly destination: string;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: number;
  readonly acknowledgement: number;
  readonly flags: number;
  readonly window: number;
  readonly options: Uint8Array;
  readonly payload: Uint8Array;
}

const SYN = 0x02;
const FIN = 0x01;
const ACK = 0x10;

/** The TCP segments of Ethernet frames with IPv4 without options, or IPv6 without extension headers: what the fixtures hold. */
export function segmentsOf(frames: readonly Taken[]): TcpSegment[] {
  return frames.map((f) => {
    const b = f.bytes;
    const ipv6 = uint16(b, 12) === p.IPV6;
    const tcp = ipv6 ? 54 : 34;
    const end = ipv6 ? tcp + uint16(b, 18) : 14 + uint16(b, 16);
    const data = tcp + 4 * ((b[tcp + 12] as number) >> 4);
    return {
      ...at(f),
      ipv6,
      source: ipv6 ? groups(b, 22) : dotted(b, 26),
      destination: ipv6 ? groups(b, 38) : dotted(b, 30),
      sourcePort: uint16(b, tcp),
      destinationPort: uint16(b, tcp + 2),
      sequence: uint32(b, tcp + 4),
      acknowledgement: uint32(b, tcp + 8),
      flags: b[tcp + 13] as number,
      window: uint16(b, tcp + 14),
      options: b.slice(tcp + 20, data),
      payload: b.slice(data, end),
    };
  });
}

/** Ethernet frames that carry `segments`. */
export function framesOf(segments: readonly TcpSegment[]): Taken[] {
  return segments.map((s) => {
    const ip = s.ipv6 ? p.ipv6 : p.ipv4;
    return { ...at(s), bytes: p.ethernet(s.ipv6 ? p.IPV6 : p.IPV4, ip(addresses(s), p.tcp(s, s.payload))) };
  });
}

/** Every payload cut in segments of `size` bytes; FIN stays with the last. */
export function split(segments: readonly TcpSegment[], size: number): TcpSegment[] {
  return segments.flatMap((s) => {
    const count = Math.max(1, Math.ceil(s.payload.length / size));
    return Array.from({ length: count }, (_, i) => ({
      ...s,
      sequence: add(s.sequence, i * size),
      flags: i < count - 1 ? s.flags & ~FIN : s.flags,
      payload: s.payload.slice(i * size, (i + 1) * size),
    }));
  });
}

/** Payloads that one end sent one after the other, as far as nothing else came between, joined in segments of at most `size` bytes. */
export function merged(segments: readonly TcpSegment[], size = 1460): TcpSegment[] {
  const out: TcpSegment[] = [];
  for (const s of segments) {
    const last = out.at(-1);
    const follows = last !== undefined && sameWay(last, s) && last.payload.length > 0 && s.payload.length > 0;
    if (follows && add(last.sequence, last.payload.length) === s.sequence && last.payload.length + s.payload.length <= size) {
      out[out.length - 1] = { ...s, sequence: last.sequence, payload: p.concat(last.payload, s.payload) };
    } else out.push(s);
  }
  return out;
}

/** Every run of at most `burst` data segments of one end, backwards. */
export function reordered(segments: readonly TcpSegment[], burst = 8): TcpSegment[] {
  const out: TcpSegment[] = [];
  let run: TcpSegment[] = [];
  const flush = () => {
    out.push(...run.reverse());
    run = [];
  };
  for (const s of segments) {
    const first = run[0];
    if (s.payload.length === 0 || (first !== undefined && !sameWay(first, s)) || run.length === burst) flush();
    if (s.payload.length === 0) out.push(s);
    else run.push(s);
  }
  flush();
  return out;
}

/** Every segment twice. */
export function duplicated(segments: readonly TcpSegment[]): TcpSegment[] {
  return segments.flatMap((s) => [s, s]);
}

/** Without data segment `n`, counted from 0. */
export function lost(segments: readonly TcpSegment[], n: number): TcpSegment[] {
  const gone = segments.filter((s) => s.payload.length > 0)[n];
  return segments.filter((s) => s !== gone);
}

/** With sequence numbers that pass 2^32 after `bytes` bytes of each direction. */
export function wrapped(segments: readonly TcpSegment[], bytes: number): TcpSegment[] {
  const first = new Map<number, number>();
  for (const s of segments) if (!first.has(s.sourcePort)) first.set(s.sourcePort, s.sequence);
  const moved = (port: number, value: number) => add(value, 2 ** 32 - bytes - (first.get(port) ?? value));
  return segments.map((s) => ({
    ...s,
    sequence: moved(s.sourcePort, s.sequence),
    acknowledgement: s.flags & ACK ? moved(s.destinationPort, s.acknowledgement) : 0,
  }));
}

/** Without the opening: as when the capture began after it. */
export function withoutSyn(segments: readonly TcpSegment[]): TcpSegment[] {
  return segments.filter((s) => (s.flags & SYN) === 0);
}

/** Only what came from `port`: a capture of one direction. */
export function oneWay(segments: readonly TcpSegment[], port: number): TcpSegment[] {
  return segments.filter((s) => s.sourcePort === port);
}

// ---- Parts ----

const at = ({ seconds, nanos }: { readonly seconds: number; readonly nanos: number }) => ({ seconds, nanos });
const addresses = ({ source, destination }: TcpSegment) => ({ source, destination });
const sameWay = (a: TcpSegment, b: TcpSegment) => a.sourcePort === b.sourcePort && a.destinationPort === b.destinationPort;
const add = (sequence: number, n: number) => (sequence + n) >>> 0;
const uint16 = (b: Uint8Array, i: number) => (b[i] as number) * 256 + (b[i + 1] as number);
const uint32 = (b: Uint8Array, i: number) => uint16(b, i) * 65_536 + uint16(b, i + 2);
const dotted = (b: Uint8Array, i: number) => b.slice(i, i + 4).join('.');
const groups = (b: Uint8Array, i: number) => Array.from({ length: 8 }, (_, k) => uint16(b, i + 2 * k).toString(16)).join(':');
