/** Streams: forwarded connections, and commands that nobody knows better. Their first bytes say what runs inside; SSH is dissected in turn. */
import { concat } from '../bytes/concat.ts';
import { copyOf } from '../bytes/copy.ts';
import type { ChannelHandler } from '../ssh/connection/handler.ts';
import type { Channel, InnerMessage, Session, Side } from '../ssh/model.ts';
import type { SshPacket } from '../ssh/packet.ts';
import { problem } from '../wire/problem.ts';
import { initiatorOf, NestedSession } from './nested.ts';
import { Content } from './operations.ts';
import type { Place, Protocol } from './protocol.ts';
import { ENOUGH, SNIFFED, type Sniffed, sniff } from './sniff.ts';

const NOTHING: readonly InnerMessage[] = [];

/** Data that came before it was clear what runs inside: less than ENOUGH bytes. */
interface Held {
  readonly side: Side;
  readonly bytes: Uint8Array;
  readonly packet: SshPacket;
}

/** Follows a stream up to the point where it is known what it is, and on when that is SSH. */
export class StreamHandler implements ChannelHandler {
  readonly content: Content;
  private readonly place: Place;
  private nested: NestedSession | undefined;
  private held: Held[] = [];
  /** First bytes of a side that has not sent enough yet; undefined when it was looked at. */
  private readonly first: Record<Side, Uint8Array | undefined> = { client: new Uint8Array(0), server: new Uint8Array(0) };
  private deaf = false;

  /** `protocol` is what to call it while nothing better is known. */
  constructor(place: Place, protocol = 'stream', detail = '') {
    this.place = place;
    this.content = new Content(protocol, detail);
  }

  get listens(): boolean {
    return !this.deaf || this.nested !== undefined;
  }

  data(side: Side, bytes: Uint8Array, packet: SshPacket): readonly InnerMessage[] {
    if (this.nested !== undefined) this.nested.data(side, bytes, packet);
    else if (!this.deaf) this.look(side, bytes, packet);
    return NOTHING;
  }

  lose(): void {
    this.nested?.lose();
  }

  eof(side: Side): void {
    this.nested?.eof(side);
  }

  close(packet: SshPacket | undefined): void {
    this.held = [];
    if (this.nested === undefined) return;
    this.nested.close(packet);
    leave(this.place.session);
  }

  private look(side: Side, bytes: Uint8Array, packet: SshPacket): void {
    const before = this.first[side];
    if (before === undefined) return;
    const all = before.length === 0 ? bytes : concat([before, bytes.subarray(0, SNIFFED)]);
    this.held.push({ side, bytes, packet });
    if (all.length < ENOUGH) {
      this.first[side] = copyOf(all, 0, all.length);
      return;
    }
    this.first[side] = undefined;
    const found = sniff(side === initiatorOf(this.place.channel) ? 'a' : 'b', all);
    if (found !== undefined) this.found(found, packet);
    else if (this.first.client === undefined && this.first.server === undefined) this.stop();
    // What one side says does not tell; its bytes are no beginning of SSH.
    else this.held = this.held.filter((one) => one.side !== side);
  }

  private found({ protocol, detail }: Sniffed, packet: SshPacket): void {
    const { held } = this;
    this.stop();
    // What a channel is by its type or command it stays.
    if (this.content.protocol !== 'stream' && this.content.protocol !== protocol) return;
    this.content.protocol = protocol;
    this.content.detail = detail;
    if (protocol !== 'ssh' || !enter(this.place, packet)) return;
    this.nested = new NestedSession(this.place, held[0]?.packet ?? packet);
    this.content.session = this.nested.session;
    for (const one of held) this.nested.data(one.side, one.bytes, one.packet);
  }

  private stop(): void {
    this.held = [];
    this.deaf = true;
  }
}

// --- sessions inside sessions

/** Sessions that are open inside each outermost one. */
const open = new WeakMap<Session, number>();

function outermost(session: Session): { readonly root: Session; readonly depth: number } {
  let root = session;
  let depth = 1;
  for (; root.parent !== undefined; depth++) root = root.parent.session;
  return { root, depth };
}

/** Makes room for one more session inside the one of `place`; false when there is none, which is said. */
function enter({ session, limits }: Place, packet: SshPacket): boolean {
  const { root, depth } = outermost(session);
  const count = open.get(root) ?? 0;
  const full =
    depth > limits.nestedSessions
      ? `nestedSessions: ${limits.nestedSessions}`
      : count >= limits.innerSessions
        ? `innerSessions: ${limits.innerSessions}`
        : undefined;
  if (full === undefined) open.set(root, count + 1);
  else packet.problems.push(problem('limit', `the SSH session inside this channel is not dissected (limit ${full})`));
  return full === undefined;
}

function leave(session: Session): void {
  const { root } = outermost(session);
  open.set(root, (open.get(root) ?? 1) - 1);
}

// --- the channels that are streams

const FORWARDED: ReadonlySet<string> = new Set(['direct-tcpip', 'forwarded-tcpip', 'direct-streamlocal@openssh.com', 'forwarded-streamlocal@openssh.com']);

/** Connections of TCP and of Unix sockets (RFC 4254 section 7.2, openssh PROTOCOL section 2.4). */
export const forward: Protocol = {
  name: 'forward',
  carries: (kind) => kind.started === 'type' && FORWARDED.has(kind.name),
  follow: (place) => new StreamHandler(place),
};

/** A window on the display of the client (RFC 4254 section 6.3.2): who opened the channel speaks X11. */
export const x11: Protocol = {
  name: 'x11',
  carries: (kind) => kind.started === 'type' && kind.name === 'x11',
  follow: (place) => new StreamHandler(place, 'x11'),
};

/** IP packets or Ethernet frames (openssh PROTOCOL section 2.3). */
export const tun: Protocol = {
  name: 'tun',
  carries: (kind) => kind.started === 'type' && kind.name === 'tun@openssh.com',
  follow: ({ channel }) => ({ content: new Content('tun', tunnelOf(channel)) }),
};

function tunnelOf({ parameters: { tunnelMode } }: Channel): string {
  return tunnelMode === 1 ? 'IP packets' : tunnelMode === 2 ? 'Ethernet frames' : '';
}
