/** Annotator: what a message of the login proves, and to whom. */
import type { LoginAttempt, Packet, Session } from '../../ssh/model.ts';
import { readableByAll } from '../clear.ts';
import { type Annotator, fieldAt, Notes, packetAt } from '../note.ts';

const REQUEST = 50;

export const login: Annotator = {
  name: 'login',
  description: 'What a message of the login proves, and to whom',
  *note(packet, session) {
    if (packet.number !== REQUEST || packet.protocol !== 2) return;
    const notes = new Notes('login');
    const { value = {} } = packet;
    const attempt = attemptOf(packet, session);
    if (value.methodName === 'none')
      notes.say('student', 'rule', 'The method none asks for nothing; a server that refuses it tells which methods it would take.', [
        fieldAt(packet, 'methodName'),
        '4252#5.2',
      ]);
    if (value.password !== undefined || value.oldPassword !== undefined)
      notes.say('student', 'rule', 'The server gets to read the password. That is why the host key had to be checked first.', [packetAt(packet), '4252#8']);
    if (value.hasSignature === false)
      notes.say('student', 'rule', 'No signature yet: the client only asks whether the server would take this key, and so shows it which public keys it has.', [
        fieldAt(packet, 'hasSignature'),
        '4252#7',
      ]);
    if (value.signature !== undefined) tellSignature(notes, packet, attempt);
    if (readableByAll(packet, session))
      notes.say('brief', 'computed', 'This login is not encrypted: everybody on the way can read it.', [packetAt(packet), '4252#4']);
    yield* notes.list;
  },
};

function attemptOf(packet: Packet, session: Session): LoginAttempt | undefined {
  return session.authentication.attempts.find((a) => packet.frame >= a.firstFrame && packet.frame <= a.lastFrame && a.method === packet.value?.methodName);
}

function tellSignature(notes: Notes, packet: Packet, attempt: LoginAttempt | undefined): void {
  const at = fieldAt(packet, 'signature');
  notes.say(
    'student',
    'rule',
    'The signature is over the session id and this whole request. The session id is the H of the first key exchange, which no other connection has: a server cannot use this signature to log in elsewhere as this user.',
    [at, '4252#7'],
  );
  const verdict = attempt?.signature;
  if (verdict === undefined) return;
  const words = { valid: 'is right', invalid: `is WRONG: ${verdict.reason}`, unchecked: `was not checked: ${verdict.reason}` }[verdict.verdict];
  notes.say('brief', 'computed', `The user's signature ${words}.`, [at, '4252#7']);
}
