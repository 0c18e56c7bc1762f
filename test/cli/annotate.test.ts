/** The command `annotate`: all that was there is there, byte for byte, and beside it what sshark knows. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { PcapReader } from '../../src/capture/pcap.ts';
import { PcapngReader } from '../../src/capture/pcapng.ts';
import { readAll } from '../capture/read.ts';
import { framesOfFixture, pcap, pcapng } from '../support/capture-files.ts';
import { sshark } from '../support/cli.ts';
import { fixture, fixturePath, fixtures } from '../support/fixtures.ts';
import { HOSTILE } from '../support/hostile.ts';
import { unsafeIn } from '../support/outputs.ts';
import { concat } from '../support/packets.ts';
import { strip } from '../support/strip.ts';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'sshark-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

const capture = (name: string) => fixturePath(name, 'capture.pcapng');
const keysOf = (name: string) => (fixture(name).secrets === undefined ? [] : ['-k', fixturePath(name, 'secrets.keylog')]);
const bytesOf = (path: string) => new Uint8Array(readFileSync(path));

function file(name: string, content: string | Uint8Array): string {
  const path = join(dir, name);
  writeFileSync(path, content);
  return path;
}

/** Annotates the capture at `path`, with what it printed and the parts of the copy. */
async function annotated(path: string, options: readonly string[] = []) {
  const target = join(dir, 'out.pcapng');
  const { code, out, err } = await sshark(['annotate', path, '-o', target, ...options]);
  expect([code, err]).toEqual([0, '']);
  const copy = bytesOf(target);
  return { out, copy, ...strip(copy) };
}

/** All comments in one text, a line each. */
const textOf = (comments: ReadonlyMap<number, readonly string[]>) => [...comments.values()].flat().join('\n');

describe('what was there', () => {
  test.each(fixtures())('%s: without the comments it is the original, byte for byte', async (name) => {
    const original = fixture(name).capture;
    const { file: stripped, packets, comments, out } = await annotated(capture(name), ['--level', 'deep', ...keysOf(name)]);
    expect(Buffer.compare(stripped, original)).toBe(0);
    expect(packets).toBe(framesOfFixture(original).length);
    if (!out.startsWith('No SSH session')) expect(comments.size).toBeGreaterThan(2);
    expect(out).toContain(`: ${packets} frames, ${comments.size} of them with comments\n`);
    const lines = [...comments.values()].flat();
    expect(unsafeIn(lines.join(''))).toBeUndefined();
    expect(lines.filter((line) => line.length > 240 || line.includes('\n'))).toEqual([]);
  });

  const frames = framesOfFixture(fixture('openssh-login').capture);
  const log = fixture('openssh-login').secrets ?? '';

  test.each([
    ['little endian', pcapng(frames, {})],
    ['big endian, with a comment', pcapng(frames, { bigEndian: true, comment: 'first' })],
    ['three sections, three interfaces', pcapng(frames, { sections: 3, resolutions: [6, 9, 0x80 | 20] })],
  ])('pcapng, %s', async (_, original) => {
    const { copy, comments } = await annotated(file('in.pcapng', original));
    expect(strip(copy).file).toEqual(strip(original).file);
    const [was, now] = [original, copy].map((f) => readAll(new PcapngReader(), f));
    expect(now?.problems).toEqual([]);
    // Comments that were there stand before ours.
    const expected = was?.frames.map((f, i) => ({ ...f, comments: [...(f.comments ?? []), ...(comments.get(i + 1) ?? [])] }));
    expect(now?.frames.map((f) => ({ ...f, comments: f.comments ?? [] }))).toEqual(expected);
  });

  test.each([
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ])('classic pcap (big endian %s, nanoseconds %s): the same frames and times', async (bigEndian, nanos) => {
    const shifted = frames.map((f) => ({ ...f, nanos: f.nanos + (nanos ? 7 : 0) }));
    const original = pcap(shifted, { bigEndian, nanos });
    const { copy, comments } = await annotated(file('in.pcap', original));
    const now = readAll(new PcapngReader(), copy);
    expect(now.problems).toEqual([]);
    expect(now.frames.map(({ comments: _, ...f }) => f)).toEqual(readAll(new PcapReader(), original).frames);
    expect(textOf(comments)).toContain('SSH_MSG_KEXINIT');
    expect((await annotated(file('in.pcap.gz', gzipSync(original)))).copy).toEqual(copy);
  });

  test('simple packet blocks become enhanced ones where they get a comment, with the same bytes', async () => {
    const plain = pcapng(frames, {});
    const view = new DataView(plain.buffer);
    const blocks: Uint8Array[] = [];
    for (let at = 0; at < plain.length; at += view.getUint32(at + 4, true)) {
      const block = plain.slice(at, at + view.getUint32(at + 4, true));
      const end = new DataView(new ArrayBuffer(4));
      end.setUint32(0, block.length - 16, true);
      // Type 3, the length, the original length, the data, the length.
      const length = new Uint8Array(end.buffer);
      blocks.push(view.getUint32(at, true) !== 6 ? block : concat(Uint8Array.of(3, 0, 0, 0), length, block.subarray(24, block.length - 4), length));
    }
    const original = concat(...blocks);
    const { copy, comments } = await annotated(file('simple.pcapng', original));
    const [was, now] = [original, copy].map((f) => readAll(new PcapngReader(), f));
    expect([was?.problems, now?.problems]).toEqual([[], []]);
    expect(now?.frames.map(({ comments: _, ...f }) => f)).toEqual(was?.frames.map((f) => f));
    expect(textOf(comments)).toContain('SSH_MSG_KEXINIT');
  });

  test('secrets blocks stay; --embed-secrets adds one, which opens the copy, and the file is for its owner', async () => {
    const before = pcapng(frames, { secrets: log });
    expect((await annotated(file('keyed.pcapng', before))).secrets).toEqual([log]);
    const { copy, secrets, out } = await annotated(capture('openssh-login'), [...keysOf('openssh-login'), '--embed-secrets']);
    const kOf = (text: string | undefined) =>
      (text ?? '')
        .trimEnd()
        .split('\n')
        .map((line) => line.replace(/ (00)+/, ' '));
    expect(secrets.map(kOf)).toEqual([kOf(log)]);
    expect(out).toContain('with its key log: whoever has it can read everything\n');
    expect(statSync(join(dir, 'out.pcapng')).mode & 0o777).toBe(0o600);
    const opened = await sshark(['packets', file('embedded.pcapng', copy)]);
    expect(opened.out).toContain('exec "echo hello"');
  });

  test.each(HOSTILE.filter((h) => h.mb === undefined))('hostile: $name', async (hostile) => {
    const original = concat(...hostile.pieces());
    const target = join(dir, 'hostile.pcapng');
    const { code } = await sshark(['annotate', file('hostile', original), '-o', target, '--level', 'deep']);
    expect([0, 3]).toContain(code);
    if (code === 3) return;
    const reader = readAll(new PcapngReader(), bytesOf(target));
    const ours = reader.frames.flatMap((f) => (f.comments ?? []).filter((comment) => comment.startsWith('sshark: ')));
    expect(unsafeIn(ours.join(''))).toBeUndefined();
  });
});

describe('what is said', () => {
  const of = (comments: ReadonlyMap<number, readonly string[]>, frame: number) => (comments.get(frame) ?? []).join('\n');

  test('the session on its first frame, each message on the frame that completed it, with verdicts', async () => {
    const { comments } = await annotated(capture('openssh-login'), keysOf('openssh-login'));
    expect(of(comments, 1)).toMatch(/^sshark: Session 1: SSH-2, 31 packets, 41 frames/);
    for (const fact of [
      '127.0.0.1:60248',
      'sntrup761x25519-sha512',
      'SHA256:SDKi92RC0VS1GJNDjOmpgIi23N+iSHNPihh6fF6RZFo',
      'signature   valid',
      'logged in as "student"',
    ])
      expect(of(comments, 1)).toContain(fact);
    expect(of(comments, 1)).toMatch(/H of key exchange 1: [0-9a-f]{128} \(also the session identifier\)/);
    expect(of(comments, 4)).toContain('sshark: client to server: identification string "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10"');
    expect(of(comments, 4)).toContain('It goes into the exchange hash as V_C');
    expect(of(comments, 8)).toContain('sshark:   SSH_MSG_KEXINIT: packet 1 of session 1, sequence number 0, in clear');
    // What comes of a key exchange is known later than its messages come, and still stands with them, in their order.
    expect(of(comments, 8)).toContain('What comes out: sntrup761x25519-sha512, host key ssh-ed25519');
    expect(of(comments, 12)).toMatch(/SSH_MSG_KEX_ECDH_REPLY[\s\S]*signature of the exchange hash is right[\s\S]*SSH_MSG_NEWKEYS[\s\S]*SSH_MSG_EXT_INFO/);
    expect(of(comments, 12)).toContain('SSH_MSG_EXT_INFO: packet 6 of session 1, sequence number 0, decrypted, MAC valid');
    expect(of(comments, 23)).toContain('signature valid');
    expect(comments.has(2)).toBe(false);
  });

  test('without secrets: why it was not decrypted', async () => {
    const { comments } = await annotated(capture('openssh-login'));
    expect(of(comments, 1)).toContain('not decrypted: no secret for the cookie');
    expect(of(comments, 12)).toContain('signature of the exchange hash was not checked');
  });

  test('general truths are told once in a session, more of them at higher levels; fields only when deep', async () => {
    const level = async (name: string) => textOf((await annotated(capture('openssh-login'), [...keysOf('openssh-login'), '--level', name])).comments);
    const texts = [await level('brief'), await level('student'), await level('deep')];
    const times = (pattern: RegExp) => texts.map((text) => text.match(pattern)?.length ?? 0);
    expect(times(/Lists the algorithms that the sender knows/g)).toEqual([1, 1, 1]);
    expect(times(/Each side sends its lists without waiting/g)).toEqual([0, 1, 1]);
    expect(times(/cookie: 3edfcc3a/g)).toEqual([0, 0, 1]);
    expect(times(/Random bytes, so that neither side alone/g)).toEqual([0, 0, 1]);
    expect(times(/The user's signature is right/g)).toEqual([1, 1, 1]);
  });

  test('messages wait for the outcome of their key exchange only so long', async () => {
    const { comments, out } = await annotated(capture('openssh-login'), [...keysOf('openssh-login'), '--limit', 'commentsHeld=2']);
    expect(of(comments, 12)).toContain('The signature of the exchange hash was not checked');
    expect(of(comments, 11)).toContain('! limit, frame 11: 2 messages wait');
    expect(out).toContain('! limit, frame 11: 2 messages wait for the outcome of a key exchange, the limit commentsHeld: their comments do not tell it\n');
  });

  test('passwords only with --show-secrets', async () => {
    const name = fixtures().find((n) => fixture(n).manifest.exercises.includes('auth:password') && fixture(n).secrets !== undefined) ?? '';
    const hidden = textOf((await annotated(capture(name), [...keysOf(name), '--level', 'deep'])).comments);
    const password = /^sshark: +password: \((\d+) bytes; --show-secrets\)/m.exec(hidden);
    expect(password).not.toBeNull();
    const shown = textOf((await annotated(capture(name), [...keysOf(name), '--level', 'deep', '--show-secrets'])).comments);
    const [, value = ''] = /^sshark: +password: (\S+)/m.exec(shown) ?? [];
    expect(value).toHaveLength(Number(password?.[1]));
    expect(hidden).not.toContain(value);
    expect(statSync(join(dir, 'out.pcapng')).mode & 0o777).toBe(0o600);
  });

  test('a limit that is reached is said in the file and on the screen, once', async () => {
    const all = await annotated(capture('openssh-login'));
    const some = await annotated(capture('openssh-login'), ['--limit', 'commentText=3000']);
    expect(some.out.match(/limit, frame \d+: from frame \d+ on there are no comments on messages: they reach the limit commentText/g)).toHaveLength(1);
    expect(some.comments.size).toBeLessThan(all.comments.size);
    expect(textOf(some.comments)).toContain('! limit, frame');
    expect(some.file).toEqual(all.file);
    const one = await annotated(capture('openssh-login'), ['--limit', 'frameCommentText=300']);
    expect(one.out).toMatch(/! limit, frame 12: the comments of frame 12 do not tell all of its messages/);
    expect([...one.comments.keys()]).toEqual([...all.comments.keys()]);
  });

  test('-s chooses whose messages are told', async () => {
    const { comments } = await annotated(capture('openssh-login'), ['-s', '7']);
    expect(comments.size).toBe(0);
  });
});

describe('what is refused', () => {
  test('no name for the copy, the capture itself, a pipe, nothing to embed, no capture', async () => {
    const target = join(dir, 'never.pcapng');
    const same = file('same.pcapng', fixture('rekey').capture);
    const link = join(dir, 'link.pcapng');
    symlinkSync(same, link);
    expect(await sshark(['annotate', same])).toMatchObject({ code: 2, out: '', err: expect.stringContaining('-o FILE') });
    for (const to of [same, link]) expect(await sshark(['annotate', same, '-o', to])).toMatchObject({ code: 2, out: '' });
    expect(await sshark(['annotate', '-', '-o', target])).toMatchObject({ code: 2, out: '' });
    expect(await sshark(['annotate', same, '-o', target, '--embed-secrets'])).toMatchObject({ code: 3, err: expect.stringContaining('no key exchange of') });
    expect((await sshark(['annotate', file('text', 'no capture'), '-o', target])).code).toBe(3);
    expect((await sshark(['annotate', join(dir, 'absent'), '-o', target])).code).toBe(3);
    expect(existsSync(target)).toBe(false);
    expect(bytesOf(same)).toEqual(fixture('rekey').capture);
    expect(readdirSync(dir).filter((name) => name.includes('partial'))).toEqual([]);
  });
});
