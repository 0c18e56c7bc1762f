/** SCP in its first form: the protocol of rcp, spoken with a command `scp -t` or `scp -f` (there is no specification but the programs). */
import type { Protocol } from '../protocol.ts';
import { scpCommand } from './command.ts';
import { ScpHandler } from './handler.ts';

/** A command that starts the other half of scp. */
export const SCP: Protocol = {
  name: 'scp',
  carries: (kind) => kind.started === 'exec' && scpCommand(kind.name) !== undefined,
  follow: (place) => new ScpHandler(place, scpCommand(place.kind.started === 'exec' ? place.kind.name : '') ?? { receives: true, path: '' }),
};
