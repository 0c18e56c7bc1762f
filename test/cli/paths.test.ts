/** Paths that lead to nothing: each command says so, with the exit code of a file that cannot be read or written. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sshark } from '../support/cli.ts';
import { fixturePath } from '../support/fixtures.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'sshark-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const capture = fixturePath('sftp-files', 'capture.pcapng');
const keys = ['-k', fixturePath('sftp-files', 'secrets.keylog')];

/** Paths that nothing can stand at. */
const NOWHERE = [
  ['a path through a file', join(capture, 'x')],
  ['a name that is too long', 'a'.repeat(5000)],
] as const;

/** How each command is called that reads `from`, and writes `to` if it writes. */
const CALLS: Readonly<Record<string, (from: string, to: string) => readonly string[]>> = {
  summary: (from) => ['summary', from],
  packets: (from) => ['packets', from],
  explain: (from) => ['explain', from],
  kex: (from) => ['kex', from],
  follow: (from) => ['follow', from, '--raw'],
  extract: (from, to) => ['extract', from, ...keys, '-o', to],
  annotate: (from, to) => ['annotate', from, '-o', to],
  report: (from, to) => ['report', from, '-o', to],
  'secrets --embed': (from, to) => ['secrets', from, ...keys, '--embed', to],
};
const WRITE = ['extract', 'annotate', 'report', 'secrets --embed'];

describe.each(NOWHERE)('%s', (_, nowhere) => {
  test.each(Object.entries(CALLS))('%s reads it', async (_name, call) => {
    const to = join(dir, 'out');
    const { code, err } = await sshark([...call(nowhere, to)]);
    expect(err).toMatch(/^sshark: /);
    expect([code, existsSync(to)]).toEqual([3, false]);
  });

  test.each(WRITE)('%s writes it', async (name) => {
    const { code, err } = await sshark([...(CALLS[name]?.(capture, nowhere) ?? [])]);
    expect(err).toMatch(/cannot be written/);
    expect(code).toBe(3);
  });
});
