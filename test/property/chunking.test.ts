/** Whatever pieces a file is read in, the output is the same, byte for byte. */
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import * as samples from '../capture/samples.ts';
import { framesOfFixture, pcap } from '../support/capture-files.ts';
import { fixture } from '../support/fixtures.ts';
import { print, resultsOf, storeOf } from '../support/outputs.ts';
import { framesOf, segmentsOf, type TcpSegment } from '../support/variants.ts';

const rekey = fixture('rekey');
const zlib = fixture('zlib');
const frames = framesOfFixture(zlib.capture);

const segments = segmentsOf(frames);
/** What comes again behind segment `i`, unless the connection ends there: the one before the last three, if it has data; of every third with a byte changed. */
const late = (i: number) => segments.slice(i - 4, i - 3).filter((s) => s.payload.length > 8 && i < segments.length - 4);
const contradicts = (i: number) => i % 3 === 0;
const changed = (s: TcpSegment) => ({ ...s, payload: s.payload.map((byte, at) => (at === 8 ? byte ^ 1 : byte)) });
const again = pcap(framesOf(segments.flatMap((s, i) => [s, ...late(i).map((l) => (contradicts(i) ? changed(l) : l))])));
const contradictions = segments.flatMap((_, i) => (contradicts(i) ? late(i) : [])).length;

const FILES: readonly (readonly [name: string, file: Uint8Array, secrets: string | undefined])[] = [
  ['pcapng with secrets', rekey.capture, rekey.secrets],
  ['pcapng without secrets', rekey.capture, undefined],
  ['pcap', pcap(frames), zlib.secrets],
  ['pcap, nanoseconds, big endian', pcap(frames, { nanos: true, bigEndian: true }), zlib.secrets],
  ['gzip', new Uint8Array(gzipSync(rekey.capture)), rekey.secrets],
  ['zstd', samples.ZSTD, undefined],
  ['lz4', samples.LZ4, undefined],
  ['segments that come again', again, zlib.secrets],
  ['segments that come again, gzip', new Uint8Array(gzipSync(again)), zlib.secrets],
  ['cut off in the middle', rekey.capture.subarray(0, 20_001), rekey.secrets],
];

/** A buffer that is used again for every piece, as a reader of files does. */
function* pieces(file: Uint8Array, sizes: readonly number[]): Generator<Uint8Array> {
  const buffer = new Uint8Array(Math.max(...sizes));
  for (let at = 0, i = 0; at < file.length; i++) {
    const size = Math.min(sizes[i % sizes.length] ?? 1, file.length - at);
    buffer.fill(0xdd);
    buffer.set(file.subarray(at, at + size));
    yield buffer.subarray(0, size);
    at += size;
  }
}

const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 3000 })), { minLength: 1, maxLength: 20 });

test.each(FILES)('%s', async (name, file, secrets) => {
  const forms = [
    { command: 'packets', format: 'ndjson', options: {} },
    { command: 'packets', format: 'tree', options: { hex: true } },
    { command: 'summary', format: 'text', options: {} },
  ] as const;
  const read = async (how: Iterable<Uint8Array>) => {
    // Printed when all is read: nothing that is kept may lie in a buffer that is used again.
    const found = await resultsOf(how, { secrets: storeOf(secrets) });
    // One after the other: Jest's loader of modules does not take two imports of the same file at once.
    const texts: string[] = [];
    for (const form of forms) texts.push(await print(found, form));
    return texts;
  };
  const whole = await read([file]);
  expect(whole[0]).toContain('"record":"session"');
  const overlaps = whole[0]?.match(/"code":"overlap"/g)?.length ?? 0;
  expect(overlaps).toBe(name.startsWith('segments') ? contradictions : 0);
  await fc.assert(
    fc.asyncProperty(sizes, async (s) => {
      expect(await read(pieces(file, s))).toEqual(whole);
    }),
    { seed: 4252, numRuns: 12 },
  );
});
