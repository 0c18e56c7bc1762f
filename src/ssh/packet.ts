/** One packet of the binary packet protocol (RFC 4253 section 6) with the message inside it. */
import { Space, type Span } from '../bytes/space.ts';
import type { Timestamp } from '../capture/frame.ts';
import type { End } from '../stream/chunk.ts';
import type { Taken } from '../stream/queue.ts';
import type { Codec } from '../wire/codec.ts';
import { decode, isClean } from '../wire/cursor.ts';
import type { Field } from '../wire/field.ts';
import { type Problem, problem } from '../wire/problem.ts';
import type { Opened } from './crypto/opener.ts';
import { decodeKexInit } from './kexinit.ts';
import { type MessageDef, opaque, opaqueSecret } from './message.ts';
import type { Channel, InnerMessage, MacVerdict, Packet, Session, Side } from './model.ts';
import { isMethodNumber } from './resolve.ts';

/** Where in its session a packet stands. */
export interface Header {
  readonly session: Session;
  readonly from: End;
  readonly epoch: number;
  readonly sequence: number;
  readonly protocol: 1 | 2;
  readonly encrypted: boolean;
  readonly mac: MacVerdict;
}

/** What framing knows of a packet before its message is looked at: its parts, as offsets into it. */
export interface Framed {
  /** packet_length as read. */
  readonly length: number;
  readonly padding?: number;
  /** Where padding and MAC lie; what is left between the heads and them is payload. */
  readonly paddingSpan?: Span;
  readonly macSpan?: Span;
  /** Message number and body; absent for a packet that was not opened. */
  readonly payload?: Span;
  /** The packet in clear, when it was opened: packet_length to padding. */
  readonly opened?: Opened;
  /** The payload after decompression. */
  readonly inflated?: Uint8Array | undefined;
  /** The capture ended within the packet. */
  readonly cut?: boolean;
  readonly problems?: readonly Problem[] | undefined;
}

const NOTHING_INSIDE: readonly InnerMessage[] = [];

/** Builds up a Packet: framed first, then, when its context is known, with its message. */
export class SshPacket implements Packet {
  index = 0;
  side: Side = 'client';
  discarded = false;
  message: MessageDef<unknown> | undefined = undefined;
  answers: number | undefined = undefined;
  channel: Channel | undefined = undefined;
  inner: readonly InnerMessage[] = NOTHING_INSIDE;
  secret = false;
  /** A word for the summary that the packet does not hold: the method, the request that it answers, the verdict on a signature. */
  context: string | undefined = undefined;
  readonly problems: Problem[];
  /** The data of a channel in it is secret as a whole. */
  private hidden = false;
  private decoded: Readonly<Record<string, unknown>> | undefined = undefined;
  /** Nothing is wrong with the message, and its value is made when it is asked for. */
  private postponed = false;
  readonly payload: Span | undefined;
  readonly number: number | undefined;
  /** The bytes that hold the message, from `start` to `end`. */
  private readonly carrier: Uint8Array;
  private readonly start: number;
  private readonly end: number;
  private readonly header: Header;
  private readonly framed: Framed;
  private readonly taken: Taken;
  private readonly borrowed: Uint8Array | undefined;
  private plainSpace: Space | undefined = undefined;
  private inflatedSpace: Space | undefined = undefined;

  /** `borrowed` are the bytes of a packet in clear whose own were not kept: they are there while it is handled. */
  constructor(header: Header, framed: Framed, taken: Taken, borrowed?: Uint8Array) {
    this.header = header;
    this.framed = framed;
    this.taken = taken;
    this.borrowed = borrowed;
    const { payload, opened, inflated } = framed;
    const whole = inflated !== undefined;
    const shift = opened?.shift ?? 0;
    this.payload = payload;
    this.carrier = inflated ?? opened?.bytes ?? borrowed ?? taken.bytes;
    this.start = whole || payload === undefined ? 0 : payload.start + shift;
    this.end = whole ? inflated.length : payload === undefined ? 0 : payload.end + shift;
    this.number = this.start < this.end ? this.carrier[this.start] : undefined;
    this.problems = framed.problems === undefined || framed.problems.length === 0 ? [] : [...framed.problems];
  }

  get session(): Session {
    return this.header.session;
  }

  get from(): End {
    return this.header.from;
  }

  get epoch(): number {
    return this.header.epoch;
  }

  get sequence(): number {
    return this.header.sequence;
  }

  get protocol(): 1 | 2 {
    return this.header.protocol;
  }

  get encrypted(): boolean {
    return this.header.encrypted;
  }

  get mac(): MacVerdict {
    return this.header.mac;
  }

  get length(): number {
    return this.framed.length;
  }

  get padding(): number | undefined {
    return this.framed.padding;
  }

  get space(): Space {
    return this.taken.space;
  }

  get streamOffset(): number {
    return this.taken.streamOffset;
  }

  get frame(): number {
    return this.taken.frame;
  }

  get time(): Timestamp {
    return this.taken.time;
  }

  get plain(): Space {
    const { opened } = this.framed;
    if (opened === undefined) return this.space;
    this.plainSpace ??= new Space(withTail(opened.plain, this.space.bytes), this.space.origins, this.space.exact);
    return this.plainSpace;
  }

  get inflated(): Space | undefined {
    const { inflated } = this.framed;
    if (inflated === undefined) return undefined;
    this.inflatedSpace ??= new Space(inflated, this.space.origins, false);
    return this.inflatedSpace;
  }

  get cut(): boolean {
    return this.framed.cut === true;
  }

  get name(): string | undefined {
    return this.message?.name ?? (this.number === undefined ? undefined : `SSH_MSG_${this.number}`);
  }

  /** The payload's bytes, message number first; empty for a packet that was not opened. */
  get payloadBytes(): Uint8Array {
    return this.carrier.subarray(this.start, this.end);
  }

  /** The packet in clear, packet_length to padding. */
  get clearBytes(): Uint8Array {
    const bytes = this.borrowed ?? this.plain.bytes;
    return bytes.length === 4 + this.length ? bytes : bytes.subarray(0, 4 + this.length);
  }

  /** Decodes the message as `def`, or as bytes when nobody has defined it, for the reason `why`. `context` is a word for its summary. */
  open(def: MessageDef | undefined, context?: string, why = 'has no meaning known here'): void {
    if (this.number === undefined || this.payload === undefined) return;
    this.message = def;
    this.context = context;
    const quick = this.decodeBody(false);
    // Spans of problems count in `plain`.
    const d = quick.problems.length > 0 && this.framed.opened !== undefined ? this.decodeBody(true) : quick;
    this.decoded = d.value as Record<string, unknown>;
    this.secret = d.secret;
    if (d.problems.length > 0) this.problems.push(...d.problems);
    if (def === undefined)
      this.problems.push(problem('unknown', `message number ${this.number} ${why}`, { span: { start: this.payload.start, end: this.payload.end } }));
  }

  /** The same for a message whose value perhaps nobody will ask for. */
  openLater(def: MessageDef | undefined, context?: string): void {
    this.postponed = def !== undefined && this.payload !== undefined && isClean(def.body, this.carrier, this.start + 1, this.end);
    if (this.postponed) {
      this.message = def;
      this.context = context;
    } else this.open(def, context);
  }

  get value(): Readonly<Record<string, unknown>> | undefined {
    if (this.postponed && this.decoded === undefined) this.decoded = this.decodeBody(false).value as Record<string, unknown>;
    return this.decoded;
  }

  /** The data of a channel that it carries holds a private key or the like: it is shown only to those who ask for secrets. */
  hideData(): void {
    this.hidden = true;
    this.secret = true;
  }

  get summary(): string {
    if (this.number === undefined) return this.sealedSummary;
    const line = this.message?.summary((this.value ?? {}) as never, this.context) ?? `Unknown message ${this.number}`;
    const cut = this.cut ? ' [cut off]' : '';
    return `${this.discarded ? '[wrong guess, ignored by the other side] ' : ''}${line}${cut}`;
  }

  /** What can be said of a packet whose message is not known. */
  private get sealedSummary(): string {
    if (this.framed.inflated !== undefined) return `Packet whose payload stays compressed, ${this.length} bytes`;
    return this.encrypted ? `Encrypted packet, ${this.length} bytes` : 'Packet without a message';
  }

  get fields(): readonly Field[] {
    const b = this.plain.bytes;
    const out: Field[] = [leaf('packetLength', 'uint32', 0, Math.min(4, b.length), this.length, LENGTH_DOC)];
    if (this.protocol === 2 && this.padding !== undefined) out.push(leaf('paddingLength', 'byte', 4, 5, this.padding, PADDING_LENGTH_DOC));
    if (this.protocol === 1) this.pushPadding(out);
    const p = this.payload;
    if (p !== undefined && this.number !== undefined) out.push(this.messageField(p));
    else this.pushSealed(out);
    if (this.protocol === 2) this.pushPadding(out);
    const m = this.framed.macSpan;
    if (m !== undefined && m.end > m.start) {
      const [name, doc] = this.protocol === 1 ? ['crc32', CRC_DOC] : ['mac', MAC_DOC];
      out.push(leaf(name, 'bytes', m.start, m.end, b.subarray(m.start, m.end), doc));
    }
    return out.filter((f) => f.span.end > f.span.start);
  }

  private decodeBody(trace: boolean) {
    const { start, end } = this;
    const body = (this.message?.body ?? (isMethodNumber(this.number ?? 0) ? opaqueSecret : opaque)) as Codec<unknown>;
    const complete = !this.cut;
    if (trace) {
      const { bytes, from, to } = this.shown;
      return decode(body, bytes, { start: from + 1, end: to, trace, complete });
    }
    if (this.number === 20 && this.protocol === 2 && complete) return decodeKexInit(body, this.carrier, start + 1, end);
    return decode(body, this.carrier, { start: start + 1, end, complete });
  }

  /** The message in the bytes that fields count in. */
  private get shown(): { readonly bytes: Uint8Array; readonly from: number; readonly to: number } {
    const { inflated, payload } = this;
    if (inflated !== undefined) return { bytes: inflated.bytes, from: 0, to: inflated.bytes.length };
    return { bytes: this.plain.bytes, from: payload?.start ?? 0, to: payload?.end ?? 0 };
  }

  private messageField(p: Span): Field {
    const d = this.decodeBody(true);
    const { from } = this.shown;
    const first: Field = {
      ...leaf('messageNumber', 'byte', from, from + 1, this.number, 'Says which message this is; RFC 4250 section 4.1 lists the numbers.'),
      ...(this.message === undefined ? {} : { label: this.message.name }),
    };
    return {
      name: this.name ?? 'payload',
      kind: 'message',
      span: p,
      value: d.value,
      children: [first, ...(this.hidden ? d.fields.map(hiddenData) : d.fields)],
      ...(this.inflated === undefined ? {} : { within: this.inflated }),
      ...(this.message === undefined ? {} : { doc: this.message.note }),
    };
  }

  /** The bytes of a packet that was not opened. */
  private pushSealed(out: Field[]): void {
    const start = out[out.length - 1]?.span.end ?? 0;
    const end = this.framed.paddingSpan?.start ?? this.framed.macSpan?.start ?? this.plain.bytes.length;
    const stuck = this.inflated !== undefined;
    const [name, doc] = stuck
      ? ['(compressed)', STUCK_DOC]
      : this.encrypted
        ? ['encrypted', 'The payload and its padding, encrypted.']
        : ['(undecoded)', undefined];
    out.push(leaf(name as string, 'bytes', start, end, this.plain.bytes.subarray(start, end), doc));
  }

  private pushPadding(out: Field[]): void {
    const s = this.framed.paddingSpan;
    if (s !== undefined) out.push(leaf('padding', 'bytes', s.start, s.end, this.plain.bytes.subarray(s.start, s.end), PADDING_DOC));
  }
}

function hiddenData(f: Field): Field {
  return f.name === 'data' ? { ...f, secret: true } : f;
}

const STUCK_DOC = 'The payload as it was sent: it could not be decompressed.';
const LENGTH_DOC = 'Length of the packet in bytes, without this field and without the MAC (RFC 4253 section 6).';
const PADDING_LENGTH_DOC =
  'Bytes of padding behind the payload: 4 at least, so many that the whole is a multiple of the cipher block size, or of 8 (RFC 4253 section 6).';
const PADDING_DOC = 'Random bytes that round the packet up and hide the length of the payload.';
const MAC_DOC = 'Message authentication code over the sequence number and the packet (RFC 4253 section 6.4), or the tag of the cipher.';
const CRC_DOC = 'CRC-32 of padding, type and data: the only integrity check that SSH-1 has, and no protection against an attacker.';

/** `clear` with what stands behind it in the packet as it was sent: the MAC or tag. */
function withTail(clear: Uint8Array, sent: Uint8Array): Uint8Array {
  if (clear.length === sent.length) return clear;
  const out = sent.slice();
  out.set(clear);
  return out;
}

function leaf(name: string, kind: string, start: number, end: number, value: unknown, doc: string | undefined): Field {
  return { name, kind, span: { start, end }, value, children: [], ...(doc === undefined ? {} : { doc }) };
}
