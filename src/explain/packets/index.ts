/** All annotators of single packets, in the order of their notes. */
import type { Identification, Packet } from '../../ssh/model.ts';
import { type Annotator, type Level, type Note, shownAt } from '../note.ts';
import { attacker } from './attacker.ts';
import { exchange } from './exchange.ts';
import { identificationNotes } from './identification.ts';
import { login } from './login.ts';
import { message } from './message.ts';
import { problems } from './problems.ts';
import { sealed } from './sealed.ts';

/** All annotators of packets. */
export const ANNOTATORS: readonly Annotator[] = [message, exchange, login, sealed, attacker, problems];

/** What there is to say about `packet` at `level`, by what is known of its session now: after its end that is most. */
export function notesOf(packet: Packet, level: Level): Note[] {
  const notes: Note[] = [];
  for (const annotator of ANNOTATORS) for (const note of annotator.note(packet, packet.session)) if (shownAt(note.level, level)) notes.push(note);
  return notes;
}

/** What there is to say about an identification string. */
export function notesOfIdentification(line: Identification, level: Level): Note[] {
  return identificationNotes(line).filter((note) => shownAt(note.level, level));
}
