/** Messages behind their length, found in the data of one side of a channel: so SFTP and the agent protocol are framed. */
import { concat } from '../bytes/concat.ts';
import { type Origin, Space, type Span } from '../bytes/space.ts';
import type { SshPacket } from '../ssh/packet.ts';
import { problem } from '../wire/problem.ts';

/** Bytes of the length in front of each message, and of length and type. */
const LENGTH = 4;
const HEAD = 5;

/** Messages in a row that must look right before a place is believed to be the beginning of one. */
const CHAIN = 8;

/** Where data of a channel lies in its packet, behind type, channel number, (data type) and length (RFC 4254 section 5.2). */
const DATA_AT = 9;
const EXTENDED_AT = 13;
const EXTENDED_DATA = 95;

/** Where a piece of a message came from; holds no packet, or each would keep the one before it. */
interface Piece {
  /** Offset in the message. */
  readonly start: number;
  readonly length: number;
  readonly origins: readonly Origin[];
  /** Offset in the packet; undefined in one that was inflated, where every byte comes from the whole. */
  readonly at: number | undefined;
}

/** Where the piece `[from, from + length)` of the data of `packet` came from; it stands at `start` of what it is a part of. */
export function pieceOf(packet: SshPacket, from: number, length: number, start: number): Piece {
  return { start, length, origins: packet.space.origins, at: packet.inflated === undefined ? dataStart(packet) + from : undefined };
}

/** The origins of `pieces`, which follow each other; of an inflated piece only the frames are right. */
export function originsOfPieces(pieces: readonly Piece[]): Origin[] {
  const out: Origin[] = [];
  for (const { start, length, origins, at } of pieces) {
    const first = origins[0];
    if (at === undefined && first !== undefined) out.push({ start, length, frame: first.frame, frameOffset: first.frameOffset });
    else if (at !== undefined)
      for (const o of origins) {
        const from = Math.max(o.start, at);
        const to = Math.min(o.start + o.length, at + length);
        if (from < to) out.push({ start: start + from - at, length: to - from, frame: o.frame, frameOffset: o.frameOffset + from - o.start });
      }
  }
  return out;
}

/** Offset of the data of a channel in the payload's space of its packet. */
function dataStart(packet: SshPacket): number {
  return (packet.inflated === undefined ? (packet.payload?.start ?? 0) : 0) + (packet.number === EXTENDED_DATA ? EXTENDED_AT : DATA_AT);
}

/** One message with its length in front. Its bytes are views of the packets until somebody needs them in one run. */
export class FramedBytes {
  /** Bytes, the length in front included. */
  readonly length: number;
  private readonly pieces: readonly Piece[];
  private parts: readonly Uint8Array[];

  constructor(length: number, pieces: readonly Piece[], parts: readonly Uint8Array[]) {
    this.length = length;
    this.pieces = pieces;
    this.parts = parts;
  }

  /** All bytes; copied once when they came in several packets. */
  get bytes(): Uint8Array {
    if (this.parts.length > 1) this.parts = [concat(this.parts)];
    return this.parts[0] as Uint8Array;
  }

  /** Which message it is. */
  get type(): number {
    return byteAt(this.parts, LENGTH) as number;
  }

  /** Its beginning, as far as it came in one packet. */
  get beginning(): Uint8Array {
    return this.parts[0] as Uint8Array;
  }

  /** What stands from `offset` on, as views of the packets. */
  from(offset: number): readonly Uint8Array[] {
    const out: Uint8Array[] = [];
    let at = offset;
    for (const part of this.parts) {
      if (at < part.length) out.push(part.subarray(at));
      at = Math.max(0, at - part.length);
    }
    return out;
  }

  /** The bytes and the frames that delivered them. */
  get space(): Space {
    return new Space(
      this.bytes,
      originsOfPieces(this.pieces),
      this.pieces.every((p) => p.at !== undefined),
    );
  }
}

/** The byte at `offset` of `parts`, which follow each other. */
function byteAt(parts: readonly Uint8Array[], offset: number): number | undefined {
  let at = offset;
  for (const part of parts) {
    if (at < part.length) return part[at];
    at -= part.length;
  }
  return undefined;
}

const NOTHING: readonly FramedBytes[] = [];

/** Cuts the data of one side into messages: a uint32 length, then that many bytes, of which the first is the type. */
export class Framing {
  private readonly what: string;
  private readonly limit: number;
  private readonly known: (type: number) => boolean;
  private pieces: Piece[] = [];
  private parts: Uint8Array[] = [];
  /** Bytes of the message that is gathered, and the length it has by its first four bytes, as far as they are there. */
  private have = 0;
  private size = 0;
  /** It is not known where the next message begins. */
  private lost = false;
  /** Bytes were left out since messages of the session are missing, which is said when messages are read again. */
  private skipped = false;
  /** Why they are left out was said. */
  private said = false;

  /**
   * `what` names the protocol and side in problems (`SFTP of the client`). No message is longer than `limit` bytes. `known` tells
   * the types that exist; asked only where the beginning of a message is looked for.
   */
  constructor(what: string, limit: number, known: (type: number) => boolean) {
    this.what = what;
    this.limit = limit;
    this.known = known;
  }

  /** Bytes of a message that is not yet whole. */
  get pending(): number {
    return this.have;
  }

  /** Type of the message that is not yet whole, when it is there. */
  get pendingType(): number | undefined {
    return byteAt(this.parts, LENGTH);
  }

  /** The messages that end in `bytes`, the data of `packet`. */
  take(bytes: Uint8Array, packet: SshPacket): readonly FramedBytes[] {
    let at = this.lost ? this.resume(bytes, 0, packet) : 0;
    if (at === bytes.length) return NOTHING;
    const out: FramedBytes[] = [];
    while (at < bytes.length) {
      const from = at;
      for (; this.have < LENGTH && at < bytes.length; this.have++) this.size = this.size * 256 + (bytes[at++] as number);
      if (this.have >= LENGTH) {
        if (this.impossible(this.size)) {
          this.stray(packet, { start: from, end: at });
          at = this.resume(bytes, from, packet);
          continue;
        }
        const more = Math.min(LENGTH + this.size - this.have, bytes.length - at);
        at += more;
        this.have += more;
      }
      this.pieces.push(pieceOf(packet, from, at - from, this.have - (at - from)));
      this.parts.push(from === 0 && at === bytes.length ? bytes : bytes.subarray(from, at));
      if (this.have >= LENGTH && this.have === LENGTH + this.size) {
        out.push(new FramedBytes(this.have, this.pieces, this.parts));
        this.drop();
      }
    }
    return out;
  }

  /** Messages of the session are missing: what comes next may not be what follows. */
  lose(): void {
    this.lost = true;
  }

  private impossible(size: number): boolean {
    return size < 1 || size > this.limit;
  }

  private drop(): void {
    this.pieces = [];
    this.parts = [];
    this.have = 0;
    this.size = 0;
  }

  /** What stands at `span` of the data begins no message. */
  private stray(packet: SshPacket, span: Span): void {
    const start = dataStart(packet);
    const place = packet.inflated === undefined ? { span: { start: start + span.start, end: start + span.end } } : {};
    const why = this.size < 1 ? 'a message of no bytes' : `a message of ${this.size} bytes, more than the limit innerMessageBytes: ${this.limit}`;
    packet.problems.push(problem(this.size < 1 ? 'malformed' : 'limit', `${this.what}: ${why}; what follows is left out up to where a message begins`, place));
    this.lost = true;
    this.said = true;
    this.drop();
  }

  /** The offset from `from` on at which messages are read again; the length of `bytes` when there is none. */
  private resume(bytes: Uint8Array, from: number, packet: SshPacket): number {
    const missing = this.have < LENGTH ? 0 : LENGTH + this.size - this.have;
    if (missing > 0 && missing <= bytes.length && this.begins(bytes, missing)) {
      this.lost = false;
      return from;
    }
    this.skipped ||= this.have > 0;
    this.drop();
    for (let at = from; at + HEAD <= bytes.length; at++) {
      if (!this.begins(bytes, at)) continue;
      if (!this.said && (this.skipped || at > 0))
        packet.problems.push(problem('gap', `${this.what}: read again from here on; what came before is not in the capture or could not be read`));
      this.lost = false;
      this.skipped = false;
      this.said = false;
      return at;
    }
    this.skipped = true;
    return bytes.length;
  }

  /** Messages follow each other from `at` on to the end of `bytes`, of which the last may go on behind it. */
  private begins(bytes: Uint8Array, at: number): boolean {
    let next = at;
    for (let count = 0; count < CHAIN; count++) {
      if (next === bytes.length) return true;
      if (next + HEAD > bytes.length) return count > 0;
      const size =
        (bytes[next] as number) * 0x1000000 + (bytes[next + 1] as number) * 0x10000 + (bytes[next + 2] as number) * 256 + (bytes[next + 3] as number);
      if (this.impossible(size) || !this.known(bytes[next + LENGTH] as number)) return false;
      next += LENGTH + size;
      // A lone beginning is believed only where senders begin: at the beginning of the data.
      if (next > bytes.length) return at === 0 || count > 0;
    }
    return true;
  }
}
