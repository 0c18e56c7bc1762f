/** UMAC (RFC 4418) with tags of 64 and 128 bits, the nonce being the packet's sequence number (openssh PROTOCOL section 1.1). */
import { type Mac, putUint32, uint32At } from './opener.ts';
import type { Transform } from './primitives.ts';

/** Bytes that one step of the first layer takes. */
const CHUNK = 1024;

const TWO32 = 2 ** 32;
const P36 = 2 ** 36 - 5;
const P64 = (1n << 64n) - 59n;

/** Pads are made for this many nonces in one call. */
const BATCH = 16;

/** Keys of one of the independent hashes of 32 bits that the tag consists of. */
interface Lane {
  /** Words of the first layer's key. */
  readonly nh: Uint32Array;
  readonly k64: bigint;
  /** Eight multipliers of the third layer, modulo 2^36 - 5. */
  readonly inner: readonly number[];
  readonly mask: number;
}

export class Umac implements Mac {
  readonly tagLength: number;
  private readonly lanes: readonly Lane[];
  private readonly pad: Transform;
  private pads: Uint8Array = new Uint8Array(0);
  private padsFrom = -1;
  private readonly out: Uint8Array;
  /** Words of the packet, filled up with zeros to 32 bytes, in little-endian order. */
  private words = new Uint32Array(CHUNK / 4);
  private high = 0;
  private low = 0;

  /** `aes(key)` encrypts single blocks with AES-128; `key` is 16 bytes. */
  constructor(aes: (key: Uint8Array) => Transform, tagLength: 8 | 16, key: Uint8Array) {
    this.tagLength = tagLength;
    this.out = new Uint8Array(tagLength);
    const encrypt = aes(key);
    this.pad = aes(kdf(encrypt, 0, 16));
    this.lanes = lanesOf(encrypt, tagLength / 4);
  }

  tag(sequence: number, bytes: Uint8Array, start = 0, end = bytes.length): Uint8Array {
    const packet = bytes.subarray(start, end);
    const padAt = this.padOf(sequence);
    this.load(packet);
    this.lanes.forEach((lane, i) => {
      const hash = packet.length <= CHUNK ? this.short(lane, packet.length) : this.long(lane, packet.length);
      putUint32(this.out, 4 * i, hash ^ uint32At(this.pads, padAt + 4 * i));
    });
    return this.out;
  }

  /** Offset in `pads` of the pad of a nonce (section 3.3): tags of 8 bytes share a block of AES by twos. */
  private padOf(sequence: number): number {
    const shared = this.tagLength === 8 ? 2 : 1;
    const block = Math.floor(sequence / shared);
    const from = block - (block % BATCH);
    if (from !== this.padsFrom) {
      const nonces = new Uint8Array(16 * BATCH);
      for (let i = 0; i < BATCH; i++) putUint32(nonces, 16 * i + 4, (from + i) * shared);
      this.pads = this.pad(nonces);
      this.padsFrom = from;
    }
    return 16 * (block - from) + 8 * (sequence % shared);
  }

  private load(packet: Uint8Array): void {
    const count = Math.max(8, 8 * Math.ceil(packet.length / 32));
    if (this.words.length < count) this.words = new Uint32Array(2 * count);
    this.words.fill(0, count - 8, count);
    const { words } = this;
    const whole = packet.length >> 2;
    for (let i = 0, at = 0; i < whole; i++, at += 4)
      words[i] = (packet[at] as number) | ((packet[at + 1] as number) << 8) | ((packet[at + 2] as number) << 16) | ((packet[at + 3] as number) << 24);
    for (let at = 4 * whole; at < packet.length; at++) words[whole] = (words[whole] as number) | ((packet[at] as number) << (8 * (at & 3)));
  }

  /** UHASH (section 5.1) of a message that one step of the first layer takes: there is no second layer. */
  private short(lane: Lane, length: number): number {
    this.nh(lane.nh, 0, length);
    return third(lane, this.high, this.low);
  }

  /** UHASH of a longer message: the second layer is a polynomial modulo 2^64 - 59 (section 5.3; up to 16 MiB, far above the largest packet). */
  private long(lane: Lane, length: number): number {
    let y = 1n;
    for (let at = 0; at < length; at += CHUNK) {
      this.nh(lane.nh, at, Math.min(CHUNK, length - at));
      const m = (BigInt(this.high) << 32n) | BigInt(this.low);
      // Words from 2^64 - 2^32 on are escaped by a marker.
      if (this.high === TWO32 - 1) y = (lane.k64 * ((lane.k64 * y + P64 - 1n) % P64) + m - 59n) % P64;
      else y = (lane.k64 * y + m) % P64;
    }
    return third(lane, Number(y >> 32n), Number(y & 0xffffffffn));
  }

  /** NH (section 5.2.2) of `length` bytes of the packet from `start`, plus its bits, into `high` and `low`. */
  private nh(key: Uint32Array, start: number, length: number): void {
    const { words } = this;
    const first = start / 4;
    const end = first + Math.max(8, 8 * Math.ceil(length / 32));
    let high = 0;
    let low = 8 * length;
    for (let i = first; i < end; ) {
      // Products of 64 bits as sums of two of 48, of which a double holds sixteen exactly.
      let upper = 0;
      let lower = 0;
      for (const stop = Math.min(end, i + 32); i < stop; i += 4) {
        for (let four = 0; four < 4; four++, i++) {
          const a = ((words[i] as number) + (key[i - first] as number)) >>> 0;
          const b = ((words[i + 4] as number) + (key[i - first + 4] as number)) >>> 0;
          upper += a * (b >>> 16);
          lower += a * (b & 0xffff);
        }
      }
      const carry = Math.floor(upper / 0x10000);
      low += lower + (upper - carry * 0x10000) * 0x10000;
      const over = Math.floor(low / TWO32);
      low -= over * TWO32;
      high += carry + over;
      high -= Math.floor(high / TWO32) * TWO32;
    }
    this.high = high;
    this.low = low;
  }
}

/** L3-HASH (section 5.4) of 16 bytes, of which the first eight are zero: no second layer here reaches them. */
function third(lane: Lane, high: number, low: number): number {
  const k = lane.inner;
  let y = ((high >>> 16) * (k[4] as number)) % P36;
  y = (y + (high & 0xffff) * (k[5] as number)) % P36;
  y = (y + (low >>> 16) * (k[6] as number)) % P36;
  y = (y + (low & 0xffff) * (k[7] as number)) % P36;
  return ((y % TWO32) ^ lane.mask) >>> 0;
}

/** KDF (section 3.2): AES of `index` and a block counter. */
function kdf(encrypt: Transform, index: number, length: number): Uint8Array {
  const blocks = new Uint8Array(16 * Math.ceil(length / 16));
  for (let i = 0; i < blocks.length / 16; i++) {
    putUint32(blocks, 16 * i + 4, index);
    putUint32(blocks, 16 * i + 12, i + 1);
  }
  return encrypt(blocks).subarray(0, length);
}

function lanesOf(encrypt: Transform, count: number): Lane[] {
  const l1 = kdf(encrypt, 1, CHUNK + 16 * (count - 1));
  const l2 = kdf(encrypt, 2, 24 * count);
  const l3 = kdf(encrypt, 3, 64 * count);
  const l3mask = kdf(encrypt, 4, 4 * count);
  const uint64 = (bytes: Uint8Array, at: number): bigint => (BigInt(uint32At(bytes, at)) << 32n) | BigInt(uint32At(bytes, at + 4));
  return Array.from({ length: count }, (_, lane) => ({
    nh: Uint32Array.from({ length: CHUNK / 4 }, (_, i) => uint32At(l1, 16 * lane + 4 * i)),
    k64: uint64(l2, 24 * lane) & 0x01ffffff01ffffffn,
    inner: Array.from({ length: 8 }, (_, i) => Number(uint64(l3, 64 * lane + 8 * i) % BigInt(P36))),
    mask: uint32At(l3mask, 4 * lane),
  }));
}
