/** The mistakes that implementers make in the exchange hash, one row each: what they would have hashed. */
import type { Mistake } from './draft.ts';
import { GROUP } from './group.ts';
import { HASHES } from './hash.ts';
import { IDENTIFICATION } from './identification.ts';
import { KEXINIT } from './kexinit.ts';
import { NUMBERS } from './numbers.ts';
import { ORDER } from './order.ts';
import { SHARED } from './secret.ts';

/** Those that are common enough to be looked for two at a time. */
export const COMMON_MISTAKES: readonly Mistake[] = [
  ...SHARED,
  ...IDENTIFICATION.filter((m) => / with (?:CR|CR LF|LF)$/.test(m.name)),
  ...GROUP,
  ...HASHES.slice(0, 4),
];

/** All mistakes, likeliest first. */
export const MISTAKES: readonly Mistake[] = [...SHARED, ...IDENTIFICATION, ...NUMBERS, ...GROUP, ...KEXINIT, ...HASHES, ...ORDER];
