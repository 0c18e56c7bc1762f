import { latin1 } from '../../../src/bytes/text.ts';
import { HOST_KEY_ALGORITHMS, hostKeyAlgorithm } from '../../../src/ssh/hostkey/algorithms.ts';
import { fingerprints, hostKeyBlob, hostKeyOf, keyBits, keyWords } from '../../../src/ssh/hostkey/blob.ts';
import { momentText } from '../../../src/ssh/hostkey/certificate.ts';
import { signatureBlob } from '../../../src/ssh/hostkey/signature.ts';
import { encode } from '../../../src/wire/codec.ts';
import { decode } from '../../../src/wire/cursor.ts';
import { leaves } from '../../../src/wire/field.ts';
import { KEYS } from '../../support/keys.ts';

const bytesOf = (base64: string) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
const keyOf = (type: string) => bytesOf(KEYS.find((k) => k.type === type)?.blob ?? '');

test.each(KEYS)('$type of $bits bits: type, size and fingerprints are what ssh-keygen -l prints', ({ type, bits, sha256, md5, blob }) => {
  const bytes = bytesOf(blob);
  const { value, problems } = decode(hostKeyBlob, bytes, { complete: true });
  expect(problems).toEqual([]);
  expect(value.type).toBe(type);
  expect(keyBits(value)).toBe(bits);
  expect(fingerprints(bytes)).toEqual({ sha256, md5 });
  expect(hostKeyOf(bytes, value)).toMatchObject({ type, bits, keyFingerprint: sha256, keyFingerprintMd5: md5 });
  expect(hostKeyOf(bytes, value).certificate === undefined).toBe(!type.includes('-cert-v01'));
  expect(keyWords(value)).toBe(`${type} ${sha256}`);
  expect(encode(hostKeyBlob, value)).toEqual(bytes);
});

test.each(KEYS)('$type of $bits bits: every cut is truncated, tiles, and has words', ({ blob }) => {
  const bytes = bytesOf(blob);
  for (let n = 0; n < bytes.length; n++) {
    const d = decode(hostKeyBlob, bytes.subarray(0, n), { trace: true });
    // A type cut short reads as a type that we do not know only when its length is whole, which a cut excludes.
    expect([n, d.problems.some((p) => p.code === 'truncated')]).toEqual([n, true]);
    expect([...leaves(d.fields)].reduce((at, f) => (f.span.start === at ? f.span.end : Number.NaN), 0)).toBe(n);
    expect(() => hostKeyOf(bytes.subarray(0, n), d.value)).not.toThrow();
  }
});

test('a host certificate says what ssh-keygen -L says', () => {
  const { value, fields } = decode(hostKeyBlob, keyOf('ssh-ed25519-cert-v01@openssh.com'), { trace: true });
  expect(value).toMatchObject({
    serial: 42n,
    certificateType: 2,
    keyId: 'host one',
    validPrincipals: ['a.example', 'b.example'],
    criticalOptions: [],
    extensions: [],
    signatureKey: { type: 'ssh-ed25519' },
    signature: { algorithm: 'ssh-ed25519' },
  });
  const labels = new Map(fields.map((f) => [f.name, f.label]));
  expect(labels.get('certificateType')).toBe('host');
  expect(labels.get('validAfter')).toBe('2024-01-01T00:00:00Z');
  expect(labels.get('validBefore')).toBe('2034-01-01T00:00:00Z');
  expect(keyWords(value.signatureKey as { type: string })).toBe('ssh-ed25519 SHA256:uNLPLwGy0imn3pQwkH8X1qyutgN890ZAw0O4mumDgPo');
});

test('a user certificate says what ssh-keygen -L says', () => {
  const { value, fields } = decode(hostKeyBlob, keyOf('ecdsa-sha2-nistp384-cert-v01@openssh.com'), { trace: true });
  expect(value).toMatchObject({
    serial: 18446744073709551615n,
    certificateType: 1,
    keyId: 'user key',
    validPrincipals: ['root', 'bob'],
    criticalOptions: [
      { name: 'force-command', data: { command: 'echo hi' } },
      { name: 'source-address', data: { addresses: '10.0.0.0/8,::1/128' } },
    ],
    signature: { algorithm: 'rsa-sha2-512' },
  });
  expect((value.extensions as { name: string }[]).map((e) => e.name)).toEqual([
    'permit-agent-forwarding',
    'permit-port-forwarding',
    'permit-pty',
    'permit-user-rc',
  ]);
  const labels = new Map(fields.map((f) => [f.name, f.label]));
  expect([labels.get('validAfter'), labels.get('validBefore')]).toEqual(['always', 'forever']);
  expect(keyWords(value.signatureKey as { type: string })).toBe('ssh-rsa SHA256:KUy+8zld3jLYQ2Nsrj2gM2hXwuutiOteBnEvfVuZB4E');
});

test('certificate times beyond what a date can hold are told as seconds', () => {
  expect(momentText(8_640_000_000_000n)).toBe('+275760-09-13T00:00:00Z');
  expect(momentText(8_640_000_000_001n)).toBe('8640000000001 s');
});

test('a key of an unknown type keeps its bytes; an X.509 one its certificates', () => {
  const unknown = Uint8Array.of(0, 0, 0, 3, 0x66, 0x6f, 0x6f, 9, 8, 7);
  expect(decode(hostKeyBlob, unknown).value).toEqual({ type: 'foo', data: Uint8Array.of(9, 8, 7) });
  expect(keyBits({ type: 'foo' })).toBeUndefined();
  const x509 = { type: 'x509v3-ssh-rsa', certificates: [Uint8Array.of(0x30)], ocspResponses: [] };
  expect(decode(hostKeyBlob, encode(hostKeyBlob, x509)).value).toEqual(x509);
});

test('security key signatures have flags and counter (openssh PROTOCOL.u2f)', () => {
  const value = { algorithm: 'sk-ssh-ed25519@openssh.com', signature: new Uint8Array(64), flags: 5, counter: 17 };
  const { fields, problems } = decode(signatureBlob, encode(signatureBlob, value), { trace: true, complete: true });
  expect(problems).toEqual([]);
  expect(fields.find((f) => f.name === 'flags')?.label).toBe('user present, user verified');
});

test('an Ed25519 signature of another length than 64 bytes is malformed', () => {
  const bytes = encode(signatureBlob, { algorithm: 'ssh-ed25519', signature: new Uint8Array(63) });
  expect(decode(signatureBlob, bytes, { complete: true }).problems.map((p) => [p.code, p.rfc])).toEqual([['malformed', '8709#6']]);
});

test('every signature algorithm and certificate that OpenSSH knows has a row', () => {
  // ssh -Q HostKeyAlgorithms of OpenSSH 9.2.
  const known =
    'ssh-ed25519 ssh-ed25519-cert-v01@openssh.com sk-ssh-ed25519@openssh.com sk-ssh-ed25519-cert-v01@openssh.com ecdsa-sha2-nistp256 ecdsa-sha2-nistp256-cert-v01@openssh.com ecdsa-sha2-nistp384 ecdsa-sha2-nistp384-cert-v01@openssh.com ecdsa-sha2-nistp521 ecdsa-sha2-nistp521-cert-v01@openssh.com sk-ecdsa-sha2-nistp256@openssh.com sk-ecdsa-sha2-nistp256-cert-v01@openssh.com webauthn-sk-ecdsa-sha2-nistp256@openssh.com ssh-dss ssh-dss-cert-v01@openssh.com ssh-rsa ssh-rsa-cert-v01@openssh.com rsa-sha2-256 rsa-sha2-256-cert-v01@openssh.com rsa-sha2-512 rsa-sha2-512-cert-v01@openssh.com';
  expect(known.split(' ').filter((name) => hostKeyAlgorithm(name) === undefined)).toEqual([]);
});

test('one RSA key serves three algorithms, and a certificate is signed with by its plain algorithm', () => {
  expect(hostKeyAlgorithm('rsa-sha2-512')).toMatchObject({ keyType: 'ssh-rsa', signature: 'rsa-sha2-512', hash: 'sha512', certificate: false });
  expect(hostKeyAlgorithm('rsa-sha2-256-cert-v01@openssh.com')).toMatchObject({
    keyType: 'ssh-rsa-cert-v01@openssh.com',
    signature: 'rsa-sha2-256',
    certificate: true,
  });
  expect(hostKeyAlgorithm('sk-ssh-ed25519-cert-v01@openssh.com')).toMatchObject({ signature: 'sk-ssh-ed25519@openssh.com' });
  expect(hostKeyAlgorithm('null')).toMatchObject({ canSign: false, signature: undefined });
  expect(new Set(HOST_KEY_ALGORITHMS.map((a) => a.name)).size).toBe(HOST_KEY_ALGORITHMS.length);
  expect(latin1(keyOf('ssh-rsa-cert-v01@openssh.com').subarray(4, 32))).toBe('ssh-rsa-cert-v01@openssh.com');
});
