/** The command `explain`: the story of each session. */
import { LEVELS, type Level } from '../src/explain/note.ts';
import { RENDERERS } from '../src/render/index.ts';
import { type Command, lastOf } from './command.ts';

const FORMATS = RENDERERS.filter((row) => row.commands.includes('explain'));

export const explain: Command = {
  name: 'explain',
  describe: 'Tell the story of each session: what each message is for, what was chosen and why, what it protects from',
  examples: [
    ['sshark explain capture.pcapng', 'what can be known from outside'],
    ['sshark explain capture.pcapng -k keys.log', 'with secrets: also what was computed, and all that was encrypted'],
    ['sshark explain capture.pcapng --level brief', 'one screen'],
    ['sshark explain capture.pcapng -T mermaid', 'a sequence diagram'],
  ],
  options: {
    format: {
      alias: 'T',
      type: 'string',
      choices: FORMATS.map((row) => row.name),
      default: 'text',
      describe: FORMATS.map((row) => `${row.name}: ${row.description}`).join('; '),
    },
    level: {
      type: 'string',
      choices: LEVELS,
      default: 'student',
      describe: 'brief: one screen; student: everything that matters; deep: also bytes and computations',
    },
  },
  render: (args) => ({
    format: lastOf(args.format) ?? 'text',
    options: { level: levelOf(lastOf(args.level)), showSecrets: args['show-secrets'] === true },
  }),
};

function levelOf(text: string | undefined): Level {
  return LEVELS.find((level) => level === text) ?? 'student';
}
