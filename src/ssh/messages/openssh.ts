/** OpenSSH's own message numbers, 192 and 193 (openssh PROTOCOL section 1.8). */
import { described, string, struct } from '../../wire/codec.ts';
import { type MessageDef, message } from '../message.ts';
import { size } from '../words.ts';

const echo = struct({ data: described(string, 'Bytes that come back in the answer.') });

export const ping = message(192, 'SSH2_MSG_PING', 'openssh:PROTOCOL#1.8', 'Asks for an answer; OpenSSH hides keystroke timing with it.', echo, (v) =>
  size(v.data),
);

export const pong = message(193, 'SSH2_MSG_PONG', 'openssh:PROTOCOL#1.8', 'Answers a ping with its data.', echo, (v) => size(v.data));

/** The messages that OpenSSH added, by number. */
export const OPENSSH_MESSAGES: readonly MessageDef[] = [ping, pong];
