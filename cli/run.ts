/** The command line: arguments to a command, errors to exit codes. */
import { printable } from '../src/bytes/printable.ts';
import { UnreadableError } from '../src/capture/file.ts';
import { annotate } from './annotate.ts';
import { type Arguments, type Command, InputError, UsageError, type World } from './command.ts';
import { explain } from './explain.ts';
import { extract } from './extract.ts';
import { follow } from './follow.ts';
import { InterruptedError, SIGNALS } from './interrupt.ts';
import type { Say, WorkerTask } from './jobs/task.ts';
import { kex } from './kex.ts';
import { optionsOf } from './options.ts';
import { codeOf } from './output.ts';
import { packets } from './packets.ts';
import { quickParse } from './quick.ts';
import { report } from './report.ts';
import { secrets } from './secrets.ts';
import { summary } from './summary.ts';

/** The commands, in the order of the help. The first is what a bare capture means. */
export const COMMANDS: readonly Command[] = [summary, packets, explain, kex, follow, extract, annotate, report, secrets];

export const EXIT = { done: 0, problems: 1, usage: 2, input: 3, bug: 70, signal: 128 } as const;

/** What the arguments mean: a command to run, or a text (help, version) to print. */
type Parsed = { readonly command: Command; readonly args: Arguments } | { readonly text: string };

/** Runs the command line `argv` (without the program) and gives the exit code. Throws only for a bug of ours. */
export async function run(argv: readonly string[], world: World, version: string): Promise<number> {
  try {
    const parsed = quickParse(argv, COMMANDS) ?? (await parse(argv, version));
    if ('text' in parsed) {
      world.write(new TextEncoder().encode(`${parsed.text}\n`));
      return EXIT.done;
    }
    // Loaded only now: help and usage errors need none of the dissector.
    const { runCommand } = await import('./dissection.ts');
    return await runCommand(parsed.command, parsed.args, world);
  } catch (error) {
    if (codeOf(error) === 'EPIPE') return EXIT.done; // whoever read the output has seen enough
    if (error instanceof UsageError) {
      world.error(`sshark: ${shown(error.message)}\nTry sshark --help.\n`);
      return EXIT.usage;
    }
    if (error instanceof InterruptedError) {
      world.error('sshark: interrupted; what was not whole was taken back\n');
      return EXIT.signal + SIGNALS[error.signal];
    }
    const why = error instanceof InputError || error instanceof UnreadableError ? error.message : unwritten(error);
    if (why === undefined) throw error;
    world.error(`sshark: ${shown(why)}\n`);
    return EXIT.input;
  }
}

/** A message for the terminal: names of files and what the user typed may hold anything. */
function shown(message: string): string {
  return message.split('\n').map(printable).join('\n');
}

/** Why the system did not take what was to be printed; undefined when that is not what went wrong. */
function unwritten(error: unknown): string | undefined {
  if (!(error instanceof Error) || codeOf(error) === undefined || !('syscall' in error) || error.syscall !== 'write') return undefined;
  return `the output cannot be written: ${error.message}`;
}

/** Does the task of a worker thread. */
export async function work(task: WorkerTask, say: Say): Promise<void> {
  const worker = await import('./jobs/work.ts');
  await worker.work(task, say);
}

/** What yargs makes of the arguments. */
export async function parse(argv: readonly string[], version: string): Promise<Parsed> {
  const { default: yargs } = await import('yargs');
  let chosen: Parsed | undefined;
  let parser = yargs()
    .scriptName('sshark')
    .locale('en')
    .usage('$0 <command> <capture> [options]\n\nDissects and explains SSH captures (pcap, pcapng, also compressed). - reads standard input.')
    .parserConfiguration({ 'parse-positional-numbers': false, 'dot-notation': false, 'camel-case-expansion': false })
    .exitProcess(false)
    .showHelpOnFail(false)
    .version(version)
    .help()
    .strict()
    .wrap(100)
    .epilogue('Exit codes: 0 done, 1 --strict found something, 2 usage, 3 not a capture, unreadable or not writable, 130 interrupted.');
  for (const [i, command] of COMMANDS.entries()) {
    const names = i === 0 ? [`${command.name} [capture]`, '$0'] : `${command.name} [capture]`;
    parser = parser.command(
      names,
      command.describe,
      (y) =>
        y
          .positional('capture', { type: 'string', describe: 'Capture file, or - for standard input' })
          .options(optionsOf(command))
          .example(command.examples.map(([call, meaning]) => [call, meaning])),
      (args) => {
        // Of a lone dash yargs makes an empty text.
        chosen = { command, args: args.capture === '' ? { ...args, capture: '-' } : args };
      },
    );
  }
  return new Promise((resolve, reject) => {
    const done = (error: Error | undefined, _: unknown, output: string) => {
      if (error) reject(new UsageError(error.message));
      else if (output !== '') resolve({ text: output });
      else if (chosen === undefined) reject(new UsageError('a command or a capture file is needed'));
      else resolve(chosen);
    };
    void parser.parse([...argv], {}, done);
  });
}
