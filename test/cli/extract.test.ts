/** The command `extract`, as a user calls it, also on captures that mean harm. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { World } from '../../cli/command.ts';
import { channelCapture, type Line, NO_ATTRS, sftp, status, text, u64 } from '../support/channel-talk.ts';
import { sshark } from '../support/cli.ts';
import { fixturePath } from '../support/fixtures.ts';
import { schemaError, unsafeIn } from '../support/outputs.ts';
import { str, u32 } from '../support/two-ends.ts';
import { writerProgram } from '../support/writer-thread.ts';

let dir = '';
let runs = 0;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'sshark-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const recorded = (name: string) => [fixturePath(name, 'capture.pcapng'), '-k', fixturePath(name, 'secrets.keylog')];
const sumOf = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');
/** All files below `folder`, sorted. */
const tree = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((e) => !e.isDirectory())
    .map((e) => join(e.parentPath, e.name).slice(folder.length + 1))
    .sort();

interface FileRecord {
  readonly path: string;
  readonly file: string | null;
  readonly sha256: string | null;
  readonly complete: boolean;
  readonly holes: readonly { readonly start: number; readonly end: number }[];
}
const manifest = (folder: string) => JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as FileRecord[];

/** Writes `capture` and extracts it. */
async function extract(capture: Uint8Array, options: readonly string[] = [], out = join(dir, 'out'), world: Partial<World> = {}) {
  const path = join(dir, `capture-${runs++}.pcap`);
  writeFileSync(path, capture);
  return { out, ran: await sshark(['extract', path, '-o', out, ...options], world) };
}

let handles = 0;
/** A file that is put whole: `pieces` as offset and content. */
function put(path: Uint8Array, ...pieces: readonly (readonly [number, Uint8Array])[]): Line[] {
  const handle = text(`h${handles++}`);
  return [
    ['c', sftp(3, u32(1), path, u32(0x1a), NO_ATTRS)],
    ['s', sftp(102, u32(1), handle)],
    ...pieces.flatMap(([offset, content]): Line[] => [
      ['c', sftp(6, u32(2), handle, u64(offset), str(content))],
      ['s', status(2, 0)],
    ]),
    ['c', sftp(4, u32(3), handle)],
    ['s', status(3, 0)],
  ];
}
const bytes = (value: string) => new TextEncoder().encode(value);
const puts = (...names: readonly string[]) =>
  channelCapture(
    'subsystem',
    names.flatMap((name, i) => put(str(bytes(name)), [0, bytes(`content ${i}`)])),
  );

test('files, their sums, and a list for people', async () => {
  const out = join(dir, 'new', 'folder');
  const { code, out: said, err } = await sshark(['extract', ...recorded('sftp-large'), '-o', out]);
  expect([code, err]).toEqual([0, '']);
  expect(said).toBe(
    [
      'session-1/home/student/small',
      '    upload by SFTP, 14 bytes, mode 0644',
      '    sha256 ea07322e8fd30609323e89be7d2c8b6a20865a54486d8f7d9f2de5a9f8d0f9b3',
      'session-1/home/lab/files/large',
      '    download by SFTP, 98,304 bytes, mode 0644, changed 2026-11-22 09:51:46',
      '    sha256 f50b92d9e3db2043751cc514340187fa9d50b9ee3decb7f9c2431d51fc15b37b',
      '2 files, 98,318 bytes',
      '',
    ].join('\n'),
  );
  expect(tree(out)).toEqual(['manifest.json', 'session-1/home/lab/files/large', 'session-1/home/student/small']);
  for (const { file, sha256 } of manifest(out)) expect(sumOf(readFileSync(join(out, file ?? '')))).toBe(sha256);
  expect(statSync(join(out, 'session-1/home/lab/files/large')).mode & 0o777).toBe(0o600);
});

test.each(['json', 'ndjson'])('-T %s: records that meet the schema, the same as in manifest.json', async (format) => {
  const out = join(dir, 'out');
  const { out: said } = await sshark(['extract', ...recorded('scp-folders'), '-o', out, '-T', format]);
  const records = (
    format === 'json'
      ? JSON.parse(said)
      : said
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line))
  ) as { record: string }[];
  expect(records.map(schemaError)).toEqual(records.map(() => undefined));
  expect(records.map((r) => r.record)).toEqual(['file', 'file', 'file', 'file', 'capture']);
  expect(manifest(out)).toEqual(records.slice(0, 4));
});

test('why there is nothing', async () => {
  const none = async (...argv: readonly string[]) => (await sshark(['extract', ...argv, '-o', join(dir, 'out')])).out;
  expect(await none(fixturePath('sftp-large', 'capture.pcapng'))).toMatch(/^Session 1: no file; it is not decrypted: no secret /);
  expect(await none(...recorded('openssh-login'))).toBe('Session 1: no file; nothing was moved by SFTP or SCP.\n');
  expect(await none(...recorded('sftp-large'), '-s', '2')).toBe('');
  expect(await none(...recorded('openssh-login'), '-T', 'json')).toMatch(/^\[\n\{"record":"capture"/);
  expect(existsSync(join(dir, 'out'))).toBe(false);
});

test('usage, and folders that cannot be written', async () => {
  const [capture = ''] = recorded('sftp-large');
  expect(await sshark(['extract', capture])).toMatchObject({ code: 2, err: expect.stringContaining('extract needs a folder: -o DIR') });
  expect(await sshark(['extract', join(dir, 'none'), '-o', join(dir, 'out')])).toMatchObject({ code: 3 });
  const file = join(dir, 'file');
  writeFileSync(file, 'mine');
  const ran = await sshark(['extract', ...recorded('sftp-large'), '-o', file]);
  expect([ran.code, ran.err]).toEqual([3, expect.stringMatching(/^sshark: .*file.* cannot be written: /)]);
  expect(readFileSync(file, 'utf8')).toBe('mine');
});

test('what was there stays, unless --force', async () => {
  const first = await extract(puts('/a'));
  const again = await extract(puts('/a'));
  expect(again.ran).toMatchObject({ code: 3, err: expect.stringContaining('manifest.json is there already') });
  rmSync(join(first.out, 'manifest.json'));
  writeFileSync(join(first.out, 'session-1/a'), 'mine');
  expect((await extract(puts('/a'))).ran.code).toBe(0);
  expect(tree(first.out)).toEqual(['manifest.json', 'session-1/a', 'session-1/a-2']);
  expect(readFileSync(join(first.out, 'session-1/a'), 'utf8')).toBe('mine');
  await new Promise((resolve) => setTimeout(resolve, 50)); // files of this run are told from older ones by their time
  expect((await extract(puts('/a', '/a'), ['--force'])).ran.code).toBe(0);
  expect([readFileSync(join(first.out, 'session-1/a'), 'utf8'), readFileSync(join(first.out, 'session-1/a-2'), 'utf8')]).toEqual(['content 0', 'content 1']);
});

test('files of one name, and a file where a folder is wanted', async () => {
  const { out } = await extract(puts('/x.txt', '/x.txt', 'x.txt', '/d', '/d/e', '/d/e/f', '/d'));
  expect(tree(out)).toEqual(
    ['d', 'd-2/e', 'd-2/e-2/f', 'd-3', 'x-2.txt', 'x-3.txt', 'x.txt']
      .map((name) => `session-1/${name}`)
      .concat('manifest.json')
      .sort(),
  );
  expect(manifest(out).map((r) => r.file)).toEqual(['x.txt', 'x-2.txt', 'x-3.txt', 'd', 'd-2/e', 'd-2/e-2/f', 'd-3'].map((name) => `session-1/${name}`));
});

test('names that mean harm lead nowhere, and can be printed', async () => {
  const names = [
    '../../../../x',
    '/etc/passwd',
    'a/../../../../y',
    'nul\0byte',
    'line\nbreak',
    '\u001b]0;owned\u0007\u001b[2J',
    'gpj.\u202eexe',
    'x'.repeat(5000),
    `${'deep/'.repeat(500)}end`,
    '/dev/null',
    'CON',
    'aux.txt',
    'C:\\autoexec.bat',
    '.',
    '..',
    '',
    'ends. ',
    '-rf',
    '../manifest.json',
  ];
  const { out, ran } = await extract(puts(...names));
  expect([ran.code, ran.err]).toEqual([0, '']);
  expect(unsafeIn(ran.out)).toBeUndefined();
  expect(readdirSync(dir).filter((name) => !name.startsWith('capture-'))).toEqual(['out']);
  expect(readdirSync(out).sort()).toEqual(['manifest.json', 'session-1']);
  const records = manifest(out);
  expect(records.map((r) => r.path.slice(0, 4096))).toEqual(names.map((name) => name.slice(0, 4096)));
  for (const [i, { file }] of records.entries()) {
    const path = join(out, file ?? '');
    expect(path.startsWith(join(out, 'session-1/'))).toBe(true);
    expect([readFileSync(path, 'utf8'), lstatSync(path).isFile()]).toEqual([`content ${i}`, true]);
  }
});

test('links that stand in the way are not followed', async () => {
  const out = join(dir, 'out');
  const outside = join(dir, 'outside');
  mkdirSync(outside);
  mkdirSync(join(out, 'session-1'), { recursive: true });
  symlinkSync(outside, join(out, 'session-1/folder'));
  symlinkSync(join(outside, 'target'), join(out, 'session-1/file'));
  symlinkSync(join(outside, 'dangling'), join(out, 'session-1/file-2'));
  expect((await extract(puts('/folder/x', '/file'), [], out)).ran.code).toBe(0);
  expect(readdirSync(outside)).toEqual([]);
  expect(manifest(out).map((r) => r.file)).toEqual(['session-1/folder-2/x', 'session-1/file-3']);
  // With --force the link itself is replaced.
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect((await extract(puts('/file'), ['--force'], out)).ran.code).toBe(0);
  expect([readdirSync(outside), lstatSync(join(out, 'session-1/file')).isFile()]).toEqual([[], true]);
});

test('holes are left empty and told, also where something was written that did not stay', async () => {
  const handle = text('h');
  const refused: Line[] = [
    ['c', sftp(3, u32(1), text('/f'), u32(0x1a), NO_ATTRS)],
    ['s', sftp(102, u32(1), handle)],
    ['c', sftp(6, u32(2), handle, u64(0), text('abc'))],
    ['c', sftp(6, u32(3), handle, u64(3), text('BAD'))],
    ['c', sftp(6, u32(4), handle, u64(9), text('xyz'))],
    ['s', status(2, 0)],
    ['s', status(3, 4)],
    ['s', status(4, 0)],
    ['c', sftp(4, u32(5), handle)],
    ['s', status(5, 0)],
  ];
  const { out, ran } = await extract(channelCapture('subsystem', refused));
  expect(readFileSync(join(out, 'session-1/f'), 'utf8')).toBe('abc\0\0\0\0\0\0xyz');
  expect(manifest(out)).toMatchObject([{ complete: false, sha256: null, holes: [{ start: 3, end: 9 }] }]);
  expect(ran.out).toContain('incomplete: 1 WRITE failed; a hole from byte 3 to 9');
});

test('pieces in any order give the sum of the file, and many files may be open', async () => {
  const content = Uint8Array.from({ length: 50_000 }, (_, i) => (i * i) & 255);
  const pieces = [3, 1, 4, 0, 2].map((n) => [n * 10_000, content.subarray(n * 10_000, (n + 1) * 10_000)] as const);
  const opened = Array.from({ length: 100 }, (_, i) =>
    put(text(`/many/${i}`), [0, bytes(`${i}a`)], [100, bytes('b')], [50, bytes('c'.repeat(50))], [2, bytes('d'.repeat(48))]),
  );
  // All are opened, then all are written in turns, then all are closed.
  const turns = Array.from({ length: opened[0]?.length ?? 0 }, (_, n) => opened.map((lines) => lines[n] as Line)).flat();
  const { out } = await extract(channelCapture('subsystem', [...put(text('/mixed'), ...pieces), ...turns]));
  const records = manifest(out);
  expect(records.find((r) => r.path === '/mixed')).toMatchObject({ sha256: sumOf(content), complete: true });
  expect(records).toHaveLength(101);
  for (const { file, sha256 } of records) expect(sumOf(readFileSync(join(out, file ?? '')))).toBe(sha256);
});

test('an offset beyond all bounds makes no file of that size', async () => {
  const { out, ran } = await extract(channelCapture('subsystem', put(text('/f'), [0, bytes('abc')], [2 ** 50, bytes('x')])));
  expect(ran.code).toBe(0);
  expect(statSync(join(out, 'session-1/f')).size).toBe(3);
  expect(manifest(out)).toMatchObject([{ complete: false }]);
});

// Whether the thread is there before they end is chance; written.test.ts holds what it does.
describe('large files, with a thread beside', () => {
  const MIB = 1024 * 1024;
  const large = Uint8Array.from({ length: 1.5 * MIB + 12_345 }, (_, i) => (i * 31 + (i >> 9)) & 255);
  /** The pieces of a file of that content, in this order. */
  const pieces = (order: (n: number) => number[]) =>
    order(Math.ceil(large.length / 50_000)).map((n) => [n * 50_000, large.subarray(n * 50_000, (n + 1) * 50_000)] as const);
  const upTo = (n: number) => Array.from({ length: n }, (_, i) => i);

  test('in order, out of order, with a hole, and many in turns', async () => {
    const world = { program: await writerProgram(join(dir, 'program')) };
    const inOrder = put(text('/in-order'), ...pieces(upTo));
    const backwards = put(text('/backwards'), ...pieces((n) => upTo(n).reverse()));
    const late = put(text('/late'), ...pieces((n) => [...upTo(n - 2), n - 1, n - 2]));
    const holed = put(text('/holed'), ...pieces((n) => upTo(n).filter((i) => i !== 24)));
    const small = put(text('/small'), [0, bytes('small')]);
    const all = [inOrder, backwards, late, holed, small];
    const turns = upTo(inOrder.length).flatMap((i) => all.flatMap((lines): Line[] => (lines[i] === undefined ? [] : [lines[i]])));
    const { out, ran } = await extract(channelCapture('subsystem', turns), [], undefined, world);
    expect([ran.code, ran.err]).toEqual([0, '']);
    const records = new Map(manifest(out).map((r) => [r.path, r]));
    for (const path of ['/in-order', '/backwards', '/late']) {
      expect([path, records.get(path)?.sha256, records.get(path)?.complete]).toEqual([path, sumOf(large), true]);
      expect(sumOf(readFileSync(join(out, `session-1${path}`)))).toBe(sumOf(large));
    }
    const empty = large.slice().fill(0, 1_200_000, 1_250_000);
    expect([records.get('/holed')?.sha256, sumOf(readFileSync(join(out, 'session-1/holed')))]).toEqual([null, sumOf(empty)]);
  }, 60_000);
});

test('what a run that was killed has left in the folder is told, and stays', async () => {
  const out = join(dir, 'out');
  const { pid: over } = spawnSync(process.execPath, ['--version']);
  const names = [`.sshark-${over}`, `.sshark-${over}-2`, `.sshark-${process.ppid}`, '.sshark-x', '.sshark-'];
  for (const name of names) mkdirSync(join(out, name), { recursive: true });
  writeFileSync(join(out, `.sshark-${over}-3`), 'a file, no folder');
  const { code, err } = await sshark(['extract', ...recorded('sftp-files'), '-o', out]);
  expect(code).toBe(0);
  const told = (name: string) => `${join(out, name)} is left from a run that was killed: parts of files are in it, and it can be deleted.`;
  expect(err.split('\n').sort()).toEqual(['', told(`.sshark-${over}`), told(`.sshark-${over}-2`)]);
  for (const name of names) expect(existsSync(join(out, name))).toBe(true);
});
