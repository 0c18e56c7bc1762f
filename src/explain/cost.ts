/** What it takes to keep a packet. */
import type { Packet } from '../ssh/model.ts';

/** What a packet takes beside its bytes, about. */
const PACKET_COST = 1024;

/** Bytes of memory, about: as it was sent, in clear and decompressed. */
export function costOf({ length, inflated }: Packet): number {
  return PACKET_COST + 2 * length + (inflated?.bytes.length ?? 0);
}
