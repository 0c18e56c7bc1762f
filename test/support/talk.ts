/** A capture made from what two ends say to each other, for tests of what the SSH layer does with it. */
import { utf8 } from '../../src/bytes/text.ts';
import { type Collected, collect, type DissectOptions, inMemory } from '../../src/index.ts';
import { kexInit } from '../../src/ssh/messages/transport.ts';
import { encode } from '../../src/wire/codec.ts';
import { pcap } from './capture-files.ts';
import { concat } from './packets.ts';
import { framesOf, type TcpSegment } from './variants.ts';

/** One thing that is said: `c` by who opens the connection, `s` by the other. */
export type Said = readonly ['c' | 's', string | Uint8Array];

export interface TalkOptions {
  readonly clientPort?: number;
  readonly serverPort?: number;
  /** False to begin in the middle. */
  readonly syn?: boolean;
  /** False to leave the connection open. */
  readonly fin?: boolean;
}

const FIN = 0x01;
const SYN = 0x02;
const ACK = 0x10;

/** The segments of a connection in which `said` is said in this order, each in a segment of its own. */
export function segmentsOfTalk(said: readonly Said[], { clientPort = 40_000, serverPort = 22, syn = true, fin = true }: TalkOptions = {}): TcpSegment[] {
  const next = { c: 1000, s: 9000 };
  const out: TcpSegment[] = [];
  const none = new Uint8Array(0);
  const send = (from: 'c' | 's', flags: number, payload: Uint8Array) => {
    const [sourcePort, destinationPort] = from === 'c' ? [clientPort, serverPort] : [serverPort, clientPort];
    const [source, destination] = from === 'c' ? ['10.0.0.1', '10.0.0.2'] : ['10.0.0.2', '10.0.0.1'];
    const acknowledgement = flags & ACK ? next[from === 'c' ? 's' : 'c'] : 0;
    out.push({
      seconds: 1_700_000_000,
      nanos: out.length * 1_000_000,
      ipv6: false,
      source,
      destination,
      sourcePort,
      destinationPort,
      sequence: next[from],
      acknowledgement,
      flags,
      window: 65_535,
      options: none,
      payload,
    });
    next[from] += payload.length + (flags & (SYN | FIN) ? 1 : 0);
  };
  if (syn) {
    send('c', SYN, none);
    send('s', SYN | ACK, none);
    send('c', ACK, none);
  }
  for (const [from, what] of said) send(from, ACK, typeof what === 'string' ? utf8(what) : what);
  if (fin) {
    send('c', FIN | ACK, none);
    send('s', FIN | ACK, none);
    send('c', ACK, none);
  }
  return out;
}

/** The same, dissected. */
export function dissectTalk(said: readonly Said[], options: TalkOptions & DissectOptions = {}): Promise<Collected> {
  return collect(inMemory(pcap(framesOf(segmentsOfTalk(said, options)))), options);
}

/** A packet in clear around `payload` (RFC 4253 section 6). */
export function packet(payload: Uint8Array, padding = 4 + ((8 - ((payload.length + 9) % 8)) % 8)): Uint8Array {
  const head = new Uint8Array(5);
  new DataView(head.buffer).setUint32(0, 1 + payload.length + padding);
  head[4] = padding;
  return concat(head, payload, new Uint8Array(padding));
}

/** The lists of a KEXINIT; what is not given has one common name. */
export function kexInitPayload(lists: Partial<Record<string, readonly string[]>> = {}, guess = false): Uint8Array {
  const pick = (name: string, otherwise: readonly string[]) => [...(lists[name] ?? otherwise)];
  const both = (name: string, otherwise: readonly string[]) => ({
    [`${name}ClientToServer`]: pick(name, otherwise),
    [`${name}ServerToClient`]: pick(name, otherwise),
  });
  const value = {
    cookie: new Uint8Array(16).fill(7),
    kexAlgorithms: pick('kex', ['curve25519-sha256']),
    serverHostKeyAlgorithms: pick('hostKey', ['ssh-ed25519']),
    ...both('encryptionAlgorithms', ['aes128-ctr']),
    ...both('macAlgorithms', ['hmac-sha2-256']),
    ...both('compressionAlgorithms', ['none']),
    ...both('languages', []),
    firstKexPacketFollows: guess,
    reserved: 0,
  };
  return concat(Uint8Array.of(20), encode(kexInit.body, value as never));
}
