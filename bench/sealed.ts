/** The sender's side of three cipher suites, for benchmark captures: packets sealed by node:crypto under the keys of a recorded session. */
import { createCipheriv, createHmac } from 'node:crypto';
import { poly1305 } from '@noble/ciphers/_poly1305.js';

/** IV, encryption key and integrity key of one direction. */
export interface Keys {
  readonly iv: Uint8Array;
  readonly key: Uint8Array;
  readonly mac: Uint8Array;
}

/** Seals one packet: packet_length, padding_length, payload and padding in, the bytes on the wire out. */
export type Seal = (sequence: number, plain: Uint8Array) => Uint8Array;

/** A cipher suite of the benchmark and the fixture whose handshake agrees on it. */
export interface Suite {
  readonly name: string;
  readonly fixture: string;
  /** Whether packet_length counts towards the block that is padded. */
  readonly lengthInBlock: boolean;
  readonly block: number;
  seal(keys: Keys): Seal;
}

function aes128CtrEtm(keys: Keys): Seal {
  const cipher = createCipheriv('aes-128-ctr', keys.key, keys.iv);
  return (sequence, plain) => {
    const packet = Buffer.concat([plain.subarray(0, 4), cipher.update(plain.subarray(4))]);
    return Buffer.concat([packet, createHmac('sha256', keys.mac).update(counter(sequence)).update(packet).digest()]);
  };
}

function aes256Gcm(keys: Keys): Seal {
  const iv = Uint8Array.from(keys.iv);
  const view = new DataView(iv.buffer);
  return (_, plain) => {
    const cipher = createCipheriv('aes-256-gcm', keys.key, iv);
    cipher.setAAD(plain.subarray(0, 4));
    const sealed = Buffer.concat([plain.subarray(0, 4), cipher.update(plain.subarray(4)), cipher.final(), cipher.getAuthTag()]);
    view.setBigUint64(4, view.getBigUint64(4) + 1n);
    return sealed;
  };
}

/** OpenSSH PROTOCOL.chacha20poly1305: one key for the length, one for the rest, block 0 of the latter keys Poly1305. */
function chacha(keys: Keys): Seal {
  const [main, head] = [keys.key.subarray(0, 32), keys.key.subarray(32)];
  return (sequence, plain) => {
    const nonce = new Uint8Array(8);
    new DataView(nonce.buffer).setUint32(4, sequence);
    const stream = (key: Uint8Array, block: number) => createCipheriv('chacha20', key, Uint8Array.of(block, 0, 0, 0, 0, 0, 0, 0, ...nonce));
    const packet = Buffer.concat([stream(head, 0).update(plain.subarray(0, 4)), stream(main, 1).update(plain.subarray(4))]);
    return Buffer.concat([packet, poly1305(new Uint8Array(packet), new Uint8Array(stream(main, 0).update(new Uint8Array(32))))]);
  };
}

function counter(sequence: number): Uint8Array {
  return Uint8Array.of(sequence >>> 24, sequence >>> 16, sequence >>> 8, sequence);
}

export const SUITES: readonly Suite[] = [
  { name: 'aes128-ctr + hmac-sha2-256-etm', fixture: 'cipher-aes128-ctr-etm', lengthInBlock: false, block: 16, seal: aes128CtrEtm },
  { name: 'aes256-gcm', fixture: 'cipher-aes256-gcm', lengthInBlock: false, block: 16, seal: aes256Gcm },
  { name: 'chacha20-poly1305', fixture: 'cipher-chacha20', lengthInBlock: false, block: 8, seal: chacha },
];
