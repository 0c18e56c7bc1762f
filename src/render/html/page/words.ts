/** Small words and numbers that several parts of the page use. */
import type { Level } from '../../../explain/note.ts';
import type { NoteData, PhaseName } from '../data.ts';

export const LEVEL_NAMES: readonly Level[] = ['brief', 'student', 'deep'];

/** The notes for readers of `level`: those of the levels below it too. */
export function notesFor(notes: readonly NoteData[], level: Level): NoteData[] {
  const most = LEVEL_NAMES.indexOf(level);
  return notes.filter((note) => LEVEL_NAMES.indexOf(note.level) <= most);
}

/** Phases in their order, with what they are called in the ladder. */
export const PHASES: Readonly<Record<PhaseName, string>> = {
  identification: 'Identification',
  negotiation: 'Negotiation of algorithms',
  exchange: 'Key exchange',
  service: 'Transport',
  login: 'Login',
  connection: 'Channels',
  sealed: 'Encrypted, not opened',
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
