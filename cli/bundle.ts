/** The program as one file, with the code that V8 made of it when it was built: compiling is most of a short run. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';
import type { run, work } from './run.ts';

/** What the bundle exports. */
export interface Program {
  readonly run: typeof run;
  readonly work: typeof work;
}

/** The files of the bundle, beside this one. */
export const BUNDLE = fileURLToPath(new URL('./run.cjs', import.meta.url));
export const CODE_CACHE = fileURLToPath(new URL('./run.cache', import.meta.url));

/**
 * The bundle `source`, a function of what Node gives a CommonJS module, not yet run. V8 takes `cache` only when it was made by the same
 * version with the same flags from a source of the same length, and compiles the source otherwise.
 */
export function scriptOf(source: string, cache: Buffer | undefined): Script {
  return new Script(source, { filename: BUNDLE, ...(cache === undefined ? {} : { cachedData: cache }) });
}

/** Runs the bundle's first lines. */
export function programOf(script: Script): Program {
  const module: { exports: unknown } = { exports: {} };
  script.runInThisContext()(module.exports, createRequire(BUNDLE), module, BUNDLE);
  return module.exports as Program;
}

/** The bundled program; undefined when there is none, as in the sources, and for who looks for the place of a bug: its names are not those of the sources. */
export function bundledProgram(): Program | undefined {
  if (process.env.SSHARK_DEBUG !== undefined) return undefined;
  const source = contentOf(BUNDLE);
  // The bundle holds no character beyond ASCII, and latin1 needs no decoding.
  return source === undefined ? undefined : programOf(scriptOf(source.toString('latin1'), contentOf(CODE_CACHE)));
}

function contentOf(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
