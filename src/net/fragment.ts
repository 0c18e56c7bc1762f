/** Reassembly of IP fragments, the same for IPv4 (RFC 791 section 3.2) and IPv6 (RFC 8200 section 4.5). */
import type { Origin } from '../bytes/space.ts';
import type { Limits } from '../limits.ts';
import { IP_PROTOCOL, type Next, NOTHING, type Packet } from './packet.ts';
import type { Tally } from './tally.ts';

/** Seconds that a datagram may take to become whole; Linux waits 30 (RFC 791 suggests 15, RFC 8200 60). */
const MAX_AGE = 30;
/** What a piece costs beside its bytes, so that many tiny fragments meet the byte limit too. */
const PIECE_COST = 256;
/** Largest payload of a datagram; offset and length fields can promise more, which is an attack. */
const MAX_DATAGRAM = 65_535;

const INCOMPLETE = 'IP datagrams that lack fragments';
const CONFLICT = 'IP fragments that contradict an earlier one';

/** Bytes of a datagram that one fragment delivered first. */
interface Piece {
  readonly offset: number;
  readonly bytes: Uint8Array;
  /** `start` counts from the first byte of the piece. */
  readonly origins: readonly Origin[];
}

interface Datagram {
  readonly frame: number;
  readonly seconds: number;
  /** By offset, disjoint. */
  readonly pieces: Piece[];
  held: number;
  /** Known once the last fragment was seen. */
  length: number | undefined;
  /** What follows the IP headers: the fragment at offset 0 knows. */
  protocol: number;
}

/** The datagrams that wait for fragments. Memory is bounded by `Limits.ipDatagrams` and `Limits.ipFragmentBytes`. */
export class Fragments {
  /** In the order in which the datagrams began. */
  private readonly waiting = new Map<string, Datagram>();
  private held = 0;
  private readonly limits: Limits;
  private readonly tally: Tally;

  constructor(limits: Limits, tally: Tally) {
    this.limits = limits;
    this.tally = tally;
  }

  /** Takes the fragment that `packet` is. When that makes its datagram whole, the packet becomes the datagram and what follows in it is told. */
  add(packet: Packet): Next {
    const { offset, more } = packet.fragment;
    const promised = packet.end - packet.start + packet.missing;
    if (packet.missing > 0) packet.cut();
    // RFC 8200 section 4.5: only the last fragment may have a length that is no multiple of 8, and none may reach beyond the largest datagram.
    if (offset + promised > MAX_DATAGRAM || promised === 0 || (more && promised % 8 !== 0)) return packet.malformed('IP fragments of an impossible length');
    this.expire(packet.seconds);
    const key = keyOf(packet);
    if (!this.makeRoom(packet, key)) return NOTHING;
    let datagram = this.waiting.get(key);
    if (datagram === undefined) {
      datagram = { frame: packet.frame, seconds: packet.seconds, pieces: [], held: 0, length: undefined, protocol: packet.fragment.protocol };
      this.waiting.set(key, datagram);
    }
    if (!endAgrees(datagram, offset + promised, more)) return this.conflict(packet);
    if (offset === 0) datagram.protocol = packet.fragment.protocol;
    this.insert(datagram, packet, offset);
    if (datagram.held !== datagram.length) return NOTHING;
    this.drop(key, datagram);
    assemble(datagram, datagram.length, packet);
    return IP_PROTOCOL + datagram.protocol;
  }

  /** The capture ended: what still waits never becomes whole. */
  finish(): void {
    for (const [key, datagram] of this.waiting) this.giveUp(key, datagram);
  }

  /** Puts in what of the fragment is new. What is there already stays (the first copy wins), and a difference is reported. */
  private insert(datagram: Datagram, packet: Packet, offset: number): void {
    const { pieces } = datagram;
    const end = offset + packet.end - packet.start;
    let i = pieces.length;
    while (i > 0 && endOf(pieces[i - 1] as Piece) > offset) i--;
    let differs = false;
    for (let at = offset; at < end; i++) {
      const piece = pieces[i];
      if (piece === undefined || at < piece.offset) {
        const to = piece === undefined ? end : Math.min(end, piece.offset);
        pieces.splice(i, 0, pieceOf(packet, at - offset, to - offset));
        datagram.held += to - at;
        this.held += to - at + PIECE_COST;
        at = to;
      } else {
        const to = Math.min(end, endOf(piece));
        for (; at < to; at++) if (piece.bytes[at - piece.offset] !== packet.buffer[packet.start + at - offset]) differs = true;
      }
    }
    if (differs) this.conflict(packet);
  }

  private conflict(packet: Packet): Next {
    this.tally.add('overlap', CONFLICT, packet.frame);
    return NOTHING;
  }

  private expire(now: number): void {
    for (const [key, datagram] of this.waiting) {
      if (now - datagram.seconds <= MAX_AGE) return;
      this.giveUp(key, datagram);
    }
  }

  /** Gives up the oldest datagrams until the fragment `packet` of the datagram `key` fits; false when it never will. */
  private makeRoom(packet: Packet, key: string): boolean {
    const cost = packet.end - packet.start + PIECE_COST;
    const most = this.limits.ipDatagrams - (this.waiting.has(key) ? 0 : 1);
    for (const [oldest, datagram] of this.waiting) {
      if (this.waiting.size <= most && this.held + cost <= this.limits.ipFragmentBytes) break;
      this.tally.add('limit', 'IP datagrams given up for others while they waited for fragments (limits ipDatagrams, ipFragmentBytes)', datagram.frame);
      this.drop(oldest, datagram);
    }
    if (cost <= this.limits.ipFragmentBytes) return true;
    this.tally.add('limit', 'IP fragments too large to keep (limit ipFragmentBytes)', packet.frame);
    return false;
  }

  private giveUp(key: string, datagram: Datagram): void {
    this.tally.add('gap', INCOMPLETE, datagram.frame);
    this.drop(key, datagram);
  }

  private drop(key: string, datagram: Datagram): void {
    this.waiting.delete(key);
    this.held -= datagram.held + datagram.pieces.length * PIECE_COST;
  }
}

/** Addresses and identification, and for IPv4 the protocol too (RFC 791 section 3.2; not in IPv6, where only the first fragment's counts). */
function keyOf({ ipVersion, source, destination, fragment }: Packet): string {
  return `${source.join()} ${destination.join()} ${fragment.id} ${ipVersion === 4 ? fragment.protocol : 'v6'}`;
}

function endOf(piece: Piece): number {
  return piece.offset + piece.bytes.length;
}

function pieceOf(packet: Packet, from: number, to: number): Piece {
  const start = packet.start + from;
  const end = packet.start + to;
  return { offset: packet.fragment.offset + from, bytes: new Uint8Array(packet.buffer.subarray(start, end)), origins: packet.originsOf(start, end) };
}

/** Notes the length of the datagram if this fragment is the last one; false when fragments disagree on where it ends. */
function endAgrees(datagram: Datagram, end: number, more: boolean): boolean {
  if (datagram.length !== undefined) return more ? end <= datagram.length : end === datagram.length;
  if (more) return true;
  const last = datagram.pieces[datagram.pieces.length - 1];
  if (last !== undefined && endOf(last) > end) return false;
  datagram.length = end;
  return true;
}

function assemble(datagram: Datagram, length: number, packet: Packet): void {
  const bytes = new Uint8Array(length);
  const origins: Origin[] = [];
  for (const piece of datagram.pieces) {
    bytes.set(piece.bytes, piece.offset);
    for (const origin of piece.origins) origins.push({ ...origin, start: origin.start + piece.offset });
  }
  packet.become(bytes, origins);
}
