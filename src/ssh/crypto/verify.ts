/** Signature verification: every host key and user key algorithm, from decoded blobs. */

import { ed448 } from '@noble/curves/ed448.js';
import { ed25519 } from '@noble/curves/ed25519.js';
import { p256, p384, p521 } from '@noble/curves/nist.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { toHex } from '../../bytes/hex.ts';
import { latin1, utf8 } from '../../bytes/text.ts';
import { Writer } from '../../wire/writer.ts';
import { plainType } from '../hostkey/blob.ts';
import type { HashName } from './hashes.ts';
import { primitives } from './native.ts';
import { bitsOf, bytesOf, modPow, numberOf } from './number.ts';

export interface Verdict {
  readonly verdict: 'valid' | 'invalid' | 'unchecked';
  /** One clause that says why; for `valid` what was checked. */
  readonly reason: string;
}

/** A decoded key or signature; fields that a broken blob lacks are missing. */
type Values = Readonly<Record<string, unknown>>;

/** Undefined: it verifies. Else what is wrong. */
type Check = (key: Values, signature: Values, message: Uint8Array) => string | Unchecked | undefined;

class Unchecked {
  readonly reason: string;
  constructor(reason: string) {
    this.reason = reason;
  }
}

/** Larger numbers would take a peer's word for how long we compute; OpenSSH stops at 16384 bits as well. */
const MAX_BITS = 16_384;
const MAX_EXPONENT_BITS = 64;
/** FIPS 186-4 section 4.2 ends at 3072 and 256; SSH has always used 1024 and 160. */
const MAX_DSA_BITS = 4096;
const MAX_Q_BITS = 256;

const DIFFERS = 'the signature does not fit this key and message';

interface Scheme {
  readonly keyTypes: readonly string[];
  readonly check: Check;
}

/** By the name in the signature blob. */
const SCHEMES: ReadonlyMap<string, Scheme> = new Map([
  ['ssh-rsa', { keyTypes: ['ssh-rsa'], check: rsa('sha1') }],
  ['rsa-sha2-256', { keyTypes: ['ssh-rsa'], check: rsa('sha256') }],
  ['rsa-sha2-512', { keyTypes: ['ssh-rsa'], check: rsa('sha512') }],
  ['ssh-dss', { keyTypes: ['ssh-dss'], check: dsa }],
  ['ecdsa-sha2-nistp256', { keyTypes: ['ecdsa-sha2-nistp256'], check: ecdsa(() => p256, 'sha256') }],
  ['ecdsa-sha2-nistp384', { keyTypes: ['ecdsa-sha2-nistp384'], check: ecdsa(() => p384, 'sha384') }],
  ['ecdsa-sha2-nistp521', { keyTypes: ['ecdsa-sha2-nistp521'], check: ecdsa(() => p521, 'sha512') }],
  ['ecdsa-sha2-1.3.132.0.10', { keyTypes: ['ecdsa-sha2-1.3.132.0.10'], check: ecdsa(() => secp256k1, 'sha256') }],
  ['ssh-ed25519', { keyTypes: ['ssh-ed25519'], check: edwards25519() }],
  ['ssh-ed448', { keyTypes: ['ssh-ed448'], check: edwards(() => ed448) }],
  ['sk-ssh-ed25519@openssh.com', { keyTypes: ['sk-ssh-ed25519@openssh.com'], check: touched(edwards25519()) }],
  ['sk-ecdsa-sha2-nistp256@openssh.com', { keyTypes: ['sk-ecdsa-sha2-nistp256@openssh.com'], check: touched(ecdsa(() => p256, 'sha256')) }],
  ['webauthn-sk-ecdsa-sha2-nistp256@openssh.com', { keyTypes: ['sk-ecdsa-sha2-nistp256@openssh.com'], check: webauthn }],
]);

/**
 * Whether `signature` over `message` was made with the private half of `key`.
 *
 * @param algorithm the signature algorithm that was agreed on: a name as it stands in signature blobs (`rsa-sha2-512`)
 * @param key value of a key blob or certificate by `hostKeyBlob`
 * @param signature value of a signature blob by `signatureBlob`
 */
export function verifySignature(algorithm: string, key: Values, signature: Values, message: Uint8Array): Verdict {
  const used = signature.algorithm;
  const type = key.type;
  if (typeof used !== 'string' || typeof type !== 'string') return { verdict: 'invalid', reason: 'the key or the signature is broken' };
  const scheme = SCHEMES.get(used);
  if (scheme === undefined) return { verdict: 'unchecked', reason: 'signatures of this algorithm are not supported' };
  if (!scheme.keyTypes.includes(plainType(type))) return { verdict: 'invalid', reason: `the signature is of ${used}, which is not for this type of key` };
  const wrong = attempt(() => scheme.check(key, signature, message));
  if (wrong instanceof Unchecked) return { verdict: 'unchecked', reason: wrong.reason };
  if (wrong !== undefined) return { verdict: 'invalid', reason: wrong };
  if (used !== algorithm) return { verdict: 'invalid', reason: `it fits the key, but was made with ${used} where ${algorithm} was agreed on` };
  return { verdict: 'valid', reason: `verified with ${used}` };
}

/** Milliseconds that a signature takes to be found wrong, about, by the type of the key. */
const MILLISECONDS: ReadonlyMap<string, number> = new Map(
  Object.entries({
    'ssh-ed25519': 2.5,
    'sk-ssh-ed25519@openssh.com': 2.5,
    'ssh-ed448': 6,
    'ecdsa-sha2-nistp256': 2.5,
    'sk-ecdsa-sha2-nistp256@openssh.com': 2.5,
    'ecdsa-sha2-nistp384': 6,
    'ecdsa-sha2-nistp521': 12,
  }),
);

/** What checking a signature by `key` costs at most, in milliseconds, about: the peer chooses the key. */
export function verifyCost(key: Values): number {
  const bits = 8 * Math.max(bytes(key, 'n').length, bytes(key, 'p').length);
  if (key.type === 'ssh-dss') return Math.max(1, (Math.min(bits, MAX_DSA_BITS) / 1024) ** 2);
  if (bits > 0) return Math.max(1, (Math.min(bits, MAX_BITS) / 4096) ** 2);
  return MILLISECONDS.get(plainType(String(key.type))) ?? 2.5;
}

/** What `check` says; numbers that are no key at all, which noble refuses by throwing, are a wrong signature too. */
function attempt(check: () => string | Unchecked | undefined): string | Unchecked | undefined {
  try {
    return check();
  } catch {
    return 'the key or the signature is no valid one';
  }
}

function bytes(values: Values, name: string): Uint8Array {
  const value = values[name];
  return value instanceof Uint8Array ? value : new Uint8Array(0);
}

function number(values: Values, name: string): bigint {
  return numberOf(bytes(values, name));
}

/** The numbers r and s of a signature blob. */
function pair(signature: Values): { r: bigint; s: bigint } {
  const inner = signature.signature;
  const values: Values = typeof inner === 'object' && inner !== null ? (inner as Values) : {};
  return { r: number(values, 'r'), s: number(values, 's') };
}

/** DigestInfo before the hash (RFC 8017 section 9.2, note 1). */
const DIGEST_INFO = {
  sha1: '3021300906052b0e03021a05000414',
  sha256: '3031300d060960864801650304020105000420',
  sha512: '3051300d060960864801650304020305000440',
} as const;

/** RSASSA-PKCS1-v1_5 (RFC 8017 section 8.2.2; RFC 4253 section 6.6, RFC 8332). */
function rsa(hash: keyof typeof DIGEST_INFO): Check {
  return (key, signature, message) => {
    const [n, e, s] = [number(key, 'n'), number(key, 'e'), number(signature, 'signature')];
    if (bitsOf(n) > MAX_BITS || bitsOf(e) > MAX_EXPONENT_BITS) return new Unchecked('the RSA key is larger than we compute with');
    if (s >= n) return DIFFERS;
    const length = Math.ceil(bitsOf(n) / 8);
    const tail = DIGEST_INFO[hash] + toHex(primitives.hash(hash, message));
    const padding = length - 3 - tail.length / 2;
    if (padding < 8) return 'the RSA key is too short for this hash';
    const wanted = `0001${'ff'.repeat(padding)}00${tail}`;
    return toHex(bytesOf(modPow(s, e, n), length)) === wanted ? undefined : DIFFERS;
  };
}

/** DSA (FIPS 186-4 section 4.7) over SHA-1 (RFC 4253 section 6.6). */
function dsa(key: Values, signature: Values, message: Uint8Array): string | Unchecked | undefined {
  const [p, q, g, y] = [number(key, 'p'), number(key, 'q'), number(key, 'g'), number(key, 'y')];
  if (bitsOf(p) > MAX_DSA_BITS || bitsOf(q) > MAX_Q_BITS) return new Unchecked('the DSA key is larger than we compute with');
  const { r, s } = pair(signature);
  if (r <= 0n || s <= 0n || r >= q || s >= q) return DIFFERS;
  const digest = primitives.hash('sha1', message);
  // The leftmost bits, as many as q has.
  const z = numberOf(digest) >> BigInt(Math.max(0, 8 * digest.length - bitsOf(q)));
  const w = modPow(s, q - 2n, q);
  const v = ((modPow(g, (z * w) % q, p) * modPow(y, (r * w) % q, p)) % p) % q;
  return v === r ? undefined : DIFFERS;
}

interface Weierstrass {
  readonly lengths: { readonly secretKey?: number };
  verify(signature: Uint8Array, digest: Uint8Array, publicKey: Uint8Array, options: { prehash: false; lowS: false; format: 'compact' }): boolean;
}

/** ECDSA (RFC 5656 section 3.1.2). Curves are named by functions, as in `agree.ts`. */
function ecdsa(curve: () => Weierstrass, hash: HashName): Check {
  return (key, signature, message) => {
    const length = curve().lengths.secretKey ?? 0;
    const { r, s } = pair(signature);
    if (bitsOf(r) > 8 * length || bitsOf(s) > 8 * length) return DIFFERS;
    const both = new Uint8Array(2 * length);
    both.set(bytesOf(r, length));
    both.set(bytesOf(s, length), length);
    const right = curve().verify(both, primitives.hash(hash, message), bytes(key, 'Q'), { prehash: false, lowS: false, format: 'compact' });
    return right ? undefined : DIFFERS;
  };
}

interface Edwards {
  verify(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array, options: { zip215: false }): boolean;
}

/** EdDSA (RFC 8032, RFC 8709); Ed448 with an empty context. */
function edwards(curve: () => Edwards): Check {
  return (key, signature, message) => (curve().verify(bytes(signature, 'signature'), message, bytes(key, 'pk'), { zip215: false }) ? undefined : DIFFERS);
}

/** Ed25519: the platform decides where it and noble cannot differ. */
function edwards25519(): Check {
  const strict = edwards(() => ed25519);
  return (key, signature, message) => {
    const [sent, pk] = [bytes(signature, 'signature'), bytes(key, 'pk')];
    const clear = sent.length === 64 && pk.length === 32 && !suspect(pk);
    return clear && primitives.curve25519?.verifies(sent, message, pk) === true ? undefined : strict(key, signature, message);
  };
}

/**
 * True for the public keys that OpenSSL takes and noble, by RFC 8032, does not: points of small order, and values of y that
 * are not reduced; and for some others that begin like one of these.
 */
function suspect(pk: Uint8Array): boolean {
  const middle = pk.subarray(1, 31);
  if (middle.every((b) => b === 0) || middle.every((b) => b === 0xff)) return true;
  return SMALL_ORDER.has(toHex(pk.subarray(0, 4)));
}

/** The first bytes of the y of the four points of order 8 (RFC 8032 section 5.1.2: in little-endian order). */
const SMALL_ORDER: ReadonlySet<string> = new Set(['26e8958f', 'c7176a70']);

/** What a security key signs: hash of the application, flags, counter, `extensions`, hash of the message (openssh PROTOCOL.u2f). */
function touchedMessage(key: Values, signature: Values, extensions: Uint8Array, message: Uint8Array): Uint8Array {
  const out = new Writer();
  out.put(primitives.hash('sha256', utf8(String(key.application))));
  out.uint8(Number(signature.flags) & 0xff);
  out.uint32(Number(signature.counter) >>> 0);
  out.put(extensions);
  out.put(primitives.hash('sha256', message));
  return out.finish();
}

function touched(inner: Check): Check {
  return (key, signature, message) => inner(key, signature, touchedMessage(key, signature, new Uint8Array(0), message));
}

const touchedEcdsa = ecdsa(() => p256, 'sha256');

/** A signature that a browser made: the message stands as `challenge` in JSON whose hash is signed (openssh PROTOCOL.u2f, "webauthn"). */
function webauthn(key: Values, signature: Values, message: Uint8Array): string | Unchecked | undefined {
  const client = String(signature.clientData);
  const challenge = btoa(latin1(message)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
  const begin = `{"type":"webauthn.get","challenge":"${challenge}","origin":"${String(signature.origin)}"`;
  if (!client.startsWith(begin)) return 'the browser signed another message';
  return touchedEcdsa(key, signature, touchedMessage(key, signature, bytes(signature, 'extensions'), utf8(client)));
}
