/** The fixed Diffie-Hellman groups, all with generator 2; their primes are written with the digits of pi. */
import { piTimes2 } from './number.ts';

/** `bits` of the prime and the constant that makes it one: p = 2^n - 2^(n-64) - 1 + 2^64 * (floor(2^(n-130) * pi) + c). */
interface Formula {
  readonly bits: number;
  readonly c: bigint;
}

/** By the number in the names diffie-hellman-groupN-*; `group1` of SSH is Oakley Group 2 (RFC 4253 section 8.1). */
const FORMULAS: Readonly<Record<number, Formula>> = {
  1: { bits: 1024, c: 129_093n }, // RFC 2409 section 6.2
  14: { bits: 2048, c: 124_476n }, // RFC 3526 section 3
  15: { bits: 3072, c: 1_690_314n }, // RFC 3526 section 4
  16: { bits: 4096, c: 240_904n }, // RFC 3526 section 5
  17: { bits: 6144, c: 929_484n }, // RFC 3526 section 6
  18: { bits: 8192, c: 4_743_158n }, // RFC 3526 section 7
};

const primes = new Map<number, bigint>();

/** The prime of group `number`, undefined for a group that SSH does not name. */
export function groupPrime(number: number): bigint | undefined {
  const formula = FORMULAS[number];
  if (formula === undefined) return undefined;
  const p = primes.get(number) ?? primeOf(formula);
  primes.set(number, p);
  return p;
}

function primeOf({ bits, c }: Formula): bigint {
  const n = BigInt(bits);
  return (1n << n) - (1n << (n - 64n)) - 1n + ((piTimes2(bits - 130) + c) << 64n);
}
