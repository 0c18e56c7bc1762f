import { createHash, getCipherInfo, getHashes } from 'node:crypto';
import type { Algorithm } from '../../../src/ssh/algorithm.ts';
import { CIPHERS, cipher } from '../../../src/ssh/crypto/ciphers.ts';
import { COMPRESSIONS, compression } from '../../../src/ssh/crypto/compression.ts';
import { HASHES, hash } from '../../../src/ssh/crypto/hashes.ts';
import { MACS, mac } from '../../../src/ssh/crypto/macs.ts';
import { HOST_KEY_ALGORITHMS } from '../../../src/ssh/hostkey/algorithms.ts';
import { PSEUDO_ALGORITHMS } from '../../../src/ssh/kex/pseudo.ts';

/** Name in SSH, name in OpenSSL, whose key, IV and block sizes must be ours. */
const OPENSSL: readonly (readonly [string, string])[] = [
  ...['128', '192', '256'].flatMap((bits) => ['ctr', 'cbc'].map((mode) => [`aes${bits}-${mode}`, `aes-${bits}-${mode}`] as const)),
  ...['128', '192', '256'].flatMap((bits) => ['ctr', 'cbc'].map((mode) => [`camellia${bits}-${mode}`, `camellia-${bits}-${mode}`] as const)),
  ['rijndael-cbc@lysator.liu.se', 'aes-256-cbc'],
  ['3des-cbc', 'des-ede3-cbc'],
  ['aes128-gcm@openssh.com', 'aes-128-gcm'],
  ['aes256-gcm@openssh.com', 'aes-256-gcm'],
  ['AEAD_AES_128_GCM', 'aes-128-gcm'],
  ['AEAD_AES_256_GCM', 'aes-256-gcm'],
];

test.each(OPENSSL)('%s has the sizes that OpenSSL gives %s', (name, openssl) => {
  const info = getCipherInfo(openssl);
  expect(info).toBeDefined();
  const row = cipher(name);
  expect([row?.keyLength, row?.ivLength]).toEqual([info?.keyLength, info?.ivLength]);
  // OpenSSL calls CTR and GCM stream ciphers of block 1; SSH pads to the block of the cipher under them.
  if (info?.mode === 'cbc') expect(row?.blockLength).toBe(info.blockSize);
  else expect(row?.blockLength).toBe(16);
});

test('every cipher and MAC of OpenSSH has a row with the sizes of its cipher.c and mac.c', () => {
  const ciphers: Record<string, number[]> = {
    '3des-cbc': [8, 24, 0],
    'aes192-ctr': [16, 24, 0],
    'aes128-gcm@openssh.com': [16, 16, 16],
    'aes256-gcm@openssh.com': [16, 32, 16],
    'chacha20-poly1305@openssh.com': [8, 64, 16],
    none: [8, 0, 0],
  };
  for (const [name, sizes] of Object.entries(ciphers)) {
    const row = cipher(name);
    expect([name, row?.blockLength, row?.keyLength, row?.tagLength]).toEqual([name, ...sizes]);
  }
  const macs: Record<string, number[]> = {
    'hmac-sha1': [20, 20],
    'hmac-sha1-96': [20, 12],
    'hmac-sha2-256': [32, 32],
    'hmac-sha2-512': [64, 64],
    'hmac-md5': [16, 16],
    'hmac-md5-96': [16, 12],
    'umac-64@openssh.com': [16, 8],
    'umac-128@openssh.com': [16, 16],
  };
  for (const [name, sizes] of Object.entries(macs)) {
    expect([name, mac(name)?.keyLength, mac(name)?.tagLength, mac(name)?.etm]).toEqual([name, ...sizes, false]);
    const etm = `${name.replace('@openssh.com', '')}-etm@openssh.com`;
    expect([etm, mac(etm)?.keyLength, mac(etm)?.tagLength, mac(etm)?.etm]).toEqual([etm, ...sizes, true]);
  }
});

test('Blowfish, CAST, IDEA, arcfour: RFC 4253 and RFC 4344 ask for these keys and IVs', () => {
  const sizes = (name: string) => [cipher(name)?.blockLength, cipher(name)?.keyLength, cipher(name)?.ivLength];
  expect(sizes('blowfish-cbc')).toEqual([8, 16, 8]);
  expect(sizes('blowfish-ctr')).toEqual([8, 32, 8]);
  expect(sizes('cast128-cbc')).toEqual([8, 16, 8]);
  expect(sizes('idea-ctr')).toEqual([8, 16, 8]);
  expect(sizes('arcfour')).toEqual([8, 16, 0]);
  expect(sizes('arcfour256')).toEqual([8, 32, 0]);
  expect(sizes('twofish-cbc')).toEqual([16, 32, 16]);
});

test('the hashes have the lengths that OpenSSL gives them', () => {
  for (const row of HASHES) {
    // SHAKE has no length of its own, and a build of OpenSSL may lack RIPEMD-160.
    if (row.name === 'shake256' || !getHashes().includes(row.name)) continue;
    expect([row.name, createHash(row.name).digest().length]).toEqual([row.name, row.length]);
  }
  expect(hash('ripemd160')?.length).toBe(20);
});

test('an HMAC has the key and at most the tag of its hash', () => {
  for (const row of MACS.filter((m) => m.family === 'hmac')) {
    const length = hash(row.hash ?? '')?.length;
    expect(length).toBeDefined();
    // Tectia cut the key of this one to 16 bytes.
    expect([row.name, row.keyLength]).toEqual([row.name, row.name === 'hmac-sha256@ssh.com' ? 16 : length]);
    expect([length, 12]).toContain(row.tagLength);
  }
});

test('what a passive reader can frame: length in clear under GCM and none only', () => {
  expect(CIPHERS.filter((c) => c.lengthInClear).map((c) => c.name)).toEqual([
    'aes128-gcm@openssh.com',
    'aes256-gcm@openssh.com',
    'aes128-gcm',
    'aes256-gcm',
    'AEAD_AES_128_GCM',
    'AEAD_AES_256_GCM',
    'none',
  ]);
  expect(CIPHERS.every((c) => c.blockLength >= 8 && c.aead === c.tagLength > 0)).toBe(true);
});

test('compression begins at NEWKEYS for zlib and after authentication for zlib@openssh.com', () => {
  expect(compression('zlib')).toMatchObject({ compresses: true, delayed: false });
  expect(compression('zlib@openssh.com')).toMatchObject({ compresses: true, delayed: true });
  expect(compression('lzw')).toBeUndefined();
});

test.each([
  ['ciphers', CIPHERS],
  ['MACs', MACS],
  ['hashes', HASHES],
  ['compressions', COMPRESSIONS],
  ['host key algorithms', HOST_KEY_ALGORITHMS],
  ['signals', PSEUDO_ALGORITHMS],
] as readonly (readonly [string, readonly Algorithm[]])[])('%s: names are single and legal, notes are sentences, sources are given', (_, rows) => {
  expect(new Set(rows.map((r) => r.name)).size).toBe(rows.length);
  for (const row of rows) {
    expect(row.name).toMatch(/^[\x21-\x2b\x2d-\x7e]{1,64}$/);
    expect(row.note).toMatch(/^[A-Z].*\.$/);
    expect(row.rfc).not.toBe('');
  }
});
