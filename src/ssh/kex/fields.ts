/** Fields that the key exchange messages of several families share. */
import { box, described, mpint } from '../../wire/codec.ts';
import { hostKeyBlob, keyWords, type PublicKey } from '../hostkey/blob.ts';
import { type Signature, signatureBlob } from '../hostkey/signature.ts';
import type { Partly } from '../message.ts';
import { joined, plain } from '../words.ts';

/** K_S. */
export const hostKey = described(box(hostKeyBlob), 'K_S: public host key of the server, or its certificate. The client must know it, or there is no security.');

/** The signature of H. */
export const signature = described(
  box(signatureBlob),
  'Signature of the exchange hash H by the host key: proves that the owner of the key took part in this very exchange.',
);

/** e and f of Diffie-Hellman (RFC 4253 section 8). */
export const e = described(mpint, "e: the client's public value g^x mod p; x stays secret.");
export const f = described(mpint, "f: the server's public value g^y mod p; y stays secret.");

/** The words about a reply: host key, `what` the server sent, kind of signature. */
export function replyWords(v: { readonly hostKey?: Partly<PublicKey>; readonly signature?: Partly<Signature> }, what: string): string {
  return joined(keyWords(v.hostKey), what, `signature ${plain(v.signature?.algorithm, 48)}`);
}
