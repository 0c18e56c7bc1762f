/** Seals packets under the keys of a recording, so that what is changed in them arrives with a right MAC. */
import { createCipheriv } from 'node:crypto';
import { constants, deflateSync } from 'node:zlib';
import { CHACHA } from '../../bench/sealed.ts';
import { cipher } from '../../src/ssh/crypto/ciphers.ts';
import { mac as macRow } from '../../src/ssh/crypto/macs.ts';
import { primitives } from '../../src/ssh/crypto/native.ts';
import type { PacketCipher } from '../../src/ssh/crypto/opener.ts';
import { CIPHER_OPENERS, makeMac } from '../../src/ssh/crypto/openers.ts';
import type { BlockCipherName } from '../../src/ssh/crypto/primitives.ts';
import { type KeySource, keyLengths, keyOf, LETTERS_OF } from '../../src/ssh/keys.ts';
import type { DirectionAlgorithms } from '../../src/ssh/negotiate.ts';
import { concat } from '../support/packets.ts';
import { u32 } from '../support/two-ends.ts';

/** packet_length, padding_length, payload and padding in, the bytes on the wire out. */
export type Seal = (sequence: number, plain: Uint8Array) => Uint8Array;

/** The block ciphers of the names in CBC mode, by the beginning of their names. */
const BLOCK_CIPHERS: readonly (readonly [start: string, name: BlockCipherName])[] = [
  ['aes', 'aes'],
  ['rijndael', 'aes'],
  ['3des', '3des'],
  ['des', 'des'],
  ['blowfish', 'blowfish'],
  ['cast128', 'cast128'],
  ['twofish', 'twofish'],
  ['serpent', 'serpent'],
  ['idea', 'idea'],
  ['seed', 'seed'],
  ['camellia', 'camellia'],
];

/** What seals the packets of one direction, and the block that they are padded to; whether their length counts to it. */
export interface Sealing {
  readonly seal: Seal;
  readonly block: number;
  readonly lengthInBlock: boolean;
}

/** Packets in clear (RFC 4253 section 6). */
export const CLEAR: Sealing = { seal: (_, plain) => plain, block: 8, lengthInBlock: true };

/** The sealing of what `side` sends under `algorithms` with keys from `source`. */
export function sealingOf(side: 'c' | 's', algorithms: DirectionAlgorithms, source: KeySource): Sealing {
  const letters = LETTERS_OF[side === 'c' ? 'client' : 'server'];
  const lengths = keyLengths(algorithms);
  const name = algorithms.cipher ?? 'none';
  const row = cipher(name);
  const block = Math.max(8, row?.blockLength ?? 8);
  const keys = { iv: keyOf(source, letters.iv, lengths.iv), key: keyOf(source, letters.key, lengths.key), mac: keyOf(source, letters.mac, lengths.mac) };
  if (name.startsWith('chacha20')) return { seal: CHACHA.seal(keys), block: 8, lengthInBlock: false };
  if (row?.aead === true) return { seal: gcm(keys.key, keys.iv), block: 16, lengthInBlock: false };
  const encrypt = name.includes('-cbc') ? cbc(name, keys.key, keys.iv) : stream(name, keys.key, keys.iv);
  const tags = algorithms.mac === undefined ? undefined : makeMac(algorithms.mac, keys.mac);
  const etm = macRow(algorithms.mac ?? 'none')?.etm === true;
  return {
    seal: composed(encrypt, tags === undefined ? undefined : (n, data) => tags.tag(n, data).subarray(0, tags.tagLength), etm),
    block,
    lengthInBlock: !etm,
  };
}

type Encrypt = (plain: Uint8Array) => Uint8Array;

function composed(encrypt: Encrypt, tag: ((sequence: number, data: Uint8Array) => Uint8Array) | undefined, etm: boolean): Seal {
  return (sequence, plain) => {
    const sealed = etm ? concat(plain.subarray(0, 4), encrypt(plain.subarray(4))) : encrypt(plain);
    return tag === undefined ? sealed : concat(sealed, tag(sequence, etm ? sealed : plain));
  };
}

/** What XORs a key stream seals as it opens. */
function stream(name: string, key: Uint8Array, iv: Uint8Array): Encrypt {
  const start = CIPHER_OPENERS.get(name);
  if (start === undefined) throw new Error(`no stream cipher ${name}`);
  const running: PacketCipher = start(primitives, key, iv);
  return (plain) => running.decrypt(plain, 0, plain.length);
}

/** CBC (SP 800-38A section 6.2), the IV carried on; what is no whole block at the end stays as it is. */
function cbc(name: string, key: Uint8Array, iv: Uint8Array): Encrypt {
  const known = BLOCK_CIPHERS.find(([start]) => name.startsWith(start));
  if (known === undefined) throw new Error(`no block cipher ${name}`);
  const ecb = primitives.ecb(known[1], key);
  let last = iv;
  return (plain) => {
    const out = plain.slice();
    for (let at = 0; at + iv.length <= plain.length; at += iv.length) {
      last = ecb(Uint8Array.from(last, (b, i) => b ^ (plain[at + i] as number)));
      out.set(last, at);
    }
    return out;
  };
}

function gcm(key: Uint8Array, iv: Uint8Array): Seal {
  const nonce = iv.slice();
  const view = new DataView(nonce.buffer);
  return (_, plain) => {
    const object = createCipheriv(key.length === 16 ? 'aes-128-gcm' : 'aes-256-gcm', key, nonce);
    object.setAAD(plain.subarray(0, 4));
    const sealed = concat(plain.subarray(0, 4), object.update(plain.subarray(4)), object.final(), object.getAuthTag());
    view.setBigUint64(4, view.getBigUint64(4) + 1n);
    return sealed;
  };
}

/** A packet around `payload` as `sealing` wants it padded. */
export function plainPacket(payload: Uint8Array, { block, lengthInBlock }: Sealing): Uint8Array {
  const counted = payload.length + (lengthInBlock ? 5 : 1);
  const padding = 4 + ((block - ((counted + 4) % block)) % block);
  return concat(u32(1 + payload.length + padding), Uint8Array.of(padding), payload, new Uint8Array(padding));
}

/** One zlib stream over all payloads, flushed behind each (RFC 4253 section 6.2): its header once, then blocks that refer to nothing before. */
export function deflater(): (payload: Uint8Array) => Uint8Array {
  let header = 0;
  // What is said again and again is compressed once.
  const known = new WeakMap<Uint8Array, Uint8Array>();
  return (payload) => {
    const whole = known.get(payload) ?? new Uint8Array(deflateSync(payload, { finishFlush: constants.Z_SYNC_FLUSH }));
    known.set(payload, whole);
    const out = whole.subarray(header);
    header = 2;
    return out;
  };
}
