/** Compression agreed on once more by the extension delay-compression, which begins behind messages of its own (RFC 8308 section 3.2). */
import { problem } from '../wire/problem.ts';
import { compression } from './crypto/compression.ts';
import { PacketInflater } from './crypto/inflate.ts';
import type { Direction } from './direction.ts';
import type { Side } from './model.ts';
import type { SshPacket } from './packet.ts';
import { peer } from './roles.ts';
import type { SshSession } from './session.ts';
import { useCompression } from './unpack.ts';

const NAME = 'delay-compression';

/** What one side offers: for what each side sends the compressions, best first. */
export type CompressionOffer = Readonly<Record<Side, readonly string[]>>;

/** The offer in the extensions of an EXT_INFO, as they were decoded; undefined when it makes none, or none that can be read. */
export function compressionOffer(extensions: unknown): CompressionOffer | undefined {
  const list = Array.isArray(extensions) ? (extensions as readonly ({ readonly extensionName?: string; readonly extensionValue?: unknown } | undefined)[]) : [];
  const value = list.find((e) => e?.extensionName === NAME)?.extensionValue as Readonly<Record<string, unknown>> | undefined;
  const { compressionAlgorithmsClientToServer: client, compressionAlgorithmsServerToClient: server } = value ?? {};
  return Array.isArray(client) && Array.isArray(server) ? { client: client.map(String), server: server.map(String) } : undefined;
}

/** The compression that both offers agree on for what `side` sends: the client's first that the server has too (RFC 4253 section 7.1). */
export function agreedCompression(client: CompressionOffer, server: CompressionOffer, side: Side): string | undefined {
  return client[side].find((name) => server[side].includes(name));
}

/**
 * Each exchange begins its compression anew (RFC 4253 section 6.2), a delayed one of the client when its stream shows. Once the
 * user is known, it takes the place of what the extension agreed on (RFC 8308 section 3.2.2).
 */
export function startCompression(session: SshSession, d: Direction, name = 'none'): void {
  const delayed = compression(name)?.delayed === true;
  const waits = delayed && !(session.authenticated && session.sideOf(d.end) === 'server');
  useCompression(session, d, waits ? 'none' : name);
  d.inflateAfterLogin = delayed || (!session.authenticated && mayBegin(session, d));
}

/** Keeps what an EXT_INFO of `d` offers; a second one takes the place of the first (RFC 8308 section 2.4). */
export function noteOffer(session: SshSession, d: Direction, extensions: unknown): void {
  d.compressionOffer = compressionOffer(extensions);
  if (d.compressionOffer === undefined) return;
  // From here on compression may begin, also where the message that it begins behind is lost.
  for (const t of [session.a, session.b]) t.inflateAfterLogin ||= mayBegin(session, t);
}

/** USERAUTH_SUCCESS: what the server sends next is the first under a compression that waits for the login; `asked` when the request that it answers was read. */
export function compressAfterLogin(session: SshSession, d: Direction, packet: SshPacket, asked: boolean): void {
  settle(session, asked);
  const offers = offersOf(session);
  if (offers !== undefined) begin(session, d, packet, agreedCompression(offers.client, offers.server, 'server'));
  // The client begins at a packet of its own, which shows by its zlib header: its packets may be read later than this one.
  else if (isDelayed(session, d)) d.inflater ??= new PacketInflater(session.limits.inflatedBytes);
}

/** NEWCOMPRESS: what its sender, the client, sends next is the first under the compression agreed on. */
export function compressAnew(session: SshSession, d: Direction, packet: SshPacket): void {
  const side = session.sideOf(d.end);
  if (side === 'server' || (d.compressionOffer === undefined && !d.lossy && d.identification !== undefined)) {
    const who = side === 'server' ? 'the server, and only a client sends it' : `a client that did not offer ${NAME}`;
    packet.problems.push(problem('unexpected', `SSH_MSG_NEWCOMPRESS of ${who}`, { rfc: '8308#3.2' }));
    return;
  }
  const offers = offersOf(session);
  if (offers !== undefined) begin(session, d, packet, agreedCompression(offers.client, offers.server, side));
  else {
    // What the other side offered was not read: a zlib stream shows itself.
    d.inflater = undefined;
    d.inflateAfterLogin = true;
  }
}

/** From the next packet on `d` is compressed by `name`; a stream that runs already ends. */
function begin(session: SshSession, d: Direction, packet: SshPacket, name: string | undefined): void {
  if (name === undefined) {
    const what = `${NAME}: the two offers have no compression in common for what the ${session.sideOf(d.end)} sends, so that they have to disconnect`;
    session.report(problem('unexpected', what, { frame: packet.frame, rfc: '8308#3.2' }));
    return;
  }
  useCompression(session, d, name);
}

/** When one side was read up to the login and made no offer, that of the other has no effect. */
function settle(session: SshSession, asked: boolean): void {
  const both = [session.a, session.b];
  const unread = (d: Direction) => d.lossy || d.opener === undefined || (session.sideOf(d.end) === 'client' && !asked);
  if (both.every((d) => d.compressionOffer !== undefined || unread(d))) return;
  for (const d of both) d.inflateAfterLogin = isDelayed(session, d);
}

/** Whether the key exchange agreed on a compression that waits for the login. */
function isDelayed(session: SshSession, d: Direction): boolean {
  const algorithms = session.exchanges[d.epoch - 1]?.negotiation?.[session.sideOf(d.end)];
  return compression(algorithms?.compression ?? 'none')?.delayed === true;
}

/** Both offers, when both were made. */
function offersOf(session: SshSession): Readonly<Record<Side, CompressionOffer>> | undefined {
  const client = session.direction(session.endOf('client')).compressionOffer;
  const server = session.direction(session.endOf('server')).compressionOffer;
  return client === undefined || server === undefined ? undefined : { client, server };
}

/** Whether `d` may come to be compressed, by the offers seen so far. */
function mayBegin(session: SshSession, d: Direction): boolean {
  const side = session.sideOf(d.end);
  const other = session.direction(peer(d.end)).compressionOffer;
  const seen = [d.compressionOffer, other].filter((o) => o !== undefined);
  return seen.length > 0 && seen.every((o) => o[side].some((name) => compression(name)?.compresses !== false));
}
