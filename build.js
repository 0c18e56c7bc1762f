/**
 * The build: types and modules by tsc; all that the program loads after its first lines as one file by esbuild; and the code that V8
 * makes of that file, so that it starts fast.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { buildPage } from './build-page.js';

/**
 * Made when first used, not when the program starts: the curves, as most runs check no signature; zlib; and what colours text, which makes
 * Node's stream of the standard output.
 */
const whenUsed = {
  name: 'when used',
  setup(bundle) {
    bundle.onResolve({ filter: /^(@noble\/curves\/|picocolors$|pako$)/ }, ({ path, importer, namespace }) =>
      namespace === 'when-used' || importer.includes('node_modules') ? undefined : { path, namespace: 'when-used' },
    );
    bundle.onLoad({ filter: /.*/, namespace: 'when-used' }, async ({ path }) => {
      const names = Object.keys(await import(path));
      const getters = names.map((name) => `get ${name}() { return require('${path}').${name}; }`);
      return { contents: `module.exports = { ${getters.join(', ')} };`, resolveDir: process.cwd() };
    });
  },
};

/** What the first lines load when there is no bundle: the modules as tsc made them. */
const compiled = {
  name: 'compiled',
  setup(bundle) {
    bundle.onResolve({ filter: /^\.\/run\.ts$/ }, () => ({ path: './run.js', external: true }));
  },
};

const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
rmSync('dist', { recursive: true, force: true });
const page = await buildPage();
execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { stdio: 'inherit' });
copyFileSync(page, 'dist/src/render/html/bundle.js');
/** Of every bundle: for Node alone. With short names a run starts a millisecond sooner; who looks for a bug gets the modules (`cli/bundle.ts`). */
const common = {
  bundle: true,
  format: 'cjs',
  charset: 'ascii',
  platform: 'node',
  target: 'node20',
  // Modules ask where they stand; what some bring of `require` is the bundle's own.
  banner: { js: 'const bundleUrl=require("node:url").pathToFileURL(__filename).href;' },
  define: { NODE_ONLY: 'true', 'import.meta.url': 'bundleUrl' },
  minifyWhitespace: true,
  minifySyntax: true,
  minifyIdentifiers: true,
  legalComments: 'linked',
  logLevel: 'warning',
};

// The function around it stands in the file: put around it when it is loaded, it would have the file copied once more.
const wrapped = { banner: { js: `(function (exports, require, module, __filename) {${common.banner.js}` }, footer: { js: '})' } };
await build({ ...common, ...wrapped, entryPoints: ['cli/run.ts'], outfile: 'dist/cli/run.cjs', plugins: [whenUsed] });
// The first lines are CommonJS as well: for an ES module Node would load the code that loads those.
await build({ ...common, entryPoints: ['cli/main.ts'], outfile: 'dist/cli/main.cjs', plugins: [compiled] });
for (const entry of ['main.cjs', 'main.js']) chmodSync(`dist/cli/${entry}`, 0o755);
// The program runs by node:vm, which loads no modules: what is imported late must be in the bundle.
if (readFileSync('dist/cli/run.cjs', 'latin1').includes('import("')) throw new Error('the bundle imports a module that is not in it');

// The code of what a run calls for is made by such runs: on captures of every kind of work.
const { BUNDLE, CODE_CACHE, programOf, scriptOf } = await import('./dist/cli/bundle.js');
const script = scriptOf(readFileSync(BUNDLE, 'latin1'), undefined);
const { run } = programOf(script);
const world = { write() {}, error() {}, columns: undefined, errorIsTerminal: false, env: {} };
const login = 'fixtures/captures/openssh-login/capture.pcapng';
const keys = 'fixtures/captures/openssh-login/secrets.keylog';
for (const args of [[], ['-k', keys]]) for (const command of ['summary', 'packets', 'kex']) await run([command, login, ...args], world, '');
// A large file is read ready for several threads.
const ready = { ...world, program: new URL('./dist/cli/', import.meta.url), threads: { pays: () => false } };
await run(['summary', login, '--jobs', '2', '--limit', 'lateSecretsBytes=0'], ready, '');
writeFileSync(CODE_CACHE, script.createCachedData());
// Help goes another way, through yargs. It is no work for the cache, and a build in which it fails is none.
await run(['--help'], world, '');
