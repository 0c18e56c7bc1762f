/** The cipher `none`: packets in clear, with or without a MAC (RFC 4253 section 6.3). */
import { type PacketCipher, uint32At } from './opener.ts';

export const noneCipher: PacketCipher = {
  headLength: 4,
  peek: (head) => uint32At(head),
  decrypt(packet, start, end, plain) {
    plain.set(packet.subarray(start, end), start);
    return true;
  },
  skip: () => true,
  clone: () => noneCipher,
};
