/** What a secrets file says, as pure data: one item for each secret, with the line it stands on. */

/** Where an item stands. */
export interface Source {
  /** Name of the file, or `secrets block at offset N` for a pcapng Decryption Secrets Block. */
  readonly file: string;
  /** Line number from 1; of the first line, when several lines make one item. */
  readonly line: number | undefined;
}

/** `FILE:LINE`, as reports print it. */
export function describeSource(source: Source): string {
  return source.line === undefined ? source.file : `${source.file}:${source.line}`;
}

/** The shared secret K of one key exchange, as its writer spelled it: `normalise.ts` says what K it can be. */
export interface SharedSecret {
  readonly kind: 'SHARED_SECRET';
  readonly source: Source;
  /** 32 lower-case hex digits: the cookie of the client's or the server's KEXINIT. Some debuggers log K without one. */
  readonly cookie: string | undefined;
  readonly bytes: Uint8Array;
}

/** The ephemeral private value of the side whose KEXINIT has the cookie (x or y of RFC 4253 section 8; d of RFC 5656). */
export interface PrivateKey {
  readonly kind: 'PRIVATE_KEY';
  readonly source: Source;
  readonly cookie: string;
  readonly bytes: Uint8Array;
  /** Written as `<cookie> <hex>`, without the keyword: Wireshark 4.0 and Tera Term. */
  readonly bare: boolean;
}

/** The letters of RFC 4253 section 7.2: A, B are IVs, C, D encryption keys, E, F MAC keys; A, C, E are client to server. */
export type Letter = 'A' | 'B' | 'C' | 'D' | 'E' | 'F';

export const LETTERS: readonly Letter[] = ['A', 'B', 'C', 'D', 'E', 'F'];

export interface PerSide {
  readonly client?: string;
  readonly server?: string;
}

/** Derived keys by letter, of one key exchange; hex is lower case. Letters that the file does not have are absent. */
export interface DerivedKeys {
  readonly kind: 'keys';
  readonly source: Source;
  readonly letters: Readonly<Partial<Record<Letter, Uint8Array>>>;
  readonly cookie?: string;
  readonly sessionId?: string;
  readonly exchangeHash?: string;
  /** 1 for the first key exchange of the session. */
  readonly epoch?: number;
  readonly ciphers?: PerSide;
  readonly macs?: PerSide;
  readonly process?: Process;
}

/** The process whose memory a key was taken from. */
export interface Process {
  readonly name?: string;
  readonly pid?: number;
  /** TCP connections that the process had open. */
  readonly connections?: readonly Connection[];
}

export interface Connection {
  readonly local: Peer;
  readonly remote: Peer;
}

export interface Peer {
  readonly address: string;
  readonly port: number;
}

/** One cipher key without a letter: whose direction it is, is either told from the process's point of view or not at all. */
export interface CipherKey {
  readonly kind: 'cipher key';
  readonly source: Source;
  readonly key: Uint8Array;
  /** SSH name of the cipher; absent when the file does not say. */
  readonly cipher?: string;
  /** As it was when the key was taken, which may be many packets after NEWKEYS. */
  readonly iv?: Uint8Array;
  readonly macKey?: Uint8Array;
  /** `in` opens what that process received, `out` what it sent. */
  readonly direction?: 'in' | 'out';
  readonly cookie?: string;
  readonly sessionId?: string;
  readonly process?: Process;
}

export type SecretItem = SharedSecret | PrivateKey | DerivedKeys | CipherKey;

/** An item under construction: some spellings say one thing a line. */
export type Draft<T> = { -readonly [K in keyof T]: T[K] };

/**
 * True for the 32 zeros that tools write where they did not learn the cookie. A peer with no randomness may send such a
 * cookie too, so the item stays to be found by it and is also tried on every session.
 */
export function isPlaceholder(cookie: string): boolean {
  return cookie === '00000000000000000000000000000000';
}
