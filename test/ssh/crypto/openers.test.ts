import { CIPHERS, cipher } from '../../../src/ssh/crypto/ciphers.ts';
import { MACS, mac } from '../../../src/ssh/crypto/macs.ts';
import { primitives as native } from '../../../src/ssh/crypto/native.ts';
import type { Opener } from '../../../src/ssh/crypto/opener.ts';
import { AEAD_OPENERS, CIPHER_OPENERS, makeOpener } from '../../../src/ssh/crypto/openers.ts';
import { portable } from '../../../src/ssh/crypto/portable.ts';
import type { Primitives } from '../../../src/ssh/crypto/primitives.ts';
import { type Keys, keysFor, noise, packet, sealer } from './seal.ts';

type Suite = readonly [cipher: string, mac: string | undefined];

const SUITES: readonly Suite[] = [
  ...CIPHERS.filter((row) => row.aead).map((row): Suite => [row.name, undefined]),
  ...CIPHERS.filter((row) => !row.aead).flatMap((row): Suite[] => [
    [row.name, 'hmac-sha1'],
    [row.name, 'hmac-sha2-256-etm@openssh.com'],
  ]),
  ...MACS.filter((row) => row.family !== 'aead').map((row): Suite => ['aes128-ctr', row.name]),
  ...MACS.filter((row) => row.family === 'umac').map((row): Suite => ['aes128-cbc', row.name]),
];

/** Short ones in a row, one on each side of every threshold, long ones, short ones again. */
const BLOCKS = [1, 1, 2, 5, 7, 8, 9, 47, 48, 49, 63, 64, 65, 66, 5, 130, 2, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5];

function make(keys: Keys, primitives: Primitives): Opener {
  const opener = makeOpener(keys, primitives);
  if (opener === undefined) throw new Error(`no opener for ${keys.cipher}, ${keys.mac}`);
  return opener;
}

/** The plain packets of a conversation: their lengths are those that the cipher and the kind of MAC allow. */
function plains(keys: Keys, blocks: readonly number[] = BLOCKS): Uint8Array[] {
  const row = cipher(keys.cipher);
  const block = Math.max(16, row?.blockLength ?? 0);
  const aside = row?.aead === true || mac(keys.mac ?? '')?.etm === true ? 4 : 0;
  return blocks.map((n, i) => packet(aside + n * block, i + 1));
}

interface Sent {
  readonly plain: Uint8Array;
  readonly sealed: Uint8Array;
}

const conversations = new Map<string, readonly Sent[]>();

/** The packets of a conversation from sequence number 2^32 - 20 on; sealed once for both implementations. */
function conversation(keys: Keys): readonly Sent[] {
  const name = `${keys.cipher} ${keys.mac}`;
  const seal = sealer(keys);
  const sent = conversations.get(name) ?? plains(keys).map((plain, i) => ({ plain, sealed: new Uint8Array(seal((2 ** 32 - 20 + i) % 2 ** 32, plain)) }));
  conversations.set(name, sent);
  return sent;
}

/** One bit wrong in the text, the tag's first or last byte, or another sequence number: not authentic. */
function refuses(opener: Opener, sequence: number, sealed: Uint8Array, cipherName: string): void {
  for (const at of [sealed.length - 1, sealed.length - opener.tailLength, opener.headLength]) {
    const altered = sealed.slice();
    altered[at] = (altered[at] as number) ^ 0x10;
    expect(opener.clone().open(sequence, altered).authentic).toBe(false);
  }
  // The sequence number does not go into GCM.
  expect(opener.clone().open((sequence + 1) % 2 ** 32, sealed).authentic).toBe(/gcm/i.test(cipherName));
}

test('every cipher has an opener, and every opener a cipher', () => {
  expect([...CIPHER_OPENERS.keys(), ...AEAD_OPENERS.keys()].toSorted()).toEqual(CIPHERS.map((row) => row.name).toSorted());
});

describe.each([native, portable])('with $name primitives', (primitives) => {
  test.each(SUITES)('%s with %s opens what another program sealed', (cipherName, macName) => {
    const keys = keysFor(cipherName, macName);
    const opener = make(keys, primitives);
    // Sequence numbers wrap on the way.
    const from = 2 ** 32 - 20;
    conversation(keys).forEach(({ plain, sealed }, i) => {
      const sequence = (from + i) % 2 ** 32;
      const head = sealed.subarray(0, opener.headLength);
      expect(opener.length(sequence, head)).toBe(plain.length - 4);
      opener.length(sequence, noise(opener.headLength, i));
      expect(opener.length(sequence, head)).toBe(plain.length - 4);
      expect(sealed.length).toBe(plain.length + opener.tailLength);
      if (opener.tailLength > 0 && i % 7 === 0) refuses(opener, sequence, sealed, cipherName);
      // By itself, or among other bytes.
      const start = i % 5;
      const bytes = start === 0 ? sealed.slice() : new Uint8Array(Buffer.concat([noise(start), sealed, noise(i)]));
      const before = bytes.slice();
      expect(opener.length(sequence, bytes, start)).toBe(plain.length - 4);
      const opened = start === 0 ? opener.open(sequence, bytes) : opener.open(sequence, bytes, start, start + sealed.length);
      expect(Buffer.compare(opened.plain, plain)).toBe(0);
      expect(opened.authentic).toBe(true);
      expect(Buffer.compare(bytes, before)).toBe(0);
    });
  });

  test.each(SUITES)('%s with %s goes on after packets that are not there', (cipherName, macName) => {
    const keys = keysFor(cipherName, macName);
    const opener = make(keys, primitives);
    const sent = conversation(keys);
    const open = (o: Opener, i: number): void => {
      const one = sent[i] as Sent;
      const opened = o.open((2 ** 32 - 20 + i) % 2 ** 32, one.sealed);
      expect(opened.authentic).toBe(true);
      expect(Buffer.compare(opened.plain, one.plain)).toBe(0);
    };
    for (let i = 0; i < 3; i++) open(opener, i);
    const copy = opener.clone();
    const lost = sent.slice(3, 19);
    const bytes = lost.reduce((sum, { sealed }) => sum + sealed.length, 0);
    expect(opener.skip(bytes, lost.length, lost.at(-1)?.sealed ?? new Uint8Array(0))).toBe(true);
    for (let i = 19; i < 22; i++) open(opener, i);
    // The copy stands where it stood.
    for (let i = 3; i < 6; i++) open(copy, i);
  });

  test.each([
    ['aes128-ctr', 'hmac-sha2-256-etm@openssh.com'],
    ['aes192-ctr', 'umac-64@openssh.com'],
    ['aes128-cbc', 'umac-128-etm@openssh.com'],
    ['aes256-gcm@openssh.com', undefined],
    ['chacha20-poly1305@openssh.com', undefined],
    ['arcfour256', 'hmac-md5-96'],
  ])('%s with %s opens packets as long as OpenSSH makes them', (cipherName, macName) => {
    const keys = keysFor(cipherName, macName);
    const seal = sealer(keys);
    const opener = make(keys, primitives);
    plains(keys, [5, 2049, 5, 2049, 16_383, 1]).forEach((plain, i) => {
      const sealed = new Uint8Array(seal(i, plain));
      const altered = sealed.slice();
      altered[20_000 % sealed.length] = (altered[20_000 % sealed.length] as number) ^ 1;
      expect(opener.clone().open(i, altered).authentic).toBe(false);
      const opened = opener.open(i, sealed);
      expect(opened.authentic).toBe(true);
      expect(Buffer.compare(opened.plain, plain)).toBe(0);
    });
  });

  test('a key taken later than the packets: counter mode and GCM go back', () => {
    for (const name of ['aes256-ctr', 'camellia128-ctr', '3des-ctr', 'aes256-gcm@openssh.com']) {
      const keys = keysFor(name, 'hmac-sha2-256');
      const seal = sealer(keys);
      const sealed = plains(keys)
        .slice(0, 9)
        .map((plain, i) => new Uint8Array(seal(i, plain)));
      const opener = make(keys, primitives);
      sealed.forEach((one, i) => {
        expect(opener.open(i, one).authentic).toBe(true);
      });
      const bytes = sealed.reduce((sum, one) => sum + one.length, 0);
      expect(opener.skip(-bytes, -sealed.length, new Uint8Array(0))).toBe(true);
      expect(opener.open(0, sealed[0] as Uint8Array).authentic).toBe(true);
    }
    const keys = keysFor('arcfour', 'hmac-md5');
    const opener = make(keys, primitives);
    opener.open(0, noise(5000));
    expect(opener.skip(-2000, 0, new Uint8Array(0))).toBe(false);
  });

  test('an IV whose counter wraps', () => {
    for (const name of ['aes128-ctr', 'aes128-gcm@openssh.com', 'cast128-ctr']) {
      const keys = { ...keysFor(name, 'hmac-sha1'), iv: new Uint8Array(cipher(name)?.ivLength ?? 0).fill(0xff) };
      const seal = sealer(keys);
      const opener = make(keys, primitives);
      plains(keys).forEach((plain, i) => {
        expect(opener.open(i, new Uint8Array(seal(i, plain))).authentic).toBe(true);
      });
    }
  });

  test.each(SUITES)('%s with %s takes any bytes without throwing', (cipherName, macName) => {
    const opener = make(keysFor(cipherName, macName), primitives);
    const sealed = opener.tailLength > 0;
    for (const length of [0, 1, 3, 4, 5, 7, 8, 15, 16, 17, 20, 33, 64, 100, 767, 800, 1500, 4097]) {
      const head = noise(length, length);
      expect(Number.isInteger(opener.length(length, head))).toBe(true);
      const opened = opener.open(length, head);
      expect(opened.plain.length).toBe(Math.max(0, length - opener.tailLength));
      if (sealed || length < 4) expect(opened.authentic).toBe(false);
      opener.skip(length, 1, head);
    }
  });
});

test('what cannot be opened has no opener', () => {
  const keys = keysFor('aes128-ctr', 'hmac-sha1');
  expect(makeOpener({ ...keys, cipher: 'rot13' })).toBeUndefined();
  expect(makeOpener({ ...keys, mac: 'crc32' })).toBeUndefined();
  expect(makeOpener({ ...keys, mac: 'AEAD_AES_128_GCM' })).toBeUndefined();
  expect(makeOpener({ ...keys, key: noise(17) })).toBeUndefined();
  expect(makeOpener({ ...keys, iv: noise(12) })).toBeUndefined();
  expect(makeOpener({ ...keys, mac: 'umac-64@openssh.com', macKey: noise(8) })).toBeUndefined();
  expect(makeOpener({ ...keys, mac: undefined })?.tailLength).toBe(0);
});
