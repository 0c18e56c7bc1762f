/** Values that are made when they are first asked for. */

/** What `make` gives, made once: tables that a run does not need are not computed. */
export function lazily<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
