/** What annotators produce: sentences that are tied to bytes of the capture and to the RFCs. */
import type { Span } from '../bytes/space.ts';
import type { Identification, Packet, Session, Side } from '../ssh/model.ts';

/** For whom a note is: `brief` is shown always, `student` at the two upper levels, `deep` only at the last. */
export type Level = 'brief' | 'student' | 'deep';

export const LEVELS: readonly Level[] = ['brief', 'student', 'deep'];

/** How it is known: read from the capture, computed from what was read (and the secrets), or guessed from sizes and times. General truths are `rule`. */
export type Ground = 'read' | 'computed' | 'inferred' | 'rule';

/** Bytes of the capture that a note is about. */
export interface Reference {
  /** As in `Packet.index`; undefined for the identification string of `side`. */
  readonly packet: number | undefined;
  readonly side: Side;
  readonly frames: readonly number[];
  /** Offsets in the packet in clear (`Packet.plain`), or in the space of the identification string. */
  readonly span: Span;
  /** Path of the field that lies there, `SSH_MSG_KEXINIT/cookie`, for those who show a tree; undefined for the whole. */
  readonly field: string | undefined;
}

/** One paragraph. Its texts may hold what peers sent: renderers make it harmless, each in its own way. */
export interface Note {
  /** Name of the annotator. */
  readonly annotator: string;
  readonly level: Level;
  readonly ground: Ground;
  readonly text: string;
  /** Lines of a fixed width that belong to the paragraph: a list that is walked through, a computation, bytes. */
  readonly lines: readonly string[];
  /** At least this or `rfc` is not empty: a test refuses other notes. */
  readonly at: readonly Reference[];
  /** Sections as everywhere: `4253#7.1`, `openssh:PROTOCOL#1.10`. */
  readonly rfc: readonly string[];
}

/** A part of the story of a session. */
export interface Chapter {
  /** `negotiation`; stable, for links. */
  readonly id: string;
  readonly title: string;
  readonly notes: readonly Note[];
}

/** Says something about single packets, by what stands in them and what is known of their session when they come. */
export interface Annotator {
  readonly name: string;
  readonly description: string;
  note(packet: Packet, session: Session): Iterable<Note>;
}

/** Where a note has its knowledge from: bytes of the capture, or a section; undefined stands for what the capture does not hold. */
export type Source = Reference | string | undefined;

/** True when a note of `level` is shown to those who asked for `asked`. */
export function shownAt(level: Level, asked: Level): boolean {
  return LEVELS.indexOf(level) <= LEVELS.indexOf(asked);
}

/** Collects the notes of one annotator, or of one chapter. */
export class Notes {
  readonly list: Note[] = [];
  private readonly annotator: string;

  constructor(annotator: string) {
    this.annotator = annotator;
  }

  /** Adds a paragraph; `lines` are of a fixed width and stand below it. */
  say(level: Level, ground: Ground, text: string, sources: readonly Source[], lines: readonly string[] = []): void {
    const at = sources.filter((s): s is Reference => typeof s === 'object');
    const rfc = sources.filter((s): s is string => typeof s === 'string');
    this.list.push({ annotator: this.annotator, level, ground, text, lines, at, rfc });
  }
}

/** All bytes of `packet`. */
export function packetAt(packet: Packet): Reference {
  const { index, side, space } = packet;
  return { packet: index, side, frames: space.frames, span: { start: 0, end: space.bytes.length }, field: undefined };
}

/** The field at `path` (names below the message) of `packet`; the whole packet when it has no such field. */
export function fieldAt(packet: Packet, ...path: readonly string[]): Reference {
  let field = packet.fields.find((f) => f.kind === 'message');
  const names = [field?.name ?? ''];
  // Offsets in a payload that was compressed are none in the packet.
  for (const name of packet.inflated === undefined ? path : []) {
    field = field?.children.find((f) => f.name === name);
    names.push(name);
  }
  if (field === undefined) return packetAt(packet);
  const frames = [...new Set(packet.space.locate(field.span).map((p) => p.frame))];
  return { packet: packet.index, side: packet.side, frames, span: field.span, field: names.join('/') };
}

/** The identification string of `side`, without its line end and what came before it. */
export function lineAt(line: Identification, side: Side): Reference {
  const end = line.space.bytes.length - { CRLF: 2, LF: 1, none: 0 }[line.lineEnd];
  const span = { start: end - line.bytes.length, end };
  return { packet: undefined, side, frames: [...new Set(line.space.locate(span).map((p) => p.frame))], span, field: undefined };
}
