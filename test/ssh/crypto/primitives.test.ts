import { createCipheriv, createHmac } from 'node:crypto';
import { poly1305 } from '@noble/ciphers/_poly1305.js';
import { fromHex, toHex } from '../../../src/bytes/hex.ts';
import { Arcfour } from '../../../src/ssh/crypto/arcfour.ts';
import { ChaCha20 } from '../../../src/ssh/crypto/chacha20.ts';
import { Ghash } from '../../../src/ssh/crypto/ghash.ts';
import { HASHES } from '../../../src/ssh/crypto/hashes.ts';
import { addToCounter } from '../../../src/ssh/crypto/modes.ts';
import { primitives as native } from '../../../src/ssh/crypto/native.ts';
import { makeMac } from '../../../src/ssh/crypto/openers.ts';
import { poly1305Matches, poly1305MatchesByAead } from '../../../src/ssh/crypto/poly1305.ts';
import { portable } from '../../../src/ssh/crypto/portable.ts';
import { Umac } from '../../../src/ssh/crypto/umac.ts';
import { noise } from './seal.ts';

const hex = (s: string) => fromHex(s.replaceAll(' ', '')) as Uint8Array;
const whole = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
const view = (s: string): DataView => whole(hex(s));
const ascii = (s: string) => new Uint8Array(Buffer.from(s, 'latin1'));

test('both implementations are really two', () => {
  expect(native.name).toBe('native');
  expect(native.bulk).toBeDefined();
  expect(portable.name).toBe('portable');
});

/** Four blocks of NIST SP 800-38A appendix F. */
const F_PLAIN = '6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710';
const F_CTR = 'f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff';
const F_IV = '000102030405060708090a0b0c0d0e0f';
const F_KEYS = {
  128: '2b7e151628aed2a6abf7158809cf4f3c',
  192: '8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b',
  256: '603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4',
} as const;

describe.each([native, portable])('$name', (primitives) => {
  test.each([
    [128, '874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff5ae4df3edbd5d35e5b4f09020db03eab1e031dda2fbe03d1792170a0f3009cee'],
    [192, '1abc932417521ca24f2b0459fe7e6e0b090339ec0aa6faefd5ccc2c6f4ce8e941e36b26bd1ebc670d1bd1d665620abf74f78a7f6d29809585a97daec58c6b050'],
    [256, '601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c52b0930daa23de94ce87017ba2d84988ddfc9c58db67aada613c2dd08457941a6'],
  ] as const)('AES-%i in counter mode, NIST SP 800-38A F.5, in pieces of any length', (bits, sealed) => {
    for (const piece of [64, 1, 5, 16, 33]) {
      const run = primitives.ctr('aes', hex(F_KEYS[bits]), hex(F_CTR));
      const bytes = hex(sealed);
      let out = '';
      for (let at = 0; at < 64; at += piece) out += toHex(run(bytes.subarray(at, at + piece)));
      expect(out).toBe(F_PLAIN);
    }
  });

  test.each([
    [128, '7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b273bed6b8e3c1743b7116e69e222295163ff1caa1681fac09120eca307586e1a7'],
    [192, '4f021db243bc633d7178183a9fa071e8b4d9ada9ad7dedf4e5e738763f69145a571b242012fb7ae07fa9baac3df102e008b0e27988598881d920a9e64f5615cd'],
    [256, 'f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d39f23369a9d9bacfa530e26304231461b2eb05e2c39be9fcda6c19078c6a9d1b'],
  ] as const)('AES-%i in CBC mode, NIST SP 800-38A F.2', (bits, sealed) => {
    const run = primitives.cbc('aes', hex(F_KEYS[bits]));
    const out = run(hex(sealed));
    hex(F_IV).forEach((b, i) => {
      out[i] = (out[i] as number) ^ b;
    });
    expect(toHex(out)).toBe(F_PLAIN);
  });

  // Made with `openssl enc -nopad`, key 00 to 0f, IV 01 to 08 (10 for SEED), plaintext 00112233445566778899aabbccddeeff three times.
  test.each([
    ['blowfish', 8, 'b6db63f172f3fc879e21ea607648e164dc6b00eae09c33fa8bd97169934114a99d79111bcad727fe91deb6bdd69bf276'],
    ['cast128', 8, '5459000467cd2e73044580de3a486c4af9ee4ae293b11cdb0429bc141ec543c376210121f04bb2975507a2aff1ec9a65'],
    ['seed', 16, '16f407fc39db53afd6a067c3616564e11823433b995a4304dd10a9fedb78e61c07a4898ed4b4c65947e509b6211a1905'],
  ] as const)('%s in CBC mode as OpenSSL has it', (cipher, ivLength, sealed) => {
    const run = primitives.cbc(cipher, hex(F_IV));
    const bytes = hex(sealed);
    const out = [run(bytes.subarray(0, 16)), run(bytes.subarray(16))].map((part) => new Uint8Array(part));
    for (let i = 0; i < ivLength; i++) (out[0] as Uint8Array)[i] = ((out[0] as Uint8Array)[i] as number) ^ (i + 1);
    expect(out.map((part) => toHex(part)).join('')).toBe('00112233445566778899aabbccddeeff'.repeat(3));
  });

  test.each([
    ['md5', '900150983cd24fb0d6963f7d28e17f72'],
    ['sha1', 'a9993e364706816aba3e25717850c26c9cd0d89d'],
    ['sha224', '23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7'],
    ['sha256', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    ['sha384', 'cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7'],
    ['sha512', 'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f'],
    ['ripemd160', '8eb208f7e05d987a9b044a8e98c6b087f15a0bfc'],
    ['shake256', '483366601360a8771c6863080cc4114d8db44530f8f1e1ee4f94ea37e78b5739d5a15bef186a5386c75744c0527e1faa9f8726e462a12a4feb06bd8801e751e4'],
  ] as const)('%s of "abc"', (name, digest) => {
    expect(toHex(primitives.hash(name, ascii('abc')))).toBe(digest);
    expect(HASHES.find((row) => row.name === name)?.length).toBe(digest.length / 2);
  });

  // The sequence number takes the place of the first four bytes of the data.
  test.each([
    ['hmac-sha224@ssh.com', 'RFC 4231 4.2', '0b'.repeat(20), 'Hi There', '896fb1128abbdf196832107cd49df33f47b4b1169912ba4f53684b22'],
    ['hmac-sha2-256', 'RFC 4231 4.2', '0b'.repeat(20), 'Hi There', 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
    [
      'hmac-sha384@ssh.com',
      'RFC 4231 4.2',
      '0b'.repeat(20),
      'Hi There',
      'afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9cb6',
    ],
    [
      'hmac-sha2-512',
      'RFC 4231 4.2',
      '0b'.repeat(20),
      'Hi There',
      '87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854',
    ],
    [
      'hmac-sha2-256',
      'RFC 4231 4.7, a key longer than a block',
      'aa'.repeat(131),
      'Test Using Larger Than Block-Size Key - Hash Key First',
      '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
    ],
    ['hmac-sha1', 'RFC 2202 3', '0b'.repeat(20), 'Hi There', 'b617318655057264e28bc0b6fb378c8ef146be00'],
    ['hmac-sha1-96', 'RFC 2202 3', '0b'.repeat(20), 'Hi There', 'b617318655057264e28bc0b6'],
    ['hmac-md5', 'RFC 2202 2', '0b'.repeat(16), 'Hi There', '9294727a3638bb1c13f48ef8158bfc9d'],
    ['hmac-md5', 'RFC 2202 2, a short key', toHex(ascii('Jefe')), 'what do ya want for nothing?', '750c783e6ab0b503eaa86e310a5db738'],
    ['hmac-ripemd160', 'RFC 2286 2', '0b'.repeat(20), 'Hi There', '24cb4bd67d20fc1a5d2ed7732dcc39377f0a5668'],
  ])('%s, %s', (name, _source, key, data, tag) => {
    const tags = makeMac(name, hex(key), primitives);
    const bytes = ascii(data);
    const got = tags?.tag(new DataView(bytes.buffer, bytes.byteOffset).getUint32(0), bytes.subarray(4)) ?? new Uint8Array(0);
    expect(toHex(got.subarray(0, tags?.tagLength))).toBe(tag);
  });

  // RFC 4418 appendix: key abcdefghijklmnop, nonce bcdefghi. UMAC-96 is the beginning of UMAC-128.
  test.each([
    ['', 1, '6e155fad26900be1', '32fedb100c79ad58f07ff764'],
    ['aaa', 1, '44b5cb542f220104', '185e4fe905cba7bd85e4c2dc'],
    ['a', 2 ** 10, '26bf2f5d60118bd9', '7a54abe04af82d60fb298c3c'],
    ['a', 2 ** 15, '27f8ef643b0d118d', '7b136bd911e4b734286ef2be'],
    ['a', 2 ** 20, 'a4477e87e9f55853', 'f8acfa3ac31cfeea047f7b11'],
    ['abc', 1, 'd4d7b9f6bd4fbfcf', '883c3d4b97a61976ffcf2323'],
    ['abc', 500, 'd4cf26ddefd5c01a', '8824a260c53c66a36c9260a6'],
  ])('UMAC of %j %i times', (text, times, tag64, tag96) => {
    const key = ascii('abcdefghijklmnop');
    const message = ascii(text.repeat(times));
    for (const [length, tag] of [
      [8, tag64],
      [16, tag96],
    ] as const) {
      // A sequence number has 32 bits and this nonce 64: the pad of one is taken off, that of the other put on.
      const got = new Umac((k) => primitives.ecb('aes', k), length, key).tag(0, message);
      const used = umacPad(key, new Uint8Array(8), length);
      const wanted = umacPad(key, ascii('bcdefghi'), length);
      expect(toHex(got.map((b, i) => b ^ (used[i] as number) ^ (wanted[i] as number)).subarray(0, tag.length / 2))).toBe(tag);
    }
  });
});

/** PDF of RFC 4418 section 3.3. */
function umacPad(key: Uint8Array, nonce: Uint8Array, length: 8 | 16): Uint8Array {
  const aes = (k: Uint8Array, block: Uint8Array): Uint8Array => createCipheriv('aes-128-ecb', k, null).setAutoPadding(false).update(block);
  const padKey = aes(key, hex('00000000000000000000000000000001'));
  const low = length === 8 ? (nonce[7] as number) & 1 : 0;
  const block = new Uint8Array(16);
  block.set(nonce);
  block[7] = (block[7] as number) ^ low;
  return new Uint8Array(aes(padKey, block)).subarray(8 * low, 8 * low + length);
}

test('UMAC pads of neighbouring sequence numbers, forwards and backwards', () => {
  const key = noise(16);
  for (const length of [8, 16] as const) {
    const umac = new Umac((k) => native.ecb('aes', k), length, key);
    const zero = toHex(umac.tag(0, key).map((b, i) => b ^ (umacPad(key, new Uint8Array(8), length)[i] as number)));
    for (const sequence of [1, 2, 15, 16, 31, 32, 33, 3, 0, 2 ** 32 - 1, 2 ** 32 - 2]) {
      const nonce = new Uint8Array(8);
      new DataView(nonce.buffer).setUint32(4, sequence);
      const pad = umacPad(key, nonce, length);
      expect(toHex(umac.tag(sequence, key).map((b, i) => b ^ (pad[i] as number)))).toBe(zero);
    }
  }
});

test.each([native, portable])('$name: HMAC of packets of growing and shrinking length equals that of OpenSSL', (primitives) => {
  const key = noise(20);
  const tags = makeMac('hmac-sha1', key, primitives);
  for (const length of [0, 16, 508, 509, 70_000, 12, 600, 8191, 8192, 8193]) {
    const data = noise(length, 9);
    expect(toHex(tags?.tag(7, data) ?? key)).toBe(
      createHmac('sha1', key)
        .update(Uint8Array.of(0, 0, 0, 7))
        .update(data)
        .digest('hex'),
    );
  }
});

describe('RC4', () => {
  test.each([
    ['RFC 6229, 40 bits', '0102030405', 0, 'b2396305f03dc027ccc3524a0a1118a8'],
    ['RFC 6229, 128 bits', '0102030405060708090a0b0c0d0e0f10', 0, '9ac7cc9a609d1ef7b2932899cde41b975248c4959014126a6e8a84f11d1a9e1c'],
    [
      'RFC 6229, 256 bits',
      '0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20',
      0,
      'eaa6bd25880bf93d3f5d1e4ca2611d91cfa45c9f7e714b54bdfa80027cb14380',
    ],
    ['OpenSSL, behind 1536 bytes', '0102030405060708090a0b0c0d0e0f10', 1536, 'ffa0b514647ec04f6306b892ae6611810ee284558a70e8fb861fd23f9ce01a66'],
    [
      'libgcrypt, behind 1536 bytes',
      '0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20',
      1536,
      '3e34135c79db010200767651cf2630735f81980cb7138e377c0bc405858042c3',
    ],
  ])('%s', (_source, key, discard, stream) => {
    expect(toHex(new Arcfour(hex(key), discard).update(new Uint8Array(stream.length / 2)))).toBe(stream);
  });
});

test('GHASH of test case 2 of the GCM specification (D. McGrew, J. Viega)', () => {
  const ghash = new Ghash(hex('66e94bd4ef8a2c3b884cfa59ca342b2e'));
  ghash.reset();
  ghash.update(view('0388dace60b6a392f328c2b971b2fe78'), 0, 16);
  ghash.lengths(0, 16);
  expect(ghash.matches(view('58e2fccefa7e3061367f1d57a4e7455a'), 0, view('ab6e47d42cec13bdf53a67b21257bddf'), 0)).toBe(true);
  expect(ghash.matches(view('58e2fccefa7e3061367f1d57a4e7455a'), 0, view('ab6e47d42cec13bdf53a67b21257bdde'), 0)).toBe(false);
});

test('GHASH of test case 4: additional data, and ends that fill no block', () => {
  const ghash = new Ghash(hex('b83b533708bf535d0aa6e52980d53b78'));
  const text = hex('42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091');
  ghash.reset();
  ghash.update(view('feedfacedeadbeeffeedfacedeadbeefabaddad2'), 0, 20);
  ghash.update(whole(text), 0, text.length);
  ghash.lengths(20, text.length);
  expect(ghash.matches(view('00'.repeat(16)), 0, view('698e57f70e6ecc7fd9463b7260a9ae5f'), 0)).toBe(true);
});

test('ChaCha20 blocks: zero key and nonce as D. J. Bernstein published them; counters and nonces as OpenSSL has them', () => {
  const zero = new ChaCha20(new Uint8Array(32));
  expect(toHex(zero.run(0, 0))).toBe(
    '76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586',
  );
  const key = noise(32);
  for (const sequence of [1, 0x01020304, 2 ** 32 - 1]) {
    const iv = Buffer.alloc(16);
    iv.writeUInt32LE(5, 0);
    iv.writeUInt32BE(sequence, 12);
    expect(toHex(new ChaCha20(key).run(sequence, 5))).toBe(createCipheriv('chacha20', key, iv).update(new Uint8Array(64)).toString('hex'));
  }
});

describe('Poly1305', () => {
  test('RFC 8439 section 2.5.2', () => {
    const key = hex('85d6be7857556d337f4452fe42d506a80103808afb0db2fd4abff6af4149f51b');
    const message = ascii('Cryptographic Forum Research Group');
    const fits = (tag: string) => poly1305Matches(whole(key), whole(Buffer.concat([message, hex(tag)])), 0, message.length);
    expect(fits('a8061dc1305136c6c22b8baf0c0127a9')).toBe(true);
    expect(fits('a8061dc1305136c6c22b8baf0c0127a8')).toBe(false);
  });

  test('as @noble/ciphers has it: every length, and every bit set, where limbs are largest', () => {
    for (let length = 0; length < 300; length++)
      for (const fill of [(n: number, seed: number) => noise(n, seed), (n: number) => new Uint8Array(n).fill(255)]) {
        const key = fill(32, length);
        const message = fill(length, length + 1);
        const tag = poly1305(message, key);
        const bytes = Buffer.concat([noise(3), message, tag]);
        expect(poly1305Matches(whole(key), whole(bytes), 3, 3 + length)).toBe(true);
        bytes[3 + length + (length % 16)] = (bytes[3 + length + (length % 16)] as number) ^ (1 << (length % 8));
        expect(poly1305Matches(whole(key), whole(bytes), 3, 3 + length)).toBe(false);
      }
  });

  test('by way of the AEAD: the same for every length, and no altered tag', () => {
    const { bulk } = native;
    const nonce = new Uint8Array(12);
    for (let length = 1; length < 300; length++) {
      const key = noise(32, length);
      nonce[11] = length;
      const oneTimeKey = new ChaCha20(key).run(length & 255, 0).slice(0, 32);
      const message = noise(length, length + 1);
      const tag = poly1305(message, oneTimeKey);
      const aead = (data: Uint8Array): Uint8Array => bulk?.chachaTag(key, nonce, data) ?? new Uint8Array(16);
      expect(poly1305MatchesByAead(oneTimeKey, message, tag, aead)).toBe(true);
      tag[length % 16] = (tag[length % 16] as number) ^ (1 << (length % 8));
      expect(poly1305MatchesByAead(oneTimeKey, message, tag, aead)).toBe(false);
    }
  });

  test('sums at the edge of the prime (RFC 8439 A.3 numbers 7 to 9)', () => {
    for (const [r, s, message, tag] of [
      [
        '01000000000000000000000000000000',
        '00'.repeat(16),
        'fffffffffffffffffffffffffffffffff0ffffffffffffffffffffffffffffff11000000000000000000000000000000',
        '05000000000000000000000000000000',
      ],
      [
        '01000000000000000000000000000000',
        '00'.repeat(16),
        'fffffffffffffffffffffffffffffffffbfefefefefefefefefefefefefefefe01010101010101010101010101010101',
        '00000000000000000000000000000000',
      ],
      ['02000000000000000000000000000000', '00'.repeat(16), 'fdffffffffffffffffffffffffffffff', 'faffffffffffffffffffffffffffffff'],
    ] as const) {
      const key = hex(r + s);
      // What the AEAD would give under this one-time key: its padded data and the lengths, through Poly1305.
      const aead = (data: Uint8Array): Uint8Array => {
        const lengths = Buffer.alloc(16);
        lengths.writeUInt32LE(data.length, 0);
        return poly1305(Buffer.concat([data, lengths]), key);
      };
      expect(poly1305MatchesByAead(key, hex(message), hex(tag), aead)).toBe(true);
      expect(poly1305Matches(whole(key), view(message + tag), 0, message.length / 2)).toBe(true);
    }
  });
});

test('counters wrap in both directions', () => {
  expect(toHex(addToCounter(hex('00ff'), 1))).toBe('0100');
  expect(toHex(addToCounter(hex('ffff'), 2))).toBe('0001');
  expect(toHex(addToCounter(hex('0001'), -2))).toBe('ffff');
  expect(toHex(addToCounter(hex('00000000'), 2 ** 40 + 5))).toBe('00000005');
  expect(toHex(addToCounter(hex('0100'), -256))).toBe('0000');
});
