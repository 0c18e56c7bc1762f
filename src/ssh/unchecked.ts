/** An opener for packets whose MAC cannot be verified: only the key of the cipher is known, or there is no cipher. */
import { Opened, type Opener } from './crypto/opener.ts';

export class UncheckedOpener implements Opener {
  readonly headLength: number;
  readonly tailLength: number;
  readonly unchecked = true;
  private readonly inner: Opener;

  /** `inner` opens packets without a tail; `tailLength` is that of the MAC that stands behind them. */
  constructor(inner: Opener, tailLength: number) {
    this.inner = inner;
    this.headLength = inner.headLength;
    this.tailLength = tailLength;
  }

  length(sequence: number, head: Uint8Array): number {
    return this.inner.length(sequence, head);
  }

  open(sequence: number, packet: Uint8Array): Opened {
    const end = Math.max(0, packet.length - this.tailLength);
    const { plain } = this.inner.open(sequence, packet.subarray(0, end));
    const padding = plain[4] ?? 0;
    return new Opened(plain, padding + 6 <= plain.length);
  }

  skip(bytes: number, packets: number, before: Uint8Array): boolean {
    return this.inner.skip(bytes - packets * this.tailLength, packets, before.subarray(0, Math.max(0, before.length - this.tailLength)));
  }

  clone(): Opener {
    return new UncheckedOpener(this.inner.clone(), this.tailLength);
  }
}
