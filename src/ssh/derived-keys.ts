/** Opening a direction with derived keys alone: no K, so no exchange hash; that a key fits shows by a tag, a MAC or the text. */
import { fromHex } from '../bytes/hex.ts';
import { enumerated } from '../bytes/words.ts';
import { Adrift, type Unknowns } from './adrift.ts';
import { CIPHERS, type CipherRow } from './crypto/ciphers.ts';
import { MACS, type MacRow, mac } from './crypto/macs.ts';
import { primitives } from './crypto/native.ts';
import type { Opener } from './crypto/opener.ts';
import { CIPHER_OPENERS, makeOpener } from './crypto/openers.ts';
import { SealedOpener } from './crypto/sealed.ts';
import type { Direction } from './direction.ts';
import type { Effort } from './effort.ts';
import { evidence, saysMore } from './evidence.ts';
import type { KeyExchange } from './exchange.ts';
import type { DirectionKeys, OfferedKeys } from './kex/secrets.ts';
import { LETTERS_OF } from './keys.ts';
import type { Side } from './model.ts';
import { effortFor, seek } from './quest.ts';
import { Resync } from './resync.ts';
import { type Found, type FoundKeys, type Look, Scan, type Scanner, type Search, Searches, type View } from './search.ts';
import type { SshSession } from './session.ts';
import { type Shape, type Suite, shapeOf } from './shape.ts';
import { UncheckedOpener } from './unchecked.ts';

/** One way to use a key on a direction. */
export interface Trial {
  readonly offered: OfferedKeys;
  readonly suite: Suite;
  readonly shape: Shape;
  /** In the state that the file gives. */
  readonly opener: Opener;
}

/** Packets or blocks that an IV of the middle of a session may be off, when it is tried first. */
const NEAR = 4096;

/** What finds the place where a trial's keys fit, and says whose they are. */
export class TrialSearch implements Search {
  private readonly scan: Scan;
  private readonly trial: Trial;
  private readonly note: string;
  private readonly packed: boolean;
  /** A place whose text is not there yet. */
  private found: Found | undefined;

  constructor(scanner: Scanner, trial: Trial, note: string, session: SshSession, effort: Effort, packed = true) {
    this.scan = new Scan(scanner, session.limits, effort);
    this.trial = trial;
    this.note = note;
    this.packed = packed;
  }

  look(view: View): Look {
    const first = this.found ?? this.scan.look(view);
    if (first === 'more' || first === 'none') return first;
    const look = this.readable(view, first);
    this.found = look === 'more' ? first : undefined;
    if (look === 'more' || look === 'none') return look;
    const keys: FoundKeys = { suite: this.trial.suite, offered: this.trial.offered, note: this.note };
    return { ...look, keys };
  }

  /**
   * Under encrypt-then-MAC the MAC proves its own key, and not that of the cipher: what is decrypted has to read as messages, too.
   * Of CBC with a wrong IV the first packet does not, and is left out.
   */
  private readable(view: View, found: Found): Look {
    const { shape } = this.trial;
    const { at, opener, sequence } = found;
    if (!shape.clear || shape.mode === 'gcm' || opener === undefined || found.blind !== undefined) return found;
    const first = this.reads(view, at, opener, sequence);
    if (first === undefined && !view.last) return 'more';
    if (first === true || shape.mode !== 'cbc') return first === true ? found : 'none';
    const total = 4 + opener.length(sequence, view.bytes.subarray(at)) + shape.tail;
    const behind = opener.clone();
    behind.open(sequence, view.bytes.subarray(at, at + total));
    const reads = this.reads(view, at + total, behind, sequence + 1);
    if (reads === undefined) return view.last ? 'none' : 'more';
    return reads ? { ...found, at: at + total, opener: behind, sequence: sequence + 1 } : 'none';
  }

  /** Whether what stands at `at` reads as messages; undefined when nothing is there yet, or too little to tell and more may come. */
  private reads(view: View, at: number, opener: Opener, sequence: number): boolean | undefined {
    const { bits, ended, begins } = evidence(opener.clone(), sequence, view.bytes.subarray(at), { ...this.trial.shape, checked: false }, this.packed);
    if (bits === 0 && ended) return undefined;
    if (bits < 0 || !begins) return false;
    return ended && !view.last && !this.packed && !saysMore(bits) ? undefined : true;
  }
}

/**
 * Looks for derived keys that open `d` from its NEWKEYS on. False when there are none to try, or what those of this exchange lack;
 * else `d` is in stage `searching`, and `none` is called when none fits, with what was tried.
 */
export function tryDerivedKeys(
  session: SshSession,
  d: Direction,
  exchange: KeyExchange,
  suite: Suite,
  none: (tried: string, trials: readonly Trial[]) => void,
): boolean | string {
  const keys = session.secrets?.derivedKeys() ?? [];
  if (keys.length === 0) return false;
  const side = session.sideOf(d.end);
  const own = [exchange.cookie('client'), exchange.cookie('server')];
  const fits = ({ cookie, epoch, sessionId }: OfferedKeys) =>
    (cookie === undefined || own.includes(cookie)) && (epoch === undefined || epoch === d.epoch) && ofSession(session, sessionId);
  const trials: Trial[] = [];
  let lacking: string | undefined;
  for (const offered of keys.filter(fits)) {
    const lack = lackOf(offered, side, suite);
    const sent = offered[side];
    const trial = lack !== undefined || sent === undefined ? undefined : trialOf(session, offered, sent, suite);
    if (trial !== undefined) trials.push(trial);
    else if (lack !== undefined && offered.cookie !== undefined) {
      offered.note(`session ${session.number}, exchange ${exchange.epoch}: for the ${side} it ${lack}`);
      lacking ??= `the line of derived keys ${offered.origin} ${lack}`;
    }
  }
  if (trials.length === 0) return lacking ?? false;
  const packed = d.inflater !== undefined;
  const sequences = { from: d.sequence, to: d.sequence };
  const effort = effortFor(session);
  const at = (trial: Trial, counters: Unknowns['counters'], note: string) =>
    new TrialSearch(new Adrift(trial.opener, trial.shape, { here: true, sequences, counters, packed }, effort), trial, note, session, effort, packed);
  const back = session.limits.searchCounters;
  const stages = [
    trials.map((trial) => at(trial, { from: 0, to: 0 }, '')),
    trials.filter(isCounter).map((trial) => at(trial, { from: -back, to: 0 }, 'whose IV is of a later packet')),
    trials.filter(({ shape }) => shape.mode === 'cbc').map((trial) => chained(session, d, trial, packed, effort)),
  ];
  seek(d, {
    search: new Searches(stages),
    found: (found) => useKeys(session, d, exchange, found),
    none: () => none(originsOf(trials), trials),
  });
  return true;
}

/** What keys that are for this exchange lack for what `side` sends, in words that begin after "it "; undefined when nothing. */
function lackOf({ kind, ...keys }: OfferedKeys, side: Side, { cipher, mac: row }: Suite): string | undefined {
  if (kind !== 'keys') return undefined;
  const letters = LETTERS_OF[side];
  const has = keys[side];
  const noMacKey = `has no MAC key of the ${side} (letter ${letters.mac})`;
  if (has === undefined && cipher.keyLength === 0) return noMacKey;
  if (has === undefined || (has.key.length === 0 && cipher.keyLength > 0)) return `has no encryption key of the ${side} (letter ${letters.key})`;
  if (has.cipher !== undefined && plainName(has.cipher) !== plainName(cipher.name)) return `is for ${has.cipher}, and the ${side} uses ${cipher.name}`;
  if (has.key.length < cipher.keyLength) return tooShort(letters.key, has.key, cipher.name, cipher.keyLength);
  const noIv = has.iv === undefined ? `has no IV of the ${side} (letter ${letters.iv})` : tooShort(letters.iv, has.iv, cipher.name, cipher.ivLength);
  if (cipher.keyLength === 0 && row !== undefined && has.macKey === undefined) return noMacKey;
  // Of CBC only the first packet needs it.
  if ((has.iv?.length ?? 0) < cipher.ivLength && !cipher.name.includes('-cbc')) return noIv;
  return row === undefined || row.family === 'hmac' || row.family === 'umac' ? undefined : `is of ${row.name}, which is not supported`;
}

function tooShort(letter: string, key: Uint8Array, name: string, length: number): string {
  return `has ${key.length} bytes of letter ${letter}, where ${name} takes ${length}`;
}

/** Where the keys of `trials` stand, each place once. */
function originsOf(trials: readonly Trial[]): string {
  return enumerated([...new Set(trials.map(({ offered }) => offered.origin))]);
}

function isCounter({ shape, offered }: Trial): boolean {
  return (shape.mode === 'gcm' || shape.mode === 'stream') && offered.kind === 'cipher key';
}

/** The IV of a later packet is of no use in CBC, but only the first packet needs it: the next boundary is looked for. */
function chained(session: SshSession, d: Direction, trial: Trial, packed: boolean, effort: Effort): TrialSearch {
  const from = { opener: trial.opener, offset: d.queue.offset, sequence: d.sequence, packed, unproven: false };
  const note = trial.offered.kind === 'keys' ? 'whose IV is missing or wrong' : 'whose IV is of a later packet';
  return new TrialSearch(new Resync(from, trial.shape, session.limits, effort), trial, note, session, effort, packed);
}

function ofSession(session: SshSession, sessionId: string | undefined): boolean {
  if (sessionId === undefined || session.sessionId === undefined) return true;
  const bytes = fromHex(sessionId);
  return bytes !== undefined && bytes.length === session.sessionId.length && bytes.every((b, i) => b === session.sessionId?.[i]);
}

/** How `keys` would open packets under `suite`; undefined when they are not for it. */
export function trialOf(session: SshSession, offered: OfferedKeys, keys: DirectionKeys, suite: Suite): Trial | undefined {
  const { cipher } = suite;
  if (keys.cipher !== undefined && plainName(keys.cipher) !== plainName(cipher.name)) return undefined;
  // Letters may be written as whole digests, of which the cipher takes the first bytes (RFC 4253 section 7.2).
  const cut = offered.kind === 'keys';
  if (cut ? keys.key.length < cipher.keyLength : keys.key.length !== cipher.keyLength) return undefined;
  const key = keys.key.subarray(0, cipher.keyLength);
  const iv = ivOf(keys.iv, suite);
  if (iv === undefined) return undefined;
  const opener = openerOf(key, iv, keys.macKey, suite);
  return opener === undefined ? undefined : { offered, suite, shape: shapeOf(suite, session.limits, opener.unchecked !== true), opener };
}

/** The IV, of the length that the cipher has; zeros for CBC without one, which only costs the first packet. */
function ivOf(iv: Uint8Array | undefined, { cipher }: Suite): Uint8Array | undefined {
  if (cipher.ivLength === 0) return new Uint8Array(0);
  if (iv !== undefined && iv.length >= cipher.ivLength) return iv.slice(0, cipher.ivLength);
  return cipher.name.includes('-cbc') ? new Uint8Array(cipher.ivLength) : undefined;
}

function openerOf(key: Uint8Array, iv: Uint8Array, macKey: Uint8Array | undefined, { cipher, mac: row }: Suite): Opener | undefined {
  const known = row === undefined || (macKey !== undefined && macKey.length >= row.keyLength);
  if (known) return makeOpener({ cipher: cipher.name, key, iv, mac: row?.name, macKey: macKey?.subarray(0, row?.keyLength ?? 0) ?? new Uint8Array(0) });
  const start = CIPHER_OPENERS.get(cipher.name);
  return start === undefined ? undefined : new UncheckedOpener(new SealedOpener(start(primitives, key, iv), undefined, row.etm), row.tagLength);
}

/** Both namings of an algorithm alike: `aes128-gcm` and `aes128-gcm@openssh.com`. */
function plainName(name: string): string {
  return name.toLowerCase().replace(/@openssh\.com$/, '');
}

/** Puts `d` where the keys fit. */
export function useKeys(session: SshSession, d: Direction, exchange: KeyExchange | undefined, found: Found): void {
  const { keys } = found;
  if (keys?.offered === undefined) return;
  const { offered, note } = keys;
  const side = session.sideOf(d.end);
  d.suite = keys.suite;
  d.opener = found.opener;
  d.sequence = found.sequence;
  d.stage = 'packets';
  d.keyNote = `the ${offered.kind === 'keys' ? 'derived keys' : 'cipher key'} of ${offered.origin}${note === '' ? '' : ` (${note})`}`;
  d.encryptedBytes += found.at;
  d.queue.take(found.at);
  if (found.at > 0) d.obstacle = { state: 'partial', reason: `the first ${found.at} bytes cannot be read with ${d.keyNote}` };
  offered.note(exchange === undefined ? `session ${session.number}, ${side}` : `session ${session.number}, exchange ${exchange.epoch}, ${side}`);
  exchange?.useDerived(offered.kind, offered.origin, note);
  if (offered.sessionId !== undefined) session.sessionId ??= fromHex(offered.sessionId);
}

// --- Without a handshake

/**
 * Looks for derived keys that open `d`, whose beginning the capture does not hold: cipher, MAC, boundary and counter are all
 * found by trial. False when there are no keys to try.
 */
export function tryKeysInTheMiddle(session: SshSession, d: Direction, none: (tried: string) => void): boolean {
  const side = session.sideOf(d.end);
  const trials: Trial[] = [];
  for (const offered of session.secrets?.derivedKeys() ?? []) {
    const keys = offered[side];
    if (keys === undefined) continue;
    for (const suite of suitesFor(keys)) {
      const trial = trialOf(session, offered, keys, suite);
      if (trial !== undefined) trials.push(trial);
    }
  }
  if (trials.length === 0) return false;
  const effort = effortFor(session);
  // Near first: a key is mostly taken shortly before or after what is in the capture.
  const search = new Searches([NEAR, session.limits.searchCounters].map((reach) => trials.map((trial) => adrift(session, trial, reach, effort))));
  seek(d, {
    search,
    found(found) {
      d.epoch = Math.max(1, d.epoch);
      useKeys(session, d, undefined, found);
      d.lossy = true;
      d.obstacle = { state: 'partial', reason: `the capture begins in the middle of the session: read from byte ${found.at} on with ${d.keyNote}` };
    },
    none: () => none(originsOf(trials)),
  });
  return true;
}

function adrift(session: SshSession, trial: Trial, reach: number, effort: Effort): TrialSearch {
  const counters = trial.shape.mode === 'stream' || trial.shape.mode === 'gcm' ? { from: -reach, to: reach } : { from: 0, to: 0 };
  const unknowns = { here: false, sequences: { from: 0, to: reach }, counters, packed: false };
  return new TrialSearch(new Adrift(trial.opener, trial.shape, unknowns, effort), trial, '', session, effort);
}

/** The algorithms that a key may be for, when no negotiation says them: by its names, or by the lengths of its parts. */
function suitesFor(keys: DirectionKeys): Suite[] {
  const named = (row: CipherRow) =>
    keys.cipher === undefined ? row.keyLength === keys.key.length && row.aead : plainName(row.name) === plainName(keys.cipher);
  const rows = CIPHERS.filter(named);
  const ciphers = rows.filter((row, i) => rows.findIndex((other) => other.lengthInClear === row.lengthInClear && other.keyLength === row.keyLength) === i);
  return ciphers.flatMap((cipher) => macsFor(cipher, keys).map((row) => ({ cipher, mac: row })));
}

function macsFor(cipher: CipherRow, keys: DirectionKeys): readonly (MacRow | undefined)[] {
  if (cipher.aead) return [undefined];
  if (keys.mac !== undefined) return [mac(keys.mac)];
  const rows = MACS.filter((row) => row.family === 'hmac' || row.family === 'umac');
  if (keys.macKey !== undefined) return rows.filter((row) => row.keyLength === keys.macKey?.length);
  // Without its key only the length of the tag matters, and whether it counts into the packet.
  return rows.filter((row, i) => rows.findIndex((other) => other.tagLength === row.tagLength && other.etm === row.etm) === i);
}
