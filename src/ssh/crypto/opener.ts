/** What opens the packets of one direction under one set of keys. */

/** A packet in clear, up to its tail. */
export class Opened {
  /** What was decrypted in one go: its offset k is offset `start` + k of the packet. */
  readonly text: Uint8Array;
  /** 4 where packet_length is no part of `text`, else 0. */
  readonly start: 0 | 4;
  /** The MAC or tag is right (or there is none to check); when false `text` is what decryption gives. */
  readonly authentic: boolean;
  private readonly length: number;

  /** `length` is packet_length in clear, where `text` begins behind it. */
  constructor(text: Uint8Array, authentic: boolean, start: 0 | 4 = 0, length = 0) {
    this.text = text;
    this.authentic = authentic;
    this.start = start;
    this.length = length;
  }

  /** packet_length, padding_length, payload and padding: offset k is offset k of the packet. A copy where `start` is not 0. */
  get plain(): Uint8Array {
    if (this.start === 0) return this.text;
    const out = new Uint8Array(this.start + this.text.length);
    putUint32(out, 0, this.length);
    out.set(this.text, this.start);
    return out;
  }
}

/** What opening gives for bytes that are too few to be a packet. */
export function tooShort(packet: Uint8Array, tailLength: number): Opened {
  return new Opened(new Uint8Array(packet.subarray(0, Math.max(0, packet.length - tailLength))), false);
}

export interface Opener {
  /** Bytes that `length` needs to see. */
  readonly headLength: number;
  /** Bytes of MAC or tag behind each packet. */
  readonly tailLength: number;
  /** The MAC cannot be verified, because its key is not known; `authentic` then says no more than that the text can be a packet's. */
  readonly unchecked?: boolean;
  /** packet_length (RFC 4253 section 6) of the packet whose first `headLength` bytes are at the start of `head`. Pure: it may be asked again, of these bytes or of others. */
  length(sequence: number, head: Uint8Array): number;
  /** Opens a packet of 4 + packet_length + tailLength bytes, and advances. No input makes it throw: what cannot be a packet is not authentic. */
  open(sequence: number, packet: Uint8Array): Opened;
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
  /** The first four bytes of plaintext as a number. Pure. */
  peek(head: Uint8Array): number;
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
  /** MAC over the sequence number and the packet (RFC 4253 section 6.4), of `tagLength` bytes or more; valid until the next call. */
  tag(sequence: number, packet: Uint8Array): Uint8Array;
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
