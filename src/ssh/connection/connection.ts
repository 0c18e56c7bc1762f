/** The connection protocol of one session: global requests and channels (RFC 4254). */
import type { Side } from '../model.ts';
import type { SshPacket } from '../packet.ts';
import { Channels } from './channels.ts';
import { GlobalRequests } from './global.ts';
import type { ChannelHandlers } from './handler.ts';
import type { ConnectionSession } from './session.ts';

const GLOBAL_REQUEST = 80;
const REQUEST_SUCCESS = 81;
const REQUEST_FAILURE = 82;
const CHANNEL_OPEN = 90;

/** Follows messages 80 to 100 of both sides, in the order in which they became readable. */
export class Connection {
  readonly global: GlobalRequests;
  readonly channels: Channels;
  private readonly windowless = new Set<Side>();

  constructor(session: ConnectionSession, handlers?: ChannelHandlers) {
    this.global = new GlobalRequests(session);
    this.channels = new Channels(session, handlers);
  }

  /** Takes message `number` of `side`, which was opened and is the session's packet `index`. */
  take(packet: SshPacket, number: number, side: Side, index: number): void {
    if (packet.cut) return;
    if (number >= CHANNEL_OPEN) this.channels.take(packet, number, side, index);
    else if (number === GLOBAL_REQUEST) this.global.request(packet, side, index);
    else if (number === REQUEST_SUCCESS || number === REQUEST_FAILURE) this.global.answer(packet, side, number === REQUEST_SUCCESS);
  }

  /** `side` sent the extension no-flow-control: when both do, windows are without limit (RFC 8308 section 3.3). */
  withoutWindows(side: Side): void {
    this.windowless.add(side);
    this.channels.unlimited = this.windowless.size === 2;
  }

  /** Messages are missing. */
  lose(): void {
    this.global.lose();
    this.channels.lose();
  }
}
