/** Capture files written in memory in every form, and a reader for the one form that the fixtures have. */
import { utf8 } from '../../src/bytes/text.ts';
import { big, concat, little } from './packets.ts';

/** A frame of a capture and its time. */
export interface Taken {
  readonly seconds: number;
  readonly nanos: number;
  readonly bytes: Uint8Array;
  /** Length on the wire; that of `bytes` when not given. */
  readonly originalLength?: number;
}

export interface PcapOptions {
  readonly bigEndian?: boolean;
  /** Nanosecond resolution. */
  readonly nanos?: boolean;
  readonly linkType?: number;
}

/** A classic pcap file: little endian, microseconds, Ethernet unless told. */
export function pcap(frames: readonly Taken[], { bigEndian = false, nanos = false, linkType = 1 }: PcapOptions = {}): Uint8Array {
  const n = bigEndian ? big : little;
  const header = concat(n(nanos ? 0xa1b23c4d : 0xa1b2c3d4, 4), n(2, 2), n(4, 2), n(0, 8), n(262_144, 4), n(linkType, 4));
  const record = (f: Taken) =>
    concat(n(f.seconds, 4), n(nanos ? f.nanos : Math.floor(f.nanos / 1000), 4), n(f.bytes.length, 4), n(f.originalLength ?? f.bytes.length, 4), f.bytes);
  return concat(header, ...frames.map(record));
}

export interface PcapngOptions {
  readonly bigEndian?: boolean;
  readonly linkType?: number;
  /** if_tsresol as it stands in the file: 6 is microseconds, 9 nanoseconds, 0x80 + n means 2^-n seconds. One for each interface; frames take turns. */
  readonly resolutions?: readonly number[];
  /** Sections to share the frames among, each with its own header and interfaces. */
  readonly sections?: number;
  /** Key log text for a Decryption Secrets Block ("SSHK") before the packets of the first section. */
  readonly secrets?: string;
  /** Comment of the first packet. */
  readonly comment?: string;
}

/** A pcapng file: little endian, one section, one Ethernet interface with microseconds unless told. */
export function pcapng(frames: readonly Taken[], options: PcapngOptions = {}): Uint8Array {
  const { sections = 1, secrets, comment } = options;
  const share = Math.ceil(frames.length / sections);
  const parts: Uint8Array[] = [];
  for (let i = 0; i < sections; i++) {
    parts.push(sectionStart(options));
    if (i === 0 && secrets !== undefined) parts.push(secretsBlock(secrets, options));
    for (let k = i * share; k < Math.min(frames.length, (i + 1) * share); k++) {
      parts.push(packetBlock(frames[k] as Taken, k, options, k === 0 ? comment : undefined));
    }
  }
  return concat(...parts);
}

const numbers = (options: PcapngOptions) => (options.bigEndian === true ? big : little);

/** `bytes` and zeros up to a multiple of four. */
const padded = (bytes: Uint8Array) => concat(bytes, new Uint8Array((4 - (bytes.length % 4)) % 4));

function block(type: number, body: Uint8Array, options: PcapngOptions): Uint8Array {
  const n = numbers(options);
  const length = n(body.length + 12, 4);
  return concat(n(type, 4), length, body, length);
}

function option(code: number, value: Uint8Array, options: PcapngOptions): Uint8Array {
  const n = numbers(options);
  return concat(n(code, 2), n(value.length, 2), padded(value));
}

/** Section header block, and an interface description block for each resolution. */
function sectionStart(options: PcapngOptions): Uint8Array {
  const n = numbers(options);
  const header = block(0x0a0d0d0a, concat(n(0x1a2b3c4d, 4), n(1, 2), n(0, 2), new Uint8Array(8).fill(0xff)), options);
  const interfaces = (options.resolutions ?? [6]).map((resolution) =>
    block(1, concat(n(options.linkType ?? 1, 2), n(0, 2), n(262_144, 4), option(9, Uint8Array.of(resolution), options), n(0, 4)), options),
  );
  return concat(header, ...interfaces);
}

function secretsBlock(text: string, options: PcapngOptions): Uint8Array {
  const n = numbers(options);
  const data = utf8(text);
  return block(10, concat(n(0x5353484b, 4), n(data.length, 4), padded(data)), options);
}

/** Enhanced packet block of frame `index`, counted from 0. */
function packetBlock(frame: Taken, index: number, options: PcapngOptions, comment: string | undefined): Uint8Array {
  const n = numbers(options);
  const resolutions = options.resolutions ?? [6];
  const interfaceId = index % resolutions.length;
  const units = ticks(frame, resolutions[interfaceId] as number);
  const time = concat(n(Number(units >> 32n), 4), n(Number(units & 0xffffffffn), 4));
  const lengths = concat(n(frame.bytes.length, 4), n(frame.originalLength ?? frame.bytes.length, 4));
  const end = comment === undefined ? new Uint8Array(0) : concat(option(1, utf8(comment), options), n(0, 4));
  return block(6, concat(n(interfaceId, 4), time, lengths, padded(frame.bytes), end), options);
}

/** The time of `frame` in the units of if_tsresol `resolution`. */
function ticks(frame: Taken, resolution: number): bigint {
  const perSecond = resolution & 0x80 ? 1n << BigInt(resolution & 0x7f) : 10n ** BigInt(resolution);
  return BigInt(frame.seconds) * perSecond + (BigInt(frame.nanos) * perSecond) / 1_000_000_000n;
}

/** The frames of a pcapng file as editcap writes it: little endian, one section, one interface with microseconds. */
export function framesOfFixture(file: Uint8Array): Taken[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const out: Taken[] = [];
  for (let at = 0; at < file.length; at += view.getUint32(at + 4, true)) {
    if (view.getUint32(at, true) !== 6) continue;
    const micros = view.getUint32(at + 12, true) * 2 ** 32 + view.getUint32(at + 16, true);
    const [length, originalLength] = [view.getUint32(at + 20, true), view.getUint32(at + 24, true)];
    const bytes = file.slice(at + 28, at + 28 + length);
    out.push({ seconds: Math.floor(micros / 1e6), nanos: (micros % 1e6) * 1000, bytes, originalLength });
  }
  return out;
}
