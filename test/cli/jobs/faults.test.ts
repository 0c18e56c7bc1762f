/** What goes wrong in a worker is told, and ends the run. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { World } from '../../../cli/command.ts';
import { sshark } from '../../support/cli.ts';
import { fixtures } from '../../support/fixtures.ts';
import { shuffled } from '../../support/shuffle.ts';
import { bundledWorker } from '../../support/worker.ts';

const dir = mkdtempSync(join(tmpdir(), 'sshark-jobs-'));
const capture = join(dir, 'many.pcapng');
const worker = bundledWorker();

beforeAll(() => {
  writeFileSync(capture, shuffled(fixtures().slice(0, 12), 1).capture);
  writeFileSync(join(dir, 'package.json'), '{ "type": "module" }');
});
afterAll(() => {
  worker.remove();
  rmSync(dir, { recursive: true });
});

function run(program: URL, world: Partial<World> = {}, more: readonly string[] = []) {
  const args = ['packets', '-T', 'ndjson', capture, '--jobs', '2', '--limit', 'lateSecretsBytes=0', ...more];
  return sshark(args, { program, threads: { pays: () => true }, ...world });
}

/** A run with a worker that does what `code` says. */
function runWith(code: string, more: readonly string[] = []) {
  writeFileSync(join(dir, 'session-worker.js'), `import { parentPort } from 'node:worker_threads';\n${code}`);
  return run(pathToFileURL(`${dir}/`), {}, more);
}

test.each([
  ['throws', "throw new Error('boom');", /boom/],
  ['tells of a bug', "parentPort.postMessage({ kind: 'bug', message: 'Error: boom', stack: 'Error: boom at x' });", /boom/],
  ['ends too early', '', /ended before its work/],
])('one that %s: an error of ours', async (_, code, words) => {
  const target = join(dir, 'out.ndjson');
  await expect(runWith(code, ['-o', target])).rejects.toThrow(words);
  expect(readdirSync(dir).filter((name) => name.startsWith('out'))).toEqual([]);
});

test('one that cannot be started', async () => {
  await expect(run(pathToFileURL(join(dir, 'missing/')))).rejects.toThrow('missing');
});

test('one that cannot read', async () => {
  const r = await runWith("parentPort.postMessage({ kind: 'unreadable', message: 'x.pcap: gone' });");
  expect(r).toMatchObject({ code: 3, err: 'sshark: x.pcap: gone\n' });
});

test('one that read something else', async () => {
  const r = await runWith("parentPort.postMessage({ kind: 'done', ticks: 1, bytes: 2, failed: false });");
  expect(r).toMatchObject({ code: 3, err: `sshark: ${capture} was changed while it was read\n` });
});

test('a reader of the output who goes away ends it quietly, also when the worker waits', async () => {
  let written = 0;
  const write = (bytes: Uint8Array) => {
    written += bytes.length;
    if (written > 50_000) throw Object.assign(new Error('broken pipe'), { code: 'EPIPE' });
  };
  expect(await run(worker.program, { write, threads: { pays: () => true, ahead: 2000 } })).toMatchObject({ code: 0, err: '' });
  expect(written).toBeGreaterThan(50_000);
});
