/** Private keys as they are given to an agent, and under which conditions it keeps them (RFC 9987). */

import { hostKeyBlob } from '../../ssh/hostkey/blob.ts';
import { boolean, box, by, type Codec, described, mpint, named, repeat, rest, secret, string, struct, text, uint8, uint32 } from '../../wire/codec.ts';

type Shape = Record<string, Codec<unknown>>;

const rsa: Shape = {
  n: described(mpint, 'Modulus.'),
  e: described(mpint, 'Public exponent.'),
  d: described(secret(mpint), 'Private exponent.'),
  iqmp: described(secret(mpint), 'Inverse of q modulo p.'),
  p: described(secret(mpint), 'First prime.'),
  q: described(secret(mpint), 'Second prime.'),
};
const dss: Shape = { p: mpint, q: mpint, g: mpint, y: described(mpint, 'Public value.'), x: described(secret(mpint), 'Private key.') };
const ecdsa: Shape = {
  curve: described(text, 'The elliptic curve.'),
  Q: described(string, 'Public point.'),
  d: described(secret(mpint), 'Private key.'),
};
const eddsa: Shape = { pk: described(string, 'Public key.'), privateKey: described(secret(string), 'Private key, then the public key again.') };
const keyHandle: Shape = {
  application: described(text, 'What the security key was asked to make the key for.'),
  flags: described(uint8, 'What the security key asks of its user.'),
  keyHandle: described(secret(string), 'By which the security key finds the private key.'),
  reserved: described(string, 'Not used.'),
};

const PLAIN: ReadonlyMap<string, Shape> = new Map<string, Shape>([
  ['ssh-rsa', rsa],
  ['ssh-dss', dss],
  ['ecdsa-sha2-nistp256', ecdsa],
  ['ecdsa-sha2-nistp384', ecdsa],
  ['ecdsa-sha2-nistp521', ecdsa],
  ['ssh-ed25519', eddsa],
  ['ssh-ed448', eddsa],
  ['sk-ssh-ed25519@openssh.com', { pk: described(string, 'Public key.'), ...keyHandle }],
  ['sk-ecdsa-sha2-nistp256@openssh.com', { curve: described(text, 'The elliptic curve.'), Q: described(string, 'Public point.'), ...keyHandle }],
]);

/** What stands beside a certificate: the private parts, and of some types the public key once more (openssh sshkey_private_serialize). */
const CERTIFIED: ReadonlyMap<string, Shape> = new Map<string, Shape>([
  ['ssh-rsa', { d: secret(mpint), iqmp: secret(mpint), p: secret(mpint), q: secret(mpint) }],
  ['ssh-dss', { x: secret(mpint) }],
  ['ecdsa-sha2-nistp256', { d: secret(mpint) }],
  ['ecdsa-sha2-nistp384', { d: secret(mpint) }],
  ['ecdsa-sha2-nistp521', { d: secret(mpint) }],
  ['ssh-ed25519', eddsa],
  ['sk-ssh-ed25519@openssh.com', { pk: string, ...keyHandle }],
  ['sk-ecdsa-sha2-nistp256@openssh.com', keyHandle],
]);

const comment = { comment: described(text, 'What the user calls the key.') };
const CERTIFICATE = /^(sk-)?(.+)-cert-v01@openssh\.com$/;

function bodyOf(type: string): Codec<object> {
  const shape = PLAIN.get(type);
  if (shape !== undefined) return struct({ ...shape, ...comment });
  const [, sk, name = ''] = CERTIFICATE.exec(type) ?? [];
  const certified = CERTIFIED.get(sk === undefined ? name : `sk-${name}@openssh.com`);
  if (certified !== undefined) return struct({ certificate: described(box(hostKeyBlob), 'The certificate.'), ...certified, ...comment });
  return struct({ data: described(secret(rest), 'A private key of a type that is not known here.') });
}

/** A private key with its comment. */
export const privateKey: Codec<Record<'type', string> & Record<string, unknown>> = by('type', described(text, 'Type of the key.'), bodyOf);

const CONSTRAINTS: Readonly<Record<number, string>> = {
  1: 'SSH_AGENT_CONSTRAIN_LIFETIME',
  2: 'SSH_AGENT_CONSTRAIN_CONFIRM',
  3: 'SSH_AGENT_CONSTRAIN_MAXSIGN',
  255: 'SSH_AGENT_CONSTRAIN_EXTENSION',
};

/** openssh PROTOCOL.agent section 2. */
const EXTENSIONS: ReadonlyMap<string, Codec<object>> = new Map<string, Codec<object>>([
  ['restrict-destination-v00@openssh.com', struct({ destinations: described(string, 'From which host to which host the key may be used.') })],
  [
    'associated-certs-v00@openssh.com',
    struct({
      certificatesOnly: described(boolean, 'Only the certificates, not the bare keys.'),
      certificates: described(string, 'Certificates of keys on the token.'),
    }),
  ],
]);

function constraintBody(type: number): Codec<object> {
  if (type === 1) return struct({ seconds: described(uint32, 'After so many seconds the agent forgets the key.') });
  if (type === 2) return struct({});
  if (type === 3) return struct({ signatures: described(uint32, 'After so many signatures the agent forgets the key.') });
  if (type === 255) return by('name', described(text, 'Name of the condition.'), (name) => EXTENSIONS.get(name) ?? struct({ data: rest }));
  return struct({ data: rest });
}

/** Conditions, up to the end of the message. */
export const constraints = repeat(by('constraint', named(uint8, CONSTRAINTS), constraintBody));
