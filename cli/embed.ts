/** A copy of the capture with the key log of its sessions in a Decryption Secrets Block. */
import { openSource } from '../src/capture/file.ts';
import { PcapngWriter } from '../src/capture/write-pcapng.ts';
import { DEFAULT_LIMITS } from '../src/limits.ts';
import { keylogRenderer } from '../src/render/secrets-export.ts';
import { SECRETS_TYPE_SSH } from '../src/secrets/dsb.ts';
import type { Sink } from '../src/ssh/model.ts';
import { type Companion, InputError, type Run } from './command.ts';
import { openOutput, PRIVATE } from './output.ts';

/** Collects the key log while the capture is dissected, and writes the copy after that. */
export class Embedding implements Companion {
  readonly sink: Sink;
  private readonly target: string;
  private readonly run: Run;
  private keylog = '';

  /** The copy goes to the file `target`. */
  constructor(target: string, run: Run) {
    this.target = target;
    this.run = run;
    const renderer = keylogRenderer(run.secrets);
    this.sink = {
      packet: (p) => {
        if (run.wants(p.session)) renderer.packet?.(p);
      },
      session: (s) => {
        // Comments tell of sessions without a secret, which is nothing for the file.
        if (run.wants(s)) this.keylog += (renderer.session?.(s) ?? '').replace(/^#.*\n/gm, '');
      },
    };
  }

  async finish(): Promise<void> {
    const { target } = this;
    const { path, limits, world } = this.run;
    if (this.keylog === '') throw new InputError(`${target} was not written: no key exchange of ${path} has a known K`);
    const data = new TextEncoder().encode(this.keylog);
    const writer = new PcapngWriter({ secrets: [{ type: SECRETS_TYPE_SSH, data }] }, { ...DEFAULT_LIMITS, ...limits });
    const output = openOutput(target, world, PRIVATE);
    let whole = false;
    try {
      for await (const piece of (await openSource(path)).pieces) for (const bytes of writer.push(piece)) output.writeBytes(bytes);
      for (const bytes of writer.finish()) output.writeBytes(bytes);
      if (!writer.complete) throw new InputError(`${target} was not written: ${writer.problems.at(-1)?.message ?? `${path} cannot be copied`}`);
      whole = true;
    } finally {
      output.close(whole);
    }
  }
}
