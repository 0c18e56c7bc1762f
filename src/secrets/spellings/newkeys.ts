/** Lines for each NEWKEYS, as a patched OpenSSH and scripts for wolfSSH write them from the point of view of one process. */
import { fromHex } from '../../bytes/hex.ts';
import type { CipherKey, Draft, SharedSecret } from '../item.ts';
import type { Line } from '../line.ts';
import { type Collector, hexValue, isCookie, isHash, type LineReader, type LineSpelling, type Outcome, textValue } from '../spelling.ts';

type Direction = 'in' | 'out';

/**
 * `<time> NEWKEYS MODE IN|OUT CIPHER <name> KEY <hex> IV <hex>` for each direction, `<time> SHARED_SECRET <hex>` before them and
 * `<time> COOKIE <peer's cookie> … SESSION_ID <hex>` after them (OpenSSH with a patched kex.c and packet.c);
 * `<time> NEWKEYS MODE IN|OUT TYPE IV|KEY|MAC VALUE <hex>`, one value a line (wolfSSH). In place of the time may stand a cookie or
 * a session id. `unknown` stands for what the writer did not know.
 */
export const newkeys: LineSpelling = {
  form: 'line',
  name: 'NEWKEYS lines',
  description: 'Cipher, key and IV for what one process receives (IN) and sends (OUT): patched OpenSSH, scripts for wolfSSH.',
  example: [
    '1761854787 NEWKEYS MODE OUT CIPHER aes128-ctr KEY 000102030405060708090a0b0c0d0e0f IV 101112131415161718191a1b1c1d1e1f',
    '2025-10-27 22:02:06.434 NEWKEYS MODE IN TYPE KEY VALUE 000102030405060708090a0b0c0d0e0f',
  ].join('\n'),
  open: (out) => new NewkeysReader(out),
};

/** Values of one direction that come one a line; `item` is there once the key is. */
interface Parts {
  line: number;
  values: Partial<Record<'KEY' | 'IV' | 'MAC', Uint8Array>>;
  item: Draft<CipherKey> | undefined;
}

class NewkeysReader implements LineReader {
  private readonly out: Collector;
  /** What was read since the last COOKIE line, which says whose it is. */
  private secrets: Draft<SharedSecret>[] = [];
  private keys: Draft<CipherKey>[] = [];
  private readonly parts: Partial<Record<Direction, Parts>> = {};

  constructor(out: Collector) {
    this.out = out;
  }

  read(line: Line): Outcome {
    const words = line.words;
    // A date, a time and a Unix time at most stand before the keyword.
    for (let i = 0; i < 4 && i < words.length; i++) {
      if (words[i] === 'NEWKEYS') return this.newkeys(words.slice(0, i), pairs(words, i + 1), line);
      if (words[i] === 'COOKIE') return this.cookie(pairs(words, i));
      if (words[i] === 'SHARED_SECRET') return this.sharedSecret(words.slice(i + 1), line);
    }
    return undefined;
  }

  finish(): void {
    for (const direction of ['in', 'out'] as const) this.close(direction);
  }

  private newkeys(before: readonly string[], value: ReadonlyMap<string, string>, line: Line): Outcome {
    const mode = value.get('MODE');
    if (mode !== undefined && mode !== 'IN' && mode !== 'OUT') return 'MODE is neither IN nor OUT';
    const direction = mode === undefined ? undefined : (mode.toLowerCase() as Direction);
    const type = value.get('TYPE');
    if (type !== undefined) return direction === undefined ? 'NEWKEYS without MODE' : this.part(direction, type, value.get('VALUE'), line.number);
    const key = hexValue(value.get('KEY'));
    const iv = hexValue(value.get('IV'));
    const macKey = hexValue(value.get('MAC'));
    if (key === null || iv === null || macKey === null) return 'KEY, IV or MAC is not hex';
    if (key === undefined) return 'NEWKEYS without a KEY';
    const cipher = textValue(value.get('CIPHER'));
    const cookie = before.find(isCookie)?.toLowerCase();
    const sessionId = before.find(isHash)?.toLowerCase();
    const item: Draft<CipherKey> = { kind: 'cipher key', source: this.out.source(line.number), key };
    if (cipher !== undefined) item.cipher = cipher;
    if (iv !== undefined) item.iv = iv;
    if (macKey !== undefined) item.macKey = macKey;
    if (direction !== undefined) item.direction = direction;
    if (cookie !== undefined) item.cookie = cookie;
    if (sessionId !== undefined) item.sessionId = sessionId;
    this.out.add(item);
    this.keys = remember(this.keys, item);
    return true;
  }

  /** One value of a direction; one that comes again begins a new key exchange. */
  private part(direction: Direction, type: string, text: string | undefined, line: number): Outcome {
    const name = /^(KEY|IV|MAC)/.exec(type)?.[1] as 'KEY' | 'IV' | 'MAC' | undefined;
    if (name === undefined) return 'TYPE is none of IV, KEY, MAC';
    const bytes = hexValue(text);
    if (bytes === undefined || bytes === null) return 'VALUE is not hex';
    if (this.parts[direction]?.values[name] !== undefined) this.close(direction);
    this.parts[direction] ??= { line, values: {}, item: undefined };
    const parts = this.parts[direction];
    parts.values[name] = bytes;
    const { KEY: key, IV: iv, MAC: macKey } = parts.values;
    if (parts.item === undefined && key !== undefined) {
      parts.item = { kind: 'cipher key', source: this.out.source(parts.line), key, direction };
      this.out.add(parts.item);
    }
    if (parts.item !== undefined && iv !== undefined) parts.item.iv = iv;
    if (parts.item !== undefined && macKey !== undefined) parts.item.macKey = macKey;
    return true;
  }

  private close(direction: Direction): void {
    const parts = this.parts[direction];
    delete this.parts[direction];
    if (parts !== undefined && parts.item === undefined) this.out.incomplete(parts.line, `an IV or MAC key for MODE ${direction.toUpperCase()} without a KEY`);
  }

  private sharedSecret(rest: readonly string[], line: Line): Outcome {
    const bytes = rest.length === 1 ? fromHex(rest[0] ?? '') : undefined;
    if (bytes === undefined) return 'SHARED_SECRET is not followed by one value in hex';
    const item: Draft<SharedSecret> = { kind: 'SHARED_SECRET', source: this.out.source(line.number), cookie: undefined, bytes };
    this.out.add(item);
    this.secrets = remember(this.secrets, item);
    return true;
  }

  /**
   * Says whose cookie and session the lines before it belong to, when that is certain: one K and at most one key each way since
   * the last such line. Two processes that write at a time leave more, and those stay without a cookie.
   */
  private cookie(value: ReadonlyMap<string, string>): Outcome {
    const cookie = value.get('COOKIE') ?? '';
    const sessionId = value.get('SESSION_ID') ?? '';
    if (!isCookie(cookie)) return 'COOKIE is not followed by 32 hex digits';
    const { secrets, keys } = this;
    this.secrets = [];
    this.keys = [];
    if (secrets.length > 1 || keys.length > 2 || (keys.length === 2 && keys[0]?.direction === keys[1]?.direction)) return true;
    for (const item of [...secrets, ...keys]) item.cookie ??= cookie.toLowerCase();
    if (isHash(sessionId)) for (const key of keys) key.sessionId ??= sessionId.toLowerCase();
    return true;
  }
}

/** Keeps at most three: that is enough to know that there are too many. */
function remember<T>(list: T[], item: T): T[] {
  return list.length < 3 ? [...list, item] : list;
}

/** The words from `start` as name and value, name and value. */
function pairs(words: readonly string[], start: number): ReadonlyMap<string, string> {
  const out = new Map<string, string>();
  for (let i = start; i + 1 < words.length; i += 2) out.set(words[i] ?? '', words[i + 1] ?? '');
  return out;
}
