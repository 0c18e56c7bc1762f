/** The benchmarks, all in one command: `npm run bench [-- NAME …] [--runs N] [--large]`. */
import { statSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Captures } from './generate.ts';
import { alternate, installed, type Run, run } from './measure.ts';

/** The checkout: this file runs from its compiled place, dist-dev/bench. */
const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const sshark = ['node', join(root, 'dist/cli/main.js')];

interface Benchmark {
  readonly name: string;
  readonly about: string;
  readonly large?: true;
  run(runs: number, captures: Captures): string[];
}

const tshark = installed('tshark');

/** Ours and tshark's on the same file, in turn. */
function versus(file: string, ours: readonly string[], theirs: readonly string[], runs: number): string[] {
  const size = statSync(file).size / 1e6;
  const r = alternate([...sshark, ...ours, file], tshark ? ['tshark', ...theirs, '-r', file] : undefined, runs);
  const rows = [`  sshark ${ours.join(' ')}: ${words(r.ours)}, ${(size / r.ours.seconds).toFixed(0)} MB/s`];
  if (r.theirs === undefined) rows.push('  tshark is not installed: no ratio');
  else rows.push(`  tshark ${theirs.join(' ')}: ${words(r.theirs)}`, `  ratio: ${(r.theirs.seconds / r.ours.seconds).toFixed(1)} times the speed of tshark`);
  return rows;
}

function words(r: Run): string {
  return `${r.seconds.toFixed(2)} s${r.megabytes === undefined ? '' : `, ${r.megabytes.toFixed(0)} MB`}`;
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
const names = args.filter((a, i) => !a.startsWith('--') && i !== runsAt + 1);
const captures = await Captures.at(root);
console.log(`${cpus().length} cores, ${cpus()[0]?.model ?? 'unknown'}; node ${process.version}; medians of ${runs} runs in turn after one warm-up`);
for (const b of BENCHMARKS) {
  if (names.length > 0 ? !names.includes(b.name) : b.large === true && !args.includes('--large')) continue;
  console.log(`${b.name}: ${b.about}`);
  for (const line of b.run(runs, captures)) console.log(line);
}
