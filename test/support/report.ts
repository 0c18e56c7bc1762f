/** Reports as files, for a browser to open. */
import { mkdtempSync, writeFileSync } from 'node:fs';
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

/** Writes `html` to a file of its own; gives its address. */
export function fileOf(html: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'sshark-report-')), 'report.html');
  writeFileSync(path, html);
  return `file://${path}`;
}

/** What stands in the page as data. */
export function dataOf(html: string): unknown {
  const [, json = ''] = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(html) ?? [];
  return JSON.parse(json);
}
