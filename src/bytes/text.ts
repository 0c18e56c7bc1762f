/** Bytes as text, without loss of what was there. */

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** True when every byte is US-ASCII. */
function isAscii(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) if ((bytes[i] as number) > 0x7f) return false;
  return true;
}

/**
 * Text of peer bytes. Valid UTF-8 is read as such (RFC 4251 section 5 asks for it in text for people);
 * anything else as ISO 8859-1, so that every byte still shows as one character.
 */
export function textOf(bytes: Uint8Array): string {
  return textIn(bytes, 0, bytes.length);
}

/** The same of `bytes[start..end)`. */
export function textIn(bytes: Uint8Array, start: number, end: number): string {
  return end - start <= NAME ? nameIn(bytes, start, end) : decoded(bytes.subarray(start, end));
}

/** Names of software and algorithms come again and again. A text of at most so many bytes is looked for among the last ones. */
const NAME = 64;
const NAMES = 256;
const names: string[] = new Array(NAMES).fill('');
/** About 2^SAMPLED of the bytes tell where a name is looked for. */
const SAMPLED = 3;

function nameIn(bytes: Uint8Array, start: number, end: number): string {
  const length = end - start;
  let hash = length;
  for (let i = start, step = 1 + (length >> SAMPLED); i < end; i += step) hash = (Math.imul(hash, 31) + (bytes[i] as number)) | 0;
  const place = (hash ^ (hash >>> 8)) & (NAMES - 1);
  const known = names[place] as string;
  if (isText(bytes, start, end, known)) return known;
  const own = bytes.subarray(start, end);
  const text = length < SHORT && isAscii(own) ? latin1(own) : decoded(own);
  if (text.length === length) names[place] = text;
  return text;
}

/** True when each of `bytes[start..end)` is the character of `text` at its place. */
function isText(bytes: Uint8Array, start: number, end: number, text: string): boolean {
  if (text.length !== end - start) return false;
  for (let i = start; i < end; i++) if (bytes[i] !== text.charCodeAt(i - start)) return false;
  return true;
}

function decoded(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    return latin1(bytes);
  }
}

/**
 * The first `most` characters of `text`, as a text of their own: what `slice` gives holds on to all that it was cut from, and a
 * name of 64 characters in a record would keep a message of 256 KB.
 */
export function firstOf(text: string, most: number): string {
  return text.length <= most ? text : strict.decode(encoder.encode(text.slice(0, most)));
}

/** Below this length a loop beats the decoder. */
const SHORT = 24;

/** One character a byte (ISO 8859-1). */
export function latin1(bytes: Uint8Array): string {
  // ASCII is UTF-8, and the decoder is much faster than making the text here.
  if (bytes.length >= SHORT && isAscii(bytes)) return strict.decode(bytes);
  let out = '';
  for (let i = 0; i < bytes.length; i++) out += String.fromCharCode(bytes[i] as number);
  return out;
}

/** UTF-8 bytes of `text`. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** The bytes of ISO 8859-1 text: one a character. */
export function latin1Bytes(text: string): Uint8Array {
  const out = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) out[i] = text.charCodeAt(i);
  return out;
}

/** The first line of `bytes`, cut after `max` characters, when it is US-ASCII text of three characters at least; else undefined. */
export function lineOf(bytes: Uint8Array, max = 60): string | undefined {
  let end = 0;
  for (; end < bytes.length; end++) {
    const c = bytes[end] as number;
    if (c === 0x0d || c === 0x0a) break;
    if (c < 0x20 || c > 0x7e) return undefined;
    if (end === max) return `${latin1(bytes.subarray(0, max))}…`;
  }
  return end < 3 ? undefined : latin1(bytes.subarray(0, end));
}
