/** Writes generated frames as pcapng or classic pcap, through a buffer of one mebibyte. */
import { closeSync, openSync, writeSync } from 'node:fs';

const BUFFER = 1 << 20;

/** A capture file being written. Times advance by ten microseconds a frame. */
export class CaptureFile {
  private readonly fd: number;
  private readonly buffer = new Uint8Array(BUFFER + 70_000);
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
    if (this.used >= BUFFER) this.flush();
  }

  close(): void {
    this.flush();
    closeSync(this.fd);
  }

  private word(value: number): void {
    this.view.setUint32(this.used, value >>> 0, true);
    this.used += 4;
    this.bytes += 4;
  }

  private flush(): void {
    writeSync(this.fd, this.buffer, 0, this.used);
    this.used = 0;
  }
}
