/** Peer text made safe to show: the one place that decides which characters may reach a terminal, a page or a file. */
import { firstOf } from './text.ts';

/**
 * C0 controls, DEL, C1 controls, line and paragraph separators, bidirectional and other invisible format
 * characters, lone surrogates: everything by which text can move a cursor, recolour a terminal, reorder
 * a line or pretend to be other text.
 */
const UNSAFE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are exactly the characters to find
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\0': '\\0' };

/** `text` with every unsafe character replaced by a visible escape (`\n`, `\x1b`, `\u202e`); a backslash stays as it is. */
export function printable(text: string): string {
  return isPlain(text)
    ? text
    : text.replace(UNSAFE, (c) => {
        const short = SHORT[c];
        if (short !== undefined) return short;
        const code = c.charCodeAt(0);
        return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
      });
}

/** True when all of it is printable US-ASCII, as nearly every text is: that is told sooner than what is unsafe is looked for. */
function isPlain(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c < 0x20 || c > 0x7e) return false;
  }
  return true;
}

/** JSON text (as JSON.stringify wrote it) with every unsafe character that JSON itself leaves alone written as a \u escape. */
export function printableJson(json: string): string {
  return json.replace(UNSAFE, (c) => (c === '\n' ? c : `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`));
}

/** `text` made printable and, when longer than `max` characters, cut with an ellipsis that counts towards `max`. */
export function shorten(text: string, max: number): string {
  const safe = printable(text);
  if (safe.length <= max) return safe;
  let cut = max - 1;
  // Not through the middle of a surrogate pair.
  const code = safe.charCodeAt(cut - 1);
  if (code >= 0xd800 && code <= 0xdbff) cut--;
  return `${firstOf(safe, cut)}…`;
}
