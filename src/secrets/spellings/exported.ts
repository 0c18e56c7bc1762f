/** The derived keys that sshark itself writes, one JSON object for each key exchange. */
import { type DerivedKeys, type Draft, LETTERS, type PerSide } from '../item.ts';
import { type Collector, countValue, isCookie, isHash, isObject, type JsonObject, type JsonSpelling, type Outcome, textValue } from '../spelling.ts';
import { letterFields } from './letters.ts';

/** What `sshark secrets --export keys` writes; any part but the letters may be missing. */
export const exported: JsonSpelling = {
  form: 'json',
  name: 'sshark keys',
  description: 'The six derived keys of each key exchange with their ciphers and MACs: sshark secrets --export keys.',
  example:
    '{"cookie":"101112131415161718191a1b1c1d1e1f","epoch":1,"cipher":{"client":"aes128-ctr","server":"aes128-ctr"},"mac":{"client":"hmac-sha2-256","server":"hmac-sha2-256"},"A":"101112131415161718191a1b1c1d1e1f","C":"000102030405060708090a0b0c0d0e0f"}',
  read(object, line, out) {
    return LETTERS.some((l) => l in object) ? readExported(object, line, out) : undefined;
  },
};

function readExported(object: JsonObject, line: number, out: Collector): Outcome {
  const letters = letterFields(object, '');
  if (typeof letters === 'string') return letters;
  const cookie = textValue(object.cookie)?.toLowerCase();
  const sessionId = textValue(object.sessionId)?.toLowerCase();
  const exchangeHash = textValue(object.exchangeHash)?.toLowerCase();
  if (cookie !== undefined && !isCookie(cookie)) return 'cookie is not 32 hex digits';
  if (sessionId !== undefined && !isHash(sessionId)) return 'sessionId has not the length of a hash in hex';
  if (exchangeHash !== undefined && !isHash(exchangeHash)) return 'exchangeHash has not the length of a hash in hex';
  const item: Draft<DerivedKeys> = { kind: 'keys', source: out.source(line), letters };
  const epoch = countValue(object.epoch);
  const ciphers = perSide(object.cipher);
  const macs = perSide(object.mac);
  if (cookie !== undefined) item.cookie = cookie;
  if (sessionId !== undefined) item.sessionId = sessionId;
  if (exchangeHash !== undefined) item.exchangeHash = exchangeHash;
  if (epoch !== undefined) item.epoch = epoch;
  if (ciphers !== undefined) item.ciphers = ciphers;
  if (macs !== undefined) item.macs = macs;
  out.add(item);
  return true;
}

function perSide(value: unknown): PerSide | undefined {
  if (!isObject(value)) return undefined;
  const client = textValue(value.client);
  const server = textValue(value.server);
  if (client === undefined && server === undefined) return undefined;
  return { ...(client === undefined ? {} : { client }), ...(server === undefined ? {} : { server }) };
}
