/** All protocols inside channels, in the order in which they are asked. */
import type { Limits } from '../limits.ts';
import type { ChannelHandlers } from '../ssh/connection/handler.ts';
import type { Session, Sink } from '../ssh/model.ts';
import type { Place, Protocol } from './protocol.ts';
import { SCP } from './scp/index.ts';
import { SFTP } from './sftp/index.ts';

export const PROTOCOLS: readonly Protocol[] = [SFTP, SCP];

/** Chooses for each channel of `session` who follows its content. */
export function channelHandlers(session: Session, limits: Limits, sink: Sink, openSession: Place['openSession']): ChannelHandlers {
  return {
    handlerFor: (channel, kind) => PROTOCOLS.find((p) => p.carries(kind, channel))?.follow({ session, channel, kind, limits, sink, openSession }),
  };
}
