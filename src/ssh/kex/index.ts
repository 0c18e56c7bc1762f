/** All key exchange methods, in one list. */
import { byName } from '../algorithm.ts';
import { CURVE_METHODS } from './curve.ts';
import { DH_METHODS } from './dh.ts';
import { ECDH_METHODS } from './ecdh.ts';
import { GEX_METHODS } from './gex.ts';
import { GSS_METHODS } from './gss.ts';
import { HYBRID_METHODS } from './hybrid.ts';
import type { KexMethod, PseudoAlgorithm } from './method.ts';
import { PSEUDO_ALGORITHMS } from './pseudo.ts';
import { RSA_METHODS } from './rsa.ts';

/** Every method that we know. */
export const KEX_METHODS: readonly KexMethod[] = [
  ...HYBRID_METHODS,
  ...CURVE_METHODS,
  ...ECDH_METHODS,
  ...DH_METHODS,
  ...GEX_METHODS,
  ...RSA_METHODS,
  ...GSS_METHODS,
];

const byFullName = new Map(KEX_METHODS.filter((m) => m.prefix === undefined).flatMap((m) => m.names.map((name) => [name, m] as const)));
const byPrefix = KEX_METHODS.filter((m) => m.prefix === true).flatMap((m) => m.names.map((name) => [name, m] as const));

/** The method negotiated as `name`. */
export function kexMethod(name: string): KexMethod | undefined {
  return byFullName.get(name) ?? byPrefix.find(([prefix]) => name.startsWith(prefix))?.[1];
}

const signals = byName(PSEUDO_ALGORITHMS);

/** The signal that `name` is, when it stands in the kex list without being a method. */
export function pseudoAlgorithm(name: string): PseudoAlgorithm | undefined {
  return signals.get(name);
}

/**
 * What computes with secrets. Loaded only when there are some: the elliptic curves alone take longer to load than a small
 * capture takes to read.
 */
export async function loadVerification(): Promise<typeof import('./verification.ts')> {
  return import('./verification.ts');
}
