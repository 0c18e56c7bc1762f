/** Names of peers made into names of files that can be made anywhere and lead nowhere else: the one place that decides it. */

/** Bytes of one name, and of a whole path, in UTF-8: less than what file systems take, with room for a suffix. */
const NAME_BYTES = 200;
const PATH_BYTES = 800;
/** Names of a path. */
const DEPTH = 40;

/** What stands for a name of which nothing is left. */
const NAMELESS = 'unnamed';

/**
 * What may not be in a name: controls, characters that Windows refuses or that lead to another folder or stream there, marks
 * that turn the direction of text or are not to be seen, and halves of surrogate pairs.
 */
const UNSAFE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are exactly the characters to find
  /[\u0000-\u001f\u007f-\u009f<>:"|?*\\\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** Devices of Windows, in any folder and with any ending. */
const DEVICE = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9\u00b9\u00b2\u00b3])(?:\.|$)/i;

/**
 * The names of folders and of a file that `path` of a peer becomes, from the outermost. None is empty, `.` or `..`, holds a
 * separator or a control character, or is the name of a device; together they are short enough for every file system.
 */
export function safePath(path: string): string[] {
  const names = path
    .split('/')
    .filter((name) => name !== '' && name !== '.')
    .map(safeName);
  if (names.length === 0) return [NAMELESS];
  // The last names say most: of a path that is too long the first ones go.
  let first = names.length;
  for (let bytes = 0; first > 0 && names.length - first < DEPTH; first--) {
    bytes += bytesOf(names[first - 1] as string) + 1;
    if (bytes > PATH_BYTES) break;
  }
  return names.slice(first);
}

/** One name. */
function safeName(name: string): string {
  const clean = name.replace(UNSAFE, '_');
  const short = cut(clean);
  // Windows drops dots and blanks at the end; so does `..` lose its meaning.
  const ended = short.replace(/[. ]+$/, (end) => '_'.repeat(end.length));
  return DEVICE.test(ended) ? `_${ended}` : ended;
}

/** `name` cut to NAME_BYTES; what stands behind its last dot is kept, when it is short. */
function cut(name: string): string {
  if (bytesOf(name) <= NAME_BYTES) return name;
  const ending = /\.[^.]{1,16}$/.exec(name)?.[0] ?? '';
  let left = NAME_BYTES - bytesOf(ending);
  let out = '';
  for (const c of name) {
    left -= bytesOf(c);
    if (left < 0) break;
    out += c;
  }
  return out + ending;
}

const encoder = new TextEncoder();

function bytesOf(text: string): number {
  return encoder.encode(text).length;
}

/** The name that is tried as number `attempt` (from 2) when `name` is taken: `a-2.txt` for `a.txt`. */
export function otherName(name: string, attempt: number): string {
  const dot = name.lastIndexOf('.');
  return dot > 0 ? `${name.slice(0, dot)}-${attempt}${name.slice(dot)}` : `${name}-${attempt}`;
}
