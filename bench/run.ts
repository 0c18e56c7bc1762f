/** The benchmarks, all in one command: `npm run bench [-- NAME …] [--runs N] [--large]`. */
import { statSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { againstRaw, RAW } from './bulk.ts';
import { Captures } from './generate.ts';
import { alternate, installed, type Run, run } from './measure.ts';
import { SUITES, type Suite } from './sealed.ts';

/** The checkout: this file runs from its compiled place, dist-dev/bench. */
const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const sshark = ['node', join(root, 'dist/cli/main.js')];

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
  for (const suite of SUITES) {
    const raw = RAW[suite.name];
    if (raw === undefined) throw new Error(`no bare form of ${suite.name}`);
    const r = await againstRaw(await captures.download(suite, 64, mss), raw, runs);
    const share = ((100 * r.bare) / r.ours).toFixed(0);
    rows.push(`  ${suite.name}: ${(r.megabytes / r.ours).toFixed(0)} MB/s, bare ${(r.megabytes / r.bare).toFixed(0)} MB/s: ${share} % of the bare primitives`);
  }
  return rows;
}

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
    name: 'small-gcm',
    about: '144,000 small channel messages under aes256-gcm, with the key log',
    run: async (runs, c) => {
      const { capture, keylog } = await c.small(SUITES[1] as Suite, 144_000);
      return versus(capture, ['summary', '-k', keylog], ['-n', '-Y', 'ssh', ...withKeys(keylog)], runs);
    },
  },
  {
    name: 'small-others',
    about: '144,000 small channel messages under the two other suites, with the key log (tshark opens neither here)',
    run: async (runs, c) => {
      const rows: string[] = [];
      for (const suite of [SUITES[0], SUITES[2]] as Suite[]) {
        const { capture, keylog } = await c.small(suite, 144_000);
        rows.push(`  ${suite.name}`, ...versus(capture, ['summary', '-k', keylog], ['-n', '-Y', 'ssh', ...withKeys(keylog)], Math.min(runs, 3)));
      }
      return rows;
    },
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
    name: 'memory-transfer',
    about: 'peak memory on a transfer of 1 GB against one of 64 MB',
    large: true,
    run: async (_runs, c) => {
      const suite = SUITES[1] as Suite;
      const [small, big] = [await c.download(suite, 64, 65_000), await c.download(suite, 1000, 65_000)].map((o) =>
        run([...sshark, 'summary', '-k', o.keylog, o.capture]),
      ) as [Run, Run];
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
const names = args.filter((a, i) => !a.startsWith('--') && i !== runsAt + 1);
const captures = await Captures.at(root);
console.log(`${cpus().length} cores, ${cpus()[0]?.model ?? 'unknown'}; node ${process.version}; medians of ${runs} runs in turn after one warm-up`);
for (const b of BENCHMARKS) {
  if (names.length > 0 ? !names.includes(b.name) : b.large === true && !args.includes('--large')) continue;
  console.log(`${b.name}: ${b.about}`);
  for (const line of await b.run(runs, captures)) console.log(line);
}
