/** Every file of fixtures/malformed, read in every form, against what its row in the README says. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { Session } from '../../src/index.ts';
import { checkOutputs, resultsOf, storeOf } from '../support/outputs.ts';
import { checkPayload, checkResults } from './check.ts';

const FOLDER = new URL('../../fixtures/malformed/', import.meta.url);

interface Row {
  readonly file: string;
  readonly code: string;
  readonly words: string;
}

/** The table: | `file` | how it was made | `code` words | */
const rows: Row[] = [...readFileSync(new URL('README.md', FOLDER), 'utf8').matchAll(/^\| `([^`]+)` +\|[^|]+\| `([^`]+)` ([^|]*?) *\|$/gm)].map(
  ([, file = '', code = '', words = '']) => ({ file, code, words }),
);

/** Why a side was not decrypted, as a problem. */
function notDecrypted({ client, server }: Session): { readonly code: string; readonly message: string }[] {
  return [client, server].map(({ decryption }) => ({ code: decryption.state, message: decryption.reason }));
}

test('every file has its row, and every row its file', () => {
  const files = readdirSync(FOLDER).filter((name) => name !== 'README.md' && !name.endsWith('.secrets'));
  expect(rows.map((row) => row.file).sort()).toEqual(files.sort());
  expect(rows.length).toBeGreaterThan(10);
});

test.each(rows)('$file', async ({ file, code, words }) => {
  const bytes = new Uint8Array(readFileSync(new URL(file, FOLDER)));
  if (file.endsWith('.payload')) {
    checkPayload(bytes);
    return;
  }
  const beside = new URL(file.replace(/\.\w+$/, '.secrets'), FOLDER);
  const found = await resultsOf(bytes, { secrets: storeOf(existsSync(beside) ? readFileSync(beside) : undefined) });
  checkResults(found);
  await checkOutputs(found);
  const problems = found.flatMap((one): readonly { readonly code: string; readonly message: string }[] => {
    if (one.kind === 'session') return [...one.session.problems, ...notDecrypted(one.session)];
    return one.kind === 'capture' ? one.capture.problems : [];
  });
  expect(problems).toContainEqual(expect.objectContaining({ code, message: expect.stringContaining(words) }));
});
