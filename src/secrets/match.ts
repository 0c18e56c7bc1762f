/** Which secret meets which key exchange: the answers that a session asks for. */

import type { OfferedSecret, Secrets } from '../ssh/kex/secrets.ts';
import type { Side } from '../ssh/message.ts';
import { describeSource, type SecretItem } from './item.ts';
import { numberCandidates, stringCandidates } from './normalise.ts';
import type { SecretStore } from './store.ts';

/** The secrets of a store, as sessions ask for them. */
export class MatchedSecrets implements Secrets {
  readonly readings = { numberCandidates, stringCandidates };
  private readonly store: SecretStore;

  constructor(store: SecretStore) {
    this.store = store;
  }

  get empty(): boolean {
    return this.store.items.length === 0;
  }

  forExchange(client: string | undefined, server: string | undefined): readonly OfferedSecret[] {
    const out: OfferedSecret[] = [];
    for (const [cookie, side] of [
      [client, 'client'],
      [server, 'server'],
    ] as const) {
      if (cookie === undefined) continue;
      for (const item of this.store.byCookie(cookie)) this.offer(out, item, side);
    }
    for (const item of this.store.sharedSecretsWithoutCookie()) this.offer(out, item, undefined);
    return out;
  }

  get cookieCount(): number {
    return this.store.cookieCount;
  }

  cookies(max: number): readonly string[] {
    return this.store.cookies(max);
  }

  private offer(out: OfferedSecret[], item: SecretItem, side: Side | undefined): void {
    if (item.kind !== 'SHARED_SECRET' && item.kind !== 'PRIVATE_KEY') return;
    const note = (text: string) => this.store.markUsed(item, text);
    out.push({ kind: item.kind, bytes: item.bytes, side, origin: describeSource(item.source), note });
  }
}
