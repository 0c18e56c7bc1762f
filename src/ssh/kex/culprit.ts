/** Why a signature over H does not verify: tries what implementers do wrong, and names what fits. */
import { primitives } from '../crypto/native.ts';
import { type HostSignature, hostSignature } from './exchange-hash.ts';
import { type HashPart, hashInput } from './hash-parts.ts';
import type { Draft, Mistake } from './mistakes/draft.ts';
import { COMMON_MISTAKES, MISTAKES } from './mistakes/index.ts';
import type { ExchangeInputs } from './resolve-secret.ts';
import type { Transcript } from './transcript.ts';

/** What is known beside, when no mistake fits. */
export interface Evidence {
  /** K came from a private value, and that gives the public value on the wire (true) or does not (false). */
  readonly matchesPublic?: boolean | undefined;
  /** The MACs of packets verify with the keys that follow from this K and H (true), or do not (false). */
  readonly macsVerify?: boolean | undefined;
  /** Why the K that was given cannot be that of the method, in words that begin after "K ". */
  readonly doubt?: string | undefined;
  /** Every message of the exchange came under a MAC that verifies. */
  readonly authentic?: boolean;
}

export interface Finding {
  /** The mistakes that together make the signature verify: one, or two; empty when nothing fits. */
  readonly mistakes: readonly Mistake[];
  /** What both sides took for H, so that keys can be derived from it; undefined when nothing fits, and when H was right. */
  readonly h: Uint8Array | undefined;
  /** One or more sentences for the user. */
  readonly sentences: readonly string[];
  /** Signatures checked. */
  readonly tried: number;
}

export interface SearchOptions {
  /** Also two of the common mistakes at a time. */
  readonly pairs?: boolean;
  /** Signatures to check at most. */
  readonly most?: number;
}

/** Signatures that are checked for one search, and milliseconds that they may take together, about. */
const MOST_TRIED = 600;
const MOST_MS = 1000;

/**
 * Looks for the mistake in the exchange hash that would make the host key's signature verify. Bounded; a flipped bit anywhere
 * in the inputs cannot be found this way.
 *
 * @param parts the inputs of H as they should be, with a K that does not verify
 */
export function findCulprit(exchange: ExchangeInputs, parts: readonly HashPart[], evidence: Evidence = {}, options: SearchOptions = {}): Finding {
  const { method, transcript, hostKeyAlgorithm } = exchange;
  const right: Draft = { parts, hash: method.hash, signs: 'H' };
  const strict = hostSignature(transcript, hostKeyAlgorithm).check(signedBy(right));
  const signature = hostSignature(transcript, undefined);
  // Nothing is wrong with H when another algorithm than the agreed one signed it, and nothing can be found where nothing can be checked.
  if (strict.verdict !== 'invalid' || signature.check(signedBy(right)).verdict === 'valid') return { ...NOTHING, sentences: [strict.reason] };
  const search = new Search(transcript, signature, options.most ?? Math.min(MOST_TRIED, Math.ceil(MOST_MS / signature.cost)));
  const singles = search.step(right, MISTAKES, []);
  if (options.pairs === true) search.pairs(singles);
  const { found, tried } = search;
  if (found === undefined) return { ...NOTHING, sentences: unexplained(evidence), tried };
  const h = found.draft.signs === 'H' ? signedBy(found.draft) : undefined;
  return { mistakes: found.mistakes, h, sentences: found.mistakes.map((m) => m.sentence), tried };
}

const NOTHING: Finding = { mistakes: [], h: undefined, sentences: [], tried: 0 };

interface Made {
  readonly draft: Draft;
  readonly mistakes: readonly Mistake[];
}

class Search {
  tried = 0;
  found: Made | undefined;
  private readonly most: number;
  private readonly transcript: Transcript;
  private readonly signature: HostSignature;
  /** What was checked already, under another name or in another order. */
  private readonly seen = new Set<string>();

  constructor(transcript: Transcript, signature: HostSignature, most: number) {
    this.transcript = transcript;
    this.signature = signature;
    this.most = most;
  }

  /** Makes each of `mistakes` in `draft`, up to the one that fits; gives those that led to something new. */
  step(draft: Draft, mistakes: readonly Mistake[], before: readonly Mistake[]): Made[] {
    const made: Made[] = [];
    for (const mistake of mistakes) {
      if (this.tried >= this.most) break;
      const next = mistake.make(draft, this.transcript);
      if (next === undefined) continue;
      const one = { draft: next, mistakes: [...before, mistake] };
      if (this.fits(one)) break;
      made.push(one);
    }
    return made;
  }

  /** Makes a second mistake in each of `singles`, of which only the common ones count. */
  pairs(singles: readonly Made[]): void {
    for (const { draft, mistakes } of singles) {
      if (this.found !== undefined || this.tried >= this.most) return;
      const at = COMMON_MISTAKES.indexOf(mistakes[0] as Mistake);
      if (at >= 0) this.step(draft, COMMON_MISTAKES.slice(at + 1), mistakes);
    }
  }

  private fits(made: Made): boolean {
    const message = signedBy(made.draft);
    const key = `${message.length} ${String.fromCharCode(...primitives.hash('sha256', message))}`;
    if (this.seen.has(key)) return false;
    this.seen.add(key);
    this.tried++;
    if (this.signature.check(message).verdict !== 'valid') return false;
    this.found = made;
    return true;
  }
}

/** What the signature would be over. */
function signedBy(d: Draft): Uint8Array {
  const input = hashInput(d.parts);
  if (d.signs === 'inputs') return input;
  const h = primitives.hash(d.hash, input);
  return d.signs === 'H' ? h : primitives.hash(d.hash, h);
}

/** What to say when no mistake fits, with the facts that speak for one side. */
export function unexplained({ matchesPublic, macsVerify, doubt, authentic }: Evidence): string[] {
  if (doubt !== undefined) return [`K is wrong: what was given for it ${doubt}`];
  const culprit =
    authentic === true ? 'K is wrong, as every message of this exchange came under a MAC that verifies' : 'K is wrong or a message was altered on the way';
  const out = [`${culprit}; none of the mistakes that implementers make explains the signature, and a single flipped bit is out of reach`];
  if (macsVerify === true)
    out.push(
      'the MACs of the packets verify with the keys that follow from this K and H, so both sides had the same K and H: it is the host key or the signature that was altered',
    );
  else if (matchesPublic === true)
    out.push(
      'K follows from a private value that gives the public one on the wire, so K is what that side computed: a message was altered, or another key signed',
    );
  if (matchesPublic === false) out.push('the private value does not give the public one on the wire, so it is of another exchange: K is wrong');
  if (macsVerify === false) out.push('the keys that follow from this K and H do not open the packets, so the two sides had another K or H');
  return out;
}
