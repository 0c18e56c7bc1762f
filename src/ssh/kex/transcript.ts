/** What the two sides said in one key exchange, as bytes: the inputs of the exchange hash before they are put in order. */
import type { Span } from '../../bytes/space.ts';
import { decode } from '../../wire/cursor.ts';
import type { Field } from '../../wire/field.ts';
import type { MessageDef, Side } from '../message.ts';

/** One top-level field of a key exchange message. */
export interface SentField {
  /** As it stands on the wire, without the length of a `string` or `mpint`; a uint32 is its four bytes. */
  readonly bytes: Uint8Array;
  /** Where `bytes` lie in the payload. */
  readonly span: Span;
}

/** A message 30 to 49, taken apart only as far as the exchange hash needs it: nested structures stay whole. */
export interface SentMessage {
  readonly name: string;
  readonly fields: ReadonlyMap<string, SentField>;
}

/** The inputs of H that the two sides sent; undefined is what the capture does not hold. */
export interface Transcript {
  /** Identification strings without CR LF. */
  readonly vC: Uint8Array | undefined;
  readonly vS: Uint8Array | undefined;
  /** Payloads of the two KEXINITs of this exchange, message number first. */
  readonly iC: Uint8Array | undefined;
  readonly iS: Uint8Array | undefined;
  /** Messages of the method by name, in order of arrival; of several with one name the first. */
  readonly messages: ReadonlyMap<string, SentMessage>;
  /** Wrong guesses (RFC 4253 section 7): sent, and to be ignored by both sides. */
  readonly discarded: ReadonlyMap<string, SentMessage>;
  /** The identification lines as sent: with what came before them, and with their line ends. For the search of mistakes. */
  readonly rawC: Uint8Array | undefined;
  readonly rawS: Uint8Array | undefined;
  /** The whole KEXINIT packets: packet_length to padding. For the search of mistakes. */
  readonly packetC: Uint8Array | undefined;
  readonly packetS: Uint8Array | undefined;
}

/** Collects a transcript while the exchange is read. What it is given it keeps by reference; messages are cut when they are asked for. */
export class TranscriptBuilder implements Transcript {
  vC: Uint8Array | undefined;
  vS: Uint8Array | undefined;
  iC: Uint8Array | undefined;
  iS: Uint8Array | undefined;
  rawC: Uint8Array | undefined;
  rawS: Uint8Array | undefined;
  packetC: Uint8Array | undefined;
  packetS: Uint8Array | undefined;
  private readonly sent: { readonly def: MessageDef; readonly payload: Uint8Array; readonly discarded: boolean }[] = [];
  private cut: Record<'messages' | 'discarded', ReadonlyMap<string, SentMessage>> | undefined;

  /** The identification string of `side` without its line end, and the line with its end and what came before it. */
  identification(side: Side, line: Uint8Array, raw: Uint8Array | undefined): void {
    if (side === 'client') [this.vC, this.rawC] = [line, raw];
    else [this.vS, this.rawS] = [line, raw];
  }

  /** The KEXINIT of `side`: its payload, and the packet from packet_length to the end of the padding. */
  kexinit(side: Side, payload: Uint8Array, packet: Uint8Array | undefined): void {
    if (side === 'client') [this.iC, this.packetC] = [payload, packet];
    else [this.iS, this.packetS] = [payload, packet];
  }

  /** A message 30 to 49, message number first. */
  message(def: MessageDef, payload: Uint8Array, discarded: boolean): void {
    this.sent.push({ def, payload, discarded });
    this.cut = undefined;
  }

  get messages(): ReadonlyMap<string, SentMessage> {
    return this.cutMessages().messages;
  }

  get discarded(): ReadonlyMap<string, SentMessage> {
    return this.cutMessages().discarded;
  }

  private cutMessages(): Record<'messages' | 'discarded', ReadonlyMap<string, SentMessage>> {
    if (this.cut !== undefined) return this.cut;
    const maps = { messages: new Map<string, SentMessage>(), discarded: new Map<string, SentMessage>() };
    for (const { def, payload, discarded } of this.sent) {
      const map = discarded ? maps.discarded : maps.messages;
      if (!map.has(def.name)) map.set(def.name, sentMessage(def, payload));
    }
    this.cut = maps;
    return maps;
  }
}

/**
 * Cuts `payload` (message number first) into the fields that `def` declares. Fields that are not whole are left out; never throws.
 */
export function sentMessage(def: MessageDef, payload: Uint8Array): SentMessage {
  const fields = new Map<string, SentField>();
  for (const field of decode(def.body, payload, { start: 1, trace: true }).fields) {
    const span = contentOf(field, payload);
    if (span !== undefined && !field.name.startsWith('(')) fields.set(field.name, { span, bytes: payload.subarray(span.start, span.end) });
  }
  return { name: def.name, fields };
}

/** Types of RFC 4251 section 5 that have no length in front. */
const PLAIN: ReadonlySet<string> = new Set(['uint32', 'byte', 'boolean', 'bytes']);

/** The content of a field; undefined when it was cut off. */
function contentOf({ kind, span }: Field, payload: Uint8Array): Span | undefined {
  if (PLAIN.has(kind)) return span;
  if (span.end - span.start < 4) return undefined;
  const length = new DataView(payload.buffer, payload.byteOffset).getUint32(span.start);
  return length === span.end - span.start - 4 ? { start: span.start + 4, end: span.end } : undefined;
}
