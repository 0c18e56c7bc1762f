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

  length(_sequence: number, head: Uint8Array): number {
    return this.clear === 4 ? uint32At(head) : this.cipher.peek(head);
  }

  open(sequence: number, packet: Uint8Array): Opened {
    const end = packet.length - this.tailLength;
    if (end < 4) return tooShort(packet, this.tailLength);
    const text = this.cipher.decrypt(packet, this.clear, end);
    // RFC 4253 section 6.4: over the packet in clear; encrypt-then-MAC: over the packet as it is sent.
    const authentic = this.cipher.fits(end - this.clear) && this.verify(sequence, this.clear === 4 ? packet.subarray(0, end) : text, packet);
    return new Opened(text, authentic, this.clear, uint32At(packet));
  }

  private verify(sequence: number, data: Uint8Array, packet: Uint8Array): boolean {
    if (this.mac === undefined) return true;
    const tag = this.mac.tag(sequence, data);
    for (let i = 0; i < this.tailLength; i++) if (tag[i] !== packet[data.length + i]) return false;
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
