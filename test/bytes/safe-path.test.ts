/** Names of peers as names of files: hostile ones, one by one, and any at all. */
import fc from 'fast-check';
import { otherName, safePath } from '../../src/bytes/safe-path.ts';
import { utf8 } from '../../src/bytes/text.ts';

test.each([
  ['/home/me/file.txt', 'home/me/file.txt'],
  ['file', 'file'],
  ['../../etc/passwd', '__/__/etc/passwd'],
  ['/../..', '__/__'],
  ['a/./b//c/', 'a/b/c'],
  ['', 'unnamed'],
  ['/', 'unnamed'],
  ['.', 'unnamed'],
  ['a\0b', 'a_b'],
  ['line\nbreak\r\t', 'line_break__'],
  ['\u001b[2J\u009b', '_[2J_'],
  ['gpj.\u202eexe', 'gpj._exe'],
  ['zero\u200bwidth\ufeff', 'zero_width_'],
  ['half\ud800', 'half_'],
  ['C:\\Windows\\cmd.exe', 'C__Windows_cmd.exe'],
  ['file:stream', 'file_stream'],
  ['a<b>c"d|e?f*g', 'a_b_c_d_e_f_g'],
  ['dots...', 'dots___'],
  ['blank ', 'blank_'],
  ['CON', '_CON'],
  ['nul.txt', '_nul.txt'],
  ['com1', '_com1'],
  ['LPT9.log', '_LPT9.log'],
  ['COM\u00b9', '_COM\u00b9'],
  ['console', 'console'],
  ['-rf', '-rf'],
  ['.hidden', '.hidden'],
  ['~root', '~root'],
  ['émoji 😀', 'émoji 😀'],
])('%j becomes %j', (path, safe) => {
  expect(safePath(path).join('/')).toBe(safe);
});

test('long names keep their ending, long paths their end', () => {
  const [name = ''] = safePath(`${'x'.repeat(4096)}.tar`);
  expect([name.length, name.endsWith('x.tar')]).toEqual([200, true]);
  const [wide = ''] = safePath('😀'.repeat(1000));
  expect([utf8(wide).length, [...wide].every((c) => c === '😀')]).toEqual([200, true]);
  const deep = safePath(`${'folder/'.repeat(2000)}file`);
  expect([deep.length <= 40, deep.at(-1)]).toEqual([true, 'file']);
  expect(utf8(safePath(`${`${'y'.repeat(300)}/`.repeat(30)}file`).join('/')).length).toBeLessThanOrEqual(800);
});

test('whatever a peer says, every name is one that can be made and leads nowhere', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('.', '/', '\\', 'a', ' ', '\0', '\n', '\u202e', ':', 'C', 'O', 'N', '\ud800', 'é'), maxLength: 40 }),
      (path) => {
        const names = safePath(path);
        expect(names.length).toBeGreaterThan(0);
        for (const name of names) {
          expect(name).toMatch(/^[^/\\:\0\n\u202e\ud800]+$/);
          expect(name).not.toMatch(/^\.*$|[. ]$|^con(\.|$)/i);
        }
        expect(safePath(names.join('/'))).toEqual(names);
      },
    ),
    { seed: 11, numRuns: 5000 },
  );
});

test('other names', () => {
  expect([otherName('a.txt', 2), otherName('a', 3), otherName('.rc', 2)]).toEqual(['a-2.txt', 'a-3', '.rc-2']);
});
