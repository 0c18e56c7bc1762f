/** The commands in the documents are ones that there are, with options that they have. */
import { readdirSync, readFileSync } from 'node:fs';
import { COMMANDS, parse } from '../../cli/run.ts';

const folder = new URL('../../docs/', import.meta.url);
const documents = readdirSync(folder).filter((name) => name.endsWith('.md'));

/** The calls of sshark in the shell blocks of `text`, as lists of arguments: up to a pipe, a redirection or the next command. */
function calls(text: string): string[][] {
  const lines = [...text.matchAll(/```(?:sh|console)\n([\s\S]*?)```/g)].flatMap(([, block = '']) => block.replaceAll('\\\n', ' ').split('\n'));
  const found = lines.flatMap((line) => [...line.matchAll(/(?:^|[$|;&] )\s*(?:npx )?sshark ([^|;&>]*)/g)].map(([, call = '']) => call));
  return found.map((call) => [...call.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map((word) => word[1] ?? word[2] ?? word[3] ?? ''));
}

const all = documents.flatMap((name) => calls(readFileSync(new URL(name, folder), 'utf8')).map((argv) => [name, argv.join(' '), argv] as const));

test('there are such commands, and the tutorial goes through all of them', () => {
  expect(all.length).toBeGreaterThan(20);
  const tried = new Set(all.filter(([name]) => name === 'tutorial.md').map(([, , [command]]) => command));
  expect(COMMANDS.map((c) => c.name).filter((name) => name !== 'summary' && !tried.has(name))).toEqual([]);
});

test.each(all)('%s: sshark %s', async (_, __, argv) => {
  const parsed = await parse(argv, '');
  if (!('command' in parsed)) throw new Error('it prints a help text');
  const [named = ''] = argv;
  expect(parsed.command.name).toBe(COMMANDS.some((c) => c.name === named) ? named : 'summary');
  // Of what is no command and no option there is only the capture.
  expect(COMMANDS.some((c) => c.name === parsed.args.capture)).toBe(false);
});
