/** Which message may come when: the rules of RFC 4253 section 7.1, RFC 8308 and strict KEX, for one direction. */
import { type Problem, problem } from '../wire/problem.ts';
import type { Side } from './model.ts';
import { isKexNumber } from './resolve.ts';

/** Where a direction stands when a message comes. */
export interface Moment {
  /** This side has sent its KEXINIT and not yet its NEWKEYS. */
  readonly exchanging: boolean;
  /** NEWKEYS sent by this side: 0 during the first exchange. */
  readonly epoch: number;
  /** Both sides announced strict KEX; undefined while the other's KEXINIT is not known. */
  readonly strict: boolean | undefined;
}

const KEXINIT = 20;
const NEWKEYS = 21;

/** What is wrong with message `number` at this moment, or undefined. `name` is for the sentence. */
export function misplaced(number: number, name: string, at: Moment): Problem | undefined {
  if (number === KEXINIT) return at.exchanging ? problem('unexpected', 'a second KEXINIT before NEWKEYS', { rfc: '4253#7.1' }) : undefined;
  if (at.exchanging) return duringExchange(number, name, at);
  if (at.epoch > 0) return isKexNumber(number) || number === NEWKEYS ? outside(name) : undefined;
  if (number === NEWKEYS || isKexNumber(number)) return outside(name);
  if (number > 4) return problem('unexpected', `${name} before any key exchange: nothing but transport messages may be sent in clear`, { rfc: '4253#7.1' });
  return undefined;
}

function outside(name: string): Problem {
  return problem('unexpected', `${name} outside a key exchange`, { rfc: '4253#7.1' });
}

function duringExchange(number: number, name: string, at: Moment): Problem | undefined {
  if (number === NEWKEYS || isKexNumber(number) || number === 1) return undefined;
  if (number === 7)
    return problem('unexpected', `${name} during a key exchange: it may come only right behind NEWKEYS or before USERAUTH_SUCCESS`, { rfc: '8308#2.4' });
  if (number > 4) return problem('unexpected', `${name} during a key exchange, where RFC 4253 forbids it`, { rfc: '4253#7.1' });
  if (at.epoch > 0) return undefined;
  return at.strict === true ? injectedStrict(name) : injected(name);
}

function injectedStrict(name: string): Problem {
  return problem('unexpected', `${name} during the first key exchange, which strict KEX forbids: the other side must disconnect`, {
    rfc: 'openssh:PROTOCOL#1.10',
  });
}

/**
 * IGNORE, DEBUG and UNIMPLEMENTED are legal here without strict KEX, and nothing protects them: an attacker who puts one in
 * moves the sequence number on and can later take as many encrypted packets away unseen (Terrapin, CVE-2023-48795).
 */
function injected(name: string): Problem {
  return problem(
    'unexpected',
    `${name} in clear during the first key exchange, without strict KEX: it shifts the sequence numbers, which is how a Terrapin attack begins`,
    {
      rfc: 'openssh:PROTOCOL#1.10',
    },
  );
}

/** Strict KEX asks that each side's first packet be its KEXINIT; said when it turns out that `before` packets came first. */
export function notFirst(before: number, side: Side): Problem {
  return problem('unexpected', `${before} packet${before === 1 ? '' : 's'} of the ${side} before its KEXINIT, which strict KEX forbids`, {
    rfc: 'openssh:PROTOCOL#1.10',
  });
}
