/** From K as somebody wrote it down to K as it is hashed. */
import { mpintContent } from '../ssh/kex/hash-parts.ts';

/** One reading of what was given. */
export interface Candidate {
  readonly bytes: Uint8Array;
  /** What was done to get there, for a report: `as given`, `length prefix removed`, … */
  readonly done: string;
}

/**
 * What a number can be that was written as `given`: K of DH and ECDH (RFC 4253 section 8, RFC 5656 section 4, RFC 8731 section 3.1),
 * or a private exponent. Each candidate is the content of a canonical mpint. Writers differ in three things: the length prefix of
 * the mpint, its sign byte, and zeros before the number (a raw X25519 or ECDH output has a fixed length). Zeros and sign byte
 * change nothing; a prefix that fits is tried without first, since a number beginning with its own length is one in 2^32.
 */
export function numberCandidates(given: Uint8Array): Candidate[] {
  const inner = unprefixed(given);
  const whole = { bytes: mpintContent(given), done: describe(given) };
  if (inner === undefined) return [whole];
  return distinct([{ bytes: mpintContent(inner), done: 'length prefix removed' }, whole]);
}

/**
 * What a byte string of exactly `length` bytes can be that was written as `given`: K of the hybrid methods, which is the output of
 * their hash and hashed as a string, or a private key of X25519 and X448. Empty when nothing fits. A shorter one was taken for a
 * number by its writer and lost its zeros; a longer one got a prefix or a sign byte.
 */
export function stringCandidates(given: Uint8Array, length: number): Candidate[] {
  const out: Candidate[] = [];
  if (given.length === length) out.push({ bytes: given, done: 'as given' });
  const inner = unprefixed(given);
  if (inner !== undefined)
    for (const c of sized(inner, length)) out.push({ bytes: c.bytes, done: `length prefix removed${c.done === '' ? '' : `, ${c.done}`}` });
  if (given.length !== length) out.push(...sized(given, length));
  return distinct(out);
}

/** `bytes` as a number brought to `length` bytes: zeros in front added or taken away, if zeros suffice. */
function sized(bytes: Uint8Array, length: number): Candidate[] {
  if (bytes.length === length) return [{ bytes, done: '' }];
  const extra = bytes.length - length;
  if (extra > 0) return bytes.subarray(0, extra).some((b) => b !== 0) ? [] : [{ bytes: bytes.subarray(extra), done: `${count(extra)} in front removed` }];
  // More than a few zeros are not chance: then it is another secret.
  if (bytes.length === 0 || -extra > 4) return [];
  const out = new Uint8Array(length);
  out.set(bytes, -extra);
  return [{ bytes: out, done: `${count(-extra)} in front added` }];
}

function count(zeros: number): string {
  return zeros === 1 ? 'a zero byte' : `${zeros} zero bytes`;
}

/** The bytes after a uint32 that counts exactly them (`string` and `mpint` of RFC 4251 section 5), if one stands in front. */
function unprefixed(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.length < 5) return undefined;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  return length === bytes.length - 4 ? bytes.subarray(4) : undefined;
}

function describe(given: Uint8Array): string {
  const canonical = mpintContent(given).length;
  if (canonical === given.length) return 'as given';
  return canonical > given.length ? 'sign byte added' : 'leading zeros removed';
}

function distinct(list: readonly Candidate[]): Candidate[] {
  return list.filter((c, i) => list.findIndex((d) => d.bytes.length === c.bytes.length && d.bytes.every((b, k) => b === c.bytes[k])) === i);
}
