/** Captures made to hurt, through the whole program under a limit of memory, as a user would run it. */
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { latin1 } from '../../src/bytes/text.ts';
import { HOSTILE, SFTP } from '../support/hostile.ts';
import { MASSES } from '../support/masses.ts';
import { type Done, Program } from '../support/program.ts';

jest.setTimeout(300_000);

/** What node may keep, beside what lies outside of its heap. */
const LIMIT = ['--max-old-space-size=256'];
/** Seconds of processor time; most take a twentieth. */
const SECONDS = 60;
/** Controls that no output may hold: those of C0 but tab and line feed, and DEL. Those of C1 and beyond look like letters in UTF-8; `test/property/hostile` finds them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what no output may hold
const UNSAFE = /[\u0000-\u0008\u000b-\u001f\u007f]/;

const program = new Program();
const dir = mkdtempSync(join(tmpdir(), 'sshark-'));
const path = join(dir, 'capture');
const keys = join(dir, 'keys');
afterAll(() => {
  rmSync(dir, { recursive: true });
  program.remove();
});

interface Seen extends Done {
  /** The last 64 KB. */
  readonly end: string;
  readonly unsafe: boolean;
}

async function run(args: readonly string[]): Promise<Seen> {
  let end = '';
  let unsafe = false;
  const onOutput = (bytes: Uint8Array) => {
    const text = latin1(bytes);
    unsafe ||= UNSAFE.test(text);
    end = (end + text).slice(-65_536);
  };
  return { ...(await program.run(args, { node: LIMIT, onOutput })), end, unsafe };
}

describe.each(MASSES.map((mass) => [mass.name, mass] as const))('%s', (_, mass) => {
  beforeAll(() => mass.write(path));
  afterAll(() => rmSync(path));
  test.each(['summary', 'packets', 'packets -T json'])('%s', async (call) => {
    const done = await run([...call.split(' '), path]);
    expect(done).toMatchObject({ code: 0, err: '', unsafe: false });
    expect(done.mb).toBeLessThan(mass.mb);
    expect(done.seconds).toBeLessThan(SECONDS);
    if (mass.says !== undefined) expect(done.end).toMatch(mass.says);
  });
});

test.each(HOSTILE.map((h) => [h.name, h] as const))('%s', async (_, hostile) => {
  writeFileSync(path, Buffer.concat([...hostile.pieces()]));
  writeFileSync(keys, hostile.secrets ?? '');
  for (const args of [['summary'], ['packets', '-V', '-x']]) {
    const done = await run([...args, path, '-k', keys]);
    expect(done).toMatchObject({ code: 0, err: '', unsafe: false });
    expect(done.mb).toBeLessThan(500);
    expect(done.seconds).toBeLessThan(SECONDS);
    expect(done.end).not.toBe('');
  }
});

test.each(SFTP.map((h) => [h.name, h] as const))('extract: %s', async (_, hostile) => {
  writeFileSync(path, Buffer.concat([...hostile.pieces()]));
  const folder = join(dir, 'out');
  const done = await run(['extract', path, '-o', folder]);
  expect(done).toMatchObject({ code: 0, err: '', unsafe: false });
  expect(done.mb).toBeLessThan(300);
  expect(done.seconds).toBeLessThan(SECONDS);
  // What is far out in a file takes no room on the disk before it.
  const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((e) => e.isFile() && e.parentPath.startsWith(folder));
  for (const e of files) expect(statSync(join(e.parentPath, e.name)).blocks * 512).toBeLessThan(1_000_000);
  rmSync(folder, { recursive: true, force: true });
});
