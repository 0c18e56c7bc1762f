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

/** True when a key belongs to the element it was pressed in. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input, textarea, select, [role=tree], [role=application], [role=listbox]') !== null;
}
