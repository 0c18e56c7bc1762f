/**
 * The fuzzer: `npm run fuzz -- [--minutes N] [--cases N] [--seed N] [--target NAME] [--tape FILE] [--unguided]`. Each target gets the same
 * time. Every case that breaks a promise is kept under fixtures/malformed, and its tape under dist-dev/fuzz/finds; the exit code
 * is 1 when there was one. docs/fuzzing.md tells the rest.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Corpus } from './corpus.ts';
import { Coverage } from './coverage.ts';
import { options } from './options.ts';
import { Player, type Tape } from './tape.ts';
import { type Case, makeTargets, type Target } from './targets.ts';
import { Watch } from './watch.ts';

/** Finds of one run; what comes later is mostly the same. */
const ENOUGH = 20;

/** The checkout: this file runs bundled, from dist-dev/fuzz. */
const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

/** A target at work. */
interface Work {
  readonly target: Target;
  readonly corpus: Corpus;
  /** Tapes of earlier runs that were not played yet. */
  readonly known: Tape[];
  /** Milliseconds of computing. */
  spent: number;
  slowest: number;
  cases: number;
  packets: number;
  opened: number;
}

const { minutes, cases, seed, target: chosen, tape, guided } = options();
const all = await makeTargets();
const targets = all.filter((t) => chosen === undefined || t.name === chosen);
if (targets.length === 0) throw new Error(`--target is one of ${all.map((t) => t.name).join(', ')}`);
const coverage = new Coverage();
const watch = new Watch();
let finds = 0;

const work = targets.map((target): Work => {
  const corpus = new Corpus(join(root, 'dist-dev/fuzz/corpus', target.name));
  return { target, corpus, known: guided ? [...corpus.all] : [], spent: 0, slowest: 0, cases: 0, packets: 0, opened: 0 };
});

/** Makes and checks one case of `one`; `number` is its place in the run. A case that reached something new is kept when `fresh`. */
async function play(one: Work, number: number, from: Tape, fresh: boolean): Promise<void> {
  const player = new Player(seed * 1_000_003 + number, from);
  const made = one.target.make(player.next);
  coverage.begin();
  watch.begin();
  try {
    const { packets, opened } = await made.check();
    one.packets += packets;
    one.opened += opened;
    watch.end();
  } catch (error) {
    finds++;
    keep(made, player.recorded, `found-${one.target.name}-seed${seed}-case${number}`, error);
  }
  one.cases++;
  one.spent += watch.took;
  one.slowest = Math.max(one.slowest, watch.took);
  const { blocks, classes } = coverage.take();
  if (!fresh) return;
  one.corpus.count(from.length === 0, blocks > 0);
  if (classes > 0) one.corpus.add(player.recorded);
}

function keep({ files }: Case, recorded: Tape, name: string, error: unknown): void {
  const dir = join(root, 'fixtures/malformed');
  const tapes = join(root, 'dist-dev/fuzz/finds');
  for (const folder of [dir, tapes]) mkdirSync(folder, { recursive: true });
  for (const [ending, bytes] of Object.entries(files)) writeFileSync(join(dir, `${name}.${ending}`), bytes);
  writeFileSync(join(tapes, `${name}.json`), JSON.stringify(recorded));
  console.error(`${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
}

const until = performance.now() + minutes * 60_000;
if (tape !== undefined) {
  for (const one of work) await play(one, 0, JSON.parse(readFileSync(tape, 'utf8')) as Tape, false);
} else {
  for (let n = 0; finds < ENOUGH && n < cases && performance.now() < until; n++) {
    const one = work.reduce((least, w) => (w.spent < least.spent ? w : least));
    const chooser = new Player(seed * 7_000_003 + n).next;
    const known = one.known.pop();
    await play(one, n, known ?? (guided ? one.corpus.next(chooser) : []), guided && known === undefined);
  }
}

for (const { target, corpus, cases, packets, opened, slowest } of work)
  console.log(`${target.name}: ${cases} cases, ${packets} packets read, ${opened} verified, the slowest in ${Math.round(slowest)} ms, ${corpus.size} kept`);
console.log(`${coverage.reached} of ${coverage.blocks} blocks of src and cli reached`);
console.log(finds === 0 ? `seed ${seed}: every promise was kept` : `seed ${seed}: ${finds} finds, in fixtures/malformed`);
process.exitCode = finds === 0 ? 0 : 1;
