/** The cases that reached something new, as tapes: in memory, and in a folder between runs. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from './mutate.ts';
import { changed, type Tape } from './tape.ts';

/** Tapes of one target, at most; the oldest make room. */
const MOST = 1500;
/** Every so many cases are made without a tape, so that what the corpus does not hold is not forgotten. */
const FRESH = 0.3;

export class Corpus {
  private readonly folder: string;
  private readonly tapes: Tape[] = [];
  private readonly names: string[] = [];

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
    if (this.tapes.length === 0 || random() < FRESH) return [];
    return changed(this.one(random), random, this.one(random));
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
