/** The command `report`: one self-contained HTML page about a capture. */
import { LEVELS, type Level } from '../src/explain/note.ts';
import { type Command, lastOf, numberOf } from './command.ts';

export const report: Command = {
  name: 'report',
  describe: 'Write one HTML page: every session as a ladder of messages, byte by byte, with the key exchange, the login and the channels',
  examples: [
    ['sshark report capture.pcapng -o report.html', 'a file to open, project or send; it loads nothing'],
    ['sshark report capture.pcapng -k keys.log -s 3 -o report.html', 'session 3, decrypted'],
  ],
  options: {
    level: {
      type: 'string',
      choices: LEVELS,
      default: 'student',
      describe: 'For whom the explanations are; the page has a switch for it too',
    },
    'max-packets': { type: 'string', requiresArg: true, describe: 'Messages in the page, at most (2,000 unless given)' },
  },
  render: (args) => ({
    format: 'html',
    options: { level: levelOf(lastOf(args.level)), showSecrets: args['show-secrets'] === true, maxPackets: numberOf('--max-packets', args['max-packets']) },
  }),
  terminal: false,
};

function levelOf(text: string | undefined): Level {
  return LEVELS.find((level) => level === text) ?? 'student';
}
