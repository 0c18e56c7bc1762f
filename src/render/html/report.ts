/** The report: collects what the page shows, within bounds, and writes it when the capture was read. */
import { shorten } from '../../bytes/printable.ts';
import { ExchangeCollector, notesOf, notesOfIdentification, StoryCollector } from '../../explain/index.ts';
import type { Note } from '../../explain/note.ts';
import type { CaptureTotals, Identification, Packet, Session } from '../../ssh/model.ts';
import type { Renderer, RenderOptions } from '../renderer.ts';
import { count } from '../text.ts';
import { addAlgorithms } from './algorithms.ts';
import { baseName } from './base-name.ts';
import { HELD, MESSAGES, NAME, REPLAY, ROWS, SENTENCE, SESSIONS } from './bounds.ts';
import type { AlgorithmData, MessageData, SessionData } from './data.ts';
import { documentOf } from './document.ts';
import { MessageWriter, problemData } from './message.ts';
import { Replay } from './replay.ts';
import { sessionData } from './session.ts';

/** One HTML page, written at the end. */
export function reportRenderer(options: RenderOptions): Renderer {
  return new Report(options);
}

/** A message of a session that is not over. */
interface Kept {
  readonly data: MessageData;
  /** What there is to say about it, by what is known when this is asked. */
  readonly notes: () => readonly Note[];
}

class Report implements Renderer {
  private readonly options: RenderOptions;
  private readonly most: number;
  private readonly writer: MessageWriter;
  private readonly exchanges: ExchangeCollector;
  private readonly story: StoryCollector;
  private readonly replay = new Replay();
  private readonly algorithms = new Map<string, AlgorithmData>();
  /** Messages of the sessions of the page that are not over. */
  private readonly open = new Map<Session, Kept[]>();
  private readonly done: SessionData[] = [];
  private messages = 0;
  /** Bytes of packets that are held until their session is over: then most can be said of them. */
  private held = 0;
  /** Messages of key exchanges for which there was no room. */
  private unkept = 0;
  private sessions = 0;
  private totals: CaptureTotals | undefined = undefined;

  constructor(options: RenderOptions) {
    this.options = options;
    this.exchanges = new ExchangeCollector(options.limits);
    this.story = new StoryCollector(options.limits);
    this.most = options.maxPackets ?? MESSAGES;
    this.writer = new MessageWriter(options.maxBytes);
  }

  identification(i: Identification): string {
    const kept = this.keptOf(i.session);
    if (this.mayKeep(kept)) kept.push({ data: this.writer.identification(i), notes: () => notesOfIdentification(i, 'deep') });
    return '';
  }

  packet(p: Packet): string {
    const { session } = p;
    const kept = this.keptOf(session);
    if (kept === undefined) return '';
    this.exchanges.packet(p);
    this.story.packet(p);
    this.replay.packet(p, session.flow.start);
    if (!this.mayKeep(kept)) return '';
    const data = this.writer.packet(p, session.flow.start);
    this.held += p.plain.bytes.length + (p.inflated?.bytes.length ?? 0);
    const now = this.held > HELD ? notesOf(p, 'deep') : undefined;
    kept.push({ data, notes: now === undefined ? () => notesOf(p, 'deep') : () => now });
    return '';
  }

  session(s: Session): string {
    this.sessions++;
    const kept = this.keptOf(s);
    if (kept === undefined) return '';
    this.open.delete(s);
    const messages = kept.map(({ data, notes }) => ({ ...data, notes: this.writer.notes(notes()) }));
    const { showSecrets } = this.options;
    const exchanges = this.exchanges.take(s);
    for (const e of exchanges) this.unkept += e.leftOut;
    const chapters = this.story.tell(s, 'deep', { showSecrets });
    addAlgorithms(s, this.algorithms);
    this.done.push(sessionData(s, { messages, exchanges, chapters, replay: this.replay, writer: this.writer }, showSecrets));
    return '';
  }

  capture(c: CaptureTotals): string {
    this.totals = c;
    return '';
  }

  end(): string {
    const { totals, options } = this;
    const sessions = this.done.sort((a, b) => a.number - b.number);
    return documentOf({
      file: shorten(baseName(totals?.file ?? 'capture'), SENTENCE),
      about: totals === undefined ? '' : aboutOf(totals),
      level: options.level,
      showSecrets: options.showSecrets,
      leftOut: this.leftOut(),
      problems: (totals?.problems ?? []).slice(0, ROWS).map(problemData),
      sessions,
      algorithms: Object.fromEntries([...this.algorithms].map(([name, row]) => [shorten(name, NAME), row])),
      texts: this.writer.texts,
    });
  }

  /** What is kept of `session`; undefined when the page has no room for it. */
  private keptOf(session: Session): Kept[] | undefined {
    const kept = this.open.get(session);
    if (kept !== undefined || this.open.size + this.done.length >= SESSIONS) return kept;
    const made: Kept[] = [];
    this.open.set(session, made);
    return made;
  }

  /** True when there is room for one more message, which is counted. */
  private mayKeep(kept: Kept[] | undefined): kept is Kept[] {
    if (kept === undefined || this.messages >= this.most) return false;
    this.messages++;
    return true;
  }

  private leftOut(): string[] {
    const missing = this.done.reduce((sum, s) => sum + s.missing, 0);
    const later = this.sessions - this.done.length;
    const cut = this.done.reduce((sum, s) => sum + s.channels.reduce((bytes, c) => bytes + c.missing, 0), 0);
    return [
      ...(missing > 0
        ? [
            `${count(missing, 'message')} more ${missing === 1 ? 'is' : 'are'} in the capture: this page holds the first ${count(this.messages, 'message')}. Choose sessions with -s NUMBER, or take more with --max-packets NUMBER.`,
          ]
        : []),
      ...(later > 0
        ? [`${count(later, 'session')} more ${later === 1 ? 'is' : 'are'} in the capture: this page holds ${SESSIONS}. Choose sessions with -s NUMBER.`]
        : []),
      ...(this.unkept > 0
        ? [
            `${count(this.unkept, 'message')} of key exchanges could not be kept (limits storyBytes and exchangePackets): what their hashes are made of is not all shown.`,
          ]
        : []),
      ...(cut > 0 ? [`${count(cut, 'byte')} of channels cannot be played: of each session the page holds the first ${count(REPLAY, 'byte')}.`] : []),
    ];
  }
}

function aboutOf(c: CaptureTotals): string {
  return `${c.format}, ${count(c.bytes, 'byte')}, ${count(c.frames, 'frame')}, ${count(c.streams, 'TCP stream')}, ${count(c.sessions, 'SSH session')}`;
}
