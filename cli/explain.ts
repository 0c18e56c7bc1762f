/** The command `explain`: the story of each session. */
import { LEVELS, type Level } from '../src/explain/note.ts';
import { RENDERERS } from '../src/render/index.ts';
import { type Arguments, type Command, lastOf, UsageError } from './command.ts';

const FORMATS = RENDERERS.filter((row) => row.commands.includes('explain'));

export const explain: Command = {
  name: 'explain',
  describe: 'Tell the story of each session: what each message is for, what was chosen and why, what it protects from',
  examples: [
    ['sshark explain capture.pcapng', 'what can be known from outside'],
    ['sshark explain capture.pcapng -k keys.log', 'with secrets: also what was computed, and all that was encrypted'],
    ['sshark explain capture.pcapng --level brief', 'one screen'],
    ['sshark explain capture.pcapng -T mermaid', 'a sequence diagram'],
    ['sshark explain --message SSH_MSG_KEXINIT', 'what a message is for; no capture is needed'],
    ['sshark explain --algorithm aes128-ctr', 'what an algorithm is and how good it is'],
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
    algorithm: { type: 'string', requiresArg: true, describe: 'Explain this algorithm, without a capture' },
    message: { type: 'string', requiresArg: true, describe: 'Explain this message, by its name or number, without a capture' },
    glossary: { type: 'boolean', describe: 'List all algorithms with what they are, without a capture' },
  },
  render: (args) => ({
    format: lastOf(args.format) ?? 'text',
    options: { level: levelOf(lastOf(args.level)), showSecrets: args['show-secrets'] === true },
  }),
  info,
};

/** What needs no capture: the glossary and its entries. */
async function info(args: Arguments): Promise<string | undefined> {
  const { algorithm, message } = { algorithm: lastOf(args.algorithm), message: lastOf(args.message) };
  if (algorithm === undefined && message === undefined && args.glossary !== true) return undefined;
  const { algorithmText, glossaryText, messageText } = await import('../src/render/explain/glossary.ts');
  const { nearMessages, nearTerms } = await import('../src/explain/glossary.ts');
  if (algorithm !== undefined) return algorithmText(algorithm) || unknown('algorithm', algorithm, nearTerms(algorithm));
  if (message !== undefined) return messageText(message) || unknown('message', message, nearMessages(message));
  return glossaryText();
}

function unknown(what: string, name: string, near: readonly string[]): never {
  throw new UsageError(`there is no ${what} ${JSON.stringify(name)}${near.length === 0 ? '' : `; did you mean ${near.join(' or ')}?`}`);
}

function levelOf(text: string | undefined): Level {
  return LEVELS.find((level) => level === text) ?? 'student';
}
