/** Encrypted packets: framed and opened with the keys of their direction. */
import type { Span } from '../bytes/space.ts';
import type { Limits } from '../limits.ts';
import { type Problem, problem } from '../wire/problem.ts';
import type { Opened, Opener } from './crypto/opener.ts';
import type { Direction } from './direction.ts';
import type { MacVerdict } from './model.ts';
import type { Framed } from './packet.ts';

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

/** The next packet of `d`, opened, which is still at the head of the queue; the wish for more bytes; or the damage that keeps it from being opened. */
export function openNext(d: Direction, opener: Opener, limits: Limits): Opened | 'more' | Damage {
  const { queue } = d;
  if (d.expected === undefined) {
    if (queue.length < opener.headLength) return 'more';
    const length = opener.length(d.sequence, queue.buffer, queue.head);
    if (impossible(length, limits)) return { message: `the length of packet ${d.sequence} reads as ${length}`, total: undefined, opener };
    d.expected = length;
  }
  const length = d.expected;
  const total = 4 + length + opener.tailLength;
  if (queue.length < total) {
    queue.reserve(total);
    return 'more';
  }
  d.expected = undefined;
  const opened = opener.open(d.sequence, queue.buffer, queue.head, queue.head + total);
  if (!opened.authentic) {
    const wrong = opener.unchecked === true ? 'does not decrypt to a packet' : 'has a MAC that differs';
    return { message: `packet ${d.sequence} of epoch ${d.epoch} ${wrong}`, total, opener };
  }
  return opened;
}

/** What `opener` says of the MACs of packets that it opens. */
export function verdictOf(opener: Opener): MacVerdict {
  if (opener.tailLength === 0) return 'none';
  return opener.unchecked === true ? 'unchecked' : 'valid';
}

/** True when packets that `opener` opens show that the keys of `d` are right: not where nothing is encrypted and no MAC is compared. */
export function provesKeys(d: Direction, opener: Opener): boolean {
  return d.suite?.cipher.name !== 'none' || verdictOf(opener) === 'valid';
}

/** The parts of a packet in clear. Spans are made when asked for. */
export class OpenedParts implements Framed {
  readonly opened: Opened;
  readonly length: number;
  readonly padding: number;
  inflated: Uint8Array | undefined = undefined;
  problems: readonly Problem[] | undefined = undefined;
  private readonly end: number;
  private readonly total: number;

  /** `total` counts all bytes. */
  constructor(opened: Opened, total: number) {
    const length = opened.size - 4;
    this.opened = opened;
    this.length = length;
    this.total = total;
    this.padding = opened.bytes[4 + opened.shift] ?? 0;
    const fits = this.padding + 1 <= length;
    this.end = fits ? 4 + length - this.padding : 4 + length;
    if (!fits) this.problems = [problem('malformed', `padding_length ${this.padding} in a packet of ${length} bytes`, PADDING_LENGTH)];
    else if (this.padding < 4) this.problems = [problem('noncanonical', `${this.padding} bytes of padding, where 4 are the least`, PADDING_LENGTH)];
  }

  /** The payload; good as long as the packet. */
  get payloadBytes(): Uint8Array {
    const { bytes, shift } = this.opened;
    return bytes.subarray(5 + shift, this.end + shift);
  }

  get payload(): Span {
    return { start: 5, end: this.end };
  }

  get paddingSpan(): Span {
    return { start: this.end, end: 4 + this.length };
  }

  get macSpan(): Span {
    return { start: 4 + this.length, end: this.total };
  }
}

const PADDING_LENGTH = { span: { start: 4, end: 5 }, rfc: '4253#6' };
