/** GHASH of GCM (NIST SP 800-38D section 6.4) with tables made once for each key; libraries make theirs anew for every message. */

/** GHASH under one key. */
export class Ghash {
  /** For each of the 32 half bytes of a block, and each of its 16 values: the product with H, as four words. */
  private readonly table: Int32Array;
  /** The hash so far. */
  private readonly y = new Int32Array(4);

  /** `h` is the encryption of a block of zeros. */
  constructor(h: Uint8Array) {
    this.table = tableOf(new DataView(h.buffer, h.byteOffset, 16));
  }

  reset(): void {
    this.y.fill(0);
  }

  /** Takes bytes `start` to `end` of `bytes`, filled up with zeros to whole blocks. */
  update(bytes: Uint8Array, start: number, end: number): void {
    for (let i = start; i < end; i += 16) {
      if (end - i >= 16) this.block(word(bytes, i), word(bytes, i + 4), word(bytes, i + 8), word(bytes, i + 12));
      else this.update(padded(bytes.subarray(i, end)), 0, 16);
    }
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
      const end = 512 * (i + 1);
      for (let row = 512 * i; row < end; row += 64, w <<= 4) {
        const at = row + ((w >>> 28) << 2);
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
    let differs = 0;
    for (let i = 0; i < 4; i++) differs |= (this.y[i] as number) ^ word(stream, streamAt + 4 * i) ^ word(bytes, at + 4 * i);
    return differs === 0;
  }
}

function word(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 24) | ((bytes[at + 1] as number) << 16) | ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number);
}

function padded(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(16);
  out.set(bytes);
  return out;
}

function tableOf(h: DataView): Int32Array {
  const table = new Int32Array(32 * 16 * 4);
  let [a, b, c, d] = [h.getUint32(0), h.getUint32(4), h.getUint32(8), h.getUint32(12)];
  for (let bit = 0; bit < 128; bit++) {
    // Bit 0 of GCM is the highest bit of the first byte; H times x to the power of `bit` goes to every half byte that has it.
    const mask = 8 >> (bit & 3);
    for (let value = 0; value < 16; value++) {
      if ((value & mask) === 0) continue;
      const at = ((bit >> 2) * 16 + value) * 4;
      table[at] = (table[at] as number) ^ a;
      table[at + 1] = (table[at + 1] as number) ^ b;
      table[at + 2] = (table[at + 2] as number) ^ c;
      table[at + 3] = (table[at + 3] as number) ^ d;
    }
    const carry = d & 1;
    d = (d >>> 1) | (c << 31);
    c = (c >>> 1) | (b << 31);
    b = (b >>> 1) | (a << 31);
    a = (a >>> 1) ^ (carry === 0 ? 0 : 0xe1000000);
  }
  return table;
}
