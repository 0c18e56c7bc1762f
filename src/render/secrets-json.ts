/** Secrets and what they met as records for machines. */
import { toHex } from '../bytes/hex.ts';
import { SecretStore } from '../secrets/store.ts';
import type { Session } from '../ssh/model.ts';
import type { JsonRecord } from './json.ts';
import { textOfRecord } from './json.ts';
import type { Renderer, RenderOptions } from './renderer.ts';
import { lettersOf } from './secrets-export.ts';
import { type ExchangeReport, type LineReport, SecretsReport } from './secrets-report.ts';

/** One array: a record `sessionSecrets` for each session, then a record `secret` for each line of the secrets files. */
export function secretsJsonRenderer(options: RenderOptions, store = new SecretStore()): Renderer {
  const report = new SecretsReport(store);
  let before = '[\n';
  const put = (record: JsonRecord) => {
    const out = before + textOfRecord(record);
    before = ',\n';
    return out;
  };
  return {
    packet: (p) => {
      report.packet(p);
      return '';
    },
    session: (s) => put(recordOfSession(s, report.session(s), options)),
    end: () => {
      let out = '';
      for (const { lines } of report.files()) for (const line of lines) out += put(recordOfLine(line));
      return `${out}${before === ',\n' ? '\n]\n' : '[]\n'}`;
    },
  };
}

function recordOfSession(session: Session, exchanges: readonly ExchangeReport[], options: RenderOptions): JsonRecord {
  const { client, server } = session;
  return {
    record: 'sessionSecrets',
    session: session.number,
    client: { address: client.address, port: client.port },
    server: { address: server.address, port: server.port },
    exchanges: exchanges.map((e) => recordOfExchangeSecrets(e, options)),
    sessionId: session.sessionId === undefined ? null : toHex(session.sessionId),
    decryption: { client: { ...client.decryption }, server: { ...server.decryption } },
  };
}

/** K and the keys are null unless they are asked for. */
function recordOfExchangeSecrets({ session, exchange, cookies, wanted }: ExchangeReport, { showSecrets }: RenderOptions): JsonRecord {
  const { sharedSecret, exchangeHash } = exchange;
  const letters = showSecrets ? lettersOf(session, exchange) : undefined;
  return {
    exchange: exchange.epoch,
    kex: exchange.negotiation?.kex ?? null,
    cookies: { client: cookies.client ?? null, server: cookies.server ?? null },
    secret: exchange.secret === undefined ? null : { ...exchange.secret },
    wanted: [...wanted],
    exchangeHash: exchangeHash === undefined ? null : toHex(exchangeHash),
    signature: { algorithm: exchange.signatureAlgorithm ?? null, ...exchange.signature },
    sharedSecret: showSecrets && sharedSecret !== undefined ? toHex(sharedSecret) : null,
    keys: letters === undefined ? null : Object.fromEntries(Object.entries(letters).map(([letter, key]) => [letter, toHex(key)])),
  };
}

function recordOfLine({ file, line, kind, cookie, outcome, texts }: LineReport): JsonRecord {
  return { record: 'secret', file, line: line ?? null, kind: kind ?? null, cookie: cookie ?? null, outcome, texts: [...texts] };
}
