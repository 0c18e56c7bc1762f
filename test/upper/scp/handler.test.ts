/** SCP: what the sender's lines and the receiver's answers make of a file. */
import { scpCommand } from '../../../src/upper/scp/command.ts';
import { framesOfFixture, pcap } from '../../support/capture-files.ts';
import { channelCapture, filesOf, type Line } from '../../support/channel-talk.ts';
import { fixture } from '../../support/fixtures.ts';
import { storeOf } from '../../support/outputs.ts';
import { concat } from '../../support/packets.ts';
import { ascii } from '../../support/two-ends.ts';
import { framesOf, lost, segmentsOf } from '../../support/variants.ts';

const OK: Line = ['s', Uint8Array.of(0)];
const say = (text: string): Line => ['c', ascii(text)];
const END: Line = ['c', Uint8Array.of(0)];
const wrong = (code: number, text: string, from: 'c' | 's' = 's'): Line => [from, concat(Uint8Array.of(code), ascii(`${text}\n`))];
const up = (lines: readonly Line[], closed = true, options: Parameters<typeof filesOf>[1] = {}) =>
  filesOf(channelCapture('scp -r -t /tmp', [OK, ...lines], closed), options);

test.each([
  ['scp -t /tmp/x', { receives: true, path: '/tmp/x' }],
  ['scp -v -r -p -d -t -- file name', { receives: true, path: 'file name' }],
  ['/usr/bin/scp -f x', { receives: false, path: 'x' }],
  ['env LC_ALL=C scp -rpf x', { receives: false, path: 'x' }],
  ['cd /tmp && scp -f x', { receives: false, path: 'x' }],
  ['scp', undefined],
  ['scp a b:c', undefined],
  ['tscp -t x', undefined],
  ['echo scp -x y', undefined],
  ['ls -t', undefined],
])('%j', (command, expected) => {
  expect(scpCommand(command)).toEqual(expected);
});

test('a file, cut at every byte', async () => {
  const bytes = concat(ascii('C0644 6 a b\n'));
  for (let cut = 1; cut <= bytes.length; cut++) {
    const { files, problems } = await up([['c', bytes.subarray(0, cut)], ['c', bytes.subarray(cut)], OK, say('abc'), say('def'), END, OK]);
    expect(problems).toEqual([]);
    expect(files.map((f) => [f.path, f.mode, String.fromCharCode(...f.content), f.complete, f.note])).toEqual([['a b', 0o644, 'abcdef', true, '']]);
  }
});

test('data and its end in one message with the next line, as a sender that does not wait would send', async () => {
  const { files } = await up([say('C0644 3 a\n'), ['c', concat(ascii('abc'), Uint8Array.of(0))], OK, say('C0600 0 b\n'), OK, END, OK]);
  expect(files.map((f) => [f.path, f.bytes, f.complete])).toEqual([
    ['a', 3, true],
    ['b', 0, true],
  ]);
});

test('answers that are read late: the sender would not go on without them', async () => {
  const { files, problems } = await up([say('C0644 3 a\n'), say('abc'), END, say('C0644 3 b\n'), say('def'), END, say('E\n'), OK, OK, OK, OK, OK]);
  expect(files.map((f) => [f.path, f.bytes, f.complete, f.note])).toEqual([
    ['a', 3, true, ''],
    ['b', 3, true, ''],
  ]);
  expect(problems).toEqual(['unexpected: E: the end of a directory that was not begun']);
});

test('behind missing messages whole files are read again, and nothing is blamed on anybody', async () => {
  const { capture, secrets } = fixture('scp-folders');
  const segments = segmentsOf(framesOfFixture(capture));
  let whole = 0;
  for (let n = 33; n < 60; n += 3) {
    const { files, problems } = await filesOf(pcap(framesOf(lost(segments, n))), { secrets: storeOf(secrets) });
    expect(problems.filter((p) => !p.startsWith('gap'))).toEqual([]);
    for (const f of files) expect(f.complete ? f.sha256 : '').toBe(f.complete ? SUMS[f.path.split('/').at(-1) ?? ''] : '');
    whole += files.filter((f) => f.complete).length;
  }
  expect(whole).toBeGreaterThan(20);
});

const SUMS: Readonly<Record<string, string>> = {
  numbers: 'd11c274c67bce3ae0f5aba8faad84d2945e4da7a859ffb2adc4ec1241af1d748',
  'a [31m$b;': 'ea07322e8fd30609323e89be7d2c8b6a20865a54486d8f7d9f2de5a9f8d0f9b3',
  run: 'ea07322e8fd30609323e89be7d2c8b6a20865a54486d8f7d9f2de5a9f8d0f9b3',
  empty: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
};

test('what the receiver refuses does not come, and the next file does', async () => {
  const { files, sessions } = await up([say('C0644 3 a\n'), wrong(1, 'a: Permission denied'), say('C0644 3 b\n'), OK, say('abc'), END, OK]);
  expect(files.map((f) => [f.path, f.bytes, f.complete, f.note])).toEqual([
    ['a', 0, false, 'the receiver says: a: Permission denied; 0 of 3 bytes'],
    ['b', 3, true, ''],
  ]);
  expect(sessions[0]?.channels[0]?.content?.operations.map((o) => [o.summary, o.status])).toEqual([
    ['File: "a", 3 bytes', 'a: Permission denied'],
    ['File: "b", 3 bytes', 'OK'],
  ]);
});

test('errors of either side, and ends that come too early', async () => {
  const notes = async (lines: readonly Line[], closed = true) => (await up(lines, closed)).files.map((f) => [f.complete, f.note]);
  const begun = [say('C0644 6 a\n'), OK, say('abc')];
  expect(await notes(begun, false)).toEqual([[false, 'the session ended before its end; 3 of 6 bytes']]);
  expect(await notes([...begun, say('def'), wrong(1, 'a: changed', 'c'), OK])).toEqual([[false, 'the sender says: a: changed']]);
  expect(await notes([...begun, say('def'), END, wrong(1, 'disk full')])).toEqual([[false, 'the receiver says: disk full']]);
  expect(await notes([...begun, say('def'), END])).toEqual([[true, 'the receiver did not confirm it']]);
  expect(await notes([say('C0644 3 a\n'), OK, say('abc'), say('C0644 1 b\n'), OK])).toEqual([
    [false, 'another file began before its end'],
    [false, 'the session ended before its end; 0 of 1 bytes'],
  ]);
});

test('lines that are none, and ends of directories that were not begun', async () => {
  expect((await up([say('Xyz\n')])).problems).toEqual(['malformed: unknown: a line that is no message of SCP']);
  expect((await up([say('C0999 3 a\n')])).problems).toEqual(['malformed: unknown: a line that is no message of SCP']);
  expect((await up([say('E\n')])).problems).toEqual(['unexpected: E: the end of a directory that was not begun']);
  expect((await up([say('C'.repeat(3000))], true, { limits: { scpLineBytes: 1000 } })).problems).toEqual([
    'limit: SCP of the client: a line of more than 1000 bytes (limit scpLineBytes)',
  ]);
  const deep = await up(Array.from({ length: 300 }, (_, i) => say(`D0755 0 d${i}\n`)));
  expect(deep.problems).toEqual(['limit: SCP: folders inside folders, more than 256']);
});

test('what is not SCP any more is not listed piece by piece', async () => {
  const inner = async (lines: readonly Line[]) => (await up(lines)).packets.reduce((sum, p) => sum + p.inner.length, 0);
  expect(await inner([say('no line of SCP\n'.repeat(500)), say('x\n'.repeat(500))])).toBe(2);
  // The first one says that the receiver is ready.
  expect(await inner([['s', new Uint8Array(5000)]])).toBe(16);
  expect(await inner([['c', new Uint8Array(5000)]])).toBe(17);
  const { files, problems } = await up([say('no line\n'), say('C0644 3 f\n'), OK, say('abc'), END, OK]);
  expect(files.map(({ path, bytes, complete }) => ({ path, bytes, complete }))).toEqual([{ path: 'f', bytes: 3, complete: true }]);
  expect(problems).toEqual(['malformed: unknown: a line that is no message of SCP']);
});

test('names of folders and files are the sender’s, joined', async () => {
  const { files } = await up([say('D0755 0 ..\n'), OK, say('C0644 1 ../../x\n'), OK, say('a'), END, OK, say('E\n'), OK]);
  expect(files[0]?.path).toBe('../../../x');
});
