/** chacha20-poly1305@openssh.com: one ChaCha20 key for the length, another for the rest (draft-ietf-sshm-chacha20-poly1305). */
import { room } from '../../bytes/copy.ts';
import { viewOf, xorWords } from '../../bytes/view.ts';
import { ChaCha20 } from './chacha20.ts';
import { Opened, type Opener, putUint32, tooShort, uint32At } from './opener.ts';
import { poly1305Matches, poly1305MatchesByAead } from './poly1305.ts';
import type { Bulk, Primitives } from './primitives.ts';

const TAG = 16;

/** From this many bytes on the platform's objects, made anew for each packet, beat JavaScript. */
const BULK_FROM = 2048;

export class ChachaOpener implements Opener {
  readonly headLength = 4;
  readonly tailLength = TAG;
  private readonly bulk: Bulk | undefined;
  /** K_2, the first half of the key. */
  private readonly key: Uint8Array;
  private readonly main: ChaCha20;
  private readonly header: ChaCha20;
  /** Key stream over the length of packet `masked`. */
  private mask = 0;
  private masked = -1;

  /** `key` is 64 bytes. */
  constructor(primitives: Primitives, key: Uint8Array) {
    this.bulk = primitives.bulk;
    this.key = new Uint8Array(key.subarray(0, 32));
    this.main = new ChaCha20(this.key);
    this.header = new ChaCha20(key.subarray(32, 64));
  }

  length(sequence: number, head: Uint8Array, at = 0): number {
    if (sequence !== this.masked) {
      this.mask = uint32At(this.header.run(sequence, 0));
      this.masked = sequence;
    }
    return (uint32At(head, at) ^ this.mask) >>> 0;
  }

  open(sequence: number, packet: Uint8Array, start = 0, end = packet.length): Opened {
    const stop = end - TAG;
    const size = stop - start;
    if (size < 4) return tooShort(packet, start, stop);
    const length = this.length(sequence, packet, start);
    const oneTimeKey = this.main.run(sequence, 0);
    const { bulk } = this;
    if (bulk === undefined || size < BULK_FROM) {
      const sent = viewOf(packet);
      const authentic = poly1305Matches(this.main.out, sent, start, stop);
      const { bytes, view, at } = room(size - 4);
      this.xor(sequence, sent, start + 4, stop, view, at);
      return new Opened(bytes, at - 4, size, authentic, length);
    }
    const nonce = new Uint8Array(12);
    putUint32(nonce, 8, sequence);
    const counterAndNonce = new Uint8Array(16);
    counterAndNonce[0] = 1;
    counterAndNonce.set(nonce, 4);
    const text = bulk.chacha20(this.key, counterAndNonce, packet.subarray(start + 4, stop));
    const authentic = poly1305MatchesByAead(oneTimeKey, packet.subarray(start, stop), packet.subarray(stop, end), (data) =>
      bulk.chachaTag(this.key, nonce, data),
    );
    return new Opened(text, -4, size, authentic, length);
  }

  /** Decrypts bytes `start` to `end` of `packet`, to `to` in `text`. */
  private xor(sequence: number, packet: DataView, start: number, end: number, text: DataView, to: number): void {
    for (let from = start, counter = 1; from < end; from += 64, counter++) {
      this.main.run(sequence, counter);
      xorWords(packet, from, this.main.out, 0, text, to + from - start, Math.min(64, end - from));
    }
  }

  /** The sequence number is all the state there is. */
  skip(): boolean {
    return true;
  }

  clone(): Opener {
    return this;
  }
}
