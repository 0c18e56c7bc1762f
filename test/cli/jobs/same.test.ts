/** Several threads print what one prints, byte for byte. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Threads } from '../../../cli/command.ts';
import { type Ran, sshark } from '../../support/cli.ts';
import { fixtures } from '../../support/fixtures.ts';
import { shuffled } from '../../support/shuffle.ts';
import { bundledWorker } from '../../support/worker.ts';

/** Milliseconds that a test may take on a busy machine. */
const PATIENCE = 120_000;

/** A session inside another one, in clear or compressed; where there is one, one thread prints all. */
const NESTED = 'connection-nested';
/** Calls whose sessions are printed apart from each other. */
const CALLS = [
  ['summary'],
  ['summary', '-T', 'json'],
  ['summary', '-s', '3,9,10'],
  ['packets'],
  ['packets', '-s', '7,8', '-x'],
  ['packets', '-V', '--show-secrets'],
  ['packets', '-T', 'json'],
  ['packets', '-T', 'ndjson'],
  ['packets', '-T', 'fields', '-e', 'frame.number', '-e', 'ssh.message_code', '-e', 'sshark.summary', '-E', 'header=y'],
];

const NAMES = fixtures().filter((name) => !name.startsWith(NESTED));
const dir = mkdtempSync(join(tmpdir(), 'sshark-jobs-'));
const worker = bundledWorker();
afterAll(() => {
  worker.remove();
  rmSync(dir, { recursive: true });
});

/** Writes the fixtures into one capture; gives the arguments that read it with its secrets, or without. */
function written(names: readonly string[], { secrets = true, damage = 0 } = {}): string[] {
  const many = shuffled(names, 1, damage);
  const [file, keys] = [join(dir, `${names[0]}-${names.length}.pcapng`), join(dir, `${names[0]}-${names.length}.keys`)];
  writeFileSync(file, many.capture);
  writeFileSync(keys, many.secrets);
  return secrets ? [file, '-k', keys] : [file];
}

/** A run that gets its threads once `after` bytes were read, and how often it got some. */
async function run(args: readonly string[], jobs: number, after = 0, more: Partial<Threads> = {}): Promise<Ran & { readonly started: number }> {
  let started = 0;
  const pays = (read: number) => read >= after && ++started > 0;
  // Secrets that stand behind their packets are looked for in one thread only.
  const all = [...args, '--jobs', String(jobs), '--limit', 'lateSecretsBytes=0'];
  return { ...(await sshark(all, { program: worker.program, threads: { pays, ...more } })), started };
}

describe.each(CALLS.map((args, i) => ({ title: args.join(' '), args, i })))('$title', ({ args, i }) => {
  test(
    'of fixtures with their secrets, shared out early and late',
    async () => {
      // All fixtures have their turn, each with one call.
      const [file = '', ...keys] = written(NAMES.filter((_, n) => n % CALLS.length === i));
      const call = [...args, file, ...keys];
      const one = await run(call, 1);
      expect(one.code).toBe(0);
      expect(one.out.length).toBeGreaterThan(1000);
      expect(await run(call, 2)).toEqual({ ...one, started: 1 });
      expect(await run(call, 3, statSync(file).size / 2)).toEqual({ ...one, started: 1 });
    },
    PATIENCE,
  );
});

test(
  'of all fixtures without secrets',
  async () => {
    const call = ['packets', '-T', 'ndjson', ...written(NAMES, { secrets: false })];
    const one = await run(call, 1);
    expect(await run(call, 3)).toEqual({ ...one, started: 1 });
  },
  PATIENCE,
);

test(
  'times from the first session shown, which begins late',
  async () => {
    const call = ['packets', '-s', '28,29,30', ...written(NAMES.slice(40, 70), { secrets: false })];
    const one = await run(call, 1);
    expect(await run(call, 3)).toEqual({ ...one, started: 1 });
  },
  PATIENCE,
);

test(
  'of frames with wrong bytes',
  async () => {
    const call = ['packets', '-V', ...written(NAMES.slice(20, 40), { secrets: false, damage: 300 })];
    const one = await run(call, 1);
    expect(one.out).toContain('malformed');
    expect(await run(call, 2)).toEqual({ ...one, started: 1 });
  },
  PATIENCE,
);

test(
  'when each thread may be ahead by little only',
  async () => {
    const call = ['packets', '-V', ...written(NAMES.slice(0, 12), { secrets: false })];
    const one = await run(call, 1);
    expect(await run(call, 3, 0, { ahead: 2000 })).toEqual({ ...one, started: 1 });
  },
  PATIENCE,
);

test(
  'a session inside another takes a number: one thread reads all again',
  async () => {
    const call = ['packets', '-T', 'json', ...written([...NAMES.slice(0, 3), NESTED])];
    const one = await run(call, 1);
    expect(one.out).toContain('"parent":{');
    expect(await run(call, 2)).toEqual({ ...one, started: 1 });
  },
  PATIENCE,
);

test(
  'a limit of all sessions together',
  async () => {
    const [capture = '', , keys = ''] = written(NAMES.filter((name) => name.startsWith('cipher-aes')).slice(0, 8));
    // With a wrong K each signature is one to be looked into.
    writeFileSync(
      keys,
      readFileSync(keys, 'latin1').replace(/.$/gm, (digit) => (digit === '0' ? '1' : '0')),
    );
    const call = ['packets', '-T', 'ndjson', capture, '-k', keys, '--limit', 'diagnoses=4'];
    const one = await run(call, 1);
    expect(await run(call, 2)).toEqual({ ...one, started: 1 });
  },
  PATIENCE,
);

test(
  'about as many connections as are remembered: one thread reads them all',
  async () => {
    const call = ['summary', ...written(NAMES.slice(0, 40), { secrets: false })];
    const [, streams = '0'] = /([0-9]+) TCP streams/.exec((await run(call, 1)).out) ?? [];
    const limited = (jobs: number, flows: number) => run([...call, '--limit', `flows=${flows}`], jobs);
    // Half of the limit are remembered for sure: one more than there are, and, by what was read, it looks as if there were more.
    const close = 2 * (Number(streams) + 1);
    expect(await limited(2, close)).toEqual({ ...(await limited(1, close)), started: 0 });
    expect((await limited(2, 100 * close)).started).toBe(1);
  },
  PATIENCE,
);

test('--jobs takes a number of threads', async () => {
  for (const jobs of ['0', '65', 'two']) expect((await sshark(['summary', 'x', '--jobs', jobs])).code).toBe(2);
});
