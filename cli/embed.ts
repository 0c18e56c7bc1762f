/** A copy of the capture with the key log of its sessions in a Decryption Secrets Block. */
import type { Sink } from '../src/ssh/model.ts';
import type { Companion, Run } from './command.ts';
import { KeylogCollector, writeCopy } from './copy.ts';

/** Collects the key log while the capture is dissected, and writes the copy after that. */
export class Embedding implements Companion {
  readonly sink: Sink;
  private readonly target: string;
  private readonly run: Run;
  private readonly keylog: KeylogCollector;

  /** The copy goes to the file `target`. */
  constructor(target: string, run: Run) {
    this.target = target;
    this.run = run;
    this.keylog = new KeylogCollector(run);
    this.sink = this.keylog;
  }

  async finish(): Promise<void> {
    await writeCopy(this.target, this.run, { secrets: [this.keylog.take(this.target)] });
  }
}
