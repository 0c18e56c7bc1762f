/** Chapters: what somebody without keys learns from this capture, and why Wireshark stops at NEWKEYS. */
import { count } from '../../bytes/words.ts';
import { DEFAULT_LIMITS } from '../../limits.ts';
import { cipher } from '../../ssh/crypto/ciphers.ts';
import { mac } from '../../ssh/crypto/macs.ts';
import type { Session } from '../../ssh/model.ts';
import { shapeOf } from '../../ssh/shape.ts';
import { neverEncrypted } from '../clear.ts';
import { type Notes, packetAt, type Source } from '../note.ts';
import { firstExchange, SIDES, sent, type Teller } from './tale.ts';

export const outside: Teller = {
  id: 'outside',
  title: () => 'What somebody without keys learns from this',
  tell(tale, notes) {
    const { session } = tale;
    if (session.protocol === 1 || session.client.decryption.bytes + session.server.decryption.bytes === 0) return;
    const inits = SIDES.flatMap((side) => sent(tale, side, 20) ?? []).map(packetAt);
    const clear = neverEncrypted(session);
    if (clear) notes.say('brief', 'rule', 'Everything: the cipher none encrypts nothing, so whoever is on the way reads all that is told here.', ['4253#6.3']);
    else tellOutline(session, notes, inits);
    const prints = SIDES.flatMap((side) => (session[side].hassh === undefined ? [] : [`${side}  ${session[side].hassh}`]));
    if (prints.length > 0)
      notes.say(
        'student',
        'computed',
        'Programs of one kind and version send the same lists, whatever they call themselves in the first line. The MD5 of some of the lists (HASSH) is used to recognise them:',
        [...inits, '4253#7.1'],
        prints,
      );
    if (!clear)
      notes.say(
        'student',
        'rule',
        'What cannot be learned so: the user name, how the login went (sizes allow a guess), commands, output, file names, contents. That holds also for somebody who steals the host key later, for it encrypts nothing.',
        ['4252#4', '4251#9.3.7'],
      );
    tellGap(session, notes);
  },
};

/** What of encrypted packets is seen by all. */
function tellOutline(session: Session, notes: Notes, inits: readonly Source[]): void {
  const { client, server } = session;
  const bytes = { client: client.decryption.bytes, server: server.decryption.bytes };
  notes.say(
    'student',
    'rule',
    'Everything up to NEWKEYS: addresses, software and versions, all lists, the host key, and with them which machine this is. After it, the rest by its outline: how many bytes went which way and when. That can tell a file transfer from typing, and is often enough for a guess at what was done.',
    [...inits, '4251#9.3.9'],
  );
  notes.say(
    'student',
    'read',
    `Here: ${count(bytes.client, 'encrypted byte')} from the client and ${count(bytes.server, 'encrypted byte')} from the server. ${lengths(session)}`,
    ['4253#6', '4251#9.3.9'],
  );
}

/** Whether the borders of packets can be seen from outside. */
function lengths(session: Session): string {
  const agreed = session.exchanges[0]?.negotiation;
  const row = cipher(agreed?.client.cipher ?? '');
  if (agreed === undefined || row === undefined) return '';
  const { clear } = shapeOf({ cipher: row, mac: mac(agreed.client.mac ?? '') }, DEFAULT_LIMITS);
  return clear
    ? 'With these algorithms the packet length stays readable, so an observer sees the size of every single packet.'
    : 'With these algorithms the packet length is encrypted as well, so an observer sees only the pieces that TCP was given, and must guess where packets begin.';
}

function tellGap(session: Session, notes: Notes): void {
  if (session.problems.some((p) => p.code === 'gap'))
    notes.say('student', 'rule', 'The recording also lost bytes. The two ends did not: TCP sent them again, or they passed where the recorder did not look.', [
      '9293#3.4',
    ]);
}

export const wireshark: Teller = {
  id: 'wireshark',
  title: () => 'Why Wireshark stops at NEWKEYS',
  tell(tale, notes) {
    const { session } = tale;
    if (session.protocol === 1 || (session.client.decryption.bytes === 0 && session.server.decryption.bytes === 0)) return;
    // There it reads on.
    if (neverEncrypted(session)) return;
    notes.say(
      'student',
      'rule',
      'Not because the keys are hidden somewhere in the capture: they are nowhere in it. Wireshark, like sshark, can open the rest only with K, or with the ephemeral private value of one side, which gives K. One of the two programs must write it down while it runs (a key log). The private half of the host key does not help, for it only signs; neither does the key or the password of the user.',
      ['4253#7.2', '4253#8'],
    );
    const exchange = firstExchange(tale);
    if (exchange?.secret !== undefined)
      notes.say('student', 'read', 'For this session there is such a secret, and everything above about encrypted packets was read with it.', ['4253#7.2']);
    else
      notes.say(
        'student',
        'rule',
        'docs/getting-secrets.md tells how to record a session of your own with its secrets; then sshark explain CAPTURE -k KEYLOG goes on from here.',
        ['4253#7.2'],
      );
  },
};
