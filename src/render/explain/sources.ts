/** Where a note has its knowledge from, in words. */
import type { Note, Reference } from '../../explain/note.ts';
import { rangeText, sectionText } from '../text.ts';

/** Places told one by one; a note on more packets names the first ones. */
const MOST_PLACES = 4;

/** `(read: packet 1 in frame 8 [0x0006-0x0015]; RFC 4253 §7.1, §8)`. */
export function sourceText(note: Note): string {
  const parts = [placesText(note), sectionsText(note.rfc)].filter((p) => p !== '');
  return `(${note.ground}: ${parts.join('; ')})`;
}

/** The bytes that a note is about, with the numbers of the packets as `packets` prints them. */
export function placesText({ at }: Note): string {
  const texts: string[] = [];
  for (const [i, place] of at.slice(0, MOST_PLACES).entries()) {
    const before = at[i - 1];
    const again = before !== undefined && place.packet !== undefined && before.packet === place.packet;
    texts.push(again ? rangeOf(place) : `${i === 0 ? '' : ', '}${placeText(place)}`);
  }
  return `${texts.join('')}${at.length > MOST_PLACES ? ` and ${at.length - MOST_PLACES} more` : ''}`;
}

function placeText(place: Reference): string {
  const { packet, frames } = place;
  const [first, last] = [frames[0], frames[frames.length - 1]];
  const where = first === last ? `frame ${first ?? '?'}` : `frames ${first}-${last}`;
  return `${packet === undefined ? where : `packet ${packet} in ${where}`}${rangeOf(place)}`;
}

/** The range of a field; nothing for a whole packet or line. */
function rangeOf({ field, span }: Reference): string {
  return field === undefined ? '' : ` ${rangeText(span)}`.trimEnd();
}

/** Sections, the document said once: `RFC 4253 §7.1, §8; RFC 8446 §2`. */
export function sectionsText(rfc: readonly string[]): string {
  const documents = new Map<string, string[]>();
  for (const one of new Set(rfc)) {
    const [title = '', section] = sectionText(one).split(' section ');
    const sections = documents.get(title) ?? [];
    documents.set(title, sections);
    if (section !== undefined) sections.push(`§${section}`);
  }
  return [...documents].map(([title, sections]) => [title, sections.join(', ')].filter((t) => t !== '').join(' ')).join('; ');
}
