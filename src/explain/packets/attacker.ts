/** Annotator: what somebody on the way could read of a packet or do to it. */
import { readableByAll } from '../clear.ts';
import { type Annotator, Notes, packetAt } from '../note.ts';

const KEXINIT = 20;

export const attacker: Annotator = {
  name: 'attacker',
  description: 'What somebody on the way could read of the packet, or do to it',
  *note(packet, session) {
    const { number, protocol, encrypted, mac } = packet;
    if (number === undefined || protocol !== 2) return;
    const notes = new Notes('attacker');
    const at = packetAt(packet);
    const covered = number === KEXINIT || (number >= 30 && number <= 49);
    if (!encrypted && covered)
      notes.say(
        'deep',
        'rule',
        'In clear and without a check of its own: anybody on the way can read it and change it. The exchange hash covers it, so a change comes out when the signature is checked.',
        [at, '4253#8'],
      );
    else if (!encrypted)
      notes.say('deep', 'rule', 'In clear, and not part of the exchange hash: anybody on the way can read it, change it, leave it out or put it in.', [
        at,
        '4253#8',
        '4251#9.3',
      ]);
    else if (readableByAll(packet, session) && mac !== 'valid')
      notes.say(
        'deep',
        'rule',
        `In clear, as the cipher is none: anybody on the way can read it${mac === 'none' ? ' and, for want of a MAC, change it' : ''}.`,
        [at, '4253#6.3'],
      );
    else if (mac === 'valid')
      notes.say('deep', 'computed', 'Its check value fits: it comes from the peer, unchanged, at this place in the sequence.', [at, '4253#6.4']);
    else if (mac === 'invalid') notes.say('brief', 'computed', 'Its check value does NOT fit: the receiver must end the connection.', [at, '4253#6.4']);
    yield* notes.list;
  },
};
