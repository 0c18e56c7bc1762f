/** The wrong hash, and the wrong thing signed. */
import type { Draft, Mistake } from './draft.ts';

export const HASHES: readonly Mistake[] = [
  ...(['sha1', 'sha256', 'sha384', 'sha512'] as const).map((hash) => ({
    name: `${hash} used`,
    sentence: `the exchange hash was made with ${hash}: the method has another hash`,
    rfc: '4253#8',
    make: (d: Draft): Draft | undefined => (d.hash === hash ? undefined : { ...d, hash }),
  })),
  {
    name: 'signature over the inputs',
    sentence: 'the inputs of H were signed, not H: signing hashes H once more',
    rfc: '4253#8',
    make: (d) => (d.signs === 'H' ? { ...d, signs: 'inputs' } : undefined),
  },
  {
    name: 'signature over the hash of H',
    sentence: 'H was hashed once more before it was signed, beyond what the signature algorithm does',
    rfc: '4253#8',
    make: (d) => (d.signs === 'H' ? { ...d, signs: 'hash of H' } : undefined),
  },
];
