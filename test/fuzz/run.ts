/** The fuzzer: `npm run fuzz -- [--minutes N] [--seed N]`. Mutates the fixtures for a time and stops at the first broken promise. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { randomOf } from '../support/random.ts';
import { check } from './check.ts';
import { mutate } from './mutate.ts';

/** A case that takes longer than this hangs, for a user. */
const SLOWEST_MS = 5000;

function option(name: string, otherwise: number): number {
  const i = process.argv.indexOf(`--${name}`);
  return i < 0 ? otherwise : Number(process.argv[i + 1]);
}

/** The checkout: this file runs from its compiled place, dist-dev/test/fuzz. */
const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const seeds = readdirSync(join(root, 'fixtures/captures')).map((name) => new Uint8Array(readFileSync(join(root, 'fixtures/captures', name, 'capture.pcapng'))));
const seed = option('seed', 1);
const until = performance.now() + option('minutes', 1) * 60_000;
const random = randomOf(seed);
let cases = 0;
let packets = 0;
while (performance.now() < until) {
  const one = seeds[Math.floor(random() * seeds.length)] as Uint8Array;
  const other = seeds[Math.floor(random() * seeds.length)] as Uint8Array;
  const bytes = mutate(one, random, other);
  const start = performance.now();
  try {
    packets += (await check(bytes)).packets;
    if (performance.now() - start > SLOWEST_MS) throw new Error(`took ${Math.round(performance.now() - start)} ms`);
  } catch (error) {
    const dir = join(root, 'fixtures/malformed');
    mkdirSync(dir, { recursive: true });
    const path = join(dir, `found-seed${seed}-case${cases}.pcapng`);
    writeFileSync(path, bytes);
    console.error(`case ${cases} of seed ${seed}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\nkept as ${path}`);
    process.exit(1);
  }
  cases++;
}
console.log(`${cases} mutated captures, ${packets} packets read, seed ${seed}: nothing thrown, every tree tiles`);
