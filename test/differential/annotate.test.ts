/** Annotated captures as Wireshark's programs see them: the same packets, without a warning, and every comment. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { framesOfFixture, pcap, pcapng } from '../support/capture-files.ts';
import { sshark } from '../support/cli.ts';
import { fixture, fixturePath, fixtures } from '../support/fixtures.ts';
import { strip } from '../support/strip.ts';

const dir = mkdtempSync(join(tmpdir(), 'sshark-'));
afterAll(() => rmSync(dir, { recursive: true }));

const installed = ['tshark', 'capinfos'].every((program) => spawnSync(program, ['--version']).status === 0);
const run = installed ? describe : describe.skip;
if (!installed) console.warn('skipped: tshark and capinfos are not installed');

/** What `program` prints. It must have nothing to complain about, but that it is root. */
function output(program: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  const complaints = stderr.split('\n').filter((line) => line !== '' && !line.startsWith('Running as user "root"'));
  expect([status, complaints]).toEqual([0, []]);
  return stdout;
}

interface Seen {
  /** Time, lengths and bytes of each packet, and its interface, which a classic pcap has none of. */
  readonly packets: readonly string[];
  readonly comments: ReadonlyMap<number, readonly string[]>;
}

function seen(path: string, interfaces: boolean): Seen {
  const fields = [
    'frame.number',
    'frame.comment',
    ...(interfaces ? ['frame.interface_id'] : []),
    ...'time_epoch len cap_len'.split(' ').map((f) => `frame.${f}`),
  ];
  const columns = [...fields, 'ip.id', 'tcp.seq_raw', 'tcp.payload'].flatMap((f) => ['-e', f]);
  const lines = output('tshark', ['-n', '-r', path, '-T', 'fields', '-E', 'aggregator=\u0001', ...columns])
    .trimEnd()
    .split('\n');
  const rows = lines.map((line) => line.split('\t'));
  const comments = rows.flatMap(([frame, text = '']) => (text === '' ? [] : [[Number(frame), text.split('\u0001')] as const]));
  return { packets: rows.map(([frame, , ...rest]) => [frame, ...rest].join(' ')), comments: new Map(comments) };
}

async function check(original: string, secrets: readonly string[], interfaces = true): Promise<void> {
  const target = join(dir, 'out.pcapng');
  const { code } = await sshark(['annotate', original, '-o', target, '--level', 'deep', ...secrets]);
  expect(code).toBe(0);
  const theirs = seen(target, interfaces);
  expect(theirs.packets).toEqual(seen(original, interfaces).packets);
  const { comments, packets } = strip(new Uint8Array(readFileSync(target)));
  expect(output('capinfos', ['-c', '-M', target])).toMatch(new RegExp(`Number of packets: +${packets}$`, 'm'));
  // A comment that was there before stands before ours.
  for (const [frame, lines] of comments) expect(theirs.comments.get(frame)?.slice(-lines.length)).toEqual(lines);
  expect(theirs.comments.size).toBe(comments.size);
}

run('tshark and capinfos', () => {
  test.each(fixtures())('%s', async (name) => {
    const { secrets } = fixture(name);
    await check(fixturePath(name, 'capture.pcapng'), secrets === undefined ? [] : ['-k', fixturePath(name, 'secrets.keylog')]);
  });

  const frames = framesOfFixture(fixture('openssh-login').capture);
  test.each([
    ['classic pcap', false, pcap(frames)],
    ['classic pcap, nanoseconds, big endian', false, pcap(frames, { nanos: true, bigEndian: true })],
    ['pcapng, big endian, sections and interfaces', true, pcapng(frames, { bigEndian: true, sections: 3, resolutions: [9, 6], comment: 'first' })],
  ])('%s', async (_, interfaces, bytes) => {
    const path = join(dir, 'in');
    writeFileSync(path, bytes);
    await check(path, [], interfaces);
  });

  test('the embedded key log is one for them too', async () => {
    const target = join(dir, 'keys.pcapng');
    await sshark(['annotate', fixturePath('zlib', 'capture.pcapng'), '-o', target, '-k', fixturePath('zlib', 'secrets.keylog'), '--embed-secrets']);
    expect(output('capinfos', [target])).toMatch(/^Number of decryption secrets in file: 1$/m);
  });
});
