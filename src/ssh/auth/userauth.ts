/** Messages of user authentication that all methods share: 50 to 53 (RFC 4252). */
import { boolean, described, nameList, rest, struct, text } from '../../wire/codec.ts';
import { extend } from '../extend.ts';
import { empty, type MessageDef, message } from '../message.ts';
import { languageTag } from '../messages/transport.ts';
import { joined, plain, quoted } from '../words.ts';
import type { AuthMethod } from './method.ts';

const names = struct({
  userName: described(text, 'Who wants to log in.'),
  serviceName: described(text, 'What is to start after that, ssh-connection.'),
  methodName: described(text, 'How the user is proven: none, password, publickey, keyboard-interactive, …'),
});

const unknownMethod = struct({ data: described(rest, 'Fields of a method that is not known here.') });

/** Number 50, whose fields behind the name of the method are those that `methodOf` knows. */
function requestOf(methodOf: (name: string) => AuthMethod | undefined): MessageDef {
  return message(
    50,
    'SSH_MSG_USERAUTH_REQUEST',
    '4252#5',
    'The client tries to log in by one method.',
    extend(names, (v) => methodOf(v.methodName)?.request ?? unknownMethod),
    (v, outcome) => {
      const method = typeof v.methodName === 'string' ? methodOf(v.methodName) : undefined;
      const service = v.serviceName === 'ssh-connection' ? '' : `service ${plain(v.serviceName, 32)}`;
      return joined(`${plain(v.methodName, 48)} for user ${quoted(v.userName, 64)}`, service, method?.words?.(v, outcome));
    },
    'client',
  );
}

const failure = message(
  51,
  'SSH_MSG_USERAUTH_FAILURE',
  '4252#5.1',
  'The attempt did not log the user in.',
  struct({
    authenticationsThatCanContinue: described(nameList, 'Methods that may be tried next.'),
    partialSuccess: described(boolean, 'True when the attempt was right but another method must follow.'),
  }),
  (v, method) => {
    const what = v.partialSuccess === true ? `${method ?? 'the method'} succeeded, but more is asked for` : (method ?? '');
    const next = (v.authenticationsThatCanContinue ?? []).join(', ');
    return joined(what, next === '' ? 'nothing can continue' : `can continue: ${next}`);
  },
  'server',
);

const success = message(
  52,
  'SSH_MSG_USERAUTH_SUCCESS',
  '4252#5.1',
  'The user is logged in, and the service starts.',
  empty,
  (_, method) => method ?? '',
  'server',
);

const banner = message(
  53,
  'SSH_MSG_USERAUTH_BANNER',
  '4252#5.4',
  'Text that the client should show before the user logs in, often a legal notice.',
  struct({ message: described(text, 'The text.'), languageTag }),
  (v) => quoted(v.message),
  'server',
);

/** The messages that all authentication methods share, by number. */
export function userauthMessages(methodOf: (name: string) => AuthMethod | undefined): readonly MessageDef[] {
  return [requestOf(methodOf), failure, success, banner];
}
