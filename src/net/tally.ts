/** Problems of a capture that may befall every frame: each kind is said once, with the number of times. */
import { type Problem, type ProblemCode, problem } from '../wire/problem.ts';

interface Kind {
  readonly code: ProblemCode;
  readonly frame: number;
  count: number;
}

/** Counts problems by their text. */
export class Tally {
  private readonly kinds = new Map<string, Kind>();
  private readonly room: number;
  private left = 0;

  /** Holds at most `room` kinds; what is beyond is counted in one `limit` problem. */
  constructor(room: number) {
    this.room = room;
  }

  /** Notes that `frame` has the problem `text`, which names what is counted in the plural ("frames with …"). */
  add(code: ProblemCode, text: string, frame: number): void {
    const kind = this.kinds.get(text);
    if (kind !== undefined) kind.count++;
    else if (this.kinds.size < this.room) this.kinds.set(text, { code, frame, count: 1 });
    else this.left++;
  }

  /** One problem for each kind, in the order in which they were first met, with the frame that was the first. */
  get problems(): Problem[] {
    const out: Problem[] = [];
    for (const [text, { code, frame, count }] of this.kinds) out.push(problem(code, `${text}: ${count}`, { frame }));
    if (this.left > 0) out.push(problem('limit', `further problems of ${this.room} kinds and more: ${this.left}`));
    return out;
  }
}
