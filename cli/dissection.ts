/** One run: a capture through the library into a renderer. */
import { findSecrets, openSource, type Source } from '../src/capture/file.ts';
import { type DissectOptions, dissect } from '../src/dissect.ts';
import { DEFAULT_LIMITS } from '../src/limits.ts';
import { rendererRow } from '../src/render/index.ts';
import { DEFAULT_RENDER_OPTIONS, type Renderer, type RenderOptions } from '../src/render/renderer.ts';
import type { Sink } from '../src/ssh/model.ts';
import type { Problem } from '../src/wire/problem.ts';
import { type Arguments, type Command, InputError, lastOf, numberOf, type Run, UsageError, type World } from './command.ts';
import { coloured, limitsOf, sessionsOf } from './options.ts';
import { type Output, openOutput, PRIVATE } from './output.ts';
import { Progress } from './progress.ts';
import { secretsOf } from './secrets-files.ts';

/** Runs `command` on its capture. Gives the exit code: 0, or 1 when `--strict` found something. */
export async function runCommand(command: Command, given: Arguments, world: World): Promise<number> {
  const info = await command.info?.(given);
  if (info !== undefined) {
    world.write(new TextEncoder().encode(info));
    return 0;
  }
  await command.check?.(given);
  const path = lastOf(given.capture);
  if (path === undefined) throw new UsageError('a capture file is needed, or - for standard input');
  const asked = runOf(path, given, world);
  const args = (await command.settle?.(given, asked)) ?? given;
  const run = { ...asked, wants: wantsOf(args) };
  const target = command.ownsOutput === true ? undefined : lastOf(args.output);
  if (command.terminal === false && target === undefined && world.columns !== undefined) throw new UsageError(`${command.name} needs a file to write: -o FILE`);
  const companion = await command.companion?.(args, run);
  const renderer = await makeRenderer(command, args, target === undefined ? world.columns : undefined, run, companion?.options);
  const output = openOutput(target, world, holdsSecrets(args) ? PRIVATE : undefined);
  const results = new Results(renderer, output, run.wants, command.name !== 'summary');
  let whole = false;
  try {
    const source = await openSource(path);
    const progress = progressFor(source, args, world);
    output.before = () => progress?.hide();
    const options = { ...optionsFor(run, source), progress: (bytes: number) => progress?.update(bytes) };
    const { refusal } = await dissect(flushing(source, output, path === '-'), both(companion?.sink, results.sink), options);
    progress?.hide();
    if (refusal !== undefined) throw new InputError(`${path} ${refusal.message} (offset ${refusal.offset})`);
    results.finish();
    whole = true;
  } finally {
    output.close(whole);
  }
  await companion?.finish();
  return args.strict === true && results.failed ? 1 : 0;
}

function runOf(path: string, args: Arguments, world: World): Run {
  const limits = limitsOf(args);
  const run: Run = {
    path,
    world,
    limits,
    secrets: secretsOf(args, world, limits),
    wants: wantsOf(args),
    read: async (sink) => {
      const source = await openSource(path);
      await dissect(source.pieces, sink, optionsFor(run, source));
    },
  };
  return run;
}

function wantsOf(args: Arguments): Run['wants'] {
  const sessions = sessionsOf(args);
  return (s) => sessions === undefined || sessions.has(s.number);
}

function optionsFor({ path, limits, secrets }: Run, { size }: Source): DissectOptions {
  const all = { ...DEFAULT_LIMITS, ...limits };
  const late = size !== undefined && size <= all.lateSecretsBytes ? { lateSecrets: () => findSecrets(path, all) } : {};
  return { file: path, limits, secrets, ...late };
}

/** What is written is to be read by its owner only. */
function holdsSecrets(args: Arguments): boolean {
  return args['show-secrets'] === true || args.export !== undefined;
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
    packet(p) {
      a.packet?.(p);
      b.packet?.(p);
    },
    session(s) {
      a.session?.(s);
      b.session?.(s);
    },
    capture(c) {
      a.capture?.(c);
      b.capture?.(c);
    },
  };
}

function progressFor(source: Source, args: Arguments, world: World): Progress | undefined {
  return args.progress === false || !world.errorIsTerminal || source.size === undefined ? undefined : new Progress(source.size);
}

async function makeRenderer(
  command: Command,
  args: Arguments,
  width: number | undefined,
  { world, secrets, limits }: Run,
  more: Partial<RenderOptions> | undefined,
): Promise<Renderer> {
  const { format, options } = command.render(args);
  const row = rendererRow(command.name, format);
  if (row === undefined) throw new UsageError(`${command.name} has no format ${format}`);
  const color = coloured(args, width !== undefined, world.env);
  const showSecrets = args['show-secrets'] === true;
  const maxBytes = numberOf('--max-bytes', args['max-bytes']);
  const chosen = { color, width, showSecrets, maxBytes, limits: { ...DEFAULT_LIMITS, ...limits } };
  return row.make({ ...DEFAULT_RENDER_OPTIONS, ...chosen, ...options, ...more }, secrets);
}

/** Takes the results of the sessions asked for to the renderer, and notes what `--strict` fails for. */
class Results {
  /** Something is wrong or cut off. A session's problems hold those of its packets. */
  failed = false;
  private readonly renderer: Renderer;
  private readonly output: Output;
  private readonly wants: Run['wants'];
  private readonly packets: boolean;
  private begun = false;

  constructor(renderer: Renderer, output: Output, wants: Run['wants'], packets: boolean) {
    this.renderer = renderer;
    this.output = output;
    this.wants = wants;
    this.packets = packets;
  }

  /** Packets are not even asked for when they are not shown. */
  get sink(): Sink {
    const { renderer } = this;
    const { identification, packet } = this.packets ? renderer : {};
    return {
      ...(identification === undefined ? {} : { identification: (i) => this.wants(i.session) && this.print(identification.call(renderer, i)) }),
      ...(packet === undefined ? {} : { packet: (p) => this.wants(p.session) && this.print(packet.call(renderer, p)) }),
      session: (s) => {
        if (!this.wants(s)) return;
        this.look(s.problems);
        this.print(this.renderer.session?.(s) ?? '');
      },
      transfer: (t) => {
        if (this.wants(t.session)) this.print(this.renderer.transfer?.(t) ?? '');
      },
      capture: (c) => {
        this.look(c.problems);
        this.print(this.renderer.capture?.(c) ?? '');
      },
    };
  }

  /** The input was read to its end. */
  finish(): void {
    this.print(this.renderer.end?.() ?? '');
  }

  /** The beginning is printed with the first result: of what is no capture nothing is printed. */
  private print(what: string | Uint8Array): void {
    if (!this.begun) this.output.write(this.renderer.begin?.() ?? '');
    this.begun = true;
    if (typeof what === 'string') this.output.write(what);
    else this.output.writeBytes(what);
  }

  private look(problems: readonly Problem[]): void {
    this.failed ||= problems.some((p) => p.severity === 'error' || p.code === 'truncated');
  }
}

/** The pieces of the input. What came of one is written before the next is waited for, so that a live capture shows at once. */
async function* flushing(source: Source, output: Output, live: boolean): AsyncGenerator<Uint8Array> {
  const stop = live ? untilInterrupt() : undefined;
  for await (const piece of source.pieces) {
    yield piece;
    output.flush();
    if (stop?.() === true) break;
  }
}

/** The first Ctrl-C ends a live capture and lets what was read be summed up; the second ends the program. */
function untilInterrupt(): () => boolean {
  let interrupted = false;
  process.once('SIGINT', () => {
    interrupted = true;
  });
  return () => interrupted;
}
