/** What sshark is made of at run time: pinned, with a licence that fits, and running nothing when it is installed. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Licences that ask for no more than to be named. */
const ALLOWED = new Set(['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'Zlib', 'Apache-2.0']);

interface Locked {
  readonly version?: string;
  readonly integrity?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly hasInstallScript?: boolean;
}

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly license?: unknown;
  readonly version?: string;
  readonly scripts?: Readonly<Record<string, string>>;
}

const read = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));
const lock = read('package-lock.json') as { readonly packages: Readonly<Record<string, Locked>> };
const atRunTime = Object.entries(lock.packages).filter(([path, p]) => path !== '' && p.dev !== true);

/** Whether an SPDX expression allows use under licences of the list. */
function allowed(expression: string): boolean {
  const words = expression.replace(/[()]/g, ' ').trim();
  return words.split(' OR ').some((choice) => choice.split(' AND ').every((one) => ALLOWED.has(one.trim())));
}

test('the direct ones are those of the design', () => {
  const { dependencies } = read('package.json') as Manifest;
  const names = '@noble/ciphers @noble/curves @noble/hashes cli-progress cli-table3 pako pcap-parser picocolors yargs';
  expect(Object.keys(dependencies).sort()).toEqual(names.split(' '));
  expect(atRunTime.map(([path]) => path)).toEqual(expect.arrayContaining(Object.keys(dependencies).map((name) => `node_modules/${name}`)));
});

test('the list of licences decides', () => {
  expect(['MIT', '(MIT AND Zlib)', '(GPL-3.0 OR MIT)'].map(allowed)).toEqual([true, true, true]);
  expect(['GPL-3.0', '(MIT AND GPL-3.0)', '', 'UNLICENSED'].map(allowed)).toEqual([false, false, false, false]);
});

test.each(atRunTime)('%s', (path, locked) => {
  expect(locked.integrity).toMatch(/^sha512-/);
  expect(locked.hasInstallScript).toBeUndefined();
  expect([locked.license, allowed(locked.license ?? '')]).toEqual([locked.license, true]);
  // As it lies there, if it does: what is optional may not.
  if (locked.optional === true && !existsSync(path)) return;
  const there = read(join(path, 'package.json')) as Manifest;
  expect(there.version).toBe(locked.version);
  expect(allowed(String(there.license))).toBe(true);
  for (const script of ['preinstall', 'install', 'postinstall']) expect(there.scripts?.[script]).toBeUndefined();
});
