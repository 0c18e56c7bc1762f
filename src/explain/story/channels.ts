/** Chapter: what the connection was used for. */
import { count, enumerated, grouped } from '../../bytes/words.ts';
import { startRefused } from '../../ssh/connection/channel.ts';
import type { Channel, Operation, Transfer } from '../../ssh/model.ts';
import { type Notes, packetAt } from '../note.ts';
import { name, type Tale, type Teller } from './tale.ts';

/** Channels, and transfers of each, that are told one by one. */
const MOST_TOLD = 12;

export const channels: Teller = {
  id: 'channels',
  title: () => 'Channels: what the connection was used for',
  tell(tale, notes) {
    const { session } = tale;
    if (session.channels.length === 0) return;
    const opened = tale.packets.find((p) => p.number === 90);
    notes.say(
      'student',
      'rule',
      'After the login the connection carries channels, many at a time: shells, commands, forwarded ports. Each side gives each channel a number of its own, and a window: how many bytes the other may send before it is allowed more.',
      [opened === undefined ? undefined : packetAt(opened), '4254#5'],
    );
    for (const channel of session.channels.slice(0, MOST_TOLD)) tellChannel(tale, notes, channel);
    if (session.channels.length > MOST_TOLD)
      notes.say('brief', 'read', `There were ${count(session.channels.length - MOST_TOLD, 'more channel')}.`, ['4254#5.1']);
  },
};

function tellChannel(tale: Tale, notes: Notes, c: Channel): void {
  const of = (...numbers: readonly number[]) => tale.packets.filter((p) => p.channel === c && numbers.includes(p.number ?? 0)).map(packetAt);
  notes.say('brief', 'read', `${capital(purpose(c))}. ${fate(c)}`, [...of(90, 91, 92), '4254#5.1']);
  const asked = c.requests.map((r) => `${name(r.name)}${r.outcome === 'failure' ? ' (refused)' : ''}`);
  if (asked.length > 0) notes.say('student', 'read', `Requests on it, in their order: ${enumerated(asked, 12)}.`, [...of(98), '4254#5.4']);
  if (c.environment.length > 0) {
    const list = c.environment.slice(0, 8).map((e) => `${name(e.name, 40)}=${name(e.value, 60)}`);
    notes.say('student', 'read', `Variables that the client set: ${enumerated(list, 8)}.`, ['4254#6.4']);
  }
  tellContent(notes, c);
}

/** What the channel was for, as the peers said it. */
function purpose(c: Channel): string {
  const who = c.opener === 'client' ? 'the client' : 'the server';
  if (c.type === 'session') {
    const terminal = c.terminal === undefined ? '' : ` on a terminal ${name(c.terminal.term, 32)} of ${c.terminal.columns} columns and ${c.terminal.rows} rows`;
    const refused = startRefused(c);
    if (c.command !== undefined) return `${who} ${refused ? 'asked to run' : 'ran'} a command${terminal}: "${name(c.command, 200)}"`;
    if (c.subsystem !== undefined) return `${who} ${refused ? 'asked for' : 'started'} the subsystem "${name(c.subsystem)}"`;
    return c.requests.some((r) => r.name === 'shell')
      ? `${who} ${refused ? 'asked for' : 'started'} a shell${terminal}`
      : `${who} opened a session channel and ran nothing on it`;
  }
  const { hostToConnect, portToConnect, addressConnected, portConnected, socketPath } = c.parameters;
  const [host, port] = [hostToConnect ?? addressConnected, portToConnect ?? portConnected];
  const target =
    typeof socketPath === 'string' ? ` to the socket ${name(socketPath)}` : typeof host === 'string' ? ` for ${name(host)} port ${String(port ?? '?')}` : '';
  return `${who} opened a channel of the type ${name(c.type)}${target}`;
}

function fate(c: Channel): string {
  if (c.state === 'refused') return `It was refused: ${name(c.refusal, 120)}.`;
  if (startRefused(c)) return 'The server refused.';
  const up = c.bytes.client + c.extendedBytes.client;
  const down = c.bytes.server + c.extendedBytes.server;
  const moved = `${grouped(up)} bytes went from the client to the server and ${grouped(down)} back`;
  const end =
    c.exitSignal !== undefined
      ? `; it ended by the signal ${name(c.exitSignal, 32)}`
      : c.exitStatus !== undefined
        ? `; it ended with exit status ${c.exitStatus}`
        : '';
  return `${capital(moved)}${end}.`;
}

/** Where the protocols inside channels are defined. */
const PROTOCOLS: Readonly<Record<string, string>> = {
  sftp: 'draft-ietf-secsh-filexfer-02',
  agent: 'draft-ietf-sshm-ssh-agent',
  x11: '4254#6.3',
  terminal: '4254#6.2',
  ssh: '4253#4',
};

function tellContent(notes: Notes, { content }: Channel): void {
  if (content === undefined) return;
  const section = PROTOCOLS[content.protocol] ?? '4254#5.2';
  const detail = content.detail === '' ? '' : `, ${name(content.detail, 120)}`;
  const inner = content.session === undefined ? '' : ` This is session ${content.session.number} of this capture.`;
  if (content.protocol !== 'stream') notes.say('student', 'read', `What it carries: ${name(content.protocol)}${detail}.${inner}`, [section]);
  if (content.operations.length > 0)
    notes.say(
      'student',
      'read',
      `What was done in it (${count(content.operations.length, 'operation')}):`,
      [section],
      bounded(content.operations, operationText),
    );
  for (const t of content.transfers.slice(0, MOST_TOLD)) notes.say('brief', 'read', transferText(t), [section]);
  if (content.transfers.length > MOST_TOLD)
    notes.say('brief', 'read', `There were ${count(content.transfers.length - MOST_TOLD, 'more transfer')}.`, [section]);
}

function operationText(o: Operation): string {
  return `frame ${String(o.frame).padEnd(6)} ${name(o.summary, 60)}${o.succeeded === false ? ` (${name(o.status ?? 'failed', 32)})` : ''}`;
}

function transferText(t: Transfer): string {
  const way = t.direction === 'upload' ? 'to the server' : 'to the client';
  const whole = t.complete ? 'whole' : `not whole${t.note === '' ? '' : `: ${name(t.note, 120)}`}`;
  return `The file "${name(t.path, 120)}" went ${way} by ${t.protocol.toUpperCase()}: ${count(t.bytes, 'byte')}, ${whole}.`;
}

function bounded<T>(list: readonly T[], text: (one: T) => string): string[] {
  const lines = list.slice(0, MOST_TOLD).map(text);
  return list.length > MOST_TOLD ? [...lines, `and ${list.length - MOST_TOLD} more`] : lines;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
