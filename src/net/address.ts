/** IP addresses as text. */
import type { Address } from './segment.ts';

/**
 * `address` as people write it: IPv4 dotted, IPv6 by RFC 5952 (lower case, no leading zeros, the first of the longest
 * runs of two or more zero groups as `::`, an IPv4-mapped address with the dotted form at its end).
 */
export function addressText(version: 4 | 6, address: Address): string {
  const [w0, w1, w2, w3] = address as unknown as [number, number, number, number];
  if (version === 4) return dotted(w3);
  // RFC 5952 section 5: ::ffff:0:0/96 is the prefix by which an embedded IPv4 address is known.
  if (w0 === 0 && w1 === 0 && w2 === 0xffff) return `::ffff:${dotted(w3)}`;
  const groups: number[] = [];
  for (const word of address) groups.push(word >>> 16, word & 0xffff);
  const zeros = longestZeros(groups);
  const text = (from: number, to: number) =>
    groups
      .slice(from, to)
      .map((g) => g.toString(16))
      .join(':');
  return zeros.length < 2 ? text(0, 8) : `${text(0, zeros.start)}::${text(zeros.start + zeros.length, 8)}`;
}

function dotted(word: number): string {
  return `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`;
}

function longestZeros(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let i = 0; i < groups.length; i++) {
    let end = i;
    while (groups[end] === 0) end++;
    if (end - i > best.length) best = { start: i, length: end - i };
    i = Math.max(i, end);
  }
  return best;
}
