/** Annotator: what the problems of a packet mean. */
import { type Annotator, Notes, packetAt } from '../note.ts';
import { MEANINGS } from '../story/later.ts';

export const problems: Annotator = {
  name: 'problems',
  description: 'What the problems of a packet mean',
  *note(packet) {
    const notes = new Notes('problems');
    const whole = packetAt(packet);
    for (const p of packet.problems) {
      const [meaning, section] = MEANINGS[p.code];
      const at = p.span === undefined ? whole : { ...whole, span: p.span };
      notes.say('brief', 'computed', `${p.message}.`, [at, p.rfc ?? section]);
      notes.say('student', 'rule', meaning, [at, section]);
    }
    yield* notes.list;
  },
};
