/** Comments by frame, within the limits and in little memory. */
import type { FrameComments } from '../capture/copy-blocks.ts';
import type { Limits } from '../limits.ts';
import { type Problem, problem } from '../wire/problem.ts';

/** Takes comments, each a line, and gives them to the writer. When a limit is reached it says so once, in the file too. */
export class CommentStore implements FrameComments {
  readonly problems: Problem[] = [];
  /** The comments of a frame in one text, a line each: arrays of them would take several times as much. */
  private readonly texts = new Map<number, string>();
  private readonly limits: Limits;
  private readonly tell: (problems: readonly Problem[]) => readonly string[];
  /** Characters so far, and whether there is room for more. */
  private readonly messages = { text: 0, full: false };
  private readonly sessions = { text: 0, full: false };
  /** Frames that have as much as a frame may have. */
  private readonly fullFrames = new Set<number>();

  /** `tell` makes comments of problems. */
  constructor(limits: Limits, tell: (problems: readonly Problem[]) => readonly string[]) {
    this.limits = limits;
    this.tell = tell;
  }

  get size(): number {
    return this.texts.size;
  }

  has(frame: number): boolean {
    return this.texts.has(frame);
  }

  get(frame: number): readonly string[] | undefined {
    return this.texts.get(frame)?.split('\n');
  }

  /** The comments that `make` gives, for a message that ends in `frame`; it is not asked when there is no room. */
  addMessage(frame: number, make: () => readonly string[]): void {
    if (this.messages.full || this.fullFrames.has(frame)) return;
    const text = make().join('\n');
    if (!this.fits(this.messages, text.length, frame, 'messages')) return;
    const { frameCommentText } = this.limits;
    if ((this.texts.get(frame)?.length ?? 0) + text.length <= frameCommentText) {
      this.put(frame, text);
      return;
    }
    this.fullFrames.add(frame);
    this.stop(frame, `the comments of frame ${frame} do not tell all of its messages: they reach the limit frameCommentText of ${frameCommentText} characters`);
  }

  /** The comments that `make` gives, for a session that is over: on its first frame, before what is there already. */
  addSession(frame: number, make: () => readonly string[]): void {
    if (this.sessions.full) return;
    const text = make().join('\n');
    if (!this.fits(this.sessions, text.length, frame, 'sessions')) return;
    const there = this.texts.get(frame);
    this.texts.set(frame, there === undefined ? text : `${text}\n${there}`);
  }

  /** Counts characters; when they are more than the limit it says so, once. */
  private fits(part: { text: number; full: boolean }, length: number, frame: number, what: string): boolean {
    const { commentText } = this.limits;
    part.text += length;
    part.full = part.text > commentText;
    if (part.full) this.stop(frame, `from frame ${frame} on there are no comments on ${what}: they reach the limit commentText of ${commentText} characters`);
    return !part.full;
  }

  /** Something is left out from `frame` on: `message` says what. */
  stop(frame: number, message: string): void {
    const p = problem('limit', message, { frame });
    if (this.problems.length < this.limits.problems) this.problems.push(p);
    this.put(frame, this.tell([p]).join('\n'));
  }

  private put(frame: number, text: string): void {
    const there = this.texts.get(frame);
    this.texts.set(frame, there === undefined ? text : `${there}\n${text}`);
  }
}
