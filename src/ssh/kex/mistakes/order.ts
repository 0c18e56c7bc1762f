/** Mistakes in which inputs there are, in their order and in their lengths. */
import { type Draft, type Mistake, swap, without } from './draft.ts';

/** What one may forget as a whole; the group exchange has rows of its own. */
const INPUTS = [
  ['vC', 'V_C'],
  ['vS', 'V_S'],
  ['iC', 'I_C'],
  ['iS', 'I_S'],
  ['kS', 'K_S'],
  ['kT', 'K_T'],
  ['encryptedSecret', 'encrypted K'],
  ['e', 'e'],
  ['f', 'f'],
  ['qC', 'Q_C'],
  ['qS', 'Q_S'],
  ['k', 'K'],
] as const;

export const ORDER: readonly Mistake[] = [
  {
    name: 'client and server swapped',
    sentence: 'what client and server sent was hashed with the sides swapped throughout: the client comes first, whoever computes the hash',
    rfc: '4253#8',
    make: (d) => {
      const pairs = [
        ['vC', 'vS'],
        ['iC', 'iS'],
        ['e', 'f'],
        ['qC', 'qS'],
      ] as const;
      return swap(d, pairs);
    },
  },
  { name: 'V_C and V_S swapped', sentence: 'V_C and V_S were hashed in the wrong order', rfc: '4253#8', make: (d) => swap(d, [['vC', 'vS']]) },
  { name: 'I_C and I_S swapped', sentence: 'I_C and I_S were hashed in the wrong order', rfc: '4253#8', make: (d) => swap(d, [['iC', 'iS']]) },
  {
    name: 'V and I swapped',
    sentence: 'V_C and V_S were hashed in the wrong order, and I_C and I_S too',
    rfc: '4253#8',
    make: (d) =>
      swap(d, [
        ['vC', 'vS'],
        ['iC', 'iS'],
      ]),
  },
  {
    name: 'public values swapped',
    sentence: 'the public values of client and server were hashed in the wrong order',
    rfc: '4253#8',
    make: (d) =>
      swap(d, [
        ['e', 'f'],
        ['qC', 'qS'],
      ]),
  },
  ...INPUTS.map(([id, name]) => ({
    name: `${name} missing`,
    sentence: `${name} is missing from the hash`,
    rfc: '4253#8',
    make: (d: Draft) => without(d, [id]),
  })),
  {
    name: 'no lengths',
    sentence: 'the inputs were hashed without their lengths in front: each goes in as a string, mpint or uint32 of RFC 4251',
    rfc: '4253#8',
    make: (d) => ({ ...d, parts: d.parts.map((p) => ({ ...p, encoded: p.value })) }),
  },
];
