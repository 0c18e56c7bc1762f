/** Both ends of a key exchange, made in the test: what they sent as a transcript, signed by a host key of OpenSSL. */
import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { kexMethod } from '../../src/ssh/kex/index.ts';
import type { KexMethod } from '../../src/ssh/kex/method.ts';
import { TranscriptBuilder } from '../../src/ssh/kex/transcript.ts';
import { concat } from './packets.ts';
import { SAMPLES } from './samples.ts';

export const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

/** uint32, string and mpint of RFC 4251 section 5, written here by hand. */
export const u32 = (n: number): Uint8Array => Uint8Array.of(n >>> 24, n >>> 16, n >>> 8, n);
export const str = (bytes: Uint8Array): Uint8Array => concat(u32(bytes.length), bytes);
export const mp = (unsigned: Uint8Array): Uint8Array => {
  let at = 0;
  while (at < unsigned.length && unsigned[at] === 0) at++;
  const digits = unsigned.subarray(at);
  return str((digits[0] ?? 0) & 0x80 ? concat(Uint8Array.of(0), digits) : digits);
};

const HOST_KEY = createPrivateKey({
  key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, 7)]),
  format: 'der',
  type: 'pkcs8',
});
const HOST_PUBLIC = new Uint8Array(createPublicKey(HOST_KEY).export({ format: 'der', type: 'spki' }).subarray(-32));

/** K_S. */
export const K_S = concat(str(ascii('ssh-ed25519')), str(HOST_PUBLIC));

/** The signature blob of the host key over `message`. */
export function signed(message: Uint8Array): Uint8Array {
  return concat(str(ascii('ssh-ed25519')), str(new Uint8Array(sign(null, message, HOST_KEY))));
}

const [I_C = new Uint8Array(0), I_S = new Uint8Array(0)] = SAMPLES.filter((s) => s.payload[0] === 20).map((s) => s.payload);

export { I_C, I_S };

export const V_C = ascii('SSH-2.0-OpenSSH_9.2p1 Debian-2');
export const V_S = ascii('SSH-2.0-lab_1.0 test');
export const GREETING = ['Welcome to the lab', 'No entry'];

/** `payload` as a packet with eight bytes of padding. */
export function packet(payload: Uint8Array): Uint8Array {
  return concat(u32(payload.length + 9), Uint8Array.of(8), payload, new Uint8Array(8).fill(0xaa));
}

/** What is said in an exchange: payloads of the messages 30 to 49, message number first. */
export interface Said {
  readonly kex: string;
  readonly messages: readonly Uint8Array[];
  readonly discarded?: readonly Uint8Array[];
}

export function methodOf(kex: string): KexMethod {
  const method = kexMethod(kex);
  if (method === undefined) throw new Error(`no method ${kex}`);
  return method;
}

/** The transcript of what was said, with the identification strings and KEXINITs of this file. */
export function transcriptOf({ kex, messages, discarded = [] }: Said): TranscriptBuilder {
  const t = new TranscriptBuilder();
  t.identification('client', V_C, concat(V_C, ascii('\r\n')));
  t.identification('server', V_S, concat(ascii(GREETING.map((line) => `${line}\r\n`).join('')), V_S, ascii('\r\n')));
  t.kexinit('client', I_C, packet(I_C));
  t.kexinit('server', I_S, packet(I_S));
  for (const [list, out] of [
    [discarded, true],
    [messages, false],
  ] as const)
    for (const payload of list) {
      const def = methodOf(kex).messages.find((m) => m.number === payload[0]);
      if (def === undefined) throw new Error(`${kex} has no message ${payload[0]}`);
      t.message(def, payload, out);
    }
  return t;
}
