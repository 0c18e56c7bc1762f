/** A copy of a capture as pcapng with something added, written in a second reading of it. */
import { openSource } from '../src/capture/file.ts';
import { type Additions, PcapngWriter, type SecretsData } from '../src/capture/write-pcapng.ts';
import { DEFAULT_LIMITS } from '../src/limits.ts';
import { keylogRenderer } from '../src/render/secrets-export.ts';
import { SECRETS_TYPE_SSH } from '../src/secrets/dsb.ts';
import type { Packet, Session } from '../src/ssh/model.ts';
import type { Problem } from '../src/wire/problem.ts';
import { type Arguments, InputError, lastOf, type Run, UsageError } from './command.ts';
import { openOutput } from './output.ts';
import { statOf } from './stat.ts';

/** Collects the key log of the sessions that the run is about. */
export class KeylogCollector {
  private readonly run: Run;
  private readonly renderer;
  private keylog = '';

  constructor(run: Run) {
    this.run = run;
    this.renderer = keylogRenderer(run.secrets);
  }

  packet(p: Packet): void {
    if (this.run.wants(p.session)) this.renderer.packet?.(p);
  }

  session(s: Session): void {
    // Comments tell of sessions without a secret, which is nothing for the file.
    if (this.run.wants(s)) this.keylog += (this.renderer.session?.(s) ?? '').replace(/^#.*\n/gm, '');
  }

  /** The key log for a Decryption Secrets Block of `target`; an InputError when it is empty. */
  take(target: string): SecretsData {
    if (this.keylog === '') throw new InputError(`${target} was not written: no key exchange of ${this.run.path} has a known K`);
    return { type: SECRETS_TYPE_SSH, data: new TextEncoder().encode(this.keylog) };
  }
}

/** Writes the copy to the file `target`. Gives what was wrong with copying. */
export async function writeCopy(target: string, run: Run, additions: Additions): Promise<readonly Problem[]> {
  const { path, limits, world } = run;
  const writer = new PcapngWriter(additions, { ...DEFAULT_LIMITS, ...limits });
  const output = openOutput(target, world);
  let whole = false;
  try {
    for await (const piece of run.watch((await openSource(path)).pieces)) for (const bytes of writer.push(piece)) output.writeBytes(bytes);
    for (const bytes of writer.finish()) output.writeBytes(bytes);
    if (!writer.complete) throw new InputError(`${target} was not written: ${writer.problems.at(-1)?.message ?? `${path} cannot be copied`}`);
    whole = true;
  } finally {
    output.close(whole);
  }
  return writer.problems;
}

/** The capture is read twice for a copy, and is not overwritten by it. `option` is the one that names the copy. */
export function checkCopy(args: Arguments, option: 'embed' | 'output'): void {
  const [path, target, name] = [lastOf(args.capture), lastOf(args[option]), `--${option}`];
  if (path === undefined || target === undefined) return;
  const from = path === '-' ? undefined : statOf(path);
  if (path === '-' || from?.isFile() === false) throw new UsageError(`${name} reads the capture twice: it must be a file`);
  const to = statOf(target);
  if (from !== undefined && to !== undefined && from.dev === to.dev && from.ino === to.ino) throw new UsageError(`${name} writes a copy: give it another name`);
}
