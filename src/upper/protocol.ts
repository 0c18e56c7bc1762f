/** What the table of protocols inside channels is made of. */
import type { Limits } from '../limits.ts';
import type { ChannelHandler, ChannelKind } from '../ssh/connection/handler.ts';
import type { Channel, Session, Sink } from '../ssh/model.ts';
import type { Flow, FlowHandler } from '../stream/chunk.ts';

/** The channel that is to be followed, and who takes what is found. */
export interface Place {
  readonly session: Session;
  readonly channel: Channel;
  readonly kind: ChannelKind;
  readonly limits: Limits;
  /** All messages of the session so far were read, so that those that are not there were not sent. */
  readonly whole: boolean;
  readonly sink: Sink;
  /** Does `task` when the packet that is being taken has reached the sink. */
  readonly later: (task: () => void) => void;
  /** Opens a session for the SSH connection that runs inside the channel; its number is given by the one who counts sessions. */
  readonly openSession: (flow: Flow, parent: { readonly session: Session; readonly channel: Channel }) => InnerSession;
}

/** A session inside a channel, and who takes its bytes. */
export interface InnerSession {
  readonly session: Session;
  readonly handler: FlowHandler;
}

/** A protocol that runs inside channels. */
export interface Protocol {
  readonly name: string;
  /** True when a channel of this kind carries it. */
  carries(kind: ChannelKind, channel: Channel): boolean;
  /** Who follows a channel of this kind. */
  follow(place: Place): ChannelHandler;
}
