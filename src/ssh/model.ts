/** What a dissection gives: identifications, packets and sessions. Renderers and annotators read these and nothing else. */
import type { Space, Span } from '../bytes/space.ts';
import type { Timestamp } from '../capture/frame.ts';
import type { End, Flow, FlowEnd } from '../stream/chunk.ts';
import type { Field } from '../wire/field.ts';
import type { Problem } from '../wire/problem.ts';
import type { MessageDef } from './message.ts';
import type { Negotiation } from './negotiate.ts';

export type Side = 'client' | 'server';

/**
 * What told who is client: the SYN; the messages (only a client sends KEXDH_INIT, only a server a host key), when they
 * contradict the SYN or there was none; the port numbers, when there was nothing better.
 */
export type Roles = 'syn' | 'messages' | 'port';

/** The identification string that one side sent (RFC 4253 section 4.2). */
export interface Identification {
  readonly session: Session;
  readonly from: End;
  readonly time: Timestamp;
  /** Frame that brought its last byte. */
  readonly frame: number;
  /** The line as bytes, without CR LF: V_C or V_S of the exchange hash. */
  readonly bytes: Uint8Array;
  readonly text: string;
  /** `2.0` of `SSH-2.0-OpenSSH_9.2 Debian`; empty when the string does not have the form. */
  readonly protocolVersion: string;
  readonly softwareVersion: string;
  readonly comments: string | undefined;
  /** Lines that came before it, without their line ends. */
  readonly preamble: readonly string[];
  /** How the line ended. */
  readonly lineEnd: 'CRLF' | 'LF' | 'none';
  /** The line with its end and what came before it, and the frames that delivered them. */
  readonly space: Space;
  readonly problems: readonly Problem[];
}

export type MacVerdict = 'valid' | 'invalid' | 'unchecked' | 'none';

/** One SSH packet: framed, and when it was readable, with its message. */
export interface Packet {
  readonly session: Session;
  /** From 1 within the session, in the order in which packets became readable. */
  readonly index: number;
  readonly from: End;
  readonly side: Side;
  /** NEWKEYS that this side has sent before it: 0 in clear. */
  readonly epoch: number;
  /** Implicit sequence number (RFC 4253 section 6.4), reset at NEWKEYS under strict KEX. */
  readonly sequence: number;
  readonly time: Timestamp;
  /** Frame that brought its last byte. */
  readonly frame: number;
  /** All bytes of the packet on the wire, MAC included, and their frames. */
  readonly space: Space;
  /** Offset of the first byte in its direction's stream. */
  readonly streamOffset: number;
  /** SSH major version whose packet format this is. */
  readonly protocol: 1 | 2;
  readonly encrypted: boolean;
  /** packet_length as it stands on the wire. */
  readonly length: number;
  /** padding_length, when it could be read. */
  readonly padding: number | undefined;
  readonly mac: MacVerdict;
  /** Message number; undefined for a packet that was not opened. */
  readonly number: number | undefined;
  readonly name: string | undefined;
  readonly message: MessageDef<unknown> | undefined;
  /** The same bytes in clear, offset for offset: SSH's ciphers keep lengths. `space` itself when nothing was encrypted or opened. */
  readonly plain: Space;
  /** Where the payload (compressed, if it is) lies in `plain`, when it could be read. */
  readonly payload: Span | undefined;
  /** The payload after decompression: a Space of its own, whose bytes come from the whole packet. */
  readonly inflated: Space | undefined;
  /** The message's fields by name; undefined for a packet that was not opened. */
  readonly value: Readonly<Record<string, unknown>> | undefined;
  /** The capture does not hold all of it: a fragment, told apart from whole packets in machine output. */
  readonly cut: boolean;
  /** A guessed key exchange packet that the other side ignores (RFC 4253 section 7). */
  readonly discarded: boolean;
  /** Number (as in `index`) of the request of the other side that this answers. */
  readonly answers: number | undefined;
  /** The channel that it belongs to (messages 90 to 100). */
  readonly channel: Channel | undefined;
  /** Messages of the protocol inside the channel that ended in this packet: SFTP, SCP, agent. */
  readonly inner: readonly InnerMessage[];
  /** It holds a password or the like: fields marked `secret`, and their bytes in `plain`. */
  readonly secret: boolean;
  /** One line for the Info column; holds peer text that is not yet made printable. */
  readonly summary: string;
  /** The tree of all bytes of `plain`: packet_length, padding_length, the message, padding, MAC. Made when asked for. */
  readonly fields: readonly Field[];
  readonly problems: readonly Problem[];
}

/** A message of a protocol inside a channel. It may begin in an earlier packet than the one it ends in. */
export interface InnerMessage {
  /** `sftp`, `scp`, `agent`. */
  readonly protocol: string;
  readonly number: number | undefined;
  /** `SSH_FXP_OPEN`. */
  readonly name: string;
  /** One line; holds peer text that is not yet made printable. */
  readonly summary: string;
  readonly value: Readonly<Record<string, unknown>>;
  /** All its bytes, its length included, and the frames that delivered them; copied only when asked for. */
  readonly space: Space;
  /** The tree of its bytes. Made when asked for. */
  readonly fields: readonly Field[];
  /** The packet (as in `index`) whose inner message this answers, and how long that took in seconds. */
  readonly answers: { readonly packet: number; readonly latency: number } | undefined;
  /** It holds a password or a private key. */
  readonly secret: boolean;
  readonly problems: readonly Problem[];
}

/** What was asked for inside a channel and what came of it: opening a file, listing a folder, a signature of an agent. */
export interface Operation {
  /** `open`, `readdir`, `sign`. */
  readonly name: string;
  /** Who asked. */
  readonly side: Side;
  /** One line that says it all; holds peer text that is not yet made printable. */
  readonly summary: string;
  /** Name of the status or answer, `SSH_FX_OK`; undefined when no answer was seen. */
  readonly status: string | undefined;
  readonly succeeded: boolean | undefined;
  readonly frame: number;
  readonly time: Timestamp;
  /** Seconds until the (last) answer. */
  readonly latency: number | undefined;
}

/** A file that moved. */
export interface Transfer {
  readonly session: Session;
  readonly channel: Channel;
  readonly protocol: 'sftp' | 'scp';
  /** `upload`: from the client to the server. */
  readonly direction: 'upload' | 'download';
  /** The name as the peers gave it: never a path to use as it stands. */
  readonly path: string;
  /** Size that was announced, by attributes or by SCP's header; above 2^53 it is rounded. */
  readonly size: number | undefined;
  /** Bytes moved; of bytes that moved twice only once. */
  readonly bytes: number;
  /** Permission bits and times (seconds since 1970), when they were told. */
  readonly mode: number | undefined;
  readonly modified: number | undefined;
  readonly accessed: number | undefined;
  /** All bytes from 0 to the end moved, and both sides agreed that it was the end. */
  readonly complete: boolean;
  /** Parts between 0 and the end that did not move. */
  readonly holes: readonly Span[];
  /** Why it is not complete, or what else is odd, in words. */
  readonly note: string;
  readonly firstFrame: number;
  readonly lastFrame: number;
  readonly start: Timestamp;
  readonly end: Timestamp;
}

/** What a channel carries, as far as somebody understands it. */
export interface ChannelContent {
  /** `sftp`, `scp`, `agent`, `terminal`, `ssh`, `http`, `rsync`, `git`, `x11`, `stream`. */
  readonly protocol: string;
  /** What more there is to say in a few words: the version, the repository; holds peer text that is not yet made printable. */
  readonly detail: string;
  /** In their order, up to the limit. */
  readonly operations: readonly Operation[];
  readonly transfers: readonly Transfer[];
  /** The session that runs inside a forwarded connection. */
  readonly session: Session | undefined;
}

/** The host key of one key exchange. */
export interface HostKey {
  /** Type of the key as its blob says, `ssh-ed25519`, `ssh-rsa-cert-v01@openssh.com`. */
  readonly type: string;
  readonly bits: number | undefined;
  /** SHA256:… and MD5:… of the blob as it was sent, K_S. */
  readonly fingerprint: string;
  readonly fingerprintMd5: string;
  /** The same as `ssh-keygen -l` prints them: of a certificate it takes the plain key inside. */
  readonly keyFingerprint: string;
  readonly keyFingerprintMd5: string;
  readonly blob: Uint8Array;
  /** The decoded certificate, when the key is one. */
  readonly certificate: Readonly<Record<string, unknown>> | undefined;
}

/** One key exchange: from its KEXINITs to its NEWKEYS. */
export interface Exchange {
  /** 1 for the first of the session. */
  readonly epoch: number;
  readonly negotiation: Negotiation | undefined;
  readonly hostKey: HostKey | undefined;
  readonly signatureAlgorithm: string | undefined;
  /** The host key's signature over the exchange hash. */
  readonly signature: { readonly verdict: 'valid' | 'invalid' | 'unchecked'; readonly reason: string };
  /** The secret that was used, and from where; `note` says how it was read, when not as it stands. */
  readonly secret: { readonly kind: 'SHARED_SECRET' | 'PRIVATE_KEY' | 'keys' | 'cipher key'; readonly source: string; readonly note: string } | undefined;
  /** K without its length, and H; undefined without a secret. */
  readonly sharedSecret: Uint8Array | undefined;
  readonly exchangeHash: Uint8Array | undefined;
  /** Packets of this exchange, both sides, by index. */
  readonly packets: readonly number[];
}

export type DecryptionState = 'none' | 'ok' | 'partial' | 'no-secret' | 'unsupported' | 'lost';

/** What became of the bytes that one side sent after its first NEWKEYS. */
export interface Decryption {
  /** Encrypted packets that could be framed, and those that were opened. */
  readonly packets: number;
  readonly decrypted: number;
  /** All bytes after the first NEWKEYS. */
  readonly bytes: number;
  readonly state: DecryptionState;
  /** Why, in words a user can act on. */
  readonly reason: string;
}

/** One end of a session. */
export interface Party {
  readonly address: string;
  readonly port: number;
  readonly identification: Identification | undefined;
  /** The capture holds its first bytes, or it is certain that it sent none: what is not there of them was not sent. */
  readonly begun: boolean;
  /** HASSH or HASSHServer and the text it is the MD5 of, when the KEXINIT was seen. */
  readonly hassh: string | undefined;
  readonly hasshText: string | undefined;
  /** Bytes of payload that this side sent, in the capture. */
  readonly bytes: number;
  readonly decryption: Decryption;
}

/** How an attempt to log in ended; `partial`: it was right, but the server asks for another method as well. */
export type LoginOutcome = 'success' | 'failure' | 'partial' | 'unknown';

/** Whether a user's signature over the session identifier and the request is right, and why. */
export interface LoginVerdict {
  /** Name in the signature. */
  readonly algorithm: string | undefined;
  readonly verdict: 'valid' | 'invalid' | 'unchecked';
  readonly reason: string;
}

/** The public key that a user (or a user's host) gave. */
export interface LoginKey {
  readonly type: string;
  readonly bits: number | undefined;
  /** As `ssh-keygen -l` prints it. */
  readonly fingerprint: string;
  /** Of a certificate: who signed it, and whether that signature is right. */
  readonly authority: { readonly key: string; readonly verdict: 'valid' | 'invalid' | 'unchecked'; readonly reason: string } | undefined;
}

/** One attempt to log in. Asking whether a key would do, and signing with it, are one attempt; so is a password and its change. */
export interface LoginAttempt {
  /** As in its last request. */
  readonly method: string;
  readonly user: string;
  readonly service: string;
  readonly key: LoginKey | undefined;
  /** Undefined when nothing was signed. */
  readonly signature: LoginVerdict | undefined;
  /** Questions that the server asked (keyboard-interactive). */
  readonly prompts: number;
  readonly outcome: LoginOutcome;
  readonly firstFrame: number;
  readonly lastFrame: number;
}

/** Who logged in, and how. */
export interface Authentication {
  /** Of the attempt that succeeded, or of the last one. */
  readonly user: string | undefined;
  readonly attempts: readonly LoginAttempt[];
  readonly outcome: 'success' | 'failure' | 'unknown';
  readonly banner: string | undefined;
}

/** A request on a channel, and what became of it; `none` when no answer was wanted. */
export interface ChannelRequest {
  readonly name: string;
  readonly side: Side;
  readonly outcome: 'success' | 'failure' | 'unknown' | 'none';
}

/** A channel of the connection protocol (RFC 4254 section 5). */
export interface Channel {
  /** From 0 within the session, in the order of opening; numbers are used again, this is not. */
  readonly id: number;
  readonly type: string;
  /** Who opened it. */
  readonly opener: Side;
  /** The number that each side gave it. */
  readonly numbers: Readonly<Record<Side, number | undefined>>;
  /** `unknown` when its opening was not answered. */
  readonly state: 'unknown' | 'refused' | 'open' | 'closed';
  /** Why it was refused. */
  readonly refusal: string | undefined;
  /** What its opening said beyond numbers and sizes, by name: hosts and ports of a forwarding. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Requests of both sides, in their order. */
  readonly requests: readonly ChannelRequest[];
  readonly command: string | undefined;
  readonly subsystem: string | undefined;
  readonly environment: readonly { readonly name: string; readonly value: string }[];
  /** The terminal as it was asked for; `columns` and `rows` as they became. */
  readonly terminal: { readonly term: string; readonly columns: number; readonly rows: number } | undefined;
  readonly exitStatus: number | undefined;
  readonly exitSignal: string | undefined;
  /** Undefined until it is known what the channel carries. */
  readonly content: ChannelContent | undefined;
  /** Bytes of data that each side sent, and of its extended data (stderr). */
  readonly bytes: Readonly<Record<Side, number>>;
  readonly extendedBytes: Readonly<Record<Side, number>>;
  readonly firstFrame: number;
  readonly lastFrame: number;
}

/** A step of the session: when it began, and in which frame. */
export interface Phase {
  readonly name: 'tcp' | 'identification' | 'negotiation' | 'key exchange' | 'encrypted' | 'end';
  readonly time: Timestamp;
  readonly frame: number;
}

/** A session: live while the capture is read, final when its record is given. */
export interface Session {
  /** From 1, in the order in which sessions were recognised. */
  readonly number: number;
  readonly flow: Flow;
  /** The channel of another session that this one runs inside. */
  readonly parent: { readonly session: Session; readonly channel: Channel } | undefined;
  readonly protocol: 1 | 2;
  readonly client: Party;
  readonly server: Party;
  readonly roles: Roles;
  /** The capture holds the beginning: the TCP handshake and the first bytes of each side that sent any. */
  readonly complete: boolean;
  /** What tells that this is SSH: what was sent; or port 22 alone, which is a guess. */
  readonly detected: 'content' | 'port';
  readonly strictKex: boolean;
  /** H of the first exchange, when it could be computed. */
  readonly sessionId: Uint8Array | undefined;
  readonly exchanges: readonly Exchange[];
  readonly authentication: Authentication;
  readonly channels: readonly Channel[];
  readonly phases: readonly Phase[];
  /** Whole packets framed so far. */
  readonly packets: number;
  /** Packets of which the capture holds only the beginning. */
  readonly fragments: readonly Packet[];
  readonly ended: FlowEnd | undefined;
  /** How it ended, in words. */
  readonly ending: string;
  readonly problems: readonly Problem[];
}

/** Totals of a capture, known when it was read to its end. */
export interface CaptureTotals {
  readonly file: string;
  readonly format: string;
  readonly compression: string | undefined;
  readonly bytes: number;
  readonly frames: number;
  readonly streams: number;
  readonly sessions: number;
  readonly problems: readonly Problem[];
}

/** Who takes the results of a dissection. Each is called as soon as its record is known. */
export interface Sink {
  identification?(identification: Identification): void;
  packet?(packet: Packet): void;
  session?(session: Session): void;
  /** Bytes of a file that moves, as they come: of several requests at once in any order, and those of one message in several calls. A view, good only during the call. */
  content?(transfer: Transfer, offset: number, bytes: Uint8Array): void;
  /** A file has moved, as far as it did. */
  transfer?(transfer: Transfer): void;
  capture?(totals: CaptureTotals): void;
}
