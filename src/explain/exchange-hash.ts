/** The exchange hash explained: every input with the bytes it came from, H, the signature, and the keys that follow. */
import type { Place, Span } from '../bytes/space.ts';
import { DEFAULT_LIMITS, type Limits } from '../limits.ts';
import { deriveKey, type KeyLetter } from '../ssh/crypto/derive.ts';
import { primitives } from '../ssh/crypto/native.ts';
import { type HashPart, hashParts, isMissing, prefixed, sentParts } from '../ssh/kex/hash-parts.ts';
import { kexMethod } from '../ssh/kex/index.ts';
import type { KexMethod } from '../ssh/kex/method.ts';
import { sentMessage, TranscriptBuilder } from '../ssh/kex/transcript.ts';
import { type Evidence, type Finding, findCulprit, hostSignature, KEY_LETTERS, type Tampered, tamper } from '../ssh/kex/verification.ts';
import { keyLengths, LETTERS_OF } from '../ssh/keys.ts';
import type { Exchange, Packet, Session } from '../ssh/model.ts';
import { costOf } from './cost.ts';

/** An input of H, with its place in the capture. */
export interface Input {
  readonly part: HashPart;
  /** Where its value lies; empty for K, which was never sent. */
  readonly places: readonly Place[];
}

/** One of the six keys of RFC 4253 section 7.2. */
export interface DerivedKey {
  readonly letter: KeyLetter;
  /** `initial IV, client to server`. */
  readonly use: string;
  /** `HASH(K || H || "A" || session_id)`. */
  readonly formula: string;
  /** Bytes that the agreed algorithms take; 0 when they have no use for it. */
  readonly length: number;
  /** Undefined without K, H and the session id. */
  readonly value: Uint8Array | undefined;
}

/** Everything that there is to say about one exchange hash. */
export interface ExchangeExplanation {
  readonly session: Session;
  readonly exchange: Exchange;
  readonly method: KexMethod | undefined;
  readonly inputs: readonly Input[];
  /** Names of the inputs that the capture does not hold, and K without a secret. */
  readonly missing: readonly string[];
  readonly h: Uint8Array | undefined;
  readonly sessionId: Uint8Array | undefined;
  /** Why the signature does not verify, when it does not. */
  readonly finding: Finding | undefined;
  readonly keys: readonly DerivedKey[];
  /** What a flipped bit does, when one was asked for and H is known; undefined also when there is no such input or bit. */
  readonly tampered: Tampered | undefined;
  /** Messages of it that were not kept for want of room (limits storyBytes and exchangePackets), so that inputs may be missing. */
  readonly leftOut: number;
}

/** What to explain. */
export interface ExplainOptions {
  /** Only this exchange of each session, from 1. */
  readonly exchange?: number | undefined;
  /** Look for the mistake when the signature does not verify; true when left out. */
  readonly search?: boolean;
  /** Also for two mistakes at a time, which takes longer; true when left out. */
  readonly pairs?: boolean;
  /** A bit to flip: the id or name of an input, and the index of the bit in its value. */
  readonly tamper?: { readonly field: string; readonly bit: number } | undefined;
}

/** Key exchanges of one session that are kept to be explained at its end; a session with more re-keys shows its first ones. */
export const MOST_KEPT = 256;

/** Searches for a mistake in one run, at most, and of these the ones that look for two at a time: each of those takes up to a second. */
const MOST_SEARCHES = 16;
const SEARCHES_FOR_PAIRS = 2;

/** The messages that are kept of one exchange. */
interface Kept {
  readonly packets: Packet[];
  /** Those for which there was no room. */
  leftOut: number;
}

/** Collects the messages of key exchanges while a capture is read. */
export class ExchangeCollector {
  private readonly sessions = new Map<Session, Map<number, Kept>>();
  private readonly limits: Pick<Limits, 'storyBytes' | 'exchangePackets'>;
  /** What the packets of all sessions take. */
  private bytes = 0;
  private searches = 0;

  constructor(limits: Partial<Limits> = {}) {
    this.limits = { ...DEFAULT_LIMITS, ...limits };
  }

  /** Keeps `packet` when it belongs to a key exchange. */
  packet(packet: Packet): void {
    const { number, session, epoch } = packet;
    if (number === undefined || packet.protocol !== 2 || packet.cut) return;
    if (number !== 20 && (number < 30 || number > 49)) return;
    if (epoch >= MOST_KEPT) return;
    const exchanges = this.sessions.get(session) ?? new Map<number, Kept>();
    this.sessions.set(session, exchanges);
    const kept = exchanges.get(epoch) ?? { packets: [], leftOut: 0 };
    exchanges.set(epoch, kept);
    const bytes = costOf(packet);
    const { storyBytes, exchangePackets } = this.limits;
    if (this.bytes + bytes > storyBytes || kept.packets.length >= exchangePackets) {
      kept.leftOut++;
      return;
    }
    kept.packets.push(packet);
    this.bytes += bytes;
  }

  /** The explanations of the exchanges of `session`, which is then forgotten. */
  take(session: Session, options: ExplainOptions = {}): ExchangeExplanation[] {
    const only = options.exchange;
    const kept = this.sessions.get(session);
    this.sessions.delete(session);
    for (const { packets } of kept?.values() ?? []) for (const p of packets) this.bytes -= costOf(p);
    const wanted = session.exchanges.filter((e) => e.epoch <= MOST_KEPT && (only === undefined || e.epoch === only));
    return wanted.map((exchange) => {
      const search = exchange.signature.verdict === 'invalid' && this.searches++ < MOST_SEARCHES;
      const { packets, leftOut } = kept?.get(exchange.epoch - 1) ?? { packets: [], leftOut: 0 };
      const e = explain(session, exchange, packets, { ...options, search, pairs: this.searches <= SEARCHES_FOR_PAIRS });
      return { ...e, leftOut };
    });
  }
}

/** Explains `exchange`, whose messages are `packets`. */
export function explain(session: Session, exchange: Exchange, packets: readonly Packet[], options: ExplainOptions = {}): ExchangeExplanation {
  const transcript = transcriptOf(session, packets);
  const kex = exchange.negotiation?.kex;
  const method = kex === undefined ? undefined : kexMethod(kex);
  if (method === undefined) return { ...UNKNOWN, session, exchange };
  const sent = sentParts(method, transcript);
  const k = exchange.sharedSecret;
  const all = k === undefined ? undefined : hashParts(method, transcript, k);
  const parts = all === undefined || isMissing(all) ? sent.parts : all;
  const h = exchange.exchangeHash;
  const sessionId = session.sessionId ?? (exchange.epoch === 1 ? h : undefined);
  const inputs = parts.map((part) => ({ part, places: placesOf(part, session, packets) }));
  const missing = k === undefined ? [...sent.missing, 'K'] : sent.missing;
  const agreed = exchange.negotiation?.hostKey;
  const doubtful = h !== undefined && exchange.signature.verdict === 'invalid' && options.search !== false;
  const finding = doubtful
    ? findCulprit({ method, transcript, hostKeyAlgorithm: agreed }, parts, evidenceOf(session), { pairs: options.pairs !== false })
    : undefined;
  const keys = keysOf(method, exchange, h, sessionId);
  const flip = h === undefined ? undefined : options.tamper;
  const untampered = { parts, hash: method.hash, signature: hostSignature(transcript, agreed), sessionId: exchange.epoch === 1 ? undefined : sessionId };
  const tampered = flip === undefined ? undefined : tamper(untampered, idOf(parts, flip.field), flip.bit);
  return { session, exchange, method, inputs, missing, h, sessionId, finding, keys, tampered, leftOut: 0 };
}

/** Of a method that is not known. */
const UNKNOWN = {
  method: undefined,
  inputs: [],
  missing: [],
  h: undefined,
  sessionId: undefined,
  finding: undefined,
  keys: [],
  tampered: undefined,
  leftOut: 0,
} as const;

/** The id of the input that `field` means: its id or its name, in either case (`V_C`, `vC`, `v_c`). */
function idOf(parts: readonly HashPart[], field: string): string {
  const plain = (text: string) => text.toLowerCase().replace(/[_ ]/g, '');
  const exact = parts.find((p) => p.id === field || p.name === field);
  return (exact ?? parts.find((p) => plain(p.id) === plain(field) || plain(p.name) === plain(field)))?.id ?? field;
}

function transcriptOf(session: Session, packets: readonly Packet[]): TranscriptBuilder {
  const transcript = new TranscriptBuilder();
  for (const side of ['client', 'server'] as const) {
    const line = session[side].identification;
    if (line !== undefined) transcript.identification(side, line.bytes, line.space.bytes);
  }
  for (const packet of packets) {
    const payload = payloadOf(packet);
    if (packet.number === 20) transcript.kexinit(packet.side, payload, packet.plain.bytes.subarray(0, 4 + packet.length));
    else if (packet.message !== undefined) transcript.message(packet.message, payload, packet.discarded);
  }
  return transcript;
}

/** The payload of `packet` in clear, message number first. */
export function payloadOf({ inflated, plain, payload }: Packet): Uint8Array {
  return inflated?.bytes ?? plain.bytes.subarray(payload?.start ?? 0, payload?.end ?? 0);
}

/** Where the value of `part` lies in the capture. */
function placesOf(part: HashPart, session: Session, packets: readonly Packet[]): readonly Place[] {
  if (part.from === 'both') return [];
  if (part.id === 'vC' || part.id === 'vS') {
    const line = session[part.from].identification;
    if (line === undefined) return [];
    const ending = { CRLF: 2, LF: 1, none: 0 }[line.lineEnd];
    const end = line.space.bytes.length - ending;
    return line.space.locate({ start: end - line.bytes.length, end });
  }
  const holder = packets.find((p) => !p.discarded && (part.message === undefined ? p.number === 20 && p.side === part.from : p.message?.name === part.message));
  if (holder === undefined) return [];
  const payload = payloadOf(holder);
  const field = part.message === undefined || holder.message === undefined ? undefined : sentMessage(holder.message, payload).fields.get(part.field ?? '');
  const span: Span | undefined = part.message === undefined ? { start: 0, end: payload.length } : field?.span;
  return span === undefined ? [] : locate(holder, span);
}

/** The places of a span of the payload. */
function locate(packet: Packet, span: Span): readonly Place[] {
  if (packet.inflated !== undefined) return packet.inflated.locate(span);
  const start = packet.payload?.start ?? 0;
  return packet.space.locate({ start: start + span.start, end: start + span.end });
}

/** What the packets after NEWKEYS say of K and H; nothing when there was a re-key, whose packets have other keys. */
function evidenceOf(session: Session): Evidence {
  const both = [session.client.decryption, session.server.decryption];
  if (session.exchanges.length > 1 || both.some((d) => d.state === 'unsupported') || both.every((d) => d.bytes === 0)) return {};
  return { macsVerify: both.some((d) => d.decrypted > 0) };
}

const USES: Readonly<Record<'iv' | 'key' | 'mac', string>> = { iv: 'initial IV', key: 'encryption key', mac: 'integrity key' };

function keysOf(method: KexMethod, exchange: Exchange, h: Uint8Array | undefined, sessionId: Uint8Array | undefined): DerivedKey[] {
  const n = exchange.negotiation;
  const k = exchange.sharedSecret === undefined ? undefined : prefixed(exchange.sharedSecret);
  const keys = (['client', 'server'] as const).flatMap((side) =>
    (['iv', 'key', 'mac'] as const).map((kind) => {
      const letter = LETTERS_OF[side][kind];
      const length = n === undefined ? 0 : keyLengths(n[side])[kind];
      const known = k !== undefined && h !== undefined && sessionId !== undefined;
      return {
        letter,
        use: `${USES[kind]}, ${side === 'client' ? 'client to server' : 'server to client'}`,
        formula: `HASH(K || H || "${letter}" || session_id)`,
        length,
        value: known ? deriveKey(primitives, method.hash, k, h, letter, sessionId, length) : undefined,
      };
    }),
  );
  return keys.sort((a, b) => KEY_LETTERS.indexOf(a.letter) - KEY_LETTERS.indexOf(b.letter));
}
