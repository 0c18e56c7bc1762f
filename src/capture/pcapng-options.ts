/** Options of pcapng blocks (draft-ietf-opsawg-pcapng section 3.5): code, length, value padded to four bytes. */
import { u16 } from './endian.ts';

/** opt_comment, of every block. */
export const OPT_COMMENT = 1;

/**
 * Calls `take` for every option of `buffer[start..end)` up to opt_endofopt, with the place of its value.
 * False when an option runs over the end; those before it were taken.
 */
export function readOptions(
  buffer: Uint8Array,
  start: number,
  end: number,
  little: boolean,
  take: (code: number, start: number, end: number) => void,
): boolean {
  let at = start;
  while (at + 4 <= end) {
    const code = u16(buffer, at, little);
    const valueEnd = at + 4 + u16(buffer, at + 2, little);
    if (code === 0) return true;
    if (valueEnd > end) return false;
    take(code, at + 4, valueEnd);
    // Padded as counted from the option: a block may begin anywhere in the buffer.
    at += (valueEnd - at + 3) & ~3;
  }
  return true;
}
