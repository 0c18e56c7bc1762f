/** Copies a pcapng file block by block, with secrets and packet comments added; everything else stays as it is, byte for byte. */
import { utf8 } from '../bytes/text.ts';
import { DEFAULT_LIMITS, type Limits } from '../limits.ts';
import type { Problem, ProblemCode } from '../wire/problem.ts';
import { u32 } from './endian.ts';
import {
  BYTE_ORDER_MAGIC,
  END_OF_OPTIONS,
  ENHANCED_PACKET,
  HEAD,
  INTERFACE_DESCRIPTION,
  isNumberedOnly,
  isPacket,
  makeBlock,
  makeOption,
  makeSecretsBlock,
  padded,
  SECTION_HEADER,
  SIMPLE_PACKET,
  TAIL,
} from './pcapng-blocks.ts';
import { OPT_COMMENT, readOptions } from './pcapng-options.ts';
import { ProblemLog } from './problem-log.ts';

/** What is added to a capture. */
export interface Additions {
  /** Data of Decryption Secrets Blocks, one block for each. */
  readonly secrets?: readonly SecretsData[];
  /** Comments by frame number, as `Frame.number` counts. */
  readonly comments?: FrameComments;
}

/** A map of comments, or what can be asked like one. */
export interface FrameComments {
  readonly size: number;
  has(frame: number): boolean;
  get(frame: number): readonly string[] | undefined;
}

export interface SecretsData {
  /** Secrets type of the block: 0x5353484b for an SSH key log. */
  readonly type: number;
  readonly data: Uint8Array;
}

/** Type, total length and, in a section header, the byte order: also the least length of a block. */
const HEADER = 12;
/** Interface, time (two words), captured and original length: before the data in enhanced and obsolete packets. */
const PACKET_HEADER = 20;
/** Place of the section length, a signed 64-bit number, in a section header; all ones when it is not specified. */
const SECTION_LENGTH = 16;
/** Most bytes of an option's value. */
const OPTION_BYTES = 0xffff;

/**
 * Takes a pcapng file in pieces of any size and gives the copy in pieces.
 *
 * - Secrets go before the first packet, or to the end of the first section when that has none; in its byte order.
 * - Comments go behind the options that the packet has. A simple packet block has no options: with a comment it becomes an
 *   enhanced packet block of the first interface with time 0, as it had none.
 * - Section headers with a length say "not specified" instead, in sections that may grow.
 * - What cannot be told apart into blocks is copied as it is, from there to the end.
 */
export class BlockCopy {
  private readonly secrets: readonly SecretsData[];
  private readonly comments: FrameComments;
  private readonly limits: Limits;
  private readonly log: ProblemLog;
  private out: Uint8Array[] = [];
  private little = false;
  private sections = 0;
  private secretsDone: boolean;
  /** Snap length of the first interface of the section; undefined before its description. */
  private snapLength: number | undefined;
  private frame = 0;
  /** File offset of the current block. */
  private offset = 0;
  /** The blocks end here: the rest is copied unread. */
  private stopped = false;
  /** Bytes of the current block that are still to be copied. */
  private toCopy = 0;
  /** The beginning of a block that is changed or whose header is not whole: `held` of the bytes in `carry`. */
  private carry = new Uint8Array(HEADER);
  private held = 0;

  constructor(additions: Additions, limits: Limits = DEFAULT_LIMITS) {
    this.secrets = additions.secrets ?? [];
    this.comments = additions.comments ?? new Map();
    this.limits = limits;
    this.log = new ProblemLog(limits.problems);
    this.secretsDone = this.secrets.length === 0;
  }

  get problems(): readonly Problem[] {
    return this.log.list;
  }

  /** True when all secrets have found their place. */
  get secretsAdded(): boolean {
    return this.secretsDone;
  }

  /** The next bytes of the copy; they may point into `piece`. */
  push(piece: Uint8Array): Uint8Array[] {
    this.out = [];
    /** `piece[from..at)` is to be copied. */
    let from = 0;
    let at = 0;
    while (at < piece.length) {
      if (this.stopped) at = piece.length;
      else if (this.toCopy > 0) {
        const n = Math.min(this.toCopy, piece.length - at);
        this.toCopy -= n;
        at += n;
      } else if (this.held > 0 || piece.length - at < HEADER) {
        this.copy(piece, from, at);
        at = this.collect(piece, at);
        from = at;
      } else {
        const length = this.begin(piece, at, () => {
          this.copy(piece, from, at);
          from = at;
        });
        if (length <= 0) this.toCopy = -length;
        else {
          this.copy(piece, from, at);
          at = length <= piece.length - at ? this.change(piece, at, at + length) : this.hold(piece, at, length);
          from = at;
        }
      }
    }
    this.copy(piece, from, at);
    return this.out;
  }

  /** The end of the copy. */
  finish(): Uint8Array[] {
    this.out = [];
    const cut = this.held > 0 || this.toCopy > 0;
    this.copy(this.carry, 0, this.held);
    this.held = 0;
    if (cut) this.report('truncated', 'the capture ends inside a block, which is copied as far as it goes');
    if (!this.secretsDone && !cut && !this.stopped) this.addSecrets();
    if (!this.secretsDone) this.report('malformed', 'the secrets were not added: there is no place for them that can be known');
    return this.out;
  }

  // --- blocks

  /**
   * Looks at the block header at `b[at..]`. Gives the length of a block that must be whole to be changed, or the negative
   * length of one that is copied. `insert` is called before anything is put in front of the block.
   */
  private begin(b: Uint8Array, at: number, insert: () => void): number {
    const section = u32(b, at, true) === SECTION_HEADER; // reads the same both ways
    if (section && !this.secretsDone && this.sections > 0) {
      insert();
      this.addSecrets();
    }
    if (section) this.little = u32(b, at + HEAD, true) === BYTE_ORDER_MAGIC;
    if (section ? !this.little && u32(b, at + HEAD, false) !== BYTE_ORDER_MAGIC : this.sections === 0) return this.stop('there is no section header');
    const type = u32(b, at, this.little);
    const length = u32(b, at + 4, this.little);
    if (length < HEADER || length % 4 !== 0) return this.stop(`a block has the impossible length ${length}`);
    if (isPacket(type) && !this.secretsDone) {
      insert();
      this.addSecrets();
    }
    if (!this.changes(type)) {
      this.offset += length;
      return -length;
    }
    return length <= this.limits.blockBytes
      ? length
      : this.stop(`a block has ${length} bytes, more than the limit blockBytes, ${this.limits.blockBytes}`, 'limit');
  }

  /** Counts the block and says whether it must be seen whole. */
  private changes(type: number): boolean {
    if (type === SECTION_HEADER) {
      this.sections++;
      this.snapLength = undefined;
      return !this.secretsDone || this.comments.size > 0;
    }
    if (type === INTERFACE_DESCRIPTION) return this.snapLength === undefined && this.comments.size > 0;
    if (isNumberedOnly(type)) this.frame++;
    if (!isPacket(type)) return false;
    return this.comments.has(++this.frame);
  }

  /** Puts the whole block `b[start..end)` out, changed; gives its end. */
  private change(b: Uint8Array, start: number, end: number): number {
    const type = u32(b, start, this.little);
    let changed: Uint8Array | undefined;
    if (type === SECTION_HEADER) changed = withoutLength(b, start, end);
    else if (type === INTERFACE_DESCRIPTION) this.snapLength = end - start < 20 ? undefined : u32(b, start + HEAD + 4, this.little);
    else {
      changed = type === SIMPLE_PACKET ? this.enhanced(b, start, end) : this.commented(b, start, end);
      if (changed === undefined) this.report('malformed', `frame ${this.frame} gets no comment: its block cannot be read`);
    }
    if (changed === undefined) this.copy(b, start, end);
    else this.out.push(changed);
    this.offset += end - start;
    return end;
  }

  private stop(message: string, code: ProblemCode = 'malformed'): 0 {
    this.report(code, `${message}: the rest of the file is copied as it is`);
    this.stopped = true;
    return 0;
  }

  // --- additions

  private addSecrets(): void {
    for (const { type, data } of this.secrets) this.out.push(makeSecretsBlock(type, this.little, data));
    this.secretsDone = true;
  }

  /** A packet block with its comments; undefined when its lengths do not fit. Enhanced and obsolete ones are laid out alike. */
  private commented(b: Uint8Array, start: number, end: number): Uint8Array | undefined {
    const data = start + HEAD + PACKET_HEADER;
    if (data > end - TAIL) return undefined;
    const captured = u32(b, data - 8, this.little);
    if (captured > end - TAIL - data) return undefined;
    const optionsAt = data + padded(captured);
    let last = optionsAt;
    readOptions(b, optionsAt, end - TAIL, this.little, (_, from, to) => {
      last = from + padded(to - from);
    });
    const rest = b.subarray(last, end - TAIL);
    const parts = [b.subarray(start + HEAD, last), ...this.commentOptions(), rest.length === 0 ? END_OF_OPTIONS : rest];
    return makeBlock(u32(b, start, this.little), this.little, parts);
  }

  /** A simple packet block as an enhanced one, with its comments. */
  private enhanced(b: Uint8Array, start: number, end: number): Uint8Array | undefined {
    const data = start + HEAD + 4;
    const room = end - TAIL - data;
    if (this.snapLength === undefined || room < 0) return undefined;
    const original = u32(b, start + HEAD, this.little);
    const captured = Math.min(original, this.snapLength === 0 ? original : this.snapLength, room);
    const head = new Uint8Array(PACKET_HEADER);
    const view = new DataView(head.buffer);
    view.setUint32(12, captured, this.little);
    view.setUint32(16, original, this.little);
    const parts = [head, b.subarray(data, data + padded(captured)), ...this.commentOptions(), END_OF_OPTIONS];
    return makeBlock(ENHANCED_PACKET, this.little, parts);
  }

  private commentOptions(): Uint8Array[] {
    return (this.comments.get(this.frame) ?? []).map((comment) => makeOption(OPT_COMMENT, this.little, this.commentBytes(comment)));
  }

  private commentBytes(comment: string): Uint8Array {
    const bytes = utf8(comment);
    if (bytes.length <= OPTION_BYTES) return bytes;
    this.report('limit', `a comment of frame ${this.frame} has ${bytes.length} bytes and is cut: a pcapng option has at most ${OPTION_BYTES}`);
    // Not through the middle of a character: continuation bytes are 10xxxxxx.
    let end = OPTION_BYTES;
    while (((bytes[end] as number) & 0xc0) === 0x80) end--;
    return bytes.subarray(0, end);
  }

  // --- bytes

  private copy(b: Uint8Array, start: number, end: number): void {
    if (end > start) this.out.push(b.subarray(start, end));
  }

  /** Begins to hold the block of `length` bytes that goes beyond this piece. */
  private hold(piece: Uint8Array, at: number, length: number): number {
    this.carry = new Uint8Array(length);
    return this.collect(piece, at);
  }

  /** Takes bytes of `piece` from `at` on into the carry; gives where it stopped. */
  private collect(piece: Uint8Array, at: number): number {
    const n = Math.min(this.carry.length - this.held, piece.length - at);
    this.carry.set(piece.subarray(at, at + n), this.held);
    this.held += n;
    if (this.held === this.carry.length) this.complete();
    return at + n;
  }

  /** The carry is full: it is a header, or a whole block to be changed. */
  private complete(): void {
    const { carry } = this;
    if (carry.length === HEADER) {
      const length = this.begin(carry, 0, () => {});
      if (length > HEADER) {
        this.carry = new Uint8Array(length);
        this.carry.set(carry);
        return;
      }
      if (length === HEADER) this.change(carry, 0, HEADER);
      else {
        this.toCopy = Math.max(0, -length - HEADER);
        this.copy(carry, 0, HEADER);
      }
    } else this.change(carry, 0, carry.length);
    this.held = 0;
    this.carry = new Uint8Array(HEADER);
  }

  private report(code: ProblemCode, message: string): void {
    this.log.add(code, message, this.offset);
  }
}

/** A section header whose length is not specified; undefined when it is so already. */
function withoutLength(b: Uint8Array, start: number, end: number): Uint8Array | undefined {
  const at = start + SECTION_LENGTH;
  if (at + 8 > end - TAIL || b.subarray(at, at + 8).every((v) => v === 0xff)) return undefined;
  return b.slice(start, end).fill(0xff, SECTION_LENGTH, SECTION_LENGTH + 8);
}
