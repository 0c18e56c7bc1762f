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

/** `segments` as they arrive: each direction mixed up, and with `across` also one with the other, so that an answer may come before the request. */
function travelled(segments: readonly v.TcpSegment[], { sizes, late, twice, wrapAt, seed }: Journey, across: boolean): v.TcpSegment[] {
  const random = randomOf(seed);
  const cut = segments.flatMap((s, i) => {
    const size = sizes[i % sizes.length] ?? 0;
    return v.split([s], size === 0 ? 65_536 : size);
  });
  const moved = wrapAt === null ? cut : v.wrapped(cut, wrapAt);
  // The opening stays where it is: it says which end is which. So does what closes the connection.
  const [opening, closing] = [3, 4];
  const latest = new Map<number, number>();
  const middle = moved.slice(opening, -closing).flatMap((s, i) => {
    const at = Math.max(i + random() * late, across ? 0 : (latest.get(s.destinationPort) ?? 0));
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

const factsOf = (found: readonly Result[]) => ({
  packets: packetsBySide(found),
  sessions: found.flatMap((r) => (r.kind === 'session' ? [sessionFacts(r.session)] : [])),
});

describe.each([
  ['each direction mixed up', false],
  ['one direction mixed up with the other', true],
])('%s', (_, across) => {
  test.each(NAMES.split(' '))('%s', async (name) => {
    const { capture, secrets } = fixture(name);
    const segments = v.segmentsOf(framesOfFixture(capture));
    const read = async (file: Uint8Array) => factsOf(await resultsOf(file, { secrets: storeOf(secrets) }));
    const original = await read(capture);
    expect(original.packets.client.filter((p) => p.includes('mac valid')).length).toBeGreaterThan(3);
    await fc.assert(
      fc.asyncProperty(journey, async (j) => {
        expect(await read(pcap(v.framesOf(travelled(segments, j, across))))).toEqual(original);
      }),
      { seed: 4251, numRuns: 6 },
    );
  });
});
