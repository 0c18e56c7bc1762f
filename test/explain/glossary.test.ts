/** The glossary, held against what real programs offer and what they sent. */
import { allMessages, GLOSSARY, messagesNamed, nearMessages, nearTerms, termsNamed } from '../../src/explain/glossary.ts';
import { fixture, fixtures } from '../support/fixtures.ts';
import { resultsOf, storeOf } from '../support/outputs.ts';

test('every name that a recorded program offered is in it', async () => {
  const offered = new Set<string>();
  for (const name of fixtures()) {
    for (const one of await resultsOf(fixture(name).capture)) {
      if (one.kind !== 'packet' || one.packet.number !== 20) continue;
      for (const [list, names] of Object.entries(one.packet.value ?? {}))
        if (Array.isArray(names) && !list.startsWith('languages')) for (const n of names) offered.add(String(n));
    }
  }
  expect(offered.size).toBeGreaterThan(90);
  expect([...offered].filter((name) => termsNamed(name).length === 0)).toEqual([]);
});

test('every entry says what it is, where it is defined and how good it is', () => {
  for (const term of GLOSSARY) {
    expect(term.note).toMatch(/^[A-Z].{15,}\.$/);
    expect(term.rfc).not.toBe('');
    expect(['recommended', 'acceptable', 'weak', 'broken', 'unknown']).toContain(term.standing);
    if (term.since !== undefined) expect(term.since).toMatch(/^(OpenSSH|Dropbear) \d/);
  }
});

test('names of two kinds, names that go on, names that are misspelt', () => {
  expect(termsNamed('none').map((t) => t.kind)).toEqual(['cipher', 'MAC', 'compression']);
  expect(termsNamed('gss-group14-sha256-toWM5Slw5Ew8Mqkay+al2g==').map((t) => t.name)).toEqual(['gss-group14-sha256-*']);
  expect(termsNamed('aes128-ctrl')).toEqual([]);
  expect(nearTerms('aes128-ctrl')[0]).toBe('aes128-ctr');
  expect(nearTerms('x'.repeat(5000))).toEqual([]);
});

test('messages by name, short name and number, with the fields that a real one has', async () => {
  expect(messagesNamed('kexinit').map(({ def }) => def.number)).toEqual([20]);
  expect(messagesNamed('SSH_MSG_KEXINIT')).toHaveLength(1);
  expect(messagesNamed('30').length).toBeGreaterThan(5);
  expect(nearMessages('SSH_MSG_KEXINT')[0]).toBe('SSH_MSG_KEXINIT');
  const { capture, secrets } = fixture('openssh-login');
  for (const one of await resultsOf(capture, { secrets: storeOf(secrets) })) {
    if (one.kind !== 'packet' || one.packet.message === undefined) continue;
    const { message, fields } = one.packet;
    const sent = fields.find((f) => f.kind === 'message')?.children.map((f) => f.name) ?? [];
    const listed = messagesNamed(message.name).map((m) => m.fields.map((f) => f.name));
    // Some have more fields behind those that all have.
    expect(listed.some((names) => names.every((name, i) => sent[i + 1] === name))).toBe(true);
  }
});

test('no message stands in it twice in the same words', () => {
  const keys = allMessages().map(({ def, context }) => `${def.name} ${def.rfc} ${def.note} ${context}`);
  expect(new Set(keys).size).toBe(keys.length);
});
