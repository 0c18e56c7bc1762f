/** Messages of SSH protocol 1.5 (draft-ylonen-ssh-protocol-00): all names, and the bodies of those that are sent in clear. */
import { md5 } from '@noble/hashes/legacy.js';
import { toHex } from '../../bytes/hex.ts';
import { bytes, type Codec, described, named, string, struct, text, uint8, uint32 } from '../../wire/codec.ts';
import { bitNames, bitset } from '../extend.ts';
import { empty, type MessageDef, message, opaque, type Side } from '../message.ts';
import { bitLength, labelled, quoted, size } from '../words.ts';

const RFC = 'draft-ylonen-ssh-protocol-00';

/** A number in the old form: its bits as a uint16, then as many bytes as that takes. The value is the bytes. */
const mpint1: Codec<Uint8Array> = {
  kind: 'mpint',
  read: (c) => {
    const start = c.pos;
    c.need(2, 'a bit count');
    const bits = c.uint8() * 256 + c.uint8();
    const v = c.take((bits + 7) >> 3);
    // PuTTY counts whole bytes for the session key, whatever its first bits are.
    if (bitLength(v) !== bits && bits % 8 !== 0) c.report('noncanonical', `a number of ${bitLength(v)} bits that says ${bits}`, { start, end: c.pos }, RFC);
    return v;
  },
  write: (w, v) => {
    const bits = bitLength(v);
    w.uint8(bits >> 8);
    w.uint8(bits & 0xff);
    w.put(v);
  },
};

/** Ciphers of SSH-1 by number, which is also their bit in the mask. */
export const SSH1_CIPHERS: Readonly<Record<number, string>> = { 0: 'none', 1: 'IDEA', 2: 'DES', 3: '3DES', 4: 'TSS', 5: 'RC4', 6: 'Blowfish' };

/** Authentication methods of SSH-1 by their bit in the mask. */
export const SSH1_AUTHENTICATIONS: Readonly<Record<number, string>> = {
  1: 'rhosts',
  2: 'RSA',
  3: 'password',
  4: 'rhosts-RSA',
  5: 'TIS',
  6: 'Kerberos',
  7: 'Kerberos ticket passing',
};

const protocolFlags = described(bitset(uint32, { 0: 'screen number', 1: 'host in forwarded open' }), 'Small extensions of the protocol.');
const cookie = described(bytes(8), 'Random bytes that the client must send back, against forged addresses.');

const publicKey = message(
  2,
  'SSH_SMSG_PUBLIC_KEY',
  RFC,
  'The server shows two RSA keys and what it supports; the session key will be encrypted under both.',
  struct({
    cookie,
    serverKeyBits: described(uint32, 'Size of the server key, bits. It is made anew every hour and never stored.'),
    serverKeyPublicExponent: described(mpint1, 'Public exponent of the server key.'),
    serverKeyPublicModulus: described(mpint1, 'Modulus of the server key.'),
    hostKeyBits: described(uint32, 'Size of the host key, bits. It tells the client which host this is.'),
    hostKeyPublicExponent: described(mpint1, 'Public exponent of the host key.'),
    hostKeyPublicModulus: described(mpint1, 'Modulus of the host key.'),
    protocolFlags,
    supportedCiphersMask: described(bitset(uint32, SSH1_CIPHERS), 'Ciphers that the server supports.'),
    supportedAuthenticationsMask: described(bitset(uint32, SSH1_AUTHENTICATIONS), 'Ways to log in that the server supports.'),
  }),
  (v) => {
    const masks = `${bitNames(v.supportedCiphersMask, SSH1_CIPHERS)}; ${bitNames(v.supportedAuthenticationsMask, SSH1_AUTHENTICATIONS)}`;
    return `server key ${v.serverKeyBits ?? '?'} bits, host key ${v.hostKeyBits ?? '?'} bits ${ssh1Words(v)}; ${masks}`;
  },
  'server',
);

const sessionKey = message(
  3,
  'SSH_CMSG_SESSION_KEY',
  RFC,
  'The client chooses the cipher and sends the session key, encrypted under both RSA keys; everything after it is encrypted.',
  struct({
    cipherType: described(named(uint8, SSH1_CIPHERS), 'The cipher for both directions.'),
    cookie,
    encryptedSessionKey: described(mpint1, 'Session key of 32 bytes, XORed at its beginning with the session id, padded and encrypted twice.'),
    protocolFlags,
  }),
  (v) => `${labelled(v.cipherType, SSH1_CIPHERS)}, encrypted session key ${bitLength(v.encryptedSessionKey)} bits`,
  'client',
);

const disconnect = message(
  1,
  'SSH_MSG_DISCONNECT',
  RFC,
  'The sender closes the connection at once.',
  struct({ causeOfDisconnection: described(text, 'Why, for people.') }),
  (v) => quoted(v.causeOfDisconnection),
);

const user = message(
  4,
  'SSH_CMSG_USER',
  RFC,
  'Who wants to log in.',
  struct({ userLoginName: described(text, 'Name of the user on the server.') }),
  (v) => quoted(v.userLoginName),
  'client',
);

const data = struct({ data: described(string, 'Anything.') });

const ignore = message(32, 'SSH_MSG_IGNORE', RFC, 'Means nothing and must be skipped.', data, (v) => size(v.data));

const debug = message(36, 'SSH_MSG_DEBUG', RFC, 'A remark for whoever looks for a fault.', struct({ message: described(text, 'The remark.') }), (v) =>
  quoted(v.message),
);

/** Names of the messages that are sent only under encryption, or that OpenSSH's ssh1.h adds. */
const NAMES: readonly (readonly [number, string])[] = [
  [5, 'SSH_CMSG_AUTH_RHOSTS'],
  [6, 'SSH_CMSG_AUTH_RSA'],
  [7, 'SSH_SMSG_AUTH_RSA_CHALLENGE'],
  [8, 'SSH_CMSG_AUTH_RSA_RESPONSE'],
  [9, 'SSH_CMSG_AUTH_PASSWORD'],
  [10, 'SSH_CMSG_REQUEST_PTY'],
  [11, 'SSH_CMSG_WINDOW_SIZE'],
  [12, 'SSH_CMSG_EXEC_SHELL'],
  [13, 'SSH_CMSG_EXEC_CMD'],
  [14, 'SSH_SMSG_SUCCESS'],
  [15, 'SSH_SMSG_FAILURE'],
  [16, 'SSH_CMSG_STDIN_DATA'],
  [17, 'SSH_SMSG_STDOUT_DATA'],
  [18, 'SSH_SMSG_STDERR_DATA'],
  [19, 'SSH_CMSG_EOF'],
  [20, 'SSH_SMSG_EXITSTATUS'],
  [21, 'SSH_MSG_CHANNEL_OPEN_CONFIRMATION'],
  [22, 'SSH_MSG_CHANNEL_OPEN_FAILURE'],
  [23, 'SSH_MSG_CHANNEL_DATA'],
  [24, 'SSH_MSG_CHANNEL_CLOSE'],
  [25, 'SSH_MSG_CHANNEL_CLOSE_CONFIRMATION'],
  [27, 'SSH_SMSG_X11_OPEN'],
  [28, 'SSH_CMSG_PORT_FORWARD_REQUEST'],
  [29, 'SSH_MSG_PORT_OPEN'],
  [30, 'SSH_CMSG_AGENT_REQUEST_FORWARDING'],
  [31, 'SSH_SMSG_AGENT_OPEN'],
  [33, 'SSH_CMSG_EXIT_CONFIRMATION'],
  [34, 'SSH_CMSG_X11_REQUEST_FORWARDING'],
  [35, 'SSH_CMSG_AUTH_RHOSTS_RSA'],
  [37, 'SSH_CMSG_REQUEST_COMPRESSION'],
  [38, 'SSH_CMSG_MAX_PACKET_SIZE'],
  [39, 'SSH_CMSG_AUTH_TIS'],
  [40, 'SSH_SMSG_AUTH_TIS_CHALLENGE'],
  [41, 'SSH_CMSG_AUTH_TIS_RESPONSE'],
  [42, 'SSH_CMSG_AUTH_KERBEROS'],
  [43, 'SSH_SMSG_AUTH_KERBEROS_RESPONSE'],
  [44, 'SSH_CMSG_HAVE_KERBEROS_TGT'],
  [65, 'SSH_CMSG_HAVE_AFS_TOKEN'],
];

/** SMSG messages come from the server, CMSG messages from the client. */
function senderOf(name: string): Side | undefined {
  if (name.startsWith('SSH_SMSG_')) return 'server';
  return name.startsWith('SSH_CMSG_') ? 'client' : undefined;
}

/** All messages of SSH-1, by number. */
export const SSH1_MESSAGE_LIST: readonly MessageDef[] = [
  message(0, 'SSH_MSG_NONE', RFC, 'Never sent.', empty),
  disconnect,
  publicKey,
  sessionKey,
  user,
  ignore,
  debug,
  ...NAMES.map(([number, name]) => message(number, name, RFC, 'Sent only under encryption.', opaque, undefined, senderOf(name))),
];

/**
 * Fingerprint of an SSH-1 RSA key as `ssh-keygen -l` of its time printed it: MD5 over the bytes of the modulus, then
 * those of the exponent; `aa:bb:…` without a prefix.
 */
export function ssh1Fingerprint(modulus: Uint8Array, exponent: Uint8Array): string {
  return toHex(md5(Uint8Array.from([...modulus, ...exponent])), ':');
}

function ssh1Words(v: { readonly hostKeyPublicModulus?: Uint8Array | undefined; readonly hostKeyPublicExponent?: Uint8Array | undefined }): string {
  const { hostKeyPublicModulus: n, hostKeyPublicExponent: e } = v;
  return n === undefined || e === undefined ? '' : `MD5:${ssh1Fingerprint(n, e)}`;
}
