/** From a message number to its declaration: numbers have a meaning only in context (RFC 4250 section 4.1.1). */
import type { KexMethod } from './kex/method.ts';
import type { MessageDef } from './message.ts';
import { SSH1_MESSAGES, SSH2_MESSAGES } from './messages/index.ts';
import type { Side } from './model.ts';

/** What a number's meaning depends on. */
export interface Context {
  readonly protocol: 1 | 2;
  /** The key exchange method that is running: owns 30 to 49. */
  readonly kex: KexMethod | undefined;
}

/** True for the numbers that belong to the key exchange method in progress (RFC 4250 section 4.1.1). */
export function isKexNumber(number: number): boolean {
  return number >= 30 && number <= 49;
}

/** What message `number` means when `side` sends it in `context`; undefined when nobody has defined it. */
export function resolve(number: number, side: Side | undefined, context: Context): MessageDef | undefined {
  if (context.protocol === 1) return SSH1_MESSAGES.get(number);
  if (!isKexNumber(number)) return SSH2_MESSAGES.get(number);
  const defs = context.kex?.messages.filter((m) => m.number === number) ?? [];
  return defs.find((m) => m.from === undefined || m.from === side) ?? defs[0];
}

/** The side that alone may send message `number` under `kex`, when there is only one. */
export function senderOf(number: number, context: Context): Side | undefined {
  return resolve(number, undefined, context)?.from;
}
