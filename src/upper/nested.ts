/** An SSH session inside a channel of another one: its connection, made of the data of the channel. */

import { printable } from '../bytes/printable.ts';
import { firstOf } from '../bytes/text.ts';
import type { Timestamp } from '../capture/frame.ts';
import type { Channel, Session, Side } from '../ssh/model.ts';
import type { SshPacket } from '../ssh/packet.ts';
import { Chunk, type End, type Endpoint, type Flow, type FlowHandler } from '../stream/chunk.ts';
import { problem } from '../wire/problem.ts';
import { originsOfPieces, pieceOf } from './framing.ts';
import type { Place } from './protocol.ts';

/** Characters of a host or path that stand for an address. */
const LONGEST = 255;

/** The connection that a channel carries. Its initiator, `a`, is who opened the channel, or the client of a session channel. */
class InnerFlow implements Flow {
  readonly stream: number;
  readonly ipVersion: 4 | 6;
  readonly a: Endpoint;
  readonly b: Endpoint;
  readonly initiator: End = 'a';
  readonly firstFrame: number;
  readonly start: Timestamp;
  lastFrame: number;
  last: Timestamp;
  frameCount = 0;

  constructor(outer: Session, channel: Channel, packet: SshPacket) {
    this.stream = outer.flow.stream;
    const { a, b } = endpointsOf(outer, channel);
    this.a = a;
    this.b = b;
    this.ipVersion = b.address.includes(':') ? 6 : 4;
    this.firstFrame = packet.frame;
    this.lastFrame = packet.frame;
    this.start = packet.time;
    this.last = packet.time;
  }

  /** The channel began with it. */
  beginningKnown(): boolean {
    return true;
  }

  /** `packet` brought data. */
  seen(packet: SshPacket): void {
    if (packet.frame !== this.lastFrame || this.frameCount === 0) this.frameCount++;
    this.lastFrame = packet.frame;
    this.last = packet.time;
  }
}

/** Feeds the data of a channel to the session inside it. */
export class NestedSession {
  readonly session: Session;
  private readonly flow: InnerFlow;
  private readonly handler: FlowHandler;
  private readonly place: Place;
  private readonly offsets: Record<Side, number> = { client: 0, server: 0 };

  /** Opens a session for the connection in the channel of `place`, whose first data is in `packet`. */
  constructor(place: Place, packet: SshPacket) {
    this.place = place;
    this.flow = new InnerFlow(place.session, place.channel, packet);
    const { session, handler } = place.openSession(this.flow, { session: place.session, channel: place.channel });
    this.session = session;
    this.handler = handler;
  }

  /** `side` of the channel sent `bytes` in `packet`. What they tell comes after the packet itself. */
  data(side: Side, bytes: Uint8Array, packet: SshPacket): void {
    const now = { frame: packet.frame, ...packet.time };
    const origins = originsOfPieces([pieceOf(packet, 0, bytes.length, 0)]);
    const chunk = new Chunk(this.endOf(side), this.offsets[side], bytes, 0, bytes.length, now, origins, undefined, packet.inflated === undefined);
    this.offsets[side] += bytes.length;
    this.place.later(() => {
      this.flow.seen(packet);
      this.handler.data(chunk);
    });
  }

  /** Messages of the outer session are missing: nobody knows how many bytes of this one they held. */
  lose(): void {
    const { number } = this.place.session;
    const missing = problem('gap', `messages of session ${number} are missing here, and with them maybe bytes of this session`, { frame: this.flow.lastFrame });
    for (const from of ['a', 'b'] as const) this.handler.problem(missing, from);
  }

  eof(side: Side): void {
    this.place.later(() => this.handler.closed?.(this.endOf(side)));
  }

  /** The channel is closed; without `packet` since the outer session ended. */
  close(packet: SshPacket | undefined): void {
    const how = packet === undefined ? (this.place.session.ended ?? 'capture') : 'fin';
    if (packet === undefined) this.handler.end(how);
    else this.place.later(() => this.handler.end(how));
  }

  private endOf(side: Side): End {
    return side === initiatorOf(this.place.channel) ? 'a' : 'b';
  }
}

/** Who began the connection that `channel` carries. */
export function initiatorOf(channel: Channel): Side {
  return channel.type === 'session' ? 'client' : channel.opener;
}

/** What the opening of the channel, or its command, says of the two ends. Host names are peer text and made printable here. */
function endpointsOf(outer: Session, { parameters, command }: Channel): { readonly a: Endpoint; readonly b: Endpoint } {
  const { originatorAddress, originatorPort, hostToConnect, portToConnect, addressConnected, portConnected, socketPath } = parameters;
  const a = originatorAddress === undefined ? { address: outer.client.address, port: 0 } : endpoint(originatorAddress, originatorPort);
  if (socketPath !== undefined) return { a, b: endpoint(socketPath, 0) };
  const b =
    hostToConnect === undefined && addressConnected === undefined
      ? targetOf(command ?? '')
      : endpoint(hostToConnect ?? addressConnected, portToConnect ?? portConnected);
  return { a, b };
}

function endpoint(host: unknown, port: unknown): Endpoint {
  return {
    address: typeof host === 'string' && host !== '' ? printable(firstOf(host, LONGEST)) : '?',
    port: typeof port === 'number' && port < 65_536 ? port : 0,
  };
}

/** Where a command that carries a connection leads: `nc host 22`, `ssh -W host:22 gate`. */
function targetOf(command: string): Endpoint {
  const text = command.slice(0, 1024);
  const [, host, port] = / -W ?\[?([^\s\]]+)\]?:(\d{1,5})\b/.exec(text) ?? /(?:nc|ncat|netcat|connect|socat)\b.* (\S+)[ :](\d{1,5})\s*$/.exec(text) ?? [];
  return endpoint(host, Number(port ?? 0));
}
