/** What an agent is asked to sign: a login, or a file or commit in the form of `ssh-keygen -Y sign`. */

import { hostKeyBlob } from '../../ssh/hostkey/blob.ts';
import { plain, quoted, size } from '../../ssh/words.ts';
import { boolean, box, bytes, type Codec, described, optional, rest, string, struct, text, uint8 } from '../../wire/codec.ts';
import type { Cursor } from '../../wire/cursor.ts';

/** RFC 4252 section 7: the session identifier, then the request without its signature. */
const login = struct({
  sessionIdentifier: described(string, 'The session that the login is for: the exchange hash of its first key exchange.'),
  messageNumber: described(uint8, '50, SSH_MSG_USERAUTH_REQUEST.'),
  userName: described(text, 'Who wants to log in.'),
  serviceName: described(text, 'What is to start after that.'),
  methodName: described(text, 'publickey, or hostbased where a machine vouches for its user.'),
  hasSignature: described(boolean, 'TRUE: the signature follows.'),
  publicKeyAlgorithmName: described(text, 'How it is signed.'),
  publicKey: described(box(hostKeyBlob), 'The key that signs.'),
  serverHostKey: described(optional(box(hostKeyBlob)), 'The host key of the server that the login is meant for (publickey-hostbound-v00@openssh.com).'),
});

const MAGIC = 'SSHSIG';

/** openssh PROTOCOL.sshsig section 3. */
const sshsig = struct({
  magic: described(bytes(MAGIC.length), 'The letters SSHSIG.'),
  namespace: described(text, 'What the signature is good for: file, git, …'),
  reserved: described(string, 'Not used, empty.'),
  hashAlgorithm: described(text, 'Hash of the message.'),
  messageHash: described(string, 'The hash.'),
});

const other = struct({ data: described(rest, 'Bytes whose meaning is not known here.') });

const SIGNATURE_REQUEST = 50;
/** Longer than every hash that a session identifier may be. */
const LONGEST_IDENTIFIER = 64;

/** Which of the forms stands at the place that `c` has reached. */
function formAt(c: Cursor): Codec<object> {
  const { bytes: b, pos } = c;
  if (c.remaining >= MAGIC.length && [...MAGIC].every((letter, i) => b[pos + i] === letter.charCodeAt(0))) return sshsig;
  const length = b[pos + 3] ?? 0;
  const short = b[pos] === 0 && b[pos + 1] === 0 && b[pos + 2] === 0 && length > 0 && length <= LONGEST_IDENTIFIER;
  return short && c.remaining > 4 + length && b[pos + 4 + length] === SIGNATURE_REQUEST ? login : other;
}

function formOf(value: object): Codec<object> {
  return 'sessionIdentifier' in value ? login : 'namespace' in value ? sshsig : other;
}

/** The content of `data` in a request to sign. */
export const toBeSigned: Codec<object> = {
  kind: 'struct',
  read: (c) => formAt(c).read(c),
  write: (w, v) => formOf(v).write(w, v),
};

/** What is signed, in a few words; peer text. */
export function signedWords(data: unknown): string {
  if (typeof data !== 'object' || data === null) return 'unreadable data';
  const v = data as Readonly<Record<string, unknown>>;
  if ('sessionIdentifier' in v || 'userName' in v) return `login of ${quoted(v.userName, 64)} by ${plain(v.methodName, 48)}`;
  if ('namespace' in v) return `SSHSIG for ${quoted(v.namespace, 64)}`;
  return size(v.data);
}
