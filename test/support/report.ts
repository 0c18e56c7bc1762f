/** Reports as files, for a browser to open. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pieces } from '../../src/index.ts';
import type { RenderOptions } from '../../src/render/renderer.ts';
import { fixture } from './fixtures.ts';
import { print, resultsOf, storeOf } from './outputs.ts';

/** The report of `capture`, as text. */
export async function reportOf(capture: Uint8Array | Pieces, secrets?: string | Uint8Array, options: Partial<RenderOptions> = {}): Promise<string> {
  const found = await resultsOf(capture, { file: 'capture.pcapng', secrets: storeOf(secrets) });
  return print(found, { command: 'report', format: 'html', options });
}

/** The report of a recording, opened with its secrets unless `open` is false. */
export function reportOfFixture(name: string, { open = true, ...options }: Partial<RenderOptions> & { readonly open?: boolean } = {}): Promise<string> {
  const { capture, secrets } = fixture(name);
  return reportOf(capture, open ? secrets : undefined, options);
}

const folders: string[] = [];

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Writes `html` to a file of its own, which is there as long as the tests of its file run; gives its address. */
export function fileOf(html: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'sshark-report-'));
  folders.push(folder);
  const path = join(folder, 'report.html');
  writeFileSync(path, html);
  return `file://${path}`;
}

/** What stands in the page as data. */
export function dataOf(html: string): unknown {
  const [, json = ''] = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(html) ?? [];
  return JSON.parse(json);
}
