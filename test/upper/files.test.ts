/** Recorded transfers: the files that come out are those that the programs had, and the answers read as their libraries read them. */
import { createHash } from 'node:crypto';
import type { InnerMessage } from '../../src/index.ts';
import type { Attributes } from '../../src/upper/sftp/attributes.ts';
import { tile } from '../fuzz/check.ts';
import { filesOf } from '../support/channel-talk.ts';
import { fixture, fixtures } from '../support/fixtures.ts';
import { storeOf } from '../support/outputs.ts';

const RECORDED = fixtures().filter((name) => fixture(name).manifest.exercises.some((claim) => /^feature:(?:sftp|scp)/.test(claim)));

const found = async (name: string) => {
  const { capture, secrets } = fixture(name);
  return filesOf(capture, { secrets: storeOf(secrets) });
};

const sumOf = (content: string) => createHash('sha256').update(content).digest('hex');
const numbers = (count: number) => Array.from({ length: count }, (_, i) => `${String(i).padStart(5, '0')}\n`).join('');
/** The files that the recorder made. */
const SMALL = sumOf('A small file.\n');
const LARGE = sumOf(numbers(16_384));
const EMPTY = sumOf('');

/** What moved in each recording: direction, path and SHA-256; those that are not whole are left out. */
const MOVED: Readonly<Record<string, readonly (readonly [string, string, string])[]>> = {
  'sftp-large': [
    ['upload', '/home/student/small', SMALL],
    ['download', '/home/lab/files/large', LARGE],
  ],
  'sftp-files': [
    ['upload', '/home/student/folder/one', SMALL],
    ['download', '/home/student/folder/two', SMALL],
  ],
  'sftp-psftp': [
    ['upload', '/home/student/there/one', SMALL],
    ['download', '/home/student/there/two', SMALL],
  ],
  'sftp-paramiko': [
    ['upload', 'there/lines', sumOf(numbers(16_384).slice(0, 40_000))],
    ['download', 'there/numbers', sumOf(`${numbers(16_384).slice(0, 40_000)}the end\n`)],
  ],
  'scp-sftp': [['upload', 'copy', SMALL]],
  'scp-legacy': [['upload', 'small', SMALL]],
  'scp-pscp': [['download', 'part', sumOf(numbers(16_384).slice(0, 20_000))]],
  'libssh2-client': [['download', '/etc/debian_version', sumOf(fixture('libssh2-client').manifest.expect.output ?? '')]],
};

test('there are recordings of both protocols', () => {
  expect(RECORDED.length).toBeGreaterThanOrEqual(13);
  expect(Object.keys(MOVED).filter((name) => !RECORDED.includes(name))).toEqual([]);
});

describe.each(RECORDED)('%s', (name) => {
  test('the files are those that the programs had', async () => {
    const { files } = await found(name);
    const whole = files.filter((f) => f.complete);
    if (MOVED[name] !== undefined) expect(whole.map((f) => [f.direction, f.path, f.sha256])).toEqual(MOVED[name]);
    for (const f of whole) expect([f.path, f.content.length]).toEqual([f.path, f.bytes]);
    // What the client printed with sha256sum, or its library.
    const { output = '', files: sums = [] } = fixture(name).manifest.expect;
    const printed = [...sums.map((f) => f.sha256), ...[...output.matchAll(/^([0-9a-f]{64}) {2}/gm)].map(([, sum]) => sum)];
    for (const sum of printed) expect(whole.map((f) => f.sha256)).toContain(sum);
  });

  test('every byte of the channel is in a message whose leaves tile, and nothing is wrong with any', async () => {
    const { packets, problems, sessions } = await found(name);
    expect(problems).toEqual([]);
    const length = { client: 0, server: 0 };
    for (const p of packets)
      for (const m of p.inner) {
        tile(m.fields, m.space.bytes.length, m.name);
        length[p.side] += m.space.bytes.length;
        const held = m.space.origins.reduce((sum, o) => sum + o.length, 0);
        if (m.space.exact) expect(held).toBe(m.space.bytes.length);
        if (m.answers !== undefined) expect(m.answers.packet).toBeLessThan(p.index);
      }
    expect(length).toEqual(sessions[0]?.channels[0]?.bytes);
  });

  test('every request of SFTP is answered', async () => {
    const inner = (await found(name)).packets.flatMap((p) => p.inner);
    const sftp = inner.filter((m) => m.protocol === 'sftp');
    const [asked, answered] = [sftp.filter((m) => m.answers === undefined), sftp.filter((m) => m.answers !== undefined)];
    expect(asked.length).toBe(answered.length);
  });
});

test('folders by scp: paths, modes and times', async () => {
  const tree = (top: string) => [
    [`${top}/inner/a [31m$b;`, 0o644, SMALL],
    [`${top}/inner/empty`, 0o644, EMPTY],
    [`${top}/inner/run`, 0o755, SMALL],
    [`${top}/numbers`, 0o644, sumOf(numbers(16_384).slice(0, 30_000))],
  ];
  for (const [name, top] of [
    ['scp-folders', 'tree'],
    ['scp-folders-back', 'copy'],
  ] as const) {
    const { files } = await found(name);
    expect(files.map((f) => [f.path, f.mode, f.sha256]).sort()).toEqual(tree(top));
    expect(files.find((f) => f.path.endsWith('/run'))).toMatchObject({ modified: 1_600_000_000, size: 14, complete: true });
  }
  const { sessions, packets } = await found('scp-folders-back');
  expect(sessions[0]?.channels[0]?.content?.detail).toBe('from copy nothing');
  expect(packets.flatMap((p) => p.inner).find((m) => m.name === 'warning')?.summary).toContain('No such file or directory');
});

/** The attributes of each name by the last LSTAT, or the first list that it was in. */
function told(messages: readonly InnerMessage[]): Map<string, Attributes> {
  const out = new Map<string, Attributes>();
  let asked = '';
  for (const { name, value } of messages) {
    if (name === 'SSH_FXP_LSTAT') asked = String(value.path).split('/').at(-1) ?? '';
    if (name === 'SSH_FXP_ATTRS') out.set(asked, value.attrs as Attributes);
    if (name === 'SSH_FXP_NAME')
      for (const n of value.names as { filename: string; attrs: Attributes }[]) if (!out.has(n.filename)) out.set(n.filename, n.attrs);
  }
  return out;
}

test.each(['sftp-v4', 'sftp-v5', 'sftp-v6', 'sftp-paramiko'])('%s: names and attributes as the library printed them', async (name) => {
  const { packets } = await found(name);
  const attributes = told(packets.flatMap((p) => p.inner));
  const lines = [...(fixture(name).manifest.expect.output ?? '').matchAll(/^(\S+) (\d+) (\d+) ?(\w*?) ?(\d*)$/gm)];
  expect(lines.length).toBeGreaterThanOrEqual(2);
  for (const [, file = '', size, mode, owner, mtime] of lines) {
    const a = attributes.get(file);
    // AsyncSSH leaves the type of the file out.
    expect([file, String(a?.size), (a?.permissions ?? 0) & 0o7777]).toEqual([file, size, Number.parseInt(mode ?? '', 8) & 0o7777]);
    if (owner !== '' && !/^\d/.test(owner ?? '')) expect(a?.owner).toBe(owner);
    if (mtime !== '') expect(String(a?.mtime)).toBe(mtime);
  }
});
