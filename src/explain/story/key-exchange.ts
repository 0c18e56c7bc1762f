/** Chapter: how both sides came to one secret that nobody else knows, by the method of this session. */
import { count } from '../../bytes/words.ts';
import { groupPrime } from '../../ssh/crypto/groups.ts';
import { bitsOf, numberOf } from '../../ssh/crypto/number.ts';
import type { KexFamily, KexMethod } from '../../ssh/kex/method.ts';
import type { Exchange, Packet } from '../../ssh/model.ts';
import { bothUnderNone } from '../clear.ts';
import { fieldAt, type Notes, packetAt } from '../note.ts';
import { tellCurve, tellEcdh, tellHybrid } from './curves.ts';
import { firstExchange, framesText, holdsAll, kexPackets, name, named, SIDES, type Tale, type Teller } from './tale.ts';
import { hexLines } from './values.ts';

export const keyExchange: Teller = {
  id: 'key-exchange',
  title: (tale) => `The key exchange: ${name(firstExchange(tale)?.negotiation?.kex ?? 'agreeing on a secret')}`,
  tell(tale, notes) {
    const exchange = firstExchange(tale);
    const method = tale.first?.method;
    const packets = kexPackets(tale);
    if (exchange?.negotiation?.choices.some((c) => c.failed) === true) {
      notes.say('brief', 'read', 'There was no key exchange: the two sides have no algorithm in common for something that they need.', ['4253#7.1']);
      return;
    }
    if (method === undefined) {
      tellUnknown(tale, notes, exchange, packets);
      return;
    }
    tellMessages(notes, method, packets);
    tellProblem(notes, method);
    FAMILIES[method.family]({ tale, notes, method, exchange });
    tellSecret(tale, notes, method, exchange);
  },
};

/** What the teller of a family gets. */
export interface Scene {
  readonly tale: Tale;
  readonly notes: Notes;
  readonly method: KexMethod;
  readonly exchange: Exchange | undefined;
}

const FAMILIES: Readonly<Record<KexFamily, (scene: Scene) => void>> = {
  dh: tellGroup,
  gex: tellGroupExchange,
  ecdh: tellEcdh,
  curve: tellCurve,
  hybrid: tellHybrid,
  rsa: tellRsa,
  gss: tellGss,
};

function tellUnknown(tale: Tale, notes: Notes, exchange: Exchange | undefined, packets: readonly Packet[]): void {
  const kex = exchange?.negotiation?.kex;
  if (kex !== undefined) notes.say('brief', 'read', `sshark does not know the method ${name(kex)}, so it cannot explain its messages.`, ['4253#7.1']);
  else if (packets.length > 0)
    notes.say(
      'brief',
      'read',
      `Messages of a key exchange are there (${[...packets]
        .sort((a, b) => a.frame - b.frame)
        .map(framesText)
        .join(', ')}), but without both KEXINITs nobody can say by which method.`,
      [...packets.map(packetAt), '4253#7.1'],
    );
  else {
    const never = SIDES.every((side) => holdsAll(tale, side));
    notes.say('brief', 'read', never ? 'It did not come to a key exchange.' : 'This file does not hold the key exchange of this connection.', ['4253#8']);
  }
}

/** Which messages there are, and which are not in the file. */
function tellMessages(notes: Notes, method: KexMethod, packets: readonly Packet[]): void {
  const counted = packets.filter((p) => !p.discarded);
  if (counted.length === 0) {
    notes.say('brief', 'read', 'The algorithms were agreed, but no message of the key exchange is in this file.', [method.rfc]);
    return;
  }
  const list = counted.map((p) => `${p.name ?? '?'} (${p.side}, ${framesText(p)})`);
  notes.say('brief', 'read', `The key exchange took ${count(counted.length, 'message')}, all in clear: ${list.join(', ')}.`, [
    ...counted.map(packetAt),
    method.rfc,
  ]);
  for (const p of counted.filter((one) => one.cut))
    notes.say('brief', 'read', `${p.name ?? 'One message'} is cut off by the end of the capture.`, [packetAt(p), method.rfc]);
}

function tellProblem(notes: Notes, { rfc, family }: KexMethod): void {
  if (family === 'rsa') return;
  notes.say(
    'student',
    'rule',
    'The problem to be solved: two sides that share no secret yet must get one, over a line on which everybody may listen. Neither may send it. Each therefore makes a secret number of its own for this session only (the ephemeral private value), and sends a public value computed from it. From its own private value and the public value of the other side each computes the same secret K.',
    [rfc],
  );
}

// --- numbers modulo a prime

/** Sections that print the primes. */
const PRIMES: Readonly<Record<number, readonly [number: number, rfc: string]>> = {
  1024: [1, '2409#6.2'],
  2048: [14, '3526#3'],
  3072: [15, '3526#4'],
  4096: [16, '3526#5'],
  6144: [17, '3526#6'],
  8192: [18, '3526#7'],
};

function tellGroup(scene: Scene): void {
  const { tale, notes, method } = scene;
  const [group, section] = PRIMES[method.groupBits ?? 0] ?? [0, method.rfc];
  const p = groupPrime(group);
  const alias = group === 1 ? ' (Oakley Group 2 of RFC 2409, which SSH calls group1)' : '';
  notes.say(
    'student',
    'rule',
    `Here it is done with whole numbers modulo p, where p is a prime of ${method.groupBits} bits that is printed in a standard${alias}, and the generator g is the number 2. Neither is secret. The generator is a number, no cipher and no key.`,
    [section, method.rfc],
  );
  if (p !== undefined) notes.say('deep', 'rule', 'The prime p, in hexadecimal:', [section], wideHex(p));
  tellHalves(scene, p, named(tale, 'SSH_MSG_KEXDH_INIT'), named(tale, 'SSH_MSG_KEXDH_REPLY'));
}

function tellGroupExchange(scene: Scene): void {
  const { tale, notes, method } = scene;
  const request = named(tale, 'SSH_MSG_KEX_DH_GEX_REQUEST') ?? named(tale, 'SSH_MSG_KEX_DH_GEX_REQUEST_OLD');
  const group = named(tale, 'SSH_MSG_KEX_DH_GEX_GROUP');
  const [min, n, max] = [request?.value?.min, request?.value?.n, request?.value?.max];
  if (request !== undefined) {
    const asked =
      min === undefined
        ? `about ${String(n)} bits, in the older form of the request`
        : `at least ${String(min)}, preferably ${String(n)}, at most ${String(max)} bits`;
    notes.say('student', 'read', `The method works with whole numbers modulo a prime p, and p is not fixed. The client asks for one by size: ${asked}.`, [
      packetAt(request),
      '4419#3',
    ]);
  }
  const p = group?.value?.p instanceof Uint8Array ? numberOf(group.value.p) : undefined;
  if (group !== undefined && p !== undefined) {
    const g = group.value?.g instanceof Uint8Array ? numberOf(group.value.g) : undefined;
    const known = Object.values(PRIMES).find(([number]) => groupPrime(number) === p);
    const which =
      known === undefined
        ? 'It is none of the primes printed in the RFCs, so it comes from a list of the server (in OpenSSH the file moduli)'
        : `It is the well-known prime of group ${known[0]}`;
    notes.say(
      'student',
      'computed',
      `The server answers with a prime p of ${bitsOf(p)} bits and the generator g = ${g === undefined ? '?' : short(g)}, in clear. ${which}. The client has only the server's word that p is a good prime, but the prime is in the exchange hash, so nobody else can have swapped it.`,
      [fieldAt(group, 'p'), fieldAt(group, 'g'), '4419#3'],
    );
    notes.say('deep', 'read', 'The prime p, in hexadecimal:', [fieldAt(group, 'p'), '4419#3'], wideHex(p));
  }
  if (typeof min === 'number' && p !== undefined && bitsOf(p) < min)
    notes.say('brief', 'computed', `The prime has ${bitsOf(p)} bits, fewer than the ${min} that the client asked for at least: it should have refused.`, [
      method.rfc,
    ]);
  tellHalves(scene, p, named(tale, 'SSH_MSG_KEX_DH_GEX_INIT'), named(tale, 'SSH_MSG_KEX_DH_GEX_REPLY'));
}

/** e and f, and what they are good for. */
function tellHalves({ notes, method }: Scene, p: bigint | undefined, init: Packet | undefined, reply: Packet | undefined): void {
  const [e, f] = [init?.value?.e, reply?.value?.f].map((v) => (v instanceof Uint8Array ? numberOf(v) : undefined));
  if (init !== undefined && e !== undefined)
    notes.say(
      'student',
      'read',
      `The client picked a random secret number x, which need not be a prime, and computed e = g^x mod p. It sent e (${bitsOf(e)} bits) in ${framesText(init)}; x stays in its memory.`,
      [fieldAt(init, 'e'), method.rfc],
    );
  else notes.say('brief', 'read', "The client's public value e is not in this file.", [method.rfc]);
  if (reply !== undefined && f !== undefined)
    notes.say('student', 'read', `The server did the same with its own secret y and sent f = g^y mod p (${bitsOf(f)} bits) in ${framesText(reply)}.`, [
      fieldAt(reply, 'f'),
      method.rfc,
    ]);
  else notes.say('brief', 'read', "The server's public value f is not in this file.", [method.rfc]);
  notes.say(
    'student',
    'rule',
    'Now the client computes f^x mod p and the server e^y mod p. Both are g^(xy) mod p: that is K. Who listens has p, g, e and f, but neither x nor y; to get x from e means to take a discrete logarithm, for which no way is known that is fast enough on ordinary computers when p is large.',
    [method.rfc],
  );
  if (p === undefined || e === undefined || f === undefined) return;
  const good = [e, f].every((v) => v > 1n && v < p - 1n);
  const range = good
    ? 'Both e and f lie between 1 and p - 1, as they must: the numbers at the ends would make K predictable.'
    : 'e or f does not lie between 1 and p - 1: with such a value K is predictable, and the other side must refuse it.';
  notes.say(good ? 'student' : 'brief', 'computed', range, [...[init, reply].map((packet) => (packet === undefined ? undefined : packetAt(packet))), '4253#8']);
  notes.say(
    'deep',
    'read',
    'The two public values:',
    [...[init, reply].map((packet) => (packet === undefined ? undefined : packetAt(packet))), method.rfc],
    ['e, from the client', ...wideHex(e), 'f, from the server', ...wideHex(f)],
  );
}

function short(n: bigint): string {
  return n < 1_000_000n ? String(n) : `a number of ${bitsOf(n)} bits`;
}

/** A number in hexadecimal, its middle left out when it is long. */
function wideHex(n: bigint): string[] {
  const digits = n.toString(16);
  const rows = digits.padStart(64 * Math.ceil(digits.length / 64)).match(/.{64}/g) ?? [];
  return rows.length <= 10
    ? rows.map((r) => `  ${r}`)
    : [...rows.slice(0, 6), `… ${count(64 * (rows.length - 8), 'digit')} more …`, ...rows.slice(-2)].map((r) => `  ${r}`);
}

// --- methods of other kinds

function tellRsa({ tale, notes, method }: Scene): void {
  const [key, secret, done] = ['SSH_MSG_KEXRSA_PUBKEY', 'SSH_MSG_KEXRSA_SECRET', 'SSH_MSG_KEXRSA_DONE'].map((n) => named(tale, n));
  if (key !== undefined)
    notes.say(
      'student',
      'read',
      'This method is no Diffie-Hellman. The server speaks first: it sends its host key and a second RSA key, K_T, that it made for the purpose and uses for a while only.',
      [fieldAt(key, 'transientKey'), '4432#4'],
    );
  if (secret !== undefined)
    notes.say(
      'student',
      'read',
      `The client picks K by itself, encrypts it with K_T (RSAES-OAEP), and sends the result, ${count((secret.value?.encryptedSecret as Uint8Array | undefined)?.length ?? 0, 'byte')}. This is asymmetric encryption, which no other key exchange of SSH uses. Only who has the private half of K_T can read K.`,
      [fieldAt(secret, 'encryptedSecret'), '4432#4'],
    );
  if (done !== undefined)
    notes.say('student', 'read', 'The server proves that it could read K by signing the exchange hash, which K goes into.', [
      fieldAt(done, 'signature'),
      '4432#4',
    ]);
  notes.say(
    'student',
    'rule',
    'Here the secrecy of a recorded session rests on one private key: who gets the private half of K_T later, and recorded this, has K. With Diffie-Hellman both sides throw away fresh values after each session.',
    [method.rfc],
  );
}

function tellGss({ tale, notes, method }: Scene): void {
  const complete = named(tale, 'SSH_MSG_KEXGSS_COMPLETE');
  notes.say(
    'student',
    'rule',
    'Both sides exchange public values as in Diffie-Hellman, and beside them tokens of GSS-API, mostly of Kerberos. A third party that both trust (in Kerberos the key distribution centre) vouches for them, in place of a host key.',
    [complete === undefined ? undefined : packetAt(complete), method.rfc],
  );
}

// --- K

function tellSecret(tale: Tale, notes: Notes, method: KexMethod, exchange: Exchange | undefined): void {
  const k = exchange?.sharedSecret;
  if (k === undefined && !kexPackets(tale).some((p) => p.value?.signature !== undefined || p.value?.micToken !== undefined)) {
    notes.say('brief', 'read', 'The key exchange does not come to its end in this file.', [method.rfc]);
    return;
  }
  const { secret } = exchange ?? {};
  if (k === undefined) {
    // Where nothing is encrypted only the checks hang on K.
    const toGoOn = bothUnderNone(tale.session) ? 'to verify the signature and the MACs' : 'to go on';
    notes.say(
      'brief',
      'computed',
      `${sentText(method)} So it cannot be read from the capture, by us as little as by anybody else on the way; ${toGoOn} takes a secrets file (-k) from one of the two programs.`,
      [method.rfc],
    );
    return;
  }
  const origin =
    secret?.kind === 'PRIVATE_KEY'
      ? 'was computed here, from a private value among the secrets and a public value in the capture'
      : 'is among the secrets that were given';
  notes.say(
    'brief',
    'computed',
    `${sentText(method)} It ${origin} (${ending(secret?.source ?? '?', 60)}): ${count(k.length, 'byte')}.${formText(tale, k, method)}`,
    [method.rfc, '4251#5'],
  );
  if (tale.showSecrets)
    notes.say('student', 'computed', 'The secret of this session:', [method.rfc], hexLines(`K, as a ${method.kForm} of SSH without its length`, k, true));
}

function sentText({ family }: KexMethod): string {
  return family === 'rsa' ? 'K was sent only encrypted.' : 'K itself was never sent.';
}

/** Bytes of the x coordinate or the result, by curve. */
const CURVE_BYTES: Readonly<Record<string, number>> = { curve25519: 32, curve448: 56, nistp256: 32, nistp384: 48, nistp521: 66 };

/** What the mpint rule does to K: implementers trip over it. */
function formText(tale: Tale, k: Uint8Array, { kForm, curve, groupBits }: KexMethod): string {
  if (kForm === 'string') return '';
  if (k[0] === 0) return ' The first of them is zero: a number in SSH gets a zero in front when its highest bit is set, lest it look negative.';
  const group = named(tale, 'SSH_MSG_KEX_DH_GEX_GROUP')?.value?.p;
  const whole = curve !== undefined ? CURVE_BYTES[curve] : (groupBits ?? (group instanceof Uint8Array ? bitsOf(numberOf(group)) : 0)) / 8;
  if (whole === undefined || k.length >= whole) return '';
  // The first byte of a number of 521 bits is 0 or 1.
  const often = curve === 'nistp521' ? 'in every second handshake or so' : 'in one of some 256 handshakes';
  return ` K may have ${whole} bytes, but numbers in SSH have no leading zeros: programs that keep them compute another H, ${often}.`;
}

/** The last characters of a path, where the name of the file and the line stand. */
function ending(text: string, most: number): string {
  return text.length <= most ? text : `…${text.slice(1 - most)}`;
}
