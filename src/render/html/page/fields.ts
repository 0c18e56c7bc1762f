/** The field tree of a message as a flat list, and the way from bytes to fields and back. */
import type { FieldData } from '../data.ts';

/** A field with its place in the tree. */
export interface Row {
  readonly field: FieldData;
  /** Names on the way to it, its own included. */
  readonly path: string;
  readonly depth: number;
  readonly leaf: boolean;
  /** Its bytes are those of the inflated payload. */
  readonly inflated: boolean;
}

/** All fields, each before its children. */
export function rowsOf(fields: readonly FieldData[], above = '', depth = 0, inflated = false): Row[] {
  return fields.flatMap((field) => {
    const path = above === '' ? field.name : `${above}/${field.name}`;
    const children = field.children ?? [];
    const row = { field, path, depth, leaf: children.length === 0, inflated };
    return [row, ...rowsOf(children, path, depth + 1, inflated || field.inflated === true)];
  });
}

/** The field at `path`, which may leave out names before its first. */
export function rowAt(rows: readonly Row[], path: string | undefined): Row | undefined {
  if (path === undefined) return undefined;
  return rows.find((row) => row.path === path) ?? rows.find((row) => row.path.endsWith(`/${path}`));
}

/** The leaf whose bytes hold `offset`. */
export function leafAt(rows: readonly Row[], offset: number, inflated: boolean): Row | undefined {
  return rows.find((row) => row.leaf && row.inflated === inflated && row.field.span[0] <= offset && offset < row.field.span[1]);
}
