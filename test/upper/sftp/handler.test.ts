/** Requests, answers and open files: what the order of messages makes of them. */
import { channelCapture, filesOf, type Line, NO_ATTRS, sftp, status, text, u64 } from '../../support/channel-talk.ts';
import { concat } from '../../support/packets.ts';
import { ascii, str, u32 } from '../../support/two-ends.ts';

const READ = 1;
const WRITE = 2;
const [APPEND, TRUNC] = [4, 16];
const H = text('h');

const open = (id: number, path: string, flags: number, attrs: Uint8Array = NO_ATTRS, handle = 'h'): Line[] => [
  ['c', sftp(3, u32(id), text(path), u32(flags), attrs)],
  ['s', sftp(102, u32(id), text(handle))],
];
const close = (id: number, handle = H): Line[] => [
  ['c', sftp(4, u32(id), handle)],
  ['s', status(id, 0)],
];
const write = (id: number, offset: number | bigint, data: string, handle = H): Line => ['c', sftp(6, u32(id), handle, u64(offset), text(data))];
const read = (id: number, offset: number, length: number, handle = H): Line => ['c', sftp(5, u32(id), handle, u64(offset), u32(length))];
const data = (id: number, bytes: string): Line => ['s', sftp(103, u32(id), text(bytes))];
const answer = (id: number, code: number): Line => ['s', status(id, code)];
const talk = (lines: readonly Line[], closed = true) => filesOf(channelCapture('subsystem', lines, closed));
const said = (content: Uint8Array) => String.fromCharCode(...content);
const operations = ({ sessions }: Awaited<ReturnType<typeof talk>>) => sessions[0]?.channels[0]?.content?.operations.map((o) => `${o.summary} ${o.status}`);

test('an upload in pieces out of order, answered out of order', async () => {
  const found = await talk([
    ...open(1, '/f', WRITE | TRUNC, concat(u32(4), u32(0o100640))),
    write(2, 3, 'def'),
    write(3, 0, 'abc'),
    write(4, 6, 'gh'),
    answer(4, 0),
    answer(2, 0),
    answer(3, 0),
    ['c', sftp(10, u32(5), H, concat(u32(8), u32(7), u32(9)))],
    answer(5, 0),
    ...close(6),
  ]);
  expect(found.problems).toEqual([]);
  expect(found.files).toMatchObject([
    { direction: 'upload', protocol: 'sftp', path: '/f', bytes: 8, complete: true, note: '', mode: 0o640, accessed: 7, modified: 9, holes: [] },
  ]);
  expect(said(found.files[0]?.content ?? new Uint8Array(0))).toBe('abcdefgh');
  expect(operations(found)).toEqual([
    'Init: version 3 SSH_FX_OK',
    'Open: "/f" for writing, anew SSH_FX_OK',
    'Write: "/f", 3 requests, 8 bytes SSH_FX_OK',
    'Fsetstat: "/f" to 1970-01-01 00:00:09 SSH_FX_OK',
    'Close: "/f" SSH_FX_OK',
  ]);
});

test('a WRITE that fails is a hole, and one without an answer is told', async () => {
  const failed = await talk([
    ...open(1, '/f', WRITE | TRUNC),
    write(2, 0, 'abc'),
    write(3, 3, 'def'),
    write(4, 6, 'ghi'),
    answer(2, 0),
    answer(3, 4),
    answer(4, 0),
    ...close(5),
  ]);
  expect(failed.files).toMatchObject([{ bytes: 6, complete: false, holes: [{ start: 3, end: 6 }], note: '1 WRITE failed; a hole from byte 3 to 6' }]);
  const open5 = await talk([...open(1, '/f', WRITE | TRUNC), write(2, 0, 'abc'), answer(2, 0), write(3, 3, 'def'), ...close(5)]);
  expect(open5.files).toMatchObject([{ complete: false, note: '1 WRITE without an answer' }]);
});

test('a download: 70 requests at once, short answers, and the end', async () => {
  const lines = Array.from({ length: 70 }, (_, i) => read(10 + i, i * 4, 4));
  const answers = Array.from({ length: 70 }, (_, i) => (i < 60 ? data(10 + i, `<${String(i).padStart(2, '0')}>`) : answer(10 + i, 1)));
  const found = await talk([...open(1, '/f', READ), ...lines, ...answers.reverse(), ...close(5)]);
  expect(found.problems).toEqual([]);
  expect(found.files).toMatchObject([{ direction: 'download', bytes: 240, complete: true, note: '' }]);
  const short = await talk([...open(1, '/f', READ), read(2, 0, 10), data(2, 'abcd'), read(3, 4, 6), data(3, 'ef'), read(4, 6, 4), answer(4, 1), ...close(5)]);
  expect(short.files).toMatchObject([{ bytes: 6, complete: true }]);
});

test('a download whose end was not read is whole when the size says so, and not otherwise', async () => {
  const size: Line[] = [
    ['c', sftp(8, u32(9), H)],
    ['s', sftp(105, u32(9), u32(1), u64(6))],
  ];
  const moved: Line[] = [read(2, 0, 6), data(2, 'abcdef')];
  expect((await talk([...open(1, '/f', READ), ...size, ...moved, ...close(5)])).files).toMatchObject([{ size: 6, complete: true }]);
  expect((await talk([...open(1, '/f', READ), ...moved, ...close(5)])).files).toMatchObject([{ complete: false, note: 'its end was not read' }]);
  const half: Line[] = [read(2, 0, 3), data(2, 'abc')];
  expect((await talk([...open(1, '/f', READ), ...size, ...half, ...close(5)])).files).toMatchObject([
    { complete: false, note: 'its end was not read; 3 of 6 bytes' },
  ]);
  const middle: Line[] = [read(2, 4, 3), data(2, 'ef'), read(3, 6, 3), answer(3, 1)];
  expect((await talk([...open(1, '/f', READ), ...middle, ...close(5)])).files).toMatchObject([{ complete: false, note: 'it begins at byte 4', bytes: 2 }]);
});

test('an answer of version 6 says that the file ends with it', async () => {
  const six: Line[] = [
    ['c', sftp(200, u32(1), text('version-select'), text('6'))],
    ['s', status(1, 0)],
    ['c', sftp(3, u32(2), text('/f'), u32(READ), u32(2), u32(0), Uint8Array.of(1))],
    ['s', sftp(102, u32(2), H)],
  ];
  const answered = (ends: number): Line[] => [read(3, 0, 6), ['s', sftp(103, u32(3), text('abcdef'), Uint8Array.of(ends))]];
  const whole = await talk([...six, ...answered(1), ...close(4)]);
  expect(whole.problems).toEqual([]);
  expect(whole.files).toMatchObject([{ bytes: 6, complete: true, note: '' }]);
  expect((await talk([...six, ...answered(0), ...close(4)])).files).toMatchObject([{ bytes: 6, complete: false, note: 'its end was not read' }]);
});

test('an empty file of which nothing was asked', async () => {
  const size = (request: Uint8Array, n: number): Line[] => [
    ['c', request],
    ['s', sftp(105, u32(9), u32(1), u64(n))],
  ];
  const before = size(sftp(17, u32(9), text('/f')), 0);
  const within = size(sftp(8, u32(9), H), 0);
  const moved = [{ direction: 'download', path: '/f', bytes: 0, size: 0, complete: true, note: '' }];
  expect((await talk([...before, ...open(1, '/f', READ), ...close(5)])).files).toMatchObject(moved);
  expect((await talk([...open(1, '/f', READ), ...within, ...close(5)])).files).toMatchObject(moved);
  expect((await talk([...size(sftp(17, u32(9), text('/f')), 7), ...open(1, '/f', READ), ...close(5)])).files).toEqual([]);
  // What is made when it is read is said to be empty, as files under /proc are.
  const proc = [...before, ...open(1, '/f', READ), read(2, 0, 9), data(2, 'abc')];
  expect((await talk([...proc, ...close(5)])).files).toMatchObject([{ bytes: 3, complete: false }]);
  expect((await talk([...proc, read(3, 3, 9), answer(3, 1), ...close(5)])).files).toMatchObject([{ bytes: 3, complete: true }]);
});

test('attributes of a path that was asked for before, or listed, are those of the file', async () => {
  const attrs = concat(u32(0xd), u64(3), u32(0o100600), u32(5), u32(6));
  const found = await talk([
    ['c', sftp(11, u32(1), text('/d'))],
    ['s', sftp(102, u32(1), text('d'))],
    ['c', sftp(12, u32(2), text('d'))],
    ['s', sftp(104, u32(2), u32(1), text('f'), text('-rw------- f'), attrs)],
    ...close(3, text('d')),
    ...open(4, '/d/f', READ),
    read(5, 0, 3),
    data(5, 'abc'),
    ...close(6),
  ]);
  expect(found.files).toMatchObject([{ path: '/d/f', size: 3, mode: 0o600, accessed: 5, modified: 6, complete: true }]);
});

test('a handle that is open for both has two transfers, and one that only listed or asked has none', async () => {
  const both = await talk([
    ...open(1, '/f', READ | WRITE),
    write(2, 0, 'abc'),
    answer(2, 0),
    read(3, 0, 9),
    data(3, 'abc'),
    read(4, 3, 9),
    answer(4, 1),
    ...close(5),
  ]);
  expect(both.files).toMatchObject([
    { direction: 'download', complete: true },
    { direction: 'upload', complete: true, note: 'opened without being emptied: the file may hold more' },
  ]);
  expect((await talk([...open(1, '/f', READ), ...close(5)])).files).toEqual([]);
  expect((await talk([...open(1, '/f', WRITE | TRUNC), ...close(5)])).files).toMatchObject([{ direction: 'upload', bytes: 0, complete: true }]);
});

test('what is appended follows what was appended before, whatever the offsets say', async () => {
  const found = await talk([...open(1, '/f', WRITE | APPEND), write(2, 4, 'abc'), answer(2, 0), write(3, 0, 'de'), answer(3, 0), ...close(5)]);
  expect(found.files).toMatchObject([{ bytes: 5, holes: [{ start: 0, end: 4 }], complete: false }]);
  expect(found.files[0]?.note).toContain('appended to a file');
});

test('what the server copied did not move', async () => {
  const copy: Line[] = [
    ['c', sftp(200, u32(8), text('copy-data'), text('r'), u64(0), u64(0), text('w'), u64(0))],
    ['s', status(8, 0)],
  ];
  const both = [...open(1, '/from', READ, NO_ATTRS, 'r'), ...open(2, '/to', WRITE | TRUNC, NO_ATTRS, 'w')];
  const ends = [...close(10, text('r')), ...close(11, text('w'))];
  expect((await talk([...both, ...copy, ...ends])).files).toEqual([]);
  const more = await talk([...both, ...copy, write(9, 100, 'abc', text('w')), answer(9, 0), ...ends]);
  expect(more.files).toMatchObject([{ path: '/to', complete: false }]);
  expect(more.files[0]?.note).toContain('copied on the server');
});

test('a session that ends before CLOSE', async () => {
  const found = await talk([...open(1, '/f', WRITE | TRUNC), write(2, 0, 'abc'), answer(2, 0)], false);
  expect(found.files).toMatchObject([{ bytes: 3, complete: false, note: 'the session ended before it was closed' }]);
});

test('faults are told at their messages', async () => {
  const cases: readonly (readonly [Line[], string])[] = [
    [[answer(9, 0)], 'unexpected: SSH_FXP_STATUS: an answer to request 9, and no such request waits for one'],
    [[read(2, 0, 3, text('zz'))], 'unexpected: SSH_FXP_READ: handle 7a7a is not open'],
    [[['s', sftp(2, u32(3))]], 'unexpected: SSH_FXP_VERSION: a version, and no INIT that waits for one'],
    [[['c', status(1, 0)]], 'unexpected: SSH_FXP_STATUS: SSH_FXP_STATUS is an answer, and comes from the side that asks'],
    [[['s', sftp(4, u32(1), H)]], 'unexpected: SSH_FXP_CLOSE: SSH_FXP_CLOSE is a request, and comes from the side that answers'],
    [[['c', sftp(17, u32(1), text('/'))], data(1, 'x')], 'unexpected: SSH_FXP_DATA: SSH_FXP_DATA is no answer to SSH_FXP_STAT'],
    [
      [
        ['c', sftp(17, u32(1), text('/'))],
        ['c', sftp(17, u32(1), text('/x'))],
      ],
      'unexpected: SSH_FXP_STAT: request 1 has the number of one that waits for its answer',
    ],
    [[...open(1, '/f', WRITE), read(2, 0, 1)], 'unexpected: SSH_FXP_READ: a READ of a file that is open for writing only'],
    [[['c', sftp(99, u32(1))]], 'unknown: sftp message 99: message type 99 has no meaning known here'],
    [[['c', sftp(17, u32(1), u32(0x1000))]], 'malformed: SSH_FXP_STAT: a string of 4096 bytes, where 0 are left'],
  ];
  for (const [lines, problem] of cases) expect((await talk(lines)).problems).toEqual([problem]);
});

test('requests with the same number are answered in their order', async () => {
  const found = await talk([
    ['c', sftp(17, u32(1), text('/a'))],
    ['c', sftp(17, u32(1), text('/b'))],
    ['c', sftp(17, u32(1), text('/c'))],
    answer(1, 2),
    answer(1, 3),
    answer(1, 4),
  ]);
  const answers = found.packets.flatMap((p) => p.inner).filter((m) => m.number === 101);
  expect(answers.map((m) => m.summary)).toEqual([
    'Status: SSH_FX_NO_SUCH_FILE (2), to Stat: "/a"',
    'Status: SSH_FX_PERMISSION_DENIED (3), to Stat: "/b"',
    'Status: SSH_FX_FAILURE (4), to Stat: "/c"',
  ]);
  expect(answers.every((m) => (m.answers?.latency ?? 0) > 0)).toBe(true);
});

test('a handle that is given again, and data that goes to one that nobody opened', async () => {
  const again = await talk([...open(1, '/a', WRITE | TRUNC), write(2, 0, 'abc'), answer(2, 0), ...open(3, '/b', WRITE | TRUNC), ...close(4)]);
  expect(again.files).toMatchObject([
    { path: '/a', complete: false },
    { path: '/b', bytes: 0, complete: true },
  ]);
  const unknown = await talk([write(2, 0, 'abc'), answer(2, 0)]);
  expect(unknown.files).toMatchObject([{ path: '(handle 68)', bytes: 3, complete: false }]);
});

test('every limit is said, once', async () => {
  const of = async (lines: readonly Line[], limits: Parameters<typeof filesOf>[1]) => (await filesOf(channelCapture('subsystem', lines), limits)).problems;
  const opened = (n: number) => Array.from({ length: n }, (_, i) => open(i, `/${i}`, WRITE, NO_ATTRS, `h${i}`)).flat();
  expect(await of(opened(5), { limits: { sftpHandles: 2 } })).toEqual(['limit: more files are open than are followed (limit sftpHandles: 2)']);
  const asked = Array.from({ length: 5 }, (_, i): Line => ['c', sftp(17, u32(i), text('/'))]);
  expect(await of(asked, { limits: { sftpRequests: 2 } })).toEqual(['limit: more SFTP requests without an answer than are remembered (limit sftpRequests: 2)']);
  const sparse = Array.from({ length: 5 }, (_, i): Line[] => [write(i + 2, i * 10, 'x'), answer(i + 2, 0)]).flat();
  expect(await of([...open(1, '/f', WRITE), ...sparse], { limits: { transferRanges: 2 } })).toEqual([
    'limit: of a file that moves are left out: some of its parts: they are too many (limit transferRanges: 2)',
  ]);
  expect(await of([...open(1, '/f', WRITE), write(2, 2n ** 63n, 'x'), answer(2, 0)], {})).toEqual([
    'limit: of a file that moves are left out: bytes behind offset 1099511627776 (limit transferBytes)',
  ]);
  expect(await of([...opened(3), ...close(9, text('h1'))], { limits: { channelTransfers: 1 } })).toEqual([
    'limit: the record leaves out files of this channel from here on (limit channelTransfers: 1)',
  ]);
});

test('what is done through a handle is told with the path from the root, once the server has said what . is', async () => {
  const home: Line[] = [
    ['c', sftp(16, u32(1), text('.'))],
    ['s', sftp(104, u32(1), u32(1), text('/home/me'), text(''), NO_ATTRS)],
  ];
  const found = await talk([...home, ...open(2, 'dir/f', WRITE | TRUNC), write(3, 0, 'abc'), answer(3, 0), ...close(4)]);
  expect(found.packets.flatMap((p) => p.inner).find((m) => m.number === 6)?.summary).toBe('Write: "/home/me/dir/f", 3 bytes at 0');
  expect(found.files).toMatchObject([{ path: 'dir/f' }]);
});

test('version-select changes the version at once', async () => {
  const found = await filesOf(
    channelCapture('subsystem', [
      ['c', sftp(200, u32(1), text('version-select'), text('6'))],
      ['c', sftp(17, u32(2), text('/'), u32(0))],
      ['s', status(1, 0)],
      ['s', sftp(105, u32(2), u32(0x8), Uint8Array.of(2), u64(77))],
    ]),
  );
  expect(found.problems).toEqual([]);
  expect(found.sessions[0]?.channels[0]?.content?.detail).toBe('version 6');
  expect(found.packets.flatMap((p) => p.inner).at(-1)?.value).toMatchObject({ attrs: { type: 2, atime: 77n } });
});

test('cut anywhere into messages of the channel, the same comes out', async () => {
  const bytes = concat(write(2, 0, 'abcdefgh')[1], write(3, 8, 'ijkl')[1]);
  for (let cut = 1; cut < bytes.length; cut++) {
    const pieces: Line[] = [
      ['c', bytes.subarray(0, cut)],
      ['c', bytes.subarray(cut)],
    ];
    const found = await talk([...open(1, '/f', WRITE | TRUNC), ...pieces, answer(2, 0), answer(3, 0), ...close(4)]);
    expect(found.files.map((f) => [f.path, said(f.content), f.complete])).toEqual([['/f', 'abcdefghijkl', true]]);
  }
});

test('ids and strings of hostile lengths', async () => {
  const long = `/${'x'.repeat(10_000)}`;
  const found = await talk([...open(1, long, WRITE | TRUNC, NO_ATTRS, 'h'.repeat(300)), ['s', str(ascii(''))]]);
  expect(found.files[0]?.path.length).toBe(4096);
  expect(found.problems[0]).toBe('malformed: a handle of 300 bytes, where 256 are allowed');
});
