/** Which secret meets which key exchange: the answers that a session asks for. */

import type { DirectionKeys, OfferedKeys, OfferedSecret, Secrets } from '../ssh/kex/secrets.ts';
import type { Side } from '../ssh/message.ts';
import { type CipherKey, type DerivedKeys, describeSource, isPlaceholder, type SecretItem } from './item.ts';
import { numberCandidates, stringCandidates } from './normalise.ts';
import type { SecretStore } from './store.ts';

/** The secrets of a store, as sessions ask for them. */
export class MatchedSecrets implements Secrets {
  readonly readings = { numberCandidates, stringCandidates };
  readonly spent = { units: 0, fitting: 0 };
  diagnosed = 0;
  opened = 0;
  private readonly store: SecretStore;
  /** The derived keys among the first `looked` items of the store, which grows as blocks of the capture are read. */
  private readonly derived: OfferedKeys[] = [];
  private looked = 0;
  private late: (() => void) | undefined;

  /** `late` adds to the store what stands further back in the capture; it is called once, when a secret is missing. */
  constructor(store: SecretStore, late?: () => void) {
    this.store = store;
    this.late = late;
  }

  get empty(): boolean {
    return this.late === undefined && this.store.items.length === 0;
  }

  seekMore(): boolean {
    const { late } = this;
    const before = this.store.items.length;
    this.late = undefined;
    late?.();
    return this.store.items.length > before;
  }

  forExchange(client: string | undefined, server: string | undefined): readonly OfferedSecret[] {
    const out: OfferedSecret[] = [];
    if (![client, server].some((cookie) => cookie !== undefined && this.store.byCookie(cookie).length > 0)) this.seekMore();
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

  derivedKeys(): readonly OfferedKeys[] {
    const { items } = this.store;
    if (items.length === 0) this.seekMore();
    for (; this.looked < items.length; this.looked++) {
      const item = items[this.looked] as SecretItem;
      if ((item.kind === 'keys' || item.kind === 'cipher key') && this.store.copyOf(item) === undefined) this.derived.push(this.offered(item));
    }
    return this.derived;
  }

  private offered(item: DerivedKeys | CipherKey): OfferedKeys {
    const cookie = item.cookie === undefined || isPlaceholder(item.cookie) ? undefined : item.cookie;
    const { kind, sessionId } = item;
    const note = (text: string) => this.store.markUsed(item, text);
    const base = { kind, cookie, sessionId, origin: describeSource(item.source), note };
    if (item.kind === 'keys') return { ...base, epoch: item.epoch, client: lettersOf(item, 'client'), server: lettersOf(item, 'server') };
    // Whether `in` is the client's depends on whose process it was, which nobody says.
    const keys: DirectionKeys = { cipher: item.cipher, mac: undefined, key: item.key, iv: item.iv, macKey: item.macKey };
    return { ...base, epoch: undefined, client: keys, server: keys };
  }

  get cookieCount(): number {
    return this.store.cookieCount;
  }

  cookies(max: number): readonly string[] {
    return this.store.cookies(max);
  }

  unreadable(cookies: readonly string[]): { readonly message: string; readonly wanted: boolean } | undefined {
    const unread = this.store.problems.filter((p) => p.code === 'malformed' || p.code === 'unknown').map((p) => p.message);
    const wanted = unread.find((message) => cookies.some((cookie) => message.includes(cookie)));
    const message = wanted ?? unread[0];
    return message === undefined ? undefined : { message, wanted: wanted !== undefined };
  }

  private offer(out: OfferedSecret[], item: SecretItem, side: Side | undefined): void {
    if (item.kind !== 'SHARED_SECRET' && item.kind !== 'PRIVATE_KEY') return;
    const note = (text: string) => this.store.markUsed(item, text);
    out.push({ kind: item.kind, bytes: item.bytes, side, origin: describeSource(item.source), note });
  }
}

const NO_KEY = new Uint8Array(0);

/** The letters of what `side` sends (RFC 4253 section 7.2); undefined without its encryption key, unless there is a MAC key: under the cipher `none` that is all. */
function lettersOf({ letters, ciphers, macs }: DerivedKeys, side: Side): DirectionKeys | undefined {
  const [iv, key, macKey] = side === 'client' ? [letters.A, letters.C, letters.E] : [letters.B, letters.D, letters.F];
  if (key === undefined && macKey === undefined) return undefined;
  return { cipher: ciphers?.[side], mac: macs?.[side], key: key ?? NO_KEY, iv, macKey };
}
