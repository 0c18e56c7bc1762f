/** What runs inside a stream, by its first bytes. */
import { latin1 } from '../bytes/text.ts';

/** What the first bytes say. */
export interface Sniffed {
  readonly protocol: string;
  /** A few words of it; peer text. */
  readonly detail: string;
}

interface Row {
  readonly protocol: string;
  /** Whether it is what who began the connection sends, or the other one. */
  readonly from: 'a' | 'b';
  readonly test: RegExp;
  readonly detail?: (first: RegExpExecArray) => string;
}

/** Bytes that are looked at. */
export const SNIFFED = 2048;
/** Bytes that are waited for. */
export const ENOUGH = 4;

const line = (first: RegExpExecArray) => first[1] ?? '';

/* biome-ignore-start lint/suspicious/noControlCharactersInRegex: protocols of bytes */
const ROWS: readonly Row[] = [
  { protocol: 'ssh', from: 'a', test: /^SSH-/ },
  { protocol: 'ssh', from: 'b', test: /^SSH-/ },
  { protocol: 'http', from: 'a', test: /^((?:GET|HEAD|POST|PUT|DELETE|CONNECT|OPTIONS|TRACE|PATCH|PROPFIND) \S{1,400} HTTP\/1\.[01])\r?\n/, detail: line },
  { protocol: 'http', from: 'b', test: /^(HTTP\/1\.[01] \d{3}[^\r\n]{0,80})/, detail: line },
  { protocol: 'http', from: 'a', test: /^PRI \* HTTP\/2\.0\r\n/, detail: () => 'HTTP/2' },
  { protocol: 'tls', from: 'a', test: /^\x16\x03[\0-\x04][\0-\x40].\x01\0.*/s, detail: serverName },
  { protocol: 'socks', from: 'a', test: /^\x05(?:\x01.|\x02.{2}|\x03.{3}|\x04.{4})$/s, detail: () => 'version 5' },
  { protocol: 'socks', from: 'a', test: /^\x04[\x01\x02].{6}[^\0]*\0/s, detail: () => 'version 4' },
  { protocol: 'x11', from: 'a', test: /^(?:l\0\x0b\0|B\0\0\x0b)(?:.{8}([A-Z\d-]{4,32}))?/s, detail: line },
  { protocol: 'vnc', from: 'b', test: /^(RFB \d{3}\.\d{3})\n/, detail: line },
  { protocol: 'rdp', from: 'a', test: /^\x03\0\0[\x0b-\xff].\xe0/ },
  { protocol: 'postgresql', from: 'a', test: /^\0\0[\0\x01].(?:\0\x03\0\0|\x04\xd2\x16\x2f)/s },
  { protocol: 'mysql', from: 'b', test: /^.{2}\0\0\x0a(\d{1,2}\.[ -~]{1,60})\0/s, detail: line },
  { protocol: 'redis', from: 'a', test: /^\*\d{1,3}\r\n\$\d{1,5}\r\n/ },
  { protocol: 'smtp', from: 'b', test: /^(220[ -][^\r\n]{1,80}SMTP[^\r\n]{0,80})\r\n/i, detail: line },
];
/* biome-ignore-end lint/suspicious/noControlCharactersInRegex: protocols of bytes */

/** The name in the server_name extension of a ClientHello (RFC 6066 section 3), found by its lengths, which must fit each other. */
function serverName([hello = '']: RegExpExecArray): string {
  const length = (text: string) => text.charCodeAt(0) * 256 + text.charCodeAt(1);
  for (const [, extension = '', list = '', name = '', host = ''] of hello.matchAll(/(?<=\0\0)(..)(..)\0(..)([\w.-]{1,255})/gs)) {
    const n = length(name);
    if (n > 0 && n <= host.length && length(list) === n + 3 && length(extension) === n + 5) return host.slice(0, n);
  }
  return '';
}

/** What `bytes`, the first that `from` sent, are the beginning of; `a` began the connection. */
export function sniff(from: 'a' | 'b', bytes: Uint8Array): Sniffed | undefined {
  const text = latin1(bytes.subarray(0, SNIFFED));
  for (const row of ROWS) {
    const found = row.from === from ? row.test.exec(text) : null;
    if (found !== null) return { protocol: row.protocol, detail: row.detail?.(found) ?? '' };
  }
  return undefined;
}
