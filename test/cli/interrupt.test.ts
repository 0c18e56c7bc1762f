/** A run that does not come to its end leaves nothing under a final name: signals, closed pipes, full disks. */

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { fixture, fixturePath, fixtures } from '../support/fixtures.ts';
import { HOSTILE } from '../support/hostile.ts';
import { programAndFolder, type Running } from '../support/program.ts';
import { shuffled } from '../support/shuffle.ts';

/** Milliseconds that a test may take on a busy machine. */
const PATIENCE = 120_000;
jest.setTimeout(PATIENCE);

const { program, folder } = programAndFolder();

const files = (): string[] =>
  readdirSync(folder.dir, { recursive: true, withFileTypes: true })
    .filter((e) => e.isFile())
    .map((e) => e.name);

async function until(holds: () => boolean, running: Running): Promise<void> {
  for (let waited = 0; !holds(); waited += 10) {
    if (waited > 30_000 || running.child.exitCode !== null) throw new Error('it did not come so far');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const SFTP = fixture('sftp-large');
const keys = ['-k', fixturePath('sftp-large', 'secrets.keylog')];
const CHANNEL = ['-s', '1', '--channel', '0'];

/** Commands that write files, reading a pipe, and how many files they have begun when they are interrupted. */
const CALLS: readonly (readonly [title: string, args: (dir: string) => string[], begun: number])[] = [
  ['packets -o', (d) => ['packets', '-', '-T', 'json', '-o', join(d, 'out.json')], 1],
  ['summary -o', (d) => ['summary', '-', '-o', join(d, 'out.txt')], 1],
  ['report -o', (d) => ['report', '-', '-o', join(d, 'out.html')], 1],
  ['follow --cast -o', (d) => ['follow', '-', ...CHANNEL, '--cast', '-o', join(d, 'out.cast')], 1],
  ['secrets --export -o', (d) => ['secrets', '-', '--export', 'keylog', '-o', join(d, 'out.keys')], 1],
  ['extract', (d) => ['extract', '-', '-o', join(d, 'out')], 1],
];

describe.each(CALLS)('%s', (title, args, begun) => {
  test.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('ended by %s', async (signal, code) => {
    const running = program.start([...args(folder.dir), ...keys], { stdio: ['pipe', 'pipe', 'pipe'] });
    running.child.stdin?.write(SFTP.capture.subarray(0, SFTP.capture.length / 2));
    await until(() => files().length >= begun, running);
    // Time for the bytes that came.
    await new Promise((resolve) => setTimeout(resolve, 300));
    running.child.kill(signal);
    expect(await running.done).toMatchObject({ code, err: 'sshark: interrupted; what was not whole was taken back\n' });
    // What was whole stays; a list of all there is not.
    expect(files()).toEqual(title === 'extract' ? ['small'] : []);
  });
});

describe('a regular file, which is read without waiting', () => {
  let path = '';
  beforeAll(() => {
    path = join(mkdtempSync(join(tmpdir(), 'sshark-')), 'many.pcapng');
    const many = shuffled(fixtures().slice(0, 60), 1).capture;
    // The same sessions again are retransmissions, which are read too.
    writeFileSync(path, Buffer.concat(Array.from({ length: 40 }, () => many)));
  });
  afterAll(() => rmSync(join(path, '..'), { recursive: true }));

  test.each([
    ['packets, one thread', () => ['packets', path, '-T', 'json', '--jobs', '1', '-o', join(folder.dir, 'out.json')]],
    ['packets, several threads', () => ['packets', path, '-T', 'json', '--jobs', '2', '-o', join(folder.dir, 'out.json')]],
    ['annotate', () => ['annotate', path, '-o', join(folder.dir, 'out.pcapng')]],
    ['secrets --embed', () => ['secrets', path, ...keys, '--embed', join(folder.dir, 'out.pcapng')]],
  ])('%s, by SIGINT', async (_, args) => {
    const running = program.start(args());
    await running.ready;
    await new Promise((resolve) => setTimeout(resolve, 100));
    running.child.kill('SIGINT');
    expect(await running.done).toMatchObject({ code: 130, err: 'sshark: interrupted; what was not whole was taken back\n' });
    expect(files()).toEqual([]);
  });
});

test('an earlier file of the name stays when a run is interrupted', async () => {
  writeFileSync(join(folder.dir, 'out.json'), 'before');
  const running = program.start(['packets', '-', '-T', 'json', '-o', join(folder.dir, 'out.json')], { stdio: ['pipe', 'pipe', 'pipe'] });
  running.child.stdin?.write(SFTP.capture.subarray(0, 20_000));
  await until(() => files().length === 2, running);
  running.child.kill('SIGTERM');
  expect((await running.done).code).toBe(143);
  expect(files()).toEqual(['out.json']);
  expect(readFileSync(join(folder.dir, 'out.json'), 'utf8')).toBe('before');
});

const LOGIN = fixturePath('openssh-login', 'capture.pcapng');
const PRINTING = [
  ['summary', LOGIN],
  ['packets', LOGIN, '-V'],
  ['packets', LOGIN, '-T', 'json'],
  ['explain', LOGIN],
  ['explain', '--glossary'],
  ['kex', LOGIN],
  ['secrets', LOGIN],
  ['report', LOGIN],
  ['--help'],
  ['--version'],
];

test.each(PRINTING.map((args) => [args.join(' ').replace(LOGIN, 'CAPTURE'), args] as const))('%s: a closed pipe is no error', async (_, args) => {
  const running = program.start(args, { stdio: ['ignore', 'pipe', 'pipe'] });
  running.child.stdout?.destroy();
  expect(await running.done).toMatchObject({ code: 0, err: '' });
});

// Not every system has it.
const FULL = '/dev/full';
const onFull = existsSync(FULL) ? test : test.skip;
onFull.each(PRINTING.map((args) => [args.join(' ').replace(LOGIN, 'CAPTURE'), args] as const))('%s: a full disk is told', async (_, args) => {
  const done = await program.run(args, { stdio: ['ignore', openSync(FULL, 'w'), 'pipe'] });
  expect(done).toMatchObject({ code: 3, err: expect.stringMatching(/^sshark: the output cannot be written: ENOSPC[^\n]*\n$/) });
});

test('extract goes on when nobody reads its list', async () => {
  const running = program.start(['extract', fixturePath('sftp-large', 'capture.pcapng'), ...keys, '-o', join(folder.dir, 'out')]);
  running.child.stdout?.destroy();
  expect(await running.done).toMatchObject({ code: 0, err: '' });
  expect(files()).toContain('manifest.json');
});

describe('a file system that is full', () => {
  let full = '';
  const mounted = (() => {
    full = mkdtempSync(join(tmpdir(), 'sshark-full-'));
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'none', full], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  })();
  afterAll(() => {
    if (mounted) execFileSync('umount', [full]);
    rmSync(full, { recursive: true });
  });
  // Only who may mount can make one.
  const onMounted = mounted ? test : test.skip;
  onMounted.each([
    ['packets', () => ['packets', LOGIN, '-T', 'json', '-o', join(full, 'out.json')]],
    ['report', () => ['report', LOGIN, '-o', join(full, 'out.html')]],
    ['annotate', () => ['annotate', fixturePath('sftp-large', 'capture.pcapng'), '-o', join(full, 'out.pcapng')]],
    ['secrets --embed', () => ['secrets', fixturePath('sftp-large', 'capture.pcapng'), ...keys, '--embed', join(full, 'out.pcapng')]],
    ['extract', () => ['extract', fixturePath('sftp-large', 'capture.pcapng'), ...keys, '-o', join(full, 'out')]],
  ])('%s', async (_, args) => {
    const done = await program.run(args());
    expect(done).toMatchObject({ code: 3, err: expect.stringMatching(/^sshark: .* cannot be written: ENOSPC[^\n]*\n$/) });
    const left = readdirSync(full, { recursive: true, withFileTypes: true }).filter((e) => e.isFile());
    // Files that were whole before the disk was full may stay; the list of all is not among them.
    for (const { name } of left) expect(name).not.toMatch(/^out|partial|manifest/);
    expect(readdirSync(full, { recursive: true }).filter((name) => String(name).includes('.sshark-'))).toEqual([]);
    for (const name of readdirSync(full)) rmSync(join(full, name), { recursive: true });
  });
});

test('a capture that hurts, and an output that nobody takes, at one time', async () => {
  const hostile = HOSTILE.find((h) => h.name.includes('5,000 packets'));
  const path = join(folder.dir, 'hostile.pcap');
  writeFileSync(path, Buffer.concat([...(hostile?.pieces() ?? [])]));
  mkdirSync(join(folder.dir, 'x'));
  const running = program.start(['packets', path, '-T', 'ndjson'], { stdio: ['ignore', 'pipe', 'pipe'] });
  running.child.stdout?.once('data', () => running.child.stdout?.destroy());
  expect(await running.done).toMatchObject({ code: 0, err: '' });
});
