/** Encrypted packets: framed and opened with the keys of their direction. */
import type { Span } from '../bytes/space.ts';
import type { Limits } from '../limits.ts';
import type { Taken } from '../stream/queue.ts';
import { problem } from '../wire/problem.ts';
import type { Opener } from './crypto/opener.ts';
import type { Direction } from './direction.ts';
import type { MacVerdict } from './model.ts';
import type { Framed } from './packet.ts';

/** What opening one packet gave: its outermost parts and its bytes in clear. */
export interface OpenedPacket {
  readonly taken: Taken;
  readonly parts: Framed;
  readonly mac: MacVerdict;
}

/** A packet that its keys do not open; it is still at the head of the queue. */
export interface Damage {
  /** What is wrong, in words. */
  readonly message: string;
  /** Bytes of the packet, by its length, which may be what is wrong; undefined when its length is impossible. */
  readonly total: number | undefined;
  /** Stands behind the packet when `total` is known, else at its beginning. */
  readonly opener: Opener;
}

/** Lengths that no packet has: the keys are wrong, or the place in the stream. */
function impossible(length: number, limits: Limits): boolean {
  return length < 2 || length > limits.packetBytes;
}

/** The next packet of `d`, opened; the wish for more bytes; or the damage that keeps it from being opened. */
export function openNext(d: Direction, opener: Opener, limits: Limits): OpenedPacket | 'more' | Damage {
  const { bytes } = d.queue;
  if (d.expected === undefined) {
    if (bytes.length < opener.headLength) return 'more';
    const length = opener.length(d.sequence, bytes);
    if (impossible(length, limits)) return { message: `the length of packet ${d.sequence} decrypts to ${length}`, total: undefined, opener };
    d.expected = length;
  }
  const length = d.expected;
  const total = 4 + length + opener.tailLength;
  if (bytes.length < total) {
    d.queue.reserve(total);
    return 'more';
  }
  d.expected = undefined;
  const { plain, authentic } = opener.open(d.sequence, bytes.subarray(0, total));
  if (!authentic) {
    const wrong = opener.unchecked === true ? 'does not decrypt to a packet' : 'has a MAC that differs';
    return { message: `packet ${d.sequence} of epoch ${d.epoch} ${wrong}`, total, opener };
  }
  const mac = opener.tailLength === 0 ? 'none' : opener.unchecked === true ? 'unchecked' : 'valid';
  return { taken: d.queue.take(total), mac, parts: insideOf(plain, length, { start: 4 + length, end: total }) };
}

/** The parts of a packet in clear. */
function insideOf(plain: Uint8Array, length: number, macSpan: Span): Framed {
  const padding = plain[4] ?? 0;
  if (padding + 1 > length) {
    const wrong = problem('malformed', `padding_length ${padding} in a packet of ${length} bytes`, { span: { start: 4, end: 5 }, rfc: '4253#6' });
    return { length, macSpan, clear: plain, padding, payload: { start: 5, end: 4 + length }, problems: [wrong] };
  }
  const end = 4 + length - padding;
  return { length, macSpan, clear: plain, padding, payload: { start: 5, end }, paddingSpan: { start: end, end: 4 + length } };
}
