/** The command `summary`: each session on one screen. */
import { RENDERERS } from '../src/render/index.ts';
import { type Command, lastOf } from './command.ts';

const FORMATS = RENDERERS.filter((row) => row.commands.includes('summary'));

export const summary: Command = {
  name: 'summary',
  describe: 'Sum up each session: who, which algorithms, which host key, how it ended, what is wrong (the default command)',
  examples: [
    ['sshark capture.pcapng', 'all sessions; many of them have one line each'],
    ['sshark summary capture.pcapng -s 3', 'session 3 in full'],
    ['sshark summary capture.pcapng -T json', 'for a program'],
  ],
  options: {
    format: {
      alias: 'T',
      type: 'string',
      choices: FORMATS.map((row) => row.name),
      default: 'text',
      describe: FORMATS.map((row) => `${row.name}: ${row.description}`).join('; '),
    },
  },
  render: (args) => ({ format: lastOf(args.format) ?? 'text', options: { full: args.session !== undefined } }),
};
