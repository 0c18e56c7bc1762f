/** H computed, and the host key's signature over it checked. */
import { decode } from '../../wire/cursor.ts';
import type { HashName } from '../crypto/hashes.ts';
import { primitives } from '../crypto/native.ts';
import { type Verdict, verifyCost, verifySignature } from '../crypto/verify.ts';
import { hostKeyAlgorithm } from '../hostkey/algorithms.ts';
import { hostKeyBlob } from '../hostkey/blob.ts';
import { signatureBlob } from '../hostkey/signature.ts';
import { type HashPart, hashInput } from './hash-parts.ts';
import type { Transcript } from './transcript.ts';

/** H: HASH over all inputs, one after the other (RFC 4253 section 8). */
export function exchangeHash(parts: readonly HashPart[], hash: HashName): Uint8Array {
  return primitives.hash(hash, hashInput(parts));
}

/** The signature of one exchange, ready to be compared with any H. */
export interface HostSignature {
  /** How it was made, by its own words. */
  readonly algorithm: string | undefined;
  /** Whether it is the host key's signature over `message`, mostly H. */
  check(message: Uint8Array): Verdict;
  /** Milliseconds that a check takes at most, about. */
  readonly cost: number;
}

/**
 * The signature over H that the server sent.
 *
 * @param agreed the host key algorithm that was negotiated; a signature of another algorithm is invalid. Undefined takes any.
 */
export function hostSignature(t: Transcript, agreed: string | undefined): HostSignature {
  const key = fieldNamed(t, 'hostKey');
  const signature = fieldNamed(t, 'signature');
  if (fieldNamed(t, 'micToken') !== undefined) return unchecked('a GSS-API integrity code takes the place of a signature, and only the two ends can check it');
  if (key === undefined) return unchecked('the capture does not hold the host key');
  if (signature === undefined) return unchecked('the capture does not hold the signature');
  const keyValue = decode(hostKeyBlob, key).value;
  const signed = decode(signatureBlob, signature).value;
  const made = typeof signed.algorithm === 'string' ? signed.algorithm : undefined;
  const wanted = (agreed === undefined ? undefined : hostKeyAlgorithm(agreed)?.signature) ?? made ?? '';
  return { algorithm: made, check: (message) => verifySignature(wanted, keyValue, signed, message), cost: verifyCost(keyValue) };
}

function unchecked(reason: string): HostSignature {
  return { algorithm: undefined, check: () => ({ verdict: 'unchecked', reason }), cost: 0 };
}

/** The field `name` of the first message that has it. */
function fieldNamed(t: Transcript, name: string): Uint8Array | undefined {
  for (const message of t.messages.values()) {
    const field = message.fields.get(name);
    if (field !== undefined) return field.bytes;
  }
  return undefined;
}
