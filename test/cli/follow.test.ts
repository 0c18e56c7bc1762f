/** The command `follow`, as a user calls it, on recordings of real programs. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sshark } from '../support/cli.ts';
import { fixture, fixturePath } from '../support/fixtures.ts';
import { concat } from '../support/packets.ts';

const follow = (name: string, ...options: string[]) =>
  sshark([
    'follow',
    fixturePath(name, 'capture.pcapng'),
    ...(fixture(name).secrets === undefined ? [] : ['-k', fixturePath(name, 'secrets.keylog')]),
    ...options,
  ]);

test('a terminal as the person saw it', async () => {
  expect(await follow('connection-terminal')).toEqual({
    code: 0,
    err: '',
    out: `Session 1, channel 0: session shell, terminal dumb 100x40 as "student"
$ echo $LAB_NAME
value
$ stty size
40 100
$ exit 3
Channel 0: exit status 3, 32 bytes up, 56 down
`,
  });
});

test('what was typed there', async () => {
  const { out } = await follow('connection-terminal', '--input');
  expect(
    out
      .split('\n')
      .slice(1, -1)
      .map((line) => line.slice(14)),
  ).toEqual(['echo $LAB_NAME<Enter>', 'stty size<Enter>', 'exit 3<Enter>']);
});

test('the recording replays: its output is that of the terminal, and the window changes', async () => {
  const { out } = await follow('connection-terminal', '--cast', '--input');
  const [header, ...events] = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as [number, string, string]);
  expect(header).toMatchObject({ version: 2, width: 80, height: 24, env: { TERM: 'dumb' } });
  const of = (code: string) =>
    events
      .filter((e) => e[1] === code)
      .map((e) => e[2])
      .join('');
  expect(of('o')).toBe('$ echo $LAB_NAME\r\nvalue\r\n$ stty size\r\n40 100\r\n$ exit 3\r\n');
  expect(of('i')).toBe('echo $LAB_NAME\nstty size\nexit 3\n');
  expect(of('r')).toBe('100x40');
  const times = events.map((e) => e[0]);
  expect(times).toEqual([...times].sort((a, b) => a - b));
});

test('a forwarded connection and the command beside it', async () => {
  const { out } = await follow('connection-local-forward');
  expect(out).toMatch(/^Session 1, channel 1: direct-tcpip 127\.0\.0\.1:8080 as "student"\nC> GET \/page HTTP\/1\.1$/m);
  expect(out).toMatch(/^S> page$/m);
  expect(out).toMatch(/^S> hello$/m);
});

test('--raw needs one channel, and lists those there are', async () => {
  const { code, err, out } = await follow('connection-shared', '--raw');
  expect([code, out]).toEqual([2, '']);
  expect(err).toMatch(
    /^sshark: --raw is of one channel, and 2 have something to show:\n {2}-s 1 --channel 0 .*\n {2}-s 1 --channel 1 {3}Session 1, channel 1: session exec "echo again" as "student"\n/,
  );
  expect((await follow('connection-shared', '--raw', '--channel', '1')).out).toBe('again\n');
  expect((await follow('connection-shared', '--raw', '--channel', '1', '-s', '1')).out).toBe('again\n');
});

test('--raw is byte for byte, also into a file', async () => {
  // A server's key material and files are no text: the greeting of SFTP has bytes of all kinds.
  const written: Uint8Array[] = [];
  const args = ['follow', fixturePath('sftp-files', 'capture.pcapng'), '-k', fixturePath('sftp-files', 'secrets.keylog'), '--raw'];
  await sshark(args, { write: (bytes) => void written.push(bytes.slice()) });
  const all = concat(...written);
  // SSH_FXP_VERSION: its length, its type, version 3.
  expect([...all.subarray(4, 9)]).toEqual([2, 0, 0, 0, 3]);
  const folder = mkdtempSync(join(tmpdir(), 'sshark-'));
  try {
    await sshark([...args, '-o', join(folder, 'out')]);
    expect(new Uint8Array(readFileSync(join(folder, 'out')))).toEqual(all);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('--raw of a side that said nothing tells so on standard error', async () => {
  expect(await follow('connection-terminal', '--raw', '--side', 'stderr')).toEqual({
    code: 0,
    out: '',
    err: 'Session 1: nothing to follow: no data went that way\n',
  });
});

test('--hex with direction, frame and time', async () => {
  const { out } = await follow('connection-shared', '--hex', '--channel', '1');
  expect(out).toMatch(/^\d+\.\d{6} s {2}frame \d+ {2}C ← S {2}6 bytes\n {4}0000 {2}61 67 61 69 6e 0a +again\.\n/m);
});

test('without secrets it says what is missing', async () => {
  const { code, out } = await sshark(['follow', fixturePath('connection-terminal', 'capture.pcapng')]);
  expect(code).toBe(0);
  expect(out).toMatch(/^Session 1: nothing to follow: no secret for the cookie [0-9a-f]{32}/);
  const raw = await sshark(['follow', fixturePath('connection-terminal', 'capture.pcapng'), '--raw']);
  expect([raw.code, raw.out]).toEqual([0, '']);
  expect(raw.err).toMatch(/^Session 1: nothing to follow: no secret for the cookie/);
});

test.each([
  [['--raw', '--hex'], '--raw and --hex exclude each other'],
  [['--side', 'client'], '--side is for --raw'],
  [['--raw', '--input'], '--input stands alone or with --cast'],
  [['--channel', 'x'], '--channel takes a whole number, not "x"'],
])('%j is refused', async (options, message) => {
  const { code, err } = await follow('connection-terminal', ...options);
  expect(code).toBe(2);
  expect(err).toContain(message);
});

test('--raw of a pipe needs the choice', async () => {
  const { code, err } = await sshark(['follow', '-', '--raw']);
  expect(code).toBe(2);
  expect(err).toContain('-s NUMBER --channel NUMBER');
});
