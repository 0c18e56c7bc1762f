#!/usr/bin/env node
/** The program: the real streams around `run`. */
import { fstatSync, readFileSync, statSync } from 'node:fs';
import { devNull } from 'node:os';
import { printable } from '../src/bytes/printable.ts';
import { bundledProgram } from './bundle.ts';
import type { World } from './command.ts';
import { codeOf, writeAll } from './output.ts';

const OUTPUT = 3;
const BUG = 70;
const SIGNAL = 128;

/** The version in package.json, which stands beside cli/ or, when compiled, beside dist/. */
function version(): string {
  for (const place of ['../package.json', '../../package.json']) {
    try {
      return String(JSON.parse(readFileSync(new URL(place, import.meta.url), 'utf8')).version);
    } catch {
      // not there: the other place
    }
  }
  return 'unknown';
}

/** Loads `node:tty`, and all of Node's networking with it, only for what may be a terminal: that takes milliseconds. */
function isTerminal(fd: number): boolean {
  try {
    const info = fstatSync(fd);
    return info.isCharacterDevice() && info.rdev !== statSync(devNull).rdev && process.getBuiltinModule('node:tty').isatty(fd);
  } catch {
    return false; // closed
  }
}

function world(): World {
  const encoder = new TextEncoder();
  return {
    write: (bytes) => writeAll(1, bytes),
    error: (text) => writeAll(2, encoder.encode(text)),
    // process.stdout is made only for a terminal: for a pipe Node would make it non-blocking.
    columns: isTerminal(1) ? process.stdout.columns : undefined,
    errorIsTerminal: isTerminal(2),
    env: process.env,
    program: new URL('.', import.meta.url),
    signals: process,
  };
}

async function main(argv: string[]): Promise<number> {
  if (argv[0] === '--version') {
    writeAll(1, new TextEncoder().encode(`${version()}\n`));
    return 0;
  }
  const { run } = bundledProgram() ?? (await import('./run.ts'));
  return run(argv, world(), version());
}

/** What `run` does not see: the output of --version fails, or there is a bug. */
function ended(error: unknown): number {
  if (codeOf(error) === 'EPIPE') return 0;
  const message = printable(error instanceof Error ? error.message : String(error));
  if (codeOf(error) !== undefined && error instanceof Error && 'syscall' in error && error.syscall === 'write') {
    process.stderr.write(`sshark: the output cannot be written: ${message}\n`);
    return OUTPUT;
  }
  const told = process.env.SSHARK_DEBUG === undefined ? 'Please report it; SSHARK_DEBUG=1 shows where it happened.' : error instanceof Error ? error.stack : '';
  process.stderr.write(`sshark: internal error: ${message}\n${told}\n`);
  return BUG;
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
    // Interrupted: a pipe that nothing came from would be waited for.
    if (code > SIGNAL) process.exit();
  },
  (error: unknown) => {
    process.exitCode = ended(error);
  },
);
