/**
 * The fuzzer: `npm run fuzz -- [--minutes N] [--seed N] [--target NAME] [--case N]`. Takes the targets in turn for a time,
 * keeps every case that breaks a promise under fixtures/malformed, and exits with 1 when there was one. A case is made
 * again by its target, seed and number.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { randomOf } from '../support/random.ts';
import { type Case, makeTargets } from './targets.ts';

/** A case that computes for longer than this hangs, for a user: it is printed in a dozen ways. Time of this process only, so that a busy machine finds nothing. */
const SLOWEST_MS = 10_000;
/** Finds of one run; what comes later is mostly the same. */
const ENOUGH = 20;

function option(name: string): string | undefined {
  const i = process.argv.indexOf(`--${name}`);
  return i < 0 ? undefined : process.argv[i + 1];
}

/** The checkout: this file runs bundled, from dist-dev/fuzz. */
const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

function keep(files: Case['files'], name: string): void {
  const dir = join(root, 'fixtures/malformed');
  mkdirSync(dir, { recursive: true });
  for (const [ending, bytes] of Object.entries(files)) writeFileSync(join(dir, `${name}.${ending}`), bytes);
}

const chosen = option('target');
const all = await makeTargets();
const targets = all.filter((t) => chosen === undefined || t.name === chosen);
if (targets.length === 0) throw new Error(`--target is one of ${all.map((t) => t.name).join(', ')}`);
const seed = Number(option('seed') ?? 1);
const only = option('case');
const until = performance.now() + Number(option('minutes') ?? 1) * 60_000;
const counts = new Map(targets.map((t) => [t.name, { cases: 0, packets: 0, opened: 0, slowest: 0 }]));
let finds = 0;

for (let n = Number(only ?? 0); finds < ENOUGH && (only === undefined ? performance.now() < until : n <= Number(only)); n++) {
  for (const target of targets) {
    const count = counts.get(target.name);
    if (count === undefined) continue;
    const one = target.make(randomOf(seed * 1_000_003 + n));
    const start = process.cpuUsage();
    try {
      const { packets, opened } = await one.check();
      count.packets += packets;
      count.opened += opened;
      const { user, system } = process.cpuUsage(start);
      const took = (user + system) / 1000;
      count.slowest = Math.max(count.slowest, took);
      if (took > SLOWEST_MS) throw new Error(`took ${Math.round(took)} ms`);
    } catch (error) {
      finds++;
      const name = `found-${target.name}-seed${seed}-case${n}`;
      keep(one.files, name);
      console.error(`${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
    count.cases++;
  }
}
for (const [name, { cases, packets, opened, slowest }] of counts)
  console.log(`${name}: ${cases} cases, ${packets} packets read, ${opened} of them verified, the slowest in ${Math.round(slowest)} ms`);
console.log(
  finds === 0 ? `seed ${seed}: nothing thrown, every tree tiles, nothing unsafe printed` : `seed ${seed}: ${finds} finds, kept in fixtures/malformed`,
);
process.exitCode = finds === 0 ? 0 : 1;
