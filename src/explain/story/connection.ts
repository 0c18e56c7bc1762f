/** Chapters: the TCP connection, and the identification strings. */
import { count, endpointText } from '../../bytes/words.ts';
import { protocolOf } from '../../ssh/identification.ts';
import type { Identification, Party, Phase, Roles, Session, Side } from '../../ssh/model.ts';
import { bothUnderNone } from '../clear.ts';
import { lineAt, type Notes } from '../note.ts';
import { otherSide, SIDES, spanText, type Teller } from './tale.ts';

const ROLES: Readonly<Record<Roles, string>> = {
  syn: 'The first packet of TCP, the SYN, came from the client: so the roles are known.',
  messages: 'Who is client is known from messages that only one side may send.',
  port: 'Who is client is guessed from the port numbers; nothing in the capture proves it.',
};

const PHASES: Readonly<Record<Phase['name'], string>> = {
  tcp: 'the TCP connection is opened',
  identification: 'the identification strings, in clear',
  negotiation: 'the KEXINITs, in clear',
  'key exchange': 'the key exchange, in clear',
  encrypted: 'the first bytes that are encrypted',
  end: 'the end',
};

function phaseText(session: Session, phase: Phase['name']): string {
  return phase === 'encrypted' && bothUnderNone(session) ? 'the first bytes behind NEWKEYS, in clear too' : PHASES[phase];
}

export const connection: Teller = {
  id: 'connection',
  title: () => 'The connection',
  tell(tale, notes) {
    const { session } = tale;
    const { flow, parent } = session;
    const ends = `client ${endpointText(session.client)} and server ${endpointText(session.server)}`;
    const size = `${count(flow.frameCount, 'frame')} in ${spanText(flow.start, flow.last)}`;
    notes.say('brief', 'read', `A TCP connection between ${ends}: ${size}.`, ['4253#4']);
    const rows = session.phases.map((p) => `${spanText(flow.start, p.time).padStart(8)}  frame ${String(p.frame).padEnd(6)} ${phaseText(session, p.name)}`);
    if (rows.length > 1) notes.say('student', 'read', 'Its steps, by the time since its first frame:', ['4253#4', '4253#7', '4253#8'], rows);
    if (parent !== undefined)
      notes.say(
        'brief',
        'computed',
        `It runs inside channel ${parent.channel.id} of session ${parent.session.number}, as with ssh -J: an SSH session inside another one.`,
        ['4254#7.2'],
      );
    notes.say('student', session.roles === 'port' ? 'inferred' : 'read', ROLES[session.roles], ['4253#4']);
    if (session.detected === 'port')
      notes.say('brief', 'inferred', 'That it is SSH is a guess from port 22: nothing that was recorded shows it.', ['4253#4.1']);
    if (!session.complete)
      notes.say(
        'brief',
        'read',
        'The capture does not hold the beginning of this connection, so parts of the story below are missing and cannot be known from it.',
        ['4253#4'],
      );
    notes.say(
      'student',
      'rule',
      'TCP delivers bytes in order and repairs losses. It encrypts nothing and proves nothing about who is at the other end: whoever sits on the way can read what passes, and change it. All that makes SSH safe is built on top of that, by the messages that follow.',
      ['4253#4', '4251#9.3'],
    );
  },
};

export const identification: Teller = {
  id: 'identification',
  title: () => 'The identification strings: one line each, in clear',
  tell(tale, notes) {
    const lines = SIDES.map((side) => ({ side, line: tale.session[side].identification }));
    for (const { side, line } of lines) {
      if (line === undefined) tellNoLine(notes, side, tale.session[side]);
      else tellLine(notes, side, line);
    }
    if (lines.every(({ line }) => line === undefined)) return;
    const [before, which] =
      tale.session.protocol === 1 ? ['Both versions of SSH begin like this', ''] : ['This is all that is not a packet', ' under the names V_C and V_S'];
    notes.say(
      'student',
      'rule',
      `${before}: a line of text from each side, so that both know which version of the protocol to speak. No encryption is possible yet, for the two sides share no key and have not even agreed on a cipher. Anybody on the way reads which software runs here, and could change the line.`,
      ['4253#4.2'],
    );
    if (tale.session.protocol === 2)
      notes.say(
        'student',
        'rule',
        `Such a change would not stay unnoticed: both lines, without their line ends, are inputs of the exchange hash below${which}.`,
        ['4253#8'],
      );
  },
};

function tellNoLine(notes: Notes, side: Side, { begun, bytes }: Party): void {
  const what = bytes === 0 ? `The ${side} sent nothing at all.` : `The ${side} sent no identification string, but something else.`;
  notes.say('brief', 'read', begun ? what : `The identification string of the ${side} is not in this file.`, ['4253#4.2']);
}

function tellLine(notes: Notes, side: Side, line: Identification): void {
  const at = lineAt(line, side);
  notes.say('brief', 'read', `The ${side} says who it is: "${clipped(line.text)}".`, [at, '4253#4.2']);
  const parts = [`protocol version ${line.protocolVersion || '?'}`, `software ${clipped(line.softwareVersion) || '?'}`];
  if (line.comments !== undefined) parts.push(`comment "${clipped(line.comments)}"`);
  const compatible = line.protocolVersion === '1.99' ? ' Version 1.99 means: 2.0, and also the old SSH-1 (RFC 4253 section 5.1).' : '';
  notes.say('student', 'read', `In parts: ${parts.join(', ')}.${compatible}`, [at, '4253#4.2']);
  if (line.preamble.length > 0)
    notes.say(
      'student',
      'read',
      `Before it the ${side} sent ${count(line.preamble.length, 'line')} of other text, such as a greeting; the first is "${clipped(line.preamble[0] ?? '')}". Only a server may do that. These lines are no part of the exchange hash, so anybody on the way may change them unnoticed.`,
      [{ ...at, span: { start: 0, end: at.span.start } }, '4253#4.2'],
    );
  if (line.lineEnd !== 'LF') return;
  if (protocolOf(line.protocolVersion) !== 2)
    notes.say('student', 'read', 'Its line ends with LF alone, as in SSH-1; with version 1.99 a server is to leave out the CR, for the sake of old clients.', [
      at,
      '4253#5.1',
    ]);
  else notes.say('student', 'read', `Its line ends with LF alone, where the rule asks for CR LF. The ${otherSide(side)} accepted that.`, [at, '4253#4.2']);
}

function clipped(text: string): string {
  return text.length <= 255 ? text : `${text.slice(0, 254)}…`;
}
