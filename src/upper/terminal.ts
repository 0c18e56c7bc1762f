/** What nobody knows better: a shell or a command, on a terminal or not. */
import { StreamHandler } from './forward.ts';
import { Content } from './operations.ts';
import type { Protocol } from './protocol.ts';

/**
 * Stands at the end of the table: it takes every shell, command and subsystem that is left. What goes over a terminal is kept
 * by nobody (`follow` takes it from the packets); a command without one may carry a connection, such as `nc host 22`.
 */
export const terminal: Protocol = {
  name: 'terminal',
  carries: (kind) => kind.started !== 'type',
  follow: (place) => (place.channel.terminal === undefined ? new StreamHandler(place) : { content: new Content('terminal') }),
};
