/** What stands at a path. */
import { lstatSync, type Stats, statSync } from 'node:fs';

/** What `path` leads to; undefined when there is nothing, or it cannot be told: what is wrong with the path is said by who opens it. */
export function statOf(path: string): Stats | undefined {
  return attempt(() => statSync(path));
}

/** The same, of a link itself. */
export function linkStatOf(path: string): Stats | undefined {
  return attempt(() => lstatSync(path));
}

function attempt(ask: () => Stats): Stats | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}
