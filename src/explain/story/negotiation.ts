/** Chapter: the two KEXINITs, and how one algorithm of each kind came out of them. */
import { toHex } from '../../bytes/hex.ts';
import { count, ordinal } from '../../bytes/words.ts';
import { pseudoAlgorithm } from '../../ssh/kex/index.ts';
import type { Packet } from '../../ssh/model.ts';
import type { Choice, ListName, Negotiation } from '../../ssh/negotiate.ts';
import { type Notes, packetAt } from '../note.ts';
import { tellSafety, tellSignals } from './signals.ts';
import { firstExchange, framesText, holdsAll, type KexInits, listAt, name, SIDES, sent, type Tale, type Teller, wholeAt } from './tale.ts';

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
    tellSafety(notes, agreed, packets);
  },
};

/** False when neither is in the capture. */
function tellPresence(tale: Tale, notes: Notes, packets: KexInits): boolean {
  for (const side of SIDES) {
    const p = packets[side];
    const rekeyed = tale.session.exchanges.some((e) => e.epoch > 1 && sent(tale, side, KEXINIT, e.epoch) !== undefined);
    if (p === undefined && holdsAll(tale, side)) notes.say('brief', 'read', `The ${side} sent no KEXINIT${inTime(tale)}.`, ['4253#7.1']);
    else if (p === undefined)
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
    [...wholeAt(packets), '4253#7.1'],
  );
  notes.say(
    'student',
    'rule',
    'Why full lists, and no dialogue? Each side sends its own without waiting for the other, which saves a round trip; then both work out the result by one rule. No message ever says what was chosen.',
    [...wholeAt(packets), '4253#7.1'],
  );
  return true;
}

/** Said of what was not sent, when the connection went on behind the end of the capture. */
function inTime({ session }: Tale): string {
  return session.ended === 'capture' ? ' before the capture ended' : '';
}

function tellCookies(notes: Notes, packets: KexInits): void {
  const cookies = SIDES.flatMap((side) => {
    const cookie = packets[side]?.value?.cookie;
    return cookie instanceof Uint8Array ? [`${side}  ${toHex(cookie)}`] : [];
  });
  notes.say(
    'student',
    'read',
    'Each KEXINIT begins with a cookie of 16 random bytes. It makes this handshake differ from every other one, so that a recorded handshake cannot be played again, and neither side alone determines the keys.',
    [...listAt(packets, 'cookie'), '4253#7.1'],
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

function tellChoices(notes: Notes, agreed: Negotiation, packets: KexInits): void {
  const failed = agreed.choices.filter((c) => c.failed);
  const lines = kinds(agreed).map(({ title, choice }) => `${title.padEnd(27)} ${chosenText(choice)}`);
  const outcome = failed.length === 0 ? 'What comes out:' : 'The two sides have nothing in common for one kind or more, so the connection must end here:';
  notes.say(
    'brief',
    'computed',
    `The lists of both KEXINITs settle the algorithms: of each kind the first name in the client's list that the server's list holds too. ${outcome}`,
    [...wholeAt(packets), '4253#7.1'],
    lines,
  );
  for (const { title, choice } of kinds(agreed)) {
    const text = `${capital(title)}: ${why(choice)}`;
    notes.say('student', 'computed', text, [...listAt(packets, choice.list), '4253#7.1'], walk(choice));
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
  // Only what is shown is looked up: a hostile list has tens of thousands of names.
  const first = c.client.slice(0, Math.min(at + 1, MOST_WALKED));
  const hidden = at + 1 - first.length;
  const shown = first.map((n, i) => [i + 1, n] as const);
  const last = hidden > 0 ? [[at + 1, c.client[at] ?? ''] as const] : [];
  const width = Math.min(46, Math.max(4, ...[...shown, ...last].map(([, n]) => n.length)));
  const ignored = c.chosen === undefined && !c.failed;
  const step = ([i, n]: readonly [number, string]) => `${String(i).padStart(2)}  ${name(n, 46).padEnd(width)}  ${ignored ? 'not used' : stepText(c, n)}`;
  const behind = c.client.length - at - 1;
  return [
    ...shown.map(step),
    ...(hidden > 1 ? [`    … ${count(hidden - 1, 'more name')} …`] : []),
    ...last.map(step),
    ...(behind > 0 ? [`    ${count(behind, 'more name')}, not looked at`] : []),
  ];
}

function stepText(c: Choice, n: string): string {
  if (c.list === 'kexAlgorithms' && pseudoAlgorithm(n) !== undefined) return 'a signal, no method';
  const place = c.server.indexOf(n);
  if (place < 0) return 'not at the server';
  return `the server's ${ordinal(place + 1)}${n === c.chosen ? ': chosen' : ', but no host key suits it'}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
