/** All authentication methods, in the order in which people meet them. */
import { gssapiKeyex, gssapiWithMic } from './gssapi.ts';
import { hostbased } from './hostbased.ts';
import { keyboardInteractive } from './keyboard-interactive.ts';
import type { AuthMethod } from './method.ts';
import { none } from './none.ts';
import { password } from './password.ts';
import { hostbound, publickey } from './publickey.ts';
import { userauthMessages } from './userauth.ts';

export const AUTH_METHODS: readonly AuthMethod[] = [none, password, publickey, hostbound, hostbased, keyboardInteractive, gssapiWithMic, gssapiKeyex];

const byName = new Map(AUTH_METHODS.flatMap((m) => m.names.map((name) => [name, m] as const)));

/** The method requested as `name`. */
export function authMethod(name: string): AuthMethod | undefined {
  return byName.get(name);
}

/** The messages that all methods share, 50 to 53. */
export const USERAUTH_MESSAGES = userauthMessages(authMethod);
