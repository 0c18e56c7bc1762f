import { elapsed, isoTime } from '../../src/render/time.ts';

// Seconds from date(1): date -u -d 'YYYY-MM-DD HH:MM:SS' +%s
test.each([
  [0, 0, '1970-01-01T00:00:00.000000000Z'],
  [1_709_208_000, 1, '2024-02-29T12:00:00.000000001Z'],
  [-1, 999_999_999, '1969-12-31T23:59:59.999999999Z'],
  [253_402_300_799, 5, '9999-12-31T23:59:59.000000005Z'],
  [253_402_300_800, 0, '+010000-01-01T00:00:00.000000000Z'],
  [100_000_000_000_000, 0, '+3170843-11-07T09:46:40.000000000Z'],
])('%d s %d ns', (seconds, nanos, text) => {
  expect(isoTime({ seconds, nanos })).toBe(text);
});

test('a clock beyond all years gives a text and does not throw', () => {
  for (const seconds of [2 ** 63, 2 ** 64, -(2 ** 63), 1.8e19])
    expect(isoTime({ seconds, nanos: 7 })).toMatch(/^[+-]\d{12}-\d\d-\d\dT\d\d:\d\d:\d\d\.000000007Z$/);
});

test('elapsed time carries and borrows between seconds and microseconds', () => {
  const at = (seconds: number, nanos: number) => ({ seconds, nanos });
  expect(elapsed(at(10, 900_000_000), at(12, 100_000_999))).toBe('1.200000');
  expect(elapsed(at(12, 100_000_000), at(10, 900_000_000))).toBe('-1.200000');
  expect(elapsed(at(5, 2000), at(5, 1000))).toBe('-0.000001');
  expect(elapsed(at(5, 0), at(5, 0))).toBe('0.000000');
});
