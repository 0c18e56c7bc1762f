/** Host key algorithms: one row each. What is negotiated is a signature algorithm, of which one key type can have several. */
import { type Algorithm, byName, type Standing } from '../algorithm.ts';
import type { HashName } from '../crypto/hashes.ts';
import { CERTIFICATE_SUFFIX } from './certificate.ts';

/** A host key algorithm. */
export interface HostKeyAlgorithm extends Algorithm {
  /** First string of the key blob: `ssh-rsa` under rsa-sha2-256. */
  readonly keyType: string;
  /** First string of the signature blob; undefined for `null`. */
  readonly signature: string | undefined;
  /** Hash of what is signed; undefined when there is no signature. */
  readonly hash: HashName | undefined;
  readonly certificate: boolean;
  /** Meets a kex method that needs a signature-capable key (RFC 4253 section 7.1). */
  readonly canSign: boolean;
  /** Meets a kex method that needs an encryption-capable key. */
  readonly canEncrypt: boolean;
}

type Judged = readonly [standing: Standing, rfc: string, note: string, since?: string];

/** An algorithm that signs with `hash`; the key type and the signature have the algorithm's name unless told otherwise. */
function signing(name: string, hash: HashName | undefined, [standing, rfc, note, since]: Judged, keyType = name, signature = name): HostKeyAlgorithm {
  const abilities = { certificate: false, canSign: true, canEncrypt: false };
  return { name, keyType, signature, hash, ...abilities, standing, rfc, note, ...(since === undefined ? {} : { since }) };
}

/** The same with an OpenSSH certificate in place of the bare key. */
function certified({ since: _, ...plain }: HostKeyAlgorithm, since?: string): HostKeyAlgorithm {
  const name = certificateName(plain.name);
  const note = `${plain.note} The key comes in an OpenSSH certificate, so that a client need only know the authority.`;
  return {
    ...plain,
    name,
    keyType: certificateName(plain.keyType),
    certificate: true,
    rfc: 'draft-ietf-sshm-cert',
    note,
    ...(since === undefined ? {} : { since }),
  };
}

function certificateName(name: string): string {
  return name.replace(/@openssh\.com$/, '') + CERTIFICATE_SUFFIX;
}

/** A name that offers may hold and that we do not take apart. */
function named(name: string, hash: HashName | undefined, rfc: string, standing: Standing = 'unknown', note = X509): HostKeyAlgorithm {
  return signing(name, hash, [standing, rfc, note]);
}

const X509 = 'An X.509 certificate in place of the bare key, as in TLS; used in some closed networks.';
const TECTIA = 'A spelling of SSH Communications Security (Tectia) for RSA or DSA with another hash, from before RFC 8332.';
const SPKI = 'A key in an SPKI or OpenPGP certificate; named in RFC 4253, never in use.';

const ecdsaNote = (bits: number) => `ECDSA on NIST P-${bits}. Sound and widely supported; a bad random number in one signature gives the key away.`;

const ed25519 = signing('ssh-ed25519', 'sha512', [
  'recommended',
  '8709#3',
  'Ed25519 (D. J. Bernstein and others): fast, small keys, needs no random numbers to sign. The usual choice.',
  'OpenSSH 6.5',
]);
const ed448 = signing('ssh-ed448', 'shake256', ['recommended', '8709#3', 'Ed448: like Ed25519 with a larger margin; few programs have it.']);
const skEd25519 = signing('sk-ssh-ed25519@openssh.com', 'sha512', [
  'recommended',
  'openssh:PROTOCOL.u2f',
  'Ed25519 in a FIDO security key, which also signs whether it was touched.',
  'OpenSSH 8.2',
]);
const skEcdsa = signing('sk-ecdsa-sha2-nistp256@openssh.com', 'sha256', [
  'recommended',
  'openssh:PROTOCOL.u2f',
  'ECDSA in a FIDO security key, which also signs whether it was touched.',
  'OpenSSH 8.2',
]);
const webauthn = signing(
  'webauthn-sk-ecdsa-sha2-nistp256@openssh.com',
  'sha256',
  ['acceptable', 'openssh:PROTOCOL.u2f', 'ECDSA in a FIDO security key, signed through a web browser.', 'OpenSSH 8.4'],
  'sk-ecdsa-sha2-nistp256@openssh.com',
);
const ecdsa256 = signing('ecdsa-sha2-nistp256', 'sha256', ['acceptable', '5656#3', ecdsaNote(256), 'OpenSSH 5.7']);
const ecdsa384 = signing('ecdsa-sha2-nistp384', 'sha384', ['acceptable', '5656#3', ecdsaNote(384), 'OpenSSH 5.7']);
const ecdsa521 = signing('ecdsa-sha2-nistp521', 'sha512', ['acceptable', '5656#3', ecdsaNote(521), 'OpenSSH 5.7']);
const rsa256 = signing(
  'rsa-sha2-256',
  'sha256',
  ['acceptable', '8332#3', 'RSA with SHA-256; the key is the same as for ssh-rsa. Good with 3072 bits or more.', 'OpenSSH 7.2'],
  'ssh-rsa',
);
const rsa512 = signing(
  'rsa-sha2-512',
  'sha512',
  ['acceptable', '8332#3', 'RSA with SHA-512; the key is the same as for ssh-rsa. Good with 3072 bits or more.', 'OpenSSH 7.2'],
  'ssh-rsa',
);
const rsa1 = signing('ssh-rsa', 'sha1', [
  'weak',
  '4253#6.6',
  'RSA with SHA-1, whose collisions can be bought: off by default since OpenSSH 8.8. The key itself is good with rsa-sha2.',
]);
const dss = signing('ssh-dss', 'sha1', ['broken', '4253#6.6', 'DSA with keys of 1024 bits and SHA-1; gone from OpenSSH since 10.0.']);
const mldsa = signing('ssh-mldsa44-ed25519@openssh.com', undefined, [
  'recommended',
  'openssh:ssh-mldsa-eddsa.c',
  'ML-DSA-44 (NIST, 2024), which resists quantum computers, and Ed25519 together.',
]);

const secp256k1 = signing('ecdsa-sha2-1.3.132.0.10', 'sha256', ['acceptable', '5656#3', 'ECDSA on secp256k1, the curve of Bitcoin, named by its OID.']);

/** All host key algorithms that have a name. */
export const HOST_KEY_ALGORITHMS: readonly HostKeyAlgorithm[] = [
  ed25519,
  ed448,
  skEd25519,
  skEcdsa,
  webauthn,
  ecdsa256,
  ecdsa384,
  ecdsa521,
  rsa512,
  rsa256,
  rsa1,
  dss,
  mldsa,
  secp256k1,
  certified(ed25519, 'OpenSSH 6.5'),
  certified(ed448),
  certified(secp256k1),
  certified(skEd25519, 'OpenSSH 8.2'),
  certified(skEcdsa, 'OpenSSH 8.2'),
  certified(webauthn),
  certified(ecdsa256, 'OpenSSH 5.7'),
  certified(ecdsa384, 'OpenSSH 5.7'),
  certified(ecdsa521, 'OpenSSH 5.7'),
  certified(rsa512, 'OpenSSH 7.8'),
  certified(rsa256, 'OpenSSH 7.8'),
  certified(rsa1, 'OpenSSH 5.6'),
  certified(dss, 'OpenSSH 5.6'),
  certified(mldsa),
  {
    name: 'null',
    keyType: 'null',
    signature: undefined,
    hash: undefined,
    certificate: false,
    canSign: false,
    canEncrypt: false,
    standing: 'acceptable',
    rfc: '4462#5',
    note: 'No host key at all: for GSS-API methods, which prove the host by other means.',
  },
  named('x509v3-ssh-rsa', 'sha1', '6187#3.2', 'weak'),
  named('x509v3-ssh-dss', 'sha1', '6187#3.1', 'broken'),
  named('x509v3-rsa2048-sha256', 'sha256', '6187#3.3', 'acceptable'),
  named('x509v3-ecdsa-sha2-nistp256', 'sha256', '6187#3.4', 'acceptable'),
  named('x509v3-ecdsa-sha2-nistp384', 'sha384', '6187#3.4', 'acceptable'),
  named('x509v3-ecdsa-sha2-nistp521', 'sha512', '6187#3.4', 'acceptable'),
  named('x509v3-sign-rsa', 'sha1', 'draft-ietf-secsh-x509-01', 'weak'),
  named('x509v3-sign-dss', 'sha1', 'draft-ietf-secsh-x509-01', 'broken'),
  named('x509v3-sign-rsa-sha256@ssh.com', 'sha256', 'ssh.com'),
  named('ssh-rsa-sha224@ssh.com', 'sha224', 'ssh.com', 'acceptable', TECTIA),
  named('ssh-rsa-sha256@ssh.com', 'sha256', 'ssh.com', 'acceptable', TECTIA),
  named('ssh-rsa-sha384@ssh.com', 'sha384', 'ssh.com', 'acceptable', TECTIA),
  named('ssh-rsa-sha512@ssh.com', 'sha512', 'ssh.com', 'acceptable', TECTIA),
  named('spki-sign-rsa', 'sha1', '4250#4.11.3', 'unknown', SPKI),
  named('spki-sign-dss', 'sha1', '4250#4.11.3', 'unknown', SPKI),
  named('pgp-sign-rsa', 'sha1', '4253#6.6', 'unknown', SPKI),
  named('pgp-sign-dss', 'sha1', '4253#6.6', 'unknown', SPKI),
];

const rows = byName(HOST_KEY_ALGORITHMS);

/** The host key algorithm negotiated as `name`. */
export function hostKeyAlgorithm(name: string): HostKeyAlgorithm | undefined {
  return rows.get(name);
}
