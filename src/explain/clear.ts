/** What stands in clear though NEWKEYS was sent: packets under the cipher `none` (RFC 4253 section 6.3). */
import type { Packet, Session, Side } from '../ssh/model.ts';

/** True when nothing is encrypted of what `side` sends under the keys of exchange `epoch` (1 for the first). */
export function underNone(session: Session, side: Side, epoch = 1): boolean {
  return session.exchanges.find((e) => e.epoch === epoch)?.negotiation?.[side].cipher === 'none';
}

/** True when both sides leave everything in clear under the keys of exchange `epoch`. */
export function bothUnderNone(session: Session, epoch = 1): boolean {
  return underNone(session, 'client', epoch) && underNone(session, 'server', epoch);
}

/** True when nothing in the whole session is encrypted, for all that is known of it. */
export function neverEncrypted(session: Session): boolean {
  return session.exchanges.length > 0 && session.exchanges.every((e) => bothUnderNone(session, e.epoch));
}

/** True when everybody on the way can read `packet`. */
export function readableByAll(packet: Packet, session: Session): boolean {
  return !packet.encrypted || underNone(session, packet.side, packet.epoch);
}
