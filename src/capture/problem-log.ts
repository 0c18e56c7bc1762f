/** The problems of one capture, as many as the limit allows. */
import { type Problem, type ProblemCode, problem } from '../wire/problem.ts';

/** Keeps the first problems; the last one kept says that there were more. */
export class ProblemLog {
  readonly list: Problem[] = [];
  private readonly limit: number;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Notes a problem at byte `offset` of the capture file. */
  add(code: ProblemCode, message: string, offset: number): void {
    if (this.list.length < this.limit) this.list.push(problem(code, message, { offset }));
    else if (this.list.length === this.limit)
      this.list.push(problem('limit', `more than ${this.limit} problems: later ones are not kept (limit problems)`, { offset }));
  }
}
