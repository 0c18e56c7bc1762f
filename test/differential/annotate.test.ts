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

/** Time, interface, lengths and bytes of each packet; comments apart, each on a line of its own. */
function packetsOf(path: string): string {
  const fields = ['frame.number', 'frame.time_epoch', 'frame.interface_id', 'frame.len', 'frame.cap_len', 'ip.id', 'tcp.seq_raw', 'tcp.payload'];
  return output('tshark', ['-n', '-r', path, '-T', 'fields', ...fields.flatMap((f) => ['-e', f])]);
}

function commentsOf(path: string): Map<number, string[]> {
  const found = new Map<number, string[]>();
  const text = output('tshark', ['-n', '-r', path, '-T', 'fields', '-E', 'aggregator=\u0001', '-e', 'frame.number', '-e', 'frame.comment']);
  for (const line of text.split('\n')) {
    const [frame = '', comments = ''] = line.split('\t');
    if (comments !== '') found.set(Number(frame), comments.split('\u0001'));
  }
  return found;
}

async function check(original: string, secrets: readonly string[]): Promise<void> {
  const target = join(dir, 'out.pcapng');
  const { code } = await sshark(['annotate', original, '-o', target, '--level', 'deep', ...secrets]);
  expect(code).toBe(0);
  expect(packetsOf(target)).toBe(packetsOf(original));
  const { comments, packets } = strip(new Uint8Array(readFileSync(target)));
  expect(output('capinfos', ['-c', '-M', target])).toMatch(new RegExp(`Number of packets: +${packets}$`, 'm'));
  const theirs = commentsOf(target);
  // A comment that was there before stands before ours.
  for (const [frame, lines] of comments) expect(theirs.get(frame)?.slice(-lines.length).map(unescaped)).toEqual(lines);
  expect(theirs.size).toBe(comments.size);
}

/** tshark puts a backslash before some characters of a text. */
const unescaped = (text: string) => text.replace(/\\(["\\])/g, '$1');

run('tshark and capinfos', () => {
  test.each(fixtures())('%s', async (name) => {
    const { secrets } = fixture(name);
    await check(fixturePath(name, 'capture.pcapng'), secrets === undefined ? [] : ['-k', fixturePath(name, 'secrets.keylog')]);
  });

  const frames = framesOfFixture(fixture('openssh-login').capture);
  test.each([
    ['classic pcap', pcap(frames)],
    ['classic pcap, nanoseconds, big endian', pcap(frames, { nanos: true, bigEndian: true })],
    ['pcapng, big endian, sections and interfaces', pcapng(frames, { bigEndian: true, sections: 3, resolutions: [9, 6], comment: 'first' })],
  ])('%s', async (_, bytes) => {
    const path = join(dir, 'in');
    writeFileSync(path, bytes);
    await check(path, []);
  });

  test('with the embedded key log Wireshark decrypts', async () => {
    // A method and a cipher that tshark 4.0 decrypts.
    const [path, target] = [fixturePath('cipher-aes128-gcm', 'capture.pcapng'), join(dir, 'keys.pcapng')];
    await sshark(['annotate', path, '-o', target, '-k', fixturePath('cipher-aes128-gcm', 'secrets.keylog'), '--embed-secrets']);
    const codes = (file: string) =>
      new Set(output('tshark', ['-n', '-r', file, '-d', 'tcp.port==22,ssh', '-T', 'fields', '-E', 'aggregator=,', '-e', 'ssh.message_code']).match(/\d+/g));
    expect(codes(path).has('50')).toBe(false);
    expect(codes(target).has('50')).toBe(true);
  });
});
