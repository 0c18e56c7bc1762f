/** The cipher `none`: packets in clear, with or without a MAC (RFC 4253 section 6.3). */
import { type PacketCipher, uint32At } from './opener.ts';

export const noneCipher: PacketCipher = {
  headLength: 4,
  peek: uint32At,
  fits: () => true,
  decrypt: (packet, start, end) => new Uint8Array(packet.subarray(start, end)),
  skip: () => true,
  clone: () => noneCipher,
};
