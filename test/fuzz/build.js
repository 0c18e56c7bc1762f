/** Bundles the fuzzer into dist-dev/fuzz/run.js, with a counter in every block of src and cli. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';
import { buildPage } from '../../build-page.js';
import { counters } from './counters.js';

const ROOT = new URL('../../', import.meta.url).pathname;
const OUT = `${ROOT}dist-dev/fuzz/`;
const { plugin, blocks } = counters([`${ROOT}src/`, `${ROOT}cli/`]);

await buildPage();
const { outputFiles } = await build({
  entryPoints: [`${ROOT}test/fuzz/run.ts`],
  outfile: `${OUT}run.js`,
  bundle: true,
  platform: 'node',
  format: 'esm',
  packages: 'external',
  logLevel: 'warning',
  plugins: [plugin],
  write: false,
});
mkdirSync(OUT, { recursive: true });
// How many counters there are is known only now.
writeFileSync(`${OUT}run.js`, `const $hits = new Uint32Array(${blocks()}); globalThis.$hits = $hits;\n${outputFiles[0].text}`);
