/** Diffie-Hellman on Curve25519 and Curve448 (RFC 8731). */
import { sized } from '../extend.ts';
import { ECDH, ecdhIngredients, ecdhMessages } from './ecdh.ts';
import type { KexMethod } from './method.ts';

const ingredients = ecdhIngredients('8731#3');

/** The methods on the curves of RFC 7748. */
export const CURVE_METHODS: readonly KexMethod[] = [
  {
    names: ['curve25519-sha256', 'curve25519-sha256@libssh.org'],
    family: 'curve',
    hash: 'sha256',
    messages: ecdhMessages(sized(32, 'an X25519 public value', '8731#3'), '8731#3'),
    ...ECDH,
    ingredients: () => ingredients,
    curve: 'curve25519',
    note: 'Diffie-Hellman on Curve25519 (D. J. Bernstein) with SHA-256: fast, hard to implement badly, the most common method of the 2010s. A future quantum computer could break what is recorded today.',
    rfc: '8731#3',
    standing: 'recommended',
    since: 'OpenSSH 6.5',
  },
  {
    names: ['curve448-sha512'],
    family: 'curve',
    hash: 'sha512',
    messages: ecdhMessages(sized(56, 'an X448 public value', '8731#3'), '8731#3'),
    ...ECDH,
    ingredients: () => ingredients,
    curve: 'curve448',
    note: 'Diffie-Hellman on Curve448 (M. Hamburg) with SHA-512: a larger margin than curve25519, seldom supported.',
    rfc: '8731#3',
    standing: 'recommended',
  },
];
