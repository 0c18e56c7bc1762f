/** Files written by a thread of its own, once it is there. */
import { createHash } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Folder } from '../../cli/folder.ts';
import { BUFFER, Writer } from '../../cli/writer.ts';
import { OpenFiles, type WrittenFile } from '../../cli/written.ts';
import { writerProgram } from '../support/writer-thread.ts';

const MIB = 1024 * 1024;
const sumOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
/** `length` bytes that do not repeat, others for each `seed`. */
const content = (length: number, seed = 1) => Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 9) * seed + seed) & 255);

let dir = '';
let program: URL;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'sshark-'));
  program = await writerProgram(join(dir, 'program'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Waits until the thread takes jobs. */
async function started(ready: () => boolean): Promise<void> {
  for (let tries = 0; tries < 2000 && !ready(); tries++) await setTimeout(5);
  expect(ready()).toBe(true);
}

/** Files below a new folder, whose thread is there. */
async function files(): Promise<{ open: OpenFiles; pathOf: (file: string) => string }> {
  const folder = mkdtempSync(join(dir, 'out-'));
  const open = new OpenFiles(new Folder(folder, false), program, true);
  await started(() => open.writer !== undefined);
  return { open, pathOf: (file) => join(folder, file) };
}

/** Writes `bytes` in pieces of 50,000, in the order of `order`. */
function write(file: WrittenFile, bytes: Uint8Array, order: (n: number[]) => number[] = (n) => n): void {
  const numbers = Array.from({ length: Math.ceil(bytes.length / 50_000) }, (_, i) => i);
  for (const n of order(numbers)) file.write(n * 50_000, bytes.subarray(n * 50_000, (n + 1) * 50_000));
}

test('in order: more than all buffers hold, and a last piece that fills none', async () => {
  const { open, pathOf } = await files();
  const bytes = content(40 * MIB + 12_345);
  const file = open.create(['large']);
  write(file, bytes);
  expect(file.finish([])).toEqual({ file: 'large', sha256: sumOf(bytes) });
  expect(sumOf(readFileSync(pathOf('large')))).toBe(sumOf(bytes));
  await open.close();
});

test('pieces in another order are hashed when all are there; holes are empty, and such a file has no sum', async () => {
  const { open, pathOf } = await files();
  const bytes = content(3 * MIB + 1);
  const [backwards, late, holed] = ['backwards', 'late', 'holed'].map((name) => open.create([name])) as [WrittenFile, WrittenFile, WrittenFile];
  write(backwards, bytes, (n) => n.reverse());
  write(late, bytes, (n) => [...n.slice(0, -2), n.at(-1) as number, n.at(-2) as number]);
  write(holed, bytes);
  expect(backwards.finish([])).toEqual({ file: 'backwards', sha256: sumOf(bytes) });
  expect(late.finish([])).toEqual({ file: 'late', sha256: sumOf(bytes) });
  expect(holed.finish([{ start: 100, end: 2 * MIB }])).toEqual({ file: 'holed', sha256: undefined });
  for (const name of ['backwards', 'late']) expect(sumOf(readFileSync(pathOf(name)))).toBe(sumOf(bytes));
  expect(sumOf(readFileSync(pathOf('holed')))).toBe(sumOf(bytes.slice().fill(0, 100, 2 * MIB)));
  await open.close();
});

test('many in turns: those that wait closed go on where they were', async () => {
  const { open, pathOf } = await files();
  const all = Array.from({ length: 70 }, (_, i) => ({ file: open.create([`f${i}`]), bytes: content(MIB + 100_000 + i, i) }));
  const turns = Math.ceil((MIB + 200_000) / 100_000);
  for (let turn = 0; turn < turns; turn++) for (const { file, bytes } of all) file.write(turn * 100_000, bytes.subarray(turn * 100_000, (turn + 1) * 100_000));
  for (const { file, bytes } of all) {
    const done = file.finish([]);
    expect(done.sha256).toBe(sumOf(bytes));
    expect(sumOf(readFileSync(pathOf(done.file)))).toBe(done.sha256);
  }
  await open.close();
});

test('the file that was written last waits closed, too, when many others are opened before it goes on', async () => {
  const { open, pathOf } = await files();
  const first = open.create(['first']);
  first.write(0, content(100));
  const others = Array.from({ length: 70 }, (_, i) => open.create([`f${i}`]));
  first.write(100, content(100));
  expect(first.finish([]).file).toBe('first');
  expect([...readFileSync(pathOf('first'))]).toEqual([...content(100), ...content(100)]);
  for (const file of others) file.remove();
  await open.close();
});

test('what could not be written is said at the next piece or at the end', async () => {
  const writer = Writer.start(program) as Writer;
  await started(() => writer.ready);
  const fd = openSync(join(dir, 'for-reading'), 'w');
  closeSync(fd);
  const readOnly = openSync(join(dir, 'for-reading'), 'r');
  writer.begin(1, readOnly, 0);
  expect(() => {
    for (let n = 0; n < 100; n++) writer.write(1, readOnly, n * BUFFER, content(BUFFER));
  }).toThrow(/EBADF|EPERM/);
  expect(() => writer.finish(1, true)).toThrow(/EBADF|EPERM/);
  await writer.close();
  closeSync(readOnly);
});
