/** The command `packets`: every SSH message of the capture. */
import { RENDERERS } from '../src/render/index.ts';
import { type Arguments, type Command, lastOf, UsageError, valuesOf } from './command.ts';

const FORMATS = RENDERERS.filter((row) => row.commands.includes('packets'));

export const packets: Command = {
  name: 'packets',
  describe: 'List every SSH message, one row each, or with all its fields and bytes',
  examples: [
    ['sshark packets capture.pcapng', 'one row for each message'],
    ['sshark packets capture.pcapng -V -x -s 1', 'session 1 with all fields and a hex dump'],
    ['sshark packets capture.pcapng -T fields -e frame.number -e ssh.kex_algorithms', 'two columns, tab between them'],
    ['tcpdump -U -w - port 22 | sshark packets -', 'live'],
  ],
  options: {
    format: {
      alias: 'T',
      type: 'string',
      choices: FORMATS.map((row) => row.name),
      describe: FORMATS.map((row) => `${row.name}: ${row.description}`).join('; '),
    },
    verbose: { alias: 'V', count: true, describe: 'The tree of all fields; -VV also says what each field is for' },
    hex: { alias: 'x', type: 'boolean', describe: 'Hex dump under each message (table and tree)' },
    field: { alias: 'e', type: 'string', requiresArg: true, describe: 'A column of -T fields (repeatable)' },
    'field-option': { alias: 'E', type: 'string', requiresArg: true, describe: 'separator=CHARACTER and header=y|n of -T fields (repeatable)' },
    'list-fields': { type: 'boolean', describe: 'List the names that -e takes' },
    time: { type: 'string', choices: ['relative', 'absolute'], default: 'relative', describe: 'Times in the table' },
  },
  render: (args) => {
    const fields = valuesOf(args.field, ',');
    const format = lastOf(args.format) ?? (Number(args.verbose ?? 0) > 0 ? 'tree' : fields.length > 0 ? 'fields' : 'table');
    if (format === 'fields' && fields.length === 0) throw new UsageError('-T fields needs columns: -e NAME for each (--list-fields lists the names)');
    const absoluteTime = lastOf(args.time) === 'absolute';
    return { format, options: { hex: args.hex === true, docs: Number(args.verbose ?? 0) > 1, absoluteTime, fields, ...fieldOptions(args) } };
  },
  check: async (args) => {
    const names = valuesOf(args.field, ',');
    if (names.length === 0) return;
    const { fieldColumn, nearFields } = await import('../src/render/fields.ts');
    for (const name of names) {
      if (fieldColumn(name) !== undefined) continue;
      const near = nearFields(name);
      throw new UsageError(`there is no field ${JSON.stringify(name)}${near.length === 0 ? '' : `; did you mean ${near.join(' or ')}?`}`);
    }
  },
  info: async (args) => (args['list-fields'] === true ? (await import('../src/render/fields.ts')).fieldList() : undefined),
};

const SEPARATORS: Readonly<Record<string, string>> = { '/t': '\t', '/s': ' ' };

/** `-E` as tshark takes it: `separator=,`, `separator=/t`, `separator=/s`, `header=y`. */
function fieldOptions(args: Arguments): { separator?: string; header?: boolean } {
  const out: { separator?: string; header?: boolean } = {};
  for (const text of valuesOf(args['field-option'])) {
    const [, name, value = ''] = /^(separator|header)=(.+)$/s.exec(text) ?? [];
    if (name === 'separator') out.separator = (Object.hasOwn(SEPARATORS, value) ? SEPARATORS[value] : undefined) ?? value;
    else if (name === 'header' && /^[yn]$/.test(value)) out.header = value === 'y';
    else throw new UsageError(`-E takes separator=CHARACTER or header=y or header=n, not ${JSON.stringify(text)}`);
  }
  return out;
}
