/** Types of the npm package pcap-parser 0.2.1, which has none of its own: the parts that the adapter uses. */
declare module 'pcap-parser' {
  /** What the parser needs of a stream: it registers listeners and is then called with data. */
  export interface PcapStream {
    pause(): void;
    resume(): void;
    on(event: string, listener: (data: PcapBytes) => void): void;
  }

  /** What the parser needs of a Buffer, as long as it never has to join two. */
  export interface PcapBytes {
    readonly length: number;
    slice(from: number, to?: number): PcapBytes;
  }

  export interface PacketHeader {
    readonly timestampSeconds: number;
    /** Whatever unit the file's magic says: the parser does not convert. */
    readonly timestampMicroseconds: number;
    readonly capturedLength: number;
    readonly originalLength: number;
  }

  export interface Packet {
    readonly header: PacketHeader;
    readonly data: PcapBytes;
  }

  export interface Parser {
    /** Bytes received and not yet parsed; null is "none", and spares the next piece from being copied. */
    buffer: PcapBytes | null;
    /** Ending of the read methods that are called on the bytes: 'LE' or 'BE'. */
    endianness: string;
    /** Tells that something was read: Node's `EventEmitter.emit`, of each packet three times. */
    emit: (event: string, value: unknown) => boolean;
  }

  const pcapParser: { parse(stream: PcapStream): Parser };
  export default pcapParser;
}
