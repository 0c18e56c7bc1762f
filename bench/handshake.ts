/** The clear part of a benchmark session: a curve25519 key exchange whose private value is known, so that tshark 4.0 can open what follows, too. */
import { createHash, createPrivateKey, createPublicKey, diffieHellman, type KeyObject, sign } from 'node:crypto';
import { type KeySource, keyLengths, keyOf, LETTERS_OF } from '../src/ssh/keys.ts';
import type { Side } from '../src/ssh/model.ts';
import { Writer } from '../src/wire/writer.ts';
import { byte, padded, payloadOf, raw, text, words } from './payload.ts';
import type { Keys, Suite } from './sealed.ts';

/** A handshake up to NEWKEYS, and the keys of what is sent after it. */
export interface Handshake {
  /** What the client (0) and the server (1) send. */
  readonly turns: readonly { readonly from: 0 | 1; readonly bytes: Uint8Array }[];
  readonly keys: Readonly<Record<Side, Keys>>;
  /** The key log: the client's private value, in the form of Wireshark 4.0. */
  readonly secrets: Uint8Array;
}

/** PKCS #8 in front of a private key of 32 bytes (RFC 8410). */
const ED25519 = '302e020100300506032b657004220420';
const X25519 = '302e020100300506032b656e04220420';

const CLIENT_VALUE = 0x31;
const CLIENT_COOKIE = 0xc1;

function privateKey(prefix: string, seed: number): KeyObject {
  return createPrivateKey({ key: Buffer.concat([Buffer.from(prefix, 'hex'), Buffer.alloc(32, seed)]), format: 'der', type: 'pkcs8' });
}

function publicBytes(key: KeyObject): Uint8Array {
  return new Uint8Array(createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32));
}

const VERSIONS = ['SSH-2.0-OpenSSH_9.2p1 Debian-2', 'SSH-2.0-OpenSSH_9.2p1 bench'] as const;

/** A KEXINIT with one algorithm for everything; without strict KEX, which tshark 4.0 does not know. */
function kexInit({ cipher, mac }: Suite, cookie: number): Uint8Array {
  const lists = ['curve25519-sha256', 'ssh-ed25519', cipher, cipher, mac, mac, 'none', 'none', '', ''];
  return payloadOf(byte(20), raw(new Uint8Array(16).fill(cookie)), ...lists.map((list) => text(list)), byte(0), words(0));
}

/** An mpint of an unsigned number (RFC 4251 section 5). */
function mpint(bytes: Uint8Array): Uint8Array {
  const digits = bytes.subarray(bytes.findIndex((b) => b !== 0));
  const w = new Writer();
  w.string((digits[0] ?? 0) & 0x80 ? Uint8Array.of(0, ...digits) : digits);
  return w.finish();
}

/** A handshake that agrees on `suite`. */
export function handshakeOf(suite: Suite): Handshake {
  const [host, client, server] = [privateKey(ED25519, 7), privateKey(X25519, CLIENT_VALUE), privateKey(X25519, 0x52)];
  const [qC, qS] = [publicBytes(client), publicBytes(server)];
  const [iC, iS] = [kexInit(suite, CLIENT_COOKIE), kexInit(suite, 0x5e)];
  const kS = payloadOf(text('ssh-ed25519'), text(publicBytes(host)));
  const k = mpint(new Uint8Array(diffieHellman({ privateKey: client, publicKey: createPublicKey(server) })));
  const hashed = payloadOf(...[...VERSIONS, iC, iS, kS, qC, qS].map((part) => text(part)), raw(k));
  const h = new Uint8Array(createHash('sha256').update(hashed).digest());
  const signature = payloadOf(text('ssh-ed25519'), text(new Uint8Array(sign(null, h, host))));
  const packets = [
    [0, iC],
    [1, iS],
    [0, payloadOf(byte(30), text(qC))],
    [1, payloadOf(byte(31), text(kS), text(qS), text(signature))],
    [1, payloadOf(byte(21))],
    [0, payloadOf(byte(21))],
  ] as const;
  const lines = ([0, 1] as const).map((from) => ({ from, bytes: new TextEncoder().encode(`${VERSIONS[from]}\r\n`) }));
  const hex = (value: number, times: number) => value.toString(16).repeat(times);
  return {
    turns: [...lines, ...packets.map(([from, payload]) => ({ from, bytes: padded(payload, 8, true) }))],
    keys: keysOf(suite, { hash: 'sha256', k, h, sessionId: h }),
    secrets: new TextEncoder().encode(`${hex(CLIENT_COOKIE, 16)} ${hex(CLIENT_VALUE, 32)}\n`),
  };
}

function keysOf({ cipher, mac }: Suite, source: KeySource): Record<Side, Keys> {
  const lengths = keyLengths({ cipher, mac, compression: 'none' });
  const of = (side: Side): Keys => {
    const letters = LETTERS_OF[side];
    return { iv: keyOf(source, letters.iv, lengths.iv), key: keyOf(source, letters.key, lengths.key), mac: keyOf(source, letters.mac, lengths.mac) };
  };
  return { client: of('client'), server: of('server') };
}
