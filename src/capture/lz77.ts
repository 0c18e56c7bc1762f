/** The two steps that LZ4 and Zstandard expand data by: literals, and matches with what came before. */
import { corrupt } from './inflater.ts';

/** From so many bytes on, a call costs less than a loop. */
const LONG = 64;

/** Copies `literals[from..from + count)` to `out[to]`, not beyond `most`; gives where they end. */
export function copyLiterals(literals: Uint8Array, from: number, count: number, out: Uint8Array, to: number, most: number): number {
  if (count < 0 || from + count > literals.length || count > most - to) corrupt('literals that run over an end');
  if (count > LONG) out.set(literals.subarray(from, from + count), to);
  else for (let i = 0; i < count; i++) out[to + i] = literals[from + i] as number;
  return to + count;
}

/** Copies `length` bytes from `distance` before `out[to]`, not from before `first` and not beyond `most`; gives where they end. */
export function copyMatch(out: Uint8Array, first: number, to: number, distance: number, length: number, most: number): number {
  if (distance <= 0 || distance > to - first) corrupt('a match that begins before the data');
  if (length > most - to) corrupt('a match that runs over the end of a block');
  // Byte by byte where it must be: a match may overlap what it makes.
  if (length > LONG && distance >= length) out.copyWithin(to, to - distance, to - distance + length);
  else for (let i = to; i < to + length; i++) out[i] = out[i - distance] as number;
  return to + length;
}
