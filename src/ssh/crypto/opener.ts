/** What opens the packets of one direction under one set of keys. */

/** A packet in clear, up to its tail. */
export class Opened {
  /** Holds what was decrypted: offset k of the packet is offset `shift` + k here. */
  readonly bytes: Uint8Array;
  readonly shift: number;
  /** Bytes of the packet up to its tail. */
  readonly size: number;
  /** The MAC or tag is right (or there is none to check); when false `bytes` hold what decryption gives. */
  readonly authentic: boolean;
  /** packet_length in clear, where what was decrypted begins behind it. */
  private readonly length: number | undefined;

  constructor(bytes: Uint8Array, shift: number, size: number, authentic: boolean, length: number | undefined) {
    this.bytes = bytes;
    this.shift = shift;
    this.size = size;
    this.authentic = authentic;
    this.length = length;
  }

  /** packet_length, padding_length, payload and padding: offset k is offset k of the packet. */
  get plain(): Uint8Array {
    const { bytes, shift, size, length } = this;
    if (length === undefined) return bytes.subarray(shift, shift + size);
    const out = new Uint8Array(size);
    putUint32(out, 0, length);
    out.set(bytes.subarray(shift + 4, shift + size), 4);
    return out;
  }
}

/** What opening gives when `bytes` from `start` to `end`, all that is in front of a tail, are too few to be a packet. */
export function tooShort(bytes: Uint8Array, start: number, end: number): Opened {
  const size = Math.max(0, end - start);
  return new Opened(new Uint8Array(bytes.subarray(start, start + size)), 0, size, false, undefined);
}

export interface Opener {
  /** Bytes that `length` needs to see. */
  readonly headLength: number;
  /** Bytes of MAC or tag behind each packet. */
  readonly tailLength: number;
  /** The MAC cannot be verified, because its key is not known; `authentic` then says no more than that the text can be a packet's. */
  readonly unchecked?: boolean;
  /** packet_length (RFC 4253 section 6) of the packet whose first `headLength` bytes are in `head`, from `at` on. Pure: it may be asked again, of these bytes or of others. */
  length(sequence: number, head: Uint8Array, at?: number): number;
  /**
   * Opens the packet of 4 + packet_length + tailLength bytes that is `packet` from `start` to `end` (the whole array unless given),
   * and advances. No input makes it throw: what cannot be a packet is not authentic.
   */
  open(sequence: number, packet: Uint8Array, start?: number, end?: number): Opened;
  /**
   * Carries the cipher over `bytes` bytes of the stream, tails included, in which `packets` whole packets end. `before` are
   * the bytes directly in front of the place where it goes on: for CBC a block and the tail at least, as they hold the IV,
   * else none are needed. Numbers below zero go back, where the cipher can (counter mode, AEAD). False, and nothing
   * has changed, when it cannot.
   */
  skip(bytes: number, packets: number, before: Uint8Array): boolean;
  /** Another opener at the same place, which advances on its own: for trials. */
  clone(): Opener;
}

/** A cipher without a MAC: one half of what `SealedOpener` composes. */
export interface PacketCipher {
  /** Ciphertext that `peek` needs. */
  readonly headLength: number;
  /** The first four bytes of plaintext as a number; `head` holds the ciphertext from `at` on. Pure. */
  peek(head: Uint8Array, at: number): number;
  /** True when a packet can have this many bytes of ciphertext. */
  fits(bytes: number): boolean;
  /** Bytes `start` to `end` of `packet` decrypted, in a new array; advances. What is no whole block at their end stays as it is. */
  decrypt(packet: Uint8Array, start: number, end: number): Uint8Array;
  /** Carries over `bytes` bytes of ciphertext, of which `before` are the last. */
  skip(bytes: number, before: Uint8Array): boolean;
  clone(): PacketCipher;
}

/** A message authentication code under one key. */
export interface Mac {
  readonly tagLength: number;
  /** MAC over the sequence number and the packet (RFC 4253 section 6.4), which is `bytes` from `start` to `end` (all unless given); `tagLength` bytes or more, valid until the next call. */
  tag(sequence: number, bytes: Uint8Array, start?: number, end?: number): Uint8Array;
}

/** The big-endian number in the first four bytes; missing ones count as 0. */
export function uint32At(bytes: Uint8Array, at = 0): number {
  return (((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)) >>> 0;
}

/** Writes `value` as four bytes, the most significant first. */
export function putUint32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}
