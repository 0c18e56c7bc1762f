/** The story of a session: all chapters in their order, and who collects what they are told from. */
import { DEFAULT_LIMITS, type Limits } from '../../limits.ts';
import type { Exchange, Packet, Session } from '../../ssh/model.ts';
import { costOf } from '../cost.ts';
import { type ExchangeExplanation, explain } from '../exchange-hash.ts';
import { type Chapter, type Level, Notes, shownAt } from '../note.ts';
import { bytes } from './bytes.ts';
import { channels } from './channels.ts';
import { connection, identification } from './connection.ts';
import { hostKey } from './host-key.ts';
import { keyExchange } from './key-exchange.ts';
import { firstEncrypted, keys } from './keys.ts';
import { ending, rekeys, troubles } from './later.ts';
import { misunderstandings, tls } from './lessons.ts';
import { login } from './login.ts';
import { negotiation } from './negotiation.ts';
import { outside, wireshark } from './outside.ts';
import { ssh1 } from './ssh1.ts';
import type { LeftOut, StoryLimit, Tale, Teller } from './tale.ts';

/** All chapters. One that has nothing to say on a session is left out of its story. */
export const CHAPTERS: readonly Teller[] = [
  connection,
  identification,
  ssh1,
  negotiation,
  keyExchange,
  hostKey,
  keys,
  firstEncrypted,
  login,
  channels,
  rekeys,
  troubles,
  ending,
  outside,
  wireshark,
  tls,
  misunderstandings,
  bytes,
];

/** How a story is told. */
export interface StoryOptions {
  /** With K and the keys, when they are known. */
  readonly showSecrets?: boolean;
}

/** What is kept of a session that is not over. */
interface Kept {
  readonly packets: Packet[];
  /** What they take. */
  bytes: number;
  leftOut: number;
  /** The limit for which the first was left out. */
  limit: StoryLimit;
  /** Of which sides and key exchanges an encrypted packet was kept, opened or not: twice the epoch, and one more for the server. */
  readonly sealed: Set<number>;
}

/** Collects what the story of a session is told from, while a capture is read. */
export class StoryCollector {
  private readonly sessions = new Map<number, Kept>();
  private readonly limits: Pick<Limits, StoryLimit>;
  /** What the packets of all sessions take. */
  private bytes = 0;

  constructor(limits: Partial<Pick<Limits, StoryLimit>> = {}) {
    this.limits = { ...DEFAULT_LIMITS, ...limits };
  }

  /** Keeps `packet` when a story may speak of it. */
  packet(packet: Packet): void {
    const { number } = packet.session;
    const kept = this.sessions.get(number) ?? { packets: [], bytes: 0, leftOut: 0, limit: 'storyPackets', sealed: new Set() };
    this.sessions.set(number, kept);
    if (!worthTelling(packet, kept)) return;
    const bytes = costOf(packet);
    const { storyPackets, storyBytes } = this.limits;
    if (kept.packets.length < storyPackets && this.bytes + bytes <= storyBytes) {
      kept.packets.push(packet);
      kept.bytes += bytes;
      this.bytes += bytes;
      return;
    }
    if (kept.leftOut++ === 0 && kept.packets.length < storyPackets) kept.limit = 'storyBytes';
  }

  /** The story of `session`, which is over and then forgotten: the notes of `level` and those above it. */
  tell(session: Session, level: Level, options: StoryOptions = {}): Chapter[] {
    const kept = this.sessions.get(session.number);
    this.sessions.delete(session.number);
    this.bytes -= kept?.bytes ?? 0;
    const tale = taleOf(session, kept?.packets ?? [], { count: kept?.leftOut ?? 0, limit: kept?.limit ?? 'storyPackets' }, options.showSecrets === true);
    const chapters = CHAPTERS.map((teller) => chapterOf(teller, tale, level));
    return chapters.filter((c) => c.notes.length > 0);
  }
}

function chapterOf(teller: Teller, tale: Tale, level: Level): Chapter {
  const notes = new Notes(`story.${teller.id}`);
  teller.tell(tale, notes);
  return { id: teller.id, title: teller.title(tale), notes: notes.list.filter((n) => shownAt(n.level, level)) };
}

/** All messages but the data of channels, of which sizes are enough; and the first packet of each side under new keys. */
function worthTelling(p: Packet, { sealed }: Kept): boolean {
  const key = 2 * p.epoch + (p.side === 'server' ? 1 : 0);
  const first = p.encrypted && !sealed.has(key);
  if (first) sealed.add(key);
  const { number } = p;
  if (number === undefined) return first;
  return first || p.protocol === 1 || number <= 92 || number >= 96;
}

function taleOf(session: Session, packets: readonly Packet[], leftOut: LeftOut, showSecrets: boolean): Tale {
  const all = [...packets, ...session.fragments];
  const exchange = session.exchanges.find((e) => e.epoch === 1);
  const messages = packets.filter((p) => p.epoch === 0 && isOfExchange(p));
  const first = exchange === undefined ? undefined : explain(session, exchange, messages, { search: false });
  return { session, packets: all, leftOut, showSecrets, first, tampered: () => tamperings(session, exchange, first, messages) };
}

function isOfExchange({ number, protocol, cut }: Packet): boolean {
  return number !== undefined && protocol === 2 && !cut && (number === 20 || (number >= 30 && number <= 49));
}

/** The exchange with one bit flipped, in the last byte of each input in turn. */
function tamperings(
  session: Session,
  exchange: Exchange | undefined,
  first: ExchangeExplanation | undefined,
  messages: readonly Packet[],
): ExchangeExplanation[] {
  if (exchange === undefined || first?.h === undefined) return [];
  return first.inputs
    .filter(({ part }) => part.value.length > 0)
    .map(({ part }) => explain(session, exchange, messages, { search: false, tamper: { field: part.name, bit: 8 * part.value.length - 1 } }));
}
