/** Ciphers that XOR a key stream: counter mode and RC4. Some stream is kept ready, so that short packets cost no call. */
import { zeros } from '../../bytes/copy.ts';
import { addToCounter } from './modes.ts';
import { type PacketCipher, uint32At } from './opener.ts';
import type { Transform } from './primitives.ts';

/** Where a key stream comes from. */
export interface KeyStream {
  /** XORs the next bytes of the stream with `bytes`, in a new array. */
  update(bytes: Uint8Array): Uint8Array;
  /** Moves on by `bytes`, or back if they are negative; false when it cannot. */
  skip(bytes: number): boolean;
  clone(): KeyStream;
}

const NONE = new Uint8Array(0);

/** One call makes stream for a dozen short packets; a longer packet is a call of its own. */
const ZEROS = new Uint8Array(1024);

/** So many short packets in a row make it likely that the next ones are short, too, so that no long one has to be put together. */
const ROW = 3;

export class StreamCipher implements PacketCipher {
  readonly headLength = 4;
  private readonly source: KeyStream;
  /** Key stream that was taken from the source and not yet used, from `at` on. */
  private ready: Uint8Array = NONE;
  private at = 0;
  /** Short packets one after the other. */
  private row = 0;

  constructor(source: KeyStream) {
    this.source = source;
  }

  peek(head: Uint8Array, at: number): number {
    if (this.ready.length - this.at < 4) this.refill();
    return (uint32At(head, at) ^ uint32At(this.ready, this.at)) >>> 0;
  }

  fits(): boolean {
    return true;
  }

  decrypt(packet: Uint8Array, start: number, end: number): Uint8Array {
    const length = end - start;
    this.row = length < ZEROS.length ? this.row + 1 : 0;
    if (this.at === this.ready.length && this.row < ROW) return this.source.update(packet.subarray(start, end));
    const out = zeros(length);
    let done = this.xorReady(packet, start, out, 0);
    if (length - done >= ZEROS.length) {
      out.set(this.source.update(packet.subarray(start + done, end)), done);
      return out;
    }
    while (done < length) {
      this.refill();
      done = this.xorReady(packet, start, out, done);
    }
    return out;
  }

  /** XORs `packet` from `start` on into `out`, of which `done` bytes are there, as far as the ready stream goes; what is there then. */
  private xorReady(packet: Uint8Array, start: number, out: Uint8Array, done: number): number {
    const stop = Math.min(out.length, done + this.ready.length - this.at);
    const { ready } = this;
    for (let i = done, k = this.at; i < stop; i++, k++) out[i] = (packet[start + i] as number) ^ (ready[k] as number);
    this.at += stop - done;
    return stop;
  }

  private refill(): void {
    const rest = this.ready.subarray(this.at);
    const fresh = this.source.update(ZEROS);
    if (rest.length === 0) this.ready = fresh;
    else {
      this.ready = new Uint8Array(rest.length + fresh.length);
      this.ready.set(rest);
      this.ready.set(fresh, rest.length);
    }
    this.at = 0;
  }

  skip(bytes: number): boolean {
    const left = this.ready.length - this.at;
    if (bytes >= 0 && bytes <= left) {
      this.at += bytes;
      return true;
    }
    if (!this.source.skip(bytes - left)) return false;
    this.ready = NONE;
    this.at = 0;
    return true;
  }

  clone(): StreamCipher {
    const copy = new StreamCipher(this.source.clone());
    copy.ready = this.ready;
    copy.at = this.at;
    return copy;
  }
}

/** The key stream of counter mode (RFC 4344 section 4), which can begin at any byte. */
export class CounterStream implements KeyStream {
  private readonly make: (counter: Uint8Array) => Transform;
  private readonly iv: Uint8Array;
  private position: number;
  private running: Transform | undefined;

  /** `make` starts the mode at a counter block; `position` is counted in bytes from `iv`. */
  constructor(make: (counter: Uint8Array) => Transform, iv: Uint8Array, position = 0) {
    this.make = make;
    this.iv = iv;
    this.position = position;
  }

  update(bytes: Uint8Array): Uint8Array {
    if (this.running === undefined) this.running = this.start();
    this.position += bytes.length;
    return this.running(bytes);
  }

  private start(): Transform {
    const blocks = Math.floor(this.position / this.iv.length);
    const running = this.make(addToCounter(this.iv, blocks));
    const inside = this.position - blocks * this.iv.length;
    if (inside > 0) running(new Uint8Array(inside));
    return running;
  }

  skip(bytes: number): boolean {
    this.position += bytes;
    this.running = undefined;
    return true;
  }

  clone(): CounterStream {
    return new CounterStream(this.make, this.iv, this.position);
  }
}
