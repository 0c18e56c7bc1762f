/** What encrypted packets look like from outside under a cipher and a MAC: what tells a packet's first bytes from others. */
import type { Limits } from '../limits.ts';
import type { CipherRow } from './crypto/ciphers.ts';
import type { MacRow } from './crypto/macs.ts';

/** The cipher and the MAC of one direction; the MAC is undefined under an AEAD cipher, and for `none`. */
export interface Suite {
  readonly cipher: CipherRow;
  readonly mac: MacRow | undefined;
}

export interface Shape {
  /** What the cipher goes by: the position in a key stream, the last block, the number of packets, the sequence number, nothing. */
  readonly mode: 'stream' | 'cbc' | 'gcm' | 'chacha' | 'none';
  /** packet_length is sent in clear. */
  readonly clear: boolean;
  /** A MAC or tag is there and can be verified. */
  readonly checked: boolean;
  /** Multiple to which packets are padded, and the bytes of the length field that count into it. */
  readonly block: number;
  readonly counted: 0 | 4;
  /** Bytes of MAC or tag. */
  readonly tail: number;
  /** The smallest and the largest packet, all bytes. */
  readonly least: number;
  readonly most: number;
}

/** The shape of packets under `suite`. `checked` is false when the key of the MAC is not known. */
export function shapeOf({ cipher, mac }: Suite, limits: Limits, checked = true): Shape {
  const etm = mac?.etm === true && !cipher.aead;
  const clear = cipher.lengthInClear || etm || cipher.name === 'none';
  const counted = etm || cipher.aead ? 0 : 4;
  const block = Math.max(8, cipher.blockLength);
  const tail = cipher.aead ? cipher.tagLength : (mac?.tagLength ?? 0);
  // RFC 4253 section 6: 16 bytes without the MAC at least; where the length is not padded, a block behind it.
  const least = (counted === 4 ? Math.max(16, block) : 4 + block) + tail;
  return { mode: modeOf(cipher), clear, checked: checked && tail > 0, block, counted, tail, least, most: 4 + limits.packetBytes + tail };
}

function modeOf(cipher: CipherRow): Shape['mode'] {
  if (cipher.aead) return cipher.lengthInClear ? 'gcm' : 'chacha';
  if (cipher.name === 'none') return 'none';
  return cipher.name.includes('-cbc') ? 'cbc' : 'stream';
}

/** True when a packet can have this packet_length. Of random numbers one in some hundred thousand passes. */
export function plausibleLength(shape: Shape, length: number): boolean {
  const total = 4 + length + shape.tail;
  return total <= shape.most && total >= shape.least && (length + shape.counted) % shape.block === 0;
}
