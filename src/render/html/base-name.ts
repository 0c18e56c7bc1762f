/** Names of files without their folders: a page is sent to others, who need not know these. */

/** What stands behind the last slash or backslash of `path`; `path` itself when nothing does. */
export function baseName(path: string): string {
  return /[^/\\]+$/.exec(path)?.[0] ?? path;
}
