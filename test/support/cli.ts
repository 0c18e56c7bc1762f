/** The command line, run in this process, for tests of what a user sees. */
import type { World } from '../../cli/command.ts';
import { run } from '../../cli/run.ts';

/** What a call printed, and its exit code. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `sshark argv…` with no terminal and an empty environment, but for what `world` says. */
export async function sshark(argv: readonly string[], world: Partial<World> = {}): Promise<Ran> {
  let out = '';
  let err = '';
  const decoder = new TextDecoder();
  const here: World = {
    write: (bytes) => {
      out += decoder.decode(bytes, { stream: true });
    },
    error: (text) => {
      err += text;
    },
    columns: undefined,
    errorIsTerminal: false,
    env: {},
    ...world,
  };
  const code = await run(argv, here, '1.2.3');
  return { code, out, err };
}
