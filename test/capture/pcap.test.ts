import fc from 'fast-check';
import { PcapReader } from '../../src/capture/pcap.ts';
import { DEFAULT_LIMITS } from '../../src/limits.ts';
import { codes, everyByte, patched, readAll } from './read.ts';
import { PCAP, PCAP_MODIFIED, PCAP_NANO } from './samples.ts';

const read = (file: Uint8Array, cuts: readonly number[] = []) => readAll(new PcapReader(), file, cuts);
const good = read(PCAP).frames;

/** The classic capture with every integer of its headers in the other byte order. */
function swapped(file: Uint8Array): Uint8Array {
  const out = file.slice();
  const view = new DataView(out.buffer);
  const turn = (at: number, size: number) => out.subarray(at, at + size).reverse();
  for (const [at, size] of [
    [0, 4],
    [4, 2],
    [6, 2],
    [8, 4],
    [12, 4],
    [16, 4],
    [20, 4],
  ] as const)
    turn(at, size);
  for (let at = 24; at < out.length; ) {
    const captured = view.getUint32(at + 8, true);
    for (let i = 0; i < 4; i++) turn(at + 4 * i, 4);
    at += 16 + captured;
  }
  return out;
}

test('frames, times and lengths are those that tshark gives', () => {
  expect(good.map((f) => [f.number, f.seconds, f.nanos, f.originalLength, f.data.length / 2, f.linkType])).toEqual([
    [1, 1795335960, 606264000, 74, 74, 1],
    [2, 1795335960, 606280000, 74, 74, 1],
    [3, 1795335960, 606296000, 66, 66, 1],
    [4, 1795335960, 606365000, 84, 84, 1],
    [5, 1795335960, 606373000, 66, 66, 1],
    [6, 1795335960, 606388000, 82, 82, 1],
  ]);
  expect(Buffer.from(good[3]?.data.slice(-36) ?? '', 'hex').toString()).toBe('SSH-2.0-demo_1.0\r\n');
  expect(read(PCAP).problems).toEqual([]);
});

test('nanoseconds, the modified form and the other byte order give the same frames', () => {
  expect(read(PCAP_NANO)).toEqual({ frames: good, problems: [], secrets: [] });
  expect(read(PCAP_MODIFIED)).toEqual({ frames: good, problems: [], secrets: [] });
  expect(read(swapped(PCAP))).toEqual({ frames: good, problems: [], secrets: [] });
  expect(read(swapped(PCAP_NANO))).toEqual({ frames: good, problems: [], secrets: [] });
  expect(new PcapReader().format).toBe('pcap');
  const modified = new PcapReader();
  readAll(modified, PCAP_MODIFIED);
  expect(modified.format).toBe('modified pcap');
});

test('nanoseconds are kept to the last digit, and a fraction above a second is carried', () => {
  expect(read(patched(PCAP_NANO, 28, 0x15, 0xcd, 0x5b, 0x07)).frames[0]).toMatchObject({ seconds: 1795335960, nanos: 123456789 });
  // 2,500,000 microseconds
  expect(read(patched(PCAP, 28, 0xa0, 0x25, 0x26, 0)).frames[0]).toMatchObject({ seconds: 1795335962, nanos: 500000000 });
  expect(read(patched(PCAP, 24, 0xff, 0xff, 0xff, 0xff)).frames[0]).toMatchObject({ seconds: 4294967295 });
});

test('a cut at any byte keeps the frames before it, and says truncated with the offset of the record', () => {
  const starts = [24];
  for (const f of good) starts.push((starts[starts.length - 1] as number) + 16 + f.data.length / 2);
  for (const file of [PCAP, PCAP_NANO]) {
    for (let n = 0; n < file.length; n++) {
      const { frames, problems } = read(file.subarray(0, n));
      const whole = starts.filter((s) => s <= n).length - 1;
      expect(frames).toEqual(good.slice(0, Math.max(0, whole)));
      if (starts.includes(n)) expect(problems).toEqual([]);
      else expect(problems).toMatchObject([{ code: 'truncated', offset: whole < 0 ? 0 : starts[whole] }]);
    }
  }
});

test('any pieces give the same', () => {
  for (const file of [PCAP, PCAP_MODIFIED]) {
    expect(read(file, everyByte(file))).toEqual({ frames: good, problems: [], secrets: [] });
    fc.assert(
      fc.property(fc.array(fc.nat(file.length)), (cuts) => {
        expect(read(file, cuts)).toEqual({ frames: good, problems: [], secrets: [] });
      }),
      { seed: 1, numRuns: 200 },
    );
  }
});

test.each([
  [[0xff, 0xff, 0xff, 0xff], 4294967295],
  [[0x01, 0x00, 0x00, 0x01], 16777217],
] as const)('a captured length of %j is refused before a byte of it is kept', (bytes, claimed) => {
  // The third record: its header follows two of 16 + 74 bytes.
  const at = 24 + 2 * 90;
  for (const cuts of [[], everyByte(PCAP)]) {
    const reader = new PcapReader();
    const { frames, problems } = readAll(reader, patched(PCAP, at + 8, ...bytes), cuts);
    expect(frames).toEqual(good.slice(0, 2));
    expect(problems).toMatchObject([{ code: 'malformed', severity: 'error', offset: at }]);
    expect(problems[0]?.message).toContain(`frame 3 claims ${claimed} captured bytes`);
    expect(reader.stopped).toBe(true);
  }
});

test('the limit of a frame is a named one', () => {
  const { frames, problems } = readAll(new PcapReader({ ...DEFAULT_LIMITS, frameBytes: 80 }), PCAP);
  expect(frames).toEqual(good.slice(0, 3));
  expect(codes(problems)).toEqual(['malformed']);
});

test('the FCS that the link type word tells of is not payload, and the reserved bits are not link type', () => {
  // 4 bytes of FCS: length 2 in units of 2 bytes, and the bit that says so. Reserved bits set as well.
  const whole = read(patched(PCAP, 20, 1, 0, 0xff, 0x27)).frames;
  expect(whole[0]).toMatchObject({ linkType: 1, originalLength: 70, data: good[0]?.data.slice(0, 140) });
  // Without the bit the length means nothing.
  expect(read(patched(PCAP, 20, 1, 0, 0, 0x20)).frames).toEqual(good);
  // Cut by the snap length: 3 of the 4 FCS bytes were captured, or none.
  const cut = patched(patched(PCAP, 20, 1, 0, 0, 0x24), 36, 75, 0, 0, 0);
  expect(read(cut).frames[0]).toMatchObject({ originalLength: 71, data: good[0]?.data.slice(0, 142) });
  const far = patched(patched(PCAP, 20, 1, 0, 0, 0x24), 36, 90, 0, 0, 0);
  expect(read(far).frames[0]).toMatchObject({ originalLength: 86, data: good[0]?.data });
});

test('other versions', () => {
  expect(read(patched(PCAP, 6, 5))).toMatchObject({ frames: good, problems: [{ code: 'unknown', offset: 4 }] });
  expect(read(patched(PCAP, 4, 1))).toMatchObject({ frames: [], problems: [{ code: 'malformed', offset: 4 }] });
  // Before 2.3 the lengths stand in the other order; in 2.3 they do when they make no sense otherwise.
  const turned = patched(PCAP, 32, 90, 0, 0, 0, 74, 0, 0, 0);
  expect(read(patched(turned, 6, 3)).frames[0]).toMatchObject({ originalLength: 90, data: good[0]?.data });
  expect(read(patched(PCAP, 6, 3)).frames).toEqual(good);
  const old = patched(patched(PCAP, 6, 2), 36, 74, 0, 0, 0);
  expect(read(old, everyByte(old)).frames).toEqual(good);
  expect(read(patched(patched(PCAP, 6, 2), 32, 90, 0, 0, 0)).frames[0]).toMatchObject({ originalLength: 90, data: good[0]?.data });
});

test('frames without bytes', () => {
  const header = PCAP.slice(24, 40).fill(0, 8);
  const file = new Uint8Array([...PCAP.subarray(0, 24), ...header, ...header]);
  expect(read(file).frames.map((f) => [f.number, f.data])).toEqual([
    [1, ''],
    [2, ''],
  ]);
  const modified = new Uint8Array([...PCAP_MODIFIED.subarray(0, 24), ...header, ...new Uint8Array(8), ...PCAP_MODIFIED.subarray(24)]);
  expect(read(modified).frames.map((f) => f.data)).toEqual(['', ...good.map((f) => f.data)]);
});

test('changed bytes never throw', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(PCAP.length - 1), fc.nat(255)), { maxLength: 4 }),
      fc.array(fc.nat(PCAP.length), { maxLength: 3 }),
      (changes, cuts) => {
        const file = PCAP.slice();
        for (const [at, value] of changes) file[at] = value;
        for (const f of read(file, cuts).frames) expect(f.nanos >= 0 && f.nanos < 1e9).toBe(true);
      },
    ),
    { seed: 2, numRuns: 300 },
  );
});
