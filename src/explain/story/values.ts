/** Values of the capture in lines of a fixed width. */
import { toHex } from '../../bytes/hex.ts';
import { count } from '../../bytes/words.ts';

/** Bytes of one row. */
const ROW = 32;
/** Rows at the beginning and at the end of a long value. */
const FIRST = 6;
const LAST = 2;

/** `bytes` in hex, 32 of them in a row. */
export function hexRows(bytes: Uint8Array): string[] {
  return toHex(bytes).match(/.{1,64}/g) ?? [];
}

/** `title (256 bytes)` and the bytes in hex below it; of a long value the beginning and the end, unless it is wanted whole. */
export function hexLines(title: string, bytes: Uint8Array, whole = false): string[] {
  const rows = hexRows(bytes).map((row) => `  ${row}`);
  const hidden = whole ? 0 : rows.length - FIRST - LAST;
  const shown = hidden > 1 ? [...rows.slice(0, FIRST), `  … ${count(hidden * ROW, 'byte')} more …`, ...rows.slice(-LAST)] : rows;
  return [`${title} (${count(bytes.length, 'byte')})`, ...shown];
}

/** At most `most` bytes of `bytes` in hex; of more the beginning and the end. */
export function hexText(bytes: Uint8Array, most = 16): string {
  if (bytes.length <= most) return toHex(bytes);
  const half = Math.floor(most / 2);
  return `${toHex(bytes.subarray(0, most - half))}…${toHex(bytes.subarray(bytes.length - half))}`;
}
