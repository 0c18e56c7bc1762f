/** Which version of SFTP is spoken, where the VERSION of the server was not read: the highest one that all messages fit. */
import type { FramedBytes } from '../framing.ts';
import { FramedMessage } from '../inner.ts';
import type { Version } from './attributes.ts';
import { messagesOf } from './messages.ts';

const VERSIONS: readonly Version[] = [6, 5, 4, 3];

export class VersionGuess {
  /** Versions that fit all messages so far, the highest first. */
  private candidates: readonly Version[];
  private readonly highest: number | undefined;
  private readonly reversed: boolean;

  /** `highest` is what the client said in INIT, which the server must not go beyond; `reversed` as in `requestsOf`. */
  constructor(highest: number | undefined, reversed: boolean) {
    this.highest = highest;
    this.reversed = reversed;
    this.candidates = VERSIONS.filter((version) => version === 3 || version <= (highest ?? 6));
  }

  /** The version that fits `framed` and what came before it. What fits none leaves it as it was. */
  see(framed: FramedBytes): Version {
    if (this.candidates.length > 1) {
      const { type } = framed;
      const fits = (version: Version) => new FramedMessage('sftp', messagesOf(version, this.reversed).get(type), framed).problems.length === 0;
      const fitting = this.candidates.filter(fits);
      if (fitting.length > 0) this.candidates = fitting;
    }
    return this.version;
  }

  get version(): Version {
    return this.candidates[0] as Version;
  }

  /** The messages have to tell: INIT alone does not. */
  get open(): boolean {
    return this.highest === undefined || this.highest > 3;
  }

  /** It and what it rests on, in words. */
  get text(): string {
    const [first, last] = [this.candidates[0], this.candidates.at(-1)];
    const which = !this.open ? `${this.highest} at most` : first === last ? `${first} by its messages` : `${last} to ${first} by its messages`;
    return `version ${which}, as VERSION was not read`;
  }
}
