/** Mistakes in what the group exchange adds. */
import { concat } from '../../../bytes/concat.ts';
import { encode, uint32 } from '../../../wire/codec.ts';
import { type Draft, encodeAs, type Mistake, without } from './draft.ts';

const bits = (n: number): Uint8Array => encode(uint32, n);

export const GROUP: readonly Mistake[] = [
  {
    name: 'min, n, max missing',
    sentence: 'min, n and max of the group exchange are missing from the hash',
    rfc: '4419#3',
    make: (d) => without(d, ['min', 'n', 'max']),
  },
  {
    name: 'only n of min, n, max',
    sentence: 'only n was hashed, as if the client had sent the old request: it sent min, n and max, and all three belong to the hash',
    rfc: '4419#5',
    make: (d) => (d.parts.some((p) => p.id === 'min') ? without(d, ['min', 'max']) : undefined),
  },
  ...[
    [1024, 8192],
    [2048, 8192],
  ].map(([min = 0, max = 0]) => ({
    name: `min ${min} and max ${max} for an old request`,
    sentence: `min and max (${min} and ${max}) were hashed, though the client sent the old request, which has n alone`,
    rfc: '4419#5',
    make: (d: Draft) => {
      if (d.parts.some((p) => p.id === 'min')) return undefined;
      return encodeAs(d, ['n'], (p) => concat([bits(min), p.encoded, bits(max)]));
    },
  })),
  { name: 'p and g missing', sentence: 'p and g of the group exchange are missing from the hash', rfc: '4419#3', make: (d) => without(d, ['p', 'g']) },
];
