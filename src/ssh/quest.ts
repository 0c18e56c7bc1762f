/** What a direction in stage `searching` looks for, and what becomes of it. */
import type { Gap } from '../stream/chunk.ts';
import type { Direction } from './direction.ts';
import { Effort } from './effort.ts';
import type { Found, Search } from './search.ts';
import type { SshSession } from './session.ts';

export interface Quest {
  readonly search: Search;
  /** Puts the direction where it can read on. */
  found(found: Found): void;
  /** Nothing was found, and nothing will be. */
  none(): void;
  /** Goes on over another gap; without it the search ends there. */
  gap?(gap: Gap): void;
}

/** Begins to search from the head of the queue on. */
export function seek(d: Direction, quest: Quest): void {
  d.stage = 'searching';
  d.expected = undefined;
  d.quest = quest;
}

/** Looks at what has come; true when the direction is in another stage now. With `last` nothing more will come. */
export function lookOn(d: Direction, last: boolean): boolean {
  const { quest } = d;
  if (quest === undefined) return false;
  const look = quest.search.look({ bytes: d.queue.bytes, offset: d.queue.offset, last });
  if (look === 'more') return false;
  d.quest = undefined;
  if (look === 'none') quest.none();
  else quest.found(look);
  return true;
}

/** What a new search in `session` may spend. */
export function effortFor({ secrets, limits }: SshSession): Effort {
  return new Effort(limits.searchWork, secrets?.spent ?? { units: 0, fitting: 0 }, limits.searchWorkTotal);
}
