/** Payloads of the connection protocol, for sessions that tests make up (RFC 4254 section 5). */
import { concat } from './packets.ts';
import { ascii, str, u32 } from './two-ends.ts';

export type Line = readonly ['c' | 's', Uint8Array];

export const text = (value: string) => str(ascii(value));

export const open = (type: string, number: number, window = 100, packet = 50, ...more: Uint8Array[]) =>
  concat(Uint8Array.of(90), text(type), u32(number), u32(window), u32(packet), ...more);

export const confirm = (to: number, number: number, window = 100, packet = 50) => concat(Uint8Array.of(91), u32(to), u32(number), u32(window), u32(packet));

/** Data: so many zero bytes, or these. */
export const data = (to: number, what: number | Uint8Array) => concat(Uint8Array.of(94), u32(to), str(typeof what === 'number' ? new Uint8Array(what) : what));

export const stderr = (to: number, what: number | Uint8Array) =>
  concat(Uint8Array.of(95), u32(to), u32(1), str(typeof what === 'number' ? new Uint8Array(what) : what));

export const adjust = (to: number, more: number) => concat(Uint8Array.of(93), u32(to), u32(more));
export const eof = (to: number) => concat(Uint8Array.of(96), u32(to));
export const close = (to: number) => concat(Uint8Array.of(97), u32(to));

export const request = (to: number, name: string, reply: number, ...fields: Uint8Array[]) =>
  concat(Uint8Array.of(98), u32(to), text(name), Uint8Array.of(reply), ...fields);

export const reply = (to: number, granted: boolean) => concat(Uint8Array.of(granted ? 99 : 100), u32(to));

/** A pty-req without modes. */
export const pty = (to: number, term: string, columns: number, rows: number) =>
  request(to, 'pty-req', 0, text(term), u32(columns), u32(rows), u32(0), u32(0), str(Uint8Array.of(0)));

/** A window-change. */
export const resize = (to: number, columns: number, rows: number) => request(to, 'window-change', 0, u32(columns), u32(rows), u32(0), u32(0));
