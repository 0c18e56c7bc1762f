/** What there is to say about an identification string. */
import type { Identification, Side } from '../../ssh/model.ts';
import { lineAt, type Note, Notes } from '../note.ts';

/** All notes on `line`, of every level. */
export function identificationNotes(line: Identification): Note[] {
  const side: Side = line.session.client.identification === line ? 'client' : 'server';
  const notes = new Notes('identification');
  const at = lineAt(line, side);
  const letter = side === 'client' ? 'C' : 'S';
  notes.say('brief', 'rule', `The ${side} says which version of the protocol and which software it is.`, [at, '4253#4.2']);
  notes.say(
    'student',
    'rule',
    `In clear: anybody on the way can read it and change it. It goes into the exchange hash as V_${letter}, without its line end, so a change comes out when the signature is checked.`,
    [at, '4253#8'],
  );
  if (line.preamble.length > 0)
    notes.say('student', 'rule', 'The lines before it are no part of the exchange hash: anybody on the way may change them unnoticed.', [at, '4253#4.2']);
  for (const p of line.problems) notes.say('brief', 'computed', `${p.message}.`, [at, p.rfc ?? '4253#4.2']);
  return notes.list;
}
