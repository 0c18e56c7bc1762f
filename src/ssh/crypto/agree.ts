/** Shared secrets from one side's private value: Diffie-Hellman over numbers, over curves, and over Curve25519 and Curve448. */

import { x448 } from '@noble/curves/ed448.js';
import { x25519 } from '@noble/curves/ed25519.js';
import { p256, p384, p521 } from '@noble/curves/nist.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { primitives } from './native.ts';
import { bitsOf, bytesOf, modPow, numberOf } from './number.ts';
import type { Curve25519 } from './primitives.ts';

/** OpenSSH itself stops here, and so do the groups that have names (RFC 3526); larger powers take seconds. */
const MAX_BITS = 8192;

/** One key agreement; values it cannot use (wrong length, not on the curve, zero) give undefined. */
export interface Agreement {
  /** The public value that belongs to `privateValue`: as the peer sent it, but for a number without its sign byte and leading zeros. */
  publicOf(privateValue: Uint8Array): Uint8Array | undefined;
  /** The shared secret: big-endian without leading zeros over numbers, else as long as the field (x coordinate, or the output of X25519 and X448). */
  shared(privateValue: Uint8Array, peerPublic: Uint8Array): Uint8Array | undefined;
}

/** Diffie-Hellman modulo `p` with generator `g` (RFC 4253 section 8, RFC 4419 section 3); both as numbers. */
export function diffieHellman(p: bigint, g: bigint): Agreement {
  const usable = p > 3n && bitsOf(p) <= MAX_BITS;
  const power = (base: bigint, exponent: Uint8Array): Uint8Array | undefined =>
    usable && exponent.length * 8 <= MAX_BITS + 8 ? bytesOf(modPow(base % p, numberOf(exponent), p)) : undefined;
  return {
    publicOf: (x) => power(g, x),
    shared: (x, peer) => power(numberOf(peer), x),
  };
}

/** The functions of noble's curves that we use. */
interface Weierstrass {
  readonly lengths: { readonly secretKey?: number };
  getPublicKey(secretKey: Uint8Array, compressed: boolean): Uint8Array;
  getSharedSecret(secretKey: Uint8Array, peer: Uint8Array, compressed: boolean): Uint8Array;
}

interface Montgomery {
  getPublicKey(secretKey: Uint8Array): Uint8Array;
  getSharedSecret(secretKey: Uint8Array, peer: Uint8Array): Uint8Array;
}

/**
 * ECDH (RFC 5656 section 4): public values are uncompressed points, the secret is the x coordinate. Curves are named by functions: what
 * noble computes beforehand for one takes milliseconds, which a run without private values need not spend.
 */
function ecdh(curve: () => Weierstrass): Agreement {
  const length = () => curve().lengths.secretKey ?? 0;
  const scalar = (x: Uint8Array): Uint8Array => bytesOf(numberOf(x), length());
  return {
    publicOf: (x) => attempt(() => curve().getPublicKey(scalar(x), false)),
    // An uncompressed point is 04, x, y.
    shared: (x, peer) =>
      attempt(() =>
        curve()
          .getSharedSecret(scalar(x), peer, false)
          .slice(1, 1 + length()),
      ),
  };
}

/** X25519 and X448 (RFC 7748, RFC 8731). */
function montgomery(curve: () => Montgomery): Agreement {
  return {
    publicOf: (x) => attempt(() => curve().getPublicKey(x)),
    shared: (x, peer) => attempt(() => curve().getSharedSecret(x, peer)),
  };
}

/** X25519 by the platform, where that has it. */
function curve25519(native: Curve25519 | undefined): Agreement {
  if (native === undefined) return montgomery(() => x25519);
  const base = new Uint8Array(32);
  base[0] = 9;
  const shared = (x: Uint8Array, peer: Uint8Array) => (x.length === 32 && peer.length === 32 ? native.x25519(x, peer) : undefined);
  return { publicOf: (x) => shared(x, base), shared };
}

/** What `compute` gives; undefined when noble refuses the input, which it says by throwing. */
function attempt(compute: () => Uint8Array): Uint8Array | undefined {
  try {
    return compute();
  } catch {
    return undefined;
  }
}

/** By the names of RFC 5656 and RFC 7748. */
const CURVES: ReadonlyMap<string, Agreement> = new Map([
  ['nistp256', ecdh(() => p256)],
  ['nistp384', ecdh(() => p384)],
  ['nistp521', ecdh(() => p521)],
  ['1.3.132.0.10', ecdh(() => secp256k1)],
  ['secp256k1', ecdh(() => secp256k1)],
  ['curve25519', curve25519(primitives.curve25519)],
  ['x25519', curve25519(primitives.curve25519)],
  ['curve448', montgomery(() => x448)],
  ['x448', montgomery(() => x448)],
]);

/** Key agreement over the curve `name`; undefined for a curve that we do not have. */
export function curveAgreement(name: string): Agreement | undefined {
  return CURVES.get(name);
}
