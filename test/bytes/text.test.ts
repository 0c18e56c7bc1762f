/** Bytes as text, and the first line of what may be text. */
import fc from 'fast-check';
import { firstOf, latin1Bytes, lineOf, textOf } from '../../src/bytes/text.ts';

test('a text is the same whatever was read before it', () => {
  const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const plainly = (bytes: Uint8Array) => {
    try {
      return utf8.decode(bytes);
    } catch {
      return String.fromCharCode(...bytes);
    }
  };
  // Few values, so that texts share their place among those remembered; some of them UTF-8, some not.
  const byte = fc.constantFrom(0, 0x41, 0x42, 0x61, 0x7f, 0xc3, 0xa9, 0xff);
  const bytes = fc.uint8Array({ maxLength: 66 }).chain((any) => fc.array(byte, { minLength: 0, maxLength: any.length }));
  fc.assert(
    fc.property(fc.array(bytes, { maxLength: 40 }), (all) => {
      for (const one of [...all, ...all]) expect(textOf(Uint8Array.from(one))).toBe(plainly(Uint8Array.from(one)));
    }),
    { seed: 7, numRuns: 200 },
  );
});

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

test('the beginning of a text is what slice gives, but no half of a character', () => {
  for (const text of ['', 'abc', 'é'.repeat(20), 'a\u{1f600}b'.repeat(9), '\u00ff\u0100'.repeat(30)])
    for (const most of [0, 1, 2, 5, 20, 100]) expect(firstOf(text, most)).toBe(text.slice(0, most).replace(/[\ud800-\udbff]$/, '\ufffd'));
  expect(firstOf('a\u{1f600}', 2)).toBe('a\ufffd');
});
