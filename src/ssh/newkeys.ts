/** What NEWKEYS does to a direction: from here on its packets are under the keys of the exchange, as far as we have them. */
import { framingWithoutKeys } from './binary-packet.ts';
import { cipher } from './crypto/ciphers.ts';
import { compression } from './crypto/compression.ts';
import { mac } from './crypto/macs.ts';
import type { Opener } from './crypto/opener.ts';
import { startCompression } from './delay-compression.ts';
import { type Trial, tryDerivedKeys } from './derived-keys.ts';
import type { Direction, Obstacle } from './direction.ts';
import { gapsOf, type KeyExchange, NoKeys } from './exchange.ts';
import { keyOf, openerFor, openerWithoutKeys } from './keys.ts';
import { expectLaterKeys, laterFrameOtherwise, seekLaterKeys } from './later-keys.ts';
import type { DecryptionState } from './model.ts';
import type { DirectionAlgorithms } from './negotiate.ts';
import type { SshSession } from './session.ts';
import type { Suite } from './shape.ts';
import { wrongLetters } from './wrong-letters.ts';

/** Puts the keys of the exchange that `d` is in into force. */
export function takeNewKeys(session: SshSession, d: Direction): void {
  const exchange = session.exchanges[d.epoch];
  const algorithms = exchange?.negotiation?.[session.sideOf(d.end)];
  d.sumUp();
  d.kexinit = undefined;
  d.epoch++;
  // OpenSSH PROTOCOL section 1.10: strict KEX starts the sequence numbers of each epoch at 0.
  if (session.strict === true) d.sequence = 0;
  d.opener = undefined;
  d.expected = undefined;
  d.suite = undefined;
  d.proven = false;
  d.keyNote = undefined;
  d.unverified = undefined;
  d.doubtfulBlock = false;
  d.later = undefined;
  if (exchange === undefined || algorithms === undefined) {
    give(d, 'lost', noAlgorithms(session, exchange));
    return;
  }
  startCompression(session, d, algorithms.compression);
  exchange.unlock(session);
  const source = exchange.keySource(session);
  d.suite = suiteOf(algorithms);
  if ('reason' in source) readWithoutK(session, d, exchange, algorithms, source);
  else {
    d.opener = openerFor(session.sideOf(d.end), algorithms, (letter, length) => keyOf(source, letter, length));
    if (d.opener === undefined) give(d, 'unsupported', unsupported(algorithms));
  }
}

/** What is not known without the KEXINIT of each side. */
function noAlgorithms(session: SshSession, exchange: KeyExchange | undefined): string {
  const missing = (['client', 'server'] as const).filter((side) => exchange?.kexinit[session.endOf(side)] === undefined);
  const what = missing.length === 1 ? `KEXINIT of the ${missing[0]}` : 'KEXINITs of both sides';
  const sealed = missing.some((side) => session.direction(session.endOf(side)).encryptedBytes > 0);
  const why = sealed ? `the ${what} could not be read` : `the capture does not hold the ${what} whole`;
  return `the algorithms are not known: ${why}${gapsOf(session)}`;
}

/** Why the keys of the exchange that `d` is in are not known; undefined when they are. */
export function whyNoNextKeys(session: SshSession, d: Direction): string | undefined {
  const exchange = session.exchanges[d.epoch];
  if (exchange?.negotiation === undefined) return noAlgorithms(session, exchange);
  if (nextKeys(session, d) !== undefined) return undefined;
  exchange.unlock(session);
  const source = exchange.keySource(session);
  return 'reason' in source ? source.reason : undefined;
}

/** The keys of the exchange that `d` is in, whose NEWKEYS was not seen; undefined when they are not known. */
export function nextKeys(session: SshSession, d: Direction): { readonly suite: Suite; readonly opener: Opener; readonly packed: boolean } | undefined {
  const exchange = session.exchanges[d.epoch];
  const side = session.sideOf(d.end);
  const algorithms = exchange?.negotiation?.[side];
  if (exchange === undefined || algorithms === undefined) return undefined;
  exchange.unlock(session);
  const source = exchange.keySource(session);
  const suite = suiteOf(algorithms);
  if (suite === undefined) return undefined;
  const opener = 'reason' in source ? openerWithoutKeys(algorithms) : openerFor(side, algorithms, (letter, length) => keyOf(source, letter, length));
  return opener === undefined ? undefined : { suite, opener, packed: compression(algorithms.compression ?? 'none')?.compresses === true };
}

function suiteOf(algorithms: DirectionAlgorithms): Suite | undefined {
  const row = cipher(algorithms.cipher ?? '');
  return row === undefined
    ? undefined
    : { cipher: row, mac: row.aead || algorithms.mac === undefined || algorithms.mac === 'none' ? undefined : mac(algorithms.mac) };
}

/** Without K there may be the derived keys themselves. */
function readWithoutK(session: SshSession, d: Direction, exchange: KeyExchange, algorithms: DirectionAlgorithms, why: Obstacle): void {
  const without = (tried: string, trials: readonly Trial[]) => {
    d.stage = 'packets';
    const wrong = wrongLetters(session, d, trials);
    readWithoutKeys(session, d, algorithms, new NoKeys(why.state, () => wrong ?? `${why.reason}; nor do the derived keys of ${tried} open it`), true);
  };
  const tried = d.suite === undefined ? false : tryDerivedKeys(session, d, exchange, d.suite, without);
  if (tried === false) readWithoutKeys(session, d, algorithms, why, false);
  else if (tried !== true) readWithoutKeys(session, d, algorithms, new NoKeys(why.state, () => tried), true);
}

/** Without keys the packets are read where nothing is encrypted, framed where the length is in clear, and else only counted; `given`: some were given. */
function readWithoutKeys(session: SshSession, d: Direction, algorithms: DirectionAlgorithms, why: Obstacle, given: boolean): void {
  const row = cipher(algorithms.cipher ?? '');
  if (row === undefined) {
    give(d, 'unsupported', unsupported(algorithms));
    return;
  }
  if (row.name === 'none') {
    d.opener = openerWithoutKeys(algorithms);
    if (given) d.unverified = why.reason;
    d.unkeyed ??= why;
    if (d.opener === undefined) give(d, 'unsupported', unsupported(algorithms));
    return;
  }
  d.obstacle = behind(d, why);
  const framing = framingWithoutKeys(row, mac(algorithms.mac ?? 'none'));
  const { suite } = d;
  if (framing !== undefined) {
    d.framing = framing;
    const frame = () => {
      d.stage = 'packets';
      if (suite !== undefined) expectLaterKeys(session, d, suite);
    };
    if (suite === undefined || !laterFrameOtherwise(session, d, suite) || !seekLaterKeys(session, d, suite, frame)) frame();
    return;
  }
  const count = () => {
    d.stage = 'counting';
  };
  if (suite === undefined || !seekLaterKeys(session, d, suite, count)) count();
}

/** From here on the bytes are only counted. */
function give(d: Direction, state: DecryptionState, reason: string): void {
  d.stage = 'counting';
  d.obstacle = behind(d, { state, reason });
}

/** What keeps `d` from being read, after what kept it before. */
function behind(d: Direction, obstacle: Obstacle): Obstacle {
  const before = d.obstacle;
  return before?.state === 'partial' ? new NoKeys(obstacle.state, () => `${before.reason}; then ${obstacle.reason}`) : obstacle;
}

function unsupported(algorithms: DirectionAlgorithms): string {
  const { cipher: name, mac: macName, compression: packed } = algorithms;
  return `sshark cannot open ${[name, macName, packed].filter((n) => n !== undefined && n !== 'none').join(' with ')}`;
}
