/** What the parts of the page share, and small things they do alike. */
import type { Level } from '../../../explain/note.ts';
import type { PageData } from '../data.ts';

export interface Shared {
  readonly data: PageData;
  readonly level: Level;
}

/** Goes to a link of the page. Steps from message to message leave no trail in the browser's history. */
export function goTo(link: string): void {
  history.replaceState(null, '', link);
  dispatchEvent(new HashChangeEvent('hashchange'));
}

/** True when keys write into the element they were pressed in. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input, textarea, select') !== null;
}

/** True when arrow keys move inside the element they were pressed in, or scroll it. */
export function hasArrows(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('[role=tree], [role=application], .screen, .meaning') !== null;
}
