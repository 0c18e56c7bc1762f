/** The secrets of a capture as files: the key log of Wireshark, and the derived keys. */
import { toHex } from '../bytes/hex.ts';
import { printable } from '../bytes/printable.ts';
import { LETTERS, type Letter, type PerSide } from '../secrets/item.ts';
import { SecretStore } from '../secrets/store.ts';
import { writeKeylog, writeKeys } from '../secrets/write.ts';
import { prefixed } from '../ssh/kex/hash-parts.ts';
import { kexMethod } from '../ssh/kex/index.ts';
import { keyLengths, keyOf, LETTERS_OF } from '../ssh/keys.ts';
import type { Exchange, Session, Side } from '../ssh/model.ts';
import type { Renderer } from './renderer.ts';
import { type ExchangeReport, SecretsReport } from './secrets-report.ts';

/** `<cookie> SHARED_SECRET <K>` for both cookies of every exchange whose K is known; the others as comments. */
export function keylogRenderer(store = new SecretStore()): Renderer {
  return exportRenderer(store, ({ cookies, exchange }) => {
    const method = exchange.negotiation?.kex === undefined ? undefined : kexMethod(exchange.negotiation.kex);
    if (exchange.sharedSecret === undefined || method === undefined) return undefined;
    return writeKeylog([{ clientCookie: cookies.client, serverCookie: cookies.server, K: exchange.sharedSecret, form: method.kForm }]);
  });
}

/** The six letters of every exchange whose K is known, one JSON object a line; the others as comments. */
export function keysRenderer(store = new SecretStore()): Renderer {
  return exportRenderer(store, ({ session, cookies, exchange }) => {
    const letters = lettersOf(session, exchange);
    if (letters === undefined || exchange.exchangeHash === undefined || session.sessionId === undefined) return undefined;
    const cookie = cookies.client ?? cookies.server;
    const n = exchange.negotiation;
    const perSide = (which: 'cipher' | 'mac'): PerSide => ({ ...named('client', n?.client[which]), ...named('server', n?.server[which]) });
    return writeKeys([
      {
        ...(cookie === undefined ? {} : { cookie }),
        epoch: exchange.epoch,
        sessionId: toHex(session.sessionId),
        exchangeHash: toHex(exchange.exchangeHash),
        ciphers: perSide('cipher'),
        macs: perSide('mac'),
        letters,
      },
    ]);
  });
}

function named(side: Side, name: string | undefined): PerSide {
  return name === undefined ? {} : { [side]: name };
}

function exportRenderer(store: SecretStore, linesOf: (report: ExchangeReport) => string | undefined): Renderer {
  const report = new SecretsReport(store);
  return {
    packet: (p) => {
      report.packet(p);
      return '';
    },
    session: (s) =>
      report
        .session(s)
        .map((e) => withDoubt(e, linesOf(e)) ?? missingLine(e))
        .join(''),
  };
}

/** A comment before what may be wrong. */
function withDoubt({ session, exchange }: ExchangeReport, lines: string | undefined): string | undefined {
  if (lines === undefined || exchange.signature.verdict !== 'invalid') return lines;
  return `# session ${session.number}, exchange ${exchange.epoch}: the host key did not sign the hash that this K gives\n${lines}`;
}

/** A comment for what cannot be written, so that nothing is left out silently. */
function missingLine({ session, exchange, cookies }: ExchangeReport): string {
  const wanted = [cookies.client, cookies.server].filter((cookie) => cookie !== undefined).join(' or ');
  const source = exchange.secret === undefined ? '' : `, only ${exchange.secret.kind} of ${exchange.secret.source}`;
  return `# ${printable(`session ${session.number}, exchange ${exchange.epoch}: K is not known${source} (cookie ${wanted || 'not captured'})`)}\n`;
}

/** The keys of RFC 4253 section 7.2 at the lengths that the agreed algorithms take; undefined without K, H or session id. */
export function lettersOf({ sessionId }: Session, exchange: Exchange): Readonly<Partial<Record<Letter, Uint8Array>>> | undefined {
  const { sharedSecret, exchangeHash, negotiation } = exchange;
  const method = negotiation?.kex === undefined ? undefined : kexMethod(negotiation.kex);
  if (sharedSecret === undefined || exchangeHash === undefined || sessionId === undefined || negotiation === undefined || method === undefined)
    return undefined;
  const source = { hash: method.hash, k: prefixed(sharedSecret), h: exchangeHash, sessionId };
  const letters: Partial<Record<Letter, Uint8Array>> = {};
  for (const side of ['client', 'server'] as const) {
    const lengths = keyLengths(negotiation[side]);
    for (const use of ['iv', 'key', 'mac'] as const) if (lengths[use] > 0) letters[LETTERS_OF[side][use]] = keyOf(source, LETTERS_OF[side][use], lengths[use]);
  }
  return Object.fromEntries(LETTERS.filter((l) => letters[l] !== undefined).map((l) => [l, letters[l]]));
}
