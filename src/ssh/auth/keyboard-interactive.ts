/** The method `keyboard-interactive`: questions of the server and answers of the user (RFC 4256). */
import { boolean, counted, described, secret, struct, text } from '../../wire/codec.ts';
import { message } from '../message.ts';
import { languageTag } from '../messages/transport.ts';
import { count, joined, plain, quoted } from '../words.ts';
import type { AuthMethod } from './method.ts';

const prompt = struct({
  prompt: described(text, 'The question.'),
  echo: described(boolean, 'Whether the answer may be seen while it is typed.'),
});

const infoRequest = message(
  60,
  'SSH_MSG_USERAUTH_INFO_REQUEST',
  '4256#3.2',
  'The server asks the user questions; none at all is a way to only show text.',
  struct({
    name: described(text, 'Title of the dialogue.'),
    instruction: described(text, 'Text to show above the questions.'),
    languageTag,
    prompts: described(counted(prompt), 'The questions.'),
  }),
  (v) => joined(count(v.prompts, 'prompt'), (v.prompts ?? []).map((p) => quoted(p?.prompt, 48)).join(', ')),
  'server',
);

const infoResponse = message(
  61,
  'SSH_MSG_USERAUTH_INFO_RESPONSE',
  '4256#3.4',
  'What the user answered, one answer for each question.',
  struct({ responses: described(counted(secret(text)), 'The answers in plain text: only the encryption of the transport hides them.') }),
  (v) => count(v.responses, 'response'),
  'client',
);

export const keyboardInteractive: AuthMethod = {
  names: ['keyboard-interactive'],
  rfc: '4256#3',
  note: 'The server asks any questions it likes, such as for a password and a one-time code, and the user answers them.',
  request: struct({
    languageTag,
    submethods: described(text, 'What the user would like to be asked by; nearly always empty, and then the server chooses.'),
  }),
  messages: [infoRequest, infoResponse],
  words: (v) => (typeof v.submethods === 'string' && v.submethods !== '' ? `submethods ${plain(v.submethods, 64)}` : ''),
};
