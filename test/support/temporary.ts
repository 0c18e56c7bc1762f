/** A folder of its own for each test of a file. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Temporary {
  /** The folder of the test that runs. */
  readonly dir: string;
}

/** Makes a folder before each test and removes it behind it; called once, where the tests stand. */
export function temporary(): Temporary {
  const folder = { dir: '' };
  beforeEach(() => {
    folder.dir = mkdtempSync(join(tmpdir(), 'sshark-'));
  });
  afterEach(() => rmSync(folder.dir, { recursive: true, force: true }));
  return folder;
}
