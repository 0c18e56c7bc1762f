/** What a message is: one declaration that parses it, writes it, names it, types it, documents it and sums it up. */
import { firstOf } from '../bytes/text.ts';
import { type Codec, rest, secret, struct } from '../wire/codec.ts';

export type Side = 'client' | 'server';

/** A value of which any part may be missing, as a decode that stopped half way leaves it. */
export type Partly<T> = T extends Uint8Array | string | number | bigint | boolean
  ? T | undefined
  : T extends readonly (infer E)[]
    ? Partly<E>[] | undefined
    : T extends object
      ? { readonly [K in keyof T]?: Partly<T[K]> }
      : T | undefined;

/** A message of the protocol. `body` starts behind the byte with the message number. */
export interface MessageDef<T = unknown> {
  readonly number: number;
  /** The RFC's name: `SSH_MSG_DISCONNECT`. */
  readonly name: string;
  /** Where it is defined: `4253#11.1`, a draft's name, or `openssh:PROTOCOL#1.5`. */
  readonly rfc: string;
  /** The only side that may send it, when there is only one. */
  readonly from?: Side;
  /** One sentence for a student. */
  readonly note: string;
  readonly body: Codec<T>;
  /**
   * One line about a value, also about one that was decoded only in part. At most SUMMARY_LENGTH characters; peer
   * text in it is not yet made printable. `context` is a word that the packet does not hold (such as the negotiated method).
   */
  summary(value: Partly<T>, context?: string): string;
}

/** Characters of a summary, at most. */
export const SUMMARY_LENGTH = 200;

/** Says what a message is about; only the words behind its title. */
export type Summary<T> = (value: Partly<T>, context?: string) => string;

/**
 * Declares message `number`. `name` is the RFC's; `rfc` is where it is defined; `note` is one sentence; `body` reads what
 * follows the number. `summary` gives the words behind the title (made of the name), or may be left out.
 */
export function message<T>(number: number, name: string, rfc: string, note: string, body: Codec<T>, summary?: Summary<T>, from?: Side): MessageDef<T> {
  let title: string | undefined;
  const line = (value: Partly<T>, context?: string) => {
    title ??= titleOf(name);
    const words = summary?.(value ?? ({} as Partly<T>), context) ?? '';
    return bounded(words === '' ? title : `${title}: ${words}`);
  };
  return { number, name, rfc, note, body, summary: line, ...(from === undefined ? {} : { from }) };
}

/** A message without content. */
export const empty: Codec<object> = struct({});

/** A message whose content nobody has defined for us: kept as bytes. */
export const opaque: Codec<{ data: Uint8Array }> = struct({ data: rest });

/** The same, where it may well be a password: a message of an authentication method that is not known. */
export const opaqueSecret: Codec<{ data: Uint8Array }> = struct({ data: secret(rest) });

function bounded(line: string): string {
  return line.length <= SUMMARY_LENGTH ? line : `${firstOf(line, SUMMARY_LENGTH - 1)}…`;
}

const SPELLED: Readonly<Record<string, string>> = {
  kexinit: 'Key Exchange Init',
  newkeys: 'New Keys',
  ext: 'Extension',
  kexdh: 'DH',
  kex: '',
  dh: 'DH',
  gex: 'Group Exchange',
  ecdh: 'ECDH',
  kexecdh: 'ECDH',
  kexgss: 'GSS',
  kexrsa: 'RSA',
  hybrid: 'Hybrid',
  pubkey: 'Public Key',
  hostkey: 'Host Key',
  groupreq: 'Group Request',
  pk: 'Public Key',
  passwd: 'Password',
  changereq: 'Change Request',
  userauth: 'User Authentication',
  newcompress: 'New Compression',
  gssapi: 'GSSAPI',
  mic: 'MIC',
  eof: 'EOF',
  rsa: 'RSA',
  errtok: 'Error Token',
};

/** `SSH_MSG_CHANNEL_OPEN_CONFIRMATION` as `Channel Open Confirmation`. */
function titleOf(name: string): string {
  const words = name
    .replace(/^(?:SSH2?_)?(?:[CS]?MSG|FXP|AGENTC?)_/, '')
    .toLowerCase()
    .split('_');
  return words
    .map((w) => SPELLED[w] ?? w.charAt(0).toUpperCase() + w.slice(1))
    .filter((w) => w !== '')
    .join(' ');
}
