/** What is said about single packets and identification strings, on every recording. */

import { allMessages } from '../../src/explain/glossary.ts';
import type { Note } from '../../src/explain/note.ts';
import { ANNOTATORS, notesOf, notesOfIdentification } from '../../src/explain/packets/index.ts';
import { purposeOf } from '../../src/explain/packets/purpose.ts';
import type { Packet } from '../../src/ssh/model.ts';
import { fixture, fixtures } from '../support/fixtures.ts';
import { resultsOf, storeOf } from '../support/outputs.ts';

async function packetsOf(name: string, keys = true): Promise<Packet[]> {
  const { capture, secrets } = fixture(name);
  const found = await resultsOf(capture, keys ? { secrets: storeOf(secrets) } : {});
  return found.flatMap((one) => (one.kind === 'packet' ? [one.packet] : []));
}

const texts = (notes: readonly Note[]): string => notes.map((n) => n.text).join('\n');

/** What is wrong with one of `notes`; undefined when nothing is. */
function wrong(notes: readonly Note[], packet?: Packet): string | undefined {
  for (const note of notes) {
    if (note.at.length + note.rfc.length === 0) return `no ground: ${note.text}`;
    if (!/^\S.*\.$/s.test(note.text) || /undefined|NaN|\[object/.test(note.text)) return `no sentence: ${note.text}`;
    for (const { span, packet: index } of note.at) {
      const outside = packet !== undefined && (index !== packet.index || span.end > packet.space.bytes.length);
      if (span.end <= span.start || outside) return `no such bytes: ${note.text}`;
    }
  }
  return undefined;
}

test.each(fixtures())('%s: every packet that was read has a note, and every note a ground', async (name) => {
  const { capture, secrets } = fixture(name);
  for (const one of await resultsOf(capture, { secrets: storeOf(secrets) })) {
    if (one.kind === 'identification') expect(wrong(notesOfIdentification(one.identification, 'deep'))).toBeUndefined();
    if (one.kind !== 'packet') continue;
    const notes = notesOf(one.packet, 'deep');
    const mute = notes.length === 0 && (one.packet.message !== undefined || one.packet.encrypted);
    const fault = mute ? `nothing is said of packet ${one.packet.index}` : wrong(notes, one.packet);
    if (fault !== undefined) throw new Error(fault);
  }
});

test('each annotator speaks somewhere, under its own name, and the levels are kept', async () => {
  const all = (await Promise.all(['openssh-login', 'strict-kex-violation'].map((name) => packetsOf(name)))).flat();
  const sealed = (await packetsOf('cipher-aes128-gcm', false)).filter((p) => p.number === undefined);
  const spoken = new Set([...all, ...sealed].flatMap((p) => notesOf(p, 'deep').map((n) => n.annotator)));
  expect([...spoken].sort()).toEqual(ANNOTATORS.map((a) => a.name).sort());
  for (const packet of all) {
    expect(notesOf(packet, 'brief').every((n) => n.level === 'brief')).toBe(true);
    expect(notesOf(packet, 'student').some((n) => n.level === 'deep')).toBe(false);
  }
});

test('messages of the handshake say what goes into H, and what was verified', async () => {
  const packets = await packetsOf('kex-gex-sha256');
  const of = (name: string) => texts(notesOf(packets.find((p) => p.name === name) as Packet, 'student'));
  expect(of('SSH_MSG_KEX_DH_GEX_REQUEST')).toContain('Into the exchange hash go from this message: min, n and max.');
  expect(of('SSH_MSG_KEX_DH_GEX_REPLY')).toContain('Into the exchange hash go from this message: K_S and f.');
  expect(of('SSH_MSG_KEX_DH_GEX_REPLY')).toContain('The signature of the exchange hash is right');
  expect(of('SSH_MSG_KEXINIT')).toContain('What comes out: diffie-hellman-group-exchange-sha256');
  const old = await packetsOf('kex-gex-old-request');
  expect(texts(notesOf(old.find((p) => p.number === 30) as Packet, 'student'))).toContain('from this message: n.');
});

test("a user's signature, a password and a wrong guess are told as what they are", async () => {
  const login = await packetsOf('openssh-login');
  const signed = login.find((p) => p.value?.signature !== undefined && p.number === 50) as Packet;
  expect(texts(notesOf(signed, 'student'))).toContain("The user's signature is right.");
  const password = (await packetsOf('login-password')).find((p) => p.secret) as Packet;
  expect(texts(notesOf(password, 'student'))).toContain('The server gets to read the password');
  const guess = (await packetsOf('dropbear-client-wrong-guess')).find((p) => p.discarded) as Packet;
  expect(texts(notesOf(guess, 'brief'))).toContain('It is a wrong guess');
  expect(texts(notesOf(guess, 'deep'))).not.toContain('Into the exchange hash');
});

test('a packet that was not opened: what can be seen from outside, and why it was not opened', async () => {
  const packet = (await packetsOf('cipher-aes128-gcm', false)).find((p) => p.number === undefined) as Packet;
  const said = texts(notesOf(packet, 'student'));
  expect(said).toContain(`An encrypted packet of ${packet.space.bytes.length} bytes`);
  expect(said).toContain('no secret for the cookie');
});

test('every message of SSH-2 has a purpose, but those that explain themselves', () => {
  const without = allMessages().filter(({ def, context }) => purposeOf(def) === undefined && context !== 'in SSH-1');
  expect(without.map(({ def }) => def.name).filter((name) => !/GSS/.test(name))).toEqual([]);
});
