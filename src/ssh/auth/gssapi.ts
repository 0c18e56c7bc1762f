/** The methods of RFC 4462 that prove the user by GSS-API, in practice Kerberos: `gssapi-with-mic` and `gssapi-keyex`. */
import { counted, described, string, struct, text, uint32 } from '../../wire/codec.ts';
import { empty, message } from '../message.ts';
import { languageTag } from '../messages/transport.ts';
import { quoted, size } from '../words.ts';
import type { AuthMethod } from './method.ts';
import { oid, oidWords } from './oid.ts';

const mic = described(string, 'Message integrity code over the session identifier and the names of user, service and method.');

const response = message(
  60,
  'SSH_MSG_USERAUTH_GSSAPI_RESPONSE',
  '4462#3.3',
  'The server chose one of the mechanisms.',
  struct({ mechanism: described(oid, 'Object identifier of the mechanism.') }),
  (v) => oidWords(v.mechanism),
  'server',
);

const token = message(
  61,
  'SSH_MSG_USERAUTH_GSSAPI_TOKEN',
  '4462#3.4',
  'A token of the mechanism for the other side.',
  struct({ data: described(string, 'The token.') }),
  (v) => size(v.data),
);

const complete = message(
  63,
  'SSH_MSG_USERAUTH_GSSAPI_EXCHANGE_COMPLETE',
  '4462#3.5',
  'The mechanism is done, and it cannot protect integrity, so that there is no MIC.',
  empty,
  undefined,
  'client',
);

const error = message(
  64,
  'SSH_MSG_USERAUTH_GSSAPI_ERROR',
  '4462#3.8',
  'The mechanism failed at the server.',
  struct({
    majorStatus: described(uint32, 'Major status code of the GSS-API.'),
    minorStatus: described(uint32, 'Minor status code of the mechanism.'),
    message: described(text, 'The error as text.'),
    languageTag,
  }),
  (v) => quoted(v.message),
  'server',
);

const errorToken = message(
  65,
  'SSH_MSG_USERAUTH_GSSAPI_ERRTOK',
  '4462#3.9',
  'The mechanism failed, and made a token that tells the other side.',
  struct({ data: described(string, 'The token.') }),
  (v) => size(v.data),
);

const micMessage = message(
  66,
  'SSH_MSG_USERAUTH_GSSAPI_MIC',
  '4462#3.5',
  'The mechanism is done; the MIC binds it to this session.',
  struct({ mic }),
  (v) => size(v.mic),
  'client',
);

export const gssapiWithMic: AuthMethod = {
  names: ['gssapi-with-mic', 'gssapi'],
  rfc: '4462#3',
  note: 'The user is proven by GSS-API, in practice with a Kerberos ticket.',
  request: struct({ mechanisms: described(counted(oid), 'Mechanisms that the client can use, best first.') }),
  messages: [response, token, complete, error, errorToken, micMessage],
  words: (v) => (Array.isArray(v.mechanisms) ? v.mechanisms.map(oidWords).join(', ') : ''),
};

export const gssapiKeyex: AuthMethod = {
  names: ['gssapi-keyex'],
  rfc: '4462#4',
  note: 'The user was proven by GSS-API already during the key exchange; a MIC binds the request to that.',
  request: struct({ mic }),
  messages: [],
};
