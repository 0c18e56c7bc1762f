import fc from 'fast-check';
import type { Frame } from '../../src/capture/frame.ts';
import { DEFAULT_LIMITS } from '../../src/limits.ts';
import { LINK_TYPES } from '../../src/net/link.ts';
import { SegmentReader } from '../../src/net/reader.ts';
import type { Segment } from '../../src/net/segment.ts';
import { concat, ethernet, frame, hex, IPV4, ipv4Fragments, tcp } from '../support/packets.ts';
import { VECTORS } from './vectors.ts';

const SEED = { seed: 4253, numRuns: 400 };
const SMALL = { ...DEFAULT_LIMITS, ipDatagrams: 3, ipFragmentBytes: 4000, encapsulations: 8, problems: 5 };

const fragments = ipv4Fragments({ id: 1 }, tcp({}, new Uint8Array(100).fill(0x2a)), 40).map((ip) => ethernet(IPV4, ip));
const samples = [...VECTORS.map(([, linkType, text]) => ({ linkType, bytes: hex(text) })), ...fragments.map((bytes) => ({ linkType: 1, bytes }))];

const noise = fc.record({ linkType: fc.constantFrom(...LINK_TYPES.map((row) => row.number), 147), bytes: fc.uint8Array({ maxLength: 120 }) });

/** A real frame with some bytes changed, a piece doubled or taken out, or the end cut off. */
const mutated = fc
  .record({
    sample: fc.constantFrom(...samples),
    changes: fc.array(fc.tuple(fc.nat({ max: 120 }), fc.nat({ max: 255 })), { maxLength: 3 }),
    piece: fc.option(fc.tuple(fc.nat({ max: 100 }), fc.nat({ max: 60 }), fc.boolean())),
    length: fc.option(fc.nat({ max: 200 })),
  })
  .map(({ sample, changes, piece, length }) => {
    let bytes: Uint8Array = sample.bytes.slice();
    for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
    if (piece !== null) {
      const [at, size, twice] = piece;
      bytes = concat(bytes.subarray(0, twice ? at + size : at), bytes.subarray(twice ? at : at + size));
    }
    return { linkType: sample.linkType, bytes: length === null ? bytes : bytes.subarray(0, length) };
  });

const healthy = fc.constantFrom(...fragments).map((bytes) => ({ linkType: 1, bytes }));

/** Frames, by how much their length on the wire differs, and their times. */
const capture = fc.array(fc.tuple(fc.oneof(noise, mutated, healthy), fc.nat({ max: 100 }), fc.nat({ max: 20 })), { maxLength: 30, size: 'max' });

test('random and mutated frames never throw, and a payload lies inside of what was captured', () => {
  const found = { whole: 0, reassembled: 0 };
  fc.assert(
    fc.property(capture, fc.constantFrom(DEFAULT_LIMITS, SMALL), (list, limits) => {
      const reader = new SegmentReader(limits);
      const frames = list.map(([{ linkType, bytes }, more, seconds], i) =>
        frame(bytes, { number: i + 1, linkType, seconds, originalLength: bytes.length + Math.max(0, more - 50) }),
      );
      for (const given of frames) {
        const segment = reader.read(given);
        if (segment === undefined) continue;
        found[segment.origins === undefined ? 'whole' : 'reassembled']++;
        check(segment, given, frames);
      }
      reader.finish();
      expect(reader.problems.length).toBeLessThanOrEqual(limits.problems + 1);
    }),
    SEED,
  );
  // The property would hold for a reader that finds nothing.
  expect(found.whole).toBeGreaterThan(500);
  expect(found.reassembled).toBeGreaterThan(100);
});

function check(segment: Segment, given: Frame, frames: readonly Frame[]): void {
  const { start, end, buffer, origins } = segment;
  expect(start).toBeLessThanOrEqual(end);
  expect(segment.missing).toBeGreaterThanOrEqual(0);
  if (origins === undefined) {
    expect(buffer).toBe(given.buffer);
    expect([start >= given.start, end <= given.end, segment.frameOffset]).toEqual([true, true, start - given.start]);
    return;
  }
  expect(end).toBeLessThanOrEqual(buffer.length);
  let at = 0;
  for (const origin of origins) {
    const source = frames[origin.frame - 1] as Frame;
    const from = source.start + origin.frameOffset;
    expect(origin.start).toBe(at);
    expect(from + origin.length).toBeLessThanOrEqual(source.end);
    expect(source.buffer.subarray(from, from + origin.length)).toEqual(buffer.subarray(start + at, start + at + origin.length));
    at += origin.length;
  }
  expect(at).toBe(end - start);
}
