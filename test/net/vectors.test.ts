import { DEFAULT_LIMITS } from '../../src/limits.ts';
import { addressText } from '../../src/net/address.ts';
import { LINK_TYPES } from '../../src/net/link.ts';
import { SegmentReader } from '../../src/net/reader.ts';
import { frame, hex } from '../support/packets.ts';
import { VECTORS } from './vectors.ts';

const LINE = 'SSH-2.0-x\r\n';

describe.each(VECTORS)('%s', (name, linkType, text) => {
  const bytes = hex(text);

  test('the segment in it is found, with its payload and place', () => {
    const reader = new SegmentReader(DEFAULT_LIMITS);
    const given = frame(bytes, { number: 7, linkType });
    const segment = reader.read(given);
    const payload = name.includes('padding') ? '' : LINE;
    expect(segment).toMatchObject({ frame: 7, seconds: given.seconds, sourcePort: 50_000, destinationPort: 22, missing: 0, origins: undefined });
    expect(segment).toMatchObject({ sequence: 1000, acknowledgement: 2000, flags: 0x18, buffer: given.buffer });
    if (segment === undefined) return;
    const ends = [addressText(segment.ipVersion, segment.source), addressText(segment.ipVersion, segment.destination)];
    expect(ends).toEqual(segment.ipVersion === 4 ? ['192.0.2.1', '198.51.100.2'] : ['2001:db8::1', '2001:db8::2']);
    expect(new TextDecoder().decode(segment.buffer.subarray(segment.start, segment.end))).toBe(payload);
    expect(segment.frameOffset).toBe(segment.start - given.start);
    expect(reader.problems).toEqual([]);
  });

  test('cut by the snap length at every byte it gives what it has, and says that it was cut', () => {
    const whole = new SegmentReader(DEFAULT_LIMITS).read(frame(bytes, { linkType }));
    const [start, end] = whole === undefined ? [0, 0] : [whole.frameOffset, whole.frameOffset + whole.end - whole.start];
    for (let length = 0; length < end; length++) {
      const reader = new SegmentReader(DEFAULT_LIMITS);
      const segment = reader.read(frame(bytes.subarray(0, length), { linkType, originalLength: bytes.length }));
      const expected = length < start ? undefined : { have: length - start, promised: missingOf(name, bytes.length, start, end) };
      const got = segment && { have: segment.end - segment.start, promised: segment.end - segment.start + segment.missing };
      expect({ length, got }).toEqual({ length, got: expected });
      expect(reader.problems).toEqual([expect.objectContaining({ code: 'truncated', frame: 1 })]);
    }
  });
});

/** Payload bytes promised by a frame that was cut: without an IP length they are what the frame had. */
function missingOf(name: string, frameLength: number, start: number, end: number): number {
  return name.endsWith('length 0') ? frameLength - start : end - start;
}

test('every link type has a vector', () => {
  const tested = new Set(VECTORS.map(([, linkType]) => linkType));
  expect(LINK_TYPES.filter((row) => !tested.has(row.number))).toEqual([]);
});

test('no number is twice in the table of link types', () => {
  expect(new Set(LINK_TYPES.map((row) => row.number)).size).toBe(LINK_TYPES.length);
});
