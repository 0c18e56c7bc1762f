/** A capture through every renderer, and what must hold for whatever they print. */
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { latin1, utf8 } from '../../src/bytes/text.ts';
import type { Level } from '../../src/explain/note.ts';
import { type DissectOptions, inMemory, type Pieces, type Result, results } from '../../src/index.ts';
import { DEFAULT_LIMITS } from '../../src/limits.ts';
import { CommentCollector } from '../../src/render/comments.ts';
import { RENDERERS, rendererRow } from '../../src/render/index.ts';
import { type CommandName, DEFAULT_RENDER_OPTIONS, type Renderer, type RenderOptions } from '../../src/render/renderer.ts';
import { SecretStore } from '../../src/secrets/store.ts';

/**
 * Controls of C0 but line feed, and tab where the format sets one; DEL, C1, bidirectional and invisible marks, line
 * separators, lone surrogates.
 */
const UNSAFE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what no output may hold
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

const FIELDS = [
  'frame.number',
  'ssh.protocol',
  'ssh.message_code',
  'ssh.kex_algorithms',
  'ssh.host_key.type',
  'ssh.payload',
  'sshark.summary',
  'sshark.problems',
];

/** A way to print: a renderer of a command with options. */
export interface Form {
  readonly name: string;
  readonly command: CommandName;
  readonly format: string;
  readonly options: Partial<RenderOptions>;
}

/** Every renderer, people's ones also as wide as a terminal and with everything on. */
export const FORMS: readonly Form[] = RENDERERS.flatMap((row) =>
  row.commands.flatMap((command) => {
    const form = (more: string, options: Partial<RenderOptions>): Form => ({ name: `${command} ${row.name}${more}`, command, format: row.name, options });
    const plain = form('', row.name === 'fields' ? { fields: FIELDS, header: true } : {});
    if (row.name === 'table') return [plain, form(' -x', { hex: true, width: 80 })];
    if (row.name === 'tree') return [plain, form(' -VV -x', { hex: true, docs: true })];
    if (row.name === 'text') return [plain, form(' --show-secrets', { width: 60, showSecrets: true, docs: true, full: true })];
    return [plain];
  }),
);

/** A store that holds `text`, as `-k` would read it from a file `secrets.keylog`. */
export function storeOf(text: string | Uint8Array | undefined): SecretStore {
  const store = new SecretStore(DEFAULT_LIMITS);
  if (text !== undefined) store.add(typeof text === 'string' ? utf8(text) : text, 'secrets.keylog');
  return store;
}

/** Everything that a dissection gives, in its order. */
export async function resultsOf(file: Uint8Array | Pieces, options: DissectOptions = {}): Promise<Result[]> {
  const out: Result[] = [];
  for await (const one of results(file instanceof Uint8Array ? inMemory(file) : file, options)) out.push(one);
  return out;
}

export async function makeRenderer({ command, format, options }: Omit<Form, 'name'>): Promise<Renderer> {
  const renderer = await rendererRow(command, format)?.make({ ...DEFAULT_RENDER_OPTIONS, ...options });
  if (renderer === undefined) throw new Error(`${command} has no format ${format}`);
  return renderer;
}

/** Bytes that a renderer gives as they are, one character each. */
function latin1Of(what: string | Uint8Array): string {
  return typeof what === 'string' ? what : latin1(what);
}

/** What `renderer` says about one result. */
export function textOf(renderer: Renderer, one: Result): string {
  if (one.kind === 'identification') return renderer.identification?.(one.identification) ?? '';
  if (one.kind === 'packet') return latin1Of(renderer.packet?.(one.packet) ?? '');
  if (one.kind === 'session') return renderer.session?.(one.session) ?? '';
  return one.kind === 'capture' ? (renderer.capture?.(one.capture) ?? '') : '';
}

/** The whole output of `form` for `found`. `summary` is not told of packets, as on the command line. */
export async function print(found: readonly Result[], form: Omit<Form, 'name'>): Promise<string> {
  const renderer = await makeRenderer(form);
  const shown = form.command === 'summary' ? found.filter((r) => r.kind === 'session' || r.kind === 'capture') : found;
  return (renderer.begin?.() ?? '') + shown.map((r) => textOf(renderer, r)).join('') + (renderer.end?.() ?? '');
}

/** The first character in `text` that no output may hold, with what stands around it; undefined when there is none. */
export function unsafeIn(text: string): string | undefined {
  const found = UNSAFE.exec(text);
  return found === null ? undefined : JSON.stringify(text.slice(Math.max(0, found.index - 40), found.index + 20));
}

let ajv: Ajv2020 | undefined;

/** Why `record` does not meet its definition in docs/output.schema.json; undefined when it does. */
export function schemaError(record: unknown): string | undefined {
  ajv ??= new Ajv2020({ allowUnionTypes: true }).addSchema(JSON.parse(readFileSync('docs/output.schema.json', 'utf8')), 'output');
  const kind = typeof record === 'object' && record !== null && 'record' in record ? record.record : undefined;
  const validate = ajv.getSchema(`output#/$defs/${kind}`);
  if (validate === undefined) return `there is no record ${JSON.stringify(kind)}`;
  if (validate(record)) return undefined;
  const [first] = validate.errors ?? [];
  return `${kind}${first?.instancePath} ${first?.message} ${JSON.stringify(first?.params)}`;
}

/** Throws when a packet comment on `found` holds what it may not, or is more than a row. */
function checkComments(found: readonly Result[]): void {
  const { comments } = commentsOn(found, 'deep');
  const frames = found.map((r) => (r.kind === 'packet' ? r.packet.frame : r.kind === 'identification' ? r.identification.frame : 0));
  for (const frame of new Set(frames)) {
    const lines = comments.get(frame) ?? [];
    const wrong = lines.find((line) => line.length > 240 || line.includes('\n')) ?? unsafeIn(lines.join(''));
    if (wrong !== undefined) throw new Error(`a comment on frame ${frame} is not harmless: ${wrong}`);
  }
}

/** The packet comments on `found`. */
export function commentsOn(found: readonly Result[], level: Level): CommentCollector {
  const collector = new CommentCollector({ level, showSecrets: false }, DEFAULT_LIMITS);
  for (const one of found) {
    if (one.kind === 'identification') collector.identification(one.identification);
    else if (one.kind === 'packet') collector.packet(one.packet);
    else if (one.kind === 'session') collector.session(one.session);
  }
  return collector;
}

/** Prints `found` in every form. Throws when an output holds what it may not, is no JSON where it should be, or does not meet the schema. */
export async function checkOutputs(found: readonly Result[], forms: readonly Form[] = FORMS): Promise<void> {
  checkComments(found);
  for (const form of forms) {
    const text = await print(found, form);
    // The bytes of a stream are given as they are: that is what was asked for.
    const unsafe = form.format === 'raw' ? undefined : unsafeIn(text);
    if (unsafe !== undefined) throw new Error(`${form.name} lets a control character through: ${unsafe}`);
    const records = recordsOf(text, form);
    for (const record of records) {
      const wrong = schemaError(record);
      if (wrong !== undefined) throw new Error(`${form.name} does not meet the schema: ${wrong}`);
    }
  }
}

function recordsOf(text: string, { format }: Form): unknown[] {
  if (format === 'json') return JSON.parse(text) as unknown[];
  if (format !== 'ndjson') return [];
  if (text !== '' && !text.endsWith('\n')) throw new Error('ndjson without a line end');
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as unknown);
}
