/** The two sides of a connection. */
import type { Side } from '../model.ts';

/** The other side. */
export function peer(side: Side): Side {
  return side === 'client' ? 'server' : 'client';
}
