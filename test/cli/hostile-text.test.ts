/** Text of an attacker through every command: no output, message or name lets a byte through that a terminal obeys. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { utf8 } from '../../src/bytes/text.ts';
import { CaptureInput } from '../../src/capture/open.ts';
import { inMemory } from '../../src/index.ts';
import { DEFAULT_LIMITS } from '../../src/limits.ts';
import { channelCapture, type Line, NO_ATTRS, sftp, status, text, u64 } from '../support/channel-talk.ts';
import { sshark } from '../support/cli.ts';
import { PRINTING } from '../support/commands.ts';
import { unsafeIn } from '../support/outputs.ts';
import { concat } from '../support/packets.ts';
import { str, u32 } from '../support/two-ends.ts';

/** Colour, title, bell, C1, right-to-left, back space, line separators, DEL, markup that ends scripts and comments, formulas of Markdown and Mermaid. */
const NASTY = 'x\u001b[31m\u001b]0;t\u0007\u009b2J\u202e\u200f\u0008\r\n\u2028\u007f</script><img src=x onerror=alert(1)>-->]]>```|"\'%%{y';
/** The same as a name of a file, which has no slash and no line end. */
const NAME = NASTY.replace(/[/\r\n]/g, '');

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'sshark-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const nasty = text(NASTY);
/** A file with the name, put, listed and closed with a status that says it, too. */
const TRANSFER: readonly Line[] = [
  ['c', sftp(3, u32(1), nasty, u32(0x1a), NO_ATTRS)],
  ['s', sftp(102, u32(1), nasty)],
  ['c', sftp(6, u32(2), nasty, u64(0), str(utf8('content')))],
  ['s', status(2, 0)],
  ['c', sftp(4, u32(3), nasty)],
  ['s', sftp(101, u32(3), u32(4), nasty, nasty)],
  ['c', sftp(11, u32(4), nasty)],
  ['s', sftp(104, u32(4), u32(1), nasty, nasty, NO_ATTRS)],
  ['c', sftp(200, u32(5), nasty, nasty)],
];

/** Captures whose channel does what the name says. */
const CAPTURES: readonly (readonly [name: string, capture: () => Uint8Array])[] = [
  ['SFTP', () => channelCapture('subsystem', [...TRANSFER])],
  [
    'a command',
    () =>
      channelCapture(NASTY, [
        ['s', concat(utf8(NASTY), utf8(NASTY))],
        ['c', utf8(NASTY)],
      ]),
  ],
  [
    'SCP',
    () =>
      channelCapture(`scp -t ${NASTY}`, [
        ['c', utf8(`C0644 7 ${NAME}\n`)],
        ['s', Uint8Array.of(0)],
        ['c', utf8('content\0')],
        ['s', utf8(`\u0001${NAME}\n`)],
      ]),
  ],
];

const CALLS: readonly (readonly string[])[] = [
  ...PRINTING,
  ['explain'],
  ['explain', '-T', 'markdown'],
  ['secrets', '--export', 'keylog'],
  ['follow', '--cast', '-s', '1', '--channel', '0'],
  ['report'],
];

describe.each(CAPTURES)('%s', (_, capture) => {
  test.each(CALLS.map((call) => [call.join(' '), call] as const))('%s, of a file and with keys whose names are as bad', async (_title, call) => {
    const path = join(dir, NAME);
    const keys = join(dir, `${NAME}.keys`);
    writeFileSync(path, capture());
    writeFileSync(keys, `${NASTY}\n`);
    for (const more of [[], ['--show-secrets']]) {
      const { code, out, err } = await sshark([...call, path, '-k', keys, ...more]);
      expect([code, err]).toEqual([0, '']);
      expect(unsafeIn(out)).toBeUndefined();
      // A block of code in Markdown shows tags; nothing in it may end it.
      const markup = call.includes('markdown') ? out.replace(/^(`{3,})text\n[\s\S]*?^\1$/gm, '') : out;
      if (call[0] === 'report' || call.includes('markdown')) expect(markup).not.toContain('<img src=x');
    }
  });

  test('annotate: its line, and the comments in the file', async () => {
    const [path, target] = [join(dir, NAME), join(dir, `${NAME}.pcapng`)];
    writeFileSync(path, capture());
    const { code, out } = await sshark(['annotate', '--level', 'deep', path, '-o', target]);
    expect(code).toBe(0);
    expect(unsafeIn(out)).toBeUndefined();
    const input = new CaptureInput(DEFAULT_LIMITS);
    const comments: string[] = [];
    for await (const piece of inMemory(new Uint8Array(readFileSync(target)))) input.push(piece, { take: (frame) => comments.push(...(frame.comments ?? [])) });
    expect(comments.length).toBeGreaterThan(5);
    for (const comment of comments) expect(unsafeIn(comment)).toBeUndefined();
  });
});

test('extract: its list, its manifest and the names of files', async () => {
  const path = join(dir, NAME);
  writeFileSync(path, channelCapture('subsystem', [...TRANSFER]));
  for (const format of ['table', 'json', 'ndjson']) {
    const folder = join(dir, `out-${format}`);
    const { code, out } = await sshark(['extract', path, '-T', format, '-o', folder]);
    expect(code).toBe(0);
    expect(out).toContain('content'.length.toString());
    expect(unsafeIn(out)).toBeUndefined();
    expect(unsafeIn(readFileSync(join(folder, 'manifest.json'), 'utf8'))).toBeUndefined();
    const names = readdirSync(folder, { recursive: true }).map(String);
    expect(names.length).toBeGreaterThan(2);
    for (const name of names) expect(unsafeIn(name)).toBeUndefined();
  }
});

test.each([
  ['no such capture', () => [join(dir, NAME)]],
  ['no capture', () => [join(dir, `${NAME}-text`)]],
  ['no such key file', () => [join(dir, 'good'), '-k', join(dir, NAME)]],
  ['an output that cannot be made', () => [join(dir, 'good'), '-o', join(dir, NAME, NAME)]],
  ['an unknown option', () => [join(dir, 'good'), `--${NASTY}`]],
  ['a second capture', () => [join(dir, 'good'), NASTY]],
  ['an unknown format', () => [join(dir, 'good'), '-T', NASTY]],
  ['an unknown limit', () => [join(dir, 'good'), '--limit', NASTY]],
  ['a bad session', () => [join(dir, 'good'), '-s', NASTY]],
  ['an unknown field', () => ['packets', join(dir, 'good'), '-e', NASTY]],
  ['an unknown algorithm', () => ['explain', '--algorithm', NASTY]],
  ['a folder that is there', () => ['extract', join(dir, 'good'), '-o', join(dir, `${NAME}-text`)]],
])('the message about %s', async (_, args) => {
  writeFileSync(join(dir, 'good'), channelCapture('subsystem', [...TRANSFER]));
  writeFileSync(join(dir, `${NAME}-text`), NASTY);
  const { code, out, err } = await sshark(args());
  expect(code).toBeGreaterThan(1);
  expect(err).toMatch(/^sshark: /);
  expect(unsafeIn(out + err)).toBeUndefined();
});
