/** Chapter: the exchange hash, the host key that signs it, and what an attacker could do. */
import { latin1 } from '../../bytes/text.ts';
import { enumerated } from '../../bytes/words.ts';
import { keyWords, type PublicKey } from '../../ssh/hostkey/blob.ts';
import { momentText } from '../../ssh/hostkey/certificate.ts';
import type { HashPart } from '../../ssh/kex/hash-parts.ts';
import type { Exchange, HostKey, Packet, Session } from '../../ssh/model.ts';
import type { ExchangeExplanation } from '../exchange-hash.ts';
import { fieldAt, lineAt, type Notes, type Source } from '../note.ts';
import { hashName } from './curves.ts';
import { kexPackets, name, named, sent, type Tale, type Teller } from './tale.ts';
import { hexLines, hexRows, hexText } from './values.ts';

export const hostKey: Teller = {
  id: 'host-key',
  title: (tale) =>
    tale.first?.method?.family === 'gss' ? 'The exchange hash, and who vouches for it' : 'The exchange hash and the host key: who is at the other end',
  tell(tale, notes) {
    const { first } = tale;
    const method = first?.method;
    if (first === undefined || method === undefined || kexPackets(tale).length === 0) return;
    notes.say(
      'student',
      'rule',
      `So far anybody on the way could have answered in the place of the server, or changed what passed. What ends that is one hash over everything that was said, the exchange hash H, and one ${method.family === 'gss' ? 'integrity code' : 'signature'} over it.`,
      ['4253#8'],
    );
    tellInputs(tale, notes, first);
    tellHash(notes, first);
    const holder = kexPackets(tale).find((p) => p.value?.hostKey !== undefined);
    const { hostKey: key } = first.exchange;
    if (key !== undefined && holder !== undefined) tellKey(notes, key, holder, tale.session);
    tellSignature(tale, notes, first.exchange);
    tellTampering(tale, notes);
    if (method.family !== 'gss' && key !== undefined) tellTrust(notes, key, holder);
  },
};

/** The place of an input of H. */
function inputAt(tale: Tale, part: HashPart): Source {
  if (part.from === 'both') return undefined;
  if (part.message !== undefined) {
    const packet = named(tale, part.message);
    return packet === undefined ? undefined : fieldAt(packet, part.field ?? '');
  }
  if (part.id === 'vC' || part.id === 'vS') {
    const line = tale.session[part.from].identification;
    return line === undefined ? undefined : lineAt(line, part.from);
  }
  const packet = sent(tale, part.from, 20);
  return packet === undefined ? undefined : fieldAt(packet);
}

function tellInputs(tale: Tale, notes: Notes, e: ExchangeExplanation): void {
  const hash = hashName(e.method?.hash ?? '');
  const rows = e.inputs.map(({ part, places }) => {
    const [first, last] = [places[0]?.frame, places[places.length - 1]?.frame];
    const sent = first === undefined ? 'sent nowhere' : `${part.from}, frame ${first}${last === first ? '' : `-${last}`}`;
    const where = part.from === 'both' ? (e.method?.family === 'rsa' ? 'sent only encrypted' : 'computed by both, never sent') : sent;
    return `${part.name.padEnd(12)}${String(part.value.length).padStart(5)}  ${part.kind.padEnd(7)} ${where}`;
  });
  const missing = e.missing.map((n) => `${n.padEnd(12)}    ?  ${n === 'K' ? 'not known: it takes a secrets file' : 'not in this file'}`);
  const at = e.inputs.map(({ part }) => inputAt(tale, part));
  notes.say(
    'student',
    'read',
    `H is the ${hash} hash of these inputs, one after the other, each behind its length (numbers of 4 bytes stand alone). Name, bytes, form, origin:`,
    [...at, e.method?.rfc, '4253#8'],
    [...rows, ...missing],
  );
  for (const { part } of e.inputs) {
    if (part.id === 'k' && !tale.showSecrets) continue;
    notes.say('deep', 'read', `${part.name}: ${part.doc}`, [inputAt(tale, part), part.rfc], hexLines(`${part.name}, ${part.kind}`, part.value));
  }
}

function tellHash(notes: Notes, e: ExchangeExplanation): void {
  const { h, exchange, missing, method } = e;
  if (h !== undefined) {
    notes.say('brief', 'computed', `The exchange hash H (${hashName(method?.hash ?? '')} over all that was said, and K) is:`, [method?.rfc], hexRows(h));
    return;
  }
  const why =
    exchange.sharedSecret === undefined
      ? 'K is one of its inputs, and K is not known here'
      : `${enumerated(missing)} ${missing.length === 1 ? 'is' : 'are'} missing`;
  notes.say('brief', 'computed', `The exchange hash H cannot be computed from this file: ${why}.`, [method?.rfc]);
  notes.say('student', 'rule', 'That is by design: who only listens lacks K as well, and so cannot compute H either.', [method?.rfc]);
}

// --- the key

function tellKey(notes: Notes, key: HostKey, holder: Packet, session: Session): void {
  const at = fieldAt(holder, 'hostKey');
  const size = key.bits === undefined ? '' : `, ${key.bits} bits`;
  notes.say('brief', 'read', `The server shows its host key: ${name(key.type)}${size}, fingerprint ${key.keyFingerprint}.`, [at, '4253#8', '4253#6.6']);
  notes.say(
    'student',
    'rule',
    'The host key belongs to the machine and mostly stays the same for years. It is used for nothing but signing: nothing is ever encrypted with it. The public half is sent here in clear, so everybody on the way learns which machine this is; the fingerprint is the SHA-256 hash of it.',
    [at, '4251#4.1'],
  );
  if (key.certificate !== undefined) tellCertificate(notes, key.certificate, holder, session);
}

function tellCertificate(notes: Notes, c: Readonly<Record<string, unknown>>, holder: Packet, session: Session): void {
  const moment = (v: unknown) => (typeof v === 'bigint' ? momentText(v) : '?');
  const principals = Array.isArray(c.validPrincipals) ? c.validPrincipals.map((p) => name(String(p))) : [];
  const names = principals.length === 0 ? 'any host' : enumerated(principals);
  notes.say(
    'student',
    'read',
    `It comes as a certificate: an authority (${keyWords(c.signatureKey as PublicKey | undefined)}) states that this key belongs to ${names}, from ${moment(c.validAfter)} to ${moment(c.validBefore)}. A client that knows the authority need not know the key: that ends trust on first use.`,
    [fieldAt(holder, 'hostKey'), 'draft-ietf-sshm-cert'],
  );
  const now = BigInt(session.flow.start.seconds);
  const { validAfter: from, validBefore: to, certificateType: type } = c;
  if (typeof from === 'bigint' && typeof to === 'bigint' && (now < from || now >= to))
    notes.say('brief', 'computed', 'The certificate was not valid at the time of this capture: the client should have refused it.', [
      fieldAt(holder, 'hostKey'),
      'draft-ietf-sshm-cert',
    ]);
  if (type !== 2)
    notes.say('brief', 'read', 'The certificate is not one for hosts: the client should have refused it.', [
      fieldAt(holder, 'hostKey'),
      'draft-ietf-sshm-cert',
    ]);
}

// --- the signature

function tellSignature(tale: Tale, notes: Notes, exchange: Exchange): void {
  const { verdict, reason } = exchange.signature;
  const holder = kexPackets(tale).find((p) => p.value?.signature !== undefined);
  const sources: Source[] = [holder === undefined ? undefined : fieldAt(holder, 'signature'), '4253#8'];
  if (tale.first?.method?.family === 'gss') {
    const mic = kexPackets(tale).find((p) => p.value?.micToken !== undefined);
    notes.say(
      'brief',
      'read',
      'No host key signs here: an integrity code (MIC) over H by the GSS-API mechanism takes the place of the signature. Only the two ends can check it.',
      [mic === undefined ? undefined : fieldAt(mic, 'micToken'), '4462#2.1'],
    );
    return;
  }
  if (holder === undefined) {
    notes.say('brief', 'read', "The server's signature is not in this file.", sources);
    return;
  }
  const algorithm = name(exchange.signatureAlgorithm);
  const words = { valid: 'it is right', invalid: `it is WRONG: ${reason}`, unchecked: `it could not be checked: ${reason}` }[verdict];
  notes.say('brief', 'computed', `The server signs H with the private half of the host key (${algorithm}), and ${words}.`, sources);
  notes.say(
    'student',
    'rule',
    verdict === 'valid'
      ? 'This one signature proves three things to the client: the owner of the host key is there; it takes part in this very exchange, for the fresh values and cookies are in H; and both sides saw the same identification strings, lists and public values.'
      : 'Such a signature, when it is right, proves three things to the client: the owner of the host key is there; it takes part in this very exchange, for the fresh values and cookies are in H; and both sides saw the same identification strings, lists and public values.',
    sources,
  );
  if (verdict === 'invalid')
    notes.say(
      'brief',
      'rule',
      'A client must end the connection at this point. If this one went on, then something in this file is not what the two programs had: see the reason.',
      ['4253#8'],
    );
}

// --- the attacker

function tellTampering(tale: Tale, notes: Notes): void {
  const { first } = tale;
  if (first === undefined || first.method?.family === 'gss') return;
  const attack =
    'What if somebody on the way changes one of the inputs, say a version or a name in a list? Then client and server hash different bytes. The client checks the signature with its own H; it does not fit, and the client hangs up. To make one that fits takes the private half of the host key.';
  const rows = (first.exchange.signature.verdict === 'valid' ? tale.tampered() : []).flatMap((e) =>
    e.tampered === undefined ? [] : [tamperRow(e, tale.showSecrets)],
  );
  if (rows.length === 0) {
    notes.say('student', 'rule', attack, ['4253#8', '4251#9.3.4']);
    return;
  }
  notes.say(
    'student',
    'computed',
    `${attack} Tried on this capture, with one bit flipped in each input; how many bits of H change, and what the signature is then:`,
    ['4253#8', '4251#9.3.4'],
    rows,
  );
}

function tamperRow({ tampered: t }: ExchangeExplanation, showSecrets: boolean): string {
  if (t === undefined) return '';
  const at = t.bit >> 3;
  const text = t.part.id === 'vC' || t.part.id === 'vS';
  const value = (bytes: Uint8Array) => (text ? `"${latin1(bytes.subarray(at, at + 1))}"` : hexText(bytes.subarray(at, at + 1)));
  const change = t.part.id === 'k' && !showSecrets ? `byte ${at}` : `byte ${at}: ${value(t.part.value)} to ${value(t.value)}`;
  return `${t.part.name.padEnd(12)}${change.padEnd(22)}${t.bitsChanged} of ${8 * t.h.length} bits of H, signature ${t.tamperedSignature.verdict}`;
}

function tellTrust(notes: Notes, key: HostKey, holder: Packet | undefined): void {
  const at = holder === undefined ? undefined : fieldAt(holder, 'hostKey');
  notes.say(
    'student',
    'rule',
    'But an attacker may also replace everything: answer the client with a host key and public values of his own, sign properly, and at the same time log on to the real server. Then the signature is right, only the key is another. If the client knows the host key (a line in known_hosts), it sees that and stops. If it does not, nothing in these messages gives the attacker away.',
    [at, '4251#4.1', '4251#9.3.4'],
  );
  const certified = key.certificate !== undefined;
  notes.say(
    'student',
    'rule',
    `That is trust on first use: at the first connection somebody must compare the fingerprint ${key.keyFingerprint} with what the owner of the server says, by another way (the console, a colleague, an SSHFP record under DNSSEC${certified ? '' : ', a certificate'}). Whoever types yes without looking trusts whoever answered. Whether this client knew the key, the capture does not tell.`,
    [at, '4251#4.1', '4255#2'],
  );
}
