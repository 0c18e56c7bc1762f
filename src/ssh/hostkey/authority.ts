/** The signature of the authority over a certificate (openssh PROTOCOL.certkeys). */
import { decode } from '../../wire/cursor.ts';
import { verifySignature } from '../crypto/verify.ts';
import { hostKeyBlob, isCertificate, keyWords, type PublicKey } from './blob.ts';
import type { Signature } from './signature.ts';

/** Who signed a certificate, and whether the signature is right. */
export interface Authority {
  /** Type and fingerprint of the key of the authority. */
  readonly key: string;
  readonly verdict: 'valid' | 'invalid' | 'unchecked';
  readonly reason: string;
}

/** What the certificate `blob`, decoded as `key`, says of its authority; undefined when it is no certificate. */
export function verifyAuthority(blob: Uint8Array, key: PublicKey): Authority | undefined {
  if (!isCertificate(key.type)) return undefined;
  const signer = key.signatureKey as PublicKey | undefined;
  const signature = key.signature as Signature | undefined;
  const { fields } = decode(hostKeyBlob, blob, { trace: true, complete: true });
  const at = fields.find((f) => f.name === 'signature')?.span;
  if (signer === undefined || signature === undefined || at === undefined)
    return { key: keyWords(signer), verdict: 'invalid', reason: 'the certificate is broken' };
  // Which algorithm the authority signs with is its own choice: it must only fit its key.
  return { key: keyWords(signer), ...verifySignature(String(signature.algorithm), signer, signature, blob.subarray(0, at.start)) };
}
