/** Times for people and machines; a Timestamp is seconds and nanoseconds since 1970-01-01 UTC. */
import type { Timestamp } from '../capture/frame.ts';

/** 400 Gregorian years, after which the calendar repeats. */
const CYCLE_SECONDS = 146_097 * 86_400;
const CYCLE_YEARS = 400;

/** The last second that was written out: the packets of a session mostly share theirs. */
let cachedSecond = Number.NaN;
let cachedText = '';

/**
 * ISO 8601, UTC, nine decimals: `2024-02-29T12:00:00.000000001Z`. A year that does not fit four digits gets a sign
 * and six digits or more (`+012345-…`), so that a capture with absurd clocks has times too.
 */
export function isoTime(t: Timestamp): string {
  if (t.seconds !== cachedSecond) {
    cachedText = isoSecond(t.seconds);
    cachedSecond = t.seconds;
  }
  return `${cachedText}.${String(t.nanos).padStart(9, '0')}Z`;
}

/** Seconds from `from` to `to` with six decimals, cut and not rounded, as `1.250000`. */
export function elapsed(from: Timestamp, to: Timestamp): string {
  let seconds = to.seconds - from.seconds;
  let micros = Math.floor(to.nanos / 1000) - Math.floor(from.nanos / 1000);
  if (seconds > 0 && micros < 0) {
    seconds--;
    micros += 1_000_000;
  } else if (seconds < 0 && micros > 0) {
    seconds++;
    micros -= 1_000_000;
  }
  const sign = seconds < 0 || micros < 0 ? '-' : '';
  return `${sign}${Math.abs(seconds)}.${String(Math.abs(micros)).padStart(6, '0')}`;
}

function isoSecond(seconds: number): string {
  // Date ends at the year 275760: the place within 400 years is enough, the cycles are added as years.
  const cycles = Math.floor(seconds / CYCLE_SECONDS);
  const date = new Date((seconds - cycles * CYCLE_SECONDS) * 1000);
  const year = date.getUTCFullYear() + cycles * CYCLE_YEARS;
  const day = `${yearText(year)}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`;
  // Its first toISOString costs milliseconds, in which V8 prepares for time zones.
  return `${day}T${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
}

function two(n: number): string {
  return String(n).padStart(2, '0');
}

function yearText(year: number): string {
  if (year >= 0 && year <= 9999) return String(year).padStart(4, '0');
  return `${year < 0 ? '-' : '+'}${BigInt(Math.abs(year)).toString().padStart(6, '0')}`;
}
