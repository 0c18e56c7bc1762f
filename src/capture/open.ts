/** From the raw bytes of a file to frames: what it is, what it is compressed with, and the right reader for it. */
import { concat } from '../bytes/concat.ts';
import { DEFAULT_LIMITS, type Limits } from '../limits.ts';
import type { Problem } from '../wire/problem.ts';
import { Decompressor } from './decompress.ts';
import { type Compression, type Detected, detectFormat, HEAD_BYTES } from './detect.ts';
import type { CaptureFormat, CaptureReader, FrameTaker } from './frame.ts';
import { PcapReader } from './pcap.ts';
import { PcapngReader } from './pcapng.ts';

/** Why a file is no capture. */
export interface Refusal {
  /** A sentence without its subject and full stop: "is a snoop capture (Solaris), which sshark does not read". */
  readonly message: string;
  /** File offset of what says so. */
  readonly offset: number;
}

const NOTHING = new Uint8Array(0);

/**
 * A capture file that is given in pieces of any size, plain or compressed once. Never throws for any input.
 *
 *     for each piece: input.push(piece, { take: (frame) => … })
 *     input.finish()
 */
export class CaptureInput {
  /** Bytes pushed so far. */
  bytesRead = 0;
  /** Set when the file turns out to be no capture: then there are no frames. */
  refusal: Refusal | undefined;
  private readonly limits: Limits;
  private decompressor: Decompressor | undefined;
  private reader: CaptureReader | undefined;
  /** The first bytes, until they tell what the file is. Decompressed ones, once a compression was found. */
  private head: Uint8Array = NOTHING;

  constructor(limits: Limits = DEFAULT_LIMITS) {
    this.limits = limits;
  }

  /** Known once the first bytes were seen. */
  get format(): CaptureFormat | undefined {
    return this.reader?.format;
  }

  get compression(): Compression | undefined {
    return this.decompressor?.compression;
  }

  /** True when nothing more can come of this file, so that the rest need not be read. */
  get stopped(): boolean {
    return this.refusal !== undefined || this.reader?.stopped === true || this.decompressor?.stopped === true;
  }

  /** Those of the compression, then those of the capture in it, whose offsets count decompressed bytes. */
  get problems(): readonly Problem[] {
    const { problems = [] } = this.reader ?? {};
    if (this.decompressor === undefined) return problems;
    return [...this.decompressor.problems, ...problems.map((p) => ({ ...p, message: `${p.message} (offset in the decompressed data)` }))];
  }

  /** Gives `taker` the frames that became whole with `piece`. */
  push(piece: Uint8Array, taker: FrameTaker): void {
    this.bytesRead += piece.length;
    if (this.stopped) return;
    // Whoever uses the frames may call slice() and mean a copy, which it is not in a Buffer of Node.
    const bytes = piece.constructor === Uint8Array ? piece : new Uint8Array(piece.buffer, piece.byteOffset, piece.length);
    const head = this.decompressor === undefined && this.reader === undefined ? this.detect(bytes) : bytes;
    if (this.decompressor === undefined) this.read(head, taker);
    else this.decompressed(this.decompressor, head, taker);
  }

  /** The file ended: reports what was cut off, or why there was no capture in it. */
  finish(): void {
    this.decompressor?.finish();
    if (this.refusal !== undefined) return;
    if (this.reader !== undefined) this.reader.finish();
    else this.refuse(detectFormat(this.head));
  }

  private decompressed(decompressor: Decompressor, piece: Uint8Array, taker: FrameTaker): void {
    for (const out of decompressor.push(piece)) {
      if (this.refusal !== undefined || this.reader?.stopped) return;
      const bytes = this.reader === undefined ? this.detect(out) : out;
      this.read(bytes, taker);
    }
  }

  private read(bytes: Uint8Array, taker: FrameTaker): void {
    this.reader?.push(bytes, taker);
    taker.settle?.();
  }

  /** Looks at the first bytes of the file, or of what is compressed in it; gives all of them that are there. */
  private detect(piece: Uint8Array): Uint8Array {
    const head = this.head.length === 0 && piece.length >= HEAD_BYTES ? piece : concat([this.head, piece]);
    const found = detectFormat(head, head.length >= HEAD_BYTES);
    if (found.kind === 'short') this.head = head;
    else {
      this.head = NOTHING;
      if (found.kind === 'capture') this.reader = found.format === 'pcapng' ? new PcapngReader(this.limits) : new PcapReader(this.limits);
      else if (found.kind === 'compressed' && this.decompressor === undefined) this.decompressor = new Decompressor(found.compression, this.limits);
      else this.refuse(found);
    }
    return head;
  }

  private refuse(found: Detected): void {
    const { decompressor } = this;
    const broken = decompressor?.problems[0];
    if (decompressor === undefined) this.refusal = { message: refusalOf(found), offset: 0 };
    else if (broken !== undefined) this.refusal = { message: `holds no capture that can be read: ${broken.message}`, offset: broken.offset ?? 0 };
    else this.refusal = { message: `is ${decompressor.compression}-compressed, and what is in it ${refusalOf(found)}`, offset: 0 };
  }
}

/** The words of a refusal, for what is no capture. */
export function refusalOf(found: Detected): string {
  switch (found.kind) {
    case 'empty':
      return 'is empty';
    case 'short':
      return 'is too short to be a capture';
    case 'foreign':
      return `is ${found.name}, which sshark does not read`;
    case 'compressed':
      return `is compressed with ${found.compression} again; sshark undoes one compression only`;
    default:
      return 'is not a capture file';
  }
}
