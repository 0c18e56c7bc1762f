/** The command `annotate`: the capture again, with packet comments that Wireshark shows. */
import { LEVELS } from '../src/explain/note.ts';
import { type Command, lastOf, UsageError } from './command.ts';

export const annotate: Command = {
  name: 'annotate',
  describe: 'Write a copy of the capture as pcapng, with what sshark knows as packet comments, which Wireshark shows',
  examples: [
    ['sshark annotate capture.pcapng -o told.pcapng', 'every original packet, with comments'],
    ['sshark annotate capture.pcap.gz -k keys.log --embed-secrets -o told.pcapng', 'with the key log in it, so that Wireshark decrypts it too'],
    ['tshark -r told.pcapng -T fields -e frame.number -e frame.comment', 'the comments as text'],
  ],
  ownsOutput: true,
  options: {
    level: {
      type: 'string',
      choices: LEVELS,
      default: 'student',
      describe: 'How much is explained; deep lists the fields too',
    },
    'embed-secrets': { type: 'boolean', describe: 'Put the key log of the sessions into a Decryption Secrets Block: whoever has the copy can read everything' },
  },
  render: () => ({ format: 'text', options: {} }),
  companion: async (args, run) => new (await import('./annotation.ts')).Annotation(args, run),
  check: async (args) => {
    if (args.capture !== undefined && lastOf(args.output) === undefined) throw new UsageError('annotate writes a capture: name it with -o FILE');
    (await import('./copy.ts')).checkCopy(args, 'output');
  },
};
