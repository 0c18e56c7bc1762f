/** Whole command lines over a capture: what they print and write is looked at as a terminal, a program and a disk would. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { inMemory, PcapngWriter } from '../../src/index.ts';
import { sshark } from '../support/cli.ts';
import { msSince } from '../support/clock.ts';
import { resultsOf, unsafeIn } from '../support/outputs.ts';
import type { Checked } from './check.ts';
import { pick, type Random } from './mutate.ts';

/** A single command that computes for longer, for a capture of less than a megabyte. */
const SLOW_MS = 3000;

type Make = (random: Random) => string[];
const maybe = (random: Random, ...args: string[]) => (random() < 0.3 ? args : []);

/** Each command with some of its options. */
const LINES: readonly Make[] = [
  (r) => ['summary', '-T', pick(['text', 'json', 'ndjson'], r)],
  (r) => ['packets', '-T', pick(['table', 'tree', 'json', 'ndjson'], r), ...maybe(r, '-x'), ...maybe(r, '-VV'), ...maybe(r, '--time', 'absolute')],
  (r) => ['packets', '-T', 'fields', '-e', 'frame.number', '-e', pick(['ssh.payload', 'ssh.protocol', 'sshark.summary', 'ip.src'], r), '-E', 'header=y'],
  (r) => ['explain', '-T', pick(['text', 'markdown', 'json', 'mermaid'], r), '--level', pick(['brief', 'student', 'deep'], r)],
  (r) => ['kex', '-T', pick(['text', 'json'], r), ...maybe(r, '--tamper', pick(['V_C', 'I_S:17', 'K', 'K_S:3', 'Q_C', 'e', 'f:9999'], r)), ...maybe(r, '-V')],
  (r) => ['follow', ...pick([[], ['--hex'], ['--input'], ['--cast'], ['--raw', '--side', 'client'], ['--cast', '--input', '-s', '1', '--channel', '0']], r)],
  (r) => ['extract', '-T', pick(['table', 'json', 'ndjson'], r), '-o', 'out/files'],
  (r) => ['annotate', '-o', 'out/told.pcapng', '--level', pick(['brief', 'student', 'deep'], r), ...maybe(r, '--embed-secrets')],
  (r) => ['report', '-o', 'out/report.html', ...maybe(r, '--max-packets', '10')],
  (r) => ['secrets', '-T', pick(['table', 'json'], r), ...maybe(r, '--embed', 'out/with.pcapng')],
  (r) => ['secrets', '--export', pick(['keys', 'keylog'], r), ...maybe(r, '--strict')],
];

const COMMON: readonly Make[] = [
  () => ['--show-secrets'],
  () => ['--strict'],
  () => ['-s', '1'],
  () => ['--max-bytes', '7'],
  (r) => ['--limit', `${pick(['problems', 'channels', 'waitBytes', 'reorderBytes', 'sftpHandles', 'channelOperations', 'storyPackets', 'detectBytes'], r)}=1`],
];

/** A command line without the capture; paths under `out` are below the folder that it runs for. */
export function commandLine(random: Random): string[] {
  const line = pick(LINES, random)(random);
  return random() < 0.3 ? [...line, ...pick(COMMON, random)(random)] : line;
}

/** Runs `line` over `capture`; throws when something is printed or written that may not be. */
export async function checkCommand(line: readonly string[], capture: Uint8Array, secrets: Uint8Array | undefined): Promise<Checked> {
  const folder = mkdtempSync(join(tmpdir(), 'sshark-fuzz-'));
  try {
    writeFileSync(join(folder, 'in'), capture);
    if (secrets !== undefined) writeFileSync(join(folder, 'keys'), secrets);
    const args = line.map((word) => (word.startsWith('out/') ? join(folder, word.slice(4)) : word));
    const start = process.cpuUsage();
    const ran = await sshark([...args, ...(secrets === undefined ? [] : ['-k', join(folder, 'keys')]), '--', join(folder, 'in')]);
    const took = msSince(start);
    if (took > SLOW_MS && capture.length < 1e6) throw new Error(`took ${Math.round(took)} ms`);
    if (![0, 1, 2, 3].includes(ran.code)) throw new Error(`exit code ${ran.code}`);
    checkPrinted(line, ran.out.replaceAll(folder, ''), ran.err.replaceAll(folder, ''), ran.code);
    await checkWritten(line, folder, ran.code);
    return { packets: ran.out.length, opened: 0 };
  } catch (error) {
    if (error instanceof Error) error.message = `sshark ${line.join(' ')}: ${error.message}`;
    throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function checkPrinted(line: readonly string[], out: string, err: string, code: number): void {
  const unsafe = unsafeIn(err) ?? (line.includes('--raw') ? undefined : unsafeIn(out));
  if (unsafe !== undefined) throw new Error(`a control character is printed: ${unsafe}`);
  if (code > 1) return;
  if (line.includes('json') && out !== '') JSON.parse(out);
  if (line.includes('ndjson') || line.includes('--cast') || line.includes('keys'))
    for (const one of out.split('\n')) if (one !== '' && !one.startsWith('#')) JSON.parse(one);
}

/** What stands in `folder` beside the input, and whether it is what it should be. */
async function checkWritten(line: readonly string[], folder: string, code: number): Promise<void> {
  const top = readdirSync(folder).filter((name) => name !== 'in' && name !== 'keys');
  const target = line.find((word) => word.startsWith('out/'))?.slice(4);
  const other = top.find((name) => name !== target);
  if (other !== undefined) throw new Error(`something else was written: ${JSON.stringify(other)}`);
  if (target === undefined || top.length === 0) return;
  if (target === 'files') checkFiles(join(folder, target));
  if (target.endsWith('.pcapng')) await checkCopy(new Uint8Array(readFileSync(join(folder, target))), code);
  if (target.endsWith('.html')) checkPage(readFileSync(join(folder, target), 'utf8'));
}

function checkFiles(folder: string): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = relative(folder, join(entry.parentPath, entry.name));
    if (!entry.isFile() && !entry.isDirectory()) throw new Error(`${path} is neither a file nor a folder`);
    if (unsafeIn(path) !== undefined || path.startsWith('..')) throw new Error(`a name that may do harm: ${JSON.stringify(path)}`);
    if (entry.name.includes('.partial-')) throw new Error(`${path} was left behind`);
  }
  JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
}

/** A copy must be a capture that reads without a complaint that the original did not call for, and give itself when it is copied again. */
async function checkCopy(copy: Uint8Array, code: number): Promise<void> {
  if (code > 1) throw new Error('a copy was written, and the exit code says it was not');
  const found = await resultsOf(copy);
  const capture = found.find((one) => one.kind === 'capture');
  if (capture?.kind !== 'capture' || capture.capture.format !== 'pcapng') throw new Error('the copy is no pcapng file');
  let at = 0;
  const writer = new PcapngWriter({});
  const same = (bytes: Uint8Array) => {
    for (const b of bytes) if (copy[at++] !== b) throw new Error(`copied again, the copy differs at ${at - 1}`);
  };
  for (const piece of inMemory(copy)) for (const bytes of writer.push(piece)) same(bytes);
  for (const bytes of writer.finish()) same(bytes);
}

/** No element of a page comes from a capture: there are as many as there always are. */
function checkPage(page: string): void {
  const unsafe = unsafeIn(page.replace(/<script>.*<\/script>/s, ''));
  if (unsafe !== undefined) throw new Error(`a control character in the page: ${unsafe}`);
  const tags = [...page.matchAll(/<(script|\/script)\b/g)].length;
  if (tags % 2 !== 0 || tags > 8) throw new Error(`${tags} script tags in the page`);
}
