/** What is known of one direction of a session while it is read. */
import type { End, Gap } from '../stream/chunk.ts';
import { ByteQueue } from '../stream/queue.ts';
import { CLEAR, type Framing } from './binary-packet.ts';
import type { PacketInflater } from './crypto/inflate.ts';
import type { Opener } from './crypto/opener.ts';
import type { CompressionOffer } from './delay-compression.ts';
import type { SentKexInit } from './kexinit.ts';
import type { LaterKeys } from './later-keys.ts';
import type { Decryption, DecryptionState, Identification } from './model.ts';
import type { SshPacket } from './packet.ts';
import type { Quest } from './quest.ts';
import type { Suite } from './shape.ts';

/**
 * How the next bytes are read: as lines, as packets, not at all because they are encrypted and their lengths too
 * (`counting`), or not at all because the reader lost its place (`lost`) or is looking for it with the keys (`searching`).
 */
export type Stage = 'lines' | 'packets' | 'counting' | 'lost' | 'searching';

/** What keeps the bytes after NEWKEYS from being opened. */
export interface Obstacle {
  readonly state: DecryptionState;
  readonly reason: string;
}

/** One direction: the state that its packets move. */
export class Direction {
  readonly end: End;
  readonly queue = new ByteQueue();
  stage: Stage = 'lines';
  framing: Framing = CLEAR;
  /** Opens the packets, when the keys are known; else `framing` says how far they can be read. */
  opener: Opener | undefined;
  /** Cipher and MAC of `opener`. */
  suite: Suite | undefined;
  /** A packet was opened with the keys of this epoch and its MAC was right: the keys are. */
  proven = false;
  /** What is looked for in stage `searching`. */
  quest: Quest | undefined;
  /** Bytes of it are missing: messages may come that nothing seen has prepared. */
  lossy = false;
  /** The first gap, and how many there are. */
  hole: Gap | undefined;
  holes = 0;
  /** The first block of its next packet hangs on one that was altered, and no MAC tells whether that shows. */
  doubtfulBlock = false;
  /** Losses that were read on behind, and what the first was. */
  losses = 0;
  firstLoss: string | undefined;
  /** Keys of a later exchange that may open one of the next packets, which are framed but not opened. */
  later: LaterKeys | undefined;
  /** Whose keys `opener` has, when they are not derived from a K; for the record. */
  keyNote: string | undefined;
  /** Why no MAC can be verified though a secret was given, where nothing is encrypted. */
  unverified: string | undefined;
  /** packet_length of the packet at the head of the queue, once it was decrypted. */
  expected: number | undefined;
  /** Decompresses the payloads, once that has begun. */
  inflater: PacketInflater | undefined;
  /** Bytes of the zlib stream are missing, so that nothing behind them can be decompressed. */
  zlibBroken = false;
  /** Compression was agreed that begins when the user is authenticated (zlib@openssh.com, or the extension delay-compression). */
  inflateAfterLogin = false;
  /** The compression in force, when it is none that sshark knows. */
  unknownCompression: string | undefined;
  /** What the extension delay-compression of this side offers. */
  compressionOffer: CompressionOffer | undefined;
  identification: Identification | undefined;
  /** Sequence number of the next packet. */
  sequence = 0;
  /** NEWKEYS sent. */
  epoch = 0;
  /** The KEXINIT of the exchange that this side is in; undefined between exchanges. */
  kexinit: SentKexInit | undefined;
  /** Packets sent before the first KEXINIT. */
  beforeKexInit = 0;
  /** The next key exchange packet is a guess (RFC 4253 section 7). */
  guessing = false;
  /** A packet that waits for the other direction. */
  waiting: SshPacket | undefined;
  /** A request for a login was sent whose answer was not read yet. */
  awaitingReply = false;
  /** Its next packet cannot be read before one of the other direction. */
  heldBack = false;
  /** Offset in the stream up to which bytes, or gaps, were delivered. */
  reached = 0;
  /** Both directions wait for each other, and this one is not to wait any longer. */
  impatient = false;
  /** No more bytes will come. */
  closed = false;
  /** Stream bytes seen, those after the first NEWKEYS, and the packets among these. */
  bytes = 0;
  encryptedBytes = 0;
  encryptedPackets = 0;
  openedPackets = 0;
  /** Of the opened packets: those that were not encrypted, those that no MAC protects, and those whose MAC nobody could verify; as far as summed up. */
  private inClear = 0;
  private bare = 0;
  private unchecked = 0;
  private summed = 0;
  /** Why MACs could not be verified, when that is because a secret is missing. */
  unkeyed: Obstacle | undefined;
  /** The epoch of the last packet whose MAC was right. */
  lastProven = 0;
  /** Why the bytes after NEWKEYS are not opened, once that is known. */
  obstacle: Obstacle | undefined;

  constructor(end: End) {
    this.end = end;
  }

  /** What became of the encrypted part. */
  get decryption(): Decryption {
    const { state, reason } = this.outcome;
    return { packets: this.encryptedPackets, decrypted: this.openedPackets, bytes: this.encryptedBytes, state, reason };
  }

  /** Whether MACs under the keys of exchange `epoch` were right; undefined when none was looked at. */
  verdictOf(epoch: number): boolean | undefined {
    if (this.lastProven >= epoch) return true;
    return this.epoch >= epoch && (this.obstacle !== undefined || this.unverified !== undefined) ? false : undefined;
  }

  private get outcome(): Obstacle {
    const { obstacle, encryptedPackets, openedPackets } = this;
    const unused = this.encryptedBytes === 0 && (obstacle?.state === 'no-secret' || obstacle?.state === 'unsupported');
    if (obstacle !== undefined && !unused) return openedPackets > 0 ? { state: 'partial', reason: obstacle.reason } : obstacle;
    if (this.encryptedBytes === 0) return this.stage === 'lost' && this.lossy ? UNPLACED : { state: 'none', reason: 'nothing was sent encrypted' };
    if (openedPackets < encryptedPackets) return { state: 'partial', reason: `${encryptedPackets - openedPackets} packets were not opened` };
    this.sumUp();
    const what = openedPackets > 0 && this.inClear === openedPackets ? 'the content is not encrypted' : 'every packet was opened';
    return { state: 'ok', reason: `${what}${this.verified}${this.keyNote === undefined ? '' : `, with ${this.keyNote}`}` };
  }

  /** Counts what vouches for the packets opened since it was called last: before other keys come, and at the end. */
  sumUp(): void {
    const packets = this.openedPackets - this.summed;
    this.summed = this.openedPackets;
    if (this.suite?.cipher.name === 'none') this.inClear += packets;
    if (this.opener?.tailLength === 0) this.bare += packets;
    else if (this.opener?.unchecked === true) this.unchecked += packets;
  }

  /** What vouches for the packets, in words. */
  private get verified(): string {
    const { bare, unchecked, openedPackets, unverified } = this;
    if (openedPackets > 0 && bare === openedPackets) return ', and no MAC protects it';
    if (openedPackets > 0 && unchecked === openedPackets) {
      return unverified === undefined ? ', but no MAC was verified, as its key is not known' : `, but no MAC can be verified: ${unverified}`;
    }
    const but = [
      ...(unchecked === 0 ? [] : [`the MACs of ${unchecked} could not be verified: ${unverified ?? this.unkeyed?.reason ?? 'their key is not known'}`]),
      ...(bare === 0 ? [] : [`no MAC protects ${bare} of them`]),
    ];
    return but.length === 0 ? ' and its integrity verified' : `, but ${but.join('; ')}`;
  }
}

const UNPLACED: Obstacle = { state: 'lost', reason: 'bytes are missing in front of its NEWKEYS, and where the encrypted part begins was not found' };
