/** What nobody knows better: a shell or a command, on a terminal or not. */
import type { ChannelHandler } from '../ssh/connection/handler.ts';
import type { ChannelContent } from '../ssh/model.ts';
import { Content } from './operations.ts';
import type { Place, Protocol } from './protocol.ts';

/** Says what it is; its bytes are kept by nobody (`follow` takes them from the packets). */
class TerminalHandler implements ChannelHandler {
  readonly content: ChannelContent;

  constructor({ channel }: Place) {
    this.content = new Content(channel.terminal === undefined ? 'stream' : 'terminal');
  }
}

/** Stands at the end of the table: it takes every shell, command and subsystem that is left. */
export const terminal: Protocol = {
  name: 'terminal',
  carries: (kind) => kind.started !== 'type',
  follow: (place) => new TerminalHandler(place),
};
