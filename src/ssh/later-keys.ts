/** A key exchange whose secret is missing hides the next ones: only derived keys of a later one can open what follows it. */
import { Adrift } from './adrift.ts';
import { cipher } from './crypto/ciphers.ts';
import { PacketInflater } from './crypto/inflate.ts';
import { mac } from './crypto/macs.ts';
import type { Opener } from './crypto/opener.ts';
import { type Trial, TrialSearch, trialOf, useKeys } from './derived-keys.ts';
import type { Direction } from './direction.ts';
import type { Effort } from './effort.ts';
import { evidence, isZlibHeader, saysMore } from './evidence.ts';
import type { DirectionKeys } from './kex/secrets.ts';
import { effortFor, seek } from './quest.ts';
import { Searches } from './search.ts';
import type { SshSession } from './session.ts';
import { type Suite, shapeOf } from './shape.ts';

/** Keys that may come into use at any packet of a direction whose packets are framed but not opened. */
export interface LaterKeys {
  readonly trials: readonly Trial[];
  readonly effort: Effort;
}

/** Letters of later exchanges, for a direction that uses `suite` until then; undefined when there are none with a tag or a MAC to prove them. */
function laterTrials(session: SshSession, d: Direction, suite: Suite): Trial[] {
  const side = session.sideOf(d.end);
  const trials: Trial[] = [];
  for (const offered of session.secrets?.derivedKeys() ?? []) {
    const keys = offered.kind === 'keys' ? offered[side] : undefined;
    if (keys === undefined || (offered.epoch !== undefined && offered.epoch <= d.epoch)) continue;
    const trial = trialOf(session, offered, keys, suiteOfKeys(keys, suite));
    if (trial?.shape.checked === true) trials.push(trial);
  }
  return trials;
}

/** The algorithms that the file names, or else those in use. */
function suiteOfKeys(keys: DirectionKeys, suite: Suite): Suite {
  const row = cipher(keys.cipher ?? suite.cipher.name) ?? suite.cipher;
  if (row.aead) return { cipher: row, mac: undefined };
  return { cipher: row, mac: keys.mac === undefined ? suite.mac : mac(keys.mac) };
}

/** Some of the keys are of later exchanges that frame packets in another way, so that where their first one begins is to be looked for. */
export function laterFrameOtherwise(session: SshSession, d: Direction, suite: Suite): boolean {
  const { clear, tail } = shapeOf(suite, session.limits);
  return laterTrials(session, d, suite).some(({ shape }) => shape.clear !== clear || shape.tail !== tail);
}

/** Keys to try on each packet that `d` frames from here on. */
export function expectLaterKeys(session: SshSession, d: Direction, suite: Suite): void {
  const trials = laterTrials(session, d, suite);
  d.later = trials.length === 0 ? undefined : { trials, effort: effortFor(session) };
}

/** Tries the keys that `d` expects on `packet`, which is still at the head of the queue; true when they open it. */
export function tryLaterKeys(session: SshSession, d: Direction, packet: Uint8Array): boolean {
  const { later } = d;
  if (later === undefined) return false;
  for (const trial of later.trials) {
    const opener = trial.opener.clone();
    const sequence = session.strict === true ? 0 : d.sequence;
    if (!later.effort.spend(10_000 + 5 * packet.length)) d.later = undefined;
    if (4 + opener.length(sequence, packet) + opener.tailLength !== packet.length) continue;
    const { bits } = evidence(opener, sequence, packet, trial.shape, false);
    // Under encrypt-then-MAC the MAC proves its own key, and not that of the cipher: the text has to read as a message, too.
    if (bits < 0 || (!provesCipherKey(trial) && !saysMore(bits))) continue;
    goOn(session, d, trial, { at: 0, opener: trial.opener, sequence });
    return true;
  }
  return false;
}

/** Its tag or MAC would not fit under another encryption key. */
function provesCipherKey({ shape }: Trial): boolean {
  return !shape.clear || shape.mode === 'gcm' || shape.mode === 'none';
}

/** The same where packets cannot be framed: looks for the keys at every byte. False when there are none. */
export function seekLaterKeys(session: SshSession, d: Direction, suite: Suite, none: () => void): boolean {
  const trials = laterTrials(session, d, suite);
  if (trials.length === 0) return false;
  const effort = effortFor(session);
  const here = { from: 0, to: 0 };
  const searches = trials.map((trial) => {
    const packets = Math.ceil(session.limits.searchBytes / trial.shape.least);
    const sequences = session.strict === true ? here : { from: d.sequence, to: d.sequence + packets };
    return new TrialSearch(
      new Adrift(trial.opener, trial.shape, { here: false, fresh: true, sequences, counters: here, since: d.queue.offset, packed: false }, effort),
      trial,
      '',
      session,
      effort,
    );
  });
  seek(d, {
    search: new Searches([searches]),
    found(found) {
      const trial = trials.find(({ offered }) => offered === found.keys?.offered);
      if (trial !== undefined && found.opener !== undefined) goOn(session, d, trial, { at: found.at, opener: found.opener, sequence: found.sequence });
    },
    none,
  });
  return true;
}

function goOn(session: SshSession, d: Direction, trial: Trial, place: { at: number; opener: Trial['opener']; sequence: number }): void {
  const why = d.obstacle?.reason ?? '';
  const { offered, suite } = trial;
  d.epoch = offered.epoch ?? d.epoch + 1;
  d.later = undefined;
  // What was agreed on compression is hidden, but the first payload shows it.
  d.unknownCompression = undefined;
  d.inflater = beginsStream(d, place) ? new PacketInflater(session.limits.inflatedBytes) : undefined;
  d.zlibBroken = false;
  useKeys(session, d, session.exchange(d.epoch - 1), { ...place, packets: undefined, keys: { suite, offered, note: '' } });
  const { frame } = d.queue.take(0);
  d.lossy = true;
  d.obstacle = { state: 'partial', reason: `${why}; read on from frame ${frame} with ${d.keyNote ?? 'later keys'}` };
}

/** The packet at `place` begins a compressed stream. */
export function beginsStream(d: Direction, { at, opener, sequence }: { readonly at: number; readonly opener: Opener; readonly sequence: number }): boolean {
  const bytes = d.queue.view(d.queue.length).subarray(at);
  const total = 4 + opener.length(sequence, bytes) + opener.tailLength;
  if (bytes.length < total) return false;
  const { plain } = opener.clone().open(sequence, bytes.subarray(0, total));
  return isZlibHeader(plain[5], plain[6]);
}
