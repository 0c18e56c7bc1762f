/** Passwords and the like, hidden: the one place from which renderers get packets without them. */
import { Space, type Span } from '../bytes/space.ts';
import type { InnerMessage, Packet, Session } from '../ssh/model.ts';
import { type Field, valueOfFields } from '../wire/field.ts';
import type { Renderer, TextRenderer } from './renderer.ts';

/** What stands for each byte of a secret in dumps and payloads. */
const MASK = 0x2a;

/** `base`, which gets to see no secret of an opened message. Their lengths stay. */
export function redacting(base: TextRenderer): TextRenderer;
export function redacting(base: Renderer): Renderer;
export function redacting(base: Renderer): Renderer {
  // A renderer may be an object of a class, and what it does not take it must not seem to take.
  return {
    ...(base.begin && { begin: () => base.begin?.() ?? '' }),
    ...(base.identification && { identification: (i) => base.identification?.(i) ?? '' }),
    ...(base.packet && { packet: (p) => base.packet?.(redactedPacket(p)) ?? '' }),
    ...(base.session && { session: (s) => base.session?.(redactedSession(s)) ?? '' }),
    ...(base.transfer && { transfer: (t) => base.transfer?.(t) ?? '' }),
    ...(base.capture && { capture: (c) => base.capture?.(c) ?? '' }),
    ...(base.end && { end: () => base.end?.() ?? '' }),
    ...(base.join && { join: (part) => base.join?.(part) ?? '' }),
  };
}

/** `p` itself when it holds no secret, else the same with its secrets hidden wherever they stand. */
export function redactedPacket(p: Packet): Packet {
  if (!p.secret) return p;
  const found: Found = { plain: [], inflated: [] };
  const fields = p.fields.map((f) => redactedField(f, found, 'plain'));
  const plain = masked(p.plain, found.plain);
  const hidden: Partial<Packet> = {
    fields,
    plain,
    inflated: p.inflated === undefined ? undefined : masked(p.inflated, found.inflated),
    inner: p.inner.map(redactedMessage),
    value: fields.find((f) => f.kind === 'message')?.value as Packet['value'],
    // In a session without encryption the bytes of the wire are the clear text.
    ...(p.plain === p.space ? { space: plain } : {}),
  };
  return new Proxy(p, { get: (target, name) => (Object.hasOwn(hidden, name) ? Reflect.get(hidden, name) : Reflect.get(target, name)) });
}

/** A message inside a channel without its secrets. Its summary never holds any. */
function redactedMessage(m: InnerMessage): InnerMessage {
  if (!m.secret) return m;
  const found: Found = { plain: [], inflated: [] };
  const fields = m.fields.map((f) => redactedField(f, found, 'plain'));
  const hidden: Partial<InnerMessage> = {
    fields,
    space: masked(m.space, found.plain),
    value: fields.find((f) => f.kind === 'message')?.value as InnerMessage['value'],
  };
  return new Proxy(m, { get: (target, name) => (Object.hasOwn(hidden, name) ? Reflect.get(hidden, name) : Reflect.get(target, name)) });
}

/** Packets cut off by the end of the capture are in the record of their session. */
function redactedSession(s: Session): Session {
  if (!s.fragments.some((p) => p.secret)) return s;
  const fragments = s.fragments.map(redactedPacket);
  return new Proxy(s, { get: (target, name) => (name === 'fragments' ? fragments : Reflect.get(target, name)) });
}

/** Where secrets stand: in the packet, and in its payload after decompression. */
type Found = Record<'plain' | 'inflated', Span[]>;

function redactedField(f: Field, found: Found, where: keyof Found): Field {
  const inside = f.within === undefined ? where : 'inflated';
  const within = f.within;
  if (f.secret !== true) {
    const children = f.children.map((child) => redactedField(child, found, inside));
    const shown = children.length === 0 ? f : { ...f, children, value: valueWith(f, children) };
    return within === undefined ? shown : { ...shown, within: masked(within, found.inflated) };
  }
  // A string keeps the four bytes of its length.
  const start = f.kind === 'bytes' ? f.span.start : Math.min(f.span.start + 4, f.span.end);
  found[where].push({ start, end: f.span.end });
  return { ...f, value: hiddenText(f.span.end - start), children: [] };
}

/** The value of a field whose children may have changed. */
function valueWith(f: Field, children: readonly Field[]): unknown {
  const named = children.filter((child) => !child.name.startsWith('(') && child.name !== 'messageNumber');
  if (Array.isArray(f.value)) return named.map((child) => child.value);
  return typeof f.value === 'object' && f.value !== null && !(f.value instanceof Uint8Array) ? valueOfFields(named) : f.value;
}

function hiddenText(length: number): string {
  return `(${length} ${length === 1 ? 'byte' : 'bytes'}; --show-secrets)`;
}

function masked(space: Space, spans: readonly Span[]): Space {
  if (spans.length === 0) return space;
  const bytes = space.bytes.slice();
  for (const { start, end } of spans) bytes.fill(MASK, start, end);
  return new Space(bytes, space.origins, space.exact);
}
