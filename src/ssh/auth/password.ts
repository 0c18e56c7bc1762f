/** The method `password`, and changing one that has expired (RFC 4252 section 8). */
import { boolean, by, described, secret, struct, text } from '../../wire/codec.ts';
import { message } from '../message.ts';
import { languageTag } from '../messages/transport.ts';
import { quoted } from '../words.ts';
import type { AuthMethod } from './method.ts';

const given = struct({ password: described(secret(text), 'The password in plain text: only the encryption of the transport hides it.') });

const changed = struct({
  oldPassword: described(secret(text), 'The password that has expired.'),
  newPassword: described(secret(text), 'The password that is to replace it.'),
});

const changeRequest = message(
  60,
  'SSH_MSG_USERAUTH_PASSWD_CHANGEREQ',
  '4252#8',
  'The password has expired, and the server asks for a new one.',
  struct({ prompt: described(text, 'Text for the user.'), languageTag }),
  (v) => quoted(v.prompt),
  'server',
);

export const password: AuthMethod = {
  names: ['password'],
  rfc: '4252#8',
  note: 'The user gives a password, which the server gets to see as it is.',
  request: by('changePassword', described(boolean, 'Whether the password is to be changed with this request.'), (change) => (change ? changed : given)),
  messages: [changeRequest],
  words: (v) => (v.changePassword === true ? `a new password of ${lengthOf(v.newPassword)}` : `a password of ${lengthOf(v.password)}`),
};

function lengthOf(word: unknown): string {
  if (typeof word !== 'string') return 'unknown length';
  return word.length === 1 ? '1 character' : `${word.length} characters`;
}
