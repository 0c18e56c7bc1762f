/** One capture, one answer: read as a file, from a pipe, compressed, with one thread or several. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { jest } from '@jest/globals';
import { sshark } from '../support/cli.ts';
import { fixture, fixturePath } from '../support/fixtures.ts';
import { Program } from '../support/program.ts';

jest.setTimeout(120_000);

const program = new Program();
const dir = mkdtempSync(join(tmpdir(), 'sshark-'));
afterAll(() => {
  rmSync(dir, { recursive: true });
  program.remove();
});

const ONE = ['-s', '1', '--channel', '0'];
const CALLS: readonly (readonly [fixture: string, call: readonly string[]])[] = [
  ['sftp-large', ['summary']],
  ['sftp-large', ['packets']],
  ['sftp-large', ['packets', '-V', '-x']],
  ['sftp-large', ['packets', '-T', 'json']],
  ['rekey-zlib', ['packets', '-T', 'ndjson']],
  ['connection-terminal', ['follow']],
  ['connection-terminal', ['follow', '--raw', ...ONE]],
  ['connection-terminal', ['follow', '--cast', ...ONE]],
  ['connection-nested-zlib', ['packets', '-T', 'json']],
  ['rekey', ['explain']],
  ['rekey', ['kex']],
  ['rekey', ['secrets']],
];

/** What differs by right: the name, the size and the compression of the file. */
const plain = (out: string, path: string) =>
  out
    .split('\n')
    .map((line) => (line.startsWith(`${path}: pcapng`) ? line.replace(/^.*?bytes.*?: /, '') : line))
    .join('\n')
    .replace(/"file":"[^"]*","format":"pcapng",("compression":[^,]*,)?("bytes":\d+,)?/, '');

test.each(CALLS.map(([name, call]) => [`${name}: ${call.join(' ')}`, name, call] as const))('%s', async (_, name, call) => {
  const path = fixturePath(name, 'capture.pcapng');
  const keys = ['-k', fixturePath(name, 'secrets.keylog')];
  const { capture } = fixture(name);
  const gz = join(dir, 'capture.gz');
  writeFileSync(gz, gzipSync(capture));
  const whole = await program.run([...call, path, ...keys, '--jobs', '1']);
  expect(whole.code).toBe(0);
  expect(whole.out.length).toBeGreaterThan(50);
  const expected = plain(whole.out, path);
  expect((await program.run([...call, path, ...keys, '--jobs', '3'])).out).toBe(whole.out);
  expect(plain((await program.run([...call, gz, ...keys])).out, gz)).toBe(expected);
  const piped = program.start([...call, '-', ...keys], { stdio: ['pipe', 'pipe', 'pipe'] });
  // In pieces that end anywhere.
  for (let at = 0; at < capture.length; at += 7919) piped.child.stdin?.write(capture.subarray(at, at + 7919));
  piped.child.stdin?.end();
  expect(plain((await piped.done).out, '-')).toBe(expected);
});

test('extract: the same files from a file, from gzip and from a pipe', async () => {
  const { capture } = fixture('sftp-files');
  const keys = ['-k', fixturePath('sftp-files', 'secrets.keylog')];
  const gz = join(dir, 'files.gz');
  writeFileSync(gz, gzipSync(capture));
  const files = (folder: string) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((e) => e.isFile())
      .map((e) => [join(e.parentPath, e.name).slice(folder.length), readFileSync(join(e.parentPath, e.name), 'latin1')])
      .sort();
  const folder = (name: string) => join(dir, `files-${name}`);
  expect((await sshark(['extract', fixturePath('sftp-files', 'capture.pcapng'), ...keys, '-o', folder('plain')])).code).toBe(0);
  expect((await sshark(['extract', gz, ...keys, '-o', folder('gzip')])).code).toBe(0);
  const piped = program.start(['extract', '-', ...keys, '-o', folder('pipe')], { stdio: ['pipe', 'pipe', 'pipe'] });
  for (let at = 0; at < capture.length; at += 4099) piped.child.stdin?.write(capture.subarray(at, at + 4099));
  piped.child.stdin?.end();
  expect((await piped.done).code).toBe(0);
  expect(files(folder('plain')).length).toBeGreaterThan(2);
  expect(files(folder('gzip'))).toEqual(files(folder('plain')));
  expect(files(folder('pipe'))).toEqual(files(folder('plain')));
});
