/** The messages whose number means the same in every session. 30-49 belong to the kex method, 60-79 to the authentication method. */
import { USERAUTH_MESSAGES } from '../auth/index.ts';
import type { MessageDef } from '../message.ts';
import { CONNECTION_MESSAGES } from './connection.ts';
import { OPENSSH_MESSAGES } from './openssh.ts';
import { SSH1_MESSAGE_LIST } from './ssh1.ts';
import { TRANSPORT_MESSAGES } from './transport.ts';

/** Messages of SSH-2 by number (RFC 4250 section 4.1.2, RFC 8308, openssh PROTOCOL). */
export const SSH2_MESSAGES: ReadonlyMap<number, MessageDef> = table([...TRANSPORT_MESSAGES, ...USERAUTH_MESSAGES, ...CONNECTION_MESSAGES, ...OPENSSH_MESSAGES]);

/** Messages of SSH-1 by number. */
export const SSH1_MESSAGES: ReadonlyMap<number, MessageDef> = table(SSH1_MESSAGE_LIST);

function table(messages: readonly MessageDef[]): ReadonlyMap<number, MessageDef> {
  return new Map(messages.map((m) => [m.number, m]));
}
