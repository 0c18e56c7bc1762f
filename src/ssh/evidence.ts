/** How much speaks for keys that no MAC proves: packets that follow each other, and messages that read as what they say they are. */

import type { Codec } from '../wire/codec.ts';
import { decode } from '../wire/cursor.ts';
import type { Opener } from './crypto/opener.ts';
import { SSH2_MESSAGES } from './messages/index.ts';
import { isKexNumber } from './resolve.ts';
import { plausibleLength, type Shape } from './shape.ts';

/** Packets that are looked at. */
const PACKETS = 8;

/** Bits of chance that one thing rules out, about. */
const LENGTH_BITS = 16;
const PADDING_BITS = 3;
const NUMBER_BITS = 2;
const CONTENT_BITS = 16;

const ZLIB_BITS = 11;

const NEWKEYS = 21;

export interface Evidence {
  /** The chance that other keys would give this is 2 to the power of minus this; below zero, when something speaks against it. */
  readonly bits: number;
  /** Everything that was there was looked at. */
  readonly ended: boolean;
  /** A second packet begins where the first one ends, or nothing is behind it. */
  readonly linked: boolean;
  /** The first packet reads as a message that is known. */
  readonly begins: boolean;
}

const AGAINST: Evidence = { bits: -1, ended: false, linked: false, begins: false };

/**
 * Opens the packets at the start of `bytes` with `opener`, which is used up. `compressed` says that the payloads are
 * compressed, so that nothing is known of them; that they are from one of these packets on shows there.
 */
export function evidence(opener: Opener, sequence: number, bytes: Uint8Array, shape: Shape, compressed: boolean): Evidence {
  let bits = 0;
  let packed = compressed;
  let begins = packed;
  // A length in clear proves no key; where there are no keys it shows that a packet begins here.
  const lengthBits = shape.clear && shape.mode !== 'none' ? 0 : LENGTH_BITS;
  for (let n = 0, at = 0; n < PACKETS; n++) {
    if (bytes.length - at < opener.headLength) return { bits, ended: true, linked: n > 1 || at === bytes.length, begins };
    const length = opener.length((sequence + n) >>> 0, bytes.subarray(at, at + opener.headLength));
    if (!plausibleLength(shape, length)) return AGAINST;
    bits += lengthBits;
    const total = 4 + length + shape.tail;
    if (bytes.length - at < total) return { bits, ended: true, linked: n > 0, begins };
    const { plain, authentic } = opener.open((sequence + n) >>> 0, bytes.subarray(at, at + total));
    const padding = plain[4] ?? 0;
    if ((shape.checked && !authentic) || padding < 4 || padding + 2 > length) return AGAINST;
    bits += PADDING_BITS;
    const payload = plain.subarray(5, 4 + length - padding);
    if (!packed) {
      const more = textBits(payload);
      if (more < 0) return AGAINST;
      if (n === 0) begins = more > 0;
      bits += more;
      packed = isZlibHeader(payload[0], payload[1]);
    }
    // Other keys follow.
    if (plain[5] === NEWKEYS) return { bits, ended: false, linked: n > 0, begins };
    at += total;
  }
  return { bits, ended: false, linked: true, begins };
}

/** Bits that speak for `payload` being a message or the beginning of a compressed stream; below zero when it is neither. */
function textBits(payload: Uint8Array): number {
  return isZlibHeader(payload[0], payload[1]) ? ZLIB_BITS : readsAs(payload);
}

/** Bits that speak for `payload` being a message; below zero when it is none. */
export function readsAs(payload: Uint8Array): number {
  const number = payload[0] ?? 0;
  // Numbers that only their method defines, or somebody for himself (RFC 4250 section 4.1.1).
  if (isKexNumber(number) || (number >= 60 && number < 80) || number >= 192) return 0;
  const def = SSH2_MESSAGES.get(number);
  if (def === undefined) return -1;
  const body = def.body as Codec<unknown>;
  const { problems } = decode(body, payload, { start: 1, complete: true });
  if (problems.some((p) => p.code === 'malformed' || p.code === 'truncated' || p.code === 'trailing')) return -1;
  return NUMBER_BITS + (payload.length > 4 && !isOpenEnded(body, payload) ? CONTENT_BITS : 0);
}

/** The last field of `payload`, which `body` fits, is all that is left, as in SSH_MSG_REQUEST_SUCCESS: anything fits there. */
function isOpenEnded(body: Codec<unknown>, payload: Uint8Array): boolean {
  return decode(body, payload, { start: 1, complete: true, trace: true }).fields.at(-1)?.kind === 'bytes';
}

/** Whether `bits` of evidence are more than the padding and the number of one message, which fit by chance once in a hundred times. */
export function saysMore(bits: number): boolean {
  return bits > PADDING_BITS + NUMBER_BITS;
}

/** Whether they are those of a message whose content fits, or of a length that does: by chance once in ten thousand times. */
export function saysMuch(bits: number): boolean {
  return bits >= PADDING_BITS + NUMBER_BITS + CONTENT_BITS;
}

/** A zlib header (RFC 1950 section 2.2) with a window of 4 to 32 KiB where a message number would be: 72, 88, 104 and 120 are none. */
export function isZlibHeader(method: number | undefined, flags: number | undefined): boolean {
  return method !== undefined && flags !== undefined && (method & 0x0f) === 8 && method >= 0x48 && method <= 0x78 && (method * 256 + flags) % 31 === 0;
}
