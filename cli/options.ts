/** The options that all commands have. */
import { availableParallelism } from 'node:os';
import type { Options } from 'yargs';
import { DEFAULT_LIMITS, type Limits } from '../src/limits.ts';
import { type Arguments, type Command, lastOf, numberOf, UsageError, valuesOf } from './command.ts';

/** Threads of a run unless told, at most; and the most that may be asked for. */
const DEFAULT_JOBS = 8;
const MOST_JOBS = 64;

export const COMMON_OPTIONS: Readonly<Record<string, Options>> = {
  session: { alias: 's', type: 'string', requiresArg: true, describe: 'Only these sessions, by number: 1 or 2,5 (repeatable)' },
  output: { alias: 'o', type: 'string', requiresArg: true, describe: 'Write to this file; it appears when it is whole' },
  'max-bytes': { type: 'string', requiresArg: true, describe: 'Cut each value to this many bytes or characters' },
  keylog: { alias: 'k', type: 'string', requiresArg: true, describe: 'Secrets of the sessions, in any spelling (repeatable); SSHKEYLOGFILE names one too' },
  'show-secrets': { type: 'boolean', describe: 'Print passwords and keys, of which otherwise only the length is shown' },
  limit: {
    type: 'string',
    requiresArg: true,
    describe: 'Change a limit of memory or time, as NAME=NUMBER (repeatable); docs/limits.md lists them, a wrong NAME too',
  },
  jobs: { type: 'string', requiresArg: true, describe: 'Threads that share the sessions of a large file; default the cores, at most 8' },
  strict: { type: 'boolean', describe: 'Exit with 1 when anything is wrong or cut off in the capture' },
  color: { type: 'string', choices: ['auto', 'always', 'never'], default: 'auto', describe: 'Colours; auto heeds NO_COLOR' },
  progress: { type: 'boolean', default: true, describe: 'Progress bar for large files, on a terminal' },
};

/** All options of `command`: its own, which go first, and the common ones, which it may describe in its own words. */
export function optionsOf(command: Command): Readonly<Record<string, Options>> {
  return { ...command.options, ...COMMON_OPTIONS, ...command.options };
}

/** The sessions asked for; undefined for all. */
export function sessionsOf(args: Arguments): ReadonlySet<number> | undefined {
  const names = valuesOf(args.session, ',');
  if (args.session === undefined) return undefined;
  const bad = names.find((name) => !/^[1-9]\d{0,9}$/.test(name));
  if (bad !== undefined || names.length === 0) throw new UsageError(`--session takes numbers from 1, not ${JSON.stringify(bad ?? '')}`);
  return new Set(names.map(Number));
}

/** Threads of a run: as many as there are cores, unless told. More than these help little: each reads the whole file. */
export function jobsOf(args: Arguments): number {
  const jobs = numberOf('--jobs', args.jobs) ?? Math.min(availableParallelism(), DEFAULT_JOBS);
  if (jobs < 1 || jobs > MOST_JOBS) throw new UsageError(`--jobs takes a number from 1 to ${MOST_JOBS}`);
  return jobs;
}

/** The limits that were changed. */
export function limitsOf(args: Arguments): Partial<Limits> {
  const limits: Partial<Record<keyof Limits, number>> = {};
  for (const text of valuesOf(args.limit)) {
    const [, name = '', value = ''] = /^(\w+)=(\d{1,15})$/.exec(text) ?? [];
    if (!isLimit(name)) throw new UsageError(`--limit takes NAME=NUMBER, where NAME is one of: ${Object.keys(DEFAULT_LIMITS).join(', ')}`);
    limits[name] = Number(value);
  }
  return limits;
}

function isLimit(name: string): name is keyof Limits {
  return Object.hasOwn(DEFAULT_LIMITS, name);
}

/** True when the output is to be coloured; `terminal` tells whether it goes to one. */
export function coloured(args: Arguments, terminal: boolean, env: Readonly<Record<string, string | undefined>>): boolean {
  const choice = lastOf(args.color) ?? 'auto';
  if (choice !== 'auto') return choice === 'always';
  return terminal && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb';
}
