/** The command `extract`: the files that moved, written into a folder. */
import { RENDERERS } from '../src/render/index.ts';
import { type Command, lastOf, UsageError } from './command.ts';

const FORMATS = RENDERERS.filter((row) => row.commands.includes('extract'));

export const extract: Command = {
  name: 'extract',
  describe: 'Write the files that were moved by SFTP and SCP into a folder',
  examples: [
    ['sshark extract capture.pcapng -k keys.log -o files', 'all files below files/, with a list of them in files/manifest.json'],
    ['sshark extract capture.pcapng -k keys.log -o files -s 2 -T json', 'those of session 2; the list as JSON'],
  ],
  options: {
    format: {
      alias: 'T',
      type: 'string',
      choices: FORMATS.map((row) => row.name),
      default: 'table',
      describe: FORMATS.map((row) => `${row.name}: ${row.description}`).join('; '),
    },
    output: { alias: 'o', type: 'string', requiresArg: true, describe: 'The folder, which is made if it is not there (needed)' },
    force: { type: 'boolean', describe: 'Write over files that are there' },
  },
  ownsOutput: true,
  render: (args) => ({ format: lastOf(args.format) ?? 'table', options: {} }),
  check: async (args) => {
    if (lastOf(args.output) === undefined) throw new UsageError('extract needs a folder: -o DIR');
  },
  companion: async (args, run) => {
    const { Extraction } = await import('./extraction.ts');
    return new Extraction(lastOf(args.output) ?? '.', args.force === true, run);
  },
};
