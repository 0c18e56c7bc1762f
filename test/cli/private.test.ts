/** Secrets stay where they are: not in what is printed unless asked for, not in messages, and files are for their owner only. */
import { execFileSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { sshark } from '../support/cli.ts';
import { PRINTING } from '../support/commands.ts';
import { fixture, fixturePath } from '../support/fixtures.ts';
import { programAndFolder } from '../support/program.ts';

jest.setTimeout(120_000);

const { program, folder } = programAndFolder();

const call = (name: string) => [fixturePath(name, 'capture.pcapng'), '-k', fixturePath(name, 'secrets.keylog')];

/** Every call that writes files, with secrets or what they open. */
const WRITING: readonly (readonly [title: string, args: (dir: string) => string[]])[] = [
  ['extract', (d) => ['extract', ...call('sftp-files'), '-o', join(d, 'out')]],
  ['annotate', (d) => ['annotate', ...call('rekey'), '-o', join(d, 'out.pcapng')]],
  ['annotate --embed-secrets', (d) => ['annotate', ...call('rekey'), '--embed-secrets', '-o', join(d, 'out.pcapng')]],
  ['report', (d) => ['report', ...call('rekey'), '-o', join(d, 'out.html')]],
  ['secrets --export', (d) => ['secrets', ...call('rekey'), '--export', 'keylog', '-o', join(d, 'out.keys')]],
  ['secrets --embed', (d) => ['secrets', ...call('rekey'), '--embed', join(d, 'out.pcapng')]],
  ['follow --cast', (d) => ['follow', ...call('connection-terminal'), '--cast', '-o', join(d, 'out.cast')]],
  ['follow --raw', (d) => ['follow', ...call('connection-terminal'), '--raw', '-o', join(d, 'out.bin')]],
  ['kex --show-secrets', (d) => ['kex', ...call('rekey'), '--show-secrets', '-o', join(d, 'out.txt')]],
  ['packets', (d) => ['packets', ...call('rekey'), '-T', 'json', '-o', join(d, 'out.json')]],
];

test.each(WRITING)('%s writes files that only their owner may read, whatever the umask', async (_, args) => {
  const { code, err } = await program.run(args(folder.dir), { umask: 0 });
  expect([code, err]).toEqual([0, '']);
  const made = readdirSync(folder.dir, { recursive: true, withFileTypes: true });
  const files = made.filter((e) => e.isFile());
  expect(files.length).toBeGreaterThan(0);
  for (const e of files) expect([e.name, statSync(join(e.parentPath, e.name)).mode & 0o777]).toEqual([e.name, 0o600]);
  const inner = made.filter((e) => e.isDirectory());
  for (const e of inner) expect([e.name, statSync(join(e.parentPath, e.name)).mode & 0o777]).toEqual([e.name, 0o700]);
});

test('a file that others may read is replaced by one that they may not', async () => {
  const target = join(folder.dir, 'out.html');
  writeFileSync(target, 'before');
  chmodSync(target, 0o666);
  await sshark(['report', ...call('rekey'), '-o', target]);
  expect(statSync(target).mode & 0o777).toBe(0o600);
});

/** All commands on `name` with its secrets; the text of everything they print and write. */
async function everything(name: string, keys: readonly string[], more: readonly string[] = []): Promise<string> {
  const capture = fixturePath(name, 'capture.pcapng');
  const calls = [
    ...PRINTING,
    ['report', '--level', 'deep', '-o', join(folder.dir, 'out.html')],
    ['annotate', '--level', 'deep', '-o', join(folder.dir, 'out.pcapng')],
  ];
  let all = '';
  for (const args of calls) {
    const { out, err } = await sshark([...args, capture, ...keys, ...more]);
    all += out + err;
  }
  for (const file of ['out.html', 'out.pcapng']) all += readFileSync(join(folder.dir, file), 'latin1');
  return all;
}

const spellings = (secret: string): string[] => {
  const hex = Buffer.from(secret).toString('hex');
  return [secret, hex, hex.replace(/..(?=.)/g, '$& '), Buffer.from(secret).toString('base64')];
};

test('K is in no output unless it is asked for', async () => {
  const secrets = fixture('rekey').secrets ?? '';
  const values = [...secrets.matchAll(/SHARED_SECRET ([0-9a-f]{32,})/g)].map((m) => m[1] ?? '');
  expect(values.length).toBeGreaterThan(0);
  const keys = ['-k', fixturePath('rekey', 'secrets.keylog')];
  const all = await everything('rekey', keys);
  for (const k of values) {
    expect(all.toLowerCase().includes(k.slice(2, 34))).toBe(false);
    expect(all.includes(Buffer.from(k, 'hex').toString('base64').slice(0, 24))).toBe(false);
  }
  const asked = await everything('rekey', keys, ['--show-secrets']);
  for (const k of values.slice(0, 1)) expect(asked.toLowerCase()).toContain(k.slice(2, 34));
});

test('a password is in no output unless it is asked for', async () => {
  const keys = ['-k', fixturePath('login-password', 'secrets.keylog')];
  const { out } = await sshark(['packets', '-T', 'ndjson', '--show-secrets', fixturePath('login-password', 'capture.pcapng'), ...keys]);
  const password = /"password":"([^"]{4,})"/.exec(out)?.[1] ?? '';
  expect(password).not.toBe('');
  const all = await everything('login-password', keys);
  for (const spelling of spellings(password)) expect([spelling, all.includes(spelling)]).toEqual([spelling, false]);
});

/** Lines that mean to be secrets and are not, each with the mark in the place of the secret. */
const MARK = 'c0ffee5ec2e7'.repeat(6);
const COOKIE = '07'.repeat(16);
const MALFORMED = [
  `${COOKIE} SHARED_SECRET ${MARK}zz`,
  `${COOKIE} SHARED_SECRET ${MARK}0`,
  `${COOKIE} SHARED_SECRET  `,
  `${COOKIE}${MARK}`,
  `SHARED_SECRET ${MARK}`,
  `${COOKIE} UNKNOWN_LABEL ${MARK}`,
  `${COOKIE} NEWKEYS ${MARK}`,
  `${MARK}`,
  `{"K": "${MARK}", `,
  `{"session": {"secret": "${MARK}"}}`,
  `-----BEGIN OPENSSH PRIVATE KEY-----\n${MARK}\n-----END OPENSSH PRIVATE KEY-----`,
  `NEWKEYS MODE IN CIPHER aes128-ctr KEY ${MARK}x IV 00`,
  `CLIENT_RANDOM ${MARK} ${MARK}`,
  `\u001b[31m${MARK}\u0007`,
];

test.each(MALFORMED.map((line) => [line.replaceAll(MARK, '<secret>'), line]))('a key file with the line %j is not echoed', async (_, line) => {
  const keys = join(folder.dir, 'bad.keys');
  writeFileSync(keys, `${line}\n`);
  const all = await everything('rekey', ['-k', keys]);
  expect(all.toLowerCase().includes(MARK.slice(0, 24))).toBe(false);
});

test('a key file given in the place of the capture is not echoed', async () => {
  const keys = join(folder.dir, 'keys');
  writeFileSync(keys, `${COOKIE} SHARED_SECRET ${MARK}\n`);
  const { code, out, err } = await sshark(['summary', keys]);
  expect(code).toBe(3);
  expect(out + err).not.toContain(MARK.slice(0, 12));
});

test('a key file is read once: a pipe serves', async () => {
  const fifo = join(folder.dir, 'keys');
  execFileSync('mkfifo', [fifo]);
  const running = program.start(['packets', fixturePath('rekey', 'capture.pcapng'), '-k', fifo]);
  writeFileSync(fifo, fixture('rekey').secrets ?? '');
  const { code, out } = await running.done;
  expect(code).toBe(0);
  expect(out).toContain('CHANNEL_DATA');
});
