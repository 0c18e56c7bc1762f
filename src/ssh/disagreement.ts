/** Algorithms that the two sides could not agree on. */
import { problem } from '../wire/problem.ts';
import type { SshSession } from './session.ts';

/** Reports lists without a common name: the connection had to fail (RFC 4253 section 7.1). */
export function reportDisagreement(session: SshSession): void {
  for (const { epoch, negotiation } of session.exchanges) {
    if (negotiation?.failed !== true) continue;
    for (const choice of negotiation.choices) {
      if (!choice.failed) continue;
      const message = `key exchange ${epoch}, ${choice.list}: ${choice.reason}; the connection must fail`;
      session.report(problem('unexpected', message, { rfc: '4253#7.1' }));
    }
  }
}
