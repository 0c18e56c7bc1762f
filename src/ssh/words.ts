/** Small phrases that summaries are made of; each takes also what a broken decode left out. */
import { firstOf } from '../bytes/text.ts';

/** `32 bytes`. */
export function size(bytes: unknown): string {
  if (!(bytes instanceof Uint8Array)) return 'no bytes';
  return bytes.length === 1 ? '1 byte' : `${bytes.length} bytes`;
}

/** `3 ciphers`, `1 cipher`; `many` when the plural is not the noun with an s. */
export function count(list: unknown, noun: string, many = `${noun}s`): string {
  const n = Array.isArray(list) ? list.length : 0;
  return `${n} ${n === 1 ? noun : many}`;
}

/** Text in quotation marks, cut after `max` characters; not made printable. */
export function quoted(text: unknown, max = 80): string {
  if (typeof text !== 'string') return '?';
  return `"${text.length <= max ? text : `${firstOf(text, max)}…`}"`;
}

/** Text as it is, cut after `max` characters. */
export function plain(text: unknown, max = 80): string {
  if (typeof text !== 'string') return '?';
  return text.length <= max ? text : `${firstOf(text, max)}…`;
}

/** A number's name from a table and the number itself, `by application (11)`. */
export function labelled(value: number | undefined, table: Readonly<Record<number, string>>): string {
  if (value === undefined) return '?';
  const name = table[value];
  return name === undefined ? String(value) : `${name} (${value})`;
}

/** Bits of a non-negative number that stands as big-endian bytes (an mpint). */
export function bitLength(number: unknown): number {
  if (!(number instanceof Uint8Array)) return 0;
  let i = 0;
  while (i < number.length && number[i] === 0) i++;
  return i === number.length ? 0 : 8 * (number.length - i) - Math.clz32(number[i] as number) + 24;
}

/** The non-empty ones of `parts`, with commas between. */
export function joined(...parts: (string | false | undefined)[]): string {
  return parts.filter((p) => typeof p === 'string' && p !== '').join(', ');
}
