/** What the session asks of whoever keeps the secrets. */
import type { Spent } from '../effort.ts';
import type { GivenSecret, Readings } from './resolve-secret.ts';

/** A secret with the place it was read from. */
export interface OfferedSecret extends GivenSecret {
  /** `FILE:LINE` or the secrets block, for reports. */
  readonly origin: string;
  /** Told what came of it: `session 1, exchange 2`, or why it does not fit. */
  note(text: string): void;
}

/** The keys of one direction, without the K that they were derived from. */
export interface DirectionKeys {
  /** Names of cipher and MAC, when the file says them. */
  readonly cipher: string | undefined;
  readonly mac: string | undefined;
  readonly key: Uint8Array;
  readonly iv: Uint8Array | undefined;
  readonly macKey: Uint8Array | undefined;
}

/** Derived keys with the place they were read from. */
export interface OfferedKeys {
  /** `keys` by the letters of RFC 4253 section 7.2, as at NEWKEYS; a `cipher key` with its IV as it was when it was taken. */
  readonly kind: 'keys' | 'cipher key';
  /** What they open of each side; the same twice, when it is not known whose they are. */
  readonly client: DirectionKeys | undefined;
  readonly server: DirectionKeys | undefined;
  /** Cookie, session id (hex) and number of the key exchange, as far as they are known. */
  readonly cookie: string | undefined;
  readonly sessionId: string | undefined;
  readonly epoch: number | undefined;
  readonly origin: string;
  note(text: string): void;
}

/** Keeps the secrets of a run. */
export interface Secrets {
  readonly readings: Readings;
  /** True when there is nothing to offer to anybody. */
  readonly empty: boolean;
  /** What may belong to the exchange whose KEXINITs have these cookies (lower-case hex; undefined for one that was not captured). */
  forExchange(client: string | undefined, server: string | undefined): readonly OfferedSecret[];
  /** Looks where it takes longer, once, when what was offered did not verify; true when there is more to offer now. */
  seekMore(): boolean;
  /** All derived keys, whatever they belong to. */
  derivedKeys(): readonly OfferedKeys[];
  /** Work that searches did in this run. */
  readonly spent: Spent;
  /** Signatures that did not verify and were looked into, of which there may be Limits.diagnoses in a run. */
  diagnosed: number;
  /** Bytes of packets that were opened in this run, which is what takes the time of most runs with secrets. */
  opened: number;
  /** How many cookies there are secrets for, and the first `max` of them: for saying what was given instead of what is wanted. */
  readonly cookieCount: number;
  cookies(max: number): readonly string[];
  /** The line that has one of these cookies and could not be read, and why; or else the first unreadable one, which may have been the one that is wanted. */
  unreadable(cookies: readonly string[]): { readonly message: string; readonly wanted: boolean } | undefined;
}
