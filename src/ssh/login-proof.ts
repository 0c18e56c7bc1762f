/** The signature with which a user logs in, checked: it covers the session identifier, and so binds the login to the key exchange. */

import { concat } from '../bytes/concat.ts';
import type { Span } from '../bytes/space.ts';
import { firstOf, utf8 } from '../bytes/text.ts';
import { encode, string } from '../wire/codec.ts';
import { decode } from '../wire/cursor.ts';
import { problem } from '../wire/problem.ts';
import { verifySignature } from './crypto/verify.ts';
import { hostKeyAlgorithm } from './hostkey/algorithms.ts';
import { verifyAuthority } from './hostkey/authority.ts';
import { hostKeyBlob, hostKeyOf, type PublicKey } from './hostkey/blob.ts';
import type { Signature } from './hostkey/signature.ts';
import type { LoginSession } from './login.ts';
import type { LoginKey, LoginVerdict } from './model.ts';
import type { SshPacket } from './packet.ts';

/** What a check finds out about an attempt. */
interface Proof {
  key: LoginKey | undefined;
  signature: LoginVerdict | undefined;
}

/**
 * Notes the key of the request in `packet`, whose field `keyField` holds it, and when it is signed whether the signature
 * is right (RFC 4252 sections 7 and 9, openssh PROTOCOL section 3.1). What is wrong is a problem of the packet.
 */
export function checkLogin(packet: SshPacket, proof: Proof, keyField: string, session: LoginSession): void {
  const payload = packet.payloadBytes;
  const { message, value = {} } = packet;
  if (message === undefined) return;
  const { fields } = decode(message.body, payload, { start: 1, trace: true, complete: true });
  const spanOf = (name: string) => fields.find((f) => f.name === name)?.span;
  const blob = contentOf(payload, spanOf(keyField));
  const key = value[keyField] as PublicKey | undefined;
  if (blob === undefined || key === undefined) return;
  proof.key = keyOf(blob, key);
  const signature = value.signature as Signature | undefined;
  const at = spanOf('signature');
  if (signature === undefined || at === undefined) return;
  const verdict = boundTo(payload, spanOf('serverHostKey'), session) ?? verdictOn(payload.subarray(0, at.start), value, key, signature, session);
  proof.signature = { algorithm: typeof signature.algorithm === 'string' ? firstOf(signature.algorithm, 64) : undefined, ...verdict };
  if (verdict.verdict === 'invalid')
    packet.problems.push(problem('unauthentic', `the user's signature: ${verdict.reason}`, { rfc: keyField === 'publicKey' ? '4252#7' : '4252#9' }));
}

/** The facts of a user's key, and of the certificate that it may come in. */
function keyOf(blob: Uint8Array, key: PublicKey): LoginKey {
  const { type, bits, keyFingerprint } = hostKeyOf(blob, key);
  return { type: firstOf(type, 64), bits, fingerprint: keyFingerprint, authority: verifyAuthority(blob, key) };
}

type Verdict = Omit<LoginVerdict, 'algorithm'>;

/** What is wrong with the host key that a request names; undefined when nothing is, or it names none. */
function boundTo(payload: Uint8Array, span: Span | undefined, session: LoginSession): Verdict | undefined {
  const named = contentOf(payload, span);
  const shown = session.hostKey?.blob;
  if (named === undefined || shown === undefined || same(named, shown)) return undefined;
  return { verdict: 'invalid', reason: 'it is meant for another server: the request names another host key than the one that was shown' };
}

function verdictOn(
  signed: Uint8Array,
  value: Readonly<Record<string, unknown>>,
  key: PublicKey,
  signature: Signature,
  { sessionId, identifierDoubtful }: LoginSession,
): Verdict {
  if (sessionId === undefined) return { verdict: 'unchecked', reason: 'the session identifier is not known: the first key exchange has no secret' };
  const name = String(value.publicKeyAlgorithmName);
  const found = verifySignature(hostKeyAlgorithm(name)?.signature ?? name, key, signature, concat([encode(string, sessionId), signed]));
  return identifierDoubtful ? orDoubt(found) : found;
}

/** What a signature says that does not fit a session identifier for which nothing vouches: nothing. */
function orDoubt(found: Verdict): Verdict {
  const reason = 'it does not fit the session identifier, which may be wrong: neither a signature of the host key nor a MAC vouches for it';
  return found.verdict === 'invalid' ? { verdict: 'unchecked', reason } : found;
}

/** Whether `signatures` prove the private halves of `keys`, as hostkeys-prove-00@openssh.com asks (openssh PROTOCOL section 2.5). */
export function checkHostKeyProofs(
  keys: readonly Uint8Array[],
  signatures: readonly (Signature | undefined)[],
  { sessionId, identifierDoubtful }: Pick<LoginSession, 'sessionId' | 'identifierDoubtful'>,
): Verdict {
  if (sessionId === undefined) return { verdict: 'unchecked', reason: 'the session identifier is not known' };
  if (signatures.length !== keys.length) return { verdict: 'invalid', reason: `${signatures.length} proofs for ${keys.length} keys` };
  for (const [i, blob] of keys.entries()) {
    const signature = signatures[i];
    const signed = concat([encode(string, utf8(HOST_KEYS_PROVE)), encode(string, sessionId), encode(string, blob)]);
    const key = decode(hostKeyBlob, blob, { complete: true }).value;
    const check = verifySignature(String(signature?.algorithm), key, signature ?? {}, signed);
    const found = identifierDoubtful ? orDoubt(check) : check;
    if (found.verdict !== 'valid') return { verdict: found.verdict, reason: `key ${i + 1}: ${found.reason}` };
  }
  return { verdict: 'valid', reason: 'every key was proven' };
}

export const HOST_KEYS_PROVE = 'hostkeys-prove-00@openssh.com';

/** What a `string` at `span` holds. */
export function contentOf(payload: Uint8Array, span: Span | undefined): Uint8Array | undefined {
  return span === undefined ? undefined : payload.subarray(span.start + 4, span.end);
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
