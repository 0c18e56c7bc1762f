/** Messages of the transport layer: 1 to 29 (RFC 4253, RFC 8308). */
import { boolean, box, by, bytes, type Codec, counted, described, named, nameList, string, struct, text, uint32, type ValueOf } from '../../wire/codec.ts';
import { reserved } from '../extend.ts';
import { empty, type MessageDef, message, type Partly } from '../message.ts';
import { count, joined, labelled, plain, quoted, size } from '../words.ts';

/** RFC 4250 section 4.2.2. */
export const DISCONNECT_REASONS: Readonly<Record<number, string>> = {
  1: 'host not allowed to connect',
  2: 'protocol error',
  3: 'key exchange failed',
  4: 'reserved',
  5: 'MAC error',
  6: 'compression error',
  7: 'service not available',
  8: 'protocol version not supported',
  9: 'host key not verifiable',
  10: 'connection lost',
  11: 'by application',
  12: 'too many connections',
  13: 'auth cancelled by user',
  14: 'no more auth methods available',
  15: 'illegal user name',
};

export const languageTag = described(text, 'Language of the text (RFC 3066), nearly always empty.');

export const disconnect = message(
  1,
  'SSH_MSG_DISCONNECT',
  '4253#11.1',
  'The sender closes the connection at once; neither side may send anything after it.',
  struct({
    reasonCode: described(named(uint32, DISCONNECT_REASONS), 'Why, as a number for programs.'),
    description: described(text, 'Why, as text for people.'),
    languageTag,
  }),
  (v) => `${labelled(v.reasonCode, DISCONNECT_REASONS)}: ${quoted(v.description)}`,
);

export const ignore = message(
  2,
  'SSH_MSG_IGNORE',
  '4253#11.2',
  'Means nothing and must be skipped; hides the length of other messages, or breaks up known plaintext.',
  struct({ data: described(string, 'Anything.') }),
  (v) => size(v.data),
);

export const unimplemented = message(
  3,
  'SSH_MSG_UNIMPLEMENTED',
  '4253#11.4',
  'The sender does not know the message that it was sent.',
  struct({ packetSequenceNumber: described(uint32, 'Sequence number of the packet that was not understood.') }),
  (v) => `packet ${v.packetSequenceNumber ?? '?'} was not understood`,
);

export const debug = message(
  4,
  'SSH_MSG_DEBUG',
  '4253#11.3',
  'A remark for whoever looks for a fault.',
  struct({
    alwaysDisplay: described(boolean, 'Whether it should be shown also to those who did not ask.'),
    message: described(text, 'The remark.'),
    languageTag,
  }),
  (v) => quoted(v.message),
);

const serviceName = described(text, 'ssh-userauth to log in, or ssh-connection.');

export const serviceRequest = message(
  5,
  'SSH_MSG_SERVICE_REQUEST',
  '4253#10',
  'The client asks for a service; after the first key exchange that is authentication.',
  struct({ serviceName }),
  (v) => plain(v.serviceName),
  'client',
);

export const serviceAccept = message(
  6,
  'SSH_MSG_SERVICE_ACCEPT',
  '4253#10',
  'The server is willing to give the service.',
  struct({ serviceName }),
  (v) => plain(v.serviceName),
  'server',
);

const compressionLists = struct({
  compressionAlgorithmsClientToServer: described(nameList, 'Compressions from client to server, best first.'),
  compressionAlgorithmsServerToClient: described(nameList, 'Compressions from server to client, best first.'),
});

const value = (codec: Codec<unknown>, doc: string): Codec<object> => struct({ extensionValue: described(codec, doc) });

/** Extensions by name: RFC 8308 section 3, RFC 9987 for agent forwarding, openssh PROTOCOL section 1. */
const EXTENSION_VALUES: ReadonlyMap<string, Codec<object>> = new Map([
  ['server-sig-algs', value(nameList, 'Signature algorithms that the server takes from a user who logs in with a key.')],
  ['delay-compression', value(box(compressionLists), 'Compressions to begin with after authentication, as a new negotiation.')],
  ['no-flow-control', value(text, 'p: preferred, s: supported; channel windows are then without limit.')],
  ['elevation', value(text, 'Whether a Windows session should have administrator rights: y, n or d for the default.')],
  ['publickey-hostbound@openssh.com', value(text, 'Version. The server takes user signatures that also cover its host key.')],
  ['ping@openssh.com', value(text, 'Version. The server answers PING (192) with PONG (193).')],
  ['ext-info-in-auth@openssh.com', value(text, 'Version. The client takes a second EXT_INFO during authentication.')],
  ['agent-forward', value(text, 'Version. The server knows agent forwarding by its standard name.')],
]);

const otherValue = value(string, 'A value that only those know who know the extension.');

const extension = by('extensionName', described(text, 'Name of the extension.'), (name) => EXTENSION_VALUES.get(name) ?? otherValue);

export const extInfo = message(
  7,
  'SSH_MSG_EXT_INFO',
  '8308#2.3',
  'Tells which extensions the sender supports; comes first after NEWKEYS, and only if the peer sent ext-info-c or ext-info-s.',
  struct({ extensions: described(counted(extension), 'The extensions, each with a value of its own form.') }),
  (v) => `${count(v.extensions, 'extension')}: ${(v.extensions ?? []).map((e) => plain(e?.extensionName, 40)).join(', ')}`,
);

export const newCompress = message(
  8,
  'SSH_MSG_NEWCOMPRESS',
  '8308#3.2',
  'From the next message on the sender uses the compression agreed by delay-compression.',
  empty,
);

const list = (doc: string) => described(nameList, doc);

const kexInitBody = struct({
  cookie: described(bytes(16), 'Random bytes, so that neither side alone determines the keys and the session identifier.'),
  kexAlgorithms: list('Key exchange methods, best first, and a few names that are only signals.'),
  serverHostKeyAlgorithms: list('How the server may sign: from the client what it accepts, from the server what it has keys for.'),
  encryptionAlgorithmsClientToServer: list('Ciphers from client to server, best first.'),
  encryptionAlgorithmsServerToClient: list('Ciphers from server to client, best first.'),
  macAlgorithmsClientToServer: list('MACs from client to server, best first; not used with an AEAD cipher.'),
  macAlgorithmsServerToClient: list('MACs from server to client, best first; not used with an AEAD cipher.'),
  compressionAlgorithmsClientToServer: list('Compressions from client to server, best first.'),
  compressionAlgorithmsServerToClient: list('Compressions from server to client, best first.'),
  languagesClientToServer: list('Languages for text, nearly always empty.'),
  languagesServerToClient: list('Languages for text, nearly always empty.'),
  firstKexPacketFollows: described(boolean, 'Whether the first packet of the guessed method follows without waiting for the other KEXINIT.'),
  reserved: described(reserved, 'Reserved for extensions, 0.'),
});

function kexInitWords(v: Partly<ValueOf<typeof kexInitBody>>): string {
  const kex = v.kexAlgorithms ?? [];
  const ciphers = count(v.encryptionAlgorithmsClientToServer, 'cipher');
  const counts = joined(`${kex.length} kex`, count(v.serverHostKeyAlgorithms, 'host key'), ciphers, count(v.macAlgorithmsClientToServer, 'MAC'));
  const signals = joined(
    kex.some((n) => n === 'ext-info-c' || n === 'ext-info-s') && 'ext-info',
    kex.some((n) => n?.startsWith('kex-strict-')) && 'strict kex',
    v.firstKexPacketFollows === true && 'guess follows',
  );
  return joined(`${counts}; first ${plain(kex[0], 48)}`, signals);
}

export const kexInit = message(
  20,
  'SSH_MSG_KEXINIT',
  '4253#7.1',
  'Lists the algorithms that the sender knows, best first; both whole messages go into the exchange hash, so nobody can thin the lists out unnoticed.',
  kexInitBody,
  kexInitWords,
);

export const newKeys = message(
  21,
  'SSH_MSG_NEWKEYS',
  '4253#7.3',
  'The last message under the old keys and algorithms of this direction; the next packet is under the new ones.',
  empty,
);

/** All messages of the transport layer, by number. */
export const TRANSPORT_MESSAGES: readonly MessageDef[] = [
  disconnect,
  ignore,
  unimplemented,
  debug,
  serviceRequest,
  serviceAccept,
  extInfo,
  newCompress,
  kexInit,
  newKeys,
];
