/** The method of a key exchange of which one side's KEXINIT is missing, by the shape of its messages. */

import type { Codec } from '../wire/codec.ts';
import { decode } from '../wire/cursor.ts';
import { KEX_METHODS, kexMethod } from './kex/index.ts';
import type { KexMethod } from './kex/method.ts';

/**
 * The first method of `offered` (or of all, when nothing is offered) under which message `number` reads without a
 * problem. Methods of one family have the same messages, so this finds the form and not the name.
 */
export function guessMethod(number: number, payload: Uint8Array, offered: readonly string[]): KexMethod | undefined {
  const named = offered.map(kexMethod).filter((m) => m !== undefined);
  const candidates = named.length > 0 ? named : KEX_METHODS;
  return candidates.find((m) =>
    m.messages.some((def) => def.number === number && decode(def.body as Codec<unknown>, payload.subarray(1), { complete: true }).problems.length === 0),
  );
}
