/** Chapter: the login, which happens inside the encrypted connection. */
import { count, enumerated } from '../../bytes/words.ts';
import { agreedCompression, compressionOffer } from '../../ssh/delay-compression.ts';
import type { LoginAttempt, Packet, Side } from '../../ssh/model.ts';
import { underNone } from '../clear.ts';
import { fieldAt, type Notes, packetAt, type Source } from '../note.ts';
import { framesText, name, SIDES, type Tale, type Teller } from './tale.ts';

/** Attempts told one by one. */
const MOST_TOLD = 12;

const IN_CLEAR =
  'Only now does the user come in. But the cipher none encrypts nothing: names, passwords and answers can be read by everybody on the way. RFC 4252 wants no login by password then.';

function underKeys({ first }: Tale): string {
  const proven = first?.method?.family === 'gss' ? 'who it is, by GSS-API' : 'its host key';
  return `Only now does the user come in. Names, passwords and signatures travel under the keys that were just made, to a server that has just proven ${proven}: nobody on the way reads or changes them.`;
}

export const login: Teller = {
  id: 'login',
  title: ({ session }) => (underNone(session, 'client') ? 'The login: in clear' : 'The login: inside the encryption'),
  tell(tale, notes) {
    const { session } = tale;
    if (session.protocol === 1) return;
    const { attempts, outcome, user, banner } = session.authentication;
    const sealed = session.client.decryption.bytes > 0 && attempts.length === 0;
    if (attempts.length === 0 && !sealed) return;
    if (sealed) {
      tellSealed(tale, notes);
      tellBinding(notes, undefined);
      return;
    }
    const request = tale.packets.find((p) => p.number === 50);
    const clear = underNone(session, 'client');
    notes.say(clear ? 'brief' : 'student', 'rule', clear ? IN_CLEAR : underKeys(tale), [
      request === undefined ? undefined : packetAt(request),
      clear ? '4252#8' : '4252#4',
    ]);
    const verb = { success: 'is logged in', failure: 'was not let in', unknown: 'tried to log in; the outcome is not in this file' }[outcome];
    notes.say('brief', 'read', `The user "${name(user)}" ${verb}, after ${count(attempts.length, 'attempt')}.`, [
      request === undefined ? undefined : packetAt(request),
      '4252#5',
    ]);
    if (banner !== undefined) tellBanner(tale, notes, banner);
    for (const attempt of attempts.slice(0, MOST_TOLD)) tellAttempt(tale, notes, attempt);
    if (attempts.length > MOST_TOLD) notes.say('student', 'read', `There were ${count(attempts.length - MOST_TOLD, 'more attempt')}.`, ['4252#5']);
    tellCompression(tale, notes);
    if (attempts.some((a) => a.signature !== undefined))
      tellBinding(
        notes,
        tale.packets.find((p) => p.value?.signature !== undefined && p.number === 50),
      );
  },
};

function tellSealed(tale: Tale, notes: Notes): void {
  const state = tale.session.client.decryption.state;
  const how = state === 'no-secret' || state === 'none' ? 'without the keys' : 'in this file';
  notes.say(
    'brief',
    'rule',
    `The login is somewhere in these ${underNone(tale.session, 'client') ? '' : 'encrypted '}bytes. ${how.charAt(0).toUpperCase()}${how.slice(1)} nobody can tell who logged in, by which method, and whether it succeeded; sizes and pauses allow guesses, no more.`,
    ['4252#4'],
  );
}

function tellBanner(tale: Tale, notes: Notes, banner: string): void {
  const packet = tale.packets.find((p) => p.number === 53);
  notes.say('student', 'read', `Before it the server showed a text: "${name(banner.trimEnd(), 200)}".`, [
    packet === undefined ? undefined : packetAt(packet),
    '4252#5.4',
  ]);
}

/** What the extension delay-compression puts into force at the end of the login. */
function tellCompression(tale: Tale, notes: Notes): void {
  // A second EXT_INFO takes the place of the first (RFC 8308 section 2.4).
  const last = (side: Side) => tale.packets.findLast((p) => p.side === side && p.number === 7);
  const infos = { client: last('client'), server: last('server') };
  const offers = { client: compressionOffer(infos.client?.value?.extensions), server: compressionOffer(infos.server?.value?.extensions) };
  if (offers.client === undefined || offers.server === undefined) return;
  const { client, server } = offers;
  const [up, down] = SIDES.map((side) => name(agreedCompression(client, server, side) ?? 'nothing'));
  notes.say(
    'student',
    'computed',
    `Both sides offered delay-compression: they agree on compression once more, for the time when the user is known. The server uses ${down} for what follows its SSH_MSG_USERAUTH_SUCCESS, and the client ${up} for what follows its SSH_MSG_NEWCOMPRESS, by which it says that it has seen the former.`,
    [...SIDES.map((side) => extensionsAt(infos[side])), '8308#3.2'],
  );
}

function extensionsAt(packet: Packet | undefined): Source {
  return packet === undefined ? undefined : fieldAt(packet, 'extensions');
}

/** What the methods are, for the sentence about an attempt. */
const METHODS: ReadonlyMap<string, readonly [text: string, rfc: string]> = new Map(
  Object.entries({
    none: ['with the method none, which hardly ever succeeds: its purpose is to learn from the refusal which methods the server would take', '4252#5.2'],
    password: ['with a password. It is sent as it is, inside the encryption: the server gets to see it, so a false server would too', '4252#8'],
    publickey: ['with a key of the user: the private half stays on the client and signs', '4252#7'],
    'publickey-hostbound-v00@openssh.com': [
      "with a key of the user: the private half stays on the client and signs, and the signature also covers the server's host key",
      'openssh:PROTOCOL#3.1',
    ],
    'keyboard-interactive': ['by questions of the server and answers of the user, in practice for a password or a one-time code', '4256#3'],
    hostbased: ["with the key of the client's machine, which vouches for its user", '4252#9'],
    'gssapi-keyex': ['by the GSS-API of the key exchange: who vouched for the server there vouches for the user too', '4462#4'],
    'gssapi-with-mic': ['by GSS-API, mostly Kerberos: a third party vouches for the user', '4462#3'],
  } as const),
);

const OUTCOMES: Readonly<Record<LoginAttempt['outcome'], string>> = {
  success: 'It succeeded.',
  failure: 'It failed.',
  partial: 'It was right, but the server asks for another method as well.',
  unknown: 'How it ended is not in this file.',
};

function tellAttempt(tale: Tale, notes: Notes, a: LoginAttempt): void {
  const clear = a.method === 'password' && underNone(tale.session, 'client');
  const [told, rfc] = METHODS.get(a.method) ?? [`with the method ${name(a.method)}`, '4252#5'];
  const how = clear ? 'with a password. It is sent as it is, in clear: everybody on the way gets to see it' : told;
  const packets = tale.packets.filter((p) => p.frame >= a.firstFrame && p.frame <= a.lastFrame && p.number !== undefined && p.number >= 50 && p.number <= 79);
  const requests = packets.filter((p) => p.number === 50 && p.value?.methodName === a.method);
  const key = a.key === undefined ? '' : ` The key: ${name(a.key.type)} ${a.key.fingerprint}.`;
  const prompts = a.prompts === 0 ? '' : ` The server asked ${count(a.prompts, 'question')}.`;
  const where = requests.length === 0 ? '' : ` (${enumerated([...new Set(requests.map(framesText))])})`;
  notes.say(
    a.outcome === 'success' ? 'brief' : 'student',
    'read',
    `An attempt${where} ${how}.${key}${prompts} ${OUTCOMES[a.outcome]}${a.method === 'none' && a.outcome === 'success' ? ' This server asks for no proof at all.' : ''}`,
    [...requests.slice(0, 4).map(packetAt), rfc],
  );
  tellSignature(notes, a, packets, rfc);
  if (a.key?.authority !== undefined)
    notes.say(
      'student',
      'computed',
      `The key comes in a certificate of ${name(a.key.authority.key, 100)}; the signature of that authority is ${a.key.authority.verdict}.`,
      [...requests.slice(0, 1).map(packetAt), 'draft-ietf-sshm-cert'],
    );
}

function tellSignature(notes: Notes, a: LoginAttempt, packets: readonly Packet[], rfc: string): void {
  if (a.signature === undefined) return;
  const query = packets.find((p) => p.number === 50 && p.value?.hasSignature === false);
  const signed = packets.find((p) => p.number === 50 && p.value?.signature !== undefined);
  if (query !== undefined && signed !== undefined)
    notes.say(
      'student',
      'read',
      `The client first only asks whether the server would take this key (${framesText(query)}), for signing may need a passphrase or a touch. Then it signs (${framesText(signed)}).`,
      [fieldAt(query, 'hasSignature'), fieldAt(signed, 'signature'), rfc],
    );
  const { verdict, reason } = a.signature;
  const words = { valid: 'is right', invalid: `is WRONG: ${reason}`, unchecked: `could not be checked: ${reason}` }[verdict];
  const at: Source = signed === undefined ? undefined : fieldAt(signed, 'signature');
  notes.say(verdict === 'invalid' ? 'brief' : 'student', 'computed', `The user's signature ${words}.`, [at, rfc]);
}

/** Why a signature of a user is worth nothing elsewhere. */
function tellBinding(notes: Notes, packet: Packet | undefined): void {
  notes.say(
    'student',
    'rule',
    "A user who logs in with a key signs the session id together with the request: user name, service, method and public key. The session id is the H of this key exchange, which exists only here. A server that wanted to use the signature for itself, to log in at another server as this user, would need the same H there; but H holds the other server's host key and fresh values of that connection. So a signature cannot be forwarded, and neither played again later. A password can be: whoever it was told to can use it.",
    [packet === undefined ? undefined : fieldAt(packet, 'signature'), '4252#7', '4251#9.4.4'],
  );
}
