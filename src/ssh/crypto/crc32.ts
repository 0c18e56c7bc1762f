/** The CRC-32 of SSH-1 packets: polynomial 0xEDB88320, started from 0 and not inverted, unlike that of gzip. */

/** Made when it is first used: few captures hold SSH-1. */
let table: Uint32Array | undefined;

function makeTable(): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, n) => {
    let c = n;
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
    return c >>> 0;
  });
}

/** CRC-32 of `bytes` as SSH-1.5 computes it (draft-ylonen-ssh-protocol-00, "Packet format"). */
export function ssh1Crc(bytes: Uint8Array): number {
  table ??= makeTable();
  let crc = 0;
  for (const b of bytes) crc = (table[(crc ^ b) & 0xff] as number) ^ (crc >>> 8);
  return crc >>> 0;
}
