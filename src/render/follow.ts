/** What the forms of `follow` share: which data is wanted, what a channel is called, and why there is nothing to follow. */
import { printable } from '../bytes/printable.ts';
import type { Channel, Packet, Session, Side } from '../ssh/model.ts';
import { channelTitle } from './login-text.ts';
import type { RenderOptions, Stream } from './renderer.ts';
import { grouped } from './text.ts';

const DATA = 94;
const EXTENDED_DATA = 95;
const CLOSE = 97;
const REQUEST = 98;

/** Data that one packet carries. */
export interface ChannelData {
  readonly channel: Channel;
  readonly side: Side;
  readonly stream: Stream;
  readonly bytes: Uint8Array;
}

/** The data in `p`, when it is of a channel that is wanted. */
export function dataOf(p: Packet, options: RenderOptions): ChannelData | undefined {
  const { channel, side, number } = p;
  if (channel === undefined || (number !== DATA && number !== EXTENDED_DATA) || !isWanted(channel, options)) return undefined;
  const bytes = p.value?.data instanceof Uint8Array ? p.value.data : hiddenDataOf(p);
  if (bytes === undefined) return undefined;
  return { channel, side, stream: number === EXTENDED_DATA ? 'stderr' : side, bytes };
}

/** Data with a secret in it, as it stands in the packet that is shown without: behind type, channel, (data type) and length. */
function hiddenDataOf({ secret, number, inflated, plain, payload }: Packet): Uint8Array | undefined {
  if (!secret) return undefined;
  const bytes = inflated?.bytes ?? plain.bytes.subarray(payload?.start ?? 0, payload?.end ?? 0);
  return bytes.subarray(number === EXTENDED_DATA ? 13 : 9);
}

/** Whether `channel` was asked for. */
export function isWanted(channel: Channel, options: RenderOptions): boolean {
  return options.channel === undefined || options.channel === channel.id;
}

/** Whether a terminal was asked for, and not refused. */
export function onTerminal(c: Channel): boolean {
  return c.terminal !== undefined && !c.requests.some((r) => r.name === 'pty-req' && r.outcome === 'failure');
}

/** The channel that `p` closed for good. */
export function closedBy(p: Packet): Channel | undefined {
  return p.number === CLOSE && p.channel?.state === 'closed' ? p.channel : undefined;
}

/** Characters of a terminal. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** The size that the terminal of its channel has from `p` on, when `p` says one (RFC 4254 sections 6.2 and 6.7). */
export function sizeIn(p: Packet): Size | undefined {
  const { requestType, widthCharacters, heightRows } = p.value ?? {};
  if (p.number !== REQUEST || (requestType !== 'pty-req' && requestType !== 'window-change')) return undefined;
  return typeof widthCharacters === 'number' && typeof heightRows === 'number' ? { columns: widthCharacters, rows: heightRows } : undefined;
}

/** `Session 1, channel 0: shell as "student", terminal xterm 80x24`. */
export function channelHeading(s: Session, c: Channel): string {
  const { user, outcome } = s.authentication;
  const as = user === undefined || outcome !== 'success' ? '' : ` as ${JSON.stringify(printable(user.slice(0, 64)))}`;
  const inner = c.content?.session;
  return `${channelName(s, c)} ${channelTitle(c)}${as}${inner === undefined ? '' : `, SSH: session ${inner.number}`}`;
}

/** `Session 1, channel 0:`. */
export function channelName(s: Session, c: Channel): string {
  return `Session ${s.number}, channel ${c.id}:`;
}

/** How a channel ended, and how much went over it. */
export function channelEnding(c: Channel): string {
  const status = c.exitStatus === undefined ? [] : [`exit status ${c.exitStatus}`];
  const signal = c.exitSignal === undefined ? [] : [`ended by signal ${printable(c.exitSignal.slice(0, 32))}`];
  const extended = c.extendedBytes.client + c.extendedBytes.server;
  const stderr = extended === 0 ? '' : `, ${grouped(extended)} on stderr`;
  const bytes = `${grouped(c.bytes.client)} bytes up, ${grouped(c.bytes.server)} down${stderr}`;
  const open = c.state === 'closed' ? [] : ['not closed'];
  return `Channel ${c.id}: ${[...status, ...signal, bytes, ...open].join(', ')}`;
}

/** Why nothing of `s` was printed; `otherwise` is the reason when its channels were read and just hold nothing of the kind. */
export function nothingToFollow(s: Session, options: RenderOptions, otherwise?: string): string {
  return `Session ${s.number}: nothing to follow: ${reasonOf(s, options, otherwise)}\n`;
}

function reasonOf(s: Session, options: RenderOptions, otherwise: string | undefined): string {
  if (s.protocol === 1) return 'SSH-1 is not decrypted';
  const closed = [s.server, s.client].map((party) => party.decryption).find((d) => d.bytes > 0 && d.decrypted === 0);
  if (closed !== undefined) return closed.reason === '' ? 'it is not decrypted' : printable(closed.reason);
  if (s.channels.length === 0) return 'no channel was opened';
  if (options.channel !== undefined && !s.channels.some((c) => c.id === options.channel))
    return s.channels.length === 1
      ? `it has no channel ${options.channel}, only 0`
      : `it has no channel ${options.channel}, only 0 to ${s.channels.length - 1}`;
  return otherwise ?? (options.channel === undefined ? 'no data went over its channels' : `no data went over channel ${options.channel}`);
}
