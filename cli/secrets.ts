/** The command `secrets`: which secret met which session, which did not and why; and the secrets as files. */
import { RENDERERS } from '../src/render/index.ts';
import { type Command, lastOf } from './command.ts';

const ROWS = RENDERERS.filter((row) => row.commands.includes('secrets'));
/** What can be read back with -k. */
const EXPORTS = ROWS.filter((row) => row.name === 'keylog' || row.name === 'keys');
const FORMATS = ROWS.filter((row) => !EXPORTS.includes(row));

const described = (rows: typeof ROWS): string => rows.map((row) => `${row.name}: ${row.description}`).join('; ');

export const secrets: Command = {
  name: 'secrets',
  describe: 'Say which secret met which session, which did not and why; write secrets in another form',
  examples: [
    ['sshark secrets capture.pcapng -k keys.log', 'what each line of keys.log opened, and which secrets are missing'],
    ['sshark secrets capture.pcapng -k keys.json --export keylog -o keys.log', 'the same secrets for Wireshark'],
    ['sshark secrets capture.pcapng -k keys.log --embed with-keys.pcapng', 'a copy of the capture that carries its key log'],
  ],
  options: {
    format: { alias: 'T', type: 'string', choices: FORMATS.map((row) => row.name), default: 'table', describe: described(FORMATS) },
    export: { type: 'string', choices: EXPORTS.map((row) => row.name), describe: `Print the secrets themselves: ${described(EXPORTS)}` },
    embed: { type: 'string', requiresArg: true, describe: 'Write a copy of the capture as pcapng to this file, with the key log of its sessions in it' },
  },
  render: (args) => ({ format: lastOf(args.export) ?? lastOf(args.format) ?? 'table', options: { showSecrets: args['show-secrets'] === true } }),
  companion: async (args, run) => {
    const target = lastOf(args.embed);
    return target === undefined ? undefined : new (await import('./embed.ts')).Embedding(target, run);
  },
  check: async (args) => (await import('./copy.ts')).checkCopy(args, 'embed'),
};
