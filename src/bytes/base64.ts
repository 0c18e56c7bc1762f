/** Bytes as base64 (RFC 4648 section 4) and back: the shortest text form that JSON can hold. */

/** Bytes handed to `String.fromCharCode` at one time: every one is an argument of its own. */
const BATCH = 4096;

/** Base64 of `bytes`, with padding. */
export function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += BATCH) text += String.fromCharCode(...bytes.subarray(at, at + BATCH));
  return btoa(text);
}

/** The bytes of base64 that `toBase64` wrote. */
export function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
}
