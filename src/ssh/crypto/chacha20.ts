/** The ChaCha20 block function in its first form, a block counter and a nonce of 64 bits each (D. J. Bernstein, 2008). */

/** ChaCha20 under one key; the output of a block is left in `block`. */
export class ChaCha20 {
  readonly block = new Uint8Array(64);
  readonly out: DataView = new DataView(this.block.buffer);
  /** The 16 words of the state: constants, key, counter, nonce. */
  private readonly state = new Int32Array(16);

  /** `key` is 32 bytes. */
  constructor(key: Uint8Array) {
    this.state.set([0x61707865, 0x3320646e, 0x79622d32, 0x6b206574]);
    const view = new DataView(key.buffer, key.byteOffset, 32);
    for (let i = 0; i < 8; i++) this.state[4 + i] = view.getInt32(4 * i, true);
  }

  /** Block number `counter` of the key stream for the packet `sequence`, whose nonce is that number as a big-endian uint64. */
  run(sequence: number, counter: number): Uint8Array {
    const s = this.state;
    s[12] = counter;
    // Words are little-endian: the high half of the number is word 14, and zero.
    s[15] = ((sequence & 0xff) << 24) | ((sequence & 0xff00) << 8) | ((sequence >>> 8) & 0xff00) | (sequence >>> 24);
    this.rounds();
    return this.block;
  }

  /** Twenty rounds, the state in local variables: as an array it is four times as slow. */
  private rounds(): void {
    const s = this.state;
    let [a0, a1, a2, a3] = [s[0] as number, s[1] as number, s[2] as number, s[3] as number];
    let [b0, b1, b2, b3] = [s[4] as number, s[5] as number, s[6] as number, s[7] as number];
    let [c0, c1, c2, c3] = [s[8] as number, s[9] as number, s[10] as number, s[11] as number];
    let [d0, d1, d2, d3] = [s[12] as number, s[13] as number, s[14] as number, s[15] as number];
    for (let round = 0; round < 10; round++) {
      a0 = (a0 + b0) | 0;
      d0 ^= a0;
      d0 = (d0 << 16) | (d0 >>> 16);
      c0 = (c0 + d0) | 0;
      b0 ^= c0;
      b0 = (b0 << 12) | (b0 >>> 20);
      a0 = (a0 + b0) | 0;
      d0 ^= a0;
      d0 = (d0 << 8) | (d0 >>> 24);
      c0 = (c0 + d0) | 0;
      b0 ^= c0;
      b0 = (b0 << 7) | (b0 >>> 25);
      a1 = (a1 + b1) | 0;
      d1 ^= a1;
      d1 = (d1 << 16) | (d1 >>> 16);
      c1 = (c1 + d1) | 0;
      b1 ^= c1;
      b1 = (b1 << 12) | (b1 >>> 20);
      a1 = (a1 + b1) | 0;
      d1 ^= a1;
      d1 = (d1 << 8) | (d1 >>> 24);
      c1 = (c1 + d1) | 0;
      b1 ^= c1;
      b1 = (b1 << 7) | (b1 >>> 25);
      a2 = (a2 + b2) | 0;
      d2 ^= a2;
      d2 = (d2 << 16) | (d2 >>> 16);
      c2 = (c2 + d2) | 0;
      b2 ^= c2;
      b2 = (b2 << 12) | (b2 >>> 20);
      a2 = (a2 + b2) | 0;
      d2 ^= a2;
      d2 = (d2 << 8) | (d2 >>> 24);
      c2 = (c2 + d2) | 0;
      b2 ^= c2;
      b2 = (b2 << 7) | (b2 >>> 25);
      a3 = (a3 + b3) | 0;
      d3 ^= a3;
      d3 = (d3 << 16) | (d3 >>> 16);
      c3 = (c3 + d3) | 0;
      b3 ^= c3;
      b3 = (b3 << 12) | (b3 >>> 20);
      a3 = (a3 + b3) | 0;
      d3 ^= a3;
      d3 = (d3 << 8) | (d3 >>> 24);
      c3 = (c3 + d3) | 0;
      b3 ^= c3;
      b3 = (b3 << 7) | (b3 >>> 25);
      a0 = (a0 + b1) | 0;
      d3 ^= a0;
      d3 = (d3 << 16) | (d3 >>> 16);
      c2 = (c2 + d3) | 0;
      b1 ^= c2;
      b1 = (b1 << 12) | (b1 >>> 20);
      a0 = (a0 + b1) | 0;
      d3 ^= a0;
      d3 = (d3 << 8) | (d3 >>> 24);
      c2 = (c2 + d3) | 0;
      b1 ^= c2;
      b1 = (b1 << 7) | (b1 >>> 25);
      a1 = (a1 + b2) | 0;
      d0 ^= a1;
      d0 = (d0 << 16) | (d0 >>> 16);
      c3 = (c3 + d0) | 0;
      b2 ^= c3;
      b2 = (b2 << 12) | (b2 >>> 20);
      a1 = (a1 + b2) | 0;
      d0 ^= a1;
      d0 = (d0 << 8) | (d0 >>> 24);
      c3 = (c3 + d0) | 0;
      b2 ^= c3;
      b2 = (b2 << 7) | (b2 >>> 25);
      a2 = (a2 + b3) | 0;
      d1 ^= a2;
      d1 = (d1 << 16) | (d1 >>> 16);
      c0 = (c0 + d1) | 0;
      b3 ^= c0;
      b3 = (b3 << 12) | (b3 >>> 20);
      a2 = (a2 + b3) | 0;
      d1 ^= a2;
      d1 = (d1 << 8) | (d1 >>> 24);
      c0 = (c0 + d1) | 0;
      b3 ^= c0;
      b3 = (b3 << 7) | (b3 >>> 25);
      a3 = (a3 + b0) | 0;
      d2 ^= a3;
      d2 = (d2 << 16) | (d2 >>> 16);
      c1 = (c1 + d2) | 0;
      b0 ^= c1;
      b0 = (b0 << 12) | (b0 >>> 20);
      a3 = (a3 + b0) | 0;
      d2 ^= a3;
      d2 = (d2 << 8) | (d2 >>> 24);
      c1 = (c1 + d2) | 0;
      b0 ^= c1;
      b0 = (b0 << 7) | (b0 >>> 25);
    }
    const o = this.out;
    o.setInt32(0, (a0 + (s[0] as number)) | 0, true);
    o.setInt32(4, (a1 + (s[1] as number)) | 0, true);
    o.setInt32(8, (a2 + (s[2] as number)) | 0, true);
    o.setInt32(12, (a3 + (s[3] as number)) | 0, true);
    o.setInt32(16, (b0 + (s[4] as number)) | 0, true);
    o.setInt32(20, (b1 + (s[5] as number)) | 0, true);
    o.setInt32(24, (b2 + (s[6] as number)) | 0, true);
    o.setInt32(28, (b3 + (s[7] as number)) | 0, true);
    o.setInt32(32, (c0 + (s[8] as number)) | 0, true);
    o.setInt32(36, (c1 + (s[9] as number)) | 0, true);
    o.setInt32(40, (c2 + (s[10] as number)) | 0, true);
    o.setInt32(44, (c3 + (s[11] as number)) | 0, true);
    o.setInt32(48, (d0 + (s[12] as number)) | 0, true);
    o.setInt32(52, (d1 + (s[13] as number)) | 0, true);
    o.setInt32(56, (d2 + (s[14] as number)) | 0, true);
    o.setInt32(60, (d3 + (s[15] as number)) | 0, true);
  }
}
