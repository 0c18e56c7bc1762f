/** Chapters: from K to the six keys and NEWKEYS; and the first packets under them. */
import { count, enumerated } from '../../bytes/words.ts';
import { cipher } from '../../ssh/crypto/ciphers.ts';
import { mac } from '../../ssh/crypto/macs.ts';
import type { Packet, Session, Side } from '../../ssh/model.ts';
import { bothUnderNone, underNone } from '../clear.ts';
import type { DerivedKey } from '../exchange-hash.ts';
import { fieldAt, type Notes, packetAt } from '../note.ts';
import { hashName } from './curves.ts';
import { firstExchange, framesText, name, otherSide, SIDES, sent, type Tale, type Teller } from './tale.ts';
import { hexRows } from './values.ts';

const NEWKEYS = 21;

export const keys: Teller = {
  id: 'keys',
  title: () => 'NEWKEYS: from one secret to six keys',
  tell(tale, notes) {
    const { first, session } = tale;
    if (session.protocol === 1 || first?.method === undefined || first.exchange.negotiation?.choices.some((c) => c.failed) !== false) return;
    tellDerivation(tale, notes);
    const switches = SIDES.flatMap((side) => sent(tale, side, NEWKEYS) ?? []).sort((a, b) => a.index - b.index);
    tellSwitches(tale, notes, switches);
    tellUse(tale, notes);
  },
};

function tellDerivation(tale: Tale, notes: Notes): void {
  const { first } = tale;
  if (first === undefined) return;
  const rows = first.keys.flatMap((k) => keyRows(k, tale.showSecrets));
  const known = first.keys.some((k) => k.value !== undefined);
  const hidden = known && !tale.showSecrets ? ' Their values are known here; --show-secrets prints them.' : '';
  notes.say(
    'student',
    known ? 'computed' : 'rule',
    `K is not the key. From K, H and the session id both sides derive six values, by HASH(K || H || letter || session id), where HASH is ${hashName(first.method?.hash ?? '')}, the hash of the key exchange method. Each is cut to the length that its algorithm takes.${hidden}`,
    ['4253#7.2'],
    rows,
  );
  notes.say(
    'student',
    'rule',
    'Why six? Each direction has keys of its own, so that a packet cannot be sent back to where it came from; and encryption and integrity have different ones, so that a weakness of one tells nothing about the other. Why a hash? K has a mathematical structure that a key should not have, and H binds the keys to all that was said.',
    ['4253#7.2'],
  );
  const long = first.keys.find((k) => k.length > (first.h?.length ?? Number.POSITIVE_INFINITY));
  if (long !== undefined)
    notes.say(
      'deep',
      'rule',
      `Key ${long.letter} is longer than one hash. More is made by hashing K, H and all that is there already, and put behind: K2 = HASH(K || H || K1).`,
      ['4253#7.2'],
    );
  const { sessionId } = tale.session;
  if (sessionId !== undefined)
    notes.say(
      'student',
      'computed',
      'The session id is the H of this first key exchange, and stays the same for the whole session. It is the name of this one connection, which no other one has:',
      ['4253#7.2'],
      hexRows(sessionId),
    );
}

/** The letter, the use and the length of a key, and below it the key itself for those who asked for it. */
function keyRows(k: DerivedKey, show: boolean): string[] {
  const head = `${k.letter}  ${k.use.padEnd(34)} ${k.length === 0 ? 'not needed' : count(k.length, 'byte')}`;
  return show && k.value !== undefined && k.length > 0 ? [head, ...hexRows(k.value).map((row) => `   ${row}`)] : [head];
}

function tellSwitches(tale: Tale, notes: Notes, switches: readonly Packet[]): void {
  const missing = SIDES.filter((side) => !switches.some((p) => p.side === side));
  if (missing.length === 2) notes.say('brief', 'read', 'There is no NEWKEYS in this file: as far as it goes, nothing was encrypted.', ['4253#7.3']);
  else {
    const where = switches.map((p) => `of the ${p.side} in ${framesText(p)}`);
    const amount = (side: Side) => count(tale.session[side].decryption.bytes, underNone(tale.session, side) ? 'byte' : 'encrypted byte');
    const amounts = switches.map((p) => `${amount(p.side)} of the ${p.side}`);
    const what = bothUnderNone(tale.session) ? 'NEWKEYS is sent as always' : 'NEWKEYS is the last packet in clear';
    notes.say('brief', 'read', `${what}: ${enumerated(where)}. Behind it there are ${enumerated(amounts)}.`, [...switches.map(packetAt), '4253#7.3']);
  }
  if (missing.length === 1) notes.say('brief', 'read', `NEWKEYS of the ${missing[0]} is not in this file.`, ['4253#7.3']);
  notes.say('student', 'rule', 'NEWKEYS carries a single byte, its message number, and no key: both sides have the keys already, computed each by itself.', [
    ...switches.map(packetAt),
    '4253#7.3',
  ]);
}

/** What encrypts and what authenticates, in each direction. */
function tellUse(tale: Tale, notes: Notes): void {
  const agreed = firstExchange(tale)?.negotiation;
  if (agreed === undefined) return;
  if (!bothUnderNone(tale.session))
    notes.say(
      'student',
      'rule',
      'Each direction switches for itself, with its own NEWKEYS: for a moment one side may already encrypt while the other does not. From there on every packet is encrypted and has a check (a MAC, or the tag of the cipher) that fits only this packet at this place in the sequence, so that packets cannot be changed, dropped, repeated or reordered unnoticed.',
      ['4253#7.3', '4253#6.4'],
    );
  for (const text of new Set(SIDES.map((side) => useText(agreed[side].cipher, agreed[side].mac))))
    notes.say('student', 'rule', text, [cipher(agreed.client.cipher ?? '')?.rfc ?? '4253#6.3']);
  if (agreed.strict)
    notes.say('student', 'rule', `Under strict key exchange the sequence numbers begin again at 0 with the first ${firstPacket(tale.session)}.`, [
      'draft-ietf-sshm-strict-kex',
    ]);
}

function useText(cipherName: string | undefined, macName: string | undefined): string {
  const c = cipher(cipherName ?? '');
  if (c === undefined) return `The cipher ${name(cipherName)} is not known to sshark.`;
  if (c.name === 'none') return `The cipher none encrypts nothing: everybody on the way can read on. ${checkText(macName)}`;
  if (c.name.startsWith('chacha20'))
    return 'ChaCha20-Poly1305 takes 64 bytes of key: 32 for the content, 32 for the packet length, which is encrypted by itself. Its nonce is the sequence number, so no IV is needed, and Poly1305 makes the tag, so no MAC key.';
  if (c.aead)
    return 'AES-GCM encrypts and makes the tag with one key, so no MAC key is needed. Its IV counts up by one with each packet. The packet length stays readable, but is covered by the tag.';
  const m = mac(macName ?? '');
  const order = m?.etm === true ? 'over the encrypted packet, whose length stays readable' : 'over the packet in clear, and is sent beside the encrypted one';
  return `${name(c.name)} encrypts; ${name(macName)} is computed ${order}.`;
}

/** What protects packets that are not encrypted. */
function checkText(macName: string | undefined): string {
  return macName === undefined || macName === 'none'
    ? 'Nor is there a MAC: packets can be changed, dropped, repeated and reordered unnoticed.'
    : `But each packet has a check, ${name(macName)}, that fits only this packet at this place in the sequence, so that packets cannot be changed, dropped, repeated or reordered unnoticed.`;
}

/** What the first packet behind NEWKEYS is called. */
function firstPacket(session: Session): string {
  return bothUnderNone(session) ? 'packet behind it' : 'encrypted packet';
}

// --- the first packets under the new keys

export const firstEncrypted: Teller = {
  id: 'first-encrypted',
  title: ({ session }) => (bothUnderNone(session) ? 'The first packets behind NEWKEYS' : 'The first encrypted packets'),
  tell(tale, notes) {
    const { session } = tale;
    if (session.protocol === 1) return;
    const reasons = new Set<string>();
    for (const side of ['server', 'client'] as const) {
      const { bytes, reason } = session[side].decryption;
      if (bytes === 0) continue;
      const packet = tale.packets.find((p) => p.side === side && p.epoch > 0);
      if (packet?.number !== undefined) tellOpened(tale, notes, side, packet);
      else {
        tellSealed(tale, notes, side, packet);
        if (reason !== '') reasons.add(reason);
      }
    }
    for (const reason of reasons) notes.say('brief', 'computed', `Why these packets could not be opened: ${reason}.`, ['4253#7.2']);
  },
};

const OPENED: Readonly<Record<number, string>> = {
  5: 'With it the client asks for the service that comes next, in practice ssh-userauth: to log in.',
  7: 'It announces extensions that its sender supports, and must come first, before anything else; it is sent here because the other side asked for it by the signal in its KEXINIT.',
  6: 'It grants the service that the client asked for.',
};

function tellOpened(tale: Tale, notes: Notes, side: Side, packet: Packet): void {
  const at = packetAt(packet);
  const number = packet.number ?? 0;
  const first = underNone(tale.session, side) ? `packet of the ${side} behind NEWKEYS` : `encrypted packet of the ${side}`;
  notes.say('brief', 'read', `The first ${first} is ${packet.name ?? '?'} (${framesText(packet)}).`, [at, packet.message?.rfc]);
  const what = OPENED[number];
  if (what !== undefined) notes.say('student', 'rule', what, [at, packet.message?.rfc]);
  if (number === 2)
    notes.say(
      'student',
      'rule',
      'It carries nothing: some programs send it to hide how long the packets behind it are. The first one that says something follows it.',
      [at, '4253#11.2'],
    );
  const names = (Array.isArray(packet.value?.extensions) ? packet.value.extensions : []).map((e: { extensionName?: string }) => name(e?.extensionName));
  if (names.length > 0) notes.say('student', 'read', `The extensions: ${enumerated(names, 10)}.`, [fieldAt(packet, 'extensions'), '8308#3']);
}

/** What must stand in a packet that was not opened, by the rules. */
function tellSealed(tale: Tale, notes: Notes, side: Side, packet: Packet | undefined): void {
  const amount = count(tale.session[side].decryption.bytes, underNone(tale.session, side) ? 'byte' : 'encrypted byte');
  if (sent(tale, side, NEWKEYS) === undefined) {
    notes.say('brief', 'read', `The ${side} sent ${amount}, which could not be opened. Where its encryption began is not in this file.`, ['4253#7.3']);
    return;
  }
  const other = otherSide(side);
  const asked = asksForExtensions(sent(tale, other, 20), other);
  const extensions = {
    yes: `SSH_MSG_EXT_INFO (the ${other} asked for it), or else `,
    no: '',
    unknown: `SSH_MSG_EXT_INFO if the ${other} asked for it, or else `,
  }[asked];
  const service =
    side === 'client' ? 'SSH_MSG_SERVICE_REQUEST, which asks for ssh-userauth' : 'SSH_MSG_SERVICE_ACCEPT, which answers the request of the client';
  const where = packet === undefined ? '' : ` (the first in ${framesText(packet)})`;
  notes.say('brief', 'inferred', `The ${side} sent ${amount}${where}, which could not be opened. By the rules its first packet is ${extensions}${service}.`, [
    packet === undefined ? undefined : packetAt(packet),
    '4253#10',
    '8308#2.4',
  ]);
}

/** Whether the KEXINIT of `side` holds the signal by which it asks for EXT_INFO. */
function asksForExtensions(kexinit: Packet | undefined, side: Side): 'yes' | 'no' | 'unknown' {
  const names = kexinit?.value?.kexAlgorithms;
  if (!Array.isArray(names)) return 'unknown';
  return names.includes(side === 'client' ? 'ext-info-c' : 'ext-info-s') ? 'yes' : 'no';
}
