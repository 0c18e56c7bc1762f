/** Chapter: what can be told of a session of SSH-1. */
import { enumerated } from '../../bytes/words.ts';
import { packetAt } from '../note.ts';
import { framesText, type Teller } from './tale.ts';

const DRAFT = 'draft-ylonen-ssh-protocol-00';

export const ssh1: Teller = {
  id: 'ssh-1',
  title: () => 'A session of SSH-1',
  tell(tale, notes) {
    if (tale.session.protocol !== 1) return;
    const packets = tale.packets.filter((p) => p.protocol === 1 && p.name !== undefined);
    notes.say('brief', 'rule', 'This is SSH-1, of 1995, which was given up for its weaknesses. Do not use it.', ['4251#1', DRAFT]);
    if (packets.length > 0)
      notes.say(
        'brief',
        'read',
        `In clear there are: ${enumerated(
          packets.slice(0, 8).map((p) => `${p.name} (${p.side}, ${framesText(p)})`),
          8,
        )}.`,
        [...packets.slice(0, 8).map(packetAt), DRAFT],
      );
    notes.say(
      'student',
      'rule',
      'It works differently: the server sends two RSA keys, a host key and a server key that changes every hour, and the client encrypts the session key with both. So here the session key does cross the wire, encrypted, and nothing is signed: the server proves itself by being able to decrypt.',
      [DRAFT],
    );
    notes.say(
      'student',
      'rule',
      'Its only protection against changes is a CRC-32, which is no protection against somebody who means it: that is what the attacks of 1998 to 2001 used. SSH-2, in the rest of these pages, was made to end that.',
      [DRAFT, '4251#9.3.2'],
    );
  },
};
