/** Bytes as text, without loss of what was there. */

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/**
 * Text of peer bytes. Valid UTF-8 is read as such (RFC 4251 section 5 asks for it in text for people);
 * anything else as ISO 8859-1, so that every byte still shows as one character.
 */
export function textOf(bytes: Uint8Array): string {
  let ascii = true;
  for (let i = 0; i < bytes.length; i++) {
    if ((bytes[i] as number) > 0x7f) {
      ascii = false;
      break;
    }
  }
  if (ascii) return latin1(bytes);
  try {
    return strict.decode(bytes);
  } catch {
    return latin1(bytes);
  }
}

/** One character a byte (ISO 8859-1). */
export function latin1(bytes: Uint8Array): string {
  let out = '';
  // String.fromCharCode takes its arguments on the stack: long input goes in slices.
  for (let i = 0; i < bytes.length; i += 4096) out += String.fromCharCode(...bytes.subarray(i, i + 4096));
  return out;
}

/** UTF-8 bytes of `text`. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}
