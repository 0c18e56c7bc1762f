/** chacha20-poly1305@openssh.com: one ChaCha20 key for the length, another for the rest (draft-ietf-sshm-chacha20-poly1305). */
import { zeros } from '../../bytes/copy.ts';
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

  length(sequence: number, head: Uint8Array): number {
    if (sequence !== this.masked) {
      this.mask = uint32At(this.header.run(sequence, 0));
      this.masked = sequence;
    }
    return (uint32At(head) ^ this.mask) >>> 0;
  }

  open(sequence: number, packet: Uint8Array): Opened {
    const end = packet.length - TAG;
    if (end < 4) return tooShort(packet, TAG);
    const length = this.length(sequence, packet);
    const oneTimeKey = this.main.run(sequence, 0).slice(0, 32);
    const message = packet.subarray(0, end);
    const tag = packet.subarray(end);
    const { bulk } = this;
    if (bulk === undefined || end < BULK_FROM) {
      const text = this.xor(sequence, packet, end);
      return new Opened(text, poly1305Matches(oneTimeKey, message, tag), 4, length);
    }
    const nonce = new Uint8Array(12);
    putUint32(nonce, 8, sequence);
    const counterAndNonce = new Uint8Array(16);
    counterAndNonce[0] = 1;
    counterAndNonce.set(nonce, 4);
    const text = bulk.chacha20(this.key, counterAndNonce, packet.subarray(4, end));
    const authentic = poly1305MatchesByAead(oneTimeKey, message, tag, (data) => bulk.chachaTag(this.key, nonce, data));
    return new Opened(text, authentic, 4, length);
  }

  /** Bytes 4 to `end` of `packet`, decrypted. */
  private xor(sequence: number, packet: Uint8Array, end: number): Uint8Array {
    const text = zeros(end - 4);
    for (let at = 0, counter = 1; at < text.length; at += 64, counter++) {
      const block = this.main.run(sequence, counter);
      const stop = Math.min(at + 64, text.length);
      for (let i = at, k = 0; i < stop; i++, k++) text[i] = (packet[4 + i] as number) ^ (block[k] as number);
    }
    return text;
  }

  /** The sequence number is all the state there is. */
  skip(): boolean {
    return true;
  }

  clone(): Opener {
    return this;
  }
}
