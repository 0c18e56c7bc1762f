/** Annotator: what the message is for. */
import { type Annotator, Notes, packetAt } from '../note.ts';
import { purposeOf } from './purpose.ts';

export const message: Annotator = {
  name: 'message',
  description: 'What the message is for, by itself and in the whole',
  *note(packet) {
    const { message: def } = packet;
    if (def === undefined) return;
    const notes = new Notes('message');
    const at = packetAt(packet);
    notes.say('brief', 'rule', def.note, [at, def.rfc]);
    const purpose = purposeOf(def);
    if (purpose !== undefined) notes.say('student', 'rule', purpose[0], [at, purpose[1]]);
    if (packet.discarded)
      notes.say('brief', 'computed', 'It is a wrong guess: the other side ignores it, and it is no part of the exchange hash.', [at, '4253#7']);
    if (packet.cut) notes.say('brief', 'read', 'The capture holds only its beginning.', [at, def.rfc]);
    yield* notes.list;
  },
};
