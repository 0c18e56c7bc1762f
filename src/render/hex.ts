/** Hex dumps: offset, sixteen bytes, the same as text. */
import { toHex } from '../bytes/hex.ts';
import type { Packet } from '../ssh/model.ts';
import type { RenderOptions, TextRenderer } from './renderer.ts';

const ROW = 16;
const HEX_COLUMNS = ROW * 3 + 1;

/**
 * `bytes` as a dump in lines of sixteen, each behind `indent` and ended by a newline. Bytes that are not printable ASCII
 * are dots. With `maxBytes` the rest is counted in a last line. `first` is the offset of the first byte.
 */
export function hexDump(bytes: Uint8Array, indent = '', maxBytes = Number.POSITIVE_INFINITY, first = 0): string {
  const shown = Math.min(bytes.length, maxBytes);
  const digits = first + bytes.length > 0x10000 ? Math.max(6, (first + bytes.length).toString(16).length) : 4;
  let out = '';
  for (let at = 0; at < shown; at += ROW) {
    const row = bytes.subarray(at, Math.min(at + ROW, shown));
    const left = toHex(row.subarray(0, 8), ' ');
    const hex = row.length > 8 ? `${left}  ${toHex(row.subarray(8), ' ')}` : left;
    out += `${indent}${(first + at).toString(16).padStart(digits, '0')}  ${hex.padEnd(HEX_COLUMNS)} ${asciiOf(row)}\n`;
  }
  return shown < bytes.length ? `${out}${indent}… ${bytes.length - shown} more bytes\n` : out;
}

/**
 * `base` with the dump of its bytes under every identification and packet. Of an opened packet it is the clear text, at the
 * offsets of the wire; what came out of a decompression has a dump of its own.
 */
export function withHex(base: TextRenderer, options: RenderOptions): TextRenderer {
  const dump = (title: string, bytes: Uint8Array) => `${title === '' ? '' : `    ${title}:\n`}${hexDump(bytes, '    ', options.maxBytes)}`;
  const ofPacket = (p: Packet) =>
    dump(p.plain === p.space ? '' : 'decrypted', p.plain.bytes) + (p.inflated === undefined ? '' : dump('inflated', p.inflated.bytes));
  return {
    ...base,
    identification: (i) => `${base.identification?.(i) ?? ''}${dump('', i.space.bytes)}\n`,
    packet: (p) => `${base.packet?.(p) ?? ''}${ofPacket(p)}\n`,
  };
}

function asciiOf(row: Uint8Array): string {
  let out = '';
  for (const b of row) out += b >= 0x20 && b < 0x7f ? String.fromCharCode(b) : '.';
  return out;
}
