/** GHASH of GCM (NIST SP 800-38D section 6.4) with a table made once for each key; libraries make theirs anew for every message. */

/** GHASH under one key. */
export class Ghash {
  /** For each byte of a block, and each of its 256 values: the product with H, as four words. */
  private readonly table: Int32Array;
  /** The hash so far, or of the last packet. */
  private readonly y = new Int32Array(4);
  /** The end of a text that is no whole block. */
  private readonly last = new DataView(new ArrayBuffer(16));

  /** `h` is the encryption of a block of zeros. */
  constructor(h: Uint8Array) {
    this.table = tableOf(new DataView(h.buffer, h.byteOffset, 16));
  }

  /** Hashes an SSH packet without its tag, `packet` from `start` to `end`: packet_length is the additional data, what follows it the text. */
  packet(packet: DataView, start: number, end: number): void {
    this.reset();
    this.block(packet.getInt32(start), 0, 0, 0);
    this.update(packet, start + 4, end);
    this.lengths(4, end - start - 4);
  }

  reset(): void {
    const { y } = this;
    y[0] = y[1] = y[2] = y[3] = 0;
  }

  /** Takes bytes `start` to `end` of `bytes`, filled up with zeros to whole blocks. */
  update(bytes: DataView, start: number, end: number): void {
    let at = start;
    for (; end - at >= 16; at += 16) this.block(bytes.getInt32(at), bytes.getInt32(at + 4), bytes.getInt32(at + 8), bytes.getInt32(at + 12));
    if (at === end) return;
    const { last } = this;
    for (let i = 0; i < 16; i++, at++) last.setUint8(i, at < end ? bytes.getUint8(at) : 0);
    this.block(last.getInt32(0), last.getInt32(4), last.getInt32(8), last.getInt32(12));
  }

  /** Takes the block of lengths: bytes of additional data and of text. */
  lengths(additional: number, text: number): void {
    this.block(0, additional * 8, 0, text * 8);
  }

  private block(w0: number, w1: number, w2: number, w3: number): void {
    const { table: t, y } = this;
    let y0 = (y[0] as number) ^ w0;
    let y1 = (y[1] as number) ^ w1;
    let y2 = (y[2] as number) ^ w2;
    let y3 = (y[3] as number) ^ w3;
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    // One byte of each word in turn, which need not wait for each other.
    for (let row = 0; row < 4 * ROW; row += ROW, y0 <<= 8, y1 <<= 8, y2 <<= 8, y3 <<= 8) {
      const p = row + ((y0 >>> 24) << 2);
      const q = row + 4 * ROW + ((y1 >>> 24) << 2);
      const r = row + 8 * ROW + ((y2 >>> 24) << 2);
      const s = row + 12 * ROW + ((y3 >>> 24) << 2);
      a ^= (t[p] as number) ^ (t[q] as number) ^ (t[r] as number) ^ (t[s] as number);
      b ^= (t[p + 1] as number) ^ (t[q + 1] as number) ^ (t[r + 1] as number) ^ (t[s + 1] as number);
      c ^= (t[p + 2] as number) ^ (t[q + 2] as number) ^ (t[r + 2] as number) ^ (t[s + 2] as number);
      d ^= (t[p + 3] as number) ^ (t[q + 3] as number) ^ (t[r + 3] as number) ^ (t[s + 3] as number);
    }
    y[0] = a;
    y[1] = b;
    y[2] = c;
    y[3] = d;
  }

  /** True when the hash, encrypted with the first block of `stream`, is the 16 bytes of `bytes` at `at`. */
  matches(stream: DataView, streamAt: number, bytes: DataView, at: number): boolean {
    for (let i = 0; i < 16; i += 4) if (((this.y[i >> 2] as number) ^ stream.getInt32(streamAt + i) ^ bytes.getInt32(at + i)) !== 0) return false;
    return true;
  }
}

/** Words of the table for one byte of a block. */
const ROW = 256 * 4;

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
