import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSource, readPieces, UnreadableError } from '../../src/capture/file.ts';
import { PCAP } from './samples.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sshark-file-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function whole(path: string): Promise<Buffer> {
  const out: Buffer[] = [];
  for await (const piece of readPieces(path)) out.push(Buffer.from(piece));
  return Buffer.concat(out);
}

test.each([0, 1, 566, 1024 * 1024, 2.5 * 1024 * 1024])('a file of %d bytes comes whole and in order', async (size) => {
  const path = join(folder, `file-${size}`);
  const content = Buffer.from(Uint8Array.from({ length: size }, (_, i) => (i * 31 + (i >> 12)) & 255));
  writeFileSync(path, content);
  expect((await openSource(path)).size).toBe(size);
  expect((await whole(path)).equals(content)).toBe(true);
});

test('a consumer may stop early', async () => {
  const path = join(folder, 'early');
  writeFileSync(path, new Uint8Array(3 * 1024 * 1024));
  for await (const piece of readPieces(path)) {
    expect(piece.length).toBe(1024 * 1024);
    break;
  }
});

test('what cannot be read is said, with its name', async () => {
  const refused = async (path: string) => whole(path).catch((e: unknown) => e);
  const directory = join(folder, 'directory');
  mkdirSync(directory);
  expect(await refused(directory)).toEqual(new UnreadableError(`${directory}: it is a directory, not a capture file`));
  const absent = join(folder, 'absent');
  expect(await refused(absent)).toEqual(new UnreadableError(`${absent}: no such file`));
  const secret = join(folder, 'secret');
  writeFileSync(secret, PCAP);
  chmodSync(secret, 0);
  // Root may read anything.
  const expected = process.getuid?.() === 0 ? Buffer.from(PCAP) : new UnreadableError(`${secret}: no permission to read it`);
  expect(await refused(secret)).toEqual(expected);
});

test('a named pipe gives its data as it comes', async () => {
  const path = join(folder, 'pipe');
  execFileSync('mkfifo', [path]);
  const writer = spawn('sh', ['-c', `exec >'${path}'; printf one; sleep 0.3; printf two`]);
  const { size, pieces } = await openSource(path);
  const seen: string[] = [];
  for await (const piece of pieces) seen.push(Buffer.from(piece).toString());
  expect(size).toBeUndefined();
  expect(seen).toEqual(['one', 'two']);
  writer.kill();
});
