/** Chapters: the handshake beside that of TLS 1.3, and what is often misunderstood; both told with the names of this session. */
import { enumerated } from '../../bytes/words.ts';
import { cipher } from '../../ssh/crypto/ciphers.ts';
import type { KexFamily } from '../../ssh/kex/method.ts';
import { bothUnderNone } from '../clear.ts';
import type { Notes, Source } from '../note.ts';
import { fieldAt, packetAt } from '../note.ts';
import { firstExchange, framesText, kexPackets, name, sent, type Tale, type Teller } from './tale.ts';

/** True when the handshake is there to compare with: both lists and a known method. */
function hasHandshake(tale: Tale): boolean {
  const agreed = firstExchange(tale)?.negotiation;
  return tale.session.protocol === 2 && tale.first?.method !== undefined && agreed?.choices.some((c) => c.failed) === false;
}

export const tls: Teller = {
  id: 'tls',
  title: () => 'The same in TLS 1.3',
  tell(tale, notes) {
    if (!hasHandshake(tale)) return;
    const certified = firstExchange(tale)?.hostKey?.certificate !== undefined;
    const rows = [
      'SSH                                    TLS 1.3',
      'identification strings                 (version inside ClientHello)',
      'KEXINIT of both sides                  ClientHello, ServerHello',
      'public values: after the lists         key shares: already in the hellos',
      'client decides by its order            server decides',
      'H, signed by the host key              transcript hash, CertificateVerify',
      `${certified ? 'host key with a certificate of OpenSSH ' : 'bare host key, trust on first use     '} certificate of an authority`,
      'host key readable by all               certificate encrypted',
      'NEWKEYS: a single byte, no check       Finished: a MAC over the transcript',
      'user login inside, after it            client certificate, or left to HTTP',
      'new keys: the whole exchange again     KeyUpdate: hashed on, no exchange',
    ];
    notes.say(
      'student',
      'rule',
      'The idea is the same: lists, an ephemeral key exchange, one signature over everything that was said, keys derived by hashing. What is different:',
      ['4253#8', '8446#2'],
      rows,
    );
    notes.say(
      'student',
      'rule',
      'TLS 1.3 needs one round trip and encrypts from the ServerHello on, so an observer does not see the certificate. SSH needs more round trips and shows its host key, but the login of the user is part of the protocol and bound to the handshake.',
      ['8446#2', '4252#7'],
    );
  },
};

export const misunderstandings: Teller = {
  id: 'misunderstandings',
  title: () => 'What is often misunderstood',
  tell(tale, notes) {
    if (!hasHandshake(tale)) return;
    const agreed = firstExchange(tale)?.negotiation;
    const family = tale.first?.method?.family ?? 'dh';
    const suite = name(agreed?.client.cipher);
    const init = sent(tale, 'client', 20);
    const at: Source = init === undefined ? undefined : packetAt(init);
    const aes = suite.includes('aes') ? 'AES' : suite;
    const clear = bothUnderNone(tale.session);
    notes.say(
      'student',
      'rule',
      `"The session is encrypted from the start." No: nothing is encrypted or authenticated between the TCP handshake and NEWKEYS. It cannot be, for until then there is no common key. It need not be, for H covers all of it and is signed.${clear ? ' Here, under the cipher none, nothing is encrypted later either.' : ''}`,
      [at, '4253#7.3', '4253#8'],
    );
    tellPublicValues(tale, notes);
    tellGenerator(notes, family, clear ? 'A cipher' : aes);
    if (!clear)
      notes.say(
        'student',
        'rule',
        `"They first agree on ${aes}, so that encrypts the handshake." No: the name is chosen by the KEXINITs and used only after NEWKEYS.`,
        [at, '4253#7.1', '4253#7.3'],
      );
    if (family !== 'rsa')
      notes.say(
        'student',
        'rule',
        '"The private value is a prime." No: it is a random number or a random string of bytes. In the classical groups the modulus p is a prime, and that one is public.',
        ['4253#8'],
      );
    notes.say(
      'student',
      'rule',
      '"The shared secret is the key." No: K is hashed with H and the session id into six values, a key, a MAC key and an IV for each direction (those that the cipher needs).',
      ['4253#7.2'],
    );
    tellAsymmetric(notes, family, clear ? 'data is not encrypted at all here' : 'all data is encrypted with symmetric keys');
    tellThreeKeys(notes, family);
    const row = cipher(agreed?.client.cipher ?? '');
    if (row?.aead === true)
      notes.say('student', 'rule', '"A MAC was agreed on, so it is used." Not here: the cipher authenticates by itself, and the MAC lists are ignored.', [
        row.rfc,
      ]);
  },
};

/** The fields in which public keys and values are sent, by who sends them. */
const PUBLIC: readonly (readonly [field: string, what: string])[] = [
  ['e', "the client's public value"],
  ['qC', "the client's public value"],
  ['f', "the server's public value"],
  ['qS', "the server's public value"],
  ['transientKey', "the server's transient RSA key"],
  ['hostKey', 'the host key'],
];

function tellPublicValues(tale: Tale, notes: Notes): void {
  const packets = kexPackets(tale).filter((p) => !p.discarded);
  const found = PUBLIC.flatMap(([field, what]) => {
    const packet = packets.find((p) => p.value?.[field] !== undefined);
    return packet === undefined ? [] : [{ packet, field, what }];
  });
  if (found.length === 0) return;
  const list = enumerated(found.map(({ packet, what }) => `${what} (${framesText(packet)}, in ${packet.name ?? '?'})`));
  notes.say(
    'student',
    'read',
    `"I cannot see anybody send a public key." They are there, in the messages of the key exchange, behind the KEXINITs: ${list}.`,
    found.map(({ packet, field }) => fieldAt(packet, field)),
  );
}

const GENERATORS: Readonly<Record<KexFamily, string>> = {
  dh: 'a small number, here 2, of which powers modulo p are taken',
  gex: 'a small number that the server sends together with p',
  ecdh: 'a point on the curve, printed in its standard',
  curve: 'the base point of the curve, printed in its standard',
  hybrid: 'the base point of the curve, printed in its standard; the KEM has none',
  rsa: 'not needed: this method is no Diffie-Hellman',
  gss: 'a number or a point, as in every Diffie-Hellman',
};

function tellGenerator(notes: Notes, family: KexFamily, aes: string): void {
  notes.say(
    'student',
    'rule',
    `"The generator is an encryption algorithm, typically AES." No: the generator is ${GENERATORS[family]}. ${aes} has no part in the key exchange.`,
    ['4253#8'],
  );
}

/** `data` says how data is encrypted. */
function tellAsymmetric(notes: Notes, family: KexFamily, data: string): void {
  const myth = '"The client encrypts something with the public key of the server."';
  if (family === 'rsa')
    notes.say('student', 'rule', `${myth} In this method yes, with a key made for the purpose, and never with the host key. In all other methods of SSH no.`, [
      '4432#4',
    ]);
  else if (family === 'hybrid')
    notes.say(
      'student',
      'rule',
      `${myth} No. Host keys and user keys only sign. The nearest thing to it is the KEM of this method, where the server wraps a random value with a key of the client that lives for this exchange only; no data is encrypted so: ${data}.`,
      ['4253#8', '4251#4.1'],
    );
  else
    notes.say(
      'student',
      'rule',
      `${myth} No: there is no asymmetric encryption anywhere in this session. Public keys are used for agreeing on K, and for signatures; ${data}.`,
      ['4253#8', '4251#4.1'],
    );
}

function tellThreeKeys(notes: Notes, family: KexFamily): void {
  const fresh =
    family === 'rsa' ? 'the transient RSA key of this exchange' : 'the ephemeral keys of both sides, made for this exchange and thrown away after it';
  const host = family === 'gss' ? 'the host key (here a GSS-API mechanism stands in for it)' : 'the host key, by which the server proves who it is';
  notes.say(
    'student',
    'rule',
    `"The public key" is three different things: ${fresh}; ${host}; and the key of the user, if one logs in with it, which appears only after NEWKEYS. None is made from another.`,
    ['4253#8', '4251#4.1', '4252#7'],
  );
}
