/** The cipher suites of the benchmark captures: packets sealed, and opened as barely as can be, by node:crypto. */
import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';
import { poly1305 } from '@noble/ciphers/_poly1305.js';

/** IV, encryption key and integrity key of one direction. */
export interface Keys {
  readonly iv: Uint8Array;
  readonly key: Uint8Array;
  readonly mac: Uint8Array;
}

/** Opens one packet, in its order, with bare calls of node:crypto; true when its MAC or tag is right. */
export type Unseal = (sequence: number, packet: Uint8Array) => boolean;

/** Seals one packet: packet_length, padding_length, payload and padding in, the bytes on the wire out. */
export type Seal = (sequence: number, plain: Uint8Array) => Uint8Array;

/** A cipher suite of the benchmark. */
export interface Suite {
  readonly name: string;
  /** The same in names of files. */
  readonly file: string;
  /** Names as negotiated. */
  readonly cipher: string;
  readonly mac: string;
  /** Whether packet_length counts towards the block that is padded. */
  readonly lengthInBlock: boolean;
  readonly block: number;
  seal(keys: Keys): Seal;
  unseal(keys: Keys): Unseal;
}

function aes128CtrEtm(keys: Keys): Seal {
  const cipher = createCipheriv('aes-128-ctr', keys.key, keys.iv);
  return (sequence, plain) => {
    const packet = Buffer.concat([plain.subarray(0, 4), cipher.update(plain.subarray(4))]);
    return Buffer.concat([packet, createHmac('sha256', keys.mac).update(counter(sequence)).update(packet).digest()]);
  };
}

function aes128CtrEtmBare(keys: Keys): Unseal {
  const cipher = createDecipheriv('aes-128-ctr', keys.key, keys.iv);
  return (sequence, packet) => {
    const sealed = packet.subarray(0, -32);
    cipher.update(sealed.subarray(4));
    return createHmac('sha256', keys.mac).update(counter(sequence)).update(sealed).digest().equals(packet.subarray(-32));
  };
}

/** Encrypt-and-MAC: over the packet in clear. */
function aes128Ctr(keys: Keys): Seal {
  const cipher = createCipheriv('aes-128-ctr', keys.key, keys.iv);
  return (sequence, plain) => Buffer.concat([cipher.update(plain), createHmac('sha256', keys.mac).update(counter(sequence)).update(plain).digest()]);
}

function aes128CtrBare(keys: Keys): Unseal {
  const cipher = createDecipheriv('aes-128-ctr', keys.key, keys.iv);
  return (sequence, packet) => {
    const plain = cipher.update(packet.subarray(0, -32));
    return createHmac('sha256', keys.mac).update(counter(sequence)).update(plain).digest().equals(packet.subarray(-32));
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

function aes256GcmBare(keys: Keys): Unseal {
  const iv = Uint8Array.from(keys.iv);
  const view = new DataView(iv.buffer);
  return (_, packet) => {
    const cipher = createDecipheriv('aes-256-gcm', keys.key, iv);
    cipher.setAAD(packet.subarray(0, 4));
    cipher.setAuthTag(packet.subarray(-16));
    cipher.update(packet.subarray(4, -16));
    cipher.final(); // throws when the tag differs
    view.setBigUint64(4, view.getBigUint64(4) + 1n);
    return true;
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

/**
 * node:crypto has no Poly1305 alone: as one pass of it the tag of its AEAD over the packet is taken, which is another number. So
 * this one only looks at the length that comes out.
 */
function chachaBare(keys: Keys): Unseal {
  const [main, head] = [keys.key.subarray(0, 32), keys.key.subarray(32)];
  const nonce = new Uint8Array(12);
  const zero = new Uint8Array(64);
  return (sequence, packet) => {
    nonce.set(counter(sequence), 8);
    const length = createDecipheriv('chacha20', head, Uint8Array.of(0, 0, 0, 0, ...nonce)).update(packet.subarray(0, 4));
    const stream = createDecipheriv('chacha20', main, Uint8Array.of(0, 0, 0, 0, ...nonce));
    stream.update(zero); // block 0 keys Poly1305
    stream.update(packet.subarray(4, -16));
    const tag = createCipheriv('chacha20-poly1305', main, nonce, { authTagLength: 16 });
    tag.setAAD(packet.subarray(0, -16), { plaintextLength: 0 });
    tag.final();
    tag.getAuthTag();
    return length.readUint32BE(0) === packet.length - 20;
  };
}

function counter(sequence: number): Uint8Array {
  return Uint8Array.of(sequence >>> 24, sequence >>> 16, sequence >>> 8, sequence);
}

const AES_CTR = { cipher: 'aes128-ctr', block: 16 };

export const CTR_ETM: Suite = {
  ...AES_CTR,
  name: 'aes128-ctr + hmac-sha2-256-etm',
  file: 'aes128-ctr-etm',
  mac: 'hmac-sha2-256-etm@openssh.com',
  lengthInBlock: false,
  seal: aes128CtrEtm,
  unseal: aes128CtrEtmBare,
};
export const CTR: Suite = {
  ...AES_CTR,
  name: 'aes128-ctr + hmac-sha2-256',
  file: 'aes128-ctr',
  mac: 'hmac-sha2-256',
  lengthInBlock: true,
  seal: aes128Ctr,
  unseal: aes128CtrBare,
};
export const GCM: Suite = {
  name: 'aes256-gcm',
  file: 'aes256-gcm',
  cipher: 'aes256-gcm@openssh.com',
  mac: 'hmac-sha2-256',
  lengthInBlock: false,
  block: 16,
  seal: aes256Gcm,
  unseal: aes256GcmBare,
};
export const CHACHA: Suite = {
  name: 'chacha20-poly1305',
  file: 'chacha20',
  cipher: 'chacha20-poly1305@openssh.com',
  mac: 'hmac-sha2-256',
  lengthInBlock: false,
  block: 8,
  seal: chacha,
  unseal: chachaBare,
};
