/** Encrypted packets: framed and opened with the keys of their direction. */
import type { Span } from '../bytes/space.ts';
import type { Limits } from '../limits.ts';
import type { Taken } from '../stream/queue.ts';
import { type Problem, problem } from '../wire/problem.ts';
import type { Opener } from './crypto/opener.ts';
import type { Direction } from './direction.ts';
import type { MacVerdict } from './model.ts';
import type { Framed } from './packet.ts';

/** What opening one packet gave: its outermost parts and its bytes in clear. */
export interface OpenedPacket {
  readonly taken: Taken;
  readonly parts: Framed;
  readonly mac: MacVerdict;
  readonly authentic: boolean;
}

/** Lengths that no packet has: the keys are wrong, or the place in the stream. */
function impossible(length: number, limits: Limits): boolean {
  return length < 2 || length > limits.packetBytes;
}

/** The next packet of `d`, opened; the wish for more bytes; or the problem that its length is impossible. */
export function openNext(d: Direction, opener: Opener, limits: Limits): OpenedPacket | 'more' | Problem {
  if (d.expected === undefined) {
    if (d.queue.length < opener.headLength) return 'more';
    const length = opener.length(d.sequence, d.queue.bytes.subarray(0, opener.headLength));
    if (impossible(length, limits)) return problem('unauthentic', `the packet length decrypts to ${length}: the keys do not fit here`, { rfc: '4253#6.1' });
    d.expected = length;
  }
  const length = d.expected;
  const total = 4 + length + opener.tailLength;
  if (d.queue.length < total) return 'more';
  d.expected = undefined;
  const taken = d.queue.take(total);
  const { plain, authentic } = opener.open(d.sequence, taken.space.bytes);
  const macSpan = { start: 4 + length, end: total };
  const mac = opener.tailLength === 0 ? 'none' : authentic ? 'valid' : 'invalid';
  if (!authentic) return { taken, authentic, mac, parts: { length, macSpan } };
  return { taken, authentic, mac, parts: insideOf(plain, length, macSpan) };
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
