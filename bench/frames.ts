/** Frames for the benchmark captures: Ethernet, IPv4, TCP, made by hand and without checksums. */

const HEADERS = 14 + 20 + 20;

/** One end of a generated connection: address and port. */
export interface BenchEnd {
  readonly address: number;
  readonly port: number;
}

/** A TCP connection that writes frames with running sequence numbers. */
export class Conversation {
  readonly client: BenchEnd;
  readonly server: BenchEnd;
  private next: [number, number];

  constructor(client: BenchEnd, server: BenchEnd, seed: number) {
    this.client = client;
    this.server = server;
    this.next = [(seed * 2654435761) >>> 0, (seed * 40503 + 12345) >>> 0];
  }

  /** The three-way handshake. */
  open(): Uint8Array[] {
    return [this.frame(0, 0x02, EMPTY), this.frame(1, 0x12, EMPTY), this.frame(0, 0x10, EMPTY)];
  }

  /** Both FINs and their acknowledgements. */
  close(): Uint8Array[] {
    return [this.frame(0, 0x11, EMPTY), this.frame(1, 0x11, EMPTY), this.frame(0, 0x10, EMPTY)];
  }

  /** `payload` from the client (0) or the server (1), in segments of at most `mss` bytes. */
  send(from: 0 | 1, payload: Uint8Array, mss = 1448): Uint8Array[] {
    const out: Uint8Array[] = [];
    for (let at = 0; at < payload.length; at += mss) out.push(this.frame(from, 0x18, payload.subarray(at, at + mss)));
    return out;
  }

  /** A bare acknowledgement. */
  ack(from: 0 | 1): Uint8Array {
    return this.frame(from, 0x10, EMPTY);
  }

  private frame(from: 0 | 1, flags: number, payload: Uint8Array): Uint8Array {
    const f = new Uint8Array(HEADERS + payload.length);
    const v = new DataView(f.buffer);
    const [src, dst] = from === 0 ? [this.client, this.server] : [this.server, this.client];
    v.setUint32(2, dst.address);
    v.setUint32(8, src.address);
    v.setUint16(12, 0x0800);
    v.setUint16(14, 0x4500);
    v.setUint16(16, 40 + payload.length);
    v.setUint16(22, 0x4006);
    v.setUint32(26, src.address);
    v.setUint32(30, dst.address);
    v.setUint16(34, src.port);
    v.setUint16(36, dst.port);
    v.setUint32(38, this.next[from]);
    v.setUint32(42, this.next[1 - from] as number);
    v.setUint16(46, 0x5000 | flags);
    v.setUint16(48, 0xffff);
    f.set(payload, HEADERS);
    this.next[from] = (this.next[from] + payload.length + (flags & 0x03 ? 1 : 0)) >>> 0;
    return f;
  }
}

const EMPTY = new Uint8Array(0);
