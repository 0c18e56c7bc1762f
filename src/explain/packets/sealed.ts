/** Annotator: what can be known of a packet that was not opened, and what not. */
import { count } from '../../bytes/words.ts';
import { type Annotator, Notes, packetAt } from '../note.ts';

export const sealed: Annotator = {
  name: 'sealed',
  description: 'What can be known of an encrypted packet that was not opened, and what not',
  *note(packet, session) {
    if (packet.number !== undefined || !packet.encrypted) return;
    const notes = new Notes('sealed');
    const at = packetAt(packet);
    const size = count(packet.space.bytes.length, 'byte');
    notes.say('brief', 'read', `An encrypted packet of ${size}. Its length and its moment can be seen from outside; its message cannot, not even its kind.`, [
      at,
      '4253#6',
    ]);
    const { reason } = session[packet.side].decryption;
    if (reason !== '') notes.say('student', 'computed', `Why it was not opened: ${reason}.`, [at, '4253#6.3']);
    notes.say(
      'student',
      'rule',
      'The length holds padding, so it tells the size of the message only roughly. Guesses from sizes and pauses (a keystroke, a login, a file) remain guesses.',
      [at, '4253#6'],
    );
    yield* notes.list;
  },
};
