/** Whether the keys of a direction are right, and what is wrong when they are not. */
import type { Direction } from './direction.ts';
import { peer } from './roles.ts';
import { provesKeys } from './sealed-packet.ts';
import type { SshSession } from './session.ts';

/** What the signature over the exchange hash says of keys that open nothing. */
export function wrongKeys(session: SshSession, d: Direction): string {
  const exchange = session.exchanges[d.epoch - 1];
  const { signature, secret, matchesPublic, doubt } = exchange?.best ?? {};
  const source = secret?.origin ?? 'the secrets';
  if (signature?.verdict === 'valid')
    return 'yet the secret is right, as the host key signed its exchange hash: the algorithms are not those negotiated, or the packet was altered';
  const wrong =
    doubt === undefined ? `the secret of ${source} is not that of this key exchange` : `the secret of ${source} ${doubt}: it is not that of this key exchange`;
  if (signature?.verdict !== 'invalid') return `${wrong}, or the algorithms are not those negotiated`;
  if (matchesPublic === true)
    return `the host key's signature does not verify either, though the private value of ${source} gives the public one on the wire: a message of this key exchange was altered on the way`;
  const certain = doubt !== undefined || exchange?.authentic === true;
  return `the host key's signature does not verify either: ${wrong}${certain ? '' : ', or one of its messages was altered on the way'}`;
}

/** They opened a packet, those of the other side did, or the host key has signed the exchange hash that they are derived from; or none are needed. */
export function keysAreRight(session: SshSession, d: Direction): boolean {
  const proven = d.proven || session.direction(peer(d.end)).lastProven >= d.epoch;
  const unneeded = d.opener !== undefined && !provesKeys(d, d.opener);
  return proven || unneeded || session.exchanges[d.epoch - 1]?.best?.signature.verdict === 'valid';
}
