/** Secrets as text: the two forms that sshark writes. */
import { toHex } from '../bytes/hex.ts';
import { type DerivedKeys, LETTERS } from './item.ts';

/** K of one key exchange and the cookies by which it is found; one that is not known is left out. */
export interface ExchangeSecret {
  readonly clientCookie: string | undefined;
  readonly serverCookie: string | undefined;
  /** As it is hashed, without length prefix: content of the mpint, or the byte string of the hybrid methods. */
  readonly K: Uint8Array;
  readonly form: 'mpint' | 'string';
}

/**
 * Lines of Wireshark's key log, `<cookie> SHARED_SECRET <K>`, one for each cookie. A number is written without its sign byte, which
 * Wireshark adds itself; leading zeros of a byte string stay.
 */
export function writeKeylog(exchanges: Iterable<ExchangeSecret>): string {
  let out = '';
  for (const { clientCookie, serverCookie, K, form } of exchanges) {
    const hex = toHex(form === 'mpint' && K.length > 1 && K[0] === 0 ? K.subarray(1) : K);
    for (const cookie of new Set([clientCookie, serverCookie])) if (cookie !== undefined) out += `${cookie} SHARED_SECRET ${hex}\n`;
  }
  return out;
}

/** The letters of each key exchange as one line of JSON; `readSecrets` reads them back to the same. */
export function writeKeys(keys: Iterable<Omit<DerivedKeys, 'kind' | 'source'>>): string {
  let out = '';
  for (const { cookie, epoch, sessionId, exchangeHash, ciphers: cipher, macs: mac, letters } of keys) {
    const hex = LETTERS.map((l) => [l, letters[l]] as const).flatMap(([l, bytes]) => (bytes === undefined ? [] : [[l, toHex(bytes)] as const]));
    out += `${JSON.stringify({ cookie, epoch, sessionId, exchangeHash, cipher, mac, ...Object.fromEntries(hex) })}\n`;
  }
  return out;
}
