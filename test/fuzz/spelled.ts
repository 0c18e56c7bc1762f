/** The secrets of a recording in every spelling, so that files are changed that would have opened something. */
import { toHex } from '../../src/bytes/hex.ts';
import { keyLengths, keyOf } from '../../src/ssh/keys.ts';
import { pick, type Random } from './mutate.ts';
import type { Recording } from './seeds.ts';

const LETTERS = ['A', 'B', 'C', 'D', 'E', 'F'] as const;
const KINDS = ['iv', 'iv', 'key', 'key', 'mac', 'mac'] as const;
const FRITAP = ['SSH_IV_C2S', 'SSH_IV_S2C', 'SSH_ENC_KEY_C2S', 'SSH_ENC_KEY_S2C', 'SSH_MAC_KEY_C2S', 'SSH_MAC_KEY_S2C'];
const LABELS = ['A_IV_C', 'B_IV_S', 'C_ENCRYPTION_KEY_C', 'D_ENCRYPTION_KEY_S', 'E_MAC_KEY_C', 'F_MAC_KEY_S'];

/** The derived keys of one exchange, in hex, by letter. */
function lettersOf({ keys, c, s }: Recording['exchanges'][number]): string[] {
  return LETTERS.map((letter, i) => toHex(keyOf(keys, letter, keyLengths(i % 2 === 0 ? c : s)[KINDS[i] ?? 'iv'])));
}

/** Lines of a secrets file for the exchanges of `recording`. */
export function spelledKeys(recording: Recording, random: Random): string {
  const spelling = Math.floor(random() * 6);
  return recording.exchanges.map((exchange, i) => spelled(exchange, i, spelling, random)).join('\n');
}

function spelled(exchange: Recording['exchanges'][number], index: number, spelling: number, random: Random): string {
  const { keys, c, s } = exchange;
  const letters = lettersOf(exchange);
  const [a, b, ck, dk] = letters;
  const ciphers = [c.cipher ?? 'none', s.cipher ?? 'none'];
  if (spelling === 0) return FRITAP.map((label, i) => `${label} ${letters[i]}`).join('\n');
  if (spelling === 1)
    return LABELS.map((label, i) => `[2025-10-27] CLIENT ${label}LIENT_TO_SERVER: ${letters[i]}`.replace('SLIENT_TO_SERVER', 'SERVER_TO_CLIENT')).join('\n');
  if (spelling === 2) {
    return [`1 NEWKEYS MODE OUT CIPHER ${ciphers[0]} KEY ${ck} IV ${a}`, `1 NEWKEYS MODE IN CIPHER ${ciphers[1]} KEY ${dk} IV ${b}`].join('\n');
  }
  if (spelling === 3) {
    return [
      { cipher_name: ciphers[0], key: ck, iv: a },
      { cipher_name: ciphers[1], key: dk, iv: b },
    ]
      .map((object) => JSON.stringify({ task_name: 'sshd', ...object }))
      .join('\n');
  }
  const named = Object.fromEntries(LETTERS.map((letter, i) => [letter, letters[i]]));
  const cipher = { client: ciphers[0], server: ciphers[1] };
  if (spelling === 4) return JSON.stringify({ epoch: index + 1, sessionId: toHex(keys.sessionId), cipher, ...named });
  return `${'0'.repeat(32)} SHARED_SECRET ${toHex(keys.k.subarray(pick([0, 4], random)))}`;
}
