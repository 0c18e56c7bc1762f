/** Small words and numbers that several parts of the page use. */
import type { Level } from '../../../explain/note.ts';
import type { NoteData, PhaseName, SessionData } from '../data.ts';

export const LEVEL_NAMES: readonly Level[] = ['brief', 'student', 'deep'];

/** The notes for readers of `level`: those of the levels below it too. */
export function notesFor(notes: readonly NoteData[], level: Level): NoteData[] {
  const most = LEVEL_NAMES.indexOf(level);
  return notes.filter((note) => LEVEL_NAMES.indexOf(note.level) <= most);
}

/** Messages that a paragraph may be about and still be told beside each of them. */
const FEW = 3;

/** What the story says about one message, for readers of `level`. */
export function storyOf(session: SessionData, message: string, level: Level): NoteData[] {
  const about = (note: NoteData) => new Set(note.at.map((target) => target.message));
  return session.chapters.flatMap((c) => notesFor(c.notes, level)).filter((note) => about(note).has(message) && about(note).size <= FEW);
}

/** Phases in their order, with what they are called in the ladder. */
export const PHASES: Readonly<Record<PhaseName, string>> = {
  identification: 'Identification',
  negotiation: 'Negotiation of algorithms',
  exchange: 'Key exchange',
  service: 'Encrypted transport',
  login: 'Login',
  connection: 'Channels',
  sealed: 'Encrypted',
};

/** Seconds as people read them: `850 µs`, `57.0 ms`, `12.34 s`. */
export function timeText(seconds: string | number): string {
  const s = Number(seconds);
  if (s === 0) return '0';
  if (Math.abs(s) < 0.001) return `${Math.round(s * 1e6)} µs`;
  return Math.abs(s) < 1 ? `${(s * 1e3).toFixed(1)} ms` : `${s.toFixed(2)} s`;
}

export function plural(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString('en')} ${n === 1 ? one : many}`;
}

/** An offset as a hex dump writes it. */
export function offsetText(offset: number): string {
  return offset.toString(16).padStart(4, '0');
}
