/** From the secrets that name an exchange to its K and H: which reading of which secret makes the host key's signature verify. */
import { toHex } from '../../bytes/hex.ts';
import { hash as hashRow } from '../crypto/hashes.ts';
import type { Verdict } from '../crypto/verify.ts';
import type { Effort } from '../effort.ts';
import type { Side } from '../message.ts';
import { exchangeHash, type HostSignature, hostSignature } from './exchange-hash.ts';
import { type HashPart, hashParts, isMissing, prefixed } from './hash-parts.ts';
import type { KexMethod } from './method.ts';
import { type Agreed, privateLength, sharedLength, sharedSecret } from './shared-secret.ts';
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
  /** Why K cannot be one of this method, when its length shows it, in words that begin after "it ". */
  readonly doubt: string | undefined;
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
  /** A guess that counts only when the signature verifies. */
  readonly guess: boolean;
}

/** The values that K can have by one secret, each reckoned when the one before was not it, and what to say when none of them is taken. */
interface Attempt<S> {
  readonly trials: Iterable<Trial<S>>;
  readonly reason: string;
}

/**
 * Tries the `secrets` of an exchange, in their order and each in all its readings, until the host key's signature verifies.
 * What fails is counted to `effort`, if given: when that is used up only the first secret is taken, and nothing is checked.
 */
export function resolveSecret<S extends GivenSecret>(exchange: ExchangeInputs, secrets: readonly S[], readings: Readings, effort?: Effort): Resolved<S> {
  const signature = hostSignature(exchange.transcript, exchange.hostKeyAlgorithm);
  const signatures = { signature, counted: limited(signature, effort) };
  const rejected: { secret: S; reason: string }[] = [];
  let best: Resolution<S> | undefined;
  for (const secret of secrets) {
    if (effort?.exhausted === true && secret !== secrets[0]) {
      rejected.push({ secret, reason: SPENT });
      continue;
    }
    const attempt = attemptOf(exchange, secret, readings, effort);
    const taken = likeliest(exchange, attempt.trials, signatures);
    if (taken?.signature.verdict === 'valid') return { best: taken, rejected: best === undefined ? rejected : [...rejected, outdone(best)] };
    if (taken === undefined) rejected.push({ secret, reason: attempt.reason });
    else if (best === undefined) best = taken;
    // The lines of both cookies say the same as a rule.
    else if (taken.signature.verdict === 'unchecked' && toHex(taken.k) === toHex(best.k)) continue;
    else {
      const better = taken.matchesPublic === true && best.matchesPublic !== true;
      rejected.push(outdone(better ? best : taken));
      if (better) best = taken;
    }
  }
  return { best, rejected };
}

/** The host key's signature, and the same with its checks counted. */
interface Signatures {
  readonly signature: HostSignature;
  readonly counted: HostSignature;
}

/** The first of `trials` that verifies, or else the first that is no guess. What the public value proves is no search, and checked whatever that cost. */
function likeliest<S extends GivenSecret>(exchange: ExchangeInputs, trials: Iterable<Trial<S>>, { signature, counted }: Signatures): Resolution<S> | undefined {
  let first: Resolution<S> | undefined;
  for (const trial of trials) {
    const resolution = resolutionOf(exchange, trial, trial.matchesPublic === true ? signature : counted);
    if (resolution.signature.verdict === 'valid') return resolution;
    if (!trial.guess) first ??= resolution;
  }
  return first;
}

const TOO_MUCH = 'too much was tried already (limits searchWorkTotal and privateWorkTotal)';
const SPENT = `was not tried: ${TOO_MUCH}`;
const NOT_CHECKED: Verdict = { verdict: 'unchecked', reason: `it was not checked: ${TOO_MUCH}` };

/** `signature`, whose checks that fail are counted to `effort`. */
function limited(signature: HostSignature, effort: Effort | undefined): HostSignature {
  if (effort === undefined) return signature;
  const check = (message: Uint8Array) => {
    if (effort.exhausted) return NOT_CHECKED;
    const verdict = signature.check(message);
    if (verdict.verdict === 'invalid') effort.spend(signature.cost * 1e6);
    return verdict;
  };
  return { ...signature, check };
}

/** Why a secret that gives a K was not taken. */
function outdone<S>({ secret, signature }: Resolution<S>): { readonly secret: S; readonly reason: string } {
  const unsigned = 'was not used: another one is likelier, and there is no signature to tell';
  return { secret, reason: signature.verdict === 'invalid' ? 'gives an exchange hash that the host key did not sign' : unsigned };
}

/** K, H and the verdict. */
function resolutionOf<S>(exchange: ExchangeInputs, trial: Trial<S>, signature: HostSignature): Resolution<S> {
  const { method, transcript } = exchange;
  const { secret, k, note, matchesPublic } = trial;
  const parts = hashParts(method, transcript, k);
  const base = { secret, k, encodedK: prefixed(k), note, matchesPublic, doubt: lengthDoubt(method, transcript, k) };
  if (isMissing(parts)) {
    const reason = `the exchange hash cannot be computed: the capture does not hold ${parts.missing.join(', ')}`;
    return { ...base, parts: undefined, h: undefined, missing: parts.missing, signature: { verdict: 'unchecked', reason } };
  }
  const h = exchangeHash(parts, method.hash);
  return { ...base, parts, h, missing: [], signature: signature.check(h) };
}

/** Leading zero bytes that K loses by chance: more are less likely than 2^-24. */
const ZEROS = 3;

/** What the length of K as a number says against it: a line that was cut off gives a shorter one. */
function lengthDoubt(method: KexMethod, t: Transcript, k: Uint8Array): string | undefined {
  const whole = sharedLength(method, t);
  const length = k[0] === 0 ? k.length - 1 : k.length;
  if (whole === undefined || (length <= whole && length + ZEROS >= whole)) return undefined;
  return `has ${length} bytes, where K of ${method.names[0]} has ${whole}`;
}

function attemptOf<S extends GivenSecret>(exchange: ExchangeInputs, secret: S, readings: Readings, effort: Effort | undefined): Attempt<S> {
  return secret.kind === 'SHARED_SECRET' ? attemptShared(exchange, secret, readings) : attemptPrivate(exchange, secret, readings, effort);
}

function attemptShared<S extends GivenSecret>({ method }: ExchangeInputs, secret: S, readings: Readings): Attempt<S> {
  const trials = readingsOfK(method, secret.bytes, readings).map((r) => ({ secret, k: r.bytes, note: noteOf(r), matchesPublic: undefined, guess: false }));
  return { trials, reason: `has ${secret.bytes.length} bytes, where K of ${method.names[0]} is a string of ${hashRow(method.hash)?.length ?? '?'}` };
}

function readingsOfK(method: KexMethod, given: Uint8Array, readings: Readings): readonly Reading[] {
  return method.kForm === 'mpint' ? readings.numberCandidates(given) : readings.stringCandidates(given, hashRow(method.hash)?.length ?? 0);
}

/**
 * K from a private value. When it does not give the public value of the side whose cookie it has, it may be that of the other
 * side, or K itself under the wrong keyword; these are tried too, and believed only when something proves them.
 */
function attemptPrivate<S extends GivenSecret>(exchange: ExchangeInputs, secret: S, readings: Readings, effort: Effort | undefined): Attempt<S> {
  const { method } = exchange;
  const reason =
    method.halves === undefined
      ? `is a private value, and ${method.names[0]} takes the shared secret K itself`
      : `has ${secret.bytes.length} bytes, which is no private value of ${method.names[0]}`;
  const attempt = { reason, trials: [] as Iterable<Trial<S>> };
  attempt.trials = privateTrials(exchange, secret, readings, effort, attempt);
  return attempt;
}

/** K itself first where it costs much less to try than a private value: in a group of numbers, when it is as long as K is there. */
function* privateTrials<S extends GivenSecret>(
  exchange: ExchangeInputs,
  secret: S,
  readings: Readings,
  effort: Effort | undefined,
  attempt: { reason: string },
): Generator<Trial<S>> {
  const { method, transcript } = exchange;
  const note = 'it is K itself, though the line says PRIVATE_KEY';
  const asK = readingsOfK(method, secret.bytes, readings).map((r): Trial<S> => ({ secret, k: r.bytes, note, matchesPublic: undefined, guess: true }));
  const length = method.curve === undefined ? sharedLength(method, transcript) : undefined;
  const cheap = length === undefined ? [] : asK.filter(({ k }) => lengthDoubt(method, transcript, k) === undefined);
  yield* cheap;
  const own = secret.side ?? 'client';
  const values = method.halves === undefined ? [] : privateReadings(method, secret.bytes, readings);
  const trials: Trial<S>[] = [];
  for (const value of values)
    for (const side of [own, own === 'client' ? 'server' : 'client'] as const) {
      const agreed = agreedWith(exchange, side, value.bytes, effort);
      if (!('k' in agreed)) {
        if (side === own)
          attempt.reason = 'error' in agreed ? `cannot be used: ${agreed.error}` : `does not give the ${publicName(method, own)} that the ${own} sent`;
        continue;
      }
      const trial = { secret, k: agreed.k, note: privateNote(value, side, secret), matchesPublic: agreed.matchesPublic };
      if (agreed.matchesPublic === true) {
        yield { ...trial, guess: false };
        return;
      }
      trials.push({ ...trial, guess: side !== own });
    }
  yield* trials;
  yield* asK.filter((trial) => !cheap.includes(trial));
}

/** K by the private value of `side`, unless too much was tried already. */
function agreedWith({ method, transcript }: ExchangeInputs, side: Side, privateValue: Uint8Array, effort: Effort | undefined): Agreed {
  if (effort?.exhausted === true) return { error: TOO_MUCH };
  const agreed = sharedSecret(method, transcript, side, privateValue);
  if (!('work' in agreed)) return agreed;
  if (agreed.matchesPublic === true) effort?.fit(agreed.work);
  else effort?.spend(agreed.work);
  return agreed;
}

function privateReadings(method: KexMethod, given: Uint8Array, readings: Readings): readonly Reading[] {
  const length = privateLength(method);
  return length === undefined ? readings.numberCandidates(given) : readings.stringCandidates(given, length);
}

/** `e`, `Q_S`: the public value of `side`, by the name of the RFC. */
function publicName(method: KexMethod, side: Side): string {
  const field = method.halves?.[side][1] ?? '';
  return { qC: 'Q_C', qS: 'Q_S' }[field] ?? field;
}

function privateNote(value: Reading, side: Side, secret: GivenSecret): string {
  const other = secret.side !== undefined && secret.side !== side;
  // A private value is a number of its own, and no mpint.
  const how = value.done === 'sign byte added' ? '' : noteOf(value);
  return [how, other ? `it is the private value of the ${side}, though its line has the cookie of the other side` : ''].filter((s) => s !== '').join('; ');
}

/** Nothing to say of a value that was taken as it stands. */
function noteOf(reading: Reading): string {
  return reading.done === 'as given' ? '' : reading.done;
}
