/** The cases that reached something new, as tapes: in memory, and in a folder between runs. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from './mutate.ts';
import { changed, type Tape } from './tape.ts';

/** Tapes of one target, at most; the oldest make room. */
const MOST = 1500;
/** Part of the cases that is made without a tape, and part that is made with one, at least, however little came of them. */
const LEAST = 0.15;
/** What one case counts for beside those before it. */
const WEIGHT = 0.03;

export class Corpus {
  private readonly folder: string;
  private readonly tapes: Tape[] = [];
  private readonly names: string[] = [];
  /** How many of the last cases reached new blocks, as a part: of those made without a tape, and of the others. */
  private readonly yields = { fresh: 1, changed: 1 };

  /** Takes what is in `folder` from earlier runs. */
  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true });
    for (const name of readdirSync(folder).sort().slice(-MOST)) {
      this.tapes.push(JSON.parse(readFileSync(join(folder, name), 'utf8')) as Tape);
      this.names.push(name);
    }
  }

  get size(): number {
    return this.tapes.length;
  }

  /** The tapes of earlier runs, to be played before all others. */
  get all(): readonly Tape[] {
    return this.tapes.slice();
  }

  /** A tape to begin with: one that was good, changed, or an empty one. */
  next(random: Random): Tape {
    const { fresh, changed: other } = this.yields;
    const chance = Math.min(1 - LEAST, Math.max(LEAST, fresh / (fresh + other)));
    if (this.tapes.length === 0 || random() < chance) return [];
    return changed(this.one(random), random, this.one(random));
  }

  /** A case that was made without a tape (`fresh`), or with a changed one, reached new blocks, or did not. */
  count(fresh: boolean, news: boolean): void {
    const kind = fresh ? 'fresh' : 'changed';
    this.yields[kind] += WEIGHT * ((news ? 1 : 0) - this.yields[kind]) + 1e-6;
  }

  /** One of the tapes, of the later ones more often. */
  private one(random: Random): Tape {
    return this.tapes[Math.floor(Math.sqrt(random()) * this.tapes.length)] as Tape;
  }

  add(tape: Tape): void {
    const name = `${Date.now().toString(36)}-${String(this.tapes.length).padStart(5, '0')}.json`;
    writeFileSync(join(this.folder, name), JSON.stringify(tape));
    this.tapes.push(tape);
    this.names.push(name);
    if (this.tapes.length <= MOST) return;
    this.tapes.shift();
    rmSync(join(this.folder, this.names.shift() as string), { force: true });
  }
}
