/**
 * Writes generated frames as pcapng or classic pcap, in large pieces at round places: the system then keeps the file in memory as it keeps
 * one that was read from disk. Written in odd pieces it takes up to twice as long to read, which no capture does that is read another day.
 */
import { closeSync, openSync, writeSync } from 'node:fs';

const PIECE = 4 << 20;
/** A frame with its header is less. */
const LARGEST = 70_000;

/** A capture file being written. Times advance by ten microseconds a frame. */
export class CaptureFile {
  private readonly fd: number;
  private readonly buffer = new Uint8Array(PIECE + LARGEST);
  private readonly view = new DataView(this.buffer.buffer);
  private used = 0;
  private readonly pcapng: boolean;
  private clock = 1_700_000_000_000_000;
  bytes = 0;
  frames = 0;

  constructor(path: string, format: 'pcap' | 'pcapng') {
    this.fd = openSync(path, 'w');
    this.pcapng = format === 'pcapng';
    const head = this.pcapng ? [0x0a0d0d0a, 28, 0x1a2b3c4d, 1, 0xffffffff, 0xffffffff, 28, 1, 20, 1, 262144, 20] : [0xa1b2c3d4, 0x00040002, 0, 0, 262144, 1];
    for (const word of head) this.word(word);
  }

  add(frame: Uint8Array): void {
    this.clock += 10;
    const padded = this.pcapng ? (frame.length + 3) & ~3 : frame.length;
    if (this.pcapng) {
      for (const word of [6, 32 + padded, 0, Math.floor(this.clock / 4294967296), this.clock >>> 0, frame.length, frame.length]) this.word(word);
    } else {
      for (const word of [Math.floor(this.clock / 1e6), this.clock % 1e6, frame.length, frame.length]) this.word(word);
    }
    this.buffer.set(frame, this.used);
    this.buffer.fill(0, this.used + frame.length, this.used + padded);
    this.used += padded;
    this.bytes += padded;
    if (this.pcapng) this.word(32 + padded);
    this.frames++;
    if (this.used >= PIECE) this.write(PIECE);
  }

  close(): void {
    this.write(this.used);
    closeSync(this.fd);
  }

  private word(value: number): void {
    this.view.setUint32(this.used, value >>> 0, true);
    this.used += 4;
    this.bytes += 4;
  }

  /** Writes the first `size` bytes of the buffer. */
  private write(size: number): void {
    writeSync(this.fd, this.buffer, 0, size);
    this.buffer.copyWithin(0, size, this.used);
    this.used -= size;
  }
}
