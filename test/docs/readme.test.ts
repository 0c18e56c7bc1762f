/** What the README shows is what the program prints: every console block that calls `npx sshark` is run. */
import { readFileSync } from 'node:fs';
import { sshark } from '../support/cli.ts';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

/** The calls of sshark in console blocks, each with the output that stands below it. */
function calls(): [string, string][] {
  return [...readme.matchAll(/```console\n\$ ([^\n]*)\n([\s\S]*?)```/g)]
    .map(([, command = '', output = '']) => [command.replace(/^.*&& /, ''), output] as [string, string])
    .filter(([command]) => command.startsWith('npx sshark '));
}

test('there are examples', () => {
  expect(calls().length).toBeGreaterThanOrEqual(2);
});

test.each(calls())('%s', async (command, output) => {
  const { code, out } = await sshark(command.split(' ').slice(2));
  expect(code).toBe(0);
  expect(out.trimEnd().split('\n')).toEqual(output.trimEnd().split('\n'));
});
