/** The CRC-32 of SSH-1 packets: polynomial 0xEDB88320, started from 0 and not inverted, unlike that of gzip. */

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  return c >>> 0;
});

/** CRC-32 of `bytes` as SSH-1.5 computes it (draft-ylonen-ssh-protocol-00, "Packet format"). */
export function ssh1Crc(bytes: Uint8Array): number {
  let crc = 0;
  for (const b of bytes) crc = (TABLE[(crc ^ b) & 0xff] as number) ^ (crc >>> 8);
  return crc >>> 0;
}
