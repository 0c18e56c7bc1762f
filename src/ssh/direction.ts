/** What is known of one direction of a session while it is read. */
import type { End } from '../stream/chunk.ts';
import { ByteQueue } from '../stream/queue.ts';
import { CLEAR, type Framing } from './binary-packet.ts';
import type { Decryption, DecryptionState, Identification } from './model.ts';
import type { KexInit } from './negotiate.ts';
import type { SshPacket } from './packet.ts';

/**
 * How the next bytes are read: as lines, as packets, not at all because they are encrypted and their lengths too
 * (`counting`), or not at all because the reader lost its place (`lost`).
 */
export type Stage = 'lines' | 'packets' | 'counting' | 'lost';

/** A KEXINIT and its bytes. */
export interface SentKexInit {
  readonly lists: KexInit;
  /** The payload, message number included: I_C or I_S of the exchange hash. */
  readonly payload: Uint8Array;
}

/** One direction: the state that its packets move. */
export class Direction {
  readonly end: End;
  readonly queue = new ByteQueue();
  stage: Stage = 'lines';
  framing: Framing = CLEAR;
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
  /** No more bytes will come. */
  closed = false;
  /** Stream bytes seen, those after the first NEWKEYS, and the packets among these. */
  bytes = 0;
  encryptedBytes = 0;
  encryptedPackets = 0;
  openedPackets = 0;
  /** Why the bytes after NEWKEYS are not opened, once that is known. */
  obstacle: { state: DecryptionState; reason: string } | undefined;

  constructor(end: End) {
    this.end = end;
  }

  /** What became of the encrypted part. `wanted` names the secrets that would open it. */
  decryption(wanted: string): Decryption {
    const base = { packets: this.encryptedPackets, decrypted: this.openedPackets, bytes: this.encryptedBytes };
    if (this.encryptedBytes === 0 && this.obstacle === undefined) return { ...base, state: 'none', reason: 'nothing was sent encrypted' };
    if (this.obstacle !== undefined) return { ...base, ...this.obstacle };
    if (this.encryptedPackets > 0 && this.openedPackets === this.encryptedPackets) return { ...base, state: 'ok', reason: 'the content is not encrypted' };
    return { ...base, state: 'no-secret', reason: wanted };
  }
}
