/** One key exchange, from its KEXINITs to its NEWKEYS: what was agreed and which host key was shown. */

import type { End } from '../stream/chunk.ts';
import { string } from '../wire/codec.ts';
import { decode } from '../wire/cursor.ts';
import type { SentKexInit } from './direction.ts';
import { hostKeyBlob, hostKeyOf } from './hostkey/blob.ts';
import { kexMethod } from './kex/index.ts';
import type { KexMethod } from './kex/method.ts';
import type { Exchange, HostKey } from './model.ts';
import { type Negotiation, negotiate } from './negotiate.ts';
import type { SshPacket } from './packet.ts';

/** Collects what the messages of one exchange tell. */
export class KeyExchange implements Exchange {
  readonly epoch: number;
  readonly packets: number[] = [];
  readonly kexinit: Partial<Record<End, SentKexInit>> = {};
  negotiation: Negotiation | undefined;
  hostKey: HostKey | undefined;
  signatureAlgorithm: string | undefined;
  readonly signature = { verdict: 'unchecked' as const, reason: 'the shared secret K of this exchange is not known' };

  constructor(epoch: number) {
    this.epoch = epoch;
  }

  /** The method in force, when it was negotiated and is known. */
  get method(): KexMethod | undefined {
    const name = this.negotiation?.kex;
    return name === undefined ? undefined : kexMethod(name);
  }

  /** Settles the algorithms, when both KEXINITs are there. */
  settle(client: End): void {
    if (this.negotiation !== undefined) return;
    const { a, b } = this.kexinit;
    if (a !== undefined && b !== undefined) this.negotiation = client === 'a' ? negotiate(a.lists, b.lists) : negotiate(b.lists, a.lists);
  }

  /** Takes what a key exchange message shows of the host key and the signature. */
  learn(packet: SshPacket): void {
    if (packet.message === undefined || packet.discarded) return;
    if (packet.value?.hostKey !== undefined && this.hostKey === undefined) this.hostKey = hostKeyIn(packet);
    const signature = packet.value?.signature as { algorithm?: string } | undefined;
    if (typeof signature?.algorithm === 'string') this.signatureAlgorithm = signature.algorithm;
  }
}

/** The host key K_S, which every method sends as the first field of its message. */
function hostKeyIn(packet: SshPacket): HostKey | undefined {
  const payload = packet.payloadBytes;
  const blob = decode(string, payload, { start: 1 }).value;
  return blob instanceof Uint8Array ? hostKeyOf(blob, decode(hostKeyBlob, blob, { complete: true }).value) : undefined;
}
