/** AES-GCM as SSH has it: the length in clear as additional data, the IV a fixed part and a counter of packets (RFC 5647 section 7). */
import { zeros } from '../../bytes/copy.ts';
import { Ghash } from './ghash.ts';
import { addToCounter } from './modes.ts';
import { Opened, type Opener, putUint32, tooShort, uint32At } from './opener.ts';
import type { Primitives, Transform } from './primitives.ts';

const TAG = 16;

/** From this many bytes on a GCM object of the platform, made anew for each packet, beats GHASH in JavaScript. */
const BULK_FROM = 768;

/** Key stream is made for this many packets at once, so many blocks for each: one for the tag, the rest for up to 112 bytes of text. */
const AHEAD = 16;
const STRIDE = 8;

/** Invocations whose first block of key stream is made at once when their number is looked for. */
const TRIED_AT_ONCE = 4096;

export class GcmOpener implements Opener {
  readonly headLength = 4;
  readonly tailLength = TAG;
  private readonly primitives: Primitives;
  private readonly key: Uint8Array;
  private readonly ecb: Transform;
  private readonly ghash: Ghash;
  /** fixed (4 bytes) and invocation_counter (8) of the next packet. */
  private readonly iv: Uint8Array;
  /** Key stream for the packets whose IV is `iv` and the ones after it, from `readyAt` on. */
  private ready: Uint8Array = new Uint8Array(0);
  private readyAt = 0;

  /** `iv` is 12 bytes; `from` lends what only depends on the key. */
  constructor(primitives: Primitives, key: Uint8Array, iv: Uint8Array, from?: GcmOpener) {
    this.primitives = primitives;
    this.key = key;
    this.iv = new Uint8Array(iv);
    this.ecb = from?.ecb ?? primitives.ecb('aes', key);
    this.ghash = from?.ghash ?? new Ghash(this.ecb(new Uint8Array(16)));
  }

  length(_sequence: number, head: Uint8Array): number {
    return uint32At(head);
  }

  open(_sequence: number, packet: Uint8Array): Opened {
    const end = packet.length - TAG;
    if (end < 4) return tooShort(packet, TAG);
    const { bulk } = this.primitives;
    if (bulk === undefined || end < BULK_FROM) return this.openShort(packet, end);
    const { plain, authentic } = bulk.gcm(this.key, this.iv, packet.subarray(0, 4), packet.subarray(4, end), packet.subarray(end));
    this.advance();
    return new Opened(plain, authentic, 4, uint32At(packet));
  }

  private openShort(packet: Uint8Array, end: number): Opened {
    const text = zeros(end - 4);
    const inStride = end - 4 <= (STRIDE - 1) * 16;
    if (inStride && this.readyAt === this.ready.length) {
      this.ready = this.stream(AHEAD, STRIDE);
      this.readyAt = 0;
    }
    const stream = inStride ? this.ready : this.stream(1, 1 + Math.ceil((end - 4) / 16));
    const at = inStride ? this.readyAt : 0;
    for (let i = 0, k = at + 16; i < text.length; i++, k++) text[i] = (packet[4 + i] as number) ^ (stream[k] as number);
    this.advance();
    this.ghash.packet(packet, end);
    return new Opened(text, this.ghash.matches(stream, at, packet, end), 4, uint32At(packet));
  }

  /** The key stream of the next `packets` packets, `blocks` blocks each: counter blocks IV || 1, IV || 2, ... (SP 800-38D section 7.1). */
  private stream(packets: number, blocks: number): Uint8Array {
    const counters = new Uint8Array(packets * blocks * 16);
    const iv = new Uint8Array(this.iv);
    // Copied by words, whatever the order of the bytes in them.
    const [from, to] = [new Int32Array(iv.buffer), new Int32Array(counters.buffer)];
    for (let p = 0, at = 0; p < packets; p++, count(iv)) {
      const [a, b, c] = from as unknown as readonly [number, number, number];
      for (let block = 1; block <= blocks; block++, at += 4) {
        to[at] = a;
        to[at + 1] = b;
        to[at + 2] = c;
        putUint32(counters, 4 * at + 12, block);
      }
    }
    return this.ecb(counters);
  }

  private advance(): void {
    count(this.iv);
    if (this.readyAt < this.ready.length) this.readyAt += STRIDE * 16;
  }

  skip(_bytes: number, packets: number): boolean {
    this.iv.set(nextIv(this.iv, packets));
    this.readyAt = this.ready.length;
    return true;
  }

  /**
   * How many invocations after the present one (before it, if negative; `from` to `to`) the tag of `packet` was made: the one at
   * which the tag is right. GHASH does not depend on the IV, so that a try costs one block of AES.
   */
  invocation(packet: Uint8Array, from: number, to: number): number | undefined {
    const end = packet.length - TAG;
    if (end < 4) return undefined;
    const { ghash } = this;
    ghash.packet(packet, end);
    const counters = new Uint8Array(TRIED_AT_ONCE * 16);
    for (let n = from; n <= to; n += TRIED_AT_ONCE) {
      const tried = Math.min(TRIED_AT_ONCE, to - n + 1);
      fillCounters(counters, nextIv(this.iv, n), tried);
      const stream = this.ecb(counters.subarray(0, 16 * tried));
      for (let i = 0; i < tried; i++) if (ghash.matches(stream, 16 * i, packet, end)) return n + i;
    }
    return undefined;
  }

  clone(): Opener {
    return new GcmOpener(this.primitives, this.key, this.iv, this);
  }
}

/** Writes the counter blocks IV || 1 of `invocations` invocations, from the one with `iv` on. */
function fillCounters(blocks: Uint8Array<ArrayBuffer>, iv: Uint8Array, invocations: number): void {
  const next = new Uint8Array(16);
  next.set(iv);
  next[15] = 1;
  // Copied by words, whatever the order of the bytes in them.
  const [from, to] = [new Int32Array(next.buffer), new Int32Array(blocks.buffer)];
  for (let i = 0, at = 0; i < invocations; i++, at += 4, count(next)) {
    to[at] = from[0] as number;
    to[at + 1] = from[1] as number;
    to[at + 2] = from[2] as number;
    to[at + 3] = from[3] as number;
  }
}

/** Adds one to the invocation counter of `iv`, in place. */
function count(iv: Uint8Array): void {
  for (let k = 11; k >= 4; k--) {
    iv[k] = (iv[k] as number) + 1;
    if (iv[k] !== 0) return;
  }
}

/** The IV `packets` invocations later; the fixed part stays (RFC 5647 section 7.1). */
export function nextIv(iv: Uint8Array, packets: number): Uint8Array {
  const out = new Uint8Array(iv);
  out.set(addToCounter(iv.subarray(4), packets), 4);
  return out;
}
