/** What cases are made of: the recordings, and what was said in those that their secrets open. */
import { utf8 } from '../../src/bytes/text.ts';
import type { InnerMessage, Packet, Session } from '../../src/index.ts';
import type { KeyExchange } from '../../src/ssh/exchange.ts';
import type { KeySource } from '../../src/ssh/keys.ts';
import type { DirectionAlgorithms } from '../../src/ssh/negotiate.ts';
import type { SshSession } from '../../src/ssh/session.ts';
import { framesOfFixture, type Taken } from '../support/capture-files.ts';
import { payloadOf } from '../support/essence.ts';
import { fixture, fixtures } from '../support/fixtures.ts';
import { resultsOf, storeOf } from '../support/outputs.ts';
import { checkResults } from './check.ts';
import { type Leaf, leavesOf, type Words } from './fields.ts';
import { pick, type Random } from './mutate.ts';

/** A recording. */
export interface Seed {
  readonly name: string;
  readonly capture: Uint8Array;
  readonly frames: readonly Taken[];
  readonly secrets: Uint8Array | undefined;
}

/** Something that was said: a message by its payload, uncompressed. */
export interface Said extends Words {
  readonly side: 'c' | 's';
  /** NEWKEYS that this side had sent before. */
  readonly epoch: number;
  /** It was compressed on the wire. */
  readonly packed: boolean;
  readonly number: number;
  /** The program behind its channel, when it carries data of one that is understood. */
  readonly channel: Packet['channel'];
  /** The messages of SFTP, SCP or an agent that ended in it. */
  readonly inner: readonly Words[];
}

/** A session that its secrets open, as it was said. */
export interface Recording {
  readonly seed: Seed;
  /** Identification strings with what stood before them, the client's first. */
  readonly lines: readonly ['c' | 's', Uint8Array][];
  readonly said: readonly Said[];
  readonly strict: boolean;
  /** What each key exchange agreed on, the first one first. */
  readonly exchanges: readonly { readonly keys: KeySource; readonly c: DirectionAlgorithms; readonly s: DirectionAlgorithms }[];
}

export const SEEDS: readonly Seed[] = fixtures().map((name) => {
  const { capture, secrets } = fixture(name);
  return { name, capture, frames: framesOfFixture(capture), secrets: secrets === undefined ? undefined : utf8(secrets) };
});

export function aSeed(random: Random): Seed {
  return pick(SEEDS, random);
}

/** Every session of the recordings (or those named) that a key log beside them opens from its first packet on. */
export async function recordings(...names: readonly string[]): Promise<Recording[]> {
  const out: Recording[] = [];
  for (const seed of names.length === 0 ? SEEDS : SEEDS.filter(({ name }) => names.includes(name))) {
    if (seed.secrets === undefined) continue;
    const found = await resultsOf(seed.capture, { secrets: storeOf(seed.secrets) });
    const packets = checkResults(found);
    for (const one of found) {
      if (one.kind !== 'session' || one.session.parent !== undefined) continue;
      const { session } = one;
      const recording = recordingOf(
        seed,
        session,
        packets.filter((p) => p.session === session),
      );
      if (recording !== undefined) out.push(recording);
    }
  }
  return out;
}

function recordingOf(seed: Seed, session: Session, packets: readonly Packet[]): Recording | undefined {
  const { client, server } = session;
  const opened = packets.filter((p) => p.payload !== undefined);
  if (client.identification === undefined || server.identification === undefined || opened.length < packets.length) return undefined;
  if (packets.every((p) => p.mac !== 'valid')) return undefined;
  const exchanges = session.exchanges.flatMap((e) => {
    // The session that a dissection gives is the one that reads.
    const keys = (e as KeyExchange).keySource(session as SshSession);
    const { negotiation } = e;
    return 'reason' in keys || negotiation === undefined ? [] : [{ keys, c: negotiation.client, s: negotiation.server }];
  });
  if (exchanges.length === 0 || exchanges.length < session.exchanges.length) return undefined;
  const lines: Recording['lines'] = [
    ['c', client.identification.space.bytes],
    ['s', server.identification.space.bytes],
  ];
  return { seed, lines, said: opened.map(saidOf), strict: session.strictKex, exchanges };
}

function saidOf(p: Packet): Said {
  const bytes = payloadOf(p).slice();
  const base = p.inflated === undefined ? (p.payload?.start ?? 0) : 0;
  const leaves = leavesWithin(p, base, bytes.length);
  const inner = p.inner.map(wordsOf);
  const side = p.side === 'client' ? 'c' : 's';
  const more = inner.flatMap((m) => leavesInside(bytes, leaves, m));
  return {
    bytes,
    leaves: [...leaves, ...more],
    side,
    epoch: p.epoch,
    packed: p.inflated !== undefined,
    number: p.number ?? 0,
    channel: p.channel,
    inner,
  };
}

export function wordsOf(m: InnerMessage): Words {
  return { bytes: m.space.bytes.slice(), leaves: leavesOf(m.fields) };
}

/** The leaves of the payload of `p`, counted from its message number; what lies around the payload is not among them. */
function leavesWithin(p: Packet, base: number, length: number): Leaf[] {
  const inflated = p.fields.find((f) => f.within !== undefined) ?? p.fields.flatMap((f) => f.children).find((f) => f.within !== undefined);
  const all = inflated === undefined ? leavesOf(p.fields, -base) : leavesOf(inflated.children);
  return all.filter((l) => l.start >= 0 && l.end <= length);
}

/** The leaves of the inner message `m`, when all of it lies in the payload `bytes`; the length of the data around it counts it too. */
function leavesInside(bytes: Uint8Array, leaves: readonly Leaf[], m: Words): Leaf[] {
  const at = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(m.bytes);
  const around = leaves.find((l) => at >= l.start && at + m.bytes.length <= l.end);
  if (at < 0 || around === undefined || m.bytes.length === 0) return [];
  return m.leaves.map((l) => ({ ...l, start: l.start + at, end: l.end + at, lengths: [around.start, ...l.lengths.map((place) => place + at)] }));
}
