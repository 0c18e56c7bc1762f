/** Integers in either byte order, by index; the caller has checked that the bytes are there. */

/** Unsigned 16-bit integer at `at`. */
export function u16(b: Uint8Array, at: number, little: boolean): number {
  const first = b[at] as number;
  const second = b[at + 1] as number;
  return little ? first | (second << 8) : (first << 8) | second;
}

/** Unsigned 32-bit integer at `at`. */
export function u32(b: Uint8Array, at: number, little: boolean): number {
  const w = b[at] as number;
  const x = b[at + 1] as number;
  const y = b[at + 2] as number;
  const z = b[at + 3] as number;
  return (little ? w | (x << 8) | (y << 16) | (z << 24) : (w << 24) | (x << 16) | (y << 8) | z) >>> 0;
}

/** Signed 64-bit integer at `at`. */
export function i64(b: Uint8Array, at: number, little: boolean): bigint {
  const high = BigInt(u32(b, little ? at + 4 : at, little));
  const low = BigInt(u32(b, little ? at : at + 4, little));
  return BigInt.asIntN(64, (high << 32n) | low);
}
