/** Decryption against the bare primitives: the same packets, in the same process. */
import { readFileSync } from 'node:fs';
import { dissect, inMemory, type Sink } from '../src/index.ts';
import { SecretStore } from '../src/secrets/store.ts';
import type { Side } from '../src/ssh/model.ts';
import type { Openable } from './encrypted.ts';
import { handshakeOf } from './handshake.ts';
import { median } from './measure.ts';
import type { Suite } from './sealed.ts';

/** Medians in seconds: of dissecting without and with a taker of packets, and of opening the same packets bare. */
export interface Bulk {
  readonly summed: number;
  readonly packets: number;
  readonly bare: number;
  readonly megabytes: number;
}

/** A packet as it was sent. */
interface Sent {
  readonly side: Side;
  readonly sequence: number;
  readonly bytes: Uint8Array;
}

/** Dissects `openable` with its secrets, and opens the same packets bare, in turn. */
export async function againstBare(openable: Openable, suite: Suite, runs: number): Promise<Bulk> {
  const file = new Uint8Array(readFileSync(openable.capture));
  const keylog = new Uint8Array(readFileSync(openable.keylog));
  const seconds = async (sink: Sink) => {
    const secrets = new SecretStore();
    secrets.add(keylog, 'keylog');
    const start = performance.now();
    await dissect(inMemory(file), sink, { secrets });
    return (performance.now() - start) / 1000;
  };
  const sent: Sent[] = [];
  await seconds({ packet: ({ encrypted, side, sequence, space }) => encrypted && sent.push({ side, sequence, bytes: space.bytes }) });
  const { keys } = handshakeOf(suite);
  const bare = () => {
    const start = performance.now();
    const open = { client: suite.unseal(keys.client), server: suite.unseal(keys.server) };
    for (const { side, sequence, bytes } of sent) if (!open[side](sequence, bytes)) throw new Error(`packet ${sequence} of the ${side} does not open`);
    return (performance.now() - start) / 1000;
  };
  const results: { summed: number[]; packets: number[]; bare: number[] } = { summed: [], packets: [], bare: [] };
  for (let i = 0; i <= runs; i++) {
    const [summed, packets, alone] = [await seconds({ session: () => undefined }), await seconds({ packet: () => undefined }), bare()];
    if (i === 0) continue; // a warm-up
    results.summed.push(summed);
    results.packets.push(packets);
    results.bare.push(alone);
  }
  return {
    summed: median(results.summed),
    packets: median(results.packets),
    bare: median(results.bare),
    megabytes: sent.reduce((n, p) => n + p.bytes.length, 0) / 1e6,
  };
}
