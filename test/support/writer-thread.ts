/** The thread that writes large files, as it is compiled. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

/** Compiles it into `folder`, which is made. Gives the folder as the place of the program. */
export async function writerProgram(folder: string): Promise<URL> {
  await build({
    bundle: true,
    format: 'esm',
    platform: 'node',
    logLevel: 'warning',
    entryPoints: ['cli/writer-worker.ts'],
    outfile: join(folder, 'writer-worker.js'),
  });
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  return pathToFileURL(`${folder}/`);
}
