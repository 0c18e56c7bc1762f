/** What annotators produce: sentences that are tied to bytes of the capture and to the RFCs. */
import type { Span } from '../bytes/space.ts';
import type { Packet, Session, Side } from '../ssh/model.ts';

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
