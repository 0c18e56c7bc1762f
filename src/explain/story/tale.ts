/** What a story is told from: a session, the packets that were kept of it, and how the chapters ask for them. */

import type { Timestamp } from '../../capture/frame.ts';
import type { Exchange, Packet, Session, Side } from '../../ssh/model.ts';
import type { ExchangeExplanation } from '../exchange-hash.ts';
import { fieldAt, type Notes, packetAt, type Source } from '../note.ts';

/** Limits of what a story is told from. */
export type StoryLimit = 'storyPackets' | 'storyBytes';

export interface LeftOut {
  readonly count: number;
  readonly limit: StoryLimit;
}

/** A session that is over, with its packets. */
export interface Tale {
  readonly session: Session;
  /** Those that a story may speak of, in their order. */
  readonly packets: readonly Packet[];
  /** Packets of the same kinds that were not kept, and for which limit. */
  readonly leftOut: LeftOut;
  /** Print K and the keys. */
  readonly showSecrets: boolean;
  /** The exchange hash of the first key exchange, taken apart; undefined when there was none. */
  readonly first: ExchangeExplanation | undefined;
  /** What one flipped bit in each input of that hash does; empty without a secret. */
  tampered(): readonly ExchangeExplanation[];
}

/** A chapter: its notes, as far as the session has something to say on its subject. */
export interface Teller {
  readonly id: string;
  title(tale: Tale): string;
  tell(tale: Tale, notes: Notes): void;
}

export const SIDES: readonly Side[] = ['client', 'server'];

export function otherSide(side: Side): Side {
  return side === 'client' ? 'server' : 'client';
}

/** The first packet of `side` with message number `number`, in key exchange `epoch` (from 1). */
export function sent(tale: Tale, side: Side, number: number, epoch = 1): Packet | undefined {
  return tale.packets.find((p) => p.side === side && p.number === number && p.epoch === epoch - 1 && !p.discarded);
}

/** True when the capture holds all that `side` sent in clear, so that what is not there was not sent. */
export function holdsAll({ session }: Tale, side: Side): boolean {
  return session[side].begun && !session.problems.some((p) => p.code === 'gap' || p.code === 'truncated' || p.code === 'limit');
}

/** The packet of key exchange `epoch` with the message `name`. */
export function named(tale: Tale, name: string, epoch = 1): Packet | undefined {
  return tale.packets.find((p) => p.name === name && p.epoch === epoch - 1 && !p.discarded && !p.cut);
}

/** The key exchange messages 30 to 49 that counted. */
export function kexPackets(tale: Tale, epoch = 1): readonly Packet[] {
  return tale.packets.filter((p) => p.epoch === epoch - 1 && p.number !== undefined && p.number >= 30 && p.number <= 49 && p.protocol === 2);
}

/** The first KEXINITs, as far as they are there. */
export type KexInits = Readonly<Record<Side, Packet | undefined>>;

/** The field `list` of both KEXINITs. */
export function listAt({ client, server }: KexInits, list: string): Source[] {
  return [client, server].map((p) => (p === undefined ? undefined : fieldAt(p, list)));
}

/** Both KEXINITs. */
export function wholeAt({ client, server }: KexInits): Source[] {
  return [client, server].map((p) => (p === undefined ? undefined : packetAt(p)));
}

/** `frame 12`, `frames 12 and 13`, `frames 12 to 18`. */
export function framesText(packet: Packet): string {
  const { frames } = packet.space;
  const [first, last] = [frames[0], frames[frames.length - 1]];
  if (first === last) return `frame ${first ?? '?'}`;
  return `frames ${first} ${frames.length === 2 ? 'and' : 'to'} ${last}`;
}

/** A name that peers chose, kept short. */
export function name(text: string | undefined, max = 64): string {
  if (text === undefined) return '?';
  return text.length <= max ? text : `${text.slice(0, max - 1)}…`;
}

/** The time from one moment to another, with as many digits as make sense: `1.3 ms`, `4.25 s`. */
export function spanText(from: Timestamp, to: Timestamp): string {
  const ms = (to.seconds - from.seconds) * 1000 + (to.nanos - from.nanos) / 1e6;
  if (Math.abs(ms) < 999.5) return `${ms.toFixed(Math.abs(ms) < 10 ? 1 : 0)} ms`;
  return `${(ms / 1000).toFixed(2)} s`;
}

/** The first exchange of the session. */
export function firstExchange(tale: Tale): Exchange | undefined {
  return tale.session.exchanges.find((e) => e.epoch === 1);
}
