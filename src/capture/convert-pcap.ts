/** Turns a classic pcap file into a pcapng file with the same frames. */
import { DEFAULT_LIMITS, type Limits } from '../limits.ts';
import type { Problem } from '../wire/problem.ts';
import type { Frame } from './frame.ts';
import { type PcapHeader, PcapReader } from './pcap.ts';
import {
  BYTE_ORDER_MAGIC,
  END_OF_OPTIONS,
  ENHANCED_PACKET,
  HEAD,
  INTERFACE_DESCRIPTION,
  makeBlock,
  makeOption,
  padded,
  SECTION_HEADER,
  TAIL,
} from './pcapng-blocks.ts';
import { IF_FCSLEN, IF_TSRESOL } from './pcapng-interface.ts';

/** Bytes of an enhanced packet block around the padded data. */
const AROUND_DATA = HEAD + 20 + TAIL;

/**
 * Takes a pcap file of any kind that `PcapReader` reads, in pieces of any size, and gives the pcapng file in pieces: one
 * section in the byte order of the pcap, one interface with its link type, snap length, resolution (microseconds or
 * nanoseconds) and FCS length, and an enhanced packet block for each record, its bytes unchanged.
 */
export class PcapConverter {
  private readonly reader: PcapReader;
  private header: PcapHeader | undefined;

  constructor(limits: Limits = DEFAULT_LIMITS) {
    this.reader = new PcapReader(limits, true);
  }

  get problems(): readonly Problem[] {
    return this.reader.problems;
  }

  /** The next bytes of the pcapng file. */
  push(piece: Uint8Array): Uint8Array[] {
    const frames: Frame[] = [];
    this.reader.push(piece, { take: (frame) => frames.push({ ...frame }) });
    const out: Uint8Array[] = [];
    if (this.header === undefined) {
      this.header = this.reader.header;
      if (this.header !== undefined) out.push(sectionHeader(this.header.little), interfaceDescription(this.header));
    }
    const { header } = this;
    if (header !== undefined && frames.length > 0) out.push(packetBlocks(frames, header));
    return out;
  }

  finish(): void {
    this.reader.finish();
  }
}

function sectionHeader(little: boolean): Uint8Array {
  const body = new Uint8Array(16).fill(0xff, 8); // the section length is not specified
  const view = new DataView(body.buffer);
  view.setUint32(0, BYTE_ORDER_MAGIC, little);
  view.setUint16(4, 1, little); // version 1.0
  return makeBlock(SECTION_HEADER, little, [body]);
}

function interfaceDescription({ little, linkType, snapLength, nanosPerUnit, fcsLength }: PcapHeader): Uint8Array {
  const head = new Uint8Array(8);
  const view = new DataView(head.buffer);
  view.setUint16(0, linkType, little);
  view.setUint32(4, snapLength, little);
  const options = [makeOption(IF_TSRESOL, little, Uint8Array.of(nanosPerUnit === 1 ? 9 : 6))];
  if (fcsLength > 0) options.push(makeOption(IF_FCSLEN, little, Uint8Array.of(fcsLength)));
  return makeBlock(INTERFACE_DESCRIPTION, little, [head, ...options, END_OF_OPTIONS]);
}

/** All `frames` in one array: an array for each would cost more than what is in it. */
function packetBlocks(frames: readonly Frame[], { little, nanosPerUnit }: PcapHeader): Uint8Array {
  let total = 0;
  for (const f of frames) total += AROUND_DATA + padded(f.end - f.start);
  const out = new Uint8Array(total);
  const view = new DataView(out.buffer);
  let at = 0;
  for (const f of frames) {
    const captured = f.end - f.start;
    const length = AROUND_DATA + padded(captured);
    view.setUint32(at, ENHANCED_PACKET, little);
    view.setUint32(at + 4, length, little);
    setTime(view, at + 12, little, f, nanosPerUnit);
    view.setUint32(at + 20, captured, little);
    view.setUint32(at + 24, f.originalLength, little);
    out.set(f.buffer.subarray(f.start, f.end), at + 28);
    view.setUint32(at + length - TAIL, length, little);
    at += length;
  }
  return out;
}

/** The time as a 64-bit count of units, in two words. The products stay below 2^53: seconds are taken 16 bits at a time. */
function setTime(view: DataView, at: number, little: boolean, { seconds, nanos }: Frame, nanosPerUnit: number): void {
  const units = 1e9 / nanosPerUnit;
  const upper = Math.floor(seconds / 0x10000) * units;
  const lower = (seconds % 0x10000) * units + Math.floor(nanos / nanosPerUnit);
  const low = (upper % 0x10000) * 0x10000 + lower;
  view.setUint32(at, Math.floor(upper / 0x10000) + Math.floor(low / 0x100000000), little);
  view.setUint32(at + 4, low, little);
}
