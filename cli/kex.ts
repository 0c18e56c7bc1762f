/** The command `kex`: the exchange hash of each key exchange, taken apart. */
import { RENDERERS } from '../src/render/index.ts';
import { type Arguments, type Command, lastOf, numberOf, UsageError } from './command.ts';

const FORMATS = RENDERERS.filter((row) => row.commands.includes('kex'));

export const kex: Command = {
  name: 'kex',
  describe: 'Take the exchange hash apart: its inputs and where they came from, the signature over it, the keys that follow',
  examples: [
    ['sshark kex capture.pcapng', 'the inputs as far as the capture holds them'],
    ['sshark kex capture.pcapng -k keys.log', 'with K from a key log: also H, the signature and the keys'],
    ['sshark kex capture.pcapng -k keys.log --tamper V_C', 'what happens when one bit of V_C is flipped'],
  ],
  options: {
    format: {
      alias: 'T',
      type: 'string',
      choices: FORMATS.map((row) => row.name),
      default: 'text',
      describe: FORMATS.map((row) => `${row.name}: ${row.description}`).join('; '),
    },
    exchange: { type: 'string', requiresArg: true, describe: 'Only this key exchange of each session; 1 is the first' },
    tamper: {
      type: 'string',
      requiresArg: true,
      describe: 'Flip the lowest bit of a byte in one input, as FIELD or FIELD:OFFSET (V_C, I_S:17, K), and show what breaks',
    },
    verbose: { alias: 'V', type: 'boolean', describe: 'Say what each input is for' },
  },
  render: (args) => ({
    format: lastOf(args.format) ?? 'text',
    options: {
      showSecrets: args['show-secrets'] === true,
      docs: args.verbose === true,
      exchange: exchangeOf(args),
      tamper: tamperOf(args),
    },
  }),
};

function exchangeOf(args: Arguments): number | undefined {
  const exchange = numberOf('--exchange', args.exchange);
  if (exchange === 0) throw new UsageError('--exchange counts from 1');
  return exchange;
}

/** `FIELD:OFFSET` as the bit that is flipped: the lowest one of byte OFFSET, the first byte when none is given. */
function tamperOf(args: Arguments): { readonly field: string; readonly bit: number } | undefined {
  const text = lastOf(args.tamper);
  if (text === undefined) return undefined;
  const [, field, offset = '0'] = /^([A-Za-z_ ]+)(?::(\d{1,7}))?$/.exec(text) ?? [];
  if (field === undefined) throw new UsageError(`--tamper takes FIELD or FIELD:OFFSET, such as V_C or I_S:17, not ${JSON.stringify(text)}`);
  return { field, bit: 8 * Number(offset) + 7 };
}
