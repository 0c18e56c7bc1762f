/** Signature blobs: what stands in the `signature` string of a key exchange, a certificate or an authentication request. */
import { box, by, bytes, type Codec, described, mpint, rest, string, struct, text, uint8, uint32 } from '../../wire/codec.ts';
import { bitset, sized } from '../extend.ts';

/** A decoded signature: `algorithm` and the fields that it has. */
export type Signature = Record<'algorithm', string> & Record<string, unknown>;

const rsa = struct({ signature: described(string, 'The RSA signature as one big number: the padded hash raised to the private exponent.') });

// RFC 4253 section 6.6: "r, followed by s (which are 160-bit integers, without lengths or padding)".
const dss = struct({ signature: described(box(struct({ r: bytes(20), s: bytes(20) })), 'The DSA signature: two numbers of 160 bits.') });

const pair = described(box(struct({ r: mpint, s: mpint })), 'The ECDSA signature: the numbers r and s.');
const ecdsa = struct({ signature: pair });

const ed25519 = described(sized(64, 'an Ed25519 signature', '8709#6'), 'The Ed25519 signature: the point R and the number S, 32 bytes each.');
const ed448 = described(sized(114, 'an Ed448 signature', '8709#6'), 'The Ed448 signature: the point R and the number S, 57 bytes each.');

/** Bits that a security key signs along (authenticator data flags of FIDO). */
const keyFlags = { 0: 'user present', 2: 'user verified', 6: 'attested credential data', 7: 'extension data' };

const touched = {
  flags: described(bitset(uint8, keyFlags), 'What the security key saw: whether somebody touched it, whether a PIN was given.'),
  counter: described(uint32, 'Counts the signatures of the key, so that a cloned key can be noticed.'),
};

const webauthn = struct({
  signature: pair,
  ...touched,
  origin: described(text, 'The web origin that asked the browser for this signature.'),
  clientData: described(text, 'The JSON that the browser signed, with the challenge in it.'),
  extensions: described(string, 'WebAuthn extensions, CBOR.'),
});

const BODIES: ReadonlyMap<string, Codec<object>> = new Map<string, Codec<object>>([
  ['ssh-rsa', rsa],
  ['rsa-sha2-256', rsa],
  ['rsa-sha2-512', rsa],
  ['ssh-dss', dss],
  ['ecdsa-sha2-nistp256', ecdsa],
  ['ecdsa-sha2-nistp384', ecdsa],
  ['ecdsa-sha2-nistp521', ecdsa],
  ['ecdsa-sha2-1.3.132.0.10', ecdsa],
  ['ssh-ed25519', struct({ signature: ed25519 })],
  ['ssh-ed448', struct({ signature: ed448 })],
  ['sk-ssh-ed25519@openssh.com', struct({ signature: ed25519, ...touched })],
  ['sk-ecdsa-sha2-nistp256@openssh.com', struct({ signature: pair, ...touched })],
  ['webauthn-sk-ecdsa-sha2-nistp256@openssh.com', webauthn],
  [
    'ssh-mldsa44-ed25519@openssh.com',
    struct({ signature: described(sized(2484, 'an ML-DSA-44 with Ed25519 signature', 'openssh:ssh-mldsa-eddsa.c'), 'ML-DSA-44, then Ed25519.') }),
  ],
]);

const other = struct({ data: rest });

/** A signature without its outer length (RFC 4253 section 6.6, RFC 5656 section 3.1.2, RFC 8332, RFC 8709, openssh PROTOCOL.u2f). */
export const signatureBlob: Codec<Signature> = by('algorithm', described(text, 'How the signature was made.'), (name) => BODIES.get(name) ?? other);
