/** The channels of a session: found by number, moved by their messages (RFC 4254 section 5). */
import { firstOf } from '../../bytes/text.ts';
import { problem } from '../../wire/problem.ts';
import { OPEN_FAILURES } from '../messages/connection.ts';
import type { Side } from '../model.ts';
import type { SshPacket } from '../packet.ts';
import { labelled } from '../words.ts';
import { TextBudget } from './budget.ts';
import { ChannelState, of, put } from './channel.ts';
import { takeReply, takeRequest } from './channel-request.ts';
import type { ChannelHandlers } from './handler.ts';
import { peer } from './peer.ts';
import type { ConnectionSession } from './session.ts';

type Value = Readonly<Record<string, unknown>>;

/** Faults that are said once for each channel and side, as bits. */
const OVERRUN = 1;
const OVERSIZE = 2;
const AFTER_EOF = 4;
const AFTER_CLOSE = 8;

/** Follows all channels of a session. */
export class Channels {
  /** Channels of the record, in the order of opening. */
  readonly kept: ChannelState[] = [];
  /** Both sides agreed to do without windows (RFC 8308 section 3.3). */
  unlimited = false;
  private readonly session: ConnectionSession;
  private readonly handlers: ChannelHandlers | undefined;
  private readonly budget: TextBudget;
  /** Channels by the number that each side gave them. */
  private readonly numbered: Record<Side, Map<number, ChannelState>> = { client: new Map(), server: new Map() };
  private opened = 0;
  private full = false;

  /** `handlers` choose who follows the content of each channel. */
  constructor(session: ConnectionSession, handlers?: ChannelHandlers) {
    this.session = session;
    this.handlers = handlers;
    this.budget = new TextBudget(session.limits.channelText);
  }

  /** Takes message `number` (90 to 100) of `side`, packet `index` of the session. */
  take(packet: SshPacket, number: number, side: Side, index: number): void {
    const value = packet.value ?? {};
    if (number === 90) {
      this.open(packet, value, side, index);
      return;
    }
    const channel = this.find(packet, value, side);
    if (channel === undefined) return;
    packet.channel = channel;
    channel.lastFrame = packet.frame;
    if (number === 94) this.data(channel, packet, value, side);
    else if (number === 93) this.adjust(channel, value, side);
    else if (number === 95) this.extended(channel, packet, value, side);
    else if (number === 98) takeRequest(channel, packet, value, side, index, this.handlers, this.session.limits, this.budget);
    else if (number === 99 || number === 100) takeReply(channel, packet, side, number === 99, this.session);
    else if (number === 96) this.eof(channel, packet, side);
    else if (number === 97) this.close(channel, packet, side);
    else if (number === 91) this.confirm(channel, packet, value, side);
    else if (number === 92) this.refuse(channel, packet, value, side);
  }

  /** Messages are missing: what waits for an answer, and how far the windows are open, is no longer known. */
  lose(): void {
    for (const side of ['client', 'server'] as const)
      for (const channel of this.numbered[side].values()) {
        channel.pending[side].length = 0;
        if (side === channel.opener) channel.handler?.lose?.();
        channel.window.client = undefined;
        channel.window.server = undefined;
      }
  }

  /** The session is over. */
  finish(): void {
    // Also those whose numbers went to others, as when a CLOSE is missing.
    for (const channel of this.kept) this.leave(channel);
    for (const side of ['client', 'server'] as const) {
      for (const channel of this.numbered[side].values()) this.leave(channel);
      this.numbered[side].clear();
    }
  }

  private leave(channel: ChannelState): void {
    const { handler } = channel;
    channel.handler = undefined;
    handler?.close?.(undefined);
  }

  /** The channel that a message of `side` names by the number of its receiver. */
  private find(packet: SshPacket, value: Value, side: Side): ChannelState | undefined {
    const number = value.recipientChannel;
    if (typeof number !== 'number') return undefined;
    const channel = this.numbered[peer(side)].get(number);
    if (channel === undefined && !this.full && this.session.sure) this.blame(packet, `channel ${number} is not open`);
    return channel;
  }

  private blame(packet: SshPacket, message: string, rfc = '4254#5'): void {
    packet.problems.push(problem('unexpected', message, { rfc }));
  }

  /** Says a fault of `side` on a channel, unless it was said or something is missing. */
  private blameOnce(channel: ChannelState, side: Side, fault: number, packet: SshPacket, message: string, rfc: string): void {
    if (channel.blamed[side] & fault || !this.session.sure) return;
    channel.blamed[side] |= fault;
    this.blame(packet, message, rfc);
  }

  // --- opening

  private open(packet: SshPacket, value: Value, side: Side, index: number): void {
    const { channelType, senderChannel, initialWindowSize, maximumPacketSize, ...rest } = value;
    if (typeof channelType !== 'string' || typeof senderChannel !== 'number') return;
    const { limits } = this.session;
    if (this.kept.length >= limits.channels && !this.full) {
      this.full = true;
      packet.problems.push(problem('limit', `more channels than are kept (limit channels: ${limits.channels})`));
    }
    if (this.numbered[side].size >= limits.channels) return;
    const channel = new ChannelState(this.opened++, firstOf(channelType, 64), side, this.parameters(rest, packet), packet.frame, index);
    packet.channel = channel;
    if (!this.full) this.kept.push(channel);
    this.give(channel, side, senderChannel, packet);
    this.allow(channel, peer(side), initialWindowSize, maximumPacketSize);
  }

  /** The texts and numbers among the fields of an opening. */
  private parameters(fields: Value, packet: SshPacket): Record<string, unknown> {
    const out: Record<string, unknown> = {};
    for (const [name, v] of Object.entries(fields)) {
      if (typeof v === 'number') out[name] = v;
      else if (typeof v === 'string') out[name] = this.budget.keep(v, packet);
    }
    return out;
  }

  /** `side` gives a channel its number. */
  private give(channel: ChannelState, side: Side, number: number, packet: SshPacket): void {
    const { sure } = this.session;
    if (sure && this.numbered[side].has(number)) this.blame(packet, `the ${side} gives the number ${number} to a second open channel`, '4254#5.1');
    this.numbered[side].set(number, channel);
    channel.numbers[side] = number;
  }

  /** What `side` may send on a channel. */
  private allow(channel: ChannelState, side: Side, window: unknown, packetSize: unknown): void {
    channel.window[side] = typeof window === 'number' ? window : undefined;
    channel.packetSize[side] = typeof packetSize === 'number' ? packetSize : undefined;
  }

  private confirm(channel: ChannelState, packet: SshPacket, value: Value, side: Side): void {
    const { senderChannel, initialWindowSize, maximumPacketSize } = value;
    answered(channel, packet);
    if (typeof senderChannel !== 'number' || channel.opener === side) return;
    this.give(channel, side, senderChannel, packet);
    this.allow(channel, peer(side), initialWindowSize, maximumPacketSize);
    channel.state = 'open';
    if (channel.type !== 'session') channel.follow(this.handlers?.handlerFor(channel, { started: 'type', name: channel.type }));
  }

  private refuse(channel: ChannelState, packet: SshPacket, value: Value, side: Side): void {
    answered(channel, packet);
    if (channel.opener === side) return;
    const { reasonCode, description } = value;
    const text = typeof description === 'string' && description !== '' ? `: ${firstOf(description, 200)}` : '';
    channel.state = 'refused';
    channel.refusal = `${labelled(typeof reasonCode === 'number' ? reasonCode : undefined, OPEN_FAILURES)}${text}`;
    this.forget(channel);
  }

  // --- data

  /**
   * Takes `length` bytes of data that `side` sends to channel `number`, when nobody looks at what they are and no rule is broken, so that
   * there is nothing to say of their packet, and gives the channel; else undefined, and nothing has changed.
   */
  pass(side: Side, number: number, length: number): ChannelState | undefined {
    const channel = of(this.numbered, peer(side)).get(number);
    if (channel === undefined || of(channel.ended, side) || of(channel.shut, side)) return undefined;
    if (channel.handler?.data !== undefined && channel.handler.listens !== false) return undefined;
    const window = this.unlimited ? undefined : of(channel.window, side);
    const most = this.unlimited ? undefined : of(channel.packetSize, side);
    if (length > (window ?? length) || length > (most ?? length)) return undefined;
    if (window !== undefined) put(channel.window, side, window - length);
    put(channel.bytes, side, of(channel.bytes, side) + length);
    return channel;
  }

  private data(channel: ChannelState, packet: SshPacket, value: Value, side: Side): void {
    const { data } = value;
    if (!(data instanceof Uint8Array)) return;
    channel.bytes[side] += data.length;
    this.spend(channel, side, data.length, packet);
    const inner = channel.handler?.data?.(side, data, packet);
    if (inner === undefined || inner.length === 0) return;
    packet.inner = inner;
    for (const m of inner) for (const { span: _, ...p } of m.problems) packet.problems.push({ ...p, message: `${m.name}: ${p.message}` });
  }

  private extended(channel: ChannelState, packet: SshPacket, value: Value, side: Side): void {
    const { data, dataTypeCode } = value;
    if (!(data instanceof Uint8Array) || typeof dataTypeCode !== 'number') return;
    channel.extendedBytes[side] += data.length;
    this.spend(channel, side, data.length, packet);
    channel.handler?.extended?.(side, dataTypeCode, data, packet);
  }

  /** `side` uses up window (RFC 4254 section 5.2); both kinds of data do. */
  private spend(channel: ChannelState, side: Side, length: number, packet: SshPacket): void {
    if (channel.ended[side]) this.blameOnce(channel, side, AFTER_EOF, packet, `data of the ${side} behind its EOF`, '4254#5.3');
    if (channel.shut[side]) this.blameOnce(channel, side, AFTER_CLOSE, packet, `data of the ${side} behind its CLOSE`, '4254#5.3');
    if (this.unlimited) return;
    const most = channel.packetSize[side];
    if (most !== undefined && length > most)
      this.blameOnce(channel, side, OVERSIZE, packet, `${length} bytes of data, where the other side takes ${most} at a time`, '4254#5.2');
    const window = channel.window[side];
    if (window === undefined) return;
    const left = window - length;
    channel.window[side] = left;
    if (left < 0) this.blameOnce(channel, side, OVERRUN, packet, `the ${side} sends ${-left} bytes more than the window allows`, '4254#5.2');
  }

  /** `side` lets the other send more. */
  private adjust(channel: ChannelState, value: Value, side: Side): void {
    const sender = peer(side);
    const window = channel.window[sender];
    if (window !== undefined && typeof value.bytesToAdd === 'number') channel.window[sender] = window + value.bytesToAdd;
  }

  // --- the end

  private eof(channel: ChannelState, packet: SshPacket, side: Side): void {
    channel.ended[side] = true;
    channel.handler?.eof?.(side, packet);
  }

  private close(channel: ChannelState, packet: SshPacket, side: Side): void {
    channel.shut[side] = true;
    if (!channel.shut[peer(side)]) return;
    channel.state = 'closed';
    this.forget(channel);
    channel.handler?.close?.(packet);
    channel.handler = undefined;
  }

  /** Its numbers are free again. */
  private forget(channel: ChannelState): void {
    for (const side of ['client', 'server'] as const) {
      const number = channel.numbers[side];
      if (number !== undefined && this.numbered[side].get(number) === channel) this.numbered[side].delete(number);
    }
  }
}

/** The packet answers the opening of `channel`. */
function answered(channel: ChannelState, packet: SshPacket): void {
  packet.answers = channel.packet;
  packet.context = channel.type;
}
