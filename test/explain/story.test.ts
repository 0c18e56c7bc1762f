/** The story of every recording: what each note rests on, and that it says what the programs themselves said. */

import { latin1Bytes } from '../../src/bytes/text.ts';
import type { Chapter, Level, Note, Reference } from '../../src/explain/note.ts';
import { notesOf as notesOfPacket } from '../../src/explain/packets/index.ts';
import { CHAPTERS, StoryCollector } from '../../src/explain/story/index.ts';
import type { Result } from '../../src/index.ts';
import { numberOf } from '../../src/ssh/crypto/number.ts';
import type { Packet, Session } from '../../src/ssh/model.ts';
import type { Field } from '../../src/wire/field.ts';
import { framesOfFixture, pcap, pcapng } from '../support/capture-files.ts';
import { fixture, fixtures } from '../support/fixtures.ts';
import { aPacket, aSession } from '../support/model.ts';
import { resultsOf, storeOf } from '../support/outputs.ts';
import { type Said, segmentsOfTalk, type TalkOptions } from '../support/talk.ts';
import { framesOf } from '../support/variants.ts';

interface Told {
  readonly session: Session;
  readonly chapters: readonly Chapter[];
  readonly packets: readonly Packet[];
}

function tell(found: readonly Result[], level: Level, showSecrets = false, collector = new StoryCollector()): Told[] {
  const packets = found.flatMap((one) => (one.kind === 'packet' ? [one.packet] : []));
  for (const packet of packets) collector.packet(packet);
  const sessions = found.flatMap((one) => (one.kind === 'session' ? [one.session] : []));
  return sessions.map((session) => ({
    session,
    chapters: collector.tell(session, level, { showSecrets }),
    packets: packets.filter((p) => p.session.number === session.number),
  }));
}

async function story(name: string, level: Level, keys = true): Promise<Told> {
  const { capture, secrets } = fixture(name);
  const [first] = tell(await resultsOf(capture, keys ? { secrets: storeOf(secrets) } : {}), level);
  if (first === undefined) throw new Error(`${name} has no session`);
  return first;
}

const notesOf = ({ chapters }: Told): Note[] => chapters.flatMap((c) => c.notes);
const textOf = (told: Told): string =>
  notesOf(told)
    .map((n) => [n.text, ...n.lines].join('\n'))
    .join('\n');

const chapter = (told: Told, id: string): string =>
  told.chapters
    .filter((c) => c.id === id)
    .flatMap((c) => c.notes)
    .map((n) => [n.text, ...n.lines].join('\n'))
    .join('\n');

/** What is wrong with `note`: it rests on nothing, or is no sentence; undefined when nothing is. */
function groundless(note: Note, { session, packets }: Told): string | undefined {
  if (note.at.length + note.rfc.length === 0) return 'neither bytes nor a section';
  const bad = note.rfc.find((r) => !/^(\d{4}|draft-[\w-]+|openssh:[\w.-]+|[a-z]+\.[a-z]+|dropbear:[\w.-]+)(#[\d.]+)?$/.test(r));
  if (bad !== undefined) return `no section: ${bad}`;
  if (!/^\S.*[.:]$/s.test(note.text) || /undefined|NaN|\[object|\?\?/.test(note.text)) return 'no sentence';
  for (const place of note.at) {
    const wrong = place.packet === undefined ? misplacedLine(place, session) : misplaced(place, packets, session);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

function misplacedLine({ side, span, frames }: Reference, session: Session): string | undefined {
  const line = session[side].identification;
  if (line === undefined) return 'no such line';
  if (span.end > line.space.bytes.length) return 'behind the line';
  return span.start < span.end && frames.length === 0 ? 'no frame' : undefined;
}

function misplaced(place: Reference, packets: readonly Packet[], session: Session): string | undefined {
  const packet = [...packets, ...session.fragments].find((p) => p.index === place.packet && p.side === place.side);
  if (packet === undefined) return `no packet ${place.packet}`;
  if (place.span.end > packet.space.bytes.length || place.span.start >= place.span.end)
    return `span ${place.span.start}-${place.span.end} of packet ${place.packet}`;
  if (place.frames.length === 0) return 'no frame';
  if (place.field === undefined) return undefined;
  let fields: readonly Field[] = packet.fields;
  let found: Field | undefined;
  for (const name of place.field.split('/')) {
    found = fields.find((f) => f.name === name);
    fields = found?.children ?? [];
  }
  return found?.span.start === place.span.start && found.span.end === place.span.end ? undefined : `no field ${place.field}`;
}

/** What the programs of the recording `name` told of themselves stands in its story. */
function agrees(told: Told, name: string): void {
  const { expect: said } = fixture(name).manifest;
  for (const side of ['client', 'server'] as const) {
    const line = said.identification?.[side];
    if (line !== undefined) expect(chapter(told, 'identification')).toContain(line);
  }
  const [first] = said.exchanges ?? [];
  if (first !== undefined) for (const algorithm of [first.kex, first.hostKey, first.client.cipher]) expect(chapter(told, 'negotiation')).toContain(algorithm);
  if (said.hostKeyFingerprint !== undefined && told.session.exchanges[0]?.hostKey !== undefined)
    expect(chapter(told, 'host-key')).toContain(said.hostKeyFingerprint.sha256);
  if (said.strictKex === true) expect(chapter(told, 'negotiation')).toContain('Both sides asked for strict key exchange');
  if (said.strictKex === false && told.session.protocol === 2) expect(chapter(told, 'negotiation')).toContain('Strict key exchange is not in force');
}

test.each(fixtures())('%s: every note names bytes that are there, or a section; K is hidden; it agrees with what the programs said', async (name) => {
  const { capture, secrets } = fixture(name);
  const keys = [...(secrets ?? '').matchAll(/SHARED_SECRET ([0-9a-f]{40})/g)].map((m) => m[1] ?? '');
  for (const given of secrets === undefined ? [undefined] : [undefined, secrets]) {
    for (const told of tell(await resultsOf(capture, { secrets: storeOf(given) }), 'deep')) {
      for (const note of notesOf(told)) {
        const why = groundless(note, told);
        if (why !== undefined) throw new Error(`${why}: ${note.text}`);
      }
      const ids = told.chapters.map((c) => c.id);
      expect(ids).toEqual(CHAPTERS.map((c) => c.id).filter((id) => ids.includes(id)));
      const text = textOf(told).replace(/\s/g, '');
      for (const k of keys) expect(text).not.toContain(k);
      agrees(told, name);
    }
  }
});

test('brief is one screen, and each level tells more', async () => {
  const lengths = await Promise.all((['brief', 'student', 'deep'] as const).map(async (level) => notesOf(await story('openssh-login', level)).length));
  expect(lengths[0]).toBeLessThan(25);
  expect(lengths[1]).toBeGreaterThan(2 * (lengths[0] ?? 0));
  expect(lengths[2]).toBeGreaterThan(lengths[1] ?? 0);
});

test('the walk stops at the first name that both have', async () => {
  const text = chapter(await story('openssh-login', 'student'), 'negotiation');
  expect(text).toMatch(/Host key: the walk through the client's list ends at its 9th name/);
  expect(text).toMatch(
    /^ 8 {2}rsa-sha2-256-cert-v01@openssh.com +not at the server\n 9 {2}ssh-ed25519 +the server's 1st: chosen\n {4}7 more names, not looked at$/m,
  );
});

test('classical groups: the prime is the one of the RFC, the generator the number 2', async () => {
  const told = await story('kex-dh-group14-sha256', 'deep');
  const text = chapter(told, 'key-exchange');
  expect(text).toContain('a prime of 2048 bits that is printed in a standard, and the generator g is the number 2');
  // RFC 3526 section 3.
  expect(text).toContain('ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74');
  expect(text).toContain('Both e and f lie between 1 and p - 1');
});

test('group exchange: what was asked for, and where the prime comes from', async () => {
  const own = await story('kex-gex-sha256', 'student');
  expect(chapter(own, 'key-exchange')).toMatch(/at least 2048, preferably \d+, at most 8192 bits/);
  const group = own.packets.find((p) => p.name === 'SSH_MSG_KEX_DH_GEX_GROUP')?.value;
  const bits = numberOf(group?.p as Uint8Array).toString(2).length;
  expect(chapter(own, 'key-exchange')).toContain(`a prime p of ${bits} bits and the generator g = ${numberOf(group?.g as Uint8Array)}`);
  const old = chapter(await story('kex-gex-old-request', 'student'), 'key-exchange');
  expect(old).toContain('in the older form of the request');
  expect(old).toContain('the well-known prime of group 14');
});

test.each([
  ['kex-sntrup761', 'NTRU Prime', 1158, 1039],
  ['kex-sntrup761-openssh', 'NTRU Prime', 1158, 1039],
] as const)('%s: why two are combined, and the sizes of both', async (name, kem, publicKey, ciphertext) => {
  const text = chapter(await story(name, 'student'), 'key-exchange');
  expect(text).toContain(kem);
  expect(text).toContain(`the KEM public key (${publicKey.toLocaleString('en')} bytes), then the public value of the curve (32 bytes)`);
  expect(text).toContain(`the ciphertext (${ciphertext.toLocaleString('en')} bytes)`);
});

test('RSA key exchange is asymmetric encryption, and says so; the others say that they are not', async () => {
  const rsa = await story('kex-rsa2048', 'student');
  expect(textOf(rsa)).toContain('This is asymmetric encryption');
  expect(textOf(rsa)).not.toContain('there is no asymmetric encryption anywhere');
  expect(textOf(await story('kex-curve25519', 'student'))).toContain('there is no asymmetric encryption anywhere in this session');
});

test.each([
  ['leading-zero-curve25519', /numbers in SSH have no leading zeros/],
  ['leading-zero-dh-group14', /numbers in SSH have no leading zeros/],
  ['kex-ecdh-nistp521', /in every second handshake or so/],
])('%s: K is shorter than usual', async (name, said) => {
  expect(chapter(await story(name, 'student'), 'key-exchange')).toMatch(said);
});

test('H is the one of the session, and one flipped bit in any input makes the signature invalid', async () => {
  const told = await story('openssh-login', 'student');
  const h = Buffer.from(told.session.exchanges[0]?.exchangeHash ?? []).toString('hex');
  const text = chapter(told, 'host-key');
  expect(text.replace(/\n/g, '')).toContain(h);
  expect(text.match(/of 512 bits of H, signature invalid/g)).toHaveLength(8);
  expect(text).toContain('and it is right');
});

test('without secrets it says what cannot be known', async () => {
  const told = await story('openssh-login', 'student', false);
  expect(chapter(told, 'host-key')).toContain('The exchange hash H cannot be computed from this file');
  expect(chapter(told, 'host-key')).not.toContain('bits of H, signature');
  expect(chapter(told, 'first-encrypted')).toMatch(/By the rules its first packet is SSH_MSG_SERVICE_REQUEST/);
  expect(chapter(told, 'login')).toContain('nobody can tell who logged in');
  expect(chapter(told, 'channels')).toBe('');
});

test('a wrong secret makes the signature wrong, and the story says so', async () => {
  const { capture, secrets = '' } = fixture('kex-curve25519');
  const wrong = secrets.replace(/SHARED_SECRET ([0-9a-f]{2})/g, (_, byte: string) => `SHARED_SECRET ${byte === '11' ? '12' : '11'}`);
  const [told] = tell(await resultsOf(capture, { secrets: storeOf(wrong) }), 'student');
  if (told === undefined) throw new Error('no session');
  expect(chapter(told, 'host-key')).toMatch(/it is WRONG/);
  expect(chapter(told, 'host-key')).not.toContain('This one signature proves');
});

test('re-keys, failed negotiations, violations and logins that failed', async () => {
  expect(chapter(await story('rekey-by-server', 'brief'), 're-keys')).toMatch(/Key exchange 2 by \S+, for the cipher \S+, begun by the server in frame \d+/);
  const none = await story('no-common-cipher', 'student');
  expect(chapter(none, 'negotiation')).toContain('so the connection must end here');
  expect(none.chapters.map((c) => c.id)).not.toContain('keys');
  expect(chapter(await story('strict-kex-violation', 'student'), 'negotiation')).toContain('Strict key exchange was violated');
  expect(chapter(await story('login-failed', 'brief'), 'login')).toContain('was not let in, after 3 attempts');
});

/** The recording `name` with only those frames for which `keep` says so. */
async function cut(name: string, keep: (frame: number, bytes: Uint8Array) => boolean): Promise<Told> {
  const frames = framesOfFixture(fixture(name).capture).filter((one, i) => keep(i + 1, one.bytes));
  const [told] = tell(await resultsOf(pcapng(frames)), 'student');
  if (told === undefined) throw new Error('no session');
  return told;
}

test.each(['cipher-none-zlib', 'cipher-none-zlib-delayed'])('%s: nothing is called encrypted, and nobody is told that the login is hidden', async (name) => {
  for (const keys of [true, false]) {
    const told = await story(name, 'deep', keys);
    const text = told.chapters.map((c) => `${c.title}\n${chapter(told, c.id)}`).join('\n');
    expect(text).not.toMatch(
      /encrypted (bytes?|packets?)\b|that are encrypted|inside the encryption|may already encrypt|encrypted with symmetric keys|none has no part/,
    );
    expect(chapter(told, 'keys')).toMatch(/cipher none encrypts nothing/);
    expect(chapter(told, 'login')).toMatch(/can be read by everybody on the way/);
    expect(chapter(told, 'outside')).toMatch(/^Everything: the cipher none encrypts nothing/);
    expect(told.chapters.map((c) => c.id)).not.toContain('wireshark');
    for (const packet of told.packets)
      expect([packet.name, notesOfPacket(packet, 'deep').filter((n) => /(is|are|comes?) encrypted|encrypts with/.test(n.text))]).toEqual([packet.name, []]);
    const login = told.packets.find((p) => p.number === 50);
    expect(login && notesOfPacket(login, 'brief').map((n) => n.text)).toContain('This login is not encrypted: everybody on the way can read it.');
  }
});

test('what is not in the file is said: the beginning, the end, one direction, one KEXINIT', async () => {
  const late = await cut('openssh-login', (n) => n >= 20);
  expect(chapter(late, 'connection')).toContain('does not hold the beginning');
  expect(chapter(late, 'negotiation')).toContain("The client's first KEXINIT is not in this file");
  expect(chapter(late, 'first-encrypted')).toContain('Where its encryption began is not in this file');
  const early = await cut('openssh-login', (n) => n <= 11);
  expect(chapter(early, 'key-exchange')).toContain('does not come to its end in this file');
  expect(chapter(early, 'keys')).toContain('There is no NEWKEYS in this file');
  const lost = await cut('openssh-login', (n) => n !== 8);
  expect(chapter(lost, 'negotiation')).toContain('What was chosen cannot be known from one side alone. The server offers:');
  const half = await cut('openssh-login', (_, bytes) => bytes[34] === 0 && bytes[35] === 22);
  expect(chapter(half, 'end')).toContain('anything the client sent');
});

test('what was never sent is not called missing', async () => {
  const told = async (said: readonly Said[], options: TalkOptions = {}) => {
    const [first] = tell(await resultsOf(pcap(framesOf(segmentsOfTalk(said, options)))), 'brief');
    if (first === undefined) throw new Error('no session');
    return textOf(first);
  };
  const web = await told([
    ['s', 'SSH-2.0-x\r\n'],
    ['c', 'GET / HTTP/1.1\r\n\r\n'],
  ]);
  expect(web).toContain('The client sent no identification string, but something else.');
  expect(web).toContain('The server sent no KEXINIT.');
  expect(web).toContain('It did not come to a key exchange.');
  expect(web).not.toContain('not in this file');
  const scan = await told([['s', 'SSH-2.0-x\r\n']], { fin: false });
  expect(scan).toContain('The client sent nothing at all.');
  expect(scan).toContain('The client sent no KEXINIT before the capture ended.');
  const sealed = await told([['s', latin1Bytes('\x8f\x01\xfe\0zz')]], { syn: false });
  expect(sealed).toContain('That it is SSH is a guess from port 22');
  expect(sealed).toContain('The identification string of the client is not in this file.');
});

test('a story keeps so many packets and says that there were more', async () => {
  const { capture } = fixture('openssh-login');
  const [told] = tell(await resultsOf(capture), 'brief', false, new StoryCollector({ storyPackets: 3 }));
  expect(told === undefined ? '' : textOf(told)).toContain('The limit storyPackets was reached: 3 later packets');
});

test('the packets of all stories that are not told yet take so many bytes at most', async () => {
  const collector = new StoryCollector({ storyBytes: 8000 });
  for (const name of ['openssh-login', 'zlib-at-once']) {
    const { capture, secrets } = fixture(name);
    const [told] = tell(await resultsOf(capture, { secrets: storeOf(secrets) }), 'brief', false, collector);
    // What the first story kept is free again for the second.
    expect(told === undefined ? '' : textOf(told)).toMatch(/The limit storyBytes was reached: \d+ later packets/);
    expect(told?.chapters.length ?? 0).toBeGreaterThan(5);
  }
});

test('with --show-secrets K and the keys are there', async () => {
  const { capture, secrets = '' } = fixture('kex-curve25519');
  const [told] = tell(await resultsOf(capture, { secrets: storeOf(secrets) }), 'student', true);
  const k = /SHARED_SECRET ([0-9a-f]+)/.exec(secrets)?.[1] ?? '?';
  expect(told === undefined ? '' : textOf(told).replace(/\s/g, '')).toContain(k);
});

test('SSH-1 is told as what it is', () => {
  const collector = new StoryCollector();
  const session = aSession({ protocol: 1 });
  collector.packet(aPacket(session, { protocol: 1, name: 'SSH_SMSG_PUBLIC_KEY' }));
  const chapters = collector.tell(session, 'deep');
  expect(chapters.map((c) => c.id)).toContain('ssh-1');
  expect(chapters.map((c) => c.id)).not.toContain('negotiation');
  expect(chapters.flatMap((c) => c.notes.map((n) => n.text)).join()).toContain('SSH_SMSG_PUBLIC_KEY (client, frame 6)');
});

test('what delay-compression puts into force at the end of the login is told', async () => {
  const told = chapter(await story('delay-compression-anew', 'student'), 'login');
  expect(told).toContain('Both sides offered delay-compression');
  expect(told).toContain('The server uses zlib for what follows its SSH_MSG_USERAUTH_SUCCESS, and the client none for what follows its SSH_MSG_NEWCOMPRESS');
  expect(chapter(await story('zlib', 'student'), 'login')).not.toContain('delay-compression');
});
