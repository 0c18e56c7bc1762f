/** What each message is for in the whole: the sentences that its own note and its fields do not say. */
import type { MessageDef } from '../../ssh/message.ts';

/** Sentences by the name of the message, each with the section that says so; of a name with two meanings with its document too. */
const PURPOSES: Readonly<Record<string, readonly [text: string, rfc: string]>> = {
  // transport
  SSH_MSG_DISCONNECT: [
    'The proper end of a session. Before NEWKEYS anybody on the way could have made it up; after it, only the peer can send it.',
    '4253#11.1',
  ],
  SSH_MSG_IGNORE: [
    'It carries nothing, and is sent to hide how much is said and when. Before NEWKEYS it is what an attacker puts in to shift the sequence numbers (Terrapin), so strict key exchange forbids it there.',
    '4253#11.2',
  ],
  SSH_MSG_UNIMPLEMENTED: ['An answer to a number that its sender does not know, so that new messages can be tried without harm.', '4253#11.4'],
  SSH_MSG_DEBUG: ['For people only; no program may act on it.', '4253#11.3'],
  SSH_MSG_SERVICE_REQUEST: [
    'After the handshake the client asks for a service by name. Nearly always this is ssh-userauth, the login; what starts after the login is named in the login requests.',
    '4253#10',
  ],
  SSH_MSG_SERVICE_ACCEPT: ['The login may begin. A server that does not give the service ends the connection.', '4253#10'],
  SSH_MSG_EXT_INFO: [
    'It carries what the KEXINIT has no room for. It comes under the new keys, so that nobody on the way can strike anything from it. The most important extension, server-sig-algs, tells the client how it may sign when it logs in.',
    '8308#2.3',
  ],
  SSH_MSG_NEWCOMPRESS: [
    'The next message of the client is the first under the compression that both sides offered for after the login (delay-compression).',
    '8308#3.2',
  ],
  SSH_MSG_KEXINIT: [
    'Each side sends its lists without waiting for the other; both then apply the same rule, so no message needs to say what was chosen.',
    '4253#7.1',
  ],
  SSH_MSG_NEWKEYS: ['It carries no key: it is only the line between two parts of the stream. The other direction switches by its own NEWKEYS.', '4253#7.3'],
  // key exchange
  SSH_MSG_KEXDH_INIT: [
    'The client made a secret number x for this session only and sends e = g^x mod p. From e nobody can get x back in useful time.',
    '4253#8',
  ],
  SSH_MSG_KEXDH_REPLY: ['With f the client can compute K = f^x mod p. The host key and the signature over H show with whom it shares K.', '4253#8'],
  SSH_MSG_KEX_DH_GEX_REQUEST: ['All three sizes go into the exchange hash, so nobody can ask for a smaller prime in the name of the client.', '4419#3'],
  SSH_MSG_KEX_DH_GEX_REQUEST_OLD: ['The older form, with one size; the client cannot say what it takes at least.', '4419#5'],
  SSH_MSG_KEX_DH_GEX_GROUP: [
    'The prime and the generator are public. Both go into the exchange hash, so nobody can put a weak prime in their place unnoticed.',
    '4419#3',
  ],
  SSH_MSG_KEX_DH_GEX_INIT: [
    'The client made a secret number x for this session only and sends e = g^x mod p, with the p and g that the server sent.',
    '4419#3',
  ],
  SSH_MSG_KEX_DH_GEX_REPLY: ['With f the client can compute K = f^x mod p. The host key and the signature over H show with whom it shares K.', '4419#3'],
  SSH_MSG_KEX_ECDH_INIT: ['The client made a fresh key pair for this session only and sends the public half. The private half never leaves it.', '5656#4'],
  SSH_MSG_KEX_ECDH_REPLY: [
    "With the server's public half and its own private half the client computes K. The host key and the signature over H show with whom it shares K.",
    '5656#4',
  ],
  'SSH_MSG_KEX_ECDH_INIT 9941': [
    'The client made two fresh key pairs, one for the key encapsulation (KEM) and one on the curve, and sends both public halves as one value.',
    '9941#3',
  ],
  'SSH_MSG_KEX_ECDH_REPLY 9941': [
    'The server wrapped a random secret for the KEM key of the client, and sends it with its public value on the curve. K is the hash of both secrets: to find it, both must be broken.',
    '9941#3',
  ],
  SSH_MSG_KEX_HYBRID_INIT: [
    'The client made two fresh key pairs, one for the key encapsulation (KEM) and one on the curve, and sends both public halves as one value.',
    'draft-ietf-sshm-mlkem-hybrid-kex#2.4',
  ],
  SSH_MSG_KEX_HYBRID_REPLY: [
    'The server wrapped a random secret for the KEM key of the client, and sends it with its public value on the curve. K is the hash of both secrets: to find it, both must be broken.',
    'draft-ietf-sshm-mlkem-hybrid-kex#2.4',
  ],
  SSH_MSG_KEXRSA_PUBKEY: ['K_T is a key for this purpose only; it is not the host key, which only signs.', '4432#4'],
  SSH_MSG_KEXRSA_SECRET: [
    'The only place in SSH-2 where a secret is encrypted with a public key: who has the private half of K_T can read K, also later.',
    '4432#4',
  ],
  SSH_MSG_KEXRSA_DONE: ['K is part of H, so without K the server could not have signed the right value.', '4432#4'],
  SSH_MSG_KEXGSS_INIT: ['The public value of the client, with a token for which a third party (in Kerberos, the key distribution centre) vouches.', '4462#2.1'],
  SSH_MSG_KEXGSS_COMPLETE: ['The code over H (MIC) takes the place of the signature: only a server that the third party knows could make it.', '4462#2.1'],
  // login
  SSH_MSG_USERAUTH_REQUEST: [
    'Sent under the new keys, to a server that has proven its host key. It names the user, the service to start then, and one method; a request may simply fail, and another may follow.',
    '4252#5',
  ],
  SSH_MSG_USERAUTH_FAILURE: [
    'It says with which methods the client may go on; with partial success the attempt was right, and one more is asked for.',
    '4252#5.1',
  ],
  SSH_MSG_USERAUTH_SUCCESS: [
    'From here on the service runs, in practice ssh-connection. Compression that waits for the login begins after this message.',
    '4252#5.1',
  ],
  SSH_MSG_USERAUTH_BANNER: ['The text comes from the server, before anybody is logged in: a client must make it harmless before it shows it.', '4252#5.4'],
  SSH_MSG_USERAUTH_PK_OK: [
    'Nothing is proven yet: everybody can send a public key. The proof is the signature over the session id and the request, which comes next.',
    '4252#7',
  ],
  SSH_MSG_USERAUTH_PASSWD_CHANGEREQ: ['The client answers with another request, which holds the old password and the new one.', '4252#8'],
  SSH_MSG_USERAUTH_INFO_REQUEST: [
    'The server decides what is asked: a password, a one-time code, anything. The client shows the questions to the user.',
    '4256#3.2',
  ],
  SSH_MSG_USERAUTH_INFO_RESPONSE: [
    'The answers travel as they are, under no more than the keys of the connection: a false server would get to read them.',
    '4256#3.4',
  ],
  // connection
  SSH_MSG_GLOBAL_REQUEST: ['It concerns the whole connection: forwarding of ports, keepalives, the other host keys of the server.', '4254#4'],
  SSH_MSG_REQUEST_SUCCESS: ['Answers carry no number; they come in the order of the requests.', '4254#4'],
  SSH_MSG_REQUEST_FAILURE: [
    'Answers carry no number; they come in the order of the requests. A keepalive expects just this refusal: it shows that the peer is alive.',
    '4254#4',
  ],
  SSH_MSG_CHANNEL_OPEN: [
    'Each side numbers its own end of a channel; later messages carry the number of the receiver. The window says how much may be sent before more is allowed.',
    '4254#5.1',
  ],
  SSH_MSG_CHANNEL_OPEN_CONFIRMATION: ['Now both ends have a number, and each a window that the other may fill.', '4254#5.1'],
  SSH_MSG_CHANNEL_OPEN_FAILURE: ['The channel does not exist, and its number is free again.', '4254#5.1'],
  SSH_MSG_CHANNEL_WINDOW_ADJUST: ['Flow control: a receiver that is slow holds up one channel and not the others.', '4254#5.2'],
  SSH_MSG_CHANNEL_DATA: ['Its bytes count against the window of the receiver, which must be opened again when it is used up.', '4254#5.2'],
  SSH_MSG_CHANNEL_EXTENDED_DATA: ['It is kept apart from the output, so that the client can write both to where they belong.', '4254#5.2'],
  SSH_MSG_CHANNEL_EOF: ['Only one direction ends here: the other side may go on sending.', '4254#5.3'],
  SSH_MSG_CHANNEL_CLOSE: ['Each side sends it once; when both have, the number may be used again.', '4254#5.3'],
  SSH_MSG_CHANNEL_REQUEST: [
    'What a session channel is for is said by such requests: variables, a terminal, then a shell, a command or a subsystem; at the end the exit status.',
    '4254#5.4',
  ],
  SSH_MSG_CHANNEL_SUCCESS: ['Answers carry no number; they come in the order of the requests of this channel.', '4254#5.4'],
  SSH_MSG_CHANNEL_FAILURE: ['Answers carry no number; they come in the order of the requests of this channel.', '4254#5.4'],
  SSH2_MSG_PING: ['OpenSSH sends it between keystrokes, so that an observer cannot time the typing.', 'openssh:PROTOCOL#1.8'],
  SSH2_MSG_PONG: ['It comes back as it was sent, so that even the echo of a keystroke looks like the others.', 'openssh:PROTOCOL#1.8'],
};

/** What `def` is for, and the section that says so; undefined when its own note says it all. */
export function purposeOf(def: MessageDef): readonly [text: string, rfc: string] | undefined {
  return PURPOSES[`${def.name} ${def.rfc}`] ?? PURPOSES[def.name];
}
