import { createDiffieHellmanGroup, createECDH } from 'node:crypto';
import { x25519 } from '@noble/curves/ed25519.js';
import { fromHex, toHex } from '../../../src/bytes/hex.ts';
import { curveAgreement, diffieHellman } from '../../../src/ssh/crypto/agree.ts';
import { groupPrime } from '../../../src/ssh/crypto/groups.ts';
import { primitives } from '../../../src/ssh/crypto/native.ts';
import { bitsOf, bytesOf, modPow, numberOf, piTimes2 } from '../../../src/ssh/crypto/number.ts';
import { noise } from './seal.ts';

const hex = (s: string) => fromHex(s) as Uint8Array;

test('numbers and bytes', () => {
  expect(numberOf(hex('0080'))).toBe(128n);
  expect(numberOf(new Uint8Array(0))).toBe(0n);
  expect(toHex(bytesOf(0x123n))).toBe('0123');
  expect(toHex(bytesOf(0n))).toBe('');
  expect(toHex(bytesOf(0x123n, 4))).toBe('00000123');
  expect([0n, 1n, 255n, 256n].map(bitsOf)).toEqual([0, 1, 8, 9]);
  expect(modPow(3n, 200n, 1_000_007n)).toBe(3n ** 200n % 1_000_007n);
  expect(modPow(5n, 0n, 7n)).toBe(1n);
  expect(modPow(5n, 3n, 1n)).toBe(0n);
});

test('pi in hex begins 3.243f6a8885a308d313198a2e03707344', () => {
  expect(piTimes2(128).toString(16)).toBe('3243f6a8885a308d313198a2e03707344');
});

test.each([
  [1, 'modp2'],
  [14, 'modp14'],
  [15, 'modp15'],
  [16, 'modp16'],
  [17, 'modp17'],
  [18, 'modp18'],
] as const)('group %i is the %s of OpenSSL', (number, name) => {
  expect(groupPrime(number)?.toString(16)).toBe(createDiffieHellmanGroup(name).getPrime('hex'));
});

test('no prime for a group without one', () => {
  expect(groupPrime(2)).toBeUndefined();
});

test('Diffie-Hellman with OpenSSL on the other side', () => {
  const theirs = createDiffieHellmanGroup('modp14');
  theirs.generateKeys();
  const ours = diffieHellman(groupPrime(14) ?? 0n, 2n);
  const x = noise(64);
  const e = ours.publicOf(x);
  const K = theirs.computeSecret(e ?? new Uint8Array(0));
  expect(numberOf(ours.shared(x, theirs.getPublicKey()) ?? x)).toBe(numberOf(K));
  // Their private value gives their public one: what tells a right PRIVATE_KEY from a wrong one.
  expect(numberOf(ours.publicOf(theirs.getPrivateKey()) ?? x)).toBe(numberOf(theirs.getPublicKey()));
});

test('groups that a hostile server may send', () => {
  expect(diffieHellman(0n, 2n).publicOf(noise(8))).toBeUndefined();
  expect(diffieHellman(1n << 20_000n, 2n).publicOf(noise(8))).toBeUndefined();
  expect(diffieHellman(23n, 5n).shared(noise(4000), hex('05'))).toBeUndefined();
  expect(toHex(diffieHellman(23n, 5n).publicOf(hex('06')) ?? noise(1))).toBe('08');
});

test.each([
  ['nistp256', 'prime256v1', 32],
  ['nistp384', 'secp384r1', 48],
  ['nistp521', 'secp521r1', 66],
  ['secp256k1', 'secp256k1', 32],
])('ECDH on %s with OpenSSL on the other side', (name, theirName, length) => {
  const curve = curveAgreement(name);
  const theirs = createECDH(theirName);
  const ours = createECDH(theirName);
  theirs.generateKeys();
  ours.generateKeys();
  const x = ours.getPrivateKey();
  expect(toHex(curve?.publicOf(x) ?? x)).toBe(ours.getPublicKey('hex'));
  const K = curve?.shared(x, theirs.getPublicKey()) ?? x;
  expect(toHex(K)).toBe(ours.computeSecret(theirs.getPublicKey()).toString('hex'));
  expect(K.length).toBe(length);
  // Zero, the point at infinity, a point beside the curve, another length.
  expect(curve?.publicOf(new Uint8Array(length))).toBeUndefined();
  for (const peer of ['', '00', `04${'01'.repeat(2 * length)}`, '04']) expect(curve?.shared(x, hex(peer))).toBeUndefined();
});

test('a private value without its leading zeros, or with a sign byte', () => {
  const curve = curveAgreement('nistp256');
  expect(curve?.publicOf(hex('01'))).toEqual(curve?.publicOf(hex(`00${'00'.repeat(31)}01`)));
});

test.each([
  ['curve25519', '09', 32, '422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079'],
  ['curve448', '05', 56, '3f482c8a9f19b01e6c46ee9711d9dc14fd4bf67af30765c2ae2b846a4d23a8cd0db897086239492caf350b51f833868b9bc2b3bca9cf4113'],
])('%s: one round of RFC 7748 section 5.2', (name, base, length, result) => {
  const curve = curveAgreement(name);
  const u = new Uint8Array(length);
  u.set(hex(base));
  expect(toHex(curve?.shared(u, u) ?? u)).toBe(result);
  expect(toHex(curve?.publicOf(u) ?? u)).toBe(result);
  // A point of small order gives zero, which RFC 8731 section 3 forbids; other lengths are no values.
  expect(curve?.shared(u, new Uint8Array(length))).toBeUndefined();
  expect(curve?.shared(u, u.subarray(1))).toBeUndefined();
  expect(curve?.publicOf(u.subarray(1))).toBeUndefined();
});

test('a curve nobody has', () => {
  expect(curveAgreement('nistk163')).toBeUndefined();
});

test('X25519: what the other side may send, and private values of a wrong length', () => {
  const ours = curveAgreement('curve25519');
  // Points of small order give zeros, which RFC 8731 section 3 wants refused.
  for (const u of ['00'.repeat(32), `01${'00'.repeat(31)}`, `ec${'ff'.repeat(30)}7f`]) expect(ours?.shared(noise(32), hex(u))).toBeUndefined();
  expect(ours?.shared(noise(31), noise(32))).toBeUndefined();
  expect(ours?.shared(noise(32), noise(33))).toBeUndefined();
  expect(ours?.publicOf(noise(31))).toBeUndefined();
});

test('X25519 of noble and of the platform are the same', () => {
  for (let i = 0; i < 20; i++) {
    const [scalar, u] = [noise(32, i), noise(32, 100 + i)];
    expect(toHex(primitives.curve25519?.x25519(scalar, u) ?? noise(1))).toBe(toHex(x25519.getSharedSecret(scalar, u)));
  }
});
