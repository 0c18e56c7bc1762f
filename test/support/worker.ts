/** The program of worker threads, made from the sources: a thread does not get what the test runner makes of them. */
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Bundles `cli/session-worker.ts` into a folder; `remove` takes it away. */
export function bundledWorker(): { readonly program: URL; remove(): void } {
  // Inside the checkout, so that packages are found.
  const dir = join(process.cwd(), `dist-dev/worker-${process.pid}`);
  const file = join(dir, 'session-worker.js');
  const options = ['--bundle', '--platform=node', '--format=esm', '--packages=external', '--log-level=warning', `--outfile=${file}`];
  execFileSync(join(process.cwd(), 'node_modules/.bin/esbuild'), ['cli/session-worker.ts', ...options]);
  return { program: pathToFileURL(`${dir}/`), remove: () => rmSync(dir, { recursive: true }) };
}
