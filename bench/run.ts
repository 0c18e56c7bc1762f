/** The benchmarks, all in one command: `npm run bench [-- NAME …] [--runs N] [--large]`. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { againstBare } from './bulk.ts';
import { Captures } from './generate.ts';
import { alternate, installed, type Run, run } from './measure.ts';
import { CHACHA, CTR, CTR_ETM, GCM, type Suite } from './sealed.ts';
import { renderers, stages } from './stages.ts';

/** The checkout: this file runs from its compiled place, dist-dev/bench. */
const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const sshark = ['node', join(root, 'dist/cli/main.cjs')];

interface Benchmark {
  readonly name: string;
  readonly about: string;
  readonly large?: true;
  run(runs: number, captures: Captures): string[] | Promise<string[]>;
}

const tshark = installed('tshark');

/** The options that give tshark 4.0 a key log. */
const withKeys = (keylog: string) => ['-o', `ssh.keylog_file:${keylog}`];

/** Each suite's bulk transfer against the bare primitives. */
async function bulk(captures: Captures, mss: number, runs: number): Promise<string[]> {
  const rows: string[] = [];
  for (const suite of [CTR_ETM, GCM, CHACHA]) {
    const r = await againstBare(captures.download(suite, 64, mss), suite, runs);
    const rate = (seconds: number) => `${(r.megabytes / seconds).toFixed(0)} MB/s`;
    const share = (seconds: number) => `${((100 * r.bare) / seconds).toFixed(0)} %`;
    rows.push(
      `  ${suite.name}: bare ${rate(r.bare)}; summed up ${rate(r.summed)}: ${share(r.summed)}; every packet taken ${rate(r.packets)}: ${share(r.packets)}`,
    );
  }
  return rows;
}

/** Small messages under `suite`, opened by both. */
function small(captures: Captures, suite: Suite, runs: number): string[] {
  const { capture, keylog } = captures.small(suite, 144_000);
  const theirs = ['-n', '-Y', 'ssh', ...withKeys(keylog)];
  // What tshark does not open it calls an encrypted packet.
  const opened = tshark ? openedByTshark(capture, keylog) : 0;
  return [
    `  ${suite.name}${tshark ? `: tshark opens ${opened} of the channel data messages` : ''}`,
    ...versus(capture, ['summary', '-k', keylog], theirs, runs),
  ];
}

function openedByTshark(capture: string, keylog: string): number {
  const options = { encoding: 'utf8', maxBuffer: 1 << 30 } as const;
  const { stdout } = spawnSync(
    'tshark',
    ['-n', '-Y', 'ssh.message_code == 94', '-T', 'fields', '-e', 'ssh.message_code', ...withKeys(keylog), '-r', capture],
    options,
  );
  return stdout.split('\n').reduce((n, line) => n + line.split(',').filter((code) => code === '94').length, 0);
}

/** Ours and tshark's on the same file, in turn. */
function versus(file: string, ours: readonly string[], theirs: readonly string[], runs: number): string[] {
  const size = statSync(file).size / 1e6;
  const r = alternate([...sshark, ...ours, file], tshark ? ['tshark', ...theirs, '-r', file] : undefined, runs);
  const rows = [`  sshark ${ours.join(' ')}: ${words(r.ours)}, ${(size / r.ours.seconds).toFixed(0)} MB/s`];
  if (r.theirs === undefined) rows.push('  tshark is not installed: no ratio');
  else {
    const spent = r.theirs.processor === undefined ? '' : ` (by processor time ${(r.theirs.processor / (r.ours.processor ?? 0)).toFixed(1)})`;
    rows.push(
      `  tshark ${theirs.join(' ')}: ${words(r.theirs)}`,
      `  ratio: ${(r.theirs.seconds / r.ours.seconds).toFixed(1)} times the speed of tshark${spent}`,
    );
  }
  return rows;
}

/** One job and two on the same file, in turn. */
function twice(file: string, args: readonly string[], what: string, runs: number): string {
  const { ours: one, theirs: two } = alternate([...sshark, ...args, '--jobs', '1', file], [...sshark, ...args, '--jobs', '2', file], runs);
  if (two === undefined) throw new Error('two jobs were not measured');
  return `  ${what}: ${words(one)} and ${words(two)}: ${(one.seconds / two.seconds).toFixed(2)} times`;
}

/** Files written, against the same capture summed up, in turn. */
function extraction(captures: Captures, megabytes: number, runs: number): string {
  const { capture, keylog } = captures.download(GCM, megabytes, 65_000);
  const folder = mkdtempSync(join(tmpdir(), 'sshark-bench-'));
  try {
    // Each time to a new folder: what the system takes to delete the gigabyte of the last run is not ours.
    const out = join(folder, 'out');
    const { ours: summary, theirs: extract } = alternate(
      [...sshark, 'summary', '--jobs', '1', '-k', keylog, capture],
      [...sshark, 'extract', '-o', out, '-k', keylog, capture],
      runs,
      () => rmSync(out, { recursive: true, force: true }),
    );
    if (extract === undefined) throw new Error('the extraction was not measured');
    const copied = performance.now();
    copyFileSync(capture, join(folder, 'plain'));
    const copy = ((performance.now() - copied) / 1000).toFixed(2);
    return `  ${megabytes} MB (a plain copy of the capture there takes ${copy} s): summary ${words(summary)}; extract ${words(extract)}: ${(extract.seconds / summary.seconds).toFixed(2)} times as long`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function words(r: Run): string {
  return `${r.seconds.toFixed(2)} s${r.processor === undefined ? '' : ` (${r.processor.toFixed(2)} s of processor time)`}${r.megabytes === undefined ? '' : `, ${r.megabytes.toFixed(0)} MB`}`;
}

const BENCHMARKS: readonly Benchmark[] = [
  {
    name: 'mixed',
    about: '100 MB of mixed TCP traffic with 2 % SSH handshakes (pcapng)',
    run: (runs, c) => versus(c.mixed(100), ['summary'], ['-n', '-Y', 'ssh'], runs),
  },
  {
    name: 'mixed-pcap',
    about: 'the same as classic pcap',
    run: (runs, c) => versus(c.mixed(100, 'pcap'), ['summary'], ['-n', '-Y', 'ssh'], runs),
  },
  {
    name: 'handshakes',
    about: '20,000 short handshakes, summed up',
    run: (runs, c) => versus(c.handshakes(20_000), ['summary'], ['-n', '-Y', 'ssh'], runs),
  },
  {
    name: 'handshakes-open',
    about: 'the same without an end of any connection, so that all sessions stay open',
    run: (runs, c) => versus(c.handshakes(20_000, false), ['summary'], ['-n', '-Y', 'ssh'], runs),
  },
  {
    name: 'handshakes-ndjson',
    about: '20,000 short handshakes, every message whole in JSON (tshark: its JSON of the ssh layer)',
    run: (runs, c) => versus(c.handshakes(20_000), ['packets', '-T', 'ndjson'], ['-n', '-Y', 'ssh', '-T', 'ek', '-J', 'ssh'], Math.min(runs, 3)),
  },
  {
    name: 'start',
    about: 'start to finish on a capture of about 10 KB',
    run: (runs) => versus(join(root, 'fixtures/captures/openssh-login/capture.pcapng'), ['summary'], ['-n', '-Y', 'ssh'], Math.max(runs, 9)),
  },
  {
    name: 'scan',
    about: '200,000 half-open connections to port 22',
    run: (runs, c) => versus(c.scan(200_000), ['summary'], ['-n', '-Y', 'ssh'], runs),
  },
  {
    name: 'small-gcm',
    about: '144,000 small channel messages, with the key log',
    run: (runs, c) => small(c, GCM, runs),
  },
  {
    name: 'small-others',
    about: 'the same under other suites',
    run: (runs, c) => [CTR, CHACHA, CTR_ETM].flatMap((suite) => small(c, suite, Math.min(runs, 3))),
  },
  {
    name: 'bulk',
    about: 'an SFTP download of 64 MB in segments of a loopback capture, in one process',
    run: (runs, c) => bulk(c, 65_000, runs),
  },
  {
    name: 'bulk-ethernet',
    about: 'the same in segments of 1,448 bytes',
    run: (runs, c) => bulk(c, 1448, runs),
  },
  {
    name: 'stages',
    about: 'each stage alone, in one process: what it adds to those before it',
    run: async (runs, c) => {
      const of = async (what: string, path: string) => [`  ${what}`, ...(await stages(path, runs)).map((line) => `  ${line}`)];
      return [
        ...(await of('100 MB of mixed traffic, pcapng', c.mixed(100))),
        ...(await of('the same, classic pcap', c.mixed(100, 'pcap'))),
        ...(await of('5,000 handshakes, pcapng', c.handshakes(5000))),
        '  renderers, on the same handshakes',
        ...(await renderers(c.handshakes(1000), runs)).map((line) => `  ${line}`),
        ...(await bulk(c, 65_000, Math.min(runs, 3))),
      ];
    },
  },
  {
    name: 'jobs',
    about: '16 SFTP downloads of 64 MB at one time, with one thread and with two',
    large: true,
    run: (runs, c) =>
      [CTR_ETM, GCM, CHACHA].map((suite) => {
        const { capture, keylog } = c.downloads(suite, 16, 64, 65_000);
        return twice(capture, ['summary', '-k', keylog], suite.name, runs);
      }),
  },
  {
    name: 'jobs-handshakes',
    about: '20,000 short handshakes with one thread and with two',
    run: (runs, c) => [
      twice(c.handshakes(20_000), ['summary'], 'summary', runs),
      twice(c.handshakes(20_000), ['packets', '-T', 'ndjson'], 'packets -T ndjson', Math.min(runs, 3)),
    ],
  },
  {
    name: 'extract',
    about: 'a file of an SFTP download written to disk and hashed, against the same capture summed up',
    large: true,
    run: (runs, c) => [extraction(c, 64, runs), extraction(c, 1000, runs)],
  },
  {
    name: 'memory-transfer',
    about: 'peak memory on a transfer of 1 GB against one of 64 MB',
    large: true,
    run: (_runs, c) => {
      const [small, big] = [c.download(GCM, 64, 65_000), c.download(GCM, 1000, 65_000)].map((o) => run([...sshark, 'summary', '-k', o.keylog, o.capture])) as [
        Run,
        Run,
      ];
      return [`  64 MB: ${words(small)}`, `  1 GB: ${words(big)}`];
    },
  },
  {
    name: 'memory',
    about: 'peak memory on 1 GB against 100 MB, and time',
    large: true,
    run: (_runs, c) => {
      const [small, big] = [run([...sshark, 'summary', c.mixed(100)]), run([...sshark, 'summary', c.mixed(1000)])];
      const memory =
        small.megabytes === undefined || big.megabytes === undefined
          ? 'not measured: /usr/bin/time is not installed'
          : `${(big.megabytes / small.megabytes).toFixed(2)}`;
      return [`  100 MB: ${words(small)}`, `  1 GB: ${words(big)}`, `  memory ratio ${memory}, time ratio ${(big.seconds / small.seconds).toFixed(1)}`];
    },
  },
];

const args = process.argv.slice(2);
const runsAt = args.indexOf('--runs');
const runs = runsAt >= 0 ? Number(args[runsAt + 1]) : 5;
const names = args.filter((a, i) => !a.startsWith('--') && (runsAt < 0 || i !== runsAt + 1));
const captures = await Captures.at(root);
console.log(`${cpus().length} cores, ${cpus()[0]?.model ?? 'unknown'}; node ${process.version}; medians of ${runs} runs in turn after one warm-up`);
for (const b of BENCHMARKS) {
  if (names.length > 0 ? !names.includes(b.name) : b.large === true && !args.includes('--large')) continue;
  console.log(`${b.name}: ${b.about}`);
  for (const line of await b.run(runs, captures)) console.log(line);
}
