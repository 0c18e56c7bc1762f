/** What a spelling is: a way to write secrets down that some program has. Each is one row of `spellings/index.ts`. */
import { fromHex } from '../bytes/hex.ts';
import type { SecretItem, Source } from './item.ts';
import type { Line } from './line.ts';

/** Takes what the readers of one file find. */
export interface Collector {
  /** The item may still be completed by later lines of the same file. */
  add(item: SecretItem): void;
  source(line: number): Source;
  /** Lines that were understood but say nothing without others that never came. Never name the secret itself. */
  incomplete(line: number, message: string): void;
}

/** True: read. A string: this spelling, but unreadable, and why, without quoting the line. Undefined: not this spelling. */
export type Outcome = true | string | undefined;

interface Row {
  /** As the `secrets` table prints it. */
  readonly name: string;
  /** Who writes it, in one sentence. */
  readonly description: string;
  /** As that program writes it; several lines when it takes several. */
  readonly example: string;
}

/** A spelling of one line, or of several that belong together. */
export interface LineSpelling extends Row {
  readonly form: 'line';
  /** A reader for one file; it may hold what it needs between lines. */
  open(out: Collector): LineReader;
}

export interface LineReader {
  read(line: Line): Outcome;
  finish?(): void;
}

export type JsonObject = Readonly<Record<string, unknown>>;

/** A spelling in JSON objects, on one line or on many. */
export interface JsonSpelling extends Row {
  readonly form: 'json';
  /** `line` is where the object begins. */
  read(object: JsonObject, line: number, out: Collector): Outcome;
}

export type Spelling = LineSpelling | JsonSpelling;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Bytes of a hex string; undefined for what stands for "not known" (absent, null, empty, `unknown`); null when it is not hex. */
export function hexValue(value: unknown): Uint8Array | undefined | null {
  if (value === undefined || value === null || value === '' || value === 'unknown') return undefined;
  return typeof value === 'string' ? (fromHex(value) ?? null) : null;
}

export function textValue(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value !== 'unknown' ? value : undefined;
}

/** A whole number from a number or from its decimal digits, as some tools write it. */
export function countValue(value: unknown): number | undefined {
  const n = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof n === 'number' && Number.isSafeInteger(n) && n >= 0 ? n : undefined;
}

/** True for the 32 hex digits of a KEXINIT cookie (RFC 4253 section 7.1: 16 random bytes). */
export function isCookie(text: string): boolean {
  return text.length === 32 && /^[0-9a-fA-F]+$/.test(text);
}

/** True for hex of the length of a hash that SSH uses for H: SHA-1, SHA-256, SHA-384, SHA-512. */
export function isHash(text: string): boolean {
  return (text.length === 40 || text.length === 64 || text.length === 96 || text.length === 128) && /^[0-9a-fA-F]+$/.test(text);
}
