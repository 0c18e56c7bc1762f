/** Annotator: what can be known of a packet that was not opened, and what not. */
import { count } from '../../bytes/words.ts';
import { readableByAll } from '../clear.ts';
import { type Annotator, Notes, packetAt } from '../note.ts';

export const sealed: Annotator = {
  name: 'sealed',
  description: 'What can be known of an encrypted packet that was not opened, and what not',
  *note(packet, session) {
    if (packet.number !== undefined || !packet.encrypted) return;
    const notes = new Notes('sealed');
    const at = packetAt(packet);
    const size = count(packet.space.bytes.length, 'byte');
    const clear = readableByAll(packet, session);
    const what = clear
      ? `${size} in clear, as the cipher is none, that are no packet to rely on.`
      : `An encrypted packet of ${size}. Its length and its moment can be seen from outside; its message cannot, not even its kind.`;
    notes.say('brief', 'read', what, [at, '4253#6']);
    const { reason } = session[packet.side].decryption;
    if (reason !== '') notes.say('student', 'computed', `Why it was not ${clear ? 'read' : 'opened'}: ${reason}.`, [at, '4253#6.3']);
    if (!clear)
      notes.say(
        'student',
        'rule',
        'The length holds padding, so it tells the size of the message only roughly. Guesses from sizes and pauses (a keystroke, a login, a file) remain guesses.',
        [at, '4253#6'],
      );
    yield* notes.list;
  },
};
