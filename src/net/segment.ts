/** What the network layer hands to the stream layer: TCP segments with the place of their payload. */
import type { Origin } from '../bytes/space.ts';
import type { Timestamp } from '../capture/frame.ts';

export const FIN = 0x01;
export const SYN = 0x02;
export const RST = 0x04;
export const ACK = 0x10;

/**
 * One TCP segment. The payload is `buffer[start..end)`. The object and all it points to are used again for the next
 * frame: who keeps anything copies it. Addresses are kept as the 32-bit words of the header, so that a flow is found
 * without making text.
 */
export interface Segment extends Timestamp {
  readonly frame: number;
  readonly ipVersion: 4 | 6;
  readonly source: Address;
  readonly destination: Address;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: number;
  readonly acknowledgement: number;
  readonly flags: number;
  readonly buffer: Uint8Array;
  readonly start: number;
  readonly end: number;
  /** Offset in the frame of the first payload byte; with `origins` it means nothing. */
  readonly frameOffset: number;
  /** Where the payload lies when it came in IP fragments; `start` of an origin counts from the first payload byte. */
  readonly origins?: readonly Origin[] | undefined;
  /** Payload bytes that the IP header promises and the capture does not hold (snap length). */
  readonly missing: number;
}

/** An IP address as four unsigned 32-bit words; IPv4 is 0, 0, 0, word. */
export type Address = Uint32Array;
