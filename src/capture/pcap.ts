/**
 * Classic pcap files (draft-ietf-opsawg-pcap), their nanosecond form, and Kuznetzov's modified form with its 24-byte
 * record headers. The npm package pcap-parser frames the records; it knows only the microsecond form, joins pieces by
 * copying and believes every length. So the adapter cuts the file at record boundaries first, checks each captured
 * length before a byte is kept, and hands the parser whole records, which it never has to join.
 */
import pcapParser, { type Packet, type PcapBytes } from 'pcap-parser';
import { viewOf } from '../bytes/view.ts';
import { DEFAULT_LIMITS, type Limits } from '../limits.ts';
import type { Problem } from '../wire/problem.ts';
import { u16, u32 } from './endian.ts';
import { FilledFrame } from './filled-frame.ts';
import type { CaptureReader, FrameTaker } from './frame.ts';
import { ProblemLog } from './problem-log.ts';
import { RecordCutter, type RecordFormat } from './records.ts';

const FILE_HEADER = 24;

/** What the file header says, for those who write the capture anew. */
export interface PcapHeader {
  readonly little: boolean;
  /** 1000 for microseconds, 1 for nanoseconds. */
  readonly nanosPerUnit: number;
  readonly linkType: number;
  readonly snapLength: number;
  /** Bytes of frame check sequence at the end of each frame. */
  readonly fcsLength: number;
}

interface Magic {
  readonly little: boolean;
  readonly nanosPerUnit: number;
  /** Bytes of a record header. Modified: the usual 16, then interface index, protocol and packet type. */
  readonly recordHeader: number;
}

/** The magic numbers as a big-endian reader sees them. */
const MAGICS: ReadonlyMap<number, Magic> = new Map([
  [0xa1b2c3d4, { little: false, nanosPerUnit: 1000, recordHeader: 16 }],
  [0xd4c3b2a1, { little: true, nanosPerUnit: 1000, recordHeader: 16 }],
  [0xa1b23c4d, { little: false, nanosPerUnit: 1, recordHeader: 16 }],
  [0x4d3cb2a1, { little: true, nanosPerUnit: 1, recordHeader: 16 }],
  [0xa1b2cd34, { little: false, nanosPerUnit: 1000, recordHeader: 24 }],
  [0x34cdb2a1, { little: true, nanosPerUnit: 1000, recordHeader: 24 }],
]);

/** The file header that the parser is shown, whatever the file has: big-endian, microseconds, version 2.4. */
const PLAIN_HEADER = Uint8Array.of(0xa1, 0xb2, 0xc3, 0xd4, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);

/** Between pieces. */
const NOBODY: FrameTaker = { take: () => {} };

/**
 * What the parser takes for a Buffer. It calls slice(n) to drop what it has read, so that moves this window instead of
 * making another, and slice(0, n) to take a packet, whose place is noted for the listener it calls next.
 */
class Window implements PcapBytes {
  bytes: Uint8Array = PLAIN_HEADER;
  length = 0;
  /** Where the packet last taken begins. */
  packetStart = 0;
  little = false;
  private start = 0;

  over(bytes: Uint8Array, start: number, end: number): this {
    this.bytes = bytes;
    this.start = start;
    this.length = end - start;
    return this;
  }

  slice(from: number, to?: number): this {
    if (to === undefined) {
      this.start += from;
      this.length -= from;
    } else this.packetStart = this.start + from;
    return this;
  }

  /** Record headers, in the order of the file: see where `endianness` is set. */
  readUInt32(at: number): number {
    return u32(this.bytes, this.start + at, this.little);
  }

  readUInt32BE(at: number): number {
    return u32(this.bytes, this.start + at, false);
  }

  readInt32BE(at: number): number {
    return this.readUInt32BE(at) | 0;
  }

  readUInt16BE(at: number): number {
    return u16(this.bytes, this.start + at, false);
  }

  /** Asked for once: the magic number in hex. */
  toString(): string {
    return this.readUInt32BE(0).toString(16);
  }
}

/** pcap-parser, fed by calls and not by a stream. */
class Framer {
  readonly window = new Window();
  private readonly parser;
  private data: (window: PcapBytes) => void = () => {};

  constructor(packet: (packet: Packet) => void) {
    const stream = {
      pause: () => {},
      resume: () => {},
      on: (event: string, listener: (window: PcapBytes) => void) => {
        if (event === 'data') this.data = listener;
      },
    };
    this.parser = pcapParser.parse(stream);
    // Of the three events of each record one is wanted, and Node's way of telling them costs more than the parsing.
    this.parser.emit = (event, value) => {
      if (event === 'packet') packet(value as Packet);
      return true;
    };
    this.feed(PLAIN_HEADER, 0, FILE_HEADER);
    // The parser calls buffer['readUInt32' + endianness]: with nothing added that is a constant name, twice as fast.
    this.parser.endianness = '';
  }

  feed(bytes: Uint8Array, start: number, end: number): void {
    this.parser.buffer = null;
    this.data(this.window.over(bytes, start, end));
  }
}

/** Reads classic pcap; give it the file from its first byte on. Problems carry file offsets. */
export class PcapReader implements CaptureReader, RecordFormat {
  format: 'pcap' | 'modified pcap' = 'pcap';
  headerLength = FILE_HEADER;
  private readonly limits: Limits;
  private readonly log: ProblemLog;
  private readonly cutter = new RecordCutter(this);
  private readonly framer = new Framer((packet) => this.packet(packet));
  private magic: Magic | undefined;
  private linkType = 0;
  private fcsLength = 0;
  private snapLength = 0;
  private readonly keepFcs: boolean;
  /** The captured and original lengths stand in the other order: always before version 2.3, by some writers in 2.3. */
  private swapped: 'no' | 'always' | 'perhaps' = 'no';
  private count = 0;
  private readonly frame = new FilledFrame();
  private taker: FrameTaker = NOBODY;

  /** With `keepFcs` frames are as they stand in the file, the frame check sequence included. */
  constructor(limits: Limits = DEFAULT_LIMITS, keepFcs = false) {
    this.limits = limits;
    this.keepFcs = keepFcs;
    this.log = new ProblemLog(limits.problems);
  }

  get stopped(): boolean {
    return this.cutter.stopped;
  }

  /** What the file header says; undefined before it was read. */
  get header(): PcapHeader | undefined {
    if (this.magic === undefined) return undefined;
    const { linkType, fcsLength, snapLength } = this;
    return { linkType, fcsLength, snapLength, little: this.magic.little, nanosPerUnit: this.magic.nanosPerUnit };
  }

  get problems(): readonly Problem[] {
    return this.log.list;
  }

  push(piece: Uint8Array, taker: FrameTaker): void {
    this.taker = taker;
    this.cutter.push(piece);
    this.taker = NOBODY;
  }

  finish(): void {
    if (this.stopped || (this.magic !== undefined && !this.cutter.inside)) return;
    this.log.add(
      'truncated',
      `the capture ends inside ${this.magic === undefined ? 'its file header' : `the record of frame ${this.count + 1}`}`,
      this.cutter.offset,
    );
  }

  /** Records with the plain header, of which those that nothing comes of need not be seen by the parser. */
  sweep(b: Uint8Array, start: number): number {
    const { taker, magic, linkType, framer } = this;
    if (magic === undefined || !this.isPlain || this.fcsLength > 0) return start;
    const view = viewOf(b);
    const { frameBytes } = this.limits;
    let at = start;
    while (b.length - at >= 16) {
      const captured = view.getUint32(at + 8, magic.little);
      const end = at + 16 + captured;
      if (captured > frameBytes || end > b.length) break;
      if (taker.skips?.(b, at + 16, end, linkType, this.count + 1) === true) this.count++;
      else framer.feed(b, at, end);
      at = end;
    }
    return at;
  }

  measure(buffer: Uint8Array, start: number): number {
    if (this.magic === undefined) return this.fileHeader(buffer, start) ? FILE_HEADER : 0;
    const captured = u32(buffer, start + (this.isSwapped(buffer, start) ? 12 : 8), this.magic.little);
    if (captured <= this.limits.frameBytes) return this.headerLength + captured;
    this.log.add(
      'malformed',
      `frame ${this.count + 1} claims ${captured} captured bytes, more than the limit frameBytes, ${this.limits.frameBytes}`,
      this.cutter.offset,
    );
    return 0;
  }

  record(buffer: Uint8Array, start: number, end: number): void {
    if (this.cutter.offset === 0) return; // the file header
    if (this.isPlain) this.framer.feed(buffer, start, end);
    else this.unusual(buffer, start, end);
  }

  /** Record headers are as the parser knows them. */
  private get isPlain(): boolean {
    return this.headerLength === 16 && this.swapped === 'no';
  }

  /** Takes the file header apart; false when the rest cannot be read. */
  private fileHeader(b: Uint8Array, at: number): boolean {
    const magic = MAGICS.get(u32(b, at, false));
    if (magic === undefined) {
      this.log.add('malformed', 'not a pcap magic number', 0);
      return false;
    }
    const major = u16(b, at + 4, magic.little);
    const minor = u16(b, at + 6, magic.little);
    if (major < 2) {
      this.log.add('malformed', `pcap version ${major}.${minor} is not known`, 4);
      return false;
    }
    // DG/UX wrote 543.0 for the old layout, as libpcap knows.
    const old = (major === 2 && minor < 3) || (major === 543 && minor === 0);
    if (old) this.swapped = 'always';
    else if (major === 2 && minor === 3) this.swapped = 'perhaps';
    else if (major !== 2 || minor !== 4) this.log.add('unknown', `pcap version ${major}.${minor}, read as 2.4`, 4);
    // The upper half of the link type word: 4 bits FCS length in units of 2 bytes, valid when bit 26 is set; the rest is reserved.
    this.snapLength = u32(b, at + 16, magic.little);
    const word = u32(b, at + 20, magic.little);
    this.linkType = word & 0xffff;
    if (word & 0x04000000) this.fcsLength = 2 * (word >>> 28);
    if (magic.recordHeader !== 16) this.format = 'modified pcap';
    this.magic = magic;
    this.headerLength = magic.recordHeader;
    this.framer.window.little = magic.little;
    return true;
  }

  private isSwapped(b: Uint8Array, at: number): boolean {
    if (this.swapped !== 'perhaps') return this.swapped === 'always';
    const little = this.magic?.little === true;
    return u32(b, at + 8, little) > u32(b, at + 12, little);
  }

  /** A record whose header is not the plain one: its header is shown to the parser made plain, then its packet. */
  private unusual(buffer: Uint8Array, start: number, end: number): void {
    const header = new Uint8Array(buffer.subarray(start, start + 16));
    if (this.isSwapped(buffer, start)) header.copyWithin(8, 12).set(buffer.subarray(start + 8, start + 12), 12);
    this.framer.feed(header, 0, 16);
    if (end > start + this.headerLength) this.framer.feed(buffer, start + this.headerLength, end);
  }

  /** One packet from the parser. The FCS, where the file says that there is one, is not payload. */
  private packet({ header }: Packet): void {
    const { bytes, packetStart } = this.framer.window;
    const nanos = header.timestampMicroseconds * (this.magic?.nanosPerUnit ?? 1);
    const whole = nanos < 1e9 ? 0 : Math.floor(nanos / 1e9);
    const fcsLength = this.keepFcs ? 0 : this.fcsLength;
    const originalLength = Math.max(0, header.originalLength - fcsLength);
    const kept = fcsLength === 0 ? header.capturedLength : Math.min(header.capturedLength, originalLength);
    const { frame } = this;
    frame.number = ++this.count;
    frame.seconds = header.timestampSeconds + whole;
    frame.nanos = nanos - whole * 1e9;
    frame.linkType = this.linkType;
    frame.buffer = bytes;
    frame.start = packetStart;
    frame.end = packetStart + kept;
    frame.originalLength = originalLength;
    this.taker.take(frame);
  }
}
