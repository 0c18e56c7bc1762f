/** Public key blobs of every type, and what people ask of a key: fingerprint and size. */
import { md5 } from '@noble/hashes/legacy.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { toHex } from '../../bytes/hex.ts';
import { firstOf, latin1 } from '../../bytes/text.ts';
import { by, type Codec, counted, described, encode, mpint, rest, string, struct, text } from '../../wire/codec.ts';
import { decode } from '../../wire/cursor.ts';
import { sized } from '../extend.ts';
import type { Partly } from '../message.ts';
import type { HostKey } from '../model.ts';
import { bitLength } from '../words.ts';
import { CERTIFICATE_SUFFIX, certificate } from './certificate.ts';

/** A decoded public key: `type` and the fields that it has. */
export type PublicKey = Record<'type', string> & Record<string, unknown>;

type Shape = Readonly<Record<string, Codec<unknown>>>;

const rsa: Shape = {
  e: described(mpint, 'Public exponent, mostly 65537.'),
  n: described(mpint, 'Modulus: the product of two secret primes. Its length is the size of the key.'),
};

const dss: Shape = {
  p: described(mpint, 'Prime modulus.'),
  q: described(mpint, 'Prime order of the subgroup.'),
  g: described(mpint, 'Generator of the subgroup.'),
  y: described(mpint, 'Public value: g to the power of the private key, modulo p.'),
};

const ecdsa: Shape = {
  curve: described(text, 'The elliptic curve, named again.'),
  Q: described(string, 'Public point: 04, then x and y.'),
};

const application: Shape = { application: described(text, 'What the security key was asked to make the key for, mostly ssh:.') };

const ed25519: Shape = { pk: described(sized(32, 'an Ed25519 public key', '8709#4'), 'Public point, compressed to 32 bytes.') };
const ed448: Shape = { pk: described(sized(57, 'an Ed448 public key', '8709#4'), 'Public point, compressed to 57 bytes.') };
const mldsa: Shape = { pk: described(sized(1344, 'an ML-DSA-44 with Ed25519 key', 'openssh:ssh-mldsa-eddsa.c'), 'ML-DSA-44 key, then Ed25519 key.') };

/** The fields of each plain key type, in their order (RFC 4253 section 6.6, RFC 5656 section 3.1, RFC 8709, openssh PROTOCOL.u2f). */
const PLAIN: ReadonlyMap<string, Shape> = new Map([
  ['ssh-rsa', rsa],
  ['ssh-dss', dss],
  ['ecdsa-sha2-nistp256', ecdsa],
  ['ecdsa-sha2-nistp384', ecdsa],
  ['ecdsa-sha2-nistp521', ecdsa],
  ['ecdsa-sha2-1.3.132.0.10', ecdsa],
  ['ssh-ed25519', ed25519],
  ['ssh-ed448', ed448],
  ['sk-ssh-ed25519@openssh.com', { ...ed25519, ...application }],
  ['sk-ecdsa-sha2-nistp256@openssh.com', { ...ecdsa, ...application }],
  ['ssh-mldsa44-ed25519@openssh.com', mldsa],
]);

/** The X.509 key types of RFC 6187; the older x509v3-sign-* of other programs are bare certificates. */
const X509 = /^x509v3-(?:ssh-dss|ssh-rsa|rsa2048-sha256|ecdsa-sha2-.*)$/;

const x509 = struct({
  certificates: described(counted(string), 'X.509 certificates in DER: the first is the key, each next one certifies the one before.'),
  ocspResponses: described(counted(string), 'Answers of the authorities that the certificates are not revoked.'),
});

const other = struct({ data: rest });

const plainBodies = new Map([...PLAIN].map(([type, shape]) => [type, struct(shape)] as const));

const TYPE = described(text, 'Type of the key.');

/** A key blob that is not a certificate: what may sign certificates. */
const plainBlob: Codec<PublicKey> = by('type', TYPE, (type) => plainBodies.get(type) ?? other);

const certificateBodies = new Map([...PLAIN].map(([type, shape]) => [certificateType(type), certificate(shape, plainBlob)] as const));

function bodyOf(type: string): Codec<object> {
  return plainBodies.get(type) ?? certificateBodies.get(type) ?? (X509.test(type) ? x509 : other);
}

/** A public key or certificate, without the length of the `string` that holds it; types we do not know keep their bytes as `data`. */
export const hostKeyBlob: Codec<PublicKey> = by('type', TYPE, bodyOf);

/** `ssh-rsa` to `ssh-rsa-cert-v01@openssh.com`, `sk-ssh-ed25519@openssh.com` to `sk-ssh-ed25519-cert-v01@openssh.com`. */
function certificateType(type: string): string {
  return type.replace(/@openssh\.com$/, '') + CERTIFICATE_SUFFIX;
}

const plainTypes = new Map([...PLAIN.keys()].map((type) => [certificateType(type), type] as const));

/** The type of the key inside a certificate of `type`; `type` itself when it is no certificate. */
export function plainType(type: string): string {
  return plainTypes.get(type) ?? type;
}

/** True for a certificate type that we take apart. */
export function isCertificate(type: string): boolean {
  return plainTypes.has(type);
}

/** The key inside a certificate as a blob of its own; undefined when `key` is no certificate or was not decoded to its key's end. */
function certifiedBlob(key: Partly<PublicKey>): Uint8Array | undefined {
  const type = typeof key.type === 'string' ? plainTypes.get(key.type) : undefined;
  const shape = type === undefined ? undefined : PLAIN.get(type);
  if (type === undefined || shape === undefined || Object.keys(shape).some((name) => key[name] === undefined)) return undefined;
  return encode(plainBlob, { ...key, type });
}

/** SHA-256 and MD5 fingerprints as `ssh-keygen -l` prints them. */
export interface Fingerprints {
  /** `SHA256:` and base64 without padding. */
  readonly sha256: string;
  /** `MD5:` and hex with colons. */
  readonly md5: string;
}

/**
 * Fingerprints of a key blob. Of a certificate they are those of the plain key in it, as `ssh-keygen -l` does; of a
 * certificate too broken for that, of the whole blob.
 */
export function fingerprints(blob: Uint8Array, value: Partly<PublicKey> = decode(hostKeyBlob, blob).value): Fingerprints {
  const key = certifiedBlob(value) ?? blob;
  return { sha256: sha256Fingerprint(key), md5: md5Fingerprint(key) };
}

function md5Fingerprint(key: Uint8Array): string {
  return `MD5:${toHex(md5(key), ':')}`;
}

/** `SHA256:` and base64 without padding, of exactly these bytes: for a certificate that differs from `fingerprints`. */
export function sha256Fingerprint(key: Uint8Array): string {
  return `SHA256:${btoa(latin1(sha256(key))).replaceAll('=', '')}`;
}

const EC_BITS: ReadonlyMap<string, number> = new Map(Object.entries({ nistp256: 256, nistp384: 384, nistp521: 521, '1.3.132.0.10': 256 }));

/** Size of a key as `ssh-keygen -l` prints it, bits; undefined for a type whose size we cannot tell. */
export function keyBits(key: Partly<PublicKey>): number | undefined {
  const type = plainType(String(key.type));
  if (type === 'ssh-rsa') return key.n === undefined ? undefined : bitLength(key.n);
  if (type === 'ssh-dss') return key.p === undefined ? undefined : bitLength(key.p);
  if (type === 'ssh-ed448') return 448;
  if (type.startsWith('ecdsa-') || type.startsWith('sk-ecdsa-')) return EC_BITS.get(type.replace(/^.*sha2-|@.*$/g, ''));
  return type === 'ssh-ed25519' || type === 'sk-ssh-ed25519@openssh.com' || type === 'ssh-mldsa44-ed25519@openssh.com' ? 256 : undefined;
}

/** The facts of the key `blob`, decoded as `value` with `hostKeyBlob`. */
export function hostKeyOf(blob: Uint8Array, value: Partly<PublicKey>): HostKey {
  return new KeyFacts(blob, value);
}

/** Fingerprints are made when they are asked for. A class, since each object literal with getters is a hidden class of its own. */
class KeyFacts implements HostKey {
  readonly type: string;
  readonly bits: number | undefined;
  readonly blob: Uint8Array;
  private readonly value: Partly<PublicKey>;
  private sent: Fingerprints | undefined = undefined;
  private plain: Fingerprints | undefined = undefined;

  constructor(blob: Uint8Array, value: Partly<PublicKey>) {
    this.type = typeof value.type === 'string' ? value.type : '';
    this.bits = keyBits(value);
    this.blob = blob;
    this.value = value;
  }

  get certificate(): HostKey['certificate'] {
    return isCertificate(this.type) ? this.value : undefined;
  }

  get fingerprint(): string {
    return this.ofSent.sha256;
  }

  get fingerprintMd5(): string {
    return this.ofSent.md5;
  }

  get keyFingerprint(): string {
    return this.ofKey.sha256;
  }

  get keyFingerprintMd5(): string {
    return this.ofKey.md5;
  }

  private get ofSent(): Fingerprints {
    this.sent ??= { sha256: sha256Fingerprint(this.blob), md5: md5Fingerprint(this.blob) };
    return this.sent;
  }

  private get ofKey(): Fingerprints {
    this.plain ??= this.certificate === undefined ? this.ofSent : fingerprints(this.blob, this.value);
    return this.plain;
  }
}

/** A key for a summary: `ssh-ed25519 SHA256:…`, `ssh-rsa-cert-v01@openssh.com SHA256:…`. */
export function keyWords(key: Partly<PublicKey> | undefined): string {
  const type = typeof key?.type === 'string' ? key.type : undefined;
  if (key === undefined || type === undefined) return 'host key ?';
  const shape = PLAIN.get(type);
  const whole = shape === undefined ? undefined : Object.keys(shape).every((name) => key[name] !== undefined);
  const blob = whole ? encode(plainBlob, { ...key, type }) : certifiedBlob(key);
  return blob === undefined ? firstOf(type, 64) : `${type} ${sha256Fingerprint(blob)}`;
}
