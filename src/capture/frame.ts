/** What a capture file holds: frames, and a few things beside them. */
import type { Problem } from '../wire/problem.ts';

/** A moment as the capture has it: whole seconds since 1970-01-01 UTC and nanoseconds within the second, 0 to 999,999,999. */
export interface Timestamp {
  readonly seconds: number;
  readonly nanos: number;
}

/**
 * One captured frame. `buffer` is the read buffer and is used again after `FrameTaker.settle`: who keeps bytes copies them.
 * The captured bytes are `buffer[start..end)`.
 */
export interface Frame extends Timestamp {
  /** From 1, over the whole file, as Wireshark counts. */
  readonly number: number;
  /** Interface of a pcapng section; 0 in classic pcap. */
  readonly interfaceId: number;
  /** LINKTYPE_ number of the tcpdump registry. */
  readonly linkType: number;
  readonly buffer: Uint8Array;
  readonly start: number;
  readonly end: number;
  /** Length on the wire, bytes; larger than `end - start` when the snap length cut the frame. */
  readonly originalLength: number;
  readonly comments?: readonly string[] | undefined;
}

/** Who takes the frames of a capture. */
export interface FrameTaker {
  /** Told of the secrets that a file holds, before the frames of the piece that they came with: of all so far, each time there are more. */
  secrets?(blocks: readonly SecretsBlock[]): void;
  /** Takes the next frame. It is valid until this returns: the one after it is the same object. */
  take(frame: Frame): void;
  /**
   * Says that nothing would come of the frame `number`, which is `buffer[start..end)`, so that it is not made: it counts as taken. A
   * reader asks this of plain frames only.
   */
  skips?(buffer: Uint8Array, start: number, end: number, linkType: number, number: number): boolean;
  /** The buffers of the frames up to now are about to change. */
  settle?(): void;
}

/** A pcapng Decryption Secrets Block. */
export interface SecretsBlock {
  /** Secrets type, e.g. 0x5353484b ("SSHK") or 0x544c534b ("TLSK"). */
  readonly type: number;
  readonly data: Uint8Array;
  /** File offset of the block. */
  readonly offset: number;
}

export type CaptureFormat = 'pcap' | 'pcapng' | 'modified pcap';

/** A capture reader: takes the file in pieces of any size, gives the frames that became whole, in their order. Never throws for any input. */
export interface CaptureReader {
  readonly format: CaptureFormat;
  /** Gives `taker` the frames whose last byte lies in `piece`. They may point into `piece`. */
  push(piece: Uint8Array, taker: FrameTaker): void;
  /** The file ended: reports what was cut off. */
  finish(): void;
  /** True after something that makes the rest of the file unreadable. */
  readonly stopped: boolean;
  readonly problems: readonly Problem[];
}
