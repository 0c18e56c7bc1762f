/** Chapters: later key exchanges, what went wrong, and how the session ended. */
import { count, enumerated } from '../../bytes/words.ts';
import type { Exchange } from '../../ssh/model.ts';
import type { Problem } from '../../wire/problem.ts';
import { type Notes, packetAt } from '../note.ts';
import { framesText, holdsAll, name, SIDES, sent, type Tale, type Teller } from './tale.ts';

/** Later exchanges and problems that are told one by one. */
const MOST_TOLD = 12;

export const rekeys: Teller = {
  id: 're-keys',
  title: () => 'New keys in the middle of the session',
  tell(tale, notes) {
    const later = tale.session.exchanges.filter((e) => e.epoch > 1);
    if (later.length === 0) return;
    notes.say(
      'student',
      'rule',
      'Either side may ask for new keys at any time, by sending another KEXINIT; programs do so after so many bytes or so much time, that no key sees too much. The whole handshake runs again, this time under the old keys. The session id stays the H of the first exchange, so the login stays bound to it.',
      ['4253#9'],
    );
    for (const e of later.slice(0, MOST_TOLD)) tellExchange(tale, notes, e);
    if (later.length > MOST_TOLD) notes.say('brief', 'read', `There were ${count(later.length - MOST_TOLD, 'more key exchange')}.`, ['4253#9']);
  },
};

function tellExchange(tale: Tale, notes: Notes, e: Exchange): void {
  const inits = SIDES.flatMap((side) => sent(tale, side, 20, e.epoch) ?? []).sort((a, b) => a.index - b.index);
  const who = inits[0] === undefined ? '' : `, begun by the ${inits[0].side} in ${framesText(inits[0])}`;
  const { kex, client } = e.negotiation ?? {};
  const method = kex === undefined ? '' : ` by ${name(kex)}, for the cipher ${name(client?.cipher)}`;
  const before = tale.session.exchanges[e.epoch - 2];
  const sameKey =
    before?.hostKey !== undefined && e.hostKey !== undefined
      ? before.hostKey.fingerprint === e.hostKey.fingerprint
        ? 'the same host key'
        : 'ANOTHER host key than before'
      : 'a host key';
  const { verdict, reason } = e.signature;
  const signature = verdict === 'unchecked' ? `its signature could not be checked (${reason})` : `its signature is ${verdict}`;
  const shown = e.hostKey === undefined ? '' : ` The server showed ${sameKey}; ${signature}.`;
  notes.say('brief', 'read', `Key exchange ${e.epoch}${method}${who}.${shown}`, [...inits.map(packetAt), '4253#9']);
}

export const troubles: Teller = {
  id: 'problems',
  title: () => 'What is odd or wrong',
  tell(tale, notes) {
    const { problems } = tale.session;
    if (problems.length === 0) return;
    for (const p of problems.slice(0, MOST_TOLD)) {
      const where = tale.packets.filter((packet) => packet.frame === p.frame && packet.problems.length > 0).slice(0, 1);
      notes.say('brief', 'computed', `${problemText(p)}.`, [...where.map(packetAt), p.rfc ?? MEANINGS[p.code][1]]);
    }
    if (problems.length > MOST_TOLD)
      notes.say('brief', 'computed', `There are ${count(problems.length - MOST_TOLD, 'more remark')}: sshark packets shows them all.`, ['4253#11.4']);
    for (const code of new Set(problems.map((p) => p.code))) notes.say('student', 'rule', MEANINGS[code][0], [MEANINGS[code][1]]);
  },
};

function problemText(p: Problem): string {
  return `${p.severity === 'error' ? 'Error' : 'Remark'}${p.frame === undefined ? '' : ` (frame ${p.frame})`}: ${name(p.message, 300)}`;
}

/** What the codes of problems mean for a reader, and the section of what they are measured by. */
export const MEANINGS: Readonly<Record<Problem['code'], readonly [text: string, rfc: string]>> = {
  truncated: ['Truncated: the capture ended here, or a frame was cut when it was recorded. The peers themselves saw more.', '9293#3.4'],
  malformed: ['Malformed: a length inside the message points outside of it. A correct program does not send that.', '4251#5'],
  trailing: ['Trailing: bytes are left over behind a complete message.', '4251#5'],
  noncanonical: ['Noncanonical: it can be read, but the RFC asks for another way to write it.', '4251#5'],
  unknown: ['Unknown: a number or a name that sshark does not know; the message may be right all the same.', '4253#11.4'],
  gap: ['Gap: bytes of the connection are not in the file, because the recording lost them. The peers had them.', '9293#3.4'],
  overlap: [
    'Overlap: two packets of TCP give different bytes for the same place. That happens with broken programs, and when somebody puts false packets in.',
    '9293#3.4',
  ],
  unexpected: ['Unexpected: the bytes are right, but not at this moment of the protocol.', '4253#7.1'],
  undecryptable: ['Undecryptable: there is no secret for it, or the algorithm is not supported.', '4253#6.3'],
  unauthentic: [
    'Unauthentic: a signature or a check value does not fit. Either the secrets are not those of this session, or a byte is not what was sent.',
    '4253#6.4',
  ],
  insecure: ['Insecure: allowed, but weak today.', '9142#1'],
  limit: ['Limit: sshark stopped at one of its limits and left something out.', '4253#6.1'],
};

export const ending: Teller = {
  id: 'end',
  title: () => 'The end',
  tell(tale, notes) {
    const { session } = tale;
    const last = tale.packets.filter((p) => p.number === 1 && p.protocol === 2).at(-1);
    notes.say('brief', 'read', `How it ended: ${session.ending}.`, [last === undefined ? undefined : packetAt(last), '4253#11.1']);
    if (session.protocol === 2 && last === undefined && session.ended === 'fin' && session.client.decryption.state !== 'ok')
      notes.say(
        'student',
        'rule',
        'The end of TCP (FIN or RST) is not protected: somebody on the way can forge it, and cut a connection off. SSH has a message for a proper end, SSH_MSG_DISCONNECT, which is encrypted when it comes after NEWKEYS.',
        ['4253#11.1'],
      );
    tellMissing(tale, notes);
  },
};

/** What this file does not hold, in one place. */
function tellMissing(tale: Tale, notes: Notes): void {
  const { session, leftOut } = tale;
  const missing: string[] = [];
  if (!session.complete) missing.push('the beginning of the connection');
  for (const side of SIDES) {
    const { begun, identification, bytes } = session[side];
    if (!begun && identification === undefined) missing.push(`the ${side}'s identification string`);
    if (session.protocol === 2 && sent(tale, side, 20) === undefined && !holdsAll(tale, side)) missing.push(`the ${side}'s first KEXINIT`);
    if (!begun && bytes === 0) missing.push(`anything the ${side} sent`);
  }
  if (session.problems.some((p) => p.code === 'gap')) missing.push('bytes that the recording lost');
  if (session.ended === 'capture') missing.push('the end of the connection');
  if (missing.length > 0) notes.say('brief', 'read', `What this file does not hold: ${enumerated(missing, 8)}.`, ['4253#4']);
  if (leftOut.count > 0)
    notes.say(
      'brief',
      'computed',
      `The limit ${leftOut.limit} was reached: ${count(leftOut.count, 'later packet')} of the kinds told here ${leftOut.count === 1 ? 'is' : 'are'} not in this story.`,
      ['4253#4'],
    );
}
