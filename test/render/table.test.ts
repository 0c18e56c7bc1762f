import Table from 'cli-table3';
import { COMPACT } from '../../src/render/compact.ts';
import { DEFAULT_RENDER_OPTIONS, type RenderOptions } from '../../src/render/renderer.ts';
import { tableRenderer } from '../../src/render/table.ts';
import { clip } from '../../src/render/text.ts';
import type { Packet } from '../../src/ssh/model.ts';
import { aPacket, aSession, identified, moment } from '../support/model.ts';

const { session, client } = identified(aSession(), 'SSH-2.0-OpenSSH_9.2p1 Debian-2', 'SSH-2.0-dropbear');

function table(options: Partial<RenderOptions>, packets: readonly Packet[]): string[] {
  const r = tableRenderer({ ...DEFAULT_RENDER_OPTIONS, ...options });
  return [r.begin?.(), r.identification?.(client), ...packets.map((p) => r.packet?.(p)), r.session?.(session)].join('').split('\n');
}

test('a small session, exactly', () => {
  const answer = aPacket(session, {
    index: 2,
    side: 'server',
    sequence: 10,
    time: moment(61_001),
    frame: 7,
    problems: [{ code: 'unexpected', severity: 'error', message: 'not now', span: { start: 5, end: 13 }, rfc: '4253#7.1' }],
  });
  expect(table({ width: 80 }, [aPacket(session), answer])).toEqual([
    ' S   No.       Time  Frame Dir    Seq Msg Summary',
    'Session 1: client 10.0.0.1:40000 → server 10.0.0.2:22',
    ' 1         0.004000      4 C → S          SSH-2.0-OpenSSH_9.2p1 Debian-2',
    ' 1     1   0.006000      6 C → S    0   2 Ignore: 3 bytes',
    ' 1     2  61.001000      7 C ← S   10   2 Ignore: 3 bytes',
    '  ! unexpected [0x0005-0x000c]: not now (RFC 4253 section 7.1)',
    'Session 1 ended: both sides closed the TCP connection (FIN)',
    '',
  ]);
});

test('into a pipe lines are whole and have the names', () => {
  const summary = 'x'.repeat(300);
  const [head, , , row] = table({}, [aPacket(session, { summary })]);
  expect(head).toContain('Message');
  expect(row).toContain(`SSH_MSG_IGNORE                 ${summary}`);
});

test('on a terminal no row is wider than it', () => {
  for (const width of [48, 80, 109, 110, 200]) {
    const rows = table({ width }, [aPacket(session, { summary: 'x'.repeat(300) })]).filter((line) => line.includes('xxx'));
    expect(rows).toHaveLength(1);
    expect(rows[0]).toHaveLength(width);
    expect(rows[0]).toMatch(/…$/);
  }
});

test('the rows are set as cli-table3 sets them', () => {
  const reference = new Table({
    ...COMPACT,
    colWidths: [2, 5, 10, 6, 5, 4, 30],
    colAligns: ['right', 'right', 'right', 'right', 'left', 'right', 'left'],
  });
  reference.push(['1', '1', '0.006000', '6', 'C → S', '0', 'SSH_MSG_IGNORE']);
  expect(table({}, [aPacket(session)])[3]).toBe(`${reference.toString()} Ignore: 3 bytes`);
});

test('an absolute time is that of the capture', () => {
  expect(table({ absoluteTime: true }, [aPacket(session)])[3]).toContain(' 2024-02-29T12:00:00.006000000Z ');
});

test('each session has its heading once, also when they alternate', () => {
  const other = { ...session, number: 2 };
  const lines = table({ width: 80 }, [aPacket(session), aPacket(other), aPacket(session), aPacket(other)]);
  expect(lines.filter((line) => line.startsWith('Session 2: client'))).toHaveLength(1);
  expect(lines.filter((line) => line.startsWith('Session 1: client'))).toHaveLength(1);
});

test('clip counts columns, and two for a wide character', () => {
  expect(clip('abcdef', 6)).toBe('abcdef');
  expect(clip('abcdef', 5)).toBe('abcd…');
  expect(clip('漢字漢字', 8)).toBe('漢字漢字');
  expect(clip('漢字漢字', 7)).toBe('漢字漢…');
  expect(clip('漢字漢字', 6)).toBe('漢字…');
  expect(clip('😀😀', 3)).toBe('😀…');
});
