/** What a person sees of a stream: cursor, wrapping, scrolling, editors, and streams that mean harm. */
import { utf8 } from '../../../src/bytes/text.ts';
import { Screen } from '../../../src/render/terminal/screen.ts';
import { msSince } from '../../support/clock.ts';

const ESC = '\x1b';

/** All lines of `text` on a screen, those that left it first. */
function seen(text: string | Uint8Array, columns = 20, rows = 5): string[] {
  const screen = new Screen(columns, rows);
  return [...screen.take(typeof text === 'string' ? utf8(text) : text), ...screen.finish()];
}

test.each<[string, string, string[]]>([
  ['lines', 'one\r\ntwo\r\n', ['one', 'two']],
  ['a line without an end', '$ ls', ['$ ls']],
  ['an empty line between', 'a\r\n\r\nb', ['a', '', 'b']],
  ['carriage return over what is there', 'progress 10%\rprogress 99%', ['progress 99%']],
  ['backspace as a shell erases', 'lss\b \b -l', ['ls -l']],
  ['tabs every eight columns', 'a\tb\tc', ['a       b       c']],
  ['colours and titles', `${ESC}]0;title\x07${ESC}[1;31mred${ESC}[0m plain`, ['red plain']],
  ['a title that ends with ST', `${ESC}]2;t${ESC}\\x`, ['x']],
  ['DCS, SOS, PM and APC', `a${ESC}Pq#0${ESC}\\b${ESC}Xs${ESC}\\c${ESC}^p${ESC}\\d${ESC}_g${ESC}\\e`, ['abcde']],
  ['erase to the end of the line', `abcdef${ESC}[3D${ESC}[K`, ['abc']],
  ['erase to the beginning', `abcdef${ESC}[3D${ESC}[1K!`, ['   !ef']],
  ['erase characters', `abcdef${ESC}[4D${ESC}[2X`, ['ab  ef']],
  ['delete and insert characters', `abcdef${ESC}[4D${ESC}[2P${ESC}[@X`, ['abXef']],
  ['insert mode', `world\r${ESC}[4hhello ${ESC}[4l`, ['hello world']],
  ['cursor positions', `${ESC}[3;5Hx${ESC}[1;1Hy`, ['y', '', '    x']],
  ['relative moves', `ab${ESC}[Bc${ESC}[Ad${ESC}[5Ge${ESC}[4df`, ['ab de', '  c', '', '     f']],
  ['save and restore', `ab${ESC}7cd${ESC}8X`, ['abXd']],
  ['repeat', `-${ESC}[4b`, ['-----']],
  ['line drawing', `${ESC}(0lqk${ESC}(B ok`, ['┌─┐ ok']],
  ['line drawing by shift', `${ESC})0\x0eq\x0fq`, ['─q']],
  ['wide characters', '日本語です', ['日本語です']],
  ['a mark on a character', 'e\u0301te\u0301', ['e\u0301te\u0301']],
  ['joiners, which nobody sees', 'a\u200db\u200bc', ['abc']],
  ['a line that goes over the edge is one line', 'x'.repeat(45), ['x'.repeat(45)]],
  ['blanks at the edge are part of it', `${'x'.repeat(15)}${' '.repeat(10)}y`, [`${'x'.repeat(15)}${' '.repeat(10)}y`]],
  ['a full row and a line end', `${'x'.repeat(20)}\r\ny`, ['x'.repeat(20), 'y']],
  ['without wrapping the last column is written again', `${ESC}[?7l${'x'.repeat(20)}yz`, [`${'x'.repeat(19)}z`]],
  ['insert and delete lines', `a\r\nb\r\nc${ESC}[2;1H${ESC}[Lnew${ESC}[3;1H${ESC}[M`, ['a', 'new', 'c']],
  ['C1 controls in UTF-8', 'a\u009b31mb\u009dtitle\u009cc\u0085d', ['abc', 'd']],
  ['a sequence given up', `a${ESC}[12\x18b`, ['ab']],
  ['an escape inside a string begins anew', `a${ESC}]0;title${ESC}[31mb`, ['ab']],
])('%s', (_, text, lines) => {
  expect(seen(text)).toEqual(lines);
});

test('lines leave at the top of the screen and are all there in the end', () => {
  const text = Array.from({ length: 30 }, (_, i) => `line ${i}`);
  expect(seen(text.join('\r\n'))).toEqual(text);
});

test('a region scrolls alone, and what it loses is lost', () => {
  expect(seen(`status${ESC}[2;4r${ESC}[2;1Ha\r\nb\r\nc\r\nd\r\ne`, 20, 5)).toEqual(['status', 'c', 'd', 'e']);
});

test('a cursor in a region stays in it', () => {
  expect(seen(`${ESC}[2;3r${ESC}[3;1H${ESC}[9Aup${ESC}[9Bdown`)).toEqual(['', 'up', '  down']);
});

test('what is cleared was seen', () => {
  expect(seen(`$ cat secret\r\nteapot\r\n$ clear\r\n${ESC}[H${ESC}[2J${ESC}[3J$ `)).toEqual(['$ cat secret', 'teapot', '$ clear', '$']);
  expect(seen(`before${ESC}[H${ESC}[Jafter`)).toEqual(['before', 'after']);
});

test('an editor takes the whole screen and gives it back', () => {
  const edit = `$ vi\r\n${ESC}[?1049h${ESC}[2J${ESC}[1;1Hfile text${ESC}[5;1H:wq${ESC}[?1049l$ `;
  expect(seen(edit)).toEqual(['$ vi', '[full screen:', '  file text', '', '', '', '  :wq', ']', '$']);
});

test('what scrolled away in a pager or in tmux was seen too', () => {
  const lines = Array.from({ length: 8 }, (_, i) => `line ${i}`);
  expect(seen(`$ less\r\n${ESC}[?1049h${lines.join('\r\n')}${ESC}[?1049l$ `)).toEqual([
    '$ less',
    '[full screen:',
    ...lines.map((line) => `  ${line}`),
    ']',
    '$',
  ]);
  expect(seen(`${ESC}[?1049h${ESC}[1;4r${lines.join('\r\n')}${ESC}[5;1Hstatus`)).toEqual([
    '[full screen:',
    ...lines.map((line) => `  ${line}`),
    '  status',
    ']',
  ]);
});

test('characters and sequences may be cut anywhere', () => {
  const bytes = utf8(`día 日本 ${ESC}[31mrot${ESC}[0m${ESC}]0;t\x07 😀 end`);
  const whole = seen(bytes);
  expect(whole).toEqual(['día 日本 rot 😀 end'].map((line) => line.slice(0, 99)));
  for (let cut = 0; cut <= bytes.length; cut++) {
    const screen = new Screen(20, 5);
    expect([...screen.take(bytes.subarray(0, cut)), ...screen.take(bytes.subarray(cut)), ...screen.finish()]).toEqual(whole);
  }
});

test('a smaller window keeps what stood above the cursor', () => {
  const screen = new Screen(20, 5);
  const lines = screen.take(utf8('1\r\n2\r\n3\r\n4\r\n5'));
  screen.resize(10, 2);
  lines.push(...screen.take(utf8('!')));
  screen.resize(20, 5);
  expect([...lines, ...screen.take(utf8('\r\n6')), ...screen.finish()]).toEqual(['1', '2', '3', '4', '5!', '6']);
});

test('the picture is what is on the screen now, with the cursor in it, also of a program that uses all of it', () => {
  const screen = new Screen(20, 4);
  screen.take(utf8('one\r\ntwo\r\nthree\r\nfour\r\nfi'));
  expect(screen.picture()).toEqual(['two', 'three', 'four', 'fi']);
  expect(screen.cursor).toEqual({ row: 3, column: 2 });
  screen.take(utf8(`${ESC}[?1049h${ESC}[2;5Hx`));
  expect(screen.picture()).toEqual(['', '    x']);
  expect(screen.take(utf8(`${ESC}[?1049l`)).slice(0, 3)).toEqual(['two', 'three', 'four']);
  expect(screen.picture()).toEqual(['fi']);
});

describe('streams that mean harm', () => {
  const big = 2 ** 31;
  test.each<[string, string]>([
    ['positions far away', `${ESC}[${big};${big}Hx${ESC}[${big}A${ESC}[${big}D${ESC}[99999999999999999999By`],
    ['counts without end', ['@', 'A', 'B', 'E', 'I', 'L', 'M', 'P', 'S', 'T', 'X', 'Z', 'b'].map((c) => `a${ESC}[${big}${c}`).join('')],
    ['a region that is none', `${ESC}[${big};1r${ESC}[5;2r${ESC}[-1;0r\n\n\n`],
    ['parameters without end', `${ESC}[${'1;'.repeat(100_000)}m`],
    ['a sequence without end', `${ESC}[${'1'.repeat(1_000_000)}`],
    ['modes', `${ESC}[?1049h${ESC}[?1049h${ESC}[?1049l${ESC}[?1049l${ESC}[?47h${ESC}c`],
  ])('%s: the screen stays small', (_, text) => {
    const lines = seen(text, 80, 24);
    expect(lines.length).toBeLessThan(100);
    expect(Math.max(0, ...lines.map((line) => line.length))).toBeLessThan(1000);
  });

  test('a command without end hides no more than its limit', () => {
    const lines = seen(`${ESC}]0;${'x'.repeat(70_000)}\r\nMARKER`, 80, 24);
    expect(lines.at(-1)).toBe('MARKER');
  });

  test('marks pile up on one character only so far', () => {
    expect(seen(`a${'\u0301'.repeat(10_000)}b`).join('').length).toBeLessThan(20);
  });

  test('a terminal of absurd size is not made', () => {
    const screen = new Screen(0xffffffff, 0xffffffff);
    expect(screen.take(utf8(`${ESC}[9999;9999Hx`))).toEqual([]);
    expect(screen.finish().length).toBe(500);
    expect(seen('x', 0, 0)).toEqual(['x']);
  });

  test('much is scrolled in little time', () => {
    const screen = new Screen(1000, 500);
    const start = process.cpuUsage();
    const lines = screen.take(utf8(`${ESC}[9999L${ESC}[9999S${ESC}[9999@`.repeat(2000)));
    expect(lines.length).toBe(0);
    expect(msSince(start)).toBeLessThan(5000);
  });
});
