/** The sender's side of SSH's binary packet protocol, by other means than the openers: node:crypto's objects and plain loops over single blocks. */
import { createCipheriv, createHmac } from 'node:crypto';
import { poly1305 } from '@noble/ciphers/_poly1305.js';
import { cipher } from '../../../src/ssh/crypto/ciphers.ts';
import { mac } from '../../../src/ssh/crypto/macs.ts';
import { makeMac } from '../../../src/ssh/crypto/openers.ts';
import { portable } from '../../../src/ssh/crypto/portable.ts';
import type { BlockCipherName } from '../../../src/ssh/crypto/primitives.ts';

export interface Keys {
  readonly cipher: string;
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
  readonly mac: string | undefined;
  readonly macKey: Uint8Array;
}

/** Bytes that look random and are the same in every run. */
export function noise(length: number, seed = 1): Uint8Array {
  let x = seed * 2654435761;
  return Uint8Array.from({ length }, () => {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    return x >>> 24;
  });
}

/** Keys of the right lengths for a cipher and a MAC. */
export function keysFor(cipherName: string, macName: string | undefined): Keys {
  const row = cipher(cipherName);
  if (row === undefined) throw new Error(cipherName);
  return {
    cipher: cipherName,
    key: noise(row.keyLength, 3),
    iv: noise(row.ivLength, 4),
    mac: macName,
    macKey: noise(macName === undefined ? 0 : (mac(macName)?.keyLength ?? 0), 5),
  };
}

const BASE: readonly (readonly [RegExp, BlockCipherName])[] = [
  [/^(aes|rijndael)/, 'aes'],
  [/^3des/, '3des'],
  [/^des/, 'des'],
  [/^blowfish/, 'blowfish'],
  [/^cast128/, 'cast128'],
  [/^twofish/, 'twofish'],
  [/^serpent/, 'serpent'],
  [/^idea/, 'idea'],
  [/^seed/, 'seed'],
  [/^camellia/, 'camellia'],
];

type Encrypt = (plain: Uint8Array) => Uint8Array;

function encryptor(keys: Keys): Encrypt {
  const name = BASE.find(([re]) => re.test(keys.cipher))?.[1];
  if (name !== undefined && keys.cipher.includes('-ctr')) return counterMode(portable.ecb(name, keys.key), keys.iv);
  if (name !== undefined && keys.cipher.includes('-cbc')) return chaining(portable.ecb(name, keys.key), keys.iv);
  if (keys.cipher.startsWith('arcfour')) return rc4(keys.key, keys.cipher === 'arcfour' ? 0 : 1536);
  if (keys.cipher === 'none') return (plain) => plain;
  throw new Error(`no way to seal ${keys.cipher}`);
}

function counterMode(ecb: Encrypt, iv: Uint8Array): Encrypt {
  let counter = BigInt(`0x${Buffer.from(iv).toString('hex')}`);
  const next = (): string => (counter++ & ((1n << BigInt(8 * iv.length)) - 1n)).toString(16).padStart(2 * iv.length, '0');
  return (plain) => {
    const counters = Array.from({ length: plain.length / iv.length }, next).join('');
    const stream = ecb(new Uint8Array(Buffer.from(counters, 'hex')));
    return plain.map((b, i) => b ^ (stream[i] as number));
  };
}

function chaining(ecb: Encrypt, iv: Uint8Array): Encrypt {
  let previous = iv;
  return (plain) => {
    const out = new Uint8Array(plain.length);
    for (let at = 0; at < out.length; at += iv.length) {
      previous = ecb(plain.subarray(at, at + iv.length).map((b, i) => b ^ (previous[i] as number)));
      out.set(previous, at);
    }
    return out;
  };
}

function rc4(key: Uint8Array, discard: number): Encrypt {
  const s = Array.from({ length: 256 }, (_, i) => i);
  const at = (i: number): number => s[i & 255] as number;
  const swap = (i: number, j: number): void => {
    [s[i], s[j]] = [at(j), at(i)];
  };
  for (let i = 0, j = 0; i < 256; i++) {
    j = (j + at(i) + (key[i % key.length] as number)) & 255;
    swap(i, j);
  }
  let [i, j] = [0, 0];
  const next = (): number => {
    i = (i + 1) & 255;
    j = (j + at(i)) & 255;
    swap(i, j);
    return at(at(i) + at(j));
  };
  for (let n = 0; n < discard; n++) next();
  return (plain) => plain.map((b) => b ^ next());
}

function uint32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

/** The MAC by node:crypto, and by our own code for UMAC, which has its vectors. */
function tagOf(keys: Keys, sequence: number, data: Uint8Array): Uint8Array {
  const row = mac(keys.mac ?? 'none');
  if (row === undefined || row.family === 'none') return new Uint8Array(0);
  if (row.family === 'umac') return new Uint8Array(makeMac(row.name, keys.macKey, portable)?.tag(sequence, data) ?? []);
  return new Uint8Array(
    createHmac(row.hash ?? '', keys.macKey)
      .update(uint32(sequence))
      .update(data)
      .digest(),
  ).subarray(0, row.tagLength);
}

/** Seals packets one after the other, as the sender does; `plain` is packet_length to padding. */
export function sealer(keys: Keys): (sequence: number, plain: Uint8Array) => Uint8Array {
  if (/gcm/i.test(keys.cipher)) return gcm(keys);
  if (keys.cipher.startsWith('chacha')) return chacha(keys);
  const encrypt = encryptor(keys);
  const etm = mac(keys.mac ?? 'none')?.etm === true;
  return (sequence, plain) => {
    if (!etm) return Buffer.concat([encrypt(plain), tagOf(keys, sequence, plain)]);
    const sent = Buffer.concat([plain.subarray(0, 4), encrypt(plain.subarray(4))]);
    return Buffer.concat([sent, tagOf(keys, sequence, sent)]);
  };
}

function gcm(keys: Keys): (sequence: number, plain: Uint8Array) => Uint8Array {
  const iv = Buffer.from(keys.iv);
  return (_sequence, plain) => {
    const object = createCipheriv(keys.key.length === 16 ? 'aes-128-gcm' : 'aes-256-gcm', keys.key, iv);
    object.setAAD(plain.subarray(0, 4));
    const sealed = Buffer.concat([plain.subarray(0, 4), object.update(plain.subarray(4)), object.final()]);
    iv.writeBigUInt64BE((iv.readBigUInt64BE(4) + 1n) & ((1n << 64n) - 1n), 4);
    return Buffer.concat([sealed, object.getAuthTag()]);
  };
}

function chacha(keys: Keys): (sequence: number, plain: Uint8Array) => Uint8Array {
  const run = (key: Uint8Array, counter: number, sequence: number, data: Uint8Array): Uint8Array =>
    createCipheriv('chacha20', key, Buffer.concat([Uint8Array.of(counter, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), uint32(sequence)])).update(data);
  const [main, header] = [keys.key.subarray(0, 32), keys.key.subarray(32)];
  return (sequence, plain) => {
    const sent = Buffer.concat([run(header, 0, sequence, plain.subarray(0, 4)), run(main, 1, sequence, plain.subarray(4))]);
    return Buffer.concat([sent, poly1305(sent, run(main, 0, sequence, new Uint8Array(32)))]);
  };
}

/** A packet in clear that is `length` bytes long from packet_length to the end of the padding. */
export function packet(length: number, seed: number): Uint8Array {
  const out = noise(length, seed);
  out.set(uint32(length - 4));
  out[4] = 4;
  return out;
}
