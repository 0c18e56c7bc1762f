/** All protocols inside channels, in the order in which they are asked. */
import type { Limits } from '../limits.ts';
import type { ChannelHandlers } from '../ssh/connection/handler.ts';
import type { Sink } from '../ssh/model.ts';
import type { SshSession } from '../ssh/session.ts';
import { agent } from './agent/index.ts';
import { forward, tun, x11 } from './forward.ts';
import { git, rsync } from './programs.ts';
import type { Place, Protocol } from './protocol.ts';
import { SCP } from './scp/index.ts';
import { SFTP } from './sftp/index.ts';
import { terminal } from './terminal.ts';

export const PROTOCOLS: readonly Protocol[] = [
  SFTP,
  SCP,
  agent,
  git,
  rsync,
  forward,
  x11,
  tun,
  // Takes what is left.
  terminal,
];

/** Chooses for each channel of `session` who follows its content. */
export function channelHandlers(session: SshSession, limits: Limits, sink: Sink, openSession: Place['openSession']): ChannelHandlers {
  const later = (task: () => void) => session.later(task);
  return {
    handlerFor: (channel, kind) =>
      PROTOCOLS.find((p) => p.carries(kind, channel))?.follow({ session, channel, kind, limits, whole: session.whole, sink, later, openSession }),
  };
}
