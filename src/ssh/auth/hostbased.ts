/** The method `hostbased`: the client's host vouches for the user (RFC 4252 section 9). */
import { box, described, struct, text } from '../../wire/codec.ts';
import { hostKeyBlob, keyWords, type PublicKey } from '../hostkey/blob.ts';
import { signatureBlob } from '../hostkey/signature.ts';
import type { Partly } from '../message.ts';
import { joined, plain, quoted } from '../words.ts';
import type { AuthMethod } from './method.ts';

export const hostbased: AuthMethod = {
  names: ['hostbased'],
  rfc: '4252#9',
  note: "The client's host signs that it knows the user; the server trusts that host.",
  request: struct({
    publicKeyAlgorithmName: described(text, "How the client's host signs."),
    publicHostKey: described(box(hostKeyBlob), "Public host key of the client's host, or a certificate of it."),
    clientHostName: described(text, "Name of the client's host, as a full domain name."),
    clientUserName: described(text, 'Name that the user has there.'),
    signature: described(box(signatureBlob), 'Signature of that host over the session identifier and this request up to here.'),
  }),
  messages: [],
  key: 'publicHostKey',
  words: (v, outcome) =>
    joined(
      `${quoted(v.clientUserName, 48)} at ${plain(v.clientHostName, 48)}`,
      keyWords(v.publicHostKey as Partly<PublicKey>),
      outcome !== undefined && `signature ${outcome}`,
    ),
};
