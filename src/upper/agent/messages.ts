/** The messages of the SSH agent protocol (RFC 9987, openssh PROTOCOL.agent). */

import { bitset, extend } from '../../ssh/extend.ts';
import { hostKeyBlob, keyWords } from '../../ssh/hostkey/blob.ts';
import { signatureBlob } from '../../ssh/hostkey/signature.ts';
import { empty, type MessageDef, message, type Partly } from '../../ssh/message.ts';
import { count, joined, plain, quoted } from '../../ssh/words.ts';
import { boolean, box, counted, described, repeat, rest, secret, string, struct, text, uint32 } from '../../wire/codec.ts';
import { constraints, privateKey } from './keys.ts';
import { signedWords, toBeSigned } from './signed.ts';

type KeyValue = Parameters<typeof keyWords>[0];

const keyBlob = described(box(hostKeyBlob), 'The public key.');
const comment = described(text, 'What the user calls the key.');
const identity = struct({ keyBlob, comment });
const pin = described(secret(string), 'PIN of the token.');
const token = { readerId: described(text, 'The token.'), pin };

/** Flags of a signature request (RFC 9987). */
const SIGN_FLAGS = { 1: 'RSA with SHA-256', 2: 'RSA with SHA-512' };

/** Keys named in one summary. */
const KEYS_NAMED = 3;

const identityWords = (one: Partly<{ keyBlob: unknown; comment: string }> | undefined) =>
  joined(keyWords(one?.keyBlob as KeyValue), one?.comment !== '' && quoted(one?.comment, 40));

const typeWords = (v: { readonly type?: unknown; readonly comment?: unknown }) =>
  joined(plain(v.type, 64), typeof v.comment === 'string' && quoted(v.comment, 60));

const sessionBind = struct({
  hostKey: described(box(hostKeyBlob), 'Host key of the server of that session.'),
  sessionIdentifier: described(string, 'Its session identifier.'),
  signature: described(box(signatureBlob), "The server's signature over the exchange hash, from the key exchange."),
  isForwarding: described(boolean, 'TRUE: the agent is forwarded over that session. FALSE: it is used to log in there.'),
});

const contents = struct({ contents: described(rest, 'What the extension says.') });

/** A request of an extension by its name. */
function extensionBody(name: string) {
  return name === 'session-bind@openssh.com' ? sessionBind : name === 'query' ? empty : contents;
}

const REQUESTS: readonly MessageDef[] = [
  message(1, 'SSH_AGENTC_REQUEST_RSA_IDENTITIES', '9987', 'Asks for the keys of SSH-1, which agents no longer have.', empty),
  message(9, 'SSH_AGENTC_REMOVE_ALL_RSA_IDENTITIES', '9987', 'Makes the agent forget all keys of SSH-1; ssh-add -D still sends it.', empty),
  message(11, 'SSH_AGENTC_REQUEST_IDENTITIES', '9987', 'Asks which keys the agent has.', empty),
  message(
    13,
    'SSH_AGENTC_SIGN_REQUEST',
    '9987',
    'Asks the agent to sign: the private key never leaves it.',
    struct({
      keyBlob,
      data: described(box(toBeSigned), 'What is to be signed.'),
      flags: described(bitset(uint32, SIGN_FLAGS), 'Which hash to use with an RSA key.'),
    }),
    (v) => joined(signedWords(v.data), `with ${keyWords(v.keyBlob as KeyValue)}`),
  ),
  message(17, 'SSH_AGENTC_ADD_IDENTITY', '9987', 'Gives the agent a private key.', privateKey, typeWords),
  message(18, 'SSH_AGENTC_REMOVE_IDENTITY', '9987', 'Makes the agent forget a key.', struct({ keyBlob }), (v) => keyWords(v.keyBlob as KeyValue)),
  message(19, 'SSH_AGENTC_REMOVE_ALL_IDENTITIES', '9987', 'Makes the agent forget all keys.', empty),
  message(20, 'SSH_AGENTC_ADD_SMARTCARD_KEY', '9987', 'Gives the agent the keys of a token.', struct(token), (v) => plain(v.readerId)),
  message(21, 'SSH_AGENTC_REMOVE_SMARTCARD_KEY', '9987', 'Makes the agent forget the keys of a token.', struct(token), (v) => plain(v.readerId)),
  message(22, 'SSH_AGENTC_LOCK', '9987', 'Locks the agent with a passphrase.', struct({ passphrase: described(secret(string), 'The passphrase.') })),
  message(23, 'SSH_AGENTC_UNLOCK', '9987', 'Unlocks the agent.', struct({ passphrase: described(secret(string), 'The passphrase.') })),
  message(
    25,
    'SSH_AGENTC_ADD_ID_CONSTRAINED',
    '9987',
    'Gives the agent a private key under conditions.',
    extend(privateKey, () => struct({ constraints: described(constraints, 'The conditions.') })),
    (v) => joined(typeWords(v), count(v.constraints, 'constraint')),
  ),
  message(
    26,
    'SSH_AGENTC_ADD_SMARTCARD_KEY_CONSTRAINED',
    '9987',
    'Gives the agent the keys of a token under conditions.',
    struct({ ...token, constraints: described(constraints, 'The conditions.') }),
    (v) => joined(plain(v.readerId), count(v.constraints, 'constraint')),
  ),
  message(
    27,
    'SSH_AGENTC_EXTENSION',
    '9987',
    'Asks for something that an extension defines.',
    extend(struct({ extensionType: described(text, 'Name of the extension.') }), (v) => extensionBody(v.extensionType)),
    (v, verdict) => {
      const bind = v as Partly<Record<'hostKey' | 'isForwarding', unknown>>;
      const to = bind.hostKey !== undefined && joined(keyWords(bind.hostKey as KeyValue), bind.isForwarding === true ? 'forwarding' : 'login');
      return joined(plain(v.extensionType), to, verdict);
    },
  ),
];

const RESPONSES: readonly MessageDef[] = [
  message(2, 'SSH_AGENT_RSA_IDENTITIES_ANSWER', '9987', 'The keys of SSH-1.', struct({ keys: described(rest, 'Their number and the keys.') })),
  message(5, 'SSH_AGENT_FAILURE', '9987', 'The request failed, or is not known.', empty, (_, request) => request ?? ''),
  message(
    6,
    'SSH_AGENT_SUCCESS',
    '9987',
    'The request was done. Of a query it holds the names of the extensions in older agents.',
    struct({ contents: described(repeat(text), 'Names, when there was a query.') }),
    (_, request) => request ?? '',
  ),
  message(12, 'SSH_AGENT_IDENTITIES_ANSWER', '9987', 'The public keys of the agent.', struct({ keys: described(counted(identity), 'The keys.') }), (v) => {
    const keys = v.keys ?? [];
    const more = keys.length > KEYS_NAMED && `and ${keys.length - KEYS_NAMED} more`;
    return joined(count(keys, 'key'), ...keys.slice(0, KEYS_NAMED).map(identityWords), more);
  }),
  message(
    14,
    'SSH_AGENT_SIGN_RESPONSE',
    '9987',
    'The signature that was asked for.',
    struct({ signature: described(box(signatureBlob), 'The signature.') }),
    (v, verdict) => joined(plain(v.signature?.algorithm, 64), verdict),
  ),
  message(28, 'SSH_AGENT_EXTENSION_FAILURE', '9987', 'The extension is known, and the request failed.', empty, (_, request) => request ?? ''),
  message(
    29,
    'SSH_AGENT_EXTENSION_RESPONSE',
    '9987',
    'What the extension answers.',
    struct({ extensionType: described(text, 'Name of the extension.'), contents: described(repeat(text), 'Of a query the names of the extensions.') }),
    (v) => plain(v.extensionType),
  ),
];

const byNumber = new Map([...REQUESTS, ...RESPONSES].map((def) => [def.number, def] as const));

/** All messages, requests first. */
export const AGENT_MESSAGES: readonly MessageDef[] = [...REQUESTS, ...RESPONSES];

/** The message of type `number`. */
export function agentMessage(number: number): MessageDef | undefined {
  return byNumber.get(number);
}

/** Types that carry a private key, a PIN or a passphrase. */
export const SECRET_TYPES: ReadonlySet<number> = new Set([17, 20, 21, 22, 23, 25, 26]);
