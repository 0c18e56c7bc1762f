/** Payloads and packets of the benchmark sessions, written byte by byte. */
import { Writer } from '../src/wire/writer.ts';

/** A part of a message: a byte, uint32s, a string, or bytes as they are. */
export type Part = { readonly byte: number } | { readonly words: readonly number[] } | { readonly text: string | Uint8Array } | { readonly raw: Uint8Array };

export const byte = (value: number): Part => ({ byte: value });
export const words = (...values: readonly number[]): Part => ({ words: values });
export const raw = (value: Uint8Array): Part => ({ raw: value });
export const text = (value: string | Uint8Array): Part => ({ text: value });

/** The parts one after the other. */
export function payloadOf(...parts: readonly Part[]): Uint8Array {
  const w = new Writer();
  for (const part of parts) {
    if ('byte' in part) w.uint8(part.byte);
    else if ('raw' in part) w.put(part.raw);
    else if ('text' in part) w.string(typeof part.text === 'string' ? new TextEncoder().encode(part.text) : part.text);
    else for (const word of part.words) w.uint32(word);
  }
  return w.finish();
}

/** packet_length, padding_length, payload and padding (RFC 4253 section 6); `lengthInBlock` says whether packet_length counts towards the block. */
export function padded(payload: Uint8Array, block: number, lengthInBlock: boolean): Uint8Array {
  const counted = payload.length + 1 + (lengthInBlock ? 4 : 0);
  const padding = block - (counted % block) + (block - (counted % block) < 4 ? block : 0);
  const w = new Writer();
  w.uint32(1 + payload.length + padding);
  w.uint8(padding);
  w.put(payload);
  w.put(new Uint8Array(padding));
  return w.finish();
}
