/** AES-GCM as SSH has it: the length in clear as additional data, the IV a fixed part and a counter of packets (RFC 5647 section 7). */
import { room } from '../../bytes/copy.ts';
import { viewOf, xorWords } from '../../bytes/view.ts';
import { Ghash } from './ghash.ts';
import { addToCounter } from './modes.ts';
import { Opened, type Opener, putUint32, tooShort, uint32At } from './opener.ts';
import type { Primitives, Transform } from './primitives.ts';

const TAG = 16;

/** From this many bytes on a GCM object of the platform, made anew for each packet, beats GHASH in JavaScript. */
const BULK_FROM = 768;

/** Key stream is made for several packets at once, so many blocks for each: one for the tag, the rest for up to 112 bytes of text. */
const STRIDE = 8;
/** For so many at first, and for twice as many each time it was used up, up to the most. */
const AHEAD = 8;
const MOST_AHEAD = 64;

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
  private ready = whole(new Uint8Array(0));
  private readyAt = 0;
  private ahead = AHEAD;

  /** `iv` is 12 bytes; `from` lends what only depends on the key. */
  constructor(primitives: Primitives, key: Uint8Array, iv: Uint8Array, from?: GcmOpener) {
    this.primitives = primitives;
    this.key = key;
    this.iv = new Uint8Array(iv);
    this.ecb = from?.ecb ?? primitives.ecb('aes', key);
    this.ghash = from?.ghash ?? new Ghash(this.ecb(new Uint8Array(16)));
  }

  length(_sequence: number, head: Uint8Array, at = 0): number {
    return uint32At(head, at);
  }

  open(_sequence: number, packet: Uint8Array, start = 0, end = packet.length): Opened {
    const stop = end - TAG;
    if (stop - start < 4) return tooShort(packet, start, stop);
    const { bulk } = this.primitives;
    if (bulk === undefined || stop - start < BULK_FROM) return this.openShort(packet, start, stop);
    const { plain, authentic } = bulk.gcm(this.key, this.iv, packet.subarray(start, start + 4), packet.subarray(start + 4, stop), packet.subarray(stop, end));
    this.advance();
    return new Opened(plain, -4, stop - start, authentic, uint32At(packet, start));
  }

  /** Opens the packet from `start` to `stop`, where its tag is. */
  private openShort(packet: Uint8Array, start: number, stop: number): Opened {
    const from = start + 4;
    const length = stop - from;
    const { bytes, view, at } = room(length);
    const sent = viewOf(packet);
    const inStride = length <= (STRIDE - 1) * 16;
    if (inStride && this.readyAt === this.ready.byteLength) {
      this.ready = this.stream(this.ahead, STRIDE);
      this.readyAt = 0;
      this.ahead = Math.min(2 * this.ahead, MOST_AHEAD);
    }
    const stream = inStride ? this.ready : this.stream(1, 1 + Math.ceil(length / 16));
    const streamAt = inStride ? this.readyAt : 0;
    xorWords(sent, from, stream, streamAt + 16, view, at, length);
    this.advance();
    this.ghash.packet(sent, start, stop);
    return new Opened(bytes, at - 4, stop - start, this.ghash.matches(stream, streamAt, sent, stop), sent.getUint32(start));
  }

  /** The key stream of the next `packets` packets, `blocks` blocks each: counter blocks IV || 1, IV || 2, ... (SP 800-38D section 7.1). */
  private stream(packets: number, blocks: number): DataView {
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
    return whole(this.ecb(counters));
  }

  private advance(): void {
    count(this.iv);
    if (this.readyAt < this.ready.byteLength) this.readyAt += STRIDE * 16;
  }

  skip(_bytes: number, packets: number): boolean {
    this.iv.set(nextIv(this.iv, packets));
    this.readyAt = this.ready.byteLength;
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
    const sent = whole(packet);
    ghash.packet(sent, 0, end);
    const counters = new Uint8Array(TRIED_AT_ONCE * 16);
    for (let n = from; n <= to; n += TRIED_AT_ONCE) {
      const tried = Math.min(TRIED_AT_ONCE, to - n + 1);
      fillCounters(counters, nextIv(this.iv, n), tried);
      const stream = whole(this.ecb(counters.subarray(0, 16 * tried)));
      for (let i = 0; i < tried; i++) if (ghash.matches(stream, 16 * i, sent, end)) return n + i;
    }
    return undefined;
  }

  clone(): Opener {
    return new GcmOpener(this.primitives, this.key, this.iv, this);
  }
}

function whole(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
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
