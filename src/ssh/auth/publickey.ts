/** The method `publickey` (RFC 4252 section 7) and OpenSSH's variant that also signs the server's host key (PROTOCOL section 3.1). */
import { boolean, box, type Codec, described, struct, text } from '../../wire/codec.ts';
import { extend } from '../extend.ts';
import { hostKeyBlob, keyWords, type PublicKey } from '../hostkey/blob.ts';
import { signatureBlob } from '../hostkey/signature.ts';
import { message, type Partly } from '../message.ts';
import { joined, plain } from '../words.ts';
import { type AuthMethod, nothing, type RequestValue } from './method.ts';

const publicKeyAlgorithmName = described(text, 'How the user signs.');
const publicKey = described(box(hostKeyBlob), "The user's public key, or a certificate of it.");
const hasSignature = described(boolean, 'FALSE only asks whether the server would take this key; TRUE proves that the user has it.');
const serverHostKey = described(box(hostKeyBlob), 'The host key of the server that this signature is meant for: it is of no use at another one.');

const signature = struct({
  signature: described(
    box(signatureBlob),
    "The user's signature over the session identifier and this request up to here: it binds the login to the key exchange.",
  ),
});

const key = struct({ hasSignature, publicKeyAlgorithmName, publicKey });
const boundKey = struct({ hasSignature, publicKeyAlgorithmName, publicKey, serverHostKey });

function signedIf<T extends { readonly hasSignature: boolean }>(head: Codec<T>): Codec<object> {
  return extend(head, (v) => (v.hasSignature ? signature : nothing));
}

const pkOk = message(
  60,
  'SSH_MSG_USERAUTH_PK_OK',
  '4252#7',
  'The server would take this key; the client may now sign with it.',
  struct({ publicKeyAlgorithmName, publicKey }),
  (v) => joined(v.publicKeyAlgorithmName !== v.publicKey?.type && plain(v.publicKeyAlgorithmName, 48), keyWords(v.publicKey)),
  'server',
);

function words(v: Partly<RequestValue>, outcome?: string): string {
  const proof = v.hasSignature === false ? 'would this key do' : `signature${outcome === undefined ? '' : ` ${outcome}`}`;
  const key = v.publicKey as Partly<PublicKey>;
  return joined(proof, v.publicKeyAlgorithmName !== key?.type && plain(v.publicKeyAlgorithmName, 48), keyWords(key));
}

export const publickey: AuthMethod = {
  names: ['publickey'],
  rfc: '4252#7',
  note: 'The user signs the session identifier and the request with a private key that never leaves the client.',
  request: signedIf(key),
  messages: [pkOk],
  key: 'publicKey',
  words,
};

export const hostbound: AuthMethod = {
  names: ['publickey-hostbound-v00@openssh.com'],
  rfc: 'openssh:PROTOCOL#3.1',
  note: 'Like publickey, and the signature covers the host key of the server too, so that an agent can tell whom it signs for.',
  request: signedIf(boundKey),
  messages: [pkOk],
  key: 'publicKey',
  words,
};
