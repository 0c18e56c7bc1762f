/** All renderers, in the order of the menu. The command line reads its formats and their help from here. */
import { redacting } from './redact.ts';
import type { CommandName, RendererRow } from './renderer.ts';

/** Each is loaded when it is made: what draws tables is not needed to write JSON, and starting up is most of a short run. */
export const RENDERERS: readonly RendererRow[] = [
  {
    name: 'text',
    description: 'each session on one screen, for people',
    commands: ['summary'],
    make: async (options) => (await import('./summary.ts')).summaryRenderer(options),
    parts: async (options) => (await import('./summary.ts')).summaryParts(options),
  },
  {
    name: 'table',
    description: 'one row for each message',
    commands: ['packets'],
    make: async (options) => (await import('./table.ts')).tableRenderer(options),
    parts: async (options) => (await import('./table.ts')).tableRenderer(options),
  },
  {
    name: 'tree',
    description: 'every field with its bytes; the same as -V',
    commands: ['packets'],
    make: async (options) => (await import('./tree.ts')).treeRenderer(options),
    parts: async (options) => (await import('./tree.ts')).treeRenderer(options),
  },
  {
    name: 'json',
    description: 'all records in one JSON array',
    commands: ['summary', 'packets'],
    make: async (options) => (await import('./json.ts')).jsonRenderer(options),
    parts: async (options) => (await import('./json.ts')).jsonParts(options),
  },
  {
    name: 'ndjson',
    description: 'one JSON record a line, as they become known',
    commands: ['summary', 'packets'],
    make: async (options) => (await import('./json.ts')).ndjsonRenderer(options),
    parts: async (options) => (await import('./json.ts')).ndjsonRenderer(options),
  },
  {
    name: 'fields',
    description: 'the columns chosen with -e, one line for each message',
    commands: ['packets'],
    make: async (options) => (await import('./fields.ts')).fieldsRenderer(options),
    parts: async (options) => (await import('./fields.ts')).fieldsRenderer(options),
  },
  {
    name: 'text',
    description: 'each key exchange on one screen, for people',
    commands: ['kex'],
    make: async (options) => (await import('./kex.ts')).kexRenderer(options),
  },
  {
    name: 'json',
    description: 'one record for each key exchange, in one JSON array',
    commands: ['kex'],
    make: async (options) => (await import('./kex-json.ts')).kexJsonRenderer(options),
  },
  {
    name: 'text',
    description: 'both sides as text, of a terminal what a person saw',
    commands: ['follow'],
    make: async (options) => (await import('./follow-text.ts')).followTextRenderer(options),
  },
  {
    name: 'raw',
    description: 'one stream of one channel, byte for byte',
    commands: ['follow'],
    make: async (options) => (await import('./follow-raw.ts')).followRawRenderer(options),
  },
  {
    name: 'hex',
    description: 'a hex dump of each piece of data',
    commands: ['follow'],
    make: async (options) => (await import('./follow-hex.ts')).followHexRenderer(options),
  },
  {
    name: 'cast',
    description: 'one channel as an asciicast (v2) for asciinema',
    commands: ['follow'],
    make: async (options) => (await import('./follow-cast.ts')).followCastRenderer(options),
  },
  {
    name: 'input',
    description: 'what was typed, line by line',
    commands: ['follow'],
    make: async (options) => (await import('./follow-input.ts')).followInputRenderer(options),
  },
  {
    name: 'text',
    description: 'the story of each session, for people',
    commands: ['explain'],
    make: async (options) => (await import('./explain/text.ts')).explainTextRenderer(options),
  },
  {
    name: 'markdown',
    description: 'the same as Markdown, to keep or to hand in',
    commands: ['explain'],
    make: async (options) => (await import('./explain/markdown.ts')).explainMarkdownRenderer(options),
  },
  {
    name: 'json',
    description: 'one record for each session, in one JSON array',
    commands: ['explain'],
    make: async (options) => (await import('./explain/json.ts')).explainJsonRenderer(options),
  },
  {
    name: 'mermaid',
    description: 'a sequence diagram of each handshake, as Mermaid draws it',
    commands: ['explain'],
    make: async (options) => (await import('./explain/mermaid.ts')).mermaidRenderer(options),
  },
  {
    name: 'table',
    description: 'each line of the secrets files and each key exchange, for people',
    commands: ['secrets'],
    make: async (options, secrets) => (await import('./secrets.ts')).secretsRenderer(options, secrets),
  },
  {
    name: 'json',
    description: 'one record for each session and each line, in one JSON array',
    commands: ['secrets'],
    make: async (options, secrets) => (await import('./secrets-json.ts')).secretsJsonRenderer(options, secrets),
  },
  {
    name: 'keylog',
    description: 'the key log of Wireshark, K of each key exchange',
    commands: ['secrets'],
    make: async (_, secrets) => (await import('./secrets-export.ts')).keylogRenderer(secrets),
  },
  {
    name: 'keys',
    description: 'the derived keys of each key exchange as JSON lines',
    commands: ['secrets'],
    make: async (_, secrets) => (await import('./secrets-export.ts')).keysRenderer(secrets),
  },
  {
    name: 'table',
    description: 'each file with what is known of it, for people',
    commands: ['extract'],
    make: async (options) => (await import('./manifest.ts')).filesTableRenderer(options),
  },
  {
    name: 'json',
    description: 'one record for each file, in one JSON array',
    commands: ['extract'],
    make: async (options) => (await import('./manifest.ts')).filesJsonRenderer(options),
  },
  {
    name: 'ndjson',
    description: 'one JSON record a line, as files are done',
    commands: ['extract'],
    make: async (options) => (await import('./manifest.ts')).filesNdjsonRenderer(options),
  },
  {
    name: 'text',
    description: 'what is wrong with the capture',
    commands: ['annotate'],
    make: async (options) => (await import('./annotated.ts')).annotatedRenderer(options),
  },
  {
    name: 'html',
    description: 'one page that holds everything and loads nothing',
    commands: ['report'],
    make: async (options) => (await import('./html/report.ts')).reportRenderer(options),
  },
];

/** The renderer called `name` among those that `command` offers. Unless they are asked for it gets to see no passwords. */
export function rendererRow(command: CommandName, name: string): RendererRow | undefined {
  const row = RENDERERS.find((one) => one.name === name && one.commands.includes(command));
  if (row === undefined) return undefined;
  const { make, parts } = row;
  return {
    ...row,
    make: async (options, secrets) => (options.showSecrets ? make(options, secrets) : redacting(await make(options, secrets))),
    ...(parts && { parts: async (options) => (options.showSecrets ? parts(options) : redacting(await parts(options))) }),
  };
}
