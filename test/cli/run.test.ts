import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { World } from '../../cli/command.ts';
import { quickParse } from '../../cli/quick.ts';
import { COMMANDS, parse } from '../../cli/run.ts';
import { sshark } from '../support/cli.ts';
import { fixturePath } from '../support/fixtures.ts';

const LOGIN = fixturePath('openssh-login', 'capture.pcapng');
const KEYLOG = 'fixtures/captures/openssh-login/secrets.keylog';

describe('with a directory for files', () => {
  let dir = '';
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'sshark-'));
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  test('what is no capture is refused with 3, by name, and nothing is printed', async () => {
    const file = join(dir, 'x.pcap');
    writeFileSync(
      file,
      Uint8Array.from({ length: 100 }, (_, i) => (i * 37 + 200) & 0xff),
    );
    for (const args of [['packets'], ['packets', '-T', 'json'], ['summary'], ['packets', '-T', 'fields', '-e', 'frame.number', '-E', 'header=y']]) {
      const r = await sshark([...args, file]);
      expect(r).toMatchObject({ code: 3, out: '' });
      expect(r.err).toMatch(/^sshark: .*x\.pcap is not a capture file \(offset 0\)\n$/);
    }
  });

  test.each([
    ['an empty file', 'empty', 'is empty'],
    ['a directory', '.', 'directory'],
    ['no file', 'missing', 'no such file'],
  ])('%s is refused with 3', async (_, name, words) => {
    writeFileSync(join(dir, 'empty'), '');
    const r = await sshark(['packets', join(dir, name)]);
    expect(r).toMatchObject({ code: 3, out: '' });
    expect(r.err).toContain(words);
    expect(r.err).not.toMatch(/\n./);
  });

  test('a capture that is cut off is reported, with 0, and with 1 under --strict', async () => {
    const file = join(dir, 'cut.pcapng');
    const whole = readFileSync(LOGIN);
    writeFileSync(file, whole.subarray(0, Math.floor(whole.length / 2)));
    const r = await sshark([file]);
    expect(r.code).toBe(0);
    expect(r.out).toContain('truncated');
    expect(await sshark([file, '--strict'])).toMatchObject({ code: 1, out: r.out });
    expect((await sshark([LOGIN, '--strict'])).code).toBe(0);
  });

  test('-o gives the file its name when it is whole, and leaves nothing when it is not', async () => {
    const target = join(dir, 'out.json');
    expect(await sshark(['packets', LOGIN, '-T', 'json', '-o', target])).toEqual({ code: 0, out: '', err: '' });
    expect(JSON.parse(readFileSync(target, 'utf8')).at(-1).record).toBe('capture');
    const other = join(dir, 'no.json');
    expect((await sshark(['packets', join(dir, 'empty'), '-T', 'json', '-o', other])).code).toBe(3);
    expect(existsSync(other)).toBe(false);
    expect(readdirSync(dir).filter((name) => name.includes('partial'))).toEqual([]);
    expect((await sshark([LOGIN, '-o', join(dir, 'none', 'x')])).code).toBe(3);
  });

  test('a file with secrets that is not there is refused', async () => {
    expect(await sshark([LOGIN, '-k', join(dir, 'none')])).toMatchObject({ code: 3, out: '' });
    expect((await sshark([LOGIN, '-k', LOGIN, '--show-secrets'])).code).toBe(0);
  });
});

test('a bare capture is its summary', async () => {
  const r = await sshark([LOGIN]);
  expect(r).toEqual(await sshark(['summary', LOGIN]));
  expect(r.code).toBe(0);
  expect(r.err).toBe('');
  expect(r.out).toContain('SSH-2.0-OpenSSH');
});

test('every record of every format for machines meets the schema', async () => {
  const ajv = new Ajv2020({ allowUnionTypes: true });
  const validate = ajv.compile(JSON.parse(readFileSync('docs/output.schema.json', 'utf8')));
  const { out } = await sshark(['packets', LOGIN, '-T', 'ndjson']);
  const records = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  for (const record of records) expect([validate(record), validate.errors?.[0]]).toEqual([true, undefined]);
  expect([...new Set(records.map((r) => r.record))]).toEqual(['identification', 'packet', 'session', 'capture']);
  const summary = await sshark(['summary', LOGIN, '-T', 'json']);
  expect(JSON.parse(summary.out)).toEqual(records.slice(-2));
});

test.each([
  [['kex', LOGIN], ['kex']],
  [['kex', LOGIN, '-k', KEYLOG, '--show-secrets', '--tamper', 'vS:3'], ['kex']],
  [['kex', LOGIN, '-k', KEYLOG, '--tamper', 'vS:99999'], ['kex']],
  [['secrets', LOGIN], ['sessionSecrets']],
  [
    ['secrets', LOGIN, '-k', KEYLOG, '--show-secrets'],
    ['sessionSecrets', 'secret'],
  ],
])('%j for machines meets the schema', async (call, names) => {
  const ajv = new Ajv2020({ allowUnionTypes: true });
  const validate = ajv.compile(JSON.parse(readFileSync('docs/output.schema.json', 'utf8')));
  const records: { record: string }[] = JSON.parse((await sshark([...call, '-T', 'json'])).out);
  for (const record of records) expect([validate(record), validate.errors?.[0]]).toEqual([true, undefined]);
  expect([...new Set(records.map((r) => r.record))]).toEqual(names);
});

test('-s shows the sessions asked for only', async () => {
  expect((await sshark(['packets', LOGIN, '-s', '1'])).out).toContain('SSH_MSG_KEXINIT');
  const none = await sshark(['packets', LOGIN, '-s', '2,7', '-T', 'ndjson']);
  expect(
    none.out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).record),
  ).toEqual(['capture']);
});

test('-V is the tree, -x the dump, -e the columns', async () => {
  expect((await sshark(['packets', LOGIN, '-V'])).out).toContain('    SSH_MSG_KEXINIT  [0x0005-');
  expect((await sshark(['packets', LOGIN, '-x'])).out).toContain('    0000  53 53 48 2d 32 2e 30 2d  ');
  expect((await sshark(['packets', LOGIN, '-e', 'ssh.message_code', '-e', 'sshark.side', '-E', 'separator=,', '-E', 'header=y'])).out).toMatch(
    /^ssh.message_code,sshark.side\n,client\n,server\n20,/,
  );
});

test('colour on a terminal, not in a pipe, and as --color and NO_COLOR say', async () => {
  const coloured = async (args: string[], world: Partial<World>) => (await sshark([LOGIN, ...args], world)).out.includes('\u001b[');
  expect(await coloured([], { columns: 80 })).toBe(true);
  expect(await coloured([], {})).toBe(false);
  expect(await coloured([], { columns: 80, env: { NO_COLOR: '1' } })).toBe(false);
  expect(await coloured([], { columns: 80, env: { TERM: 'dumb' } })).toBe(false);
  expect(await coloured(['--color', 'never'], { columns: 80 })).toBe(false);
  expect(await coloured(['--color=always'], { env: { NO_COLOR: '1' } })).toBe(true);
});

test('a closed pipe ends quietly, a full disk does not', async () => {
  const failing = (code: string) => () => {
    throw Object.assign(new Error('write'), { code });
  };
  expect(await sshark(['packets', LOGIN, '-V'], { write: failing('EPIPE') })).toEqual({ code: 0, out: '', err: '' });
  expect(await sshark(['--help'], { write: failing('EPIPE') })).toEqual({ code: 0, out: '', err: '' });
  expect(await sshark(['packets', LOGIN], { write: failing('ENOSPC') })).toEqual({ code: 3, out: '', err: 'sshark: the output cannot be written: write\n' });
});

test.each([
  [[], 'capture'],
  [['packets'], 'capture'],
  [['packets', '--bogus', LOGIN], 'bogus'],
  [['packets', LOGIN, LOGIN], 'Unknown argument'],
  [[LOGIN, '-T', 'table'], '"text", "json", "ndjson"'],
  [['packets', LOGIN, '-T', 'fields'], '--list-fields'],
  [['packets', LOGIN, '-e', 'ssh.kexalgorithms'], 'did you mean ssh.kex_algorithms'],
  [['packets', LOGIN, '-E', 'sep=,', '-e', 'frame.number'], 'separator'],
  [[LOGIN, '-s', '0'], '--session'],
  [[LOGIN, '-s', 'one'], '--session'],
  [[LOGIN, '--limit', 'nothing=3'], 'packetBytes'],
  [[LOGIN, '--max-bytes', '-1'], 'max-bytes'],
  [[LOGIN, '--color', 'blue'], 'always'],
  [[LOGIN, '-o'], 'o'],
])('bad usage %j exits with 2', async (argv, words) => {
  const r = await sshark(argv);
  expect(r).toMatchObject({ code: 2, out: '' });
  expect(r.err).toContain(words);
  expect(r.err).toMatch(/^sshark: .*Try sshark --help\.\n$/s);
});

test('help names every command, and that of each its options and an example', async () => {
  const { code, out } = await sshark(['--help']);
  expect(code).toBe(0);
  for (const c of COMMANDS) {
    expect(out).toContain(`sshark ${c.name}`);
    const help = await sshark([c.name, '--help']);
    expect(help.code).toBe(0);
    for (const name of Object.keys(c.options)) expect(help.out).toContain(`--${name}`);
    expect(help.out).toContain(c.examples[0]?.[0]);
  }
});

test('--list-fields and --version need no capture', async () => {
  expect((await sshark(['packets', '--list-fields'])).out).toMatch(/^ssh\.kex_algorithms {2,}/m);
  expect((await sshark(['packets', '--version'])).out).toBe('1.2.3\n');
});

test('a limit can be changed, and reaching it is told', async () => {
  const { code, out } = await sshark([LOGIN, '--limit', 'packetBytes=100']);
  expect(code).toBe(0);
  expect(out).toMatch(/problems/);
});

/** The short way must mean what yargs means, or leave it to yargs. */
test.each([
  ['a.pcap'],
  ['packets a.pcap'],
  ['summary - -T ndjson'],
  ['packets -s 1 -s 2,3 a.pcap -x'],
  ['packets a.pcap -VV'],
  ['packets a.pcap -V -x -V'],
  ['packets a.pcap -Vx'],
  ['a.pcap --no-progress --strict --color=never'],
  ['packets a.pcap -e a -e b --field c -E header=y'],
  ['packets 123 --max-bytes 5 --limit flows=1 --limit sessions=2'],
  ['packets a.pcap -k x -k y --show-secrets -o out'],
])('the short way through the arguments agrees with yargs: %s', async (line) => {
  const argv = line.split(' ');
  const quick = quickParse(argv, COMMANDS);
  const slow = await parse(argv, '1');
  expect(quick).toBeDefined();
  if (quick === undefined || 'text' in slow) throw new Error('not parsed');
  expect(quick.command.name).toBe(slow.command.name);
  const known = (args: object) =>
    Object.fromEntries(Object.entries(args).filter(([name]) => name === 'capture' || name in { ...slow.command.options, ...COMMON }));
  expect(known(quick.args)).toEqual(known(slow.args));
});

const COMMON = Object.fromEntries(
  ['session', 'output', 'max-bytes', 'keylog', 'show-secrets', 'limit', 'strict', 'color', 'progress'].map((name) => [name, true]),
);

test('the short way knows a value joined to its letter, and -- before a capture', () => {
  expect(quickParse(['packets', 'a', '-Tndjson'], COMMANDS)?.args).toMatchObject({ capture: 'a', format: 'ndjson' });
  expect(quickParse(['--', '-odd'], COMMANDS)?.args).toMatchObject({ capture: '-odd' });
});

test.each(['', '--help', 'packets', 'packets a b', 'packets a --bogus', '-T json packets', 'a.pcap -T table', 'a.pcap -o', 'packets a --strict=yes'])(
  'the short way leaves %j to yargs',
  (line) => {
    expect(quickParse(line === '' ? [] : line.split(' '), COMMANDS)).toBeUndefined();
  },
);
