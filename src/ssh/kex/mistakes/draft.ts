/** What a signature is taken to be made over, and ways to change that. */
import type { HashPart } from '../hash-parts.ts';
import type { KexHash } from '../method.ts';
import { equal } from '../shared-secret.ts';
import type { Transcript } from '../transcript.ts';

/** How a signature was made: over what, hashed how. */
export interface Draft {
  readonly parts: readonly HashPart[];
  readonly hash: KexHash;
  /** H itself; the inputs without hashing them; the hash of H. */
  readonly signs: 'H' | 'inputs' | 'hash of H';
}

/** One row. */
export interface Mistake {
  /** Short and unique: `V_S with CR`. */
  readonly name: string;
  /** What was done, and what the RFC asks for. */
  readonly sentence: string;
  readonly rfc: string;
  /** The same draft with the mistake made; undefined when it cannot be made, or would change nothing. */
  make(d: Draft, t: Transcript): Draft | undefined;
}

/** What a part is hashed as instead; undefined for no change. */
export type Change = (part: HashPart) => Uint8Array | undefined;

/** The parts `ids` with another encoding; undefined when `change` gives none for any of them, or the same as before. */
export function encodeAs(d: Draft, ids: readonly string[], change: Change): Draft | undefined {
  let changed = false;
  const parts = d.parts.map((p) => {
    const encoded = ids.includes(p.id) ? change(p) : undefined;
    if (encoded === undefined || equal(encoded, p.encoded)) return p;
    changed = true;
    return { ...p, encoded };
  });
  return changed ? { ...d, parts } : undefined;
}

/** The draft without the parts `ids`; undefined when it has none of them. */
export function without(d: Draft, ids: readonly string[]): Draft | undefined {
  const parts = d.parts.filter((p) => !ids.includes(p.id));
  return parts.length === d.parts.length ? undefined : { ...d, parts };
}

/** What one input becomes when it is hashed with the bytes of another. */
export function swap(d: Draft, pairs: readonly (readonly [string, string])[]): Draft | undefined {
  const other = new Map(pairs.flatMap(([a, b]) => [[a, b] as const, [b, a] as const]));
  return encodeAs(d, [...other.keys()], (p) => d.parts.find((q) => q.id === other.get(p.id))?.encoded);
}
