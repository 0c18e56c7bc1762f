/** Bundles the page of `report` into src/render/html/bundle.js, from which the renderer takes it. The build and the tests call it. */
import { createHash } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

const PAGE = new URL('src/render/html/page/', import.meta.url).pathname;
const BUNDLE = new URL('src/render/html/bundle.js', import.meta.url).pathname;

/** Writes the bundle; gives its path. */
export async function buildPage() {
  const script = await bundled('main.tsx');
  const style = await bundled('style.css');
  if (/<\/script|<!--/i.test(script) || /<\//.test(style)) throw new Error('the page holds what would end its element');
  const lines = { SCRIPT: script, STYLE: style, SCRIPT_HASH: hashOf(script), STYLE_HASH: hashOf(style) };
  const text = Object.entries(lines).map(([name, value]) => `export const ${name} = ${JSON.stringify(value)};\n`);
  // By another name first: several runs of tests may do this at one time.
  const partial = `${BUNDLE}.${process.pid}`;
  writeFileSync(partial, `/** Made by build-page.js. */\n${text.join('')}`);
  renameSync(partial, BUNDLE);
  return BUNDLE;
}

async function bundled(entry) {
  const { outputFiles } = await build({
    entryPoints: [PAGE + entry],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: ['es2022', 'chrome110', 'firefox110', 'safari16'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    // Every character beyond ASCII is escaped, so that the file holds none that could be taken for something else.
    charset: 'ascii',
    legalComments: 'none',
    logLevel: 'warning',
  });
  return outputFiles[0].text.trimEnd();
}

function hashOf(text) {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

export default buildPage;
