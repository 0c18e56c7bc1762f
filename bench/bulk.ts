/** Decryption against the bare primitives: the same packets, in the same process. */
import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dissect, inMemory } from '../src/index.ts';
import { SecretStore } from '../src/secrets/store.ts';
import type { Openable } from './encrypted.ts';
import { median } from './measure.ts';

/** Opens one packet and throws the result away. */
type Raw = (packet: Uint8Array) => void;

/** What a suite costs with node:crypto alone: one call of its objects for each packet, as any program would make. Keys do not matter for that. */
export const RAW: Readonly<Record<string, () => Raw>> = {
  'aes128-ctr + hmac-sha2-256-etm': () => {
    const cipher = createDecipheriv('aes-128-ctr', new Uint8Array(16), new Uint8Array(16));
    const sequence = new Uint8Array(4);
    return (packet) => {
      createHmac('sha256', new Uint8Array(32)).update(sequence).update(packet.subarray(0, -32)).digest();
      cipher.update(packet.subarray(4, -32));
    };
  },
  'aes256-gcm': () => (packet) => {
    const cipher = createDecipheriv('aes-256-gcm', new Uint8Array(32), new Uint8Array(12));
    cipher.setAAD(packet.subarray(0, 4));
    cipher.update(packet.subarray(4, -16));
    // The tag of a cipher object costs the same as its comparison, and does not throw.
    createCipheriv('aes-256-gcm', new Uint8Array(32), new Uint8Array(12)).final();
  },
  'chacha20-poly1305': () => (packet) => {
    createDecipheriv('chacha20', new Uint8Array(32), new Uint8Array(16)).update(packet.subarray(0, 4));
    const cipher = createCipheriv('chacha20-poly1305', new Uint8Array(32), new Uint8Array(12), { authTagLength: 16 });
    cipher.update(packet.subarray(4, -16));
    cipher.final();
  },
};

/** Medians in seconds of dissecting `openable` with its secrets and of opening the same packets bare, in turn. */
export async function againstRaw(openable: Openable, raw: () => Raw, runs: number): Promise<{ ours: number; bare: number; megabytes: number }> {
  const file = new Uint8Array(readFileSync(openable.capture));
  const secrets = () => {
    const store = new SecretStore();
    store.add(new Uint8Array(readFileSync(openable.keylog)), 'keylog');
    return store;
  };
  const packets: Uint8Array[] = [];
  await dissect(inMemory(file), { packet: (p) => (p.encrypted ? packets.push(p.space.bytes) : 0) }, { secrets: secrets() });
  const ours: number[] = [];
  const bare: number[] = [];
  for (let i = 0; i <= runs; i++) {
    const start = performance.now();
    await dissect(inMemory(file), { packet: () => undefined }, { secrets: secrets() });
    const middle = performance.now();
    const open = raw();
    for (const packet of packets) open(packet);
    const end = performance.now();
    if (i === 0) continue; // a warm-up
    ours.push((middle - start) / 1000);
    bare.push((end - middle) / 1000);
  }
  return { ours: median(ours), bare: median(bare), megabytes: packets.reduce((n, p) => n + p.length, 0) / 1e6 };
}
