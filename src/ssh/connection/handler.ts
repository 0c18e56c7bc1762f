/** What wants to follow the content of channels: SFTP, terminals, forwarded connections. Implemented above this folder. */
import type { Channel, ChannelContent, InnerMessage, Side } from '../model.ts';
import type { SshPacket } from '../packet.ts';

/**
 * Follows one channel. Bytes are views of the packet: what is kept beyond it must be copied. A handler is called before
 * the packet reaches the sink; side, number and time of the packet are known, and problems may be added to it.
 */
export interface ChannelHandler {
  /** What is known of the content; grows while the channel is read. */
  readonly content: ChannelContent;
  /** False once it has seen enough: `data` need not be called any more. */
  readonly listens?: boolean;
  /** `side` sent data. Gives the messages that end in it. */
  data?(side: Side, bytes: Uint8Array, packet: SshPacket): readonly InnerMessage[];
  /** `side` sent data of another stream; type 1 is stderr. */
  extended?(side: Side, type: number, bytes: Uint8Array, packet: SshPacket): void;
  /** `side` asked for something; `value` holds the fields of the request. */
  request?(side: Side, name: string, value: Readonly<Record<string, unknown>>, packet: SshPacket): void;
  /** The oldest unanswered request of `side` was answered. */
  reply?(side: Side, name: string, granted: boolean, packet: SshPacket): void;
  /** `side` will send no more data. */
  eof?(side: Side, packet: SshPacket): void;
  /** Messages of the session are missing from here on: data of either side may have a hole. */
  lose?(): void;
  /** Both sides closed the channel, or the session ended (then without a packet). */
  close?(packet: SshPacket | undefined): void;
}

/** Which protocol a channel carries: its type, or for a session channel what was started on it. */
export type ChannelKind =
  | { readonly started: 'type'; readonly name: string }
  | { readonly started: 'shell' }
  | { readonly started: 'exec'; readonly name: string }
  | { readonly started: 'subsystem'; readonly name: string };

/** Chooses who follows a channel. Asked once it is known what a channel carries: for a session when something is started on it. */
export interface ChannelHandlers {
  handlerFor(channel: Channel, kind: ChannelKind): ChannelHandler | undefined;
}
