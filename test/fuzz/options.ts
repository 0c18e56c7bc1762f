/** What the fuzzer is told on its command line. */

export interface Options {
  /** Numbers of minutes, of cases, and of the seed. */
  readonly minutes: number;
  readonly cases: number;
  readonly seed: number;
  /** Only this target. */
  readonly target: string | undefined;
  /** A file with a tape that is to be played, once, in `target`. */
  readonly tape: string | undefined;
  /** Whether cases are made from those that reached something new. */
  readonly guided: boolean;
}

function value(name: string): string | undefined {
  const i = process.argv.indexOf(`--${name}`);
  return i < 0 ? undefined : process.argv[i + 1];
}

export function options(): Options {
  return {
    minutes: Number(value('minutes') ?? (value('cases') === undefined ? 1 : Number.POSITIVE_INFINITY)),
    cases: Number(value('cases') ?? Number.POSITIVE_INFINITY),
    seed: Number(value('seed') ?? 1),
    target: value('target'),
    tape: value('tape'),
    guided: !process.argv.includes('--unguided'),
  };
}
