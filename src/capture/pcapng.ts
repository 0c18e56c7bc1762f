/** pcapng files (draft-ietf-opsawg-pcapng): blocks, sections, interfaces, packets. */
import { textOf } from '../bytes/text.ts';
import { viewOf } from '../bytes/view.ts';
import { DEFAULT_LIMITS, type Limits } from '../limits.ts';
import type { Problem, ProblemCode } from '../wire/problem.ts';
import { u16, u32 } from './endian.ts';
import { FilledFrame } from './filled-frame.ts';
import type { CaptureReader, FrameTaker, Timestamp } from './frame.ts';
import {
  BYTE_ORDER_MAGIC,
  DECRYPTION_SECRETS,
  ENHANCED_PACKET,
  HEAD,
  INTERFACE_DESCRIPTION,
  isNumberedOnly,
  OBSOLETE_PACKET,
  padded,
  SECRETS_COST,
  SECTION_HEADER,
  SIMPLE_PACKET,
  TAIL,
} from './pcapng-blocks.ts';
import { type Interface, momentOf, readInterface } from './pcapng-interface.ts';
import { OPT_COMMENT, readOptions } from './pcapng-options.ts';
import { ProblemLog } from './problem-log.ts';
import { RecordCutter, type RecordFormat } from './records.ts';
import { SecretsScan } from './secrets-scan.ts';

const LEAST_PACKET = 32;

/** Blocks that are read; all others are stepped over. The number is the least length, type and both lengths included. */
const READ: ReadonlyMap<number, { name: string; least: number }> = new Map([
  [SECTION_HEADER, { name: 'section header', least: 28 }],
  [INTERFACE_DESCRIPTION, { name: 'interface description', least: 20 }],
  [OBSOLETE_PACKET, { name: 'packet', least: 32 }],
  [SIMPLE_PACKET, { name: 'simple packet', least: 16 }],
  [ENHANCED_PACKET, { name: 'enhanced packet', least: LEAST_PACKET }],
  [DECRYPTION_SECRETS, { name: 'decryption secrets', least: 20 }],
]);

/** Flags option of both packet blocks; its bits 5 to 8 are the FCS length, which goes before that of the interface. */
const PACKET_FLAGS = 2;
/** Between pieces. */
const NOBODY: FrameTaker = { take: () => {} };
/** A packet without a time of its own (simple packet blocks). */
const NO_TIME: Timestamp = { seconds: 0, nanos: 0 };

/** What the options of a packet block say. */
interface PacketOptions {
  readonly comments: readonly string[] | undefined;
  /** 0 when they do not say. */
  readonly fcsLength: number;
}

/** Reads pcapng; give it the file from its first byte on. Problems carry file offsets. */
export class PcapngReader implements CaptureReader, RecordFormat {
  readonly format = 'pcapng';
  /** Type, total length and, in a section header, the byte order: also the least length of a block. */
  readonly headerLength = 12;
  private readonly limits: Limits;
  private readonly log: ProblemLog;
  private readonly cutter = new RecordCutter(this);
  /** Ahead of the frames by a piece: secrets may stand behind what they open. */
  private readonly scan: SecretsScan;
  private little = false;
  /** Those of the current section. */
  private interfaces: Interface[] = [];
  private secretBytes = 0;
  private count = 0;
  private readonly frame = new FilledFrame();
  private taker: FrameTaker = NOBODY;

  constructor(limits: Limits = DEFAULT_LIMITS) {
    this.limits = limits;
    this.log = new ProblemLog(limits.problems);
    this.scan = new SecretsScan(limits);
  }

  get stopped(): boolean {
    return this.cutter.stopped;
  }

  get problems(): readonly Problem[] {
    return this.log.list;
  }

  push(piece: Uint8Array, taker: FrameTaker): void {
    const before = this.scan.blocks.length;
    this.taker = taker;
    this.scan.push(piece);
    if (this.scan.blocks.length > before) taker.secrets?.(this.scan.blocks);
    this.cutter.push(piece);
    this.taker = NOBODY;
  }

  finish(): void {
    if (!this.stopped && this.cutter.inside) this.report('truncated', `the capture ends inside a block, after frame ${this.count}`);
  }

  /**
   * Enhanced packets without options and with nothing to say about them, which are nearly all of a capture: in one loop, so that it is
   * compiled soon and at once.
   */
  sweep(b: Uint8Array, start: number): number {
    const { little, interfaces, frame, taker } = this;
    const { blockBytes, frameBytes } = this.limits;
    const view = viewOf(b);
    let at = start;
    while (b.length - at >= LEAST_PACKET && view.getUint32(at, little) === ENHANCED_PACKET) {
      const length = view.getUint32(at + 4, little);
      if (length < LEAST_PACKET || length % 4 !== 0 || length > blockBytes || length > b.length - at) break;
      const body = at + HEAD;
      const interfaceId = view.getUint32(body, little);
      const from = interfaces[interfaceId];
      const captured = view.getUint32(body + 12, little);
      const data = body + 20;
      const end = at + length - TAIL;
      if (from === undefined || from.fcsLength > 0 || captured > frameBytes || data + padded(captured) !== end || view.getUint32(end, little) !== length) break;
      const number = ++this.count;
      at += length;
      if (taker.skips?.(b, data, data + captured, from.linkType, number) === true) continue;
      const time = momentOf(from.clock, view.getUint32(body + 4, little), view.getUint32(body + 8, little));
      frame.number = number;
      frame.seconds = time.seconds;
      frame.nanos = time.nanos;
      frame.interfaceId = interfaceId;
      frame.linkType = from.linkType;
      frame.buffer = b;
      frame.start = data;
      frame.end = data + captured;
      frame.originalLength = view.getUint32(body + 16, little);
      frame.comments = undefined;
      taker.take(frame);
    }
    return at;
  }

  measure(b: Uint8Array, at: number): number {
    const sectionHeader = u32(b, at, true) === SECTION_HEADER; // reads the same both ways
    if (sectionHeader) {
      this.little = u32(b, at + HEAD, true) === BYTE_ORDER_MAGIC;
      if (!this.little && u32(b, at + HEAD, false) !== BYTE_ORDER_MAGIC) return this.stop('a section header without its byte-order magic');
    } else if (this.cutter.offset === 0) return this.stop('the file does not begin with a section header');
    const type = u32(b, at, this.little);
    const length = u32(b, at + 4, this.little);
    const known = READ.get(type);
    const least = known?.least ?? HEAD + TAIL;
    if (length < least) return this.stop(`a block of type ${type} with a length of ${length}, less than the ${least} that it needs`);
    if (length % 4 !== 0) return this.stop(`a block with a length of ${length}, which is no multiple of 4`);
    if (known === undefined) {
      if (isNumberedOnly(type)) this.count++;
      return -length;
    }
    if (length > this.limits.blockBytes) return this.stop(`a block of ${length} bytes, more than the limit blockBytes, ${this.limits.blockBytes}`);
    return length;
  }

  record(b: Uint8Array, start: number, blockEnd: number): void {
    const body = start + HEAD;
    const end = blockEnd - TAIL;
    const again = u32(b, end, this.little);
    if (again !== blockEnd - start) this.report('malformed', `a block of ${blockEnd - start} bytes says at its end that it has ${again}`);
    const type = u32(b, start, this.little);
    if (type === ENHANCED_PACKET) this.packet(b, body, end, u32(b, body, this.little));
    else if (type === OBSOLETE_PACKET) this.packet(b, body, end, u16(b, body, this.little));
    else if (type === SIMPLE_PACKET) this.simplePacket(b, body, end);
    else if (type === SECTION_HEADER) this.section(b, body);
    else if (type === INTERFACE_DESCRIPTION) this.interfaceDescription(b, body, end);
    else this.decryptionSecrets(b, body, end);
  }

  private section(b: Uint8Array, body: number): void {
    this.interfaces = [];
    const major = u16(b, body + 4, this.little);
    const minor = u16(b, body + 6, this.little);
    // 1.2 is the same as 1.0; some writers put it.
    if (major !== 1 || (minor !== 0 && minor !== 2)) this.report('unknown', `pcapng version ${major}.${minor}, read as 1.0`);
  }

  private interfaceDescription(b: Uint8Array, body: number, end: number): void {
    const most = this.limits.interfaces;
    if (this.interfaces.length >= most)
      this.report('limit', `more than ${most} interfaces in a section: the frames of later ones are left out (limit interfaces)`);
    else this.interfaces.push(readInterface(b, body, end, this.little, (message) => this.report('malformed', message)));
  }

  /**
   * An enhanced packet, or an obsolete one: that has the interface in the first two bytes and a count of drops in the
   * next, and is laid out the same from there on.
   */
  private packet(b: Uint8Array, body: number, end: number, interfaceId: number): void {
    const number = ++this.count;
    const from = this.interfaces[interfaceId];
    const view = viewOf(b);
    const captured = view.getUint32(body + 12, this.little);
    const dataEnd = body + 20 + captured;
    if (from === undefined) this.report('malformed', `frame ${number} is of interface ${interfaceId}, which its section does not describe`);
    else if (dataEnd > end) this.report('malformed', `frame ${number} claims ${captured} captured bytes, and its block has ${end - body - 20}`);
    else if (captured > this.limits.frameBytes)
      this.report('limit', `frame ${number} has ${captured} bytes, more than the limit frameBytes, ${this.limits.frameBytes}`);
    else {
      const time = momentOf(from.clock, view.getUint32(body + 4, this.little), view.getUint32(body + 8, this.little));
      const optionsAt = body + 20 + ((captured + 3) & ~3);
      const options = optionsAt < end ? this.packetOptions(b, optionsAt, end) : undefined;
      this.add(number, time, interfaceId, from, b, body + 20, dataEnd, view.getUint32(body + 16, this.little), options);
    }
  }

  /** A simple packet: of the first interface, without time, cut to that interface's snap length. */
  private simplePacket(b: Uint8Array, body: number, end: number): void {
    const number = ++this.count;
    const from = this.interfaces[0];
    if (from === undefined) {
      this.report('malformed', `frame ${number} is a simple packet, and its section describes no interface`);
      return;
    }
    const original = u32(b, body, this.little);
    const captured = from.snapLength === 0 ? original : Math.min(original, from.snapLength);
    const room = end - body - 4;
    if (captured > room) this.report('malformed', `frame ${number} has ${captured} captured bytes by its interface's snap length, and its block has ${room}`);
    const dataEnd = body + 4 + Math.min(captured, room, this.limits.frameBytes);
    this.add(number, NO_TIME, 0, from, b, body + 4, dataEnd, original);
  }

  /** A new frame with the captured bytes `b[start..dataEnd)`. The FCS is not payload: its bytes are cut off as far as they were captured. */
  private add(
    number: number,
    time: Timestamp,
    interfaceId: number,
    from: Interface,
    b: Uint8Array,
    start: number,
    dataEnd: number,
    original: number,
    options?: PacketOptions,
  ): void {
    const fcsLength = options?.fcsLength || from.fcsLength;
    const originalLength = Math.max(0, original - fcsLength);
    const end = fcsLength === 0 ? dataEnd : Math.min(dataEnd, start + originalLength);
    const { frame } = this;
    frame.number = number;
    frame.seconds = time.seconds;
    frame.nanos = time.nanos;
    frame.interfaceId = interfaceId;
    frame.linkType = from.linkType;
    frame.buffer = b;
    frame.start = start;
    frame.end = end;
    frame.originalLength = originalLength;
    frame.comments = options?.comments;
    this.taker.take(frame);
  }

  private packetOptions(b: Uint8Array, start: number, end: number): PacketOptions {
    let comments: string[] | undefined;
    let fcsLength = 0;
    const whole = readOptions(b, start, end, this.little, (code, from, to) => {
      if (code === OPT_COMMENT) {
        comments ??= [];
        comments.push(textOf(b.subarray(from, to)));
      } else if (code === PACKET_FLAGS && to - from === 4) fcsLength = (u32(b, from, this.little) >>> 5) & 15;
    });
    if (!whole) this.report('malformed', `an option of frame ${this.count} runs over the end of its block`);
    return { comments, fcsLength };
  }

  private decryptionSecrets(b: Uint8Array, body: number, end: number): void {
    const length = u32(b, body + 4, this.little);
    const start = body + 8;
    if (start + length > end) this.report('malformed', `secrets of ${length} bytes in a block that has room for ${end - start}`);
    else if (this.secretBytes + length > this.limits.blockBytes)
      this.report('limit', `secrets blocks take more than ${this.limits.blockBytes} bytes: this one is left out (limit blockBytes)`);
    else this.secretBytes += length + SECRETS_COST;
  }

  private stop(message: string): 0 {
    this.report('malformed', message);
    return 0;
  }

  private report(code: ProblemCode, message: string): void {
    this.log.add(code, message, this.cutter.offset);
  }
}
