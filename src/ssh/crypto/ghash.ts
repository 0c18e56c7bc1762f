/** GHASH of GCM (NIST SP 800-38D section 6.4) with a table made once for each key; libraries make theirs anew for every message. */

/** GHASH under one key. */
export class Ghash {
  /** For each byte of a block, and each of its 256 values: the product with H, as four words. */
  private readonly table: Int32Array;
  /** The hash so far, or of the last packet. */
  private readonly y = new Int32Array(4);
  /** The end of a text that is no whole block. */
  private readonly last = new Uint8Array(16);

  /** `h` is the encryption of a block of zeros. */
  constructor(h: Uint8Array) {
    this.table = tableOf(new DataView(h.buffer, h.byteOffset, 16));
  }

  /** Hashes bytes 0 to `end` of an SSH packet, 4 at least: packet_length is the additional data, what follows it the text. */
  packet(packet: Uint8Array, end: number): void {
    this.reset();
    this.block(word(packet, 0), 0, 0, 0);
    this.update(packet, 4, end);
    this.lengths(4, end - 4);
  }

  reset(): void {
    this.y.fill(0);
  }

  /** Takes bytes `start` to `end` of `bytes`, filled up with zeros to whole blocks. */
  update(bytes: Uint8Array, start: number, end: number): void {
    let at = start;
    for (; end - at >= 16; at += 16) this.block(word(bytes, at), word(bytes, at + 4), word(bytes, at + 8), word(bytes, at + 12));
    if (at === end) return;
    const { last } = this;
    last.fill(0);
    for (let i = 0; at < end; i++, at++) last[i] = bytes[at] as number;
    this.block(word(last, 0), word(last, 4), word(last, 8), word(last, 12));
  }

  /** Takes the block of lengths: bytes of additional data and of text. */
  lengths(additional: number, text: number): void {
    this.block(0, additional * 8, 0, text * 8);
  }

  private block(w0: number, w1: number, w2: number, w3: number): void {
    const { table: t, y } = this;
    y[0] = (y[0] as number) ^ w0;
    y[1] = (y[1] as number) ^ w1;
    y[2] = (y[2] as number) ^ w2;
    y[3] = (y[3] as number) ^ w3;
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    for (let i = 0; i < 4; i++) {
      let w = y[i] as number;
      const end = 4 * ROW * (i + 1);
      for (let row = 4 * ROW * i; row < end; row += ROW, w <<= 8) {
        const at = row + ((w >>> 24) << 2);
        a ^= t[at] as number;
        b ^= t[at + 1] as number;
        c ^= t[at + 2] as number;
        d ^= t[at + 3] as number;
      }
    }
    y[0] = a;
    y[1] = b;
    y[2] = c;
    y[3] = d;
  }

  /** True when the hash, encrypted with the first block of `stream`, is the 16 bytes of `bytes` at `at`. */
  matches(stream: Uint8Array, streamAt: number, bytes: Uint8Array, at: number): boolean {
    for (let i = 0; i < 4; i++) if (((this.y[i] as number) ^ word(stream, streamAt + 4 * i) ^ word(bytes, at + 4 * i)) !== 0) return false;
    return true;
  }
}

/** Words of the table for one byte of a block. */
const ROW = 256 * 4;

function word(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 24) | ((bytes[at + 1] as number) << 16) | ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number);
}

function tableOf(h: DataView): Int32Array {
  const table = new Int32Array(16 * ROW);
  let [a, b, c, d] = [h.getUint32(0), h.getUint32(4), h.getUint32(8), h.getUint32(12)];
  for (let bit = 0; bit < 128; bit++) {
    // Bit 0 of GCM is the highest of the first byte. H times x to the power of `bit` goes to the value with that bit alone.
    const single = 0x80 >> (bit & 7);
    const row = (bit >> 3) * ROW;
    table.set([a, b, c, d], row + 4 * single);
    const carry = d & 1;
    d = (d >>> 1) | (c << 31);
    c = (c >>> 1) | (b << 31);
    b = (b >>> 1) | (a << 31);
    a = (a >>> 1) ^ (carry === 0 ? 0 : 0xe1000000);
  }
  for (let row = 0; row < table.length; row += ROW) {
    for (let value = 3; value < 256; value++) {
      // A sum of values that come before it.
      const [low, rest] = [row + 4 * (value & -value), row + 4 * (value & (value - 1))];
      if (rest !== row) for (let i = 0; i < 4; i++) table[row + 4 * value + i] = (table[low + i] as number) ^ (table[rest + i] as number);
    }
  }
  return table;
}
