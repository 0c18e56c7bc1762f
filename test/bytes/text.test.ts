/** The first line of what may be text. */
import { latin1Bytes, lineOf } from '../../src/bytes/text.ts';

test.each([
  ['Protocol mismatch.\n', 'Protocol mismatch.'],
  ['ACK\r\n\x01\x02', 'ACK'],
  ['no line end', 'no line end'],
  ['ab\n', undefined],
  ['', undefined],
  ['\r\nabc', undefined],
  ['abc\x1b[0m\n', undefined],
  ['abc\0\n', undefined],
  ['caf\xe9\n', undefined],
  ['x'.repeat(60), 'x'.repeat(60)],
  [`${'x'.repeat(61)}\n`, `${'x'.repeat(60)}…`],
])('%j: %j', (bytes, line) => expect(lineOf(latin1Bytes(bytes))).toBe(line));
