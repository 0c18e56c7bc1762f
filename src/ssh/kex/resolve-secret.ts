/** From the secrets that name an exchange to its K and H: which reading of which secret makes the host key's signature verify. */
import { hash as hashRow } from '../crypto/hashes.ts';
import type { Verdict } from '../crypto/verify.ts';
import type { Side } from '../message.ts';
import { exchangeHash, type HostSignature, hostSignature } from './exchange-hash.ts';
import { type HashPart, hashParts, isMissing, prefixed } from './hash-parts.ts';
import type { KexMethod } from './method.ts';
import { type Agreed, privateLength, sharedSecret } from './shared-secret.ts';
import type { Transcript } from './transcript.ts';

/** A secret that somebody wrote down for this exchange. */
export interface GivenSecret {
  readonly kind: 'SHARED_SECRET' | 'PRIVATE_KEY';
  readonly bytes: Uint8Array;
  /** The side whose cookie it was found by; undefined when it has none. */
  readonly side: Side | undefined;
}

/** One way to read what was written. */
export interface Reading {
  readonly bytes: Uint8Array;
  /** What was done to get there: `as given`, `length prefix removed`. */
  readonly done: string;
}

/** How secrets are spelled: the readings of a number, and of a byte string of known length, likeliest first. */
export interface Readings {
  numberCandidates(given: Uint8Array): readonly Reading[];
  stringCandidates(given: Uint8Array, length: number): readonly Reading[];
}

/** The exchange that secrets are tried on. */
export interface ExchangeInputs {
  readonly method: KexMethod;
  readonly transcript: Transcript;
  /** The host key algorithm that was negotiated. */
  readonly hostKeyAlgorithm: string | undefined;
}

/** What a secret gives. */
export interface Resolution<S> {
  readonly secret: S;
  /** K without its length: the content of a canonical mpint, or the string of a hybrid. */
  readonly k: Uint8Array;
  /** K as it goes into H and into the key derivation. */
  readonly encodedK: Uint8Array;
  /** The inputs of H and H itself; undefined when the capture does not hold all of them, which `missing` then names. */
  readonly parts: readonly HashPart[] | undefined;
  readonly h: Uint8Array | undefined;
  readonly missing: readonly string[];
  readonly signature: Verdict;
  /** How the secret was read, when that was not as it stands. */
  readonly note: string;
  /** Whether a private value gives the public value on the wire; undefined for a SHARED_SECRET. */
  readonly matchesPublic: boolean | undefined;
}

/** The outcome for all secrets of one exchange. */
export interface Resolved<S> {
  /** The one that verified; when none did, the one that is likeliest right; undefined when none gives a K at all. */
  readonly best: Resolution<S> | undefined;
  /** Why each of the others was not taken, in words that begin after "it ". */
  readonly rejected: readonly { readonly secret: S; readonly reason: string }[];
}

/** A K to try. */
interface Trial<S> {
  readonly secret: S;
  readonly k: Uint8Array;
  readonly note: string;
  readonly matchesPublic: boolean | undefined;
  /** Without a signature to tell, the lowest is taken. */
  readonly doubt: number;
}

/**
 * Tries the `secrets` of an exchange, in their order and each in all its readings, until the host key's signature verifies.
 */
export function resolveSecret<S extends GivenSecret>(exchange: ExchangeInputs, secrets: readonly S[], readings: Readings): Resolved<S> {
  const signature = hostSignature(exchange.transcript, exchange.hostKeyAlgorithm);
  const rejected: { secret: S; reason: string }[] = [];
  let best: { readonly resolution: Resolution<S>; readonly doubt: number } | undefined;
  for (const secret of secrets) {
    const trials = trialsOf(exchange, secret, readings);
    if (typeof trials === 'string') rejected.push({ secret, reason: trials });
    else
      for (const trial of trials) {
        const resolution = resolutionOf(exchange, trial, signature);
        if (resolution.signature.verdict === 'valid') return { best: resolution, rejected: [...rejected, ...before(best?.resolution, secret)] };
        if (best === undefined || trial.doubt < best.doubt) best = { resolution, doubt: trial.doubt };
      }
  }
  return { best: best?.resolution, rejected };
}

/** What was the best before another one verified. */
function before<S>(resolution: Resolution<S> | undefined, secret: S): { readonly secret: S; readonly reason: string }[] {
  if (resolution === undefined || resolution.secret === secret) return [];
  return [{ secret: resolution.secret, reason: 'gives an exchange hash that the host key did not sign' }];
}

/** K, H and the verdict. */
function resolutionOf<S>(exchange: ExchangeInputs, trial: Trial<S>, signature: HostSignature): Resolution<S> {
  const { method, transcript } = exchange;
  const { secret, k, note, matchesPublic } = trial;
  const parts = hashParts(method, transcript, k);
  const base = { secret, k, encodedK: prefixed(k), note, matchesPublic };
  if (isMissing(parts)) {
    const reason = `the exchange hash cannot be computed: the capture does not hold ${parts.missing.join(', ')}`;
    return { ...base, parts: undefined, h: undefined, missing: parts.missing, signature: { verdict: 'unchecked', reason } };
  }
  const h = exchangeHash(parts, method.hash);
  return { ...base, parts, h, missing: [], signature: signature.check(h) };
}

/** The values that K can have by `secret`, likeliest first; a sentence when there is none. */
function trialsOf<S extends GivenSecret>(exchange: ExchangeInputs, secret: S, readings: Readings): Trial<S>[] | string {
  return secret.kind === 'SHARED_SECRET' ? trialsOfShared(exchange, secret, readings) : trialsOfPrivate(exchange, secret, readings);
}

function trialsOfShared<S extends GivenSecret>({ method }: ExchangeInputs, secret: S, readings: Readings): Trial<S>[] | string {
  const trials = readingsOfK(method, secret.bytes, readings).map((r) => trial(secret, r.bytes, noteOf(r), undefined, 1));
  if (trials.length > 0) return trials;
  return `has ${secret.bytes.length} bytes, where K of ${method.names[0]} is a string of ${hashRow(method.hash)?.length ?? '?'}`;
}

function readingsOfK(method: KexMethod, given: Uint8Array, readings: Readings): readonly Reading[] {
  return method.kForm === 'mpint' ? readings.numberCandidates(given) : readings.stringCandidates(given, hashRow(method.hash)?.length ?? 0);
}

/**
 * K from a private value. When it does not give the public value of the side whose cookie it has, it may be that of the other
 * side, or K itself under the wrong keyword; these are tried too, and believed only when something proves them.
 */
function trialsOfPrivate<S extends GivenSecret>(exchange: ExchangeInputs, secret: S, readings: Readings): Trial<S>[] | string {
  const { method, transcript } = exchange;
  if (method.halves === undefined) return `is a private value, and ${method.names[0]} needs the shared secret K itself`;
  const length = privateLength(method);
  const values = length === undefined ? readings.numberCandidates(secret.bytes) : readings.stringCandidates(secret.bytes, length);
  if (values.length === 0) return `has ${secret.bytes.length} bytes, where a private value of ${method.names[0]} has ${length ?? 'some'}`;
  const own = secret.side ?? 'client';
  const trials: Trial<S>[] = [];
  let error = '';
  for (const value of values)
    for (const side of [own, own === 'client' ? 'server' : 'client'] as const) {
      const agreed = sharedSecret(method, transcript, side, value.bytes);
      if ('error' in agreed) error ||= `cannot be used: ${agreed.error}`;
      else if (side === own || agreed.matchesPublic === true) trials.push(trialOfAgreed(secret, agreed, side, value));
      if ('k' in agreed && agreed.matchesPublic === true) return [trials[trials.length - 1] as Trial<S>];
    }
  for (const r of readingsOfK(method, secret.bytes, readings))
    trials.push(trial(secret, r.bytes, 'it is K itself, though the line says PRIVATE_KEY', undefined, 9));
  return trials.some((t) => t.doubt < 9) || error === '' ? trials : error;
}

function trialOfAgreed<S extends GivenSecret>(secret: S, agreed: Exclude<Agreed, { error: string }>, side: Side, value: Reading): Trial<S> {
  const other =
    secret.side !== undefined && secret.side !== side ? `it is the private value of the ${side}, though its line has the cookie of the other side` : '';
  const note = [noteOf(value), other].filter((s) => s !== '').join('; ');
  return trial(secret, agreed.k, note, agreed.matchesPublic, agreed.matchesPublic === true ? 0 : agreed.matchesPublic === undefined ? 1 : 5);
}

function trial<S>(secret: S, k: Uint8Array, note: string, matchesPublic: boolean | undefined, doubt: number): Trial<S> {
  return { secret, k, note, matchesPublic, doubt };
}

/** Nothing to say of a value that was taken as it stands. */
function noteOf(reading: Reading): string {
  return reading.done === 'as given' ? '' : reading.done;
}
