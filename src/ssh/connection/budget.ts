/** How much text of a session is kept for its record. */
import { firstOf } from '../../bytes/text.ts';
import { problem } from '../../wire/problem.ts';
import type { SshPacket } from '../packet.ts';

/** Characters of one text. */
const LONGEST = 4096;

/** Gives texts back, cut once the limit is reached; that is said once. */
export class TextBudget {
  private readonly limit: number;
  private left: number;
  private said = false;

  constructor(limit: number) {
    this.limit = limit;
    this.left = limit;
  }

  /** As much of `text` as there is room for; `packet` is where it stood. */
  keep(text: string, packet: SshPacket): string {
    const kept = firstOf(text, Math.min(LONGEST, this.left));
    this.left -= kept.length;
    if (kept.length < text.length && kept.length < LONGEST && !this.said) {
      this.said = true;
      packet.problems.push(problem('limit', `the record leaves out texts of channels from here on (limit channelText: ${this.limit})`));
    }
    return kept;
  }
}
