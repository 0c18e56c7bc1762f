/** SSH_MSG_KEXINIT read once: programs send the same lists again and again, and only the cookie changes. */
import type { Codec } from '../wire/codec.ts';
import { type Decoded, decode } from '../wire/cursor.ts';

const COOKIE_LENGTH = 16;

/** A body that was read, from the lists to its end. */
interface Remembered {
  readonly tail: Uint8Array;
  readonly start: number;
  readonly decoded: Decoded<Record<string, unknown>>;
}

const remembered = new Map<number, Remembered>();
const MOST_REMEMBERED = 256;

/**
 * Decodes the body of a KEXINIT in `bytes[start..end)` with `codec`, which must be that of the message. Two bodies that
 * differ in nothing but the cookie share the arrays of their lists, so that the identity of a list stands for its content.
 */
export function decodeKexInit(codec: Codec<unknown>, bytes: Uint8Array, start: number, end: number): Decoded<Record<string, unknown>> {
  const from = start + COOKIE_LENGTH;
  const key = hashOf(bytes, from, end);
  const known = remembered.get(key);
  if (known !== undefined && known.start === start && same(known.tail, bytes, from, end)) {
    return { ...known.decoded, value: { ...known.decoded.value, cookie: bytes.subarray(start, from) } };
  }
  const decoded = decode(codec as Codec<Record<string, unknown>>, bytes, { start, end, complete: true });
  if (remembered.size >= MOST_REMEMBERED) remembered.clear();
  remembered.set(key, { tail: bytes.slice(from, end), start, decoded: { ...decoded, value: { ...decoded.value } } });
  return decoded;
}

/** A hash of every eighth byte: enough to find a candidate, which is then compared whole. */
function hashOf(bytes: Uint8Array, from: number, end: number): number {
  let h = end - from;
  for (let i = from; i < end; i += 8) h = (Math.imul(h, 31) + (bytes[i] as number)) | 0;
  return h;
}

function same(tail: Uint8Array, bytes: Uint8Array, from: number, end: number): boolean {
  if (tail.length !== end - from) return false;
  // Where there is Node's Buffer it compares many bytes at a time.
  if (typeof Buffer !== 'undefined') return Buffer.compare(tail, bytes.subarray(from, end)) === 0;
  for (let i = 0; i < tail.length; i++) if (tail[i] !== bytes[from + i]) return false;
  return true;
}
