/** The key log of Wireshark: a cookie and what belongs to the key exchange that has it. */
import type { Line } from '../line.ts';
import type { Collector, LineSpelling, Outcome } from '../spelling.ts';

const COOKIE_DIGITS = 32;
type Keyword = 'SHARED_SECRET' | 'PRIVATE_KEY';
const KEYWORDS: readonly Keyword[] = ['SHARED_SECRET', 'PRIVATE_KEY'];

/**
 * `<cookie> SHARED_SECRET <K>`, `<cookie> PRIVATE_KEY <x>` and `<cookie> <x>`, as ssh_keylog_process_line of Wireshark's
 * packet-ssh.c reads them. The lines are taken apart as bytes: a server's key log may have millions.
 */
export const keylog: LineSpelling = {
  form: 'line',
  name: 'Wireshark key log',
  description:
    'K or an ephemeral private value for each KEXINIT cookie: Wireshark 4.4, friTap, SSH.NET, SerenityOS; without keyword Wireshark 4.0 and Tera Term.',
  example: [
    '101112131415161718191a1b1c1d1e1f SHARED_SECRET 4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742',
    '101112131415161718191a1b1c1d1e1f PRIVATE_KEY a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebf',
    '101112131415161718191a1b1c1d1e1f a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebf',
  ].join('\n'),
  open: (out) => ({ read: (line) => readKeylog(line, out) }),
};

function readKeylog(line: Line, out: Collector): Outcome {
  const cookieEnd = line.wordEnd(line.start);
  if (line.hexEnd(line.start, cookieEnd) !== cookieEnd) return undefined;
  const second = line.wordStart(cookieEnd);
  const secondEnd = line.wordEnd(second);
  const keyword = keywordAt(line, second, secondEnd);
  const digits = cookieEnd - line.start;
  if (keyword === undefined) {
    if (digits !== COOKIE_DIGITS) return undefined;
    if (second >= secondEnd) return `nothing stands after the cookie ${cookieText(line)}`;
    if (secondEnd === line.end && KEYWORDS.some((word) => isWord(line, second, secondEnd, word.slice(0, secondEnd - second))))
      return `the keyword after the cookie ${cookieText(line)} is not whole`;
    return line.hexEnd(second, secondEnd) === secondEnd ? readValue(line, second, secondEnd, undefined, out) : undefined;
  }
  if (digits !== COOKIE_DIGITS) {
    // Ten digits and the like are a Unix time, which another spelling puts there.
    return digits <= 13 && isDecimal(line, cookieEnd) ? undefined : `the cookie has ${digits} hex digits, not ${COOKIE_DIGITS}`;
  }
  const third = line.wordStart(secondEnd);
  return readValue(line, third, line.wordEnd(third), keyword, out);
}

function readValue(line: Line, start: number, end: number, keyword: Keyword | undefined, out: Collector): Outcome {
  const cookie = cookieText(line);
  const name = keyword === undefined ? `the cookie ${cookie}` : `${keyword} for the cookie ${cookie}`;
  if (start >= end) return `nothing stands after ${name}`;
  if (line.wordStart(end) < line.end) return `more than one word stands after ${name}`;
  const bytes = line.hex(start, end);
  if (bytes === undefined)
    return line.hexEnd(start, end) === end ? `an odd number of hex digits (${end - start}) stands after ${name}` : `what stands after ${name} is not hex`;
  const source = out.source(line.number);
  if (keyword === 'SHARED_SECRET') out.add({ kind: 'SHARED_SECRET', source, cookie, bytes });
  else out.add({ kind: 'PRIVATE_KEY', source, cookie, bytes, bare: keyword === undefined });
  return true;
}

function keywordAt(line: Line, start: number, end: number): Keyword | undefined {
  if (isWord(line, start, end, 'SHARED_SECRET')) return 'SHARED_SECRET';
  return isWord(line, start, end, 'PRIVATE_KEY') ? 'PRIVATE_KEY' : undefined;
}

/** True when the word is `word`, in either case. */
function isWord(line: Line, start: number, end: number, word: string): boolean {
  if (end - start !== word.length) return false;
  for (let i = 0; i < word.length; i++) {
    const c = line.bytes[start + i] as number;
    if ((c >= 0x61 && c <= 0x7a ? c - 0x20 : c) !== word.charCodeAt(i)) return false;
  }
  return true;
}

function isDecimal(line: Line, end: number): boolean {
  for (let p = line.start; p < end; p++) if ((line.bytes[p] as number) > 0x39) return false;
  return true;
}

const codes: number[] = new Array(COOKIE_DIGITS).fill(0);

/** The cookie at the start of the line in lower case; its characters are hex digits. */
function cookieText(line: Line): string {
  // Setting the bit 0x20 makes a letter lower case and leaves a digit as it is.
  for (let i = 0; i < COOKIE_DIGITS; i++) codes[i] = (line.bytes[line.start + i] as number) | 0x20;
  return String.fromCharCode(...codes);
}
