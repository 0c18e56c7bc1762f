/** Runs commands as whole processes and measures time and peak memory. */
import { spawnSync } from 'node:child_process';
import { existsSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One run of a process. */
export interface Run {
  readonly seconds: number;
  /** Seconds of processor time of all its threads, which other programs disturb less; undefined where GNU time is not installed. */
  readonly processor: number | undefined;
  /** Peak resident memory in MB, as GNU time reports it; undefined where that is not installed. */
  readonly megabytes: number | undefined;
}

const TIME = '/usr/bin/time';
const nothing = openSync('/dev/null', 'w');

/** With this set Node parses certificates at each start, before it looks at the program: that time is the machine's, not ours. */
const { NODE_EXTRA_CA_CERTS, ...env } = process.env;
if (NODE_EXTRA_CA_CERTS !== undefined) console.log('NODE_EXTRA_CA_CERTS is not passed on: Node would read certificates at each start\n');

/** Runs `command` with its output thrown away. Throws when it fails: a benchmark of a failure is worth nothing. */
export function run(command: readonly string[]): Run {
  const timed = existsSync(TIME);
  const report = join(tmpdir(), `sshark-bench-${process.pid}`);
  const argv = timed ? [TIME, '-f', '%U %S %M', '-o', report, ...command] : [...command];
  const start = performance.now();
  const done = spawnSync(argv[0] as string, argv.slice(1), { env, stdio: ['ignore', nothing, 'pipe'] });
  const seconds = (performance.now() - start) / 1000;
  if (done.status !== 0) throw new Error(`${command.join(' ')} ended with ${done.status}: ${done.stderr?.toString().slice(-300)}`);
  if (!timed) return { seconds, processor: undefined, megabytes: undefined };
  const [user = 0, system = 0, kilobytes = 0] = (readFileSync(report, 'utf8').trim().split('\n').pop() ?? '').split(' ').map(Number);
  rmSync(report, { force: true });
  return { seconds, processor: user + system, megabytes: kilobytes / 1024 };
}

/** Whether a program can be started. */
export function installed(program: string): boolean {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] as number) : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

/** Medians of several runs of two commands in turn, after one warm-up of each. `before` each run of the second something may be tidied. */
export function alternate(
  ours: readonly string[],
  theirs: readonly string[] | undefined,
  runs: number,
  before?: () => void,
): { ours: Run; theirs: Run | undefined } {
  const results: { ours: Run[]; theirs: Run[] } = { ours: [], theirs: [] };
  for (let i = -1; i < runs; i++) {
    const first = run(ours);
    before?.();
    const second = theirs === undefined ? undefined : run(theirs);
    if (i < 0) continue;
    results.ours.push(first);
    if (second !== undefined) results.theirs.push(second);
  }
  return { ours: middle(results.ours), theirs: theirs === undefined ? undefined : middle(results.theirs) };
}

function middle(runs: readonly Run[]): Run {
  const known = (values: readonly (number | undefined)[]) => {
    const there = values.filter((v) => v !== undefined);
    return there.length === 0 ? undefined : median(there);
  };
  return { seconds: median(runs.map((r) => r.seconds)), processor: known(runs.map((r) => r.processor)), megabytes: known(runs.map((r) => r.megabytes)) };
}
