import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, verify as opensslVerifies, sign } from 'node:crypto';
import { fromHex } from '../../../src/bytes/hex.ts';
import { type Verdict, verifySignature } from '../../../src/ssh/crypto/verify.ts';
import { hostKeyBlob } from '../../../src/ssh/hostkey/blob.ts';
import { signatureBlob } from '../../../src/ssh/hostkey/signature.ts';
import { decode } from '../../../src/wire/cursor.ts';
import { Writer } from '../../../src/wire/writer.ts';
import { noise } from './seal.ts';

const hex = (s: string) => fromHex(s) as Uint8Array;
const ascii = (s: string) => new Uint8Array(Buffer.from(s, 'latin1'));

/** `string`s one after the other. */
function strings(...parts: readonly (string | Uint8Array)[]): Uint8Array {
  const w = new Writer();
  for (const part of parts) w.string(typeof part === 'string' ? ascii(part) : part);
  return w.finish();
}

function mpint(bytes: Uint8Array): Uint8Array {
  const start = bytes.findIndex((b) => b !== 0);
  const short = start < 0 ? new Uint8Array(0) : bytes.subarray(start);
  return (short[0] ?? 0) >= 0x80 ? new Uint8Array([0, ...short]) : short;
}

/** Verifies blobs as they come off the wire. */
function verify(algorithm: string, key: Uint8Array, signature: Uint8Array, message: Uint8Array): Verdict {
  return verifySignature(algorithm, decode(hostKeyBlob, key).value, decode(signatureBlob, signature).value, message);
}

function jwk(key: KeyObject): Record<string, Uint8Array> {
  return Object.fromEntries(
    Object.entries(key.export({ format: 'jwk' })).map(([name, value]) => [name, new Uint8Array(Buffer.from(String(value), 'base64url'))]),
  );
}

const message = noise(32, 77);

interface Sample {
  readonly algorithm: string;
  readonly key: Uint8Array;
  readonly signature: Uint8Array;
}

function rsaSample(algorithm: string, hash: string, bits: number): Sample {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: bits });
  const { n = message, e = message } = jwk(publicKey);
  return { algorithm, key: strings('ssh-rsa', mpint(e), mpint(n)), signature: strings(algorithm, sign(hash, message, privateKey)) };
}

function ecSample(curve: string, name: string, hash: string): Sample {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: curve });
  const algorithm = `ecdsa-sha2-${name}`;
  const both = sign(hash, message, { key: privateKey, dsaEncoding: 'ieee-p1363' });
  const half = both.length / 2;
  const { x = message, y = message } = jwk(publicKey);
  return {
    algorithm,
    key: strings(algorithm, name, Uint8Array.of(4, ...x, ...y)),
    signature: strings(algorithm, strings(mpint(both.subarray(0, half)), mpint(both.subarray(half)))),
  };
}

function edSample(algorithm: string, keys: { publicKey: KeyObject; privateKey: KeyObject }): Sample {
  return { algorithm, key: strings(algorithm, jwk(keys.publicKey).x ?? message), signature: strings(algorithm, sign(null, message, keys.privateKey)) };
}

function dsaSample(): Sample {
  const { publicKey, privateKey } = generateKeyPairSync('dsa', { modulusLength: 1024, divisorLength: 160 });
  // SubjectPublicKeyInfo: the integers are p, q, g, and y in a bit string.
  const der = publicKey.export({ format: 'der', type: 'spki' });
  const integers: Uint8Array[] = [];
  for (let at = 0; at < der.length; ) {
    const long = (der[at + 1] as number) & 0x80 ? (der[at + 1] as number) & 0x7f : 0;
    const length = long === 0 ? (der[at + 1] as number) : der.readUIntBE(at + 2, long);
    const body = at + 2 + long;
    if (der[at] === 2) integers.push(mpint(der.subarray(body, body + length)));
    // Into sequences and the bit string, over everything else.
    at = der[at] === 0x30 ? body : der[at] === 3 ? body + 1 : body + length;
  }
  return {
    algorithm: 'ssh-dss',
    key: strings('ssh-dss', ...integers),
    signature: strings('ssh-dss', sign('sha1', message, { key: privateKey, dsaEncoding: 'ieee-p1363' })),
  };
}

const FLAGS_COUNTER = hex('010000002a');

/** What a security key signs, by openssh PROTOCOL.u2f. */
function touched(data: Uint8Array, extensions = new Uint8Array(0)): Uint8Array {
  const sha = (b: Uint8Array): Uint8Array => createHash('sha256').update(b).digest();
  return Buffer.concat([sha(ascii('ssh:')), FLAGS_COUNTER, extensions, sha(data)]);
}

/** Signatures that anybody could make (S = 0): OpenSSL believes some of them. */
test('Ed25519 keys of small order verify nothing', () => {
  const points = [
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
    `${'00'.repeat(32)}`,
    `${'00'.repeat(31)}80`,
    `01${'00'.repeat(31)}`,
    // p - 1, and p + 1, which is not reduced.
    `ec${'ff'.repeat(30)}7f`,
    `ee${'ff'.repeat(30)}7f`,
  ];
  let believed = 0;
  for (const pk of points) {
    const x = Buffer.from(pk, 'hex').toString('base64url');
    const theirs = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    for (const r of points) {
      const signature = hex(r + '00'.repeat(32));
      if (opensslVerifies(null, message, theirs, signature)) believed++;
      expect(verify('ssh-ed25519', strings('ssh-ed25519', hex(pk)), strings('ssh-ed25519', signature), message).verdict).toBe('invalid');
    }
  }
  expect(believed).toBeGreaterThan(0);
});

function skEd25519(): Sample {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const algorithm = 'sk-ssh-ed25519@openssh.com';
  const signature = Buffer.concat([strings(algorithm, sign(null, touched(message), privateKey)), FLAGS_COUNTER]);
  return { algorithm, key: strings(algorithm, jwk(publicKey).x ?? message, 'ssh:'), signature };
}

function skEcdsa(web: boolean): Sample {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const type = 'sk-ecdsa-sha2-nistp256@openssh.com';
  const client = `{"type":"webauthn.get","challenge":"${Buffer.from(message).toString('base64url')}","origin":"https://example.org","crossOrigin":false}`;
  const both = sign('sha256', touched(web ? ascii(client) : message), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  const { x = message, y = message } = jwk(publicKey);
  const algorithm = web ? `webauthn-${type}` : type;
  const numbers = strings(mpint(both.subarray(0, 32)), mpint(both.subarray(32)));
  const tail = web ? strings('https://example.org', client, '') : new Uint8Array(0);
  return {
    algorithm,
    key: strings(type, 'nistp256', Uint8Array.of(4, ...x, ...y), 'ssh:'),
    signature: Buffer.concat([strings(algorithm, numbers), FLAGS_COUNTER, tail]),
  };
}

const SAMPLES: readonly Sample[] = [
  rsaSample('ssh-rsa', 'sha1', 1024),
  rsaSample('rsa-sha2-256', 'sha256', 768),
  rsaSample('rsa-sha2-512', 'sha512', 2047),
  rsaSample('rsa-sha2-512', 'sha512', 3072),
  dsaSample(),
  ecSample('P-256', 'nistp256', 'sha256'),
  ecSample('P-384', 'nistp384', 'sha384'),
  ecSample('P-521', 'nistp521', 'sha512'),
  ecSample('secp256k1', '1.3.132.0.10', 'sha256'),
  edSample('ssh-ed25519', generateKeyPairSync('ed25519')),
  edSample('ssh-ed448', generateKeyPairSync('ed448')),
  skEd25519(),
  skEcdsa(false),
  skEcdsa(true),
];

test.each(SAMPLES)('$algorithm: what OpenSSL signed is valid, and nothing else', ({ algorithm, key, signature }) => {
  expect(verify(algorithm, key, signature, message)).toEqual({ verdict: 'valid', reason: `verified with ${algorithm}` });
  const other = message.slice();
  other[31] = (other[31] as number) ^ 1;
  expect(verify(algorithm, key, signature, other).verdict).toBe('invalid');
  // A bit of the signature itself; where one stands behind it that is signed too, of that.
  const altered = new Uint8Array(signature);
  altered[altered.length - 3] = (altered[altered.length - 3] as number) ^ 1;
  if (!algorithm.startsWith('webauthn')) expect(verify(algorithm, key, altered, message).verdict).toBe('invalid');
  expect(verify('ssh-something', key, signature, message)).toMatchObject({
    verdict: 'invalid',
    reason: expect.stringContaining(`made with ${algorithm} where ssh-something`),
  });
});

test('RFC 8032 section 7.1, test 2', () => {
  const key = strings('ssh-ed25519', hex('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c'));
  const signature = hex('92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00');
  expect(verify('ssh-ed25519', key, strings('ssh-ed25519', signature), hex('72')).verdict).toBe('valid');
});

test('RFC 6979 section A.2.5, P-256 with SHA-256 over "sample"', () => {
  const q = hex('0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb67903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299');
  const r = hex('00efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716');
  const s = hex('00f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8');
  const name = 'ecdsa-sha2-nistp256';
  expect(verify(name, strings(name, 'nistp256', q), strings(name, strings(r, s)), ascii('sample')).verdict).toBe('valid');
});

test('broken and hostile blobs have a verdict', () => {
  const { key, signature } = SAMPLES[2] as Sample;
  const big = new Uint8Array(3000).fill(0x7f);
  expect(verify('rsa-sha2-512', strings('ssh-rsa', mpint(hex('010001')), big), signature, message).verdict).toBe('unchecked');
  expect(verify('rsa-sha2-512', strings('ssh-rsa', big, mpint(big)), signature, message).verdict).toBe('unchecked');
  expect(verify('rsa-sha2-512', strings('ssh-rsa', hex('03'), hex('')), signature, message).verdict).toBe('invalid');
  expect(verify('rsa-sha2-512', strings('ssh-rsa', hex('03'), hex('23')), strings('rsa-sha2-512', hex('01')), message).verdict).toBe('invalid');
  expect(verify('ssh-ed25519', key, strings('ssh-ed25519', new Uint8Array(64)), message).verdict).toBe('invalid');
  expect(
    verify('ssh-dss', strings('ssh-dss', hex('17'), hex('00'), hex('05'), hex('08')), strings('ssh-dss', new Uint8Array(40).fill(1)), message).verdict,
  ).toBe('invalid');
  expect(verify('x509v3-sign-rsa', strings('x509v3-sign-rsa'), strings('x509v3-sign-rsa'), message).verdict).toBe('unchecked');
  for (const { algorithm, key: k, signature: s } of SAMPLES) {
    for (let cut = 0; cut < k.length; cut += 7) expect(verify(algorithm, k.subarray(0, cut), s, message).verdict).not.toBe('valid');
    for (let cut = 0; cut < s.length - 8; cut += 7) expect(verify(algorithm, k, s.subarray(0, cut), message).verdict).not.toBe('valid');
  }
});
