/** Text becomes UTF-8 in pieces, whatever stands where one ends. */
import { Output } from '../../cli/output.ts';

test.each([0, 1, 2, 3])('a record larger than all buffers comes out whole, its characters %i places on', (shift) => {
  const text = 'x'.repeat(shift) + '\u{1f600}é'.repeat(300_000);
  const pieces: Uint8Array[] = [];
  const output = new Output((bytes) => pieces.push(bytes.slice()));
  output.write('before ');
  output.write(text);
  output.writeBytes(Uint8Array.of(0xff));
  output.write('\ud800 alone');
  output.close(true);
  expect(Buffer.concat(pieces).equals(Buffer.concat([Buffer.from(`before ${text}`), Buffer.of(0xff), Buffer.from('\ufffd alone')]))).toBe(true);
  expect(Math.max(...pieces.map((p) => p.length))).toBeLessThanOrEqual(256 * 1024);
});
