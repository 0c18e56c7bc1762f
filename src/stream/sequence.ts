/** Arithmetic of 32-bit TCP sequence numbers, which wrap (RFC 9293 section 3.4). */

/** How far `a` lies after `b`: from -2^31 to 2^31 - 1. The numbers are taken modulo 2^32. */
export function difference(a: number, b: number): number {
  return (a - b) | 0;
}

/** True when `a` comes before `b`. At a distance of exactly 2^31 each comes before the other: neither order is right. */
export function before(a: number, b: number): boolean {
  return difference(a, b) < 0;
}

/** True when `a` comes after `b`. */
export function after(a: number, b: number): boolean {
  return difference(a, b) > 0;
}

/** The sequence number `count` bytes after `sequence`, as unsigned; `count` may be negative and beyond 2^32. */
export function advance(sequence: number, count: number): number {
  return (sequence + count) >>> 0;
}
