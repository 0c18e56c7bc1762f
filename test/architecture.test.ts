/** The shape of the source tree, held by a test: what may import what, and what every table must list. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Folders and files in the order of the data; a file may import from its own rank or above. */
const RANKS = [
  'src/bytes',
  'src/wire',
  'src/limits.ts',
  'src/capture',
  'src/net',
  'src/stream',
  'src/ssh',
  'src/secrets',
  'src/upper',
  'src/explain',
  'src/render',
  'src/dissect.ts',
  'src/index.ts',
  'cli',
];

const NODE_ALLOWED = [/^cli\//, /^src\/capture\/file\.ts$/, /^src\/ssh\/crypto\/native\.ts$/];

function sources(dir: string): string[] {
  return readdirSync(join(root, dir), { withFileTypes: true }).flatMap((e) => {
    const path = `${dir}/${e.name}`;
    return e.isDirectory() ? sources(path) : /\.tsx?$/.test(e.name) && !e.name.endsWith('.d.ts') ? [path] : [];
  });
}

const files = [...sources('src'), ...sources('cli')];

interface Import {
  readonly to: string;
  readonly typeOnly: boolean;
}

function imports(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/^(?:import|export)\s+(type\s)?(?:[^'"]*?from\s+)?'([^']+)'|import\('([^']+)'\)/gm)].map((m) => ({
    to: m[2] ?? m[3] ?? '',
    typeOnly: m[1] !== undefined,
  }));
}

/** Repository path of a relative import. */
function target(file: string, to: string): string {
  return relative(root, resolve(root, dirname(file), to));
}

function rank(path: string): number {
  return RANKS.findIndex((r) => path === r || path.startsWith(`${r}/`));
}

test('every source file has a rank', () => {
  expect(files.filter((f) => rank(f) < 0)).toEqual([]);
  expect(files.length).toBeGreaterThan(40);
});

test('no file imports from below it', () => {
  const wrong = files.flatMap((f) =>
    imports(f)
      .filter((i) => i.to.startsWith('.') && rank(target(f, i.to)) > rank(f))
      .map((i) => `${f} -> ${i.to}`),
  );
  expect(wrong).toEqual([]);
});

test('every relative import names a file that exists', () => {
  const wrong = files.flatMap((f) =>
    imports(f)
      .filter((i) => i.to.startsWith('.') && !statSync(join(root, target(f, i.to)), { throwIfNoEntry: false })?.isFile())
      .map((i) => `${f} -> ${i.to}`),
  );
  expect(wrong).toEqual([]);
});

test('no cycles among values', () => {
  const edges = new Map(
    files.map((f) => [
      f,
      imports(f)
        .filter((i) => i.to.startsWith('.') && !i.typeOnly)
        .map((i) => target(f, i.to)),
    ]),
  );
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (f: string, path: readonly string[]): void => {
    if (path.includes(f)) {
      cycles.push([...path.slice(path.indexOf(f)), f].join(' -> '));
      return;
    }
    if (done.has(f)) return;
    for (const to of edges.get(f) ?? []) visit(to, [...path, f]);
    done.add(f);
  };
  for (const f of files) visit(f, []);
  expect(cycles).toEqual([]);
});

test('node: modules only where the platform begins', () => {
  const wrong = files.filter((f) => imports(f).some((i) => i.to.startsWith('node:')) && !NODE_ALLOWED.some((re) => re.test(f)));
  expect(wrong).toEqual([]);
});

test('every file of a table folder is listed in its index', () => {
  const missing = files
    .filter((f) => files.includes(`${dirname(f)}/index.ts`) && !f.endsWith('/index.ts') && dirname(f) !== 'src')
    .filter((f) => !reachable(`${dirname(f)}/index.ts`).has(f));
  expect(missing).toEqual([]);
});

/** Files of the same folder, and of those in it, that `file` reaches through imports. */
function reachable(file: string): Set<string> {
  const seen = new Set<string>([file]);
  for (const f of seen) {
    for (const i of imports(f)) if (i.to.startsWith('.') && target(f, i.to).startsWith(`${dirname(file)}/`)) seen.add(target(f, i.to));
  }
  return seen;
}

test('every file begins by saying what it is', () => {
  expect(files.filter((f) => !/^(#!.*\n)?\/\*\*/.test(readFileSync(join(root, f), 'utf8')))).toEqual([]);
});
