/** Packet framing: where a packet ends, and what its outermost parts are (RFC 4253 section 6; SSH-1.5 for the old protocol). */
import type { Span } from '../bytes/space.ts';
import type { Limits } from '../limits.ts';
import type { ByteQueue } from '../stream/queue.ts';
import { type Problem, problem } from '../wire/problem.ts';
import type { CipherRow } from './crypto/ciphers.ts';
import { ssh1Crc } from './crypto/crc32.ts';
import type { MacRow } from './crypto/macs.ts';

/** How the packets of one direction are framed from here on. */
export interface Framing {
  readonly protocol: 1 | 2;
  /** The content is in clear: payload and padding can be told apart. */
  readonly open: boolean;
  /** Bytes of MAC or tag behind each packet. */
  readonly tagLength: number;
  /** The packet_length field counts into the block that is padded: false under EtM and GCM. */
  readonly lengthInBlock: boolean;
  readonly blockLength: number;
}

/** No cipher, no MAC: every packet up to NEWKEYS. */
export const CLEAR: Framing = { protocol: 2, open: true, tagLength: 0, lengthInBlock: true, blockLength: 8 };

export const SSH1_CLEAR: Framing = { protocol: 1, open: true, tagLength: 4, lengthInBlock: false, blockLength: 8 };
export const SSH1_SEALED: Framing = { ...SSH1_CLEAR, open: false };

/** The framing under `cipher`, which encrypts, and `mac` as far as a reader without keys can follow it; undefined when the length is encrypted. */
export function framingWithoutKeys(cipher: CipherRow, mac: MacRow | undefined): Framing | undefined {
  const etm = mac?.etm === true && !cipher.aead;
  const blockLength = Math.max(8, cipher.blockLength);
  if (cipher.lengthInClear) return { protocol: 2, open: false, tagLength: cipher.tagLength, lengthInBlock: false, blockLength };
  if (etm) return { protocol: 2, open: false, tagLength: mac?.tagLength ?? 0, lengthInBlock: false, blockLength };
  return undefined;
}

/** The outermost parts of a packet, as offsets into it. */
export interface Frame {
  /** All bytes, length field and tag included. */
  readonly total: number;
  readonly length: number;
  readonly padding?: number;
  readonly payload?: Span;
  readonly paddingSpan?: Span;
  readonly macSpan?: Span;
  readonly problems: readonly Problem[];
}

const NO_PROBLEMS: readonly Problem[] = [];

/** The packet at the head of `queue`: its parts, the wish for more bytes, or the problem that makes the rest unreadable. */
export function frameAt(queue: ByteQueue, framing: Framing, limits: Limits): Frame | 'more' | Problem {
  if (queue.length < 4) return 'more';
  const length = queue.uint32(0);
  if (framing.protocol === 1) return ssh1FrameAt(queue, framing, length, limits);
  const bad = lengthProblem(length, framing, limits);
  if (bad !== undefined) return bad;
  const total = 4 + length + framing.tagLength;
  if (queue.length < total) return 'more';
  const misaligned = (framing.lengthInBlock ? length + 4 : length) % framing.blockLength !== 0;
  const problems = misaligned ? [misfit(length, framing.blockLength)] : NO_PROBLEMS;
  return framing.open ? openFrame(total, length, queue.at(4), problems) : { total, length, macSpan: { start: 4 + length, end: total }, problems };
}

function misfit(length: number, blockLength: number): Problem {
  const place = { span: { start: 0, end: 4 }, rfc: '4253#6' };
  return problem('noncanonical', `packet_length ${length} is no multiple of the block size ${blockLength}`, place);
}

/** A packet in clear whose parts fit. */
class ClearFrame implements Frame {
  readonly total: number;
  readonly length: number;
  readonly padding: number;
  readonly payload: Span;
  readonly problems: readonly Problem[];

  constructor(total: number, length: number, padding: number, problems: readonly Problem[]) {
    this.total = total;
    this.length = length;
    this.padding = padding;
    this.payload = { start: 5, end: 4 + length - padding };
    this.problems = problems;
  }

  get paddingSpan(): Span {
    return { start: this.payload.end, end: 4 + this.length };
  }

  get macSpan(): Span {
    return { start: 4 + this.length, end: this.total };
  }
}

const PADDING_LENGTH = { span: { start: 4, end: 5 }, rfc: '4253#6' };

/** A packet in clear: its payload and padding are known, too. */
function openFrame(total: number, length: number, padding: number, before: readonly Problem[]): Frame {
  if (padding + 1 > length) {
    const problems = [...before, problem('malformed', `padding_length ${padding} in a packet of ${length} bytes`, PADDING_LENGTH)];
    return { total, length, macSpan: { start: 4 + length, end: total }, padding, payload: { start: 5, end: 4 + length }, problems };
  }
  const problems = padding < 4 ? [...before, problem('noncanonical', `${padding} bytes of padding, where 4 are the least`, PADDING_LENGTH)] : before;
  return new ClearFrame(total, length, padding, problems);
}

const PACKET_LENGTH = { span: { start: 0, end: 4 }, rfc: '4253#6.1' };

function lengthProblem(length: number, framing: Framing, limits: Limits): Problem | undefined {
  if (length > limits.packetBytes) return problem('malformed', `packet_length ${length} is beyond the limit packetBytes, ${limits.packetBytes}`, PACKET_LENGTH);
  // A padding_length byte and a message number at least.
  if (length < 2 && framing.open) return problem('malformed', `packet_length ${length} leaves no room for a message`, PACKET_LENGTH);
  return undefined;
}

/** SSH-1.5: length of type, data and CRC; then 1 to 8 bytes of padding before them. */
function ssh1FrameAt(queue: ByteQueue, framing: Framing, length: number, limits: Limits): Frame | 'more' | Problem {
  if (length < 5 || length > limits.packetBytes)
    return problem('malformed', `SSH-1 packet length ${length} is outside 5 to ${limits.packetBytes}`, { span: { start: 0, end: 4 } });
  const padding = 8 - (length % 8);
  const total = 4 + padding + length;
  if (queue.length < total) return 'more';
  if (!framing.open) return { total, length, problems: [] };
  const body = { start: 4 + padding, end: total - 4 };
  const crc = queue.uint32(total - 4);
  const problems =
    ssh1Crc(queue.bytes.subarray(4, body.end)) === crc
      ? []
      : [problem('unauthentic', 'the CRC-32 of the packet differs', { span: { start: total - 4, end: total } })];
  return { total, length, padding, payload: body, paddingSpan: { start: 4, end: body.start }, macSpan: { start: total - 4, end: total }, problems };
}

/**
 * True when the bytes could be the head of a packet in clear: how a reader finds its feet again behind a gap. Random
 * bytes pass in one case of some millions.
 */
export function plausibleClearPacket(bytes: Uint8Array): boolean {
  if (bytes.length < 6) return false;
  const length = (((bytes[0] as number) << 24) | ((bytes[1] as number) << 16) | ((bytes[2] as number) << 8) | (bytes[3] as number)) >>> 0;
  const padding = bytes[4] as number;
  const number = bytes[5] as number;
  const known = (number >= 1 && number <= 7) || number === 20 || number === 21 || (number >= 30 && number <= 34);
  return known && length >= 12 && length <= 35_000 && (length + 4) % 8 === 0 && padding >= 4 && padding + 2 <= length;
}
