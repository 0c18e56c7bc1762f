/** Which blocks of the program were passed, and about how often: what tells a case that reached something new from the others. */

/** The counters that build.js put into the bundle. */
declare global {
  var $hits: Uint32Array;
}

/** How often, in classes: a loop that runs 17 times instead of 16 is nothing new. */
const CLASSES = [1, 8, 128];

export class Coverage {
  private readonly hits: Uint32Array = globalThis.$hits;
  /** The classes that were met, as bits. */
  private readonly met = new Uint8Array(this.hits.length);

  /** Blocks that there are, and those that were passed. */
  get blocks(): number {
    return this.hits.length;
  }

  get reached(): number {
    let n = 0;
    for (const bits of this.met) if (bits !== 0) n++;
    return n;
  }

  begin(): void {
    this.hits.fill(0);
  }

  /** Takes what was passed since `begin`. Gives the number of blocks that were passed for the first time, and of those that were passed more or less often than ever. */
  take(): { readonly blocks: number; readonly classes: number } {
    let [blocks, classes] = [0, 0];
    const { hits, met } = this;
    for (let i = 0; i < hits.length; i++) {
      const count = hits[i] as number;
      if (count === 0) continue;
      const before = met[i] as number;
      const after = before | (1 << classOf(count));
      if (after === before) continue;
      met[i] = after;
      classes++;
      if (before === 0) blocks++;
    }
    return { blocks, classes };
  }
}

function classOf(count: number): number {
  let n = 0;
  while (n + 1 < CLASSES.length && count >= (CLASSES[n + 1] as number)) n++;
  return n;
}
