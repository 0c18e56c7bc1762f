/** SSH_MSG_KEXINIT read once: programs send the same lists again and again, and only the cookie changes. */
import { copyOf, copyTo, zeros } from '../bytes/copy.ts';
import type { Codec } from '../wire/codec.ts';
import { type Decoded, decode } from '../wire/cursor.ts';
import type { KexInit } from './negotiate.ts';

const COOKIE_LENGTH = 16;
/** Bytes of a packet before the lists: packet_length, padding_length, message number, cookie. */
const HEAD_LENGTH = 6 + COOKIE_LENGTH;

/** One byte in so many tells one body from another well enough. */
const SAMPLED = 53;

/** A body that was read, from the lists to its end. */
interface Remembered {
  readonly tail: Uint8Array;
  readonly start: number;
  readonly decoded: Decoded<Record<string, unknown>>;
}

const remembered = new Map<number, Remembered>();
const MOST_REMEMBERED = 256;
/** Bytes of a body that is remembered, at most: those of programs have one or two thousand. */
const LONGEST_REMEMBERED = 8192;

/** The bytes of the lists to the end of the body, by the first list. */
const tails = new WeakMap<readonly string[], Uint8Array>();

/**
 * Decodes the body of a KEXINIT in `bytes[start..end)` with `codec`, which must be that of the message. Two bodies that
 * differ in nothing but the cookie share the arrays of their lists, so that the identity of a list stands for its content.
 * The value keeps nothing of `bytes`.
 */
export function decodeKexInit(codec: Codec<unknown>, bytes: Uint8Array, start: number, end: number): Decoded<Record<string, unknown>> {
  const from = start + COOKIE_LENGTH;
  const key = hashOf(bytes, from, end);
  const known = remembered.get(key);
  if (known !== undefined && known.start === start && same(known.tail, bytes, from, end)) return withCookie(known.decoded, bytes, start);
  const decoded = decode(codec as Codec<Record<string, unknown>>, bytes, { start, end, complete: true });
  if (from > end) return decoded;
  if (end - from > LONGEST_REMEMBERED) return withCookie(decoded, bytes, start);
  const tail = copyOf(bytes, from, end);
  if (Array.isArray(decoded.value.kexAlgorithms)) tails.set(decoded.value.kexAlgorithms, tail);
  if (remembered.size >= MOST_REMEMBERED) remembered.clear();
  remembered.set(key, { tail, start, decoded: withCookie(decoded, bytes, start) });
  return withCookie(decoded, bytes, start);
}

function withCookie(decoded: Decoded<Record<string, unknown>>, bytes: Uint8Array, start: number): Decoded<Record<string, unknown>> {
  const cookie = copyOf(bytes, start, start + COOKIE_LENGTH);
  const { fields, problems, secret } = decoded;
  const value = problems.length === 0 ? withLists(cookie, decoded.value as unknown as KexInit) : { ...decoded.value, cookie };
  return { value, fields, problems, secret };
}

/** A whole KEXINIT, its fields in their order: named one by one, as copying an object costs a look at all it has. */
function withLists(cookie: Uint8Array, lists: KexInit): Record<string, unknown> {
  return {
    cookie,
    kexAlgorithms: lists.kexAlgorithms,
    serverHostKeyAlgorithms: lists.serverHostKeyAlgorithms,
    encryptionAlgorithmsClientToServer: lists.encryptionAlgorithmsClientToServer,
    encryptionAlgorithmsServerToClient: lists.encryptionAlgorithmsServerToClient,
    macAlgorithmsClientToServer: lists.macAlgorithmsClientToServer,
    macAlgorithmsServerToClient: lists.macAlgorithmsServerToClient,
    compressionAlgorithmsClientToServer: lists.compressionAlgorithmsClientToServer,
    compressionAlgorithmsServerToClient: lists.compressionAlgorithmsServerToClient,
    languagesClientToServer: lists.languagesClientToServer,
    languagesServerToClient: lists.languagesServerToClient,
    firstKexPacketFollows: lists.firstKexPacketFollows,
    reserved: lists.reserved,
  } satisfies KexInit;
}

/** A KEXINIT and its bytes. */
export interface SentKexInit {
  readonly lists: KexInit;
  /** The payload, message number included: I_C or I_S of the exchange hash. */
  readonly payload: Uint8Array;
  /** The whole packet in clear, packet_length to padding. */
  readonly packet: Uint8Array;
}

/** A packet with a KEXINIT: whether it was sent encrypted, its payload, and all of it in clear, packet_length to padding. */
interface Sent {
  readonly encrypted: boolean;
  readonly payloadBytes: Uint8Array;
  readonly clearBytes: Uint8Array;
}

/** The KEXINIT with `lists`, as decoded: of a packet that was sent in clear nothing is kept but what no other has. */
export function sentKexInit(lists: KexInit, sent: Sent): SentKexInit {
  const tail = sent.encrypted ? undefined : tails.get(lists.kexAlgorithms);
  return tail === undefined ? { lists, payload: whole(sent.payloadBytes), packet: whole(sent.clearBytes) } : new SharedKexInit(lists, sent.clearBytes, tail);
}

function whole(bytes: Uint8Array): Uint8Array {
  return copyOf(bytes, 0, bytes.length);
}

/** One that has its lists in common with others, and the bytes of these too. */
class SharedKexInit implements SentKexInit {
  readonly lists: KexInit;
  private readonly tail: Uint8Array;
  /** What stands before and behind `tail` in the packet. */
  private readonly own: Uint8Array;

  constructor(lists: KexInit, packet: Uint8Array, tail: Uint8Array) {
    this.lists = lists;
    this.tail = tail;
    const own = zeros(packet.length - tail.length);
    copyTo(own, 0, packet, 0, HEAD_LENGTH);
    copyTo(own, HEAD_LENGTH, packet, HEAD_LENGTH + tail.length, packet.length);
    this.own = own;
  }

  get packet(): Uint8Array {
    const out = new Uint8Array(this.own.length + this.tail.length);
    out.set(this.own.subarray(0, HEAD_LENGTH));
    out.set(this.tail, HEAD_LENGTH);
    out.set(this.own.subarray(HEAD_LENGTH), HEAD_LENGTH + this.tail.length);
    return out;
  }

  get payload(): Uint8Array {
    return this.packet.subarray(5, HEAD_LENGTH + this.tail.length);
  }
}

/** A hash of some of the bytes: enough to find a candidate, which is then compared whole. */
function hashOf(bytes: Uint8Array, from: number, end: number): number {
  let h = end - from;
  for (let i = from; i < end; i += SAMPLED) h = (Math.imul(h, 31) + (bytes[i] as number)) | 0;
  return h;
}

function same(tail: Uint8Array, bytes: Uint8Array, from: number, end: number): boolean {
  if (tail.length !== end - from) return false;
  // Where there is Node's Buffer it compares many bytes at a time.
  if (typeof Buffer !== 'undefined') return Buffer.compare(tail, bytes.subarray(from, end)) === 0;
  for (let i = 0; i < tail.length; i++) if (tail[i] !== bytes[from + i]) return false;
  return true;
}
