/** Keys under long labels, as debugger scripts write them that stop Dropbear, wolfSSH or OpenSSH after key derivation. */
import { fromHex, toHex } from '../../bytes/hex.ts';
import type { Letter } from '../item.ts';
import type { Line } from '../line.ts';
import type { Collector, LineSpelling, Outcome } from '../spelling.ts';
import { isHash } from '../spelling.ts';
import { LetterGatherer } from './gather.ts';

const LETTER: Readonly<Record<string, Letter>> = {
  IV_CLIENT_TO_SERVER: 'A',
  IV_SERVER_TO_CLIENT: 'B',
  ENCRYPTION_KEY_CLIENT_TO_SERVER: 'C',
  ENCRYPTION_KEY_SERVER_TO_CLIENT: 'D',
  MAC_KEY_CLIENT_TO_SERVER: 'E',
  MAC_KEY_SERVER_TO_CLIENT: 'F',
  INTEGRITY_KEY_CLIENT_TO_SERVER: 'E',
  INTEGRITY_KEY_SERVER_TO_CLIENT: 'F',
};

/** The label of a key with the letter before it, or of K, H or the session id with the counter after it. */
const LABEL =
  /^(?:([A-F])_((?:IV|ENCRYPTION_KEY|MAC_KEY|INTEGRITY_KEY)_(?:CLIENT_TO_SERVER|SERVER_TO_CLIENT))(?:_KEX\d+)?|(SHARED_SECRET|EXCHANGE_HASH|SESSION_ID)_KEX\d+):?$/;

/**
 * `[<time>] CLIENT C_ENCRYPTION_KEY_CLIENT_TO_SERVER: <hex>` (Dropbear), `<time> CLIENT A_IV_CLIENT_TO_SERVER_KEX0: <hex>`
 * (wolfSSH), each with `SHARED_SECRET_KEX1 <hex>` without a cookie, and in debug logs `EXCHANGE_HASH_KEX1` and `SESSION_ID_KEX1`.
 * The scripts take only 32 of the 64 bytes of a chacha20-poly1305 key from Dropbear; such a key opens nothing.
 */
export const labels: LineSpelling = {
  form: 'line',
  name: 'letter a line',
  description: 'The six derived keys under their names, one a line: debugger scripts for Dropbear, wolfSSH and OpenSSH.',
  example: '[2025-10-27 18:23:24.012185] CLIENT C_ENCRYPTION_KEY_CLIENT_TO_SERVER: 000102030405060708090a0b0c0d0e0f',
  open(out) {
    const gatherer = new LetterGatherer(out);
    return { read: (line) => readLabel(line, gatherer, out) };
  },
};

function readLabel(line: Line, gatherer: LetterGatherer, out: Collector): Outcome {
  const words = line.words;
  // The label is the last word but one; before it stand times and the name of the side.
  const label = LABEL.exec(words[words.length - 2] ?? '') ?? LABEL.exec(words[words.length - 1] ?? '');
  if (label === null) return undefined;
  const value = words[words.length - 1] ?? '';
  const bytes = value === label[0] ? undefined : fromHex(value);
  if (bytes === undefined || bytes.length === 0) return 'the label is not followed by a value in hex';
  const [, letter, name = '', other] = label;
  if (letter !== undefined) {
    if (LETTER[name] !== letter) return `the letter ${letter} and the name ${name} do not belong together`;
    gatherer.letter(letter, bytes, line.number);
  } else if (other === 'SHARED_SECRET') {
    out.add({ kind: 'SHARED_SECRET', source: out.source(line.number), cookie: undefined, bytes });
  } else {
    if (!isHash(value)) return 'what stands after the label has not the length of a hash';
    gatherer.hash(other === 'SESSION_ID' ? 'sessionId' : 'exchangeHash', toHex(bytes), line.number);
  }
  return true;
}
