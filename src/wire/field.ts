/** Fields: the tree of named byte ranges that a decode leaves behind. */
import type { Space, Span } from '../bytes/space.ts';

/** Name of the leaf that covers the bytes which could not be taken apart. */
export const UNDECODED = '(undecoded)';

/**
 * A named value and the bytes it was read from. Leaves tile the input: together they cover it without hole
 * or overlap, also after a decode that failed half way (then the rest is one leaf named `(undecoded)`).
 *
 * A leaf of a length-prefixed kind (`string`, `text`, `mpint`, `name-list`) covers its four length bytes too;
 * a box with structure inside has its length as first child, named `(length)`. Names in parentheses are ours,
 * not the RFC's, and stand for bytes that are in no value.
 */
export interface Field {
  readonly name: string;
  /** RFC 4251 section 5 type or the kind of structure: uint32, string, mpint, name-list, struct, list, … */
  readonly kind: string;
  readonly span: Span;
  readonly value: unknown;
  /** What a number stands for, by the table of its codec. */
  readonly label?: string;
  readonly doc?: string;
  /** A password or the like, or what is left of one that broke off: shown only to those who ask for it. */
  readonly secret?: true;
  readonly children: readonly Field[];
  /** The bytes that the spans of the children count in, when these are not the field's own: a compressed payload. */
  readonly within?: Space;
}

/** The leaves of `fields` in the order of the bytes. */
export function* leaves(fields: readonly Field[]): Generator<Field> {
  for (const f of fields) {
    if (f.children.length === 0 || f.within !== undefined) yield f;
    else yield* leaves(f.children);
  }
}

/** The values of `fields` by name, as far as they are the message's own (no lengths, no undecoded rest). */
export function valueOfFields(fields: readonly Field[]): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const f of fields) if (!f.name.startsWith('(')) out[f.name] = f.value;
  return out;
}
