/** What the KEXINITs say beside their lists, and what the choice is worth. */
import { enumerated } from '../../bytes/words.ts';
import type { Algorithm } from '../../ssh/algorithm.ts';
import { cipher } from '../../ssh/crypto/ciphers.ts';
import { compression } from '../../ssh/crypto/compression.ts';
import { mac } from '../../ssh/crypto/macs.ts';
import { hostKeyAlgorithm } from '../../ssh/hostkey/algorithms.ts';
import { kexMethod, pseudoAlgorithm } from '../../ssh/kex/index.ts';
import type { Packet, Side } from '../../ssh/model.ts';
import type { Negotiation } from '../../ssh/negotiate.ts';
import { fieldAt, type Notes, packetAt, type Source } from '../note.ts';
import { type KexInits, listAt, name, otherSide, SIDES, type Tale, wholeAt } from './tale.ts';

/** Names that are signals, strict key exchange, guessed packets. */
export function tellSignals(notes: Notes, tale: Tale, agreed: Negotiation, packets: KexInits): void {
  const at = listAt(packets, 'kexAlgorithms');
  const signals = SIDES.flatMap((side) => kexNames(packets[side]).filter((n) => pseudoAlgorithm(n) !== undefined));
  if (signals.length > 0) {
    const names = [...new Set(signals)];
    notes.say(
      'student',
      'read',
      `Some names in the lists of key exchange methods are no methods but signals, which save a message of their own: ${enumerated(names)}.`,
      [...at, '8308#2.1'],
    );
    // Strict key exchange has a paragraph of its own.
    const rows = names.flatMap((n) => pseudoAlgorithm(n) ?? []).filter((row) => !row.name.startsWith('kex-strict'));
    for (const row of rows) notes.say('student', 'rule', `${row.name}: ${row.note}`, [...at, row.rfc]);
  }
  tellStrict(notes, tale, agreed, at);
  for (const side of SIDES) tellGuess(notes, tale, agreed, packets[side]);
}

function tellStrict(notes: Notes, tale: Tale, agreed: Negotiation, at: readonly Source[]): void {
  const sources = [...at, 'draft-ietf-sshm-strict-kex'];
  if (agreed.strict) {
    notes.say(
      'student',
      'read',
      'Both sides asked for strict key exchange: nothing but the handshake itself may come before NEWKEYS, and the sequence numbers start again at 0 with each NEWKEYS. That closes the Terrapin attack (CVE-2023-48795), in which somebody on the way put a packet in before NEWKEYS and swallowed one behind it, unnoticed.',
      sources,
    );
    const breach = tale.session.problems.find((p) => p.rfc === 'openssh:PROTOCOL#1.10' && p.code === 'unexpected');
    if (breach !== undefined) notes.say('brief', 'computed', `Strict key exchange was violated: ${breach.message}.`, sources);
    return;
  }
  const exposed = SIDES.filter((side) => terrapin(agreed, side));
  if (exposed.length === 0)
    notes.say(
      'student',
      'computed',
      'Strict key exchange is not in force. The Terrapin attack, which it was made against, has no practical use against the algorithms chosen here.',
      sources,
    );
  else
    notes.say(
      'brief',
      'computed',
      `Strict key exchange is not in force, and ${exposed.length === 2 ? 'both directions use' : `what the ${exposed[0]} sends uses`} algorithms that the Terrapin attack (CVE-2023-48795) works on: somebody on the way could have swallowed the first packets behind NEWKEYS unnoticed.`,
      sources,
    );
}

/** Whether the Terrapin attack works on what `side` sends: on ChaCha20-Poly1305, and on CBC with a MAC over the ciphertext. */
function terrapin(agreed: Negotiation, side: Side): boolean {
  const { cipher: c, mac: m } = agreed[side];
  return c?.startsWith('chacha20-poly1305') === true || (c?.includes('-cbc') === true && mac(m ?? '')?.etm === true);
}

function tellGuess(notes: Notes, tale: Tale, agreed: Negotiation, packet: Packet | undefined): void {
  const guess = packet === undefined ? 'none' : agreed.guess[packet.side];
  if (packet === undefined || guess === 'none') return;
  const discarded = tale.packets.find((p) => p.side === packet.side && p.discarded);
  const outcome =
    guess === 'right'
      ? 'The guess was right, and a round trip was saved.'
      : `The guess was wrong: the ${otherSide(packet.side)} must ignore that packet, and it is no part of the exchange hash.`;
  notes.say(
    'student',
    'computed',
    `The ${packet.side} set first_kex_packet_follows: it guessed the method and sent its first key exchange packet at once. ${outcome}`,
    [fieldAt(packet, 'firstKexPacketFollows'), discarded === undefined ? undefined : packetAt(discarded), '4253#7'],
  );
}

function kexNames(packet: Packet | undefined): readonly string[] {
  const names = packet?.value?.kexAlgorithms;
  return Array.isArray(names) ? names.map(String) : [];
}

/** How good what was chosen is, and what keeps the lists from being changed. */
export function tellSafety(notes: Notes, agreed: Negotiation, packets: KexInits): void {
  const rows = chosenRows(agreed);
  const doubtful = rows.filter((r) => r.standing === 'weak' || r.standing === 'broken');
  for (const row of doubtful) notes.say('brief', 'rule', `${name(row.name)} is ${row.standing}: ${row.note}`, [row.rfc]);
  for (const row of rows.filter((r) => !doubtful.includes(r))) notes.say('student', 'rule', `${name(row.name)} (${row.standing}): ${row.note}`, [row.rfc]);
  if (agreed.choices.some((c) => c.failed)) return;
  const gss = kexMethod(agreed.kex ?? '')?.family === 'gss';
  notes.say(
    'student',
    'rule',
    `Could somebody on the way strike the strong names from these lists, so that a weak one is chosen? Nothing protects them at this moment. But both KEXINITs go whole into the exchange hash, as I_C and I_S, and the server ${gss ? 'proves that it has the same hash' : 'signs that hash'}: the two sides would then hash different bytes, and the client would refuse the ${gss ? 'proof' : 'signature'}.`,
    [...wholeAt(packets), '4253#8'],
  );
}

/** The rows of the algorithms that were chosen, each once. */
function chosenRows(agreed: Negotiation): Pick<Algorithm, 'name' | 'standing' | 'note' | 'rfc'>[] {
  const method = agreed.kex === undefined ? undefined : kexMethod(agreed.kex);
  const kex = method === undefined || agreed.kex === undefined ? undefined : { ...method, name: agreed.kex };
  const ways = SIDES.flatMap((side) => {
    const { cipher: c, mac: m, compression: z } = agreed[side];
    return [cipher(c ?? ''), m === undefined ? undefined : mac(m), z === 'none' ? undefined : compression(z ?? '')];
  });
  const rows = [kex, hostKeyAlgorithm(agreed.hostKey ?? ''), ...ways].filter((r) => r !== undefined);
  return rows.filter((r, i) => rows.findIndex((other) => other.name === r.name) === i);
}
