/** What of a dissection must not change with the way in which the bytes came. */
import { toHex } from '../../src/bytes/hex.ts';
import type { Packet, Result, Session } from '../../src/index.ts';

/** The payload of `p` in clear and decompressed, message number first; empty when it was not opened. */
export function payloadOf(p: Packet): Uint8Array {
  if (p.inflated !== undefined) return p.inflated.bytes;
  return p.payload === undefined ? new Uint8Array(0) : p.plain.bytes.subarray(p.payload.start, p.payload.end);
}

/** The packets of each side in their order: place, name, verdict and content. */
export function packetsBySide(found: readonly Result[]): Record<'client' | 'server', string[]> {
  const out: Record<'client' | 'server', string[]> = { client: [], server: [] };
  for (const one of found) {
    if (one.kind !== 'packet') continue;
    const p = one.packet;
    const place = `${p.session.number} ${p.epoch} ${p.sequence} ${p.streamOffset}`;
    out[p.side].push(`${place} ${p.name} mac ${p.mac} length ${p.length} ${p.discarded ? 'discarded ' : ''}${p.cut ? 'cut ' : ''}${toHex(payloadOf(p))}`);
  }
  return out;
}

/** What a session came to, without its frames, times and what the order of the two sides decides. */
export function sessionFacts(s: Session) {
  const party = ({ address, port, identification, hassh, decryption }: Session['client']) => ({ address, port, text: identification?.text, hassh, decryption });
  return {
    protocol: s.protocol,
    client: party(s.client),
    server: party(s.server),
    roles: s.roles,
    strictKex: s.strictKex,
    sessionId: s.sessionId === undefined ? undefined : toHex(s.sessionId),
    packets: s.packets,
    exchanges: s.exchanges.map((e) => ({
      epoch: e.epoch,
      kex: e.negotiation?.kex,
      hostKey: e.hostKey?.fingerprint,
      signature: e.signature,
      hash: e.exchangeHash === undefined ? undefined : toHex(e.exchangeHash),
    })),
    problems: s.problems.map((p) => `${p.code} ${p.message}`).sort(),
  };
}
