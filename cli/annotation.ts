/** Collects the comments of a capture while it is dissected, and writes the annotated copy after that. */

import { shorten } from '../src/bytes/printable.ts';
import { LEVELS } from '../src/explain/note.ts';
import { DEFAULT_LIMITS } from '../src/limits.ts';
import { CommentCollector } from '../src/render/annotated.ts';
import { count, grouped, problemText } from '../src/render/text.ts';
import type { Sink } from '../src/ssh/model.ts';
import { type Arguments, type Companion, lastOf, type Run } from './command.ts';
import { KeylogCollector, writeCopy } from './copy.ts';

export class Annotation implements Companion {
  readonly sink: Sink;
  private readonly run: Run;
  private readonly target: string;
  private readonly showSecrets: boolean;
  private readonly collector: CommentCollector;
  private readonly keylog: KeylogCollector | undefined;
  private frames = 0;

  constructor(args: Arguments, run: Run) {
    this.run = run;
    this.target = lastOf(args.output) ?? '';
    this.showSecrets = args['show-secrets'] === true;
    const level = LEVELS.find((one) => one === lastOf(args.level)) ?? 'student';
    const collector = new CommentCollector({ level, showSecrets: this.showSecrets }, { ...DEFAULT_LIMITS, ...run.limits });
    const keylog = args['embed-secrets'] === true ? new KeylogCollector(run) : undefined;
    this.collector = collector;
    this.keylog = keylog;
    this.sink = {
      identification: (i) => {
        if (run.wants(i.session)) collector.identification(i);
      },
      packet: (p) => {
        keylog?.packet(p);
        if (run.wants(p.session)) collector.packet(p);
      },
      session: (s) => {
        keylog?.session(s);
        if (run.wants(s)) collector.session(s);
      },
      capture: (c) => {
        this.frames = c.frames;
      },
    };
  }

  async finish(): Promise<void> {
    const { target, run } = this;
    const { comments } = this.collector;
    const secrets = this.keylog === undefined ? [] : [this.keylog.take(target)];
    const problems = await writeCopy(target, run, { comments, secrets });
    const keys = secrets.length === 0 ? '' : '; with its key log: whoever has it can read everything';
    const told = `${shorten(target, 200)}: ${count(this.frames, 'frame')}, ${grouped(comments.size)} of them with comments${keys}`;
    const lines = [...comments.problems, ...problems].map((p) => `! ${problemText(p)}`);
    run.world.write(new TextEncoder().encode(`${[told, ...lines].join('\n')}\n`));
  }
}
