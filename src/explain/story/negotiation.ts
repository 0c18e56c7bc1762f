/** Chapter: the two KEXINITs, and how one algorithm of each kind came out of them. */
import { toHex } from '../../bytes/hex.ts';
import { count, enumerated, ordinal } from '../../bytes/words.ts';
import type { Algorithm } from '../../ssh/algorithm.ts';
import { cipher } from '../../ssh/crypto/ciphers.ts';
import { compression } from '../../ssh/crypto/compression.ts';
import { mac } from '../../ssh/crypto/macs.ts';
import { hostKeyAlgorithm } from '../../ssh/hostkey/algorithms.ts';
import { kexMethod, pseudoAlgorithm } from '../../ssh/kex/index.ts';
import type { Packet, Side } from '../../ssh/model.ts';
import type { Choice, ListName, Negotiation } from '../../ssh/negotiate.ts';
import { fieldAt, type Notes, packetAt, type Source } from '../note.ts';
import { firstExchange, framesText, name, otherSide, SIDES, sent, type Tale, type Teller } from './tale.ts';

const KEXINIT = 20;

export const negotiation: Teller = {
  id: 'negotiation',
  title: () => 'The KEXINITs: what each side can do, in clear',
  tell(tale, notes) {
    if (tale.session.protocol === 1) return;
    const packets = { client: sent(tale, 'client', KEXINIT), server: sent(tale, 'server', KEXINIT) };
    if (tellPresence(tale, notes, packets)) tellCookies(notes, packets);
    const agreed = firstExchange(tale)?.negotiation;
    if (agreed === undefined) {
      for (const side of SIDES) tellOffers(notes, packets[side]);
      return;
    }
    tellChoices(notes, agreed, packets);
    tellSignals(notes, tale, agreed, packets);
    tellSafety(notes, tale, agreed, packets);
  },
};

type Packets = Readonly<Record<Side, Packet | undefined>>;

/** The field `list` of both KEXINITs. */
function both({ client, server }: Packets, list: string): Source[] {
  return [client, server].map((p) => (p === undefined ? undefined : fieldAt(p, list)));
}

function whole({ client, server }: Packets): Source[] {
  return [client, server].map((p) => (p === undefined ? undefined : packetAt(p)));
}

/** False when neither is in the capture. */
function tellPresence(tale: Tale, notes: Notes, packets: Packets): boolean {
  for (const side of SIDES) {
    const p = packets[side];
    const rekeyed = tale.session.exchanges.some((e) => e.epoch > 1 && sent(tale, side, KEXINIT, e.epoch) !== undefined);
    if (p === undefined)
      notes.say('brief', 'read', `The ${side}'s first KEXINIT is not in this file${rekeyed ? '; one of a later key exchange is' : ''}.`, ['4253#7.1']);
    else if (p.cut) notes.say('brief', 'read', `The ${side}'s KEXINIT is cut off by the end of the capture.`, [packetAt(p), '4253#7.1']);
  }
  const there = SIDES.flatMap((side) => packets[side] ?? []);
  if (there.length === 0) return false;
  const who = there.map((p) => `the ${p.side} in ${framesText(p)}`).join(', ');
  notes.say(
    'student',
    'read',
    `SSH_MSG_KEXINIT is the first packet of each side (${who}). It lists every algorithm that its sender knows, best first, and is as readable as the lines before it.`,
    [...whole(packets), '4253#7.1'],
  );
  notes.say(
    'student',
    'rule',
    'Why full lists, and no dialogue? Each side sends its own without waiting for the other, which saves a round trip; then both work out the result by one rule. No message ever says what was chosen.',
    [...whole(packets), '4253#7.1'],
  );
  return true;
}

function tellCookies(notes: Notes, packets: Packets): void {
  const cookies = SIDES.flatMap((side) => {
    const cookie = packets[side]?.value?.cookie;
    return cookie instanceof Uint8Array ? [`${side}  ${toHex(cookie)}`] : [];
  });
  notes.say(
    'student',
    'read',
    'Each KEXINIT begins with a cookie of 16 random bytes. It makes this handshake differ from every other one, so that a recorded handshake cannot be played again, and neither side alone determines the keys.',
    [...both(packets, 'cookie'), '4253#7.1'],
    cookies,
  );
}

// --- the walk

/** The kinds of algorithms, with the lists of both directions. */
const KINDS: readonly (readonly [title: string, there: ListName, back?: ListName])[] = [
  ['key exchange', 'kexAlgorithms'],
  ['host key', 'serverHostKeyAlgorithms'],
  ['cipher', 'encryptionAlgorithmsClientToServer', 'encryptionAlgorithmsServerToClient'],
  ['MAC', 'macAlgorithmsClientToServer', 'macAlgorithmsServerToClient'],
  ['compression', 'compressionAlgorithmsClientToServer', 'compressionAlgorithmsServerToClient'],
];

interface Kind {
  readonly title: string;
  readonly choice: Choice;
}

/** The choices, one for both directions where these are the same. */
function kinds(n: Negotiation): Kind[] {
  return KINDS.flatMap(([title, there, back]) => {
    const [one, other] = [there, back].map((list) => n.choices.find((c) => c.list === list));
    if (one === undefined) return [];
    if (other === undefined || alike(one, other)) return [{ title, choice: one }];
    return [
      { title: `${title}, client to server`, choice: one },
      { title: `${title}, server to client`, choice: other },
    ];
  });
}

function alike(a: Choice, b: Choice): boolean {
  return a.chosen === b.chosen && a.failed === b.failed && a.client.join() === b.client.join() && a.server.join() === b.server.join();
}

/** What one side offers, when the lists of the other are not there to compare with. */
function tellOffers(notes: Notes, packet: Packet | undefined): void {
  if (packet === undefined) return;
  const rows = KINDS.map(([title, list]) => {
    const names = packet.value?.[list];
    const offers: readonly string[] = Array.isArray(names) ? names.map(String) : [];
    return `${title.padEnd(14)}${count(offers.length, 'name')}${offers.length === 0 ? '' : `, first ${name(offers[0], 40)}`}`;
  });
  notes.say('brief', 'read', `What was chosen cannot be known from one side alone. The ${packet.side} offers:`, [packetAt(packet), '4253#7.1'], rows);
}

function tellChoices(notes: Notes, agreed: Negotiation, packets: Packets): void {
  const failed = agreed.choices.filter((c) => c.failed);
  const lines = kinds(agreed).map(({ title, choice }) => `${title.padEnd(27)} ${chosenText(choice)}`);
  const outcome = failed.length === 0 ? 'What comes out:' : 'The two sides have nothing in common for one kind or more, so the connection must end here:';
  notes.say(
    'brief',
    'computed',
    `The lists of both KEXINITs settle the algorithms: of each kind the first name in the client's list that the server's list holds too. ${outcome}`,
    [...whole(packets), '4253#7.1'],
    lines,
  );
  for (const { title, choice } of kinds(agreed)) {
    const text = `${capital(title)}: ${why(choice)}`;
    notes.say('student', 'computed', text, [...both(packets, choice.list), '4253#7.1'], walk(choice));
  }
  const suite = SIDES.map((side) => agreed[side].cipher).filter((c) => c !== undefined);
  if (suite.length > 0 && suite[0] !== 'none')
    notes.say(
      'student',
      'rule',
      `${[...new Set(suite)].map((c) => name(c)).join(' and ')} is chosen here, and encrypts nothing yet: there is no key. It goes to work after NEWKEYS.`,
      ['4253#7.3'],
    );
}

function chosenText(c: Choice): string {
  if (c.chosen !== undefined) return name(c.chosen, 46);
  return c.failed ? 'nothing in common' : 'none needed: the cipher authenticates too';
}

function why(c: Choice): string {
  if (c.failed) return `${c.reason}.`;
  if (c.chosen === undefined) return `${c.reason}. The lists below are ignored.`;
  const at = c.client.indexOf(c.chosen);
  const needs = c.list === 'kexAlgorithms' ? ' Names that only signal something are skipped, and the method must find a host key algorithm that suits it.' : '';
  if (at === 0) return "the client's favourite is known to the server, so the search ends at once.";
  return `the walk through the client's list ends at its ${ordinal(at + 1)} name, the first one that the server has. Where the server ranks it does not matter.${needs}`;
}

/** Names of one list that a walk shows; the names behind the choice are only counted. */
const MOST_WALKED = 24;

/** The client's list as far as the rule walks through it. */
function walk(c: Choice): string[] {
  const at = c.chosen === undefined ? c.client.length - 1 : c.client.indexOf(c.chosen);
  const width = Math.min(46, Math.max(4, ...c.client.slice(0, at + 1).map((n) => n.length)));
  const ignored = c.chosen === undefined && !c.failed;
  const step = (n: string, i: number) => `${String(i + 1).padStart(2)}  ${name(n, 46).padEnd(width)}  ${ignored ? 'not used' : stepText(c, n)}`;
  const steps = c.client.slice(0, at + 1).map(step);
  const hidden = Math.max(0, steps.length - MOST_WALKED);
  const shown = hidden === 0 ? steps : [...steps.slice(0, MOST_WALKED - 1), `    … ${hidden} more that are no match …`, ...steps.slice(-1)];
  const behind = c.client.length - at - 1;
  return behind > 0 ? [...shown, `    ${count(behind, 'more name')}, not looked at`] : shown;
}

function stepText(c: Choice, n: string): string {
  if (c.list === 'kexAlgorithms' && pseudoAlgorithm(n) !== undefined) return 'a signal, no method';
  const place = c.server.indexOf(n);
  if (place < 0) return 'not at the server';
  return `the server's ${ordinal(place + 1)}${n === c.chosen ? ': chosen' : ', but no host key suits it'}`;
}

// --- signals and guesses

function tellSignals(notes: Notes, tale: Tale, agreed: Negotiation, packets: Packets): void {
  const at = both(packets, 'kexAlgorithms');
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

// --- what the choice is worth

function tellSafety(notes: Notes, tale: Tale, agreed: Negotiation, packets: Packets): void {
  const rows = chosenRows(agreed);
  const doubtful = rows.filter((r) => r.standing === 'weak' || r.standing === 'broken');
  for (const row of doubtful) notes.say('brief', 'rule', `${name(row.name)} is ${row.standing}: ${row.note}`, [row.rfc]);
  for (const row of rows.filter((r) => !doubtful.includes(r))) notes.say('student', 'rule', `${name(row.name)} (${row.standing}): ${row.note}`, [row.rfc]);
  if (agreed.choices.some((c) => c.failed)) return;
  const covered = tale.session.protocol === 2;
  if (covered)
    notes.say(
      'student',
      'rule',
      'Could somebody on the way strike the strong names from these lists, so that a weak one is chosen? Nothing protects them at this moment. But both KEXINITs go whole into the exchange hash, as I_C and I_S, and the server signs that hash: the two sides would then hash different bytes, and the client would refuse the signature.',
      [...whole(packets), '4253#8'],
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

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
