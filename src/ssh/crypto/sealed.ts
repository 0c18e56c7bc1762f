/** A cipher and a MAC made into an opener: encrypt-and-MAC and encrypt-then-MAC meet here and nowhere else. */
import { type Mac, Opened, type Opener, type PacketCipher, tooShort, uint32At } from './opener.ts';

export class SealedOpener implements Opener {
  readonly headLength: number;
  readonly tailLength: number;
  private readonly cipher: PacketCipher;
  private readonly mac: Mac | undefined;
  /** Bytes of each packet that are sent in clear: its length, under encrypt-then-MAC (openssh PROTOCOL section 1.5). */
  private readonly clear: 0 | 4;

  constructor(cipher: PacketCipher, mac: Mac | undefined, etm: boolean) {
    this.cipher = cipher;
    this.mac = mac;
    this.clear = etm ? 4 : 0;
    this.headLength = etm ? 4 : cipher.headLength;
    this.tailLength = mac?.tagLength ?? 0;
  }

  length(_sequence: number, head: Uint8Array, at = 0): number {
    return this.clear === 4 ? uint32At(head, at) : this.cipher.peek(head, at);
  }

  open(sequence: number, packet: Uint8Array, start = 0, end = packet.length): Opened {
    const { clear, mac } = this;
    const stop = end - this.tailLength;
    const size = stop - start;
    if (size < 4) return tooShort(packet, start, stop);
    const text = this.cipher.decrypt(packet, start + clear, stop);
    let authentic = this.cipher.fits(size - clear);
    // RFC 4253 section 6.4: over the packet in clear; encrypt-then-MAC: over the packet as it is sent.
    if (mac !== undefined) authentic &&= this.stands(clear === 4 ? mac.tag(sequence, packet, start, stop) : mac.tag(sequence, text), packet, stop);
    return new Opened(text, -clear, size, authentic, clear === 4 ? uint32At(packet, start) : undefined);
  }

  /** True when `tag` stands in `packet` at `at`. */
  private stands(tag: Uint8Array, packet: Uint8Array, at: number): boolean {
    for (let i = 0; i < this.tailLength; i++) if (tag[i] !== packet[at + i]) return false;
    return true;
  }

  skip(bytes: number, packets: number, before: Uint8Array): boolean {
    const end = before.length - this.tailLength;
    return this.cipher.skip(bytes - packets * (this.tailLength + this.clear), before.subarray(0, Math.max(0, end)));
  }

  clone(): Opener {
    return new SealedOpener(this.cipher.clone(), this.mac, this.clear === 4);
  }
}
