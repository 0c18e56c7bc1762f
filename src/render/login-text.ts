/** Logins and channels in words, for the summary of a session. */
import { shorten } from '../bytes/printable.ts';
import { startRefused } from '../ssh/connection/channel.ts';
import type { Authentication, Channel, LoginAttempt, Session, Transfer } from '../ssh/model.ts';
import { count, endpointText, grouped } from './text.ts';

/** Attempts and channels listed for one session. */
const SHOWN = 20;
const NAME_SHOWN = 64;
const COMMAND_SHOWN = 200;

/** Who tried to log in, how, and with which outcome; nothing when that is not known. */
export function loginLines(a: Authentication): string[] {
  if (a.attempts.length === 0) return [];
  const user = a.user === undefined ? '' : ` as ${JSON.stringify(shorten(a.user, NAME_SHOWN))}`;
  const heading: Record<Authentication['outcome'], string> = {
    success: `logged in${user}`,
    failure: `not logged in${user}`,
    unknown: `outcome not known${user}`,
  };
  return [heading[a.outcome], ...bounded(a.attempts, attemptText)];
}

function attemptText(a: LoginAttempt): string {
  const key = a.key === undefined ? '' : `, ${shorten(a.key.type, NAME_SHOWN)} ${a.key.fingerprint}`;
  const authority = a.key?.authority === undefined ? '' : `, certified by ${shorten(a.key.authority.key, 120)} (signature ${a.key.authority.verdict})`;
  const why = a.signature === undefined || a.signature.verdict === 'valid' ? '' : ` (${a.signature.reason})`;
  const signature = a.signature === undefined ? '' : `, signature ${a.signature.verdict}${why}`;
  const prompts = a.prompts === 0 ? '' : `, ${count(a.prompts, 'prompt')}`;
  return `${a.outcome}: ${shorten(a.method, NAME_SHOWN)}${prompts}${signature}${key}${authority}`;
}

/** What each channel was for, and how much went over it. */
export function channelLines(s: Session): string[] {
  return bounded(s.channels, channelText);
}

/** What a channel is for: `session exec "ls"`, `session shell, terminal xterm 80x24`, `direct-tcpip 10.0.0.1:80`. */
export function channelTitle(c: Channel): string {
  const started = c.command !== undefined ? `exec ${JSON.stringify(shorten(c.command, COMMAND_SHOWN))}` : (subsystemText(c) ?? parametersText(c));
  const terminal = c.terminal === undefined ? '' : `, terminal ${shorten(c.terminal.term, 32)} ${c.terminal.columns}x${c.terminal.rows}`;
  return `${shorten(c.type, NAME_SHOWN)}${started === '' ? '' : ` ${started}`}${terminal}`;
}

function channelText(c: Channel): string {
  const refused = c.refusal !== undefined ? `, refused: ${shorten(c.refusal, 120)}` : startRefused(c) ? ', refused' : '';
  const status = c.exitStatus === undefined ? '' : `, exit status ${c.exitStatus}`;
  const signal = c.exitSignal === undefined ? '' : `, ended by signal ${shorten(c.exitSignal, 32)}`;
  const sent = (side: 'client' | 'server') => grouped(c.bytes[side] + c.extendedBytes[side]);
  const bytes = c.refusal === undefined ? `, ${sent('client')} bytes up, ${sent('server')} down` : '';
  const content = contentText(c);
  return `${c.id}: ${channelTitle(c)}${refused}${content === '' ? '' : `, ${content}`}${bytes}${status}${signal}`;
}

/** Contents that the title of their channel tells already. */
const PLAIN: ReadonlySet<string> = new Set(['terminal', 'stream']);

/** What a channel carries: `http: GET / HTTP/1.1`, `SSH: session 2`, `sftp: version 3, 12 operations, 1 failed`; nothing when there is no more to say. */
function contentText(c: Channel): string {
  const { content } = c;
  if (content === undefined || PLAIN.has(content.protocol)) return '';
  if (content.session !== undefined) return `SSH: session ${content.session.number}`;
  const { protocol, detail, operations } = content;
  const failed = operations.filter((o) => o.succeeded === false).length;
  const many = operations.length === 0 ? [] : [count(operations.length, 'operation'), ...(failed === 0 ? [] : [`${failed} failed`])];
  if (protocol === c.type && detail === '') return '';
  const words = [...(detail === '' ? [] : [shorten(detail, COMMAND_SHOWN)]), ...many].join(', ');
  return words === '' ? shorten(protocol, NAME_SHOWN) : `${shorten(protocol, NAME_SHOWN)}: ${words}`;
}

/** The files that moved, a line each. */
export function transferLines(s: Session): string[] {
  return bounded(
    s.channels.flatMap((c) => c.content?.transfers ?? []),
    transferText,
  );
}

function transferText(t: Transfer): string {
  const size = t.size === undefined || t.size === t.bytes ? '' : ` of ${grouped(t.size)}`;
  const note = t.note === '' ? '' : `: ${shorten(t.note, 160)}`;
  return `${t.direction} ${JSON.stringify(shorten(t.path, COMMAND_SHOWN))}, ${grouped(t.bytes)}${size} bytes, ${t.complete ? 'complete' : 'not complete'}${note}`;
}

export function subsystemText(c: Channel): string | undefined {
  if (c.subsystem !== undefined) return `subsystem ${JSON.stringify(shorten(c.subsystem, NAME_SHOWN))}`;
  return c.requests.some((r) => r.name === 'shell') ? 'shell' : undefined;
}

/** Where a forwarded connection goes. */
export function parametersText(c: Channel): string {
  const { hostToConnect, portToConnect, addressConnected, portConnected, socketPath } = c.parameters;
  if (typeof socketPath === 'string') return JSON.stringify(shorten(socketPath, NAME_SHOWN));
  const [address, port] = [hostToConnect ?? addressConnected, portToConnect ?? portConnected];
  return typeof address === 'string' && typeof port === 'number' ? endpointText({ address: shorten(address, NAME_SHOWN), port }) : '';
}

function bounded<T>(list: readonly T[], text: (one: T) => string): string[] {
  const lines = list.slice(0, SHOWN).map(text);
  return list.length > SHOWN ? [...lines, `and ${list.length - SHOWN} more`] : lines;
}
