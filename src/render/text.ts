/** Small pieces of text that several renderers share: widths, wrapping, problems and sections in words. */
import { printable } from '../bytes/printable.ts';
import type { Span } from '../bytes/space.ts';
import type { Identification, Side } from '../ssh/model.ts';
import type { Problem } from '../wire/problem.ts';

export { count, endpointText, grouped, wrap } from '../bytes/words.ts';

/** Characters that a terminal shows two columns wide (Unicode UAX #11, in its larger blocks). */
const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]|[\ud83c-\ud83e][\udc00-\udfff]/;
const NOT_ASCII = /[^\x20-\x7e]/;

/** `text` cut to `columns` columns of a terminal, an ellipsis included; `text` must be printable. */
export function clip(text: string, columns: number): string {
  if (text.length <= columns && !NOT_ASCII.test(text)) return text;
  let used = 0;
  let fits = 0;
  for (const c of text) {
    used += WIDE.test(c) ? 2 : 1;
    if (used > columns) return `${text.slice(0, fits)}…`;
    if (used < columns) fits += c.length;
  }
  return text;
}

/** A range of bytes with both its ends inside it: `[0x0006-0x0015]`, `[0x0005]`; nothing for an empty range. */
export function rangeText(span: Span): string {
  if (span.end <= span.start) return '';
  return span.end - span.start === 1 ? `[${offsetText(span.start)}]` : `[${offsetText(span.start)}-${offsetText(span.end - 1)}]`;
}

/** An offset as the hex dump writes it, with `0x`. */
export function offsetText(offset: number): string {
  return `0x${offset.toString(16).padStart(4, '0')}`;
}

/** `4253#7.1` as `RFC 4253 section 7.1`, `openssh:PROTOCOL#1.5` as `OpenSSH PROTOCOL section 1.5`; drafts as they are. */
export function sectionText(rfc: string): string {
  const [document = '', section] = rfc.split('#');
  const title = /^\d+$/.test(document) ? `RFC ${document}` : document.replace(/^openssh:/, 'OpenSSH ');
  return section === undefined ? title : `${title} section ${section}`;
}

/** A problem in one line: code, where, sentence, section. Its text is made printable. */
export function problemText(p: Problem): string {
  const frame = p.frame === undefined ? '' : `, frame ${p.frame}`;
  const offset = p.offset === undefined ? '' : `, file offset ${p.offset}`;
  const line = p.line === undefined ? '' : `, line ${p.line}`;
  const range = p.span === undefined ? '' : ` ${rangeText(p.span)}`.trimEnd();
  return `${p.code}${frame}${offset}${line}${range}: ${printable(p.message)}${p.rfc === undefined ? '' : ` (${sectionText(p.rfc)})`}`;
}

/** The side that sent an identification string. */
export function sideOf(i: Identification): Side {
  return i.session.client.identification === i ? 'client' : 'server';
}
