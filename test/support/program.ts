/** The program as a user runs it, made from the sources: for tests of signals, pipes, files and memory of a whole process. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Temporary, temporary } from './temporary.ts';

/** What came of a process. */
export interface Done {
  /** Exit code; of one that a signal ended 128 and its number, as a shell says. */
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** Peak resident memory in MB. */
  readonly mb: number;
  /** Seconds of processor time, which a busy machine does not stretch. */
  readonly seconds: number;
}

/** A process that runs. */
export interface Running {
  readonly child: ChildProcess;
  readonly done: Promise<Done>;
  /** It takes signals now. */
  readonly ready: Promise<void>;
}

type Io = 'ignore' | 'pipe' | number;

/** Options of a call. */
export interface How {
  /** Options of node, such as a limit of memory. */
  readonly node?: readonly string[];
  readonly stdio?: readonly [input: Io, output: Io, error: Io];
  /** The umask of the process. */
  readonly umask?: number;
  /** Takes what is printed, which is not kept then. */
  readonly onOutput?: (bytes: Uint8Array) => void;
}

const SIGNALS: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGABRT: 6, SIGKILL: 9, SIGSEGV: 11, SIGPIPE: 13, SIGTERM: 15 };

/**
 * Says when the process takes signals, and at the end what the process took, on descriptor 3. Peak memory is that of /proc where there is one:
 * what getrusage tells begins with the memory of the process that started this one.
 */
const METER = `import { readFileSync, writeSync } from 'node:fs';
function peak() {
  try {
    return Number(/VmHWM:\\s*(\\d+)/.exec(readFileSync('/proc/self/status', 'latin1'))[1]);
  } catch {
    return process.resourceUsage().maxRSS;
  }
}
process.on('newListener', (name) => name === 'SIGTERM' && writeSync(3, 'ready\\n'));
process.on('exit', () => { const r = process.resourceUsage(); writeSync(3, JSON.stringify([peak() / 1024, (r.userCPUTime + r.systemCPUTime) / 1e6])); });
if (process.env.TEST_UMASK !== undefined) process.umask(Number(process.env.TEST_UMASK));
`;

/** The program, compiled into a folder inside the checkout, so that packages are found. */
export class Program {
  private readonly dir = join(process.cwd(), `dist-dev/program-${process.pid}`);

  constructor() {
    const entries = ['main', 'session-worker', 'writer-worker'].map((name) => `cli/${name}.ts`);
    const options = ['--bundle', '--splitting', '--platform=node', '--format=esm', '--packages=external', '--log-level=warning', `--outdir=${this.dir}`];
    mkdirSync(this.dir, { recursive: true });
    execFileSync(join(process.cwd(), 'node_modules/.bin/esbuild'), [...entries, ...options]);
    writeFileSync(join(this.dir, 'meter.mjs'), METER);
  }

  remove(): void {
    rmSync(this.dir, { recursive: true });
  }

  /** Starts `sshark args…`. */
  start(args: readonly string[], how: How = {}): Running {
    const env = { ...process.env, NODE_OPTIONS: '', SSHKEYLOGFILE: '', ...(how.umask === undefined ? {} : { TEST_UMASK: String(how.umask) }) };
    const argv = [...(how.node ?? []), '--import', join(this.dir, 'meter.mjs'), join(this.dir, 'main.js'), ...args];
    const child: ChildProcess = spawn(process.execPath, argv, { stdio: [...(how.stdio ?? (['ignore', 'pipe', 'pipe'] as const)), 'pipe'], env });
    let out = '';
    let err = '';
    let meter = '';
    let isReady = () => {};
    const ready = new Promise<void>((resolve) => {
      isReady = resolve;
    });
    child.stdout?.on('data', (bytes: Buffer) => {
      if (how.onOutput === undefined) out += bytes.toString('latin1');
      else how.onOutput(bytes);
    });
    child.stderr?.on('data', (bytes: Buffer) => {
      err += bytes.toString('utf8');
    });
    child.stdio[3]?.on('data', (bytes: Buffer) => {
      meter += bytes.toString();
      if (meter.includes('ready')) isReady();
    });
    const done = new Promise<Done>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => {
        const took = meter.split('\n').find((line) => line.startsWith('['));
        const [mb = 0, seconds = 0] = took === undefined ? [] : (JSON.parse(took) as number[]);
        resolve({ code: code ?? 128 + (SIGNALS[signal ?? ''] ?? 0), out, err, mb, seconds });
      });
    });
    return { child, done, ready };
  }

  run(args: readonly string[], how: How = {}): Promise<Done> {
    return this.start(args, how).done;
  }
}

/** The program and a folder for each test, for all tests of a file. */
export function programAndFolder(): { readonly program: Program; readonly folder: Temporary } {
  const program = new Program();
  afterAll(() => program.remove());
  return { program, folder: temporary() };
}
