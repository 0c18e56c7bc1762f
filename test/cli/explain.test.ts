/** The command `explain`, as a user calls it. */
import { sshark } from '../support/cli.ts';
import { fixturePath } from '../support/fixtures.ts';

const login = (...options: string[]) => sshark(['explain', fixturePath('openssh-login', 'capture.pcapng'), ...options]);
const KEYS = ['-k', fixturePath('openssh-login', 'secrets.keylog')];

test('the brief form is one screen', async () => {
  const { code, out, err } = await login('--level', 'brief');
  expect([code, err]).toEqual([0, '']);
  expect(out.split('\n').length).toBeLessThan(70);
  expect(out).toContain('1. The connection');
});

test('each level tells more, and secrets tell more', async () => {
  const lengths = await Promise.all([['--level', 'brief'], [], KEYS, [...KEYS, '--level', 'deep']].map(async (o) => (await login(...o)).out.length));
  expect([...lengths].sort((a, b) => a - b)).toEqual(lengths);
});

test.each(['text', 'markdown', 'json', 'mermaid'])('-T %s', async (format) => {
  const { code, out } = await login(...KEYS, '-T', format);
  expect(code).toBe(0);
  expect(out).toContain('NEWKEYS');
});

test('with --show-secrets the keys are those that kex prints, whole', async () => {
  const { out } = await login(...KEYS, '--show-secrets');
  const kex = await sshark(['kex', fixturePath('openssh-login', 'capture.pcapng'), ...KEYS, '-T', 'json', '--show-secrets']);
  const [record] = JSON.parse(kex.out) as { keys: { length: number; value: string }[] }[];
  const keys = record?.keys.filter((k) => k.length > 0) ?? [];
  expect(keys).toHaveLength(2);
  for (const { value } of keys) expect(out.replace(/\s/g, '')).toContain(value);
  expect((await login(...KEYS)).out.replace(/\s/g, '')).not.toContain(keys[0]?.value);
});

test('the limit of a story can be changed, and is named when it is reached', async () => {
  const { out } = await login('--limit', 'storyPackets=3');
  expect(out).toMatch(/The limit storyPackets was reached: 3 later packets/);
});

test('a session is chosen by -s', async () => {
  expect((await login('-s', '1')).out).toContain('Session 1');
  expect((await login('-s', '2')).out).not.toContain('Session');
});

test('one algorithm, without a capture', async () => {
  const { code, out } = await sshark(['explain', '--algorithm', 'aes128-ctr']);
  expect(code).toBe(0);
  expect(out).toMatch(/^aes128-ctr: cipher\n/);
  expect(out).toContain('RFC 4344 section 4');
  expect(out).toContain('OpenSSH 3.7');
});

test('one message, without a capture', async () => {
  const { code, out } = await sshark(['explain', '--message', 'SSH_MSG_KEXINIT']);
  expect(code).toBe(0);
  expect(out).toMatch(/^SSH_MSG_KEXINIT: message 20\n/);
  for (const said of ['Sent by: either side', 'RFC 4253 section 7.1', 'cookie', 'firstKexPacketFollows']) expect(out).toContain(said);
});

test('the whole glossary fits 80 columns, but for long names', async () => {
  const { out } = await sshark(['explain', '--glossary']);
  expect(out).toContain('KEY EXCHANGE METHOD');
  for (const line of out.split('\n')) if (line.startsWith(' ')) expect(line.length).toBeLessThanOrEqual(80);
});

test.each([
  ['--algorithm', 'aes128-ctrl', 'there is no algorithm "aes128-ctrl"; did you mean aes128-ctr'],
  ['--message', 'SSH_MSG_KEXINT', 'there is no message "SSH_MSG_KEXINT"; did you mean SSH_MSG_KEXINIT'],
  ['--level', 'expert', 'level'],
])('%s %s is refused with a hint', async (option, value, said) => {
  const { code, err } = await sshark(['explain', option, value]);
  expect(code).toBe(2);
  expect(err).toContain(said);
});
