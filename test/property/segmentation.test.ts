/** However TCP cut, shuffled and repeated the bytes of a recording, the same packets, verdicts and facts come out. */
import fc from 'fast-check';
import type { Result } from '../../src/index.ts';
import { framesOfFixture, pcap } from '../support/capture-files.ts';
import { packetsBySide, sessionFacts } from '../support/essence.ts';
import { fixture } from '../support/fixtures.ts';
import { resultsOf, storeOf } from '../support/outputs.ts';
import { randomOf } from '../support/random.ts';
import * as v from '../support/variants.ts';

/** One of each kind of cipher and MAC, compression from both moments, several key exchanges, roles that only messages tell, a discarded guess. */
const NAMES =
  'cipher-aes128-ctr cipher-aes256-gcm cipher-chacha20 cipher-3des-cbc-etm cipher-arcfour mac-md5-96 zlib zlib-at-once rekey reverse greeting-lines dropbear-client-wrong-guess node-ssh2-server kex-gex-old-request ipv6';

/** Segments that a missing one may come late by: fewer than the reader waits for. */
const LATE = 24;

/** What happens to the segments on their way. */
const journey = fc.record({
  /** Sizes to cut payloads into, used in turn; 0 leaves a payload whole. */
  sizes: fc.array(fc.oneof({ arbitrary: fc.nat({ max: 40 }), weight: 2 }, { arbitrary: fc.nat({ max: 1460 }), weight: 1 }), { minLength: 1, maxLength: 12 }),
  late: fc.nat({ max: LATE }),
  twice: fc.double({ min: 0, max: 0.5, noNaN: true }),
  wrapAt: fc.option(fc.nat({ max: 4000 })),
  seed: fc.nat(),
});

type Journey = typeof journey extends fc.Arbitrary<infer T> ? T : never;

/** A segment cut into pieces of `size` bytes; 0 leaves it whole. */
const pieces = (s: v.TcpSegment, size: number) => v.split([s], size === 0 ? 65_536 : size);

/** `segments` as they arrive. Each direction gets mixed up; also one with the other from segment `across` on, so that an answer may come before the request. */
function travelled(segments: readonly v.TcpSegment[], { sizes, late, twice, wrapAt, seed }: Journey, across = Number.POSITIVE_INFINITY): v.TcpSegment[] {
  const random = randomOf(seed);
  let apart = Number.POSITIVE_INFINITY;
  const cut = segments.flatMap((s, i, all) => {
    const size = sizes[i % sizes.length] ?? 0;
    if (i === across) apart = all.slice(0, i).reduce((n, one, k) => n + pieces(one, sizes[k % sizes.length] ?? 0).length, 0);
    return pieces(s, size);
  });
  const moved = wrapAt === null ? cut : v.wrapped(cut, wrapAt);
  // The opening stays where it is: it says which end is which. So does what closes the connection.
  const [opening, closing] = [3, 4];
  const latest = new Map<number, number>();
  const middle = moved.slice(opening, -closing).flatMap((s, i) => {
    const at = Math.max(i + random() * late, opening + i >= apart ? apart - opening : (latest.get(s.destinationPort) ?? 0));
    latest.set(s.sourcePort, Math.max(at, latest.get(s.sourcePort) ?? 0));
    return random() < twice
      ? [
          { s, at },
          { s, at: at + random() * 2 * late },
        ]
      : [{ s, at }];
  });
  middle.sort((a, b) => a.at - b.at);
  return [...moved.slice(0, opening), ...middle.map((m) => m.s), ...moved.slice(-closing)];
}

/** Everything; and what does not depend on which side spoke first: numbers, places, verdicts and bytes. */
const factsOf = (found: readonly Result[]) => {
  const sessions = found.flatMap((r) => (r.kind === 'session' ? [sessionFacts(r.session)] : []));
  return {
    whole: { packets: packetsBySide(found), sessions },
    essence: { packets: packetsBySide(found, false), sessions: sessions.map(({ problems, ...facts }) => facts) },
  };
};

const open = (name: string) => {
  const { capture, secrets } = fixture(name);
  const read = async (file: Uint8Array) => factsOf(await resultsOf(file, { secrets: storeOf(secrets) }));
  return { segments: v.segmentsOf(framesOfFixture(capture)), read, original: read(capture) };
};

test.each(NAMES.split(' '))('%s, each direction mixed up', async (name) => {
  const { segments, read, original } = open(name);
  const { whole } = await original;
  expect(whole.packets.client.filter((p) => p.includes('mac valid')).length).toBeGreaterThan(3);
  await fc.assert(
    fc.asyncProperty(journey, async (j) => {
      expect((await read(pcap(v.framesOf(travelled(segments, j))))).whole).toEqual(whole);
    }),
    { seed: 4251, numRuns: 6 },
  );
});

test.each(['cipher-aes128-ctr', 'cipher-chacha20', 'mac-md5-96', 'zlib-at-once'])(
  '%s, one direction mixed up with the other once both are encrypted',
  async (name) => {
    const { segments, read, original } = open(name);
    const { essence } = await original;
    const { capture } = fixture(name);
    const last = Math.max(...(await resultsOf(capture)).flatMap((r) => (r.kind === 'packet' && r.packet.number === 21 ? [r.packet.frame] : [])));
    await fc.assert(
      fc.asyncProperty(journey, async (j) => {
        expect((await read(pcap(v.framesOf(travelled(segments, j, last))))).essence).toEqual(essence);
      }),
      { seed: 4250, numRuns: 6 },
    );
  },
);
