/** docs/limits.md lists every limit as it is. */
import { readFileSync } from 'node:fs';
import { DEFAULT_LIMITS } from '../../src/limits.ts';
import { sshark } from '../support/cli.ts';

const ROW = /^\| `(\w+)` *\| ([\d,]+)(?: \((\d+) ([KMGT])iB\))? *\| ([^|]+?) *\| [^|]+\| [^|]{4,}\|$/gm;
const rows = [...readFileSync('docs/limits.md', 'utf8').matchAll(ROW)];

test('the table has all limits and their defaults', () => {
  const told = rows.map((row) => [row[1], Number(row[2]?.replaceAll(',', ''))]);
  expect(Object.fromEntries(told)).toEqual(DEFAULT_LIMITS);
  expect(told.length).toBe(Object.keys(DEFAULT_LIMITS).length);
});

test('binary multiples are those of the numbers', () => {
  const large = rows.filter((row) => row[3] !== undefined);
  expect(large.length).toBeGreaterThan(10);
  for (const [, , number, multiple, prefix] of large)
    expect(Number(number?.replaceAll(',', ''))).toBe(Number(multiple) * 1024 ** ('KMGT'.indexOf(prefix ?? '') + 1));
});

test('help says where the limits are listed, and a wrong name lists them', async () => {
  expect((await sshark(['summary', '--help'])).out.replace(/\s+/g, ' ')).toContain('docs/limits.md');
  const { err } = await sshark(['summary', 'x', '--limit', 'none=1']);
  for (const name of Object.keys(DEFAULT_LIMITS)) expect(err).toContain(name);
});
