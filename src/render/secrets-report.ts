/** Which secret met which key exchange: what every line of every secrets file came to, and what every key exchange has or wants. */
import { toHex } from '../bytes/hex.ts';
import { describeSource, isPlaceholder, type SecretItem } from '../secrets/item.ts';
import type { SecretStore, SecretsFile } from '../secrets/store.ts';
import { mpintContent } from '../ssh/kex/hash-parts.ts';
import { kexMethod } from '../ssh/kex/index.ts';
import type { Exchange, Packet, Session, Side } from '../ssh/model.ts';
import type { Problem } from '../wire/problem.ts';

/** Hex; undefined for a KEXINIT that was not captured. */
export type Cookies = Readonly<Record<Side, string | undefined>>;

/** A key exchange of a session, with the cookies by which its secret is found. */
export interface ExchangeReport {
  readonly session: Session;
  readonly exchange: Exchange;
  readonly cookies: Cookies;
  /** Kinds of secret that would open it; empty when it has one. */
  readonly wanted: readonly ('SHARED_SECRET' | 'PRIVATE_KEY')[];
}

/**
 * What a line came to: it gave the secret of an exchange; it was tried and does not fit; it says the same as one before it; it was
 * not needed, since another one for the same exchange fits; it met nothing; it cannot be read.
 */
export type LineOutcome = 'used' | 'rejected' | 'copy' | 'spare' | 'unmatched' | 'unreadable';

export interface LineReport {
  readonly file: string;
  readonly line: number | undefined;
  readonly kind: SecretItem['kind'] | undefined;
  readonly cookie: string | undefined;
  readonly outcome: LineOutcome;
  /** In words; at least one. Peer text in them is not yet made printable. */
  readonly texts: readonly string[];
}

/** An exchange that has secrets in the store, as the report remembers it. */
interface Meeting {
  readonly name: string;
  readonly exchange: Exchange;
}

/** Collects what is needed while the capture is read. Its size goes with the secrets, and the sessions that are open. */
export class SecretsReport {
  readonly store: SecretStore;
  private readonly open = new Map<Session, Map<number, Partial<Record<Side, string>>>>();
  private readonly meetings = new Map<string, Meeting>();
  /** Uses of secrets whose hash the host key did not sign. */
  private readonly unsigned = new Set<string>();
  /** A session was not read to its end: there may be key exchanges in it that nobody has seen. */
  private unread = false;

  constructor(store: SecretStore) {
    this.store = store;
  }

  /** Notes the cookie of a KEXINIT (RFC 4253 section 7.1). */
  packet(p: Packet): void {
    const cookie = p.number === 20 && p.protocol === 2 && !p.cut ? p.value?.cookie : undefined;
    if (!(cookie instanceof Uint8Array)) return;
    const exchanges = this.open.get(p.session) ?? new Map<number, Partial<Record<Side, string>>>();
    this.open.set(p.session, exchanges);
    exchanges.set(p.epoch + 1, { ...exchanges.get(p.epoch + 1), [p.side]: toHex(cookie) });
  }

  /** The exchanges of `session`, which is over. */
  session(session: Session): ExchangeReport[] {
    const kept = this.open.get(session);
    this.open.delete(session);
    this.unread ||= [session.client, session.server].some(({ decryption: { state } }) => state !== 'ok' && state !== 'none');
    return session.exchanges.map((exchange) => {
      const { client, server } = kept?.get(exchange.epoch) ?? {};
      this.note(`session ${session.number}, exchange ${exchange.epoch}`, exchange, [client, server]);
      return { session, exchange, cookies: { client, server }, wanted: exchange.secret === undefined ? wantedFor(exchange) : [] };
    });
  }

  private note(name: string, exchange: Exchange, cookies: readonly (string | undefined)[]): void {
    if (exchange.secret !== undefined && exchange.signature.verdict === 'invalid') this.unsigned.add(name);
    for (const cookie of cookies) if (cookie !== undefined && this.store.byCookie(cookie).length > 0) this.meetings.set(cookie, { name, exchange });
  }

  /** The lines of each file, in their order; call it when all sessions are over. */
  *files(): Generator<{ readonly file: SecretsFile; readonly lines: readonly LineReport[] }> {
    let at = 0;
    for (const file of this.store.files) {
      const lines = this.store.items.slice(at, at + file.items).map((item) => this.line(item));
      at += file.items;
      const unread = this.store.problems.flatMap((p) => unreadLine(p, file.file) ?? []);
      yield { file, lines: unread.length === 0 ? lines : [...lines, ...unread].sort((a, b) => (a.line ?? 0) - (b.line ?? 0)) };
    }
  }

  private line(item: SecretItem): LineReport {
    const { kind, cookie } = item;
    return { file: item.source.file, line: item.source.line, kind, cookie, ...this.outcome(item) };
  }

  private outcome(item: SecretItem): Pick<LineReport, 'outcome' | 'texts'> {
    const copied = this.store.copyOf(item);
    if (copied !== undefined) return { outcome: 'copy', texts: [`says the same as ${describeSource(copied.source)}`] };
    const uses = this.store.uses(item);
    // A use begins with the session; why a secret was not taken comes after that.
    const used = uses.some((use) => !use.includes(': '));
    if (uses.length > 0) {
      return {
        outcome: used ? 'used' : 'rejected',
        texts: uses.map((use) => (this.unsigned.has(use) ? `${use}: the host key did not sign the hash that it gives` : use)),
      };
    }
    if (item.kind === 'keys' || item.kind === 'cipher key') return { outcome: 'unmatched', texts: ['opens nothing in this capture'] };
    const meeting = item.cookie === undefined ? undefined : this.meetings.get(item.cookie);
    if (meeting !== undefined) return met(item.kind, item.bytes, meeting);
    const which = item.cookie === undefined || isPlaceholder(item.cookie) ? 'fits' : 'cookie of';
    return { outcome: 'unmatched', texts: [`${which} no key exchange ${this.unread ? 'that could be read' : 'in this capture'}`] };
  }
}

/** A secret whose exchange is there, and which was not asked for. */
function met(kind: SecretItem['kind'], bytes: Uint8Array, { name, exchange }: Meeting): Pick<LineReport, 'outcome' | 'texts'> {
  const { secret, sharedSecret, negotiation } = exchange;
  if (secret !== undefined) {
    const same = kind === 'SHARED_SECRET' && sharedSecret !== undefined && toHex(mpintContent(bytes)) === toHex(mpintContent(sharedSecret));
    return { outcome: 'spare', texts: [same ? `${name}: the same K as ${secret.source}` : `${name}: not tried, since ${secret.source} fits`] };
  }
  const kex = negotiation?.kex;
  const unknown = kex === undefined || kexMethod(kex) === undefined;
  const why = unknown ? `its key exchange method ${kex ?? '(none agreed)'} is not supported` : 'it did not come to NEWKEYS in this capture';
  return { outcome: 'unmatched', texts: [`${name}: not tried, since ${why}`] };
}

/** What would give K: nothing, when the method is not known. */
function wantedFor({ negotiation }: Exchange): readonly ('SHARED_SECRET' | 'PRIVATE_KEY')[] {
  const method = negotiation?.kex === undefined ? undefined : kexMethod(negotiation.kex);
  if (method === undefined) return [];
  return method.halves === undefined ? ['SHARED_SECRET'] : ['SHARED_SECRET', 'PRIVATE_KEY'];
}

/** The row of a problem with a line of `file`; undefined for all others. */
function unreadLine({ message, line }: Problem, file: string): LineReport | undefined {
  const place = `${file}:${line}: `;
  if (line === undefined || !message.startsWith(place)) return undefined;
  return { file, line, kind: undefined, cookie: undefined, outcome: 'unreadable', texts: [message.slice(place.length)] };
}
