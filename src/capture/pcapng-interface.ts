/** Interfaces of a pcapng section (draft-ietf-opsawg-pcapng section 4.2) and the clock each of them has. */
import { i64, u16, u32 } from './endian.ts';
import type { Timestamp } from './frame.ts';
import { readOptions } from './pcapng-options.ts';

export interface Interface {
  readonly linkType: number;
  /** 0 is no limit. */
  readonly snapLength: number;
  /** Bytes of frame check sequence at the end of each frame. */
  readonly fcsLength: number;
  readonly clock: Clock;
}

/** The clock of an interface. */
export interface Clock {
  /** Nanoseconds of a unit when that is a whole number, else 0: then `unitsPerSecond` decides. */
  readonly nanosPerUnit: number;
  readonly unitsPerSecond: bigint;
  /** Seconds to add to every timestamp. */
  readonly offset: number;
}

export const IF_TSRESOL = 9;
export const IF_FCSLEN = 13;
const IF_TSOFFSET = 14;

/**
 * An Interface Description Block with the body `b[start..end)`, of at least 8 bytes. `complain` is told what is wrong;
 * the interface is usable all the same.
 */
export function readInterface(b: Uint8Array, start: number, end: number, little: boolean, complain: (message: string) => void): Interface {
  let resolution = 6;
  let offset = 0n;
  let fcsLength = 0;
  const whole = readOptions(b, start + 8, end, little, (code, from, to) => {
    if (code === IF_TSRESOL && to - from === 1) resolution = b[from] as number;
    else if (code === IF_TSOFFSET && to - from === 8) offset = i64(b, from, little);
    else if (code === IF_FCSLEN && to - from === 1) fcsLength = b[from] as number;
    else if (code === IF_TSRESOL || code === IF_TSOFFSET || code === IF_FCSLEN) complain(`interface option ${code} has a length of ${to - from}`);
  });
  if (!whole) complain('an option of the interface runs over the end of its block');
  // Seconds are numbers here: beyond 2^53 they would silently become others.
  if (offset !== BigInt.asIntN(54, offset)) {
    complain(`a time offset of ${offset} seconds is taken as 0`);
    offset = 0n;
  }
  return {
    linkType: u16(b, start, little),
    snapLength: u32(b, start + 4, little),
    fcsLength,
    clock: clockOf(resolution, Number(offset)),
  };
}

/** The clock for a value of if_tsresol: a power of ten, or of two when the highest bit is set. */
export function clockOf(resolution: number, offset: number): Clock {
  const exponent = resolution & 0x7f;
  const binary = resolution > 0x7f;
  return {
    nanosPerUnit: !binary && exponent <= 9 ? 10 ** (9 - exponent) : 0,
    unitsPerSecond: (binary ? 2n : 10n) ** BigInt(exponent),
    offset,
  };
}

/** High words of the counts that a double holds exactly. */
const EXACT = 2 ** 21;

/** The moment that the 64-bit count of units `high`, `low` says, exact down to the nanosecond (what is finer is cut off). */
export function momentOf(clock: Clock, high: number, low: number): Timestamp {
  if (clock.nanosPerUnit === 0) return exactMoment(clock, (BigInt(high) << 32n) | BigInt(low));
  const units = 1e9 / clock.nanosPerUnit;
  if (high < EXACT) {
    // Below 2^53 the quotient is never rounded up to a whole number: what it lacks of one is more than half of its last bit.
    const count = high * 0x100000000 + low;
    const seconds = Math.floor(count / units);
    return { seconds: seconds + clock.offset, nanos: (count - seconds * units) * clock.nanosPerUnit };
  }
  // Long division by at most 10^9 in steps of 32, 16 and 16 bits: no intermediate value reaches 2^53.
  const top = Math.floor(high / units);
  const upper = (high - top * units) * 0x10000 + (low >>> 16);
  const middle = Math.floor(upper / units);
  const lower = (upper - middle * units) * 0x10000 + (low & 0xffff);
  const bottom = Math.floor(lower / units);
  return { seconds: top * 0x100000000 + middle * 0x10000 + bottom + clock.offset, nanos: (lower - bottom * units) * clock.nanosPerUnit };
}

function exactMoment(clock: Clock, count: bigint): Timestamp {
  const seconds = count / clock.unitsPerSecond;
  const nanos = ((count - seconds * clock.unitsPerSecond) * 1_000_000_000n) / clock.unitsPerSecond;
  return { seconds: Number(seconds) + clock.offset, nanos: Number(nanos) };
}
