/** The search: messages by their names, summaries, values, explanations and bytes. */
import { fromBase64 } from '../../../bytes/base64.ts';
import { toHex } from '../../../bytes/hex.ts';
import type { MessageData, PageData, SessionData, Target } from '../data.ts';
import { rowsOf } from './fields.ts';

/** A place that was found. */
export interface Found {
  readonly session: SessionData;
  readonly message: MessageData;
  readonly target: Target;
  /** What matched, with some text around it. */
  readonly excerpt: string;
}

/** Characters before and behind what matched. */
const AROUND = 36;

/** The first `most` messages that `query` occurs in, in the order of the page. Hex digits are also looked for among the bytes. */
export function find(data: PageData, query: string, most: number): Found[] {
  const wanted = query.trim().toLowerCase();
  if (wanted.length < 2) return [];
  const digits = wanted.replace(/[\s:]/g, '');
  const hex = /^([0-9a-f]{2}){2,}$/.test(digits) ? digits : undefined;
  const found: Found[] = [];
  for (const session of data.sessions) {
    for (const message of session.messages) {
      const one = inMessage(data, message, wanted) ?? (hex === undefined ? undefined : inBytes(message, hex));
      if (one !== undefined) found.push({ session, message, ...one });
      if (found.length >= most) return found;
    }
  }
  return found;
}

type Hit = Pick<Found, 'target' | 'excerpt'>;

function inMessage(data: PageData, m: MessageData, wanted: string): Hit | undefined {
  const own = [`${m.name} ${m.summary}`, ...m.frames.map((frame) => `frame ${frame}`), m.id.replace('-', ' ')].find((text) =>
    text.toLowerCase().includes(wanted),
  );
  if (own !== undefined) return { target: { message: m.id }, excerpt: around(own.startsWith(m.name) ? m.summary : own, wanted) };
  const row = rowsOf(m.fields).find(({ field }) => `${field.name}: ${field.value}`.toLowerCase().includes(wanted));
  if (row !== undefined) return { target: { message: m.id, field: row.path }, excerpt: around(`${row.field.name}: ${row.field.value}`, wanted) };
  const texts = [
    ...m.inner.map((one) => `${one.name} ${one.summary}`),
    ...m.notes.map((note) => data.texts[note.text] ?? ''),
    ...m.problems.map((p) => p.text),
  ];
  const text = texts.find((one) => one.toLowerCase().includes(wanted));
  return text === undefined ? undefined : { target: { message: m.id }, excerpt: around(text, wanted) };
}

function inBytes(m: MessageData, hex: string): Hit | undefined {
  const bytes = toHex(fromBase64(m.bytes.data));
  let at = bytes.indexOf(hex);
  while (at >= 0 && at % 2 === 1) at = bytes.indexOf(hex, at + 1);
  if (at < 0) return undefined;
  const row = rowsOf(m.fields).find((one) => one.leaf && !one.inflated && one.field.span[0] <= at / 2 && at / 2 < one.field.span[1]);
  const offset = `0x${(at / 2).toString(16).padStart(4, '0')}`;
  return {
    target: { message: m.id, ...(row === undefined ? {} : { field: row.path }) },
    excerpt: `bytes at ${offset}${row === undefined ? '' : `, ${row.field.name}`}`,
  };
}

function around(text: string, wanted: string): string {
  const at = Math.max(0, text.toLowerCase().indexOf(wanted));
  const start = Math.max(0, at - AROUND);
  const end = Math.min(text.length, at + wanted.length + AROUND);
  return `${start > 0 ? '…' : ''}${text.slice(start, end)}${end < text.length ? '…' : ''}`;
}
