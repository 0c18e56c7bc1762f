/** What went over channels, in every form, in sessions made here: who spoke, where lines end, what was typed, and peers that mean harm. */
import { utf8 } from '../../src/bytes/text.ts';
import type { Result } from '../../src/index.ts';
import type { RenderOptions } from '../../src/render/renderer.ts';
import { plainTalk } from '../support/above.ts';
import { close, confirm, data, type Line, open, pty, reply, request, resize, stderr, text } from '../support/channel-messages.ts';
import { print, unsafeIn } from '../support/outputs.ts';
import { u32 } from '../support/two-ends.ts';

const BIG = 1_000_000;
const opened = (client: number, server: number): Line[] => [
  ['c', open('session', client, BIG, BIG)],
  ['s', confirm(client, server, BIG, BIG)],
];
const exec = (server: number, command: string): Line => ['c', request(server, 'exec', 0, text(command))];
const closed = (client: number, server: number): Line[] => [
  ['s', request(client, 'exit-status', 0, u32(0))],
  ['s', close(client)],
  ['c', close(server)],
];
const say = (number: number, what: string | Uint8Array) => data(number, typeof what === 'string' ? utf8(what) : what);

async function follow(format: string, lines: readonly Line[], options: Partial<RenderOptions> = {}): Promise<string> {
  const { packets, sessions } = await plainTalk(lines);
  const found: Result[] = [
    ...packets.map((packet) => ({ kind: 'packet', packet }) as const),
    ...sessions.map((session) => ({ kind: 'session', session }) as const),
  ];
  return print(found, { command: 'follow', format, options });
}

describe('text', () => {
  test('each side behind its mark, lines as they end', async () => {
    const out = await follow('text', [
      ...opened(7, 3),
      exec(3, 'cat'),
      ['c', say(3, 'half a ')],
      ['c', say(3, 'line\nanother\r\n')],
      ['s', say(7, 'reply\n')],
      ['s', stderr(7, utf8('oh\n'))],
      ['s', say(7, 'no end')],
      ...closed(7, 3),
    ]);
    expect(out).toBe(
      `Session 1, channel 0: session exec "cat"
C> half a line
C> another
S> reply
E> oh
S> no end
Channel 0: exit status 0, 21 bytes up, 12 down, 3 on stderr
`,
    );
  });

  test('a question stands before its answer; a line that the packet size cut goes on', async () => {
    const long = 'x'.repeat(2000);
    const out = await follow('text', [
      ...opened(7, 3),
      exec(3, 'ask'),
      ['s', say(7, 'Name? ')],
      ['c', say(3, 'me\n')],
      ['s', say(7, long)],
      ['c', say(3, 'y\n')],
      ['s', say(7, '!\n')],
    ]);
    expect(out.split('\n').slice(1, -2)).toEqual(['S> Name? ', 'C> me', 'C> y', `S> ${long}!`]);
  });

  test('characters cut by packets, and bytes that are no UTF-8', async () => {
    const bytes = utf8('日本\n');
    const out = await follow('text', [
      ...opened(7, 3),
      exec(3, 'x'),
      ['s', say(7, bytes.subarray(0, 4))],
      ['s', say(7, bytes.subarray(4))],
      ['s', say(7, Uint8Array.of(0xe9, 0x74, 0xe9, 10, 0xe9, 0x80, 0x41, 10))],
    ]);
    expect(out.split('\n').slice(1, 4)).toEqual(['S> 日本', 'S> été', 'S> \\xe9\\x80A']);
  });

  test('channels that speak at the same time stand one after the other', async () => {
    const out = await follow('text', [
      ...opened(7, 3),
      ...opened(8, 4),
      exec(3, 'one'),
      exec(4, 'two'),
      ['s', say(7, 'a\n')],
      ['s', say(8, 'b\n')],
      ['s', say(7, 'c\n')],
      ...closed(7, 3),
      ['s', say(8, 'd\n')],
      ...closed(8, 4),
    ]);
    expect(out.split('\n').map((line) => line.split(/[:,]/)[0])).toEqual([
      'Session 1',
      'S> a',
      'S> c',
      'Channel 0',
      'Session 1',
      'S> b',
      'S> d',
      'Channel 1',
      '',
    ]);
  });

  test('a channel that waits for too long interrupts', async () => {
    const much = 'x'.repeat(100);
    const lines: Line[] = Array.from({ length: 110 }, () => ['s', say(8, `${much}\n`.repeat(100))]);
    const out = await follow('text', [...opened(7, 3), ...opened(8, 4), exec(3, 'one'), exec(4, 'two'), ['s', say(7, 'a\n')], ...lines, ['s', say(7, 'z\n')]]);
    const heads = out.split('\n').filter((line) => !line.startsWith('S> x'));
    expect(heads.slice(0, 6)).toEqual([
      'Session 1, channel 0: session exec "one"',
      'S> a',
      'Session 1, channel 1: session exec "two"',
      'Channel 1: 0 bytes up, 1,111,000 down, not closed',
      'Session 1, channel 0:',
      'S> z',
    ]);
    expect(out.match(/x{100}/g)).toHaveLength(11_000);
  });

  test('of a terminal what a person saw, at the size that the window has', async () => {
    const out = await follow('text', [
      ...opened(7, 3),
      ['c', pty(3, 'xterm', 10, 3)],
      ['c', request(3, 'shell', 0)],
      ['s', say(7, `$ lss\b \b\r\n\x1b[31mred\x1b[0m\r\n`)],
      ['c', resize(3, 40, 3)],
      ['s', say(7, `\x1b[1;30Hx`)],
      ['c', say(3, 'secret')],
    ]);
    expect(out.split('\n').slice(0, -2)).toEqual(['Session 1, channel 0: session shell, terminal xterm 40x3', `$ ls${' '.repeat(25)}x`, 'red']);
  });

  test('a terminal that was refused is none', async () => {
    const ask = pty(3, 'xterm', 80, 24);
    // want_reply stands behind the name.
    ask[5 + 4 + 'pty-req'.length] = 1;
    const out = await follow('text', [
      ...opened(7, 3),
      ['c', ask],
      ['s', reply(7, false)],
      ['c', request(3, 'shell', 0)],
      ['c', say(3, 'ls\n')],
      ['s', say(7, 'a\nb\n')],
    ]);
    expect(out.split('\n').slice(1, 4)).toEqual(['C> ls', 'S> a', 'S> b']);
  });

  test('with colours there are no marks', async () => {
    const out = await follow('text', [...opened(7, 3), exec(3, 'x'), ['c', say(3, 'up\n')], ['s', say(7, 'down\n')]], { color: true });
    expect(out).toContain('\x1b[36mup\x1b[39m\n\x1b[35mdown\x1b[39m\n');
  });

  test('only the channel that was asked for', async () => {
    const lines = [...opened(7, 3), ...opened(8, 4), exec(3, 'x'), exec(4, 'x'), ['s', say(7, 'no\n')] as const, ['s', say(8, 'yes\n')] as const];
    expect((await follow('text', lines, { channel: 1 })).split('\n')[1]).toBe('S> yes');
    expect(await follow('text', lines, { channel: 5 })).toBe('Session 1: nothing to follow: it has no channel 5, only 0 to 1\n');
    expect(await follow('text', [...opened(7, 3)])).toBe('Session 1: nothing to follow: no data went over its channels\n');
    expect(await follow('text', [])).toBe('Session 1: nothing to follow: no channel was opened\n');
  });
});

describe('input', () => {
  const typed = (...lines: Line[]) => follow('input', [...opened(7, 3), ['c', pty(3, 'xterm', 80, 24)], ['c', request(3, 'shell', 0)], ...lines]);
  const keys = (text: string): Line => ['c', say(3, text)];
  const shown = (text: string): Line => ['s', say(7, text)];
  const linesOf = (out: string) =>
    out
      .split('\n')
      .slice(1, -1)
      .map((line) => line.slice(14));

  test('lines with their keys by name', async () => {
    expect(linesOf(await typed(shown('$ '), keys('l'), shown('l'), keys('s'), shown('s'), keys('\r'), shown('\r\nfile\r\n$ '), keys('\x1b[A\t\x03')))).toEqual([
      'ls<Enter>',
      '<Up><Tab><Ctrl-C>',
    ]);
  });

  test('what is not echoed is marked, as inferred', async () => {
    const out = await typed(keys('su\r'), shown('su\r\nPassword: '), keys('hunter2\r'), shown('\r\n# '), keys('id\r'), shown('id\r\nuid=0\r\n'));
    expect(linesOf(out)).toEqual(['su<Enter>', 'hunter2<Enter>  (not echoed, by inference)', 'id<Enter>']);
  });

  test('several lines in one packet', async () => {
    expect(linesOf(await typed(keys('a\rb\r\nc')))).toEqual([
      'a<Enter>  (not echoed, by inference)',
      'b<Enter><Enter>  (not echoed, by inference)',
      'c  (not echoed, by inference)',
    ]);
  });
});

describe('cast', () => {
  test('header, output with times, input when asked for, changes of size', async () => {
    const lines: Line[] = [
      ...opened(7, 3),
      ['c', pty(3, 'xterm', 80, 24)],
      exec(3, 'top'),
      ['s', say(7, '\x1b[31m\u009b')],
      ['c', say(3, 'q')],
      ['c', resize(3, 132, 50)],
      ['s', say(7, utf8('é').subarray(0, 1))],
      ['s', say(7, utf8('é').subarray(1))],
      ['s', say(7, Uint8Array.of(0xe2))],
    ];
    const [header, ...events] = (await follow('cast', lines, { input: true })).trimEnd().split('\n');
    expect(JSON.parse(header ?? '')).toEqual({
      version: 2,
      width: 80,
      height: 24,
      timestamp: 1_700_000_000,
      title: 'session 1, channel 0: session exec "top", terminal xterm 132x50',
      command: 'top',
      env: { TERM: 'xterm' },
    });
    expect(events.map((line) => JSON.parse(line) as unknown)).toEqual([
      [0, 'o', '\x1b[31m\u009b'],
      [0.001, 'i', 'q'],
      [0.002, 'r', '132x50'],
      [0.004, 'o', 'é'],
      [0.005, 'o', '\ufffd'],
    ]);
    expect(await follow('cast', lines)).not.toContain('"i"');
  });
});

test('raw: the bytes of one stream', async () => {
  const lines: Line[] = [
    ...opened(7, 3),
    exec(3, 'x'),
    ['c', say(3, 'up')],
    ['s', say(7, Uint8Array.of(0, 255, 27))],
    ['s', stderr(7, utf8('err'))],
    ['s', say(7, '!')],
  ];
  expect(await follow('raw', lines)).toBe('\0\xff\x1b!');
  expect(await follow('raw', lines, { stream: 'client' })).toBe('up');
  expect(await follow('raw', lines, { stream: 'stderr' })).toBe('err');
});

test('hex: offsets go on in each stream', async () => {
  const out = await follow('hex', [...opened(7, 3), exec(3, 'x'), ['s', say(7, 'ab')], ['c', say(3, 'cd')], ['s', say(7, 'e')]]);
  expect(
    out
      .split('\n')
      .slice(1, -2)
      .map((line) => line.replaceAll(/ +/g, ' ')),
  ).toEqual([
    '0.014000 s frame 15 C ← S 2 bytes',
    ' 0000 61 62 ab',
    '0.015000 s frame 16 C → S 2 bytes',
    ' 0000 63 64 cd',
    '0.016000 s frame 17 C ← S 1 byte',
    ' 0002 65 e',
  ]);
});

/** Colour, title, C1 CSI, right-to-left override, invisible marks, separators, NUL, DEL, BOM, and what is no UTF-8. */
const NASTY = 'x\u001b[31m\u001b]0;t\u0007\u009b2J\u202e\u200f\u0008\r\n\u2028\u2029\u0000\u007f\ufeffy\u009d0;z';

test.each(['text', 'hex', 'cast', 'input'])('%s lets no character through that a terminal obeys', async (format) => {
  for (const terminal of [true, false]) {
    const lines: Line[] = [
      ...opened(7, 3),
      ...(terminal ? [['c', pty(3, NASTY, 80, 24)] as const] : []),
      exec(3, NASTY),
      ['s', say(7, NASTY)],
      ['s', say(7, Uint8Array.of(0x9b, 0xc2, 0x9b, 0xff, 0x1b))],
      ['c', say(3, `${NASTY}\r`)],
      ['s', stderr(7, utf8(NASTY))],
      ['s', request(7, 'exit-signal', 0, text(NASTY), Uint8Array.of(0), text(NASTY), text(''))],
    ];
    const out = await follow(format, lines, { input: true });
    expect(out.length).toBeGreaterThan(100);
    expect(unsafeIn(out)).toBeUndefined();
  }
});
