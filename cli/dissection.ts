/** One run: a capture through the library into a renderer. */
import { findSecrets, openSource, type Source } from '../src/capture/file.ts';
import { type DissectOptions, dissect } from '../src/dissect.ts';
import { DEFAULT_LIMITS } from '../src/limits.ts';
import { rendererRow } from '../src/render/index.ts';
import { DEFAULT_RENDER_OPTIONS, type Renderer, type RendererRow, type RenderOptions } from '../src/render/renderer.ts';
import type { Packet, Sink } from '../src/ssh/model.ts';
import { type Arguments, type Command, type Companion, InputError, lastOf, numberOf, type Run, UsageError, type World } from './command.ts';
import { Interrupts } from './interrupt.ts';
import { Inseparable } from './jobs/share.ts';
import { Jobs } from './jobs/threads.ts';
import { coloured, jobsOf, limitsOf, sessionsOf } from './options.ts';
import { codeOf, type Output, openOutput } from './output.ts';
import { Progress } from './progress.ts';
import { isWanted, Page, Results } from './results.ts';
import { type SecretsText, secretsTexts, storeOf } from './secrets-files.ts';

/** Runs `command` on its capture. Gives the exit code: 0, or 1 when `--strict` found something. */
export async function runCommand(command: Command, given: Arguments, outside: World): Promise<number> {
  const world = command.ownsOutput === true ? undeterred(outside) : outside;
  const info = await command.info?.(given);
  if (info !== undefined) {
    world.write(new TextEncoder().encode(info));
    return 0;
  }
  await command.check?.(given);
  const path = lastOf(given.capture);
  if (path === undefined) throw new UsageError('a capture file is needed, or - for standard input');
  const texts = secretsTexts(given, world);
  const interrupts = new Interrupts(world);
  const asked = runOf(path, given, world, texts, interrupts);
  const args = (await command.settle?.(given, asked)) ?? given;
  const run = { ...asked, wants: wantsOf(args) };
  const jobs = jobsOf(args);
  const target = command.ownsOutput === true ? undefined : lastOf(args.output);
  if (command.terminal === false && target === undefined && world.columns !== undefined) throw new UsageError(`${command.name} needs a file to write: -o FILE`);
  // The first Ctrl-C of a live capture has a meaning of its own.
  if (target !== undefined || command.companion !== undefined || world.errorIsTerminal) interrupts.begin(path === '-' ? ['SIGINT'] : []);
  const companion = await command.companion?.(args, run);
  const form = formOf(command, args, target === undefined ? world.columns : undefined, run, companion?.options);
  const output = openOutput(target, world);
  try {
    const failed = await produce({ command, args, run, texts, form, output, companion, interrupts }, jobs);
    return args.strict === true && failed ? 1 : 0;
  } finally {
    interrupts.end();
  }
}

/** Prints and writes everything, or takes back what was begun. True when there is something that `--strict` fails for. */
async function produce(all: Printing, jobs: number): Promise<boolean> {
  const { run, texts, output, companion } = all;
  let whole = false;
  try {
    const failed = await print(all, companion === undefined ? jobs : 1).catch((error: unknown) => {
      if (!(error instanceof Inseparable)) throw error;
      output.repeat();
      return print({ ...all, run: { ...run, secrets: storeOf(texts, run.limits) } }, 1);
    });
    output.flush();
    await companion?.finish();
    whole = true;
    return failed;
  } finally {
    if (!whole) await companion?.abort?.();
    output.close(whole);
  }
}

/** All that printing a capture needs. */
interface Printing {
  readonly command: Command;
  readonly args: Arguments;
  readonly run: Run;
  readonly texts: readonly SecretsText[];
  readonly form: Form;
  readonly output: Output;
  readonly companion: Companion | undefined;
  readonly interrupts: Interrupts;
}

/** Prints the capture with at most `jobs` threads. True when there is something that `--strict` fails for. */
async function print(all: Printing, jobs: number): Promise<boolean> {
  const { command, args, run, form, output, companion, interrupts } = all;
  const { path, world } = run;
  const renderer = await form.row.make(form.options, run.secrets);
  const source = await openSource(path);
  const progress = progressFor(source, args, world);
  output.before = () => progress?.hide();
  const page = new Page(renderer, output);
  const wanted = { sessions: sessionsOf(args), packets: command.name !== 'summary' };
  const options = { ...optionsFor(run, source), progress: (bytes: number) => progress?.update(bytes) };
  const results = new Results(renderer, wanted, (what) => page.print(what));
  const threads = options.lateSecrets === undefined ? threadsFor(all, jobs, source, { renderer, page, results }) : undefined;
  const forget = interrupts.on((error) => threads?.fail(error));
  try {
    const pieces = flushing(run.watch(source.pieces), output, path === '-' ? interrupts : undefined);
    const { refusal, totals } = await dissect(threads?.pieces(pieces) ?? pieces, both(companion?.sink, results.sink), {
      ...options,
      ...(threads === undefined ? {} : { share: threads.share }),
    });
    progress?.hide();
    if (refusal !== undefined) throw new InputError(`${path} ${refusal.message} (offset ${refusal.offset})`);
    await threads?.finish();
    results.look(totals.problems);
    page.finish(totals);
  } finally {
    forget();
    progress?.hide();
    await threads?.stop();
  }
  return results.failed || threads?.failed === true;
}

/** The way of the results to the output. */
interface Way {
  readonly renderer: Renderer;
  readonly results: Results;
  readonly page: Page;
}

/** Bytes of one thread that may wait for the turn of another. */
const AHEAD = 16 * 1024 * 1024;

/** The threads of a run; undefined when it has to do with one: the capture cannot be read twice, or its sessions not be printed apart. */
function threadsFor({ command, args, run, texts, form }: Printing, jobs: number, { size }: Source, { renderer, page, results }: Way): Jobs | undefined {
  const { path, world, limits } = run;
  const { row, options } = form;
  if (jobs === 1 || size === undefined || world.program === undefined || row.parts === undefined) return undefined;
  const { parts } = row;
  const { ahead = AHEAD, pays } = world.threads ?? {};
  const task = { jobs, path, size, limits, secrets: texts, command: command.name, format: row.name, options, ahead, sessions: sessionsOf(args) };
  return new Jobs(task, new URL('./session-worker.js', world.program), pays, {
    join: (part) => page.join(part),
    origin: () => results.origin,
    // Without `join` what it gives are parts already, and it knows what stands before them.
    divert: async (shared, add) => results.divert(renderer.join === undefined ? renderer : await parts(shared), add),
  });
}

function runOf(path: string, args: Arguments, world: World, texts: readonly SecretsText[], interrupts: Interrupts): Run {
  const limits = limitsOf(args);
  const run: Run = {
    path,
    world,
    limits,
    secrets: storeOf(texts, limits),
    wants: wantsOf(args),
    watch: (pieces) => interrupts.watch(pieces),
    read: async (sink) => {
      const source = await openSource(path);
      await dissect(run.watch(source.pieces), sink, optionsFor(run, source));
    },
  };
  return run;
}

function wantsOf(args: Arguments): Run['wants'] {
  const sessions = sessionsOf(args);
  return (s) => isWanted({ sessions }, s);
}

function optionsFor({ path, limits, secrets }: Run, { size }: Source): DissectOptions {
  const all = { ...DEFAULT_LIMITS, ...limits };
  const late = size !== undefined && size <= all.lateSecretsBytes ? { lateSecrets: () => findSecrets(path, all) } : {};
  return { file: path, limits, secrets, ...late };
}

/** One sink that gives to two, to a companion first. Only it takes the contents of files. */
function both(a: Sink | undefined, b: Sink): Sink {
  if (a === undefined) return b;
  return {
    ...(a.content === undefined ? {} : { content: (t, offset, bytes) => a.content?.(t, offset, bytes) }),
    transfer(t) {
      a.transfer?.(t);
      b.transfer?.(t);
    },
    identification(i) {
      a.identification?.(i);
      b.identification?.(i);
    },
    // Whoever has this gets packets with all their bytes kept, which costs.
    ...(a.packet === undefined && b.packet === undefined ? {} : { packet: (p) => giveBoth(a, b, p) }),
    session(s) {
      a.session?.(s);
      b.session?.(s);
    },
    ...(a.capture === undefined ? {} : { capture: (c) => a.capture?.(c) }),
  };
}

function giveBoth(a: Sink, b: Sink, p: Packet): void {
  a.packet?.(p);
  b.packet?.(p);
}

function progressFor(source: Source, args: Arguments, world: World): Progress | undefined {
  return args.progress === false || !world.errorIsTerminal || source.size === undefined ? undefined : new Progress(source.size);
}

/** The renderer that a run asks for, and its options. */
interface Form {
  readonly row: RendererRow;
  readonly options: RenderOptions;
}

function formOf(command: Command, args: Arguments, width: number | undefined, { world, limits }: Run, more: Partial<RenderOptions> = {}): Form {
  const { format, options } = command.render(args);
  const row = rendererRow(command.name, format);
  if (row === undefined) throw new UsageError(`${command.name} has no format ${format}`);
  const color = coloured(args, width !== undefined, world.env);
  const showSecrets = args['show-secrets'] === true;
  const maxBytes = numberOf('--max-bytes', args['max-bytes']);
  const chosen = { color, width, showSecrets, maxBytes, limits: { ...DEFAULT_LIMITS, ...limits } };
  return { row, options: { ...DEFAULT_RENDER_OPTIONS, ...chosen, ...options, ...more } };
}

/** The pieces of the input. What came of one is written before the next is waited for, so that a live capture shows at once. */
async function* flushing(pieces: AsyncIterable<Uint8Array>, output: Output, live: Interrupts | undefined): AsyncGenerator<Uint8Array> {
  const stop = live && untilInterrupt(live);
  for await (const piece of pieces) {
    yield piece;
    output.flush();
    if (stop?.() === true) break;
  }
}

/** The first Ctrl-C ends a live capture and lets what was read be summed up; the second ends the program. */
function untilInterrupt(interrupts: Interrupts): () => boolean {
  let interrupted = false;
  process.once('SIGINT', () => {
    interrupted = true;
    if (interrupts.begun) interrupts.begin();
  });
  return () => interrupted;
}

/** A world in which nobody need read what is printed: who writes files goes on. */
function undeterred(world: World): World {
  const write = (bytes: Uint8Array) => {
    try {
      world.write(bytes);
    } catch (error) {
      if (codeOf(error) !== 'EPIPE') throw error;
    }
  };
  return { ...world, write };
}
