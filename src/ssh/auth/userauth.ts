/** Messages of user authentication that all methods share: 50 to 53 (RFC 4252), and the names that 60 to 79 can have. */
import { boolean, described, nameList, rest, struct, text } from '../../wire/codec.ts';
import { empty, type MessageDef, message } from '../message.ts';
import { languageTag } from '../messages/transport.ts';
import { plain, quoted } from '../words.ts';

const request = message(
  50,
  'SSH_MSG_USERAUTH_REQUEST',
  '4252#5',
  'The client tries to log in by one method.',
  struct({
    userName: described(text, 'Who wants to log in.'),
    serviceName: described(text, 'What is to start after that, ssh-connection.'),
    methodName: described(text, 'How the user is proven: none, password, publickey, keyboard-interactive, …'),
    data: described(rest, 'Fields of this method.'),
  }),
  (v) => `${plain(v.methodName, 48)} for user ${quoted(v.userName, 64)}, service ${plain(v.serviceName, 32)}`,
  'client',
);

const failure = message(
  51,
  'SSH_MSG_USERAUTH_FAILURE',
  '4252#5.1',
  'The attempt did not log the user in.',
  struct({
    authenticationsThatCanContinue: described(nameList, 'Methods that may be tried next.'),
    partialSuccess: described(boolean, 'True when the attempt was right but another method must follow.'),
  }),
  (v) => `${v.partialSuccess === true ? 'partial success, ' : ''}can continue: ${(v.authenticationsThatCanContinue ?? []).join(', ')}`,
  'server',
);

const success = message(52, 'SSH_MSG_USERAUTH_SUCCESS', '4252#5.1', 'The user is logged in, and the service starts.', empty, undefined, 'server');

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
export const USERAUTH_MESSAGES: readonly MessageDef[] = [request, failure, success, banner];

/** A message number that means something else under each method. */
export interface MethodMessageName {
  readonly number: number;
  readonly name: string;
  /** The authentication method it belongs to. */
  readonly method: string;
  readonly rfc: string;
}

/** What 60 to 79 are called under each method. */
export const METHOD_MESSAGE_NAMES: readonly MethodMessageName[] = [
  { number: 60, name: 'SSH_MSG_USERAUTH_PK_OK', method: 'publickey', rfc: '4252#7' },
  { number: 60, name: 'SSH_MSG_USERAUTH_PASSWD_CHANGEREQ', method: 'password', rfc: '4252#8' },
  { number: 60, name: 'SSH_MSG_USERAUTH_INFO_REQUEST', method: 'keyboard-interactive', rfc: '4256#3.2' },
  { number: 61, name: 'SSH_MSG_USERAUTH_INFO_RESPONSE', method: 'keyboard-interactive', rfc: '4256#3.4' },
  { number: 60, name: 'SSH_MSG_USERAUTH_GSSAPI_RESPONSE', method: 'gssapi-with-mic', rfc: '4462#3.3' },
  { number: 61, name: 'SSH_MSG_USERAUTH_GSSAPI_TOKEN', method: 'gssapi-with-mic', rfc: '4462#3.4' },
  { number: 63, name: 'SSH_MSG_USERAUTH_GSSAPI_EXCHANGE_COMPLETE', method: 'gssapi-with-mic', rfc: '4462#3.5' },
  { number: 64, name: 'SSH_MSG_USERAUTH_GSSAPI_ERROR', method: 'gssapi-with-mic', rfc: '4462#3.8' },
  { number: 65, name: 'SSH_MSG_USERAUTH_GSSAPI_ERRTOK', method: 'gssapi-with-mic', rfc: '4462#3.9' },
  { number: 66, name: 'SSH_MSG_USERAUTH_GSSAPI_MIC', method: 'gssapi-with-mic', rfc: '4462#3.5' },
];
