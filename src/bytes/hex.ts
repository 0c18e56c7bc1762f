/** Bytes as lower-case hex and back. */

const DIGITS: readonly string[] = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'));

/** From this many bytes on, hex is put together as bytes: a string that grows by two characters takes 32 bytes for each of them until it is read. */
const MANY = 64;
const PIECE = 8192;
const CODES = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));
const pieceOf = new Uint8Array(2 * PIECE);
const decoder = new TextDecoder();

/** Lower-case hex of `bytes`, two digits a byte, put between bytes `separator` (none unless given). */
export function toHex(bytes: Uint8Array, separator = ''): string {
  let out = '';
  if (separator === '' && bytes.length >= MANY) {
    for (let at = 0; at < bytes.length; at += PIECE) out += hexPiece(bytes, at, Math.min(at + PIECE, bytes.length));
    return out;
  }
  for (let i = 0; i < bytes.length; i++) out += i === 0 || separator === '' ? DIGITS[bytes[i] as number] : separator + DIGITS[bytes[i] as number];
  return out;
}

/** Hex of at most `PIECE` bytes. */
function hexPiece(bytes: Uint8Array, start: number, end: number): string {
  let n = 0;
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number;
    pieceOf[n++] = CODES[byte >> 4] as number;
    pieceOf[n++] = CODES[byte & 15] as number;
  }
  return decoder.decode(pieceOf.subarray(0, n));
}

/** The bytes that `text` spells in hex of either case, or undefined when it is not an even number of hex digits. */
export function fromHex(text: string): Uint8Array | undefined {
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) return undefined;
  const out = new Uint8Array(text.length / 2);
  for (let i = 0; i < out.length; i++) out[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return out;
}
