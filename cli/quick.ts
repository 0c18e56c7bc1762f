/** The short way through plain arguments, without loading yargs: that costs more than reading a small capture. */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import type { Options } from 'yargs';
import { type Arguments, type Command, valuesOf } from './command.ts';
import { optionsOf } from './options.ts';

/**
 * The command and arguments that `argv` means, as yargs would give them; undefined for everything that is not plain (help,
 * something unknown, a missing value, no capture), which is left to yargs and its messages. Beyond yargs it knows `-Tjson`
 * and a capture behind `--`.
 */
export function quickParse(argv: readonly string[], commands: readonly Command[]): { readonly command: Command; readonly args: Arguments } | undefined {
  const named = commands.find((c) => c.name === argv[0]);
  const command = named ?? commands[0];
  if (command === undefined) return undefined;
  const options = optionsOf(command);
  const parsed = plainArguments(named === undefined ? argv : argv.slice(1), options);
  if (parsed === undefined) return undefined;
  const [capture, ...more] = parsed.positionals;
  if (capture === undefined || more.length > 0 || (named === undefined && commands.some((c) => c.name === capture))) return undefined;
  const args: Record<string, unknown> = { capture };
  for (const [name, option] of Object.entries(options)) {
    const value = givenValue(option, parsed.values[name], parsed.values[`no-${name}`]);
    if (value === undefined) continue;
    if (option.choices !== undefined && valuesOf(value).some((v) => !option.choices?.includes(v))) return undefined;
    args[name] = value;
  }
  return { command, args };
}

function plainArguments(args: readonly string[], options: Readonly<Record<string, Options>>) {
  try {
    return parseArgs({ args: [...args], options: configOf(options), allowPositionals: true, strict: true });
  } catch {
    return undefined;
  }
}

function configOf(options: Readonly<Record<string, Options>>): NonNullable<ParseArgsConfig['options']> {
  const config: NonNullable<ParseArgsConfig['options']> = {};
  for (const [name, option] of Object.entries(options)) {
    const short = typeof option.alias === 'string' ? { short: option.alias } : {};
    config[name] = { type: option.type === 'string' ? 'string' : 'boolean', multiple: true, ...short };
    if (option.type === 'boolean') config[`no-${name}`] = { type: 'boolean', multiple: true };
  }
  return config;
}

/** The value as yargs gives it: a count, a boolean, one text or several. */
function givenValue(option: Options, given: unknown, negated: unknown): unknown {
  const values = Array.isArray(given) ? given : [];
  if (option.count === true) return values.length;
  if (option.type === 'boolean') return Array.isArray(negated) ? false : values.length > 0 ? true : option.default;
  return values.length === 0 ? option.default : values.length === 1 ? values[0] : values;
}
