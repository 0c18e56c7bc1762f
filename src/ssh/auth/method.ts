/** What an authentication method is. */
import { type Codec, struct } from '../../wire/codec.ts';
import type { MessageDef, Partly } from '../message.ts';

/** A decoded request: the fields of its method beside the names of user, service and method. */
export type RequestValue = Readonly<Record<string, unknown>>;

/** A way to prove who a user is: what stands in its request, and the messages 60 to 79 that it brings. */
export interface AuthMethod {
  /** The names it is requested by; the RFC's comes first. */
  readonly names: readonly string[];
  readonly rfc: string;
  /** One sentence for a student. */
  readonly note: string;
  /** What stands in USERAUTH_REQUEST behind the name of the method. */
  readonly request: Codec<object>;
  /** Messages 60 to 79 while this method is in progress (RFC 4252 section 6). */
  readonly messages: readonly MessageDef[];
  /** Name of the request's field with the public key that signed it, for the methods that sign. */
  readonly key?: string;
  /** Words about a request, for its summary; nothing secret. `outcome` tells what became of its signature. */
  words?(value: Partly<RequestValue>, outcome?: string): string;
}

/** The body of a request that says nothing beyond its method. */
export const nothing: Codec<object> = struct({});
