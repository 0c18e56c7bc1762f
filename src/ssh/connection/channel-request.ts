/** Requests on a channel: what they tell of it, and which reply belongs to which (RFC 4254 section 5.4). */
import { firstOf } from '../../bytes/text.ts';
import type { Limits } from '../../limits.ts';
import { problem } from '../../wire/problem.ts';
import type { Side } from '../model.ts';
import type { SshPacket } from '../packet.ts';
import type { TextBudget } from './budget.ts';
import type { ChannelState, OpenRequest } from './channel.ts';
import type { ChannelHandlers, ChannelKind } from './handler.ts';
import { peer } from './peer.ts';
import type { ConnectionSession } from './session.ts';

type Value = Readonly<Record<string, unknown>>;

/** CHANNEL_REQUEST of `side`, packet `index` of the session. */
export function takeRequest(
  channel: ChannelState,
  packet: SshPacket,
  value: Value,
  side: Side,
  index: number,
  handlers: ChannelHandlers | undefined,
  limits: Limits,
  budget: TextBudget,
): void {
  const { requestType, wantReply } = value;
  if (typeof requestType !== 'string') return;
  const name = firstOf(requestType, 64);
  const request: OpenRequest = { name, side, outcome: wantReply === true ? 'unknown' : 'none', packet: index };
  if (channel.requests.length < limits.channelRequests) channel.requests.push(request);
  if (wantReply === true) {
    const pending = channel.pending[side];
    if (pending.length >= limits.pendingRequests) {
      pending.length = 0;
      packet.problems.push(
        problem('limit', 'too many requests of a channel without an answer: which answer belongs to which is no longer told (limit pendingRequests)'),
      );
    }
    pending.push(request);
  }
  learn(channel, name, value, limits, (text) => budget.keep(text, packet));
  const kind = kindOf(name, channel);
  if (kind !== undefined) channel.follow(handlers?.handlerFor(channel, kind));
  channel.handler?.request?.(side, name, value, packet);
}

/** CHANNEL_SUCCESS or CHANNEL_FAILURE of `side`. */
export function takeReply(channel: ChannelState, packet: SshPacket, side: Side, granted: boolean, session: ConnectionSession): void {
  const request = channel.pending[peer(side)].shift();
  if (request === undefined) {
    if (session.sure) packet.problems.push(problem('unexpected', 'an answer, and no request of this channel that waits for one', { rfc: '4254#5.4' }));
    return;
  }
  request.outcome = granted ? 'success' : 'failure';
  packet.answers = request.packet;
  packet.context = request.name;
  channel.handler?.reply?.(request.side, request.name, granted, packet);
}

/** What is started on the channel by a request called `name`. */
function kindOf(name: string, channel: ChannelState): ChannelKind | undefined {
  if (name === 'shell') return { started: 'shell' };
  if (name === 'exec') return { started: 'exec', name: channel.command ?? '' };
  return name === 'subsystem' ? { started: 'subsystem', name: channel.subsystem ?? '' } : undefined;
}

/** What a request tells of its channel. */
function learn(channel: ChannelState, name: string, value: Value, limits: Limits, keep: (text: string) => string): void {
  const text = (field: string) => {
    const v = value[field];
    return typeof v === 'string' ? keep(v) : undefined;
  };
  const count = (field: string) => (typeof value[field] === 'number' ? value[field] : undefined);
  if (name === 'exec') channel.command = text('command');
  else if (name === 'subsystem') channel.subsystem = text('subsystemName');
  else if (name === 'env' && channel.environment.length < limits.channelRequests)
    channel.environment.push({ name: text('variableName') ?? '', value: text('variableValue') ?? '' });
  else if (name === 'pty-req') channel.terminal = { term: text('term') ?? '', columns: count('widthCharacters') ?? 0, rows: count('heightRows') ?? 0 };
  else if (name === 'window-change' && channel.terminal !== undefined) {
    const { columns, rows } = channel.terminal;
    channel.terminal = { ...channel.terminal, columns: count('widthCharacters') ?? columns, rows: count('heightRows') ?? rows };
  } else if (name === 'exit-status') channel.exitStatus = count('exitStatus');
  else if (name === 'exit-signal') channel.exitSignal = text('signalName');
}
