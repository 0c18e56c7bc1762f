/**
 * The output of every recording, held against the files in this folder. `npm run golden` writes them anew; the change is
 * then read as a diff. Nothing in them depends on the machine or on the day.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fixture, fixtures } from '../support/fixtures.ts';
import { type Form, print, resultsOf, storeOf } from '../support/outputs.ts';

const FOLDER = new URL('files/', import.meta.url);
const UPDATE = process.env.UPDATE_GOLDEN === '1';

/** Recordings whose every field is shown: one of each kind of message, key and way to encrypt. */
const IN_FULL =
  'disconnect-in-clear dropbear-client-wrong-guess greeting-lines hostkey-certificate-rsa kex-curve448 kex-gex-old-request kex-rsa2048 kex-sntrup761 messages-in-clear no-common-kex strict-kex-violation zlib';

const summary: Omit<Form, 'name'> = { command: 'summary', format: 'text', options: { full: true } };
const table: Omit<Form, 'name'> = { command: 'packets', format: 'table', options: {} };
const tree: Omit<Form, 'name'> = { command: 'packets', format: 'tree', options: {} };

/** All outputs of the recording `name`, each under a heading that is the command which prints it. */
async function outputs(name: string): Promise<string> {
  const { capture, secrets } = fixture(name);
  const file = `${name}/capture.pcapng`;
  const clear = await resultsOf(capture, { file });
  const parts = [`===== sshark summary ${file}`, await print(clear, summary)];
  if (IN_FULL.split(' ').includes(name)) parts.push(`===== sshark packets ${file} -V`, await print(clear, tree));
  if (secrets !== undefined) {
    const opened = await resultsOf(capture, { file, secrets: storeOf(secrets) });
    parts.push(`===== sshark summary ${file} -k secrets.keylog`, await print(opened, summary));
    parts.push(`===== sshark packets ${file} -k secrets.keylog`, await print(opened, table));
    // K is in the key log, and must be nowhere in what is printed.
    for (const [, , k = ''] of secrets.split('\n').map((line) => line.split(' '))) if (k.length >= 40) expect(parts.join('')).not.toContain(k.slice(0, 40));
  }
  return `${parts.join('\n').trimEnd()}\n`;
}

const path = (name: string) => new URL(`${name}.txt`, FOLDER);

function known(name: string): string {
  try {
    return readFileSync(path(name), 'utf8');
  } catch {
    return '';
  }
}

test.each(fixtures())('%s', async (name) => {
  const now = await outputs(name);
  if (UPDATE) {
    mkdirSync(FOLDER, { recursive: true });
    if (known(name) !== now) writeFileSync(path(name), now);
  }
  expect(now).toBe(known(name));
});

test('every file belongs to a recording, and none tells of this machine', () => {
  const names = readdirSync(FOLDER).sort();
  expect(names).toEqual(fixtures().map((name) => `${name}.txt`).sort());
  const texts = names.map((name) => readFileSync(new URL(name, FOLDER), 'utf8'));
  for (const text of texts) expect(text).not.toMatch(/\/(work|tmp|root)\//);
  expect(texts.reduce((sum, text) => sum + text.length, 0)).toBeLessThan(1_800_000);
});
