/** From a message number to its declaration: numbers have a meaning only in context (RFC 4250 section 4.1.1). */
import type { AuthMethod } from './auth/method.ts';
import type { KexMethod } from './kex/method.ts';
import type { MessageDef } from './message.ts';
import type { GlobalRequest } from './messages/global-requests.ts';
import { SSH1_MESSAGES, SSH2_MESSAGES } from './messages/index.ts';
import type { Side } from './model.ts';

/** What a number's meaning depends on. */
export interface Context {
  readonly protocol: 1 | 2;
  /** The key exchange method that is running: owns 30 to 49. */
  readonly kex: KexMethod | undefined;
  /** The authentication method in progress: owns 60 to 79. */
  readonly auth?: AuthMethod | undefined;
  /** The global request that is answered next: says what REQUEST_SUCCESS carries. */
  readonly request?: GlobalRequest | undefined;
}

const REQUEST_SUCCESS = 81;

/** True for the numbers that belong to the key exchange method in progress (RFC 4250 section 4.1.1). */
export function isKexNumber(number: number): boolean {
  return number >= 30 && number <= 49;
}

/** True for the numbers that belong to the authentication method in progress (RFC 4252 section 6). */
export function isMethodNumber(number: number): boolean {
  return number >= 60 && number <= 79;
}

/** What message `number` means when `side` sends it in `context`; undefined when nobody has defined it. */
export function resolve(number: number, side: Side | undefined, context: Context): MessageDef | undefined {
  if (context.protocol === 1) return SSH1_MESSAGES.get(number);
  if (isKexNumber(number)) return ofMethod(context.kex, number, side);
  if (isMethodNumber(number)) return ofMethod(context.auth, number, side);
  if (number === REQUEST_SUCCESS && context.request !== undefined) return context.request.success;
  return SSH2_MESSAGES.get(number);
}

const NONE: readonly MessageDef[] = [];

function ofMethod(method: KexMethod | AuthMethod | undefined, number: number, side: Side | undefined): MessageDef | undefined {
  let first: MessageDef | undefined;
  for (const def of method?.messages ?? NONE) {
    if (def.number !== number) continue;
    if (def.from === undefined || def.from === side) return def;
    first ??= def;
  }
  return first;
}

/** The side that alone may send message `number` under `kex`, when there is only one. */
export function senderOf(number: number, context: Context): Side | undefined {
  return resolve(number, undefined, context)?.from;
}
