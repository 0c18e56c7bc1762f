/** What the page is made of: the objects that the renderer writes into the file as JSON and the page reads. All texts in them are printable. */
import type { Ground, Level } from '../../explain/note.ts';
import type { Standing } from '../../ssh/algorithm.ts';
import type { Side } from '../../ssh/message.ts';
import type { Severity } from '../../wire/problem.ts';

/** Everything in the page. */
export interface PageData {
  readonly file: string;
  /** What the capture is, in words. */
  readonly about: string;
  readonly level: Level;
  readonly showSecrets: boolean;
  /** What is left out, in sentences. */
  readonly leftOut: readonly string[];
  readonly problems: readonly ProblemData[];
  readonly sessions: readonly SessionData[];
  /** Every algorithm that a list of the capture names and sshark knows, by name. */
  readonly algorithms: Readonly<Record<string, AlgorithmData>>;
  /** Sentences that stand at many places: what fields are for, and the paragraphs of notes. They are named by their numbers here. */
  readonly texts: readonly string[];
}

export interface AlgorithmData {
  readonly note: string;
  readonly rfc: string;
  readonly standing: Standing;
  readonly since?: string;
}

export interface ProblemData {
  readonly code: string;
  readonly severity: Severity;
  readonly text: string;
  readonly rfc?: string;
}

/** A label and what is said under it. */
export type Fact = readonly [label: string, text: string];

export interface SessionData {
  readonly number: number;
  readonly client: PartyData;
  readonly server: PartyData;
  /** Seconds from beginning to end. */
  readonly seconds: string;
  readonly start: string;
  readonly facts: readonly Fact[];
  readonly kex: string | undefined;
  readonly login: LoginData;
  readonly messages: readonly MessageData[];
  /** Messages that are not in the page. */
  readonly missing: number;
  readonly exchanges: readonly ExchangeData[];
  readonly channels: readonly ChannelData[];
  readonly chapters: readonly ChapterData[];
  readonly problems: readonly ProblemData[];
  /** Why what is encrypted stayed so; empty when nothing did. */
  readonly sealed: string;
}

export interface PartyData {
  readonly endpoint: string;
  readonly identification: string;
  readonly software: string;
  readonly hassh: string | undefined;
}

/** What a message is about, in the order in which a session goes through it. */
export type PhaseName = 'identification' | 'negotiation' | 'exchange' | 'service' | 'login' | 'connection' | 'sealed';

/** An identification string or a packet. */
export interface MessageData {
  /** `packet-12`, `client-identification`: its name in links. */
  readonly id: string;
  readonly side: Side;
  /** Seconds since the session began. */
  readonly time: string;
  readonly frames: readonly number[];
  readonly phase: PhaseName;
  readonly encrypted: boolean;
  readonly name: string;
  readonly summary: string;
  readonly facts: readonly Fact[];
  readonly bytes: BytesData;
  /** The same bytes as they were on the wire, when these were encrypted. */
  readonly wire?: BytesData;
  readonly fields: readonly FieldData[];
  /** Its payload after decompression, which the fields inside `inflated` count in. */
  readonly inflated?: BytesData;
  /** Messages inside the channel that ended in it. */
  readonly inner: readonly InnerData[];
  readonly notes: readonly NoteData[];
  readonly problems: readonly ProblemData[];
  /** Id of the message that it answers. */
  readonly answers?: string;
}

/** The first bytes of something, in base64, and how many there are. */
export interface BytesData {
  readonly data: string;
  readonly length: number;
}

export interface InnerData {
  readonly protocol: string;
  readonly name: string;
  readonly summary: string;
  readonly fields: readonly FieldData[];
  readonly bytes: BytesData;
}

/** A node of the field tree. */
export interface FieldData {
  readonly name: string;
  readonly value: string;
  /** Its bytes: from the first to before the last. */
  readonly span: readonly [start: number, end: number];
  /** What it is for: a number in `PageData.texts`. */
  readonly doc?: number;
  /** Its children count in the inflated bytes. */
  readonly inflated?: true;
  readonly children?: readonly FieldData[];
}

/** Where in the page something stands: a message, and a field in it as the names on the way to it. */
export interface Target {
  readonly message: string;
  readonly field?: string;
}

export interface NoteData {
  readonly level: Level;
  readonly ground: Ground;
  /** Number in `PageData.texts`. */
  readonly text: number;
  readonly lines: readonly string[];
  readonly at: readonly Target[];
  readonly rfc: readonly string[];
}

export interface ChapterData {
  readonly id: string;
  readonly title: string;
  readonly notes: readonly NoteData[];
}

/** One key exchange. */
export interface ExchangeData {
  readonly epoch: number;
  readonly kex: string | undefined;
  readonly hash: string | undefined;
  readonly rfc: string | undefined;
  readonly choices: readonly ChoiceData[];
  readonly inputs: readonly InputData[];
  readonly missing: readonly string[];
  readonly exchangeHash: string | undefined;
  readonly sessionId: string | undefined;
  readonly secret: string | undefined;
  readonly hostKey: readonly Fact[];
  readonly signature: { readonly verdict: 'valid' | 'invalid' | 'unchecked'; readonly algorithm: string; readonly reason: string };
  /** What is wrong when the signature does not verify. */
  readonly culprit: readonly string[];
  readonly keys: readonly KeyData[];
}

/** One pair of lists and the name that both sides take. */
export interface ChoiceData {
  readonly title: string;
  readonly client: readonly string[];
  readonly server: readonly string[];
  readonly chosen: string | undefined;
  readonly reason: string;
  readonly failed: boolean;
  readonly field: string;
}

/** One input of the exchange hash. */
export interface InputData {
  readonly name: string;
  readonly kind: string;
  /** Hex of the length that goes in front of it into the hash. */
  readonly prefix: string;
  /** Hex or text, shortened; undefined when it is a secret. */
  readonly value: string | undefined;
  readonly length: number;
  readonly from: Side | 'both';
  readonly doc: string;
  readonly rfc: string;
  /** Frame and offset, in words. */
  readonly place: string;
  readonly target: Target | undefined;
}

export interface KeyData {
  readonly letter: string;
  readonly use: string;
  readonly side: Side;
  readonly formula: string;
  /** Algorithm that takes it. */
  readonly algorithm: string;
  readonly length: number;
  /** Hex; undefined when it is not known or not to be shown. */
  readonly value: string | undefined;
  readonly state: 'shown' | 'hidden' | 'unknown' | 'unused';
}

export interface LoginData {
  readonly outcome: 'success' | 'failure' | 'unknown';
  readonly user: string | undefined;
  /** Lines of the banner. */
  readonly banner: readonly string[];
  readonly attempts: readonly AttemptData[];
}

export interface AttemptData {
  readonly method: string;
  readonly outcome: string;
  readonly facts: readonly Fact[];
  readonly verdict: string | undefined;
  readonly frame: number;
}

export interface ChannelData {
  readonly id: number;
  readonly title: string;
  readonly facts: readonly Fact[];
  readonly terminal: { readonly columns: number; readonly rows: number } | undefined;
  readonly operations: readonly OperationData[];
  /** The session that runs inside it. */
  readonly session: number | undefined;
  /** What was sent in it, in its order, as far as the page holds it; nothing where operations or a session tell it better. */
  readonly events: readonly EventData[];
  /** Bytes that are not in the page. */
  readonly missing: number;
}

export interface OperationData {
  readonly side: Side;
  readonly text: string;
  readonly status: string;
  readonly ok: boolean | undefined;
}

/** Bytes of a channel, or a new size of its terminal. */
export interface EventData {
  /** Seconds since the session began. */
  readonly time: number;
  readonly side: Side;
  readonly message: string;
  /** Base64. */
  readonly data?: string;
  /** Extended data: standard error. */
  readonly error?: true;
  readonly size?: readonly [columns: number, rows: number];
}
