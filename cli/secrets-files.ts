/** The secrets files that the command line and the environment name, read once. */
import { readFileSync } from 'node:fs';
import { DEFAULT_LIMITS, type Limits } from '../src/limits.ts';
import { SecretStore } from '../src/secrets/store.ts';
import { type Arguments, InputError, valuesOf, type World } from './command.ts';
import { codeOf } from './output.ts';

/** The content of a file with secrets, and its name as it was given. */
export interface SecretsText {
  readonly file: string;
  readonly text: Uint8Array;
}

/** Everything given with `-k` and in SSHKEYLOGFILE. The latter is no error when it is not there: nothing may have been logged yet. */
export function secretsTexts(args: Arguments, world: World): SecretsText[] {
  const texts = valuesOf(args.keylog).map((file) => ({ file, text: read(file) }));
  const logged = world.env.SSHKEYLOGFILE;
  const text = logged === undefined || logged === '' ? undefined : tryRead(logged);
  return logged === undefined || !(text instanceof Uint8Array) ? texts : [...texts, { file: logged, text }];
}

/** The secrets in `texts`. */
export function storeOf(texts: readonly SecretsText[], limits: Partial<Limits>): SecretStore {
  const store = new SecretStore({ ...DEFAULT_LIMITS, ...limits });
  for (const { file, text } of texts) store.add(text, file);
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
