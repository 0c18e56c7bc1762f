/** The secrets files that the command line and the environment name, read once. */
import { readFileSync } from 'node:fs';
import { DEFAULT_LIMITS, type Limits } from '../src/limits.ts';
import { SecretStore } from '../src/secrets/store.ts';
import { type Arguments, InputError, valuesOf, type World } from './command.ts';
import { codeOf } from './output.ts';

/** Everything given with `-k` and in SSHKEYLOGFILE. The latter is no error when it is not there: nothing may have been logged yet. */
export function secretsOf(args: Arguments, world: World, limits: Partial<Limits>): SecretStore {
  const store = new SecretStore({ ...DEFAULT_LIMITS, ...limits });
  for (const file of valuesOf(args.keylog)) store.add(read(file), file);
  const logged = world.env.SSHKEYLOGFILE;
  if (logged !== undefined && logged !== '') {
    const bytes = tryRead(logged);
    if (bytes instanceof Uint8Array) store.add(bytes, logged);
  }
  return store;
}

function read(file: string): Uint8Array {
  const bytes = tryRead(file);
  if (bytes instanceof Uint8Array) return bytes;
  const words: Readonly<Record<string, string>> = { ENOENT: 'no such file', EISDIR: 'is a directory', EACCES: 'permission denied' };
  throw new InputError(`${file}: ${words[bytes] ?? 'cannot be read'}`);
}

/** The content, or the code of the error. */
function tryRead(file: string): Uint8Array | string {
  try {
    return readFileSync(file === '-' ? 0 : file);
  } catch (error) {
    return codeOf(error) ?? '';
  }
}
