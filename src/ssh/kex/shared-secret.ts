/** K from the ephemeral private value of one side, as that side computed it. */
import { type Agreement, curveAgreement, diffieHellman } from '../crypto/agree.ts';
import { groupPrime } from '../crypto/groups.ts';
import { bytesOf, numberOf } from '../crypto/number.ts';
import { powerWork } from '../effort.ts';
import type { Side } from '../message.ts';
import { mpintContent } from './hash-parts.ts';
import type { FieldName, KexMethod } from './method.ts';
import type { Transcript } from './transcript.ts';

/** What comes of a private value. */
export type Agreed =
  | {
      /** K as it is hashed: the content of its mpint. */
      readonly k: Uint8Array;
      /** The private value gives the public one that its side sent; undefined when the capture does not hold that. */
      readonly matchesPublic: true | undefined;
      /** What computing it cost, beyond what is usual: numbers may be large, and the peer chooses them. */
      readonly work: number;
    }
  /** It gives another public value: it is not of this exchange. */
  | { readonly matchesPublic: false; readonly work: number }
  | { readonly error: string };

/** The groups by the length of their prime, which is enough to tell them apart (RFC 4253 section 8, RFC 8268 section 3). */
const GROUPS: Readonly<Record<number, number>> = { 1024: 1, 2048: 14, 3072: 15, 4096: 16, 6144: 17, 8192: 18 };

const CURVE_BYTES: Readonly<Record<string, number>> = { curve25519: 32, curve448: 56 };

/** Length of a private value of `method` when it is a byte string (RFC 7748 section 5); undefined when it is a number. */
export function privateLength(method: KexMethod): number | undefined {
  return method.curve === undefined ? undefined : CURVE_BYTES[method.curve];
}

/** K, from the private value of `side` and the public value that the other side sent. Never throws; says why it cannot. */
export function sharedSecret(method: KexMethod, t: Transcript, side: Side, privateValue: Uint8Array): Agreed {
  const { halves } = method;
  if (halves === undefined) return { error: `a private value is not enough for ${method.names[0]}: it takes K itself` };
  const agreement = agreementOf(method, t);
  if (typeof agreement === 'string') return { error: agreement };
  const own = fieldAt(t, halves[side]);
  const peer = fieldAt(t, halves[side === 'client' ? 'server' : 'client']);
  if (peer === undefined) return { error: `the capture does not hold the public value of the ${side === 'client' ? 'server' : 'client'}` };
  const matchesPublic = own === undefined ? undefined : matches(agreement.publicOf(privateValue), own, method);
  if (matchesPublic === false) return { matchesPublic, work: workOf(method, t, privateValue, 1) };
  const k = agreement.shared(privateValue, peer);
  if (k === undefined) return { error: 'the private value and the public value on the wire do not fit this method' };
  return { k: mpintContent(k), matchesPublic, work: workOf(method, t, privateValue, own === undefined ? 1 : 2) };
}

/** How K is computed, or why it cannot be. */
function agreementOf(method: KexMethod, t: Transcript): Agreement | string {
  if (method.curve !== undefined) return curveAgreement(method.curve) ?? `sshark cannot compute on the curve ${method.curve}`;
  if (method.groupBits !== undefined) {
    const p = groupPrime(GROUPS[method.groupBits] ?? 0);
    return p === undefined ? `the group of ${method.groupBits} bits is not known` : diffieHellman(p, 2n);
  }
  const group = method.halves?.group ?? '';
  const [p, g] = [fieldAt(t, [group, 'p']), fieldAt(t, [group, 'g'])];
  return p === undefined || g === undefined ? 'the capture does not hold the group that the server picked' : diffieHellman(numberOf(p), numberOf(g));
}

/** Work that two powers in an ordinary group take (2048 bits, exponents of 512), which nobody has to ask for. */
const USUAL_WORK = 30_000_000;

/** What so many powers cost beyond `USUAL_WORK`; curves cost next to nothing. */
function workOf(method: KexMethod, t: Transcript, privateValue: Uint8Array, powers: number): number {
  if (method.curve !== undefined) return 0;
  return Math.max(0, powers * powerWork(8 * (groupLength(method, t) ?? 0), 8 * privateValue.length) - USUAL_WORK);
}

/** Bytes of the prime of the group; undefined over curves, and when the capture does not hold it. */
function groupLength({ groupBits, halves }: KexMethod, t: Transcript): number | undefined {
  if (groupBits !== undefined) return groupBits / 8;
  const p = halves?.group === undefined ? undefined : fieldAt(t, [halves.group, 'p']);
  return p === undefined ? undefined : bytesOf(numberOf(p)).length;
}

/** Bytes of x coordinates (RFC 5656 section 4), and of what X25519 and X448 give. */
const FIELD_BYTES: Readonly<Record<string, number>> = { ...CURVE_BYTES, nistp256: 32, nistp384: 48, nistp521: 66 };

/** Length of K as a number with all its zeros; undefined where K is no number, or may be of any length. */
export function sharedLength(method: KexMethod, t: Transcript): number | undefined {
  if (method.kForm !== 'mpint' || method.halves === undefined) return undefined;
  return method.curve === undefined ? groupLength(method, t) : FIELD_BYTES[method.curve];
}

function fieldAt(t: Transcript, [message, field]: FieldName): Uint8Array | undefined {
  return t.messages.get(message)?.fields.get(field)?.bytes;
}

function matches(computed: Uint8Array | undefined, sent: Uint8Array, method: KexMethod): boolean {
  if (computed === undefined) return false;
  return method.curve === undefined ? equal(mpintContent(computed), mpintContent(sent)) : equal(computed, sent);
}

/** True when both are the same bytes. */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((v, i) => v === b[i]);
}
