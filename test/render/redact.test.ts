/** Passwords and answers to prompts: hidden in every form of output unless they are asked for. */
import { toHex } from '../../src/bytes/hex.ts';
import { collect, inMemory } from '../../src/index.ts';
import { DEFAULT_LIMITS } from '../../src/limits.ts';
import { RENDERERS, rendererRow } from '../../src/render/index.ts';
import { redactedPacket } from '../../src/render/redact.ts';
import { DEFAULT_RENDER_OPTIONS, type RenderOptions } from '../../src/render/renderer.ts';
import { SecretStore } from '../../src/secrets/store.ts';
import { authMethod } from '../../src/ssh/auth/index.ts';
import { SSH2_MESSAGES } from '../../src/ssh/messages/index.ts';
import type { Packet } from '../../src/ssh/model.ts';
import { leaves } from '../../src/wire/field.ts';
import { openTalk } from '../support/above.ts';
import { fixture } from '../support/fixtures.ts';
import { aCapture, aSession } from '../support/model.ts';
import { concat } from '../support/packets.ts';
import { ascii, str, u32 } from '../support/two-ends.ts';

const SECRET = 'Tr0ub4dor';
const login = (...fields: Uint8Array[]) => concat(Uint8Array.of(50), str(ascii('bob')), str(ascii('ssh-connection')), str(ascii('password')), ...fields);

const INFO_RESPONSE = authMethod('keyboard-interactive')?.messages.find((m) => m.number === 61);

const whole = login(Uint8Array.of(0), str(ascii(SECRET)));
const cases: readonly (readonly [string, Packet])[] = [
  ['a password', openTalk(whole, SSH2_MESSAGES.get(50))],
  ['an old and a new password', openTalk(login(Uint8Array.of(1), str(ascii(SECRET)), str(ascii(`${SECRET}2`))), SSH2_MESSAGES.get(50))],
  ['answers', openTalk(concat(Uint8Array.of(61), u32(2), str(ascii('x')), str(ascii(SECRET))), INFO_RESPONSE)],
  ['an answer whose length lies', openTalk(concat(Uint8Array.of(61), u32(2), u32(5000), ascii(SECRET)), INFO_RESPONSE)],
  ['a password whose length lies', openTalk(login(Uint8Array.of(0), u32(5000), ascii(SECRET)), SSH2_MESSAGES.get(50))],
  ['a message of a method that is not known', openTalk(concat(Uint8Array.of(61), u32(1), str(ascii(SECRET))), undefined)],
];

const options = (more: Partial<RenderOptions>): RenderOptions => ({
  ...DEFAULT_RENDER_OPTIONS,
  fields: ['ssh.payload', 'sshark.bytes', 'sshark.value.password', 'sshark.value.responses', 'sshark.summary'],
  ...more,
});

async function rendered(p: Packet, name: string, more: Partial<RenderOptions>): Promise<string> {
  const renderer = await rendererRow('packets', name)?.make(options(more));
  const session = aSession({ fragments: [p] });
  return `${renderer?.packet?.(p) ?? ''}${renderer?.session?.(session) ?? ''}`;
}

/** The dump with its line breaks and columns taken out, so that a secret over two lines is found. */
const joined = (text: string) => text.replace(/\n\s*[0-9a-f]{4} {2}/g, ' ').replace(/\s+/g, '');

const FORMATS = RENDERERS.filter((row) => row.commands.includes('packets')).map((row) => row.name);

describe.each(cases)('%s', (_, packet) => {
  test.each(FORMATS.flatMap((name) => [[name, false] as const, [name, true] as const]))(
    'is not in %s (hex dump: %s), and is when asked for',
    async (name, hex) => {
      const wanted = [SECRET, toHex(ascii(SECRET))];
      const hidden = await rendered(packet, name, { hex });
      for (const text of wanted) {
        expect(hidden).not.toContain(text);
        expect(joined(hidden)).not.toContain(text);
      }
      const shown = await rendered(packet, name, { hex, showSecrets: true });
      // What could not be decoded is in no record, and the table has only summaries.
      const decoded = packet.problems.every((p) => p.code !== 'malformed');
      const shows = name.endsWith('json') ? decoded : hex || name !== 'table';
      expect(shown === hidden).toBe(!shows);
      if (shows && !hex) expect(wanted.some((text) => shown.includes(text))).toBe(true);
    },
  );

  test('what is left still tiles, and has the same lengths', () => {
    const redacted = redactedPacket(packet);
    const spans = (p: Packet) => [...leaves(p.fields)].map((f) => f.span);
    expect(redacted.plain.bytes.length).toBe(packet.plain.bytes.length);
    expect(spans(redacted)).toEqual(spans(packet));
    expect(redacted.summary).toBe(packet.summary);
  });
});

test('nothing else of a renderer is lost', async () => {
  for (const row of RENDERERS)
    for (const command of row.commands) {
      const [bare, wrapped] = [await row.make(DEFAULT_RENDER_OPTIONS), await rendererRow(command, row.name)?.make(DEFAULT_RENDER_OPTIONS)];
      for (const name of ['begin', 'identification', 'packet', 'session', 'capture', 'end'] as const)
        expect([row.name, name, typeof wrapped?.[name]]).toEqual([row.name, name, typeof bare[name]]);
      expect(wrapped?.capture?.(aCapture())).toBe(bare.capture?.(aCapture()));
    }
});

test('a packet without secrets is passed on as it is', () => {
  const none = openTalk(Uint8Array.of(52), SSH2_MESSAGES.get(52));
  expect(redactedPacket(none)).toBe(none);
});

test('a recorded login: its password is in no record, and the length is', async () => {
  const { capture, secrets } = fixture('login-password');
  const store = new SecretStore(DEFAULT_LIMITS);
  store.add(ascii(secrets ?? ''), 'secrets');
  const { packets } = await collect(inMemory(capture), { secrets: store });
  const request = packets.find((p) => p.value?.methodName === 'password');
  expect(request?.value?.password).toBe('sesame');
  const redacted = request === undefined ? undefined : redactedPacket(request);
  expect(redacted?.value).toMatchObject({ userName: 'student', changePassword: false, password: '(6 bytes; --show-secrets)' });
  expect(toHex(redacted?.plain.bytes ?? new Uint8Array(0))).not.toContain(toHex(ascii('sesame')));
});
