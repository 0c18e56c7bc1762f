/** Text files as Windows writes them, made bytes of ASCII text. */

/**
 * `bytes` without a byte-order mark. UTF-16 (what `>` of PowerShell 5 writes) becomes one byte a character, with `?` for what is
 * not in ISO 8859-1: no secret has such characters, and lines keep their numbers.
 */
export function plainText(bytes: Uint8Array): Uint8Array {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return bytes.subarray(3);
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return narrow(bytes, 0);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return narrow(bytes, 1);
  return bytes;
}

/** UTF-16 after its mark; `low` is 0 when the low byte of each unit comes first, 1 when the high byte does. */
function narrow(bytes: Uint8Array, low: 0 | 1): Uint8Array {
  const out = new Uint8Array(Math.floor(bytes.length / 2) - 1);
  for (let i = 0; i < out.length; i++) out[i] = bytes[2 * i + 3 - low] === 0 ? (bytes[2 * i + 2 + low] as number) : 0x3f;
  return out;
}
