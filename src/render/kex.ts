/** A key exchange on one screen: what H is made of, where each piece came from, who signed it, which keys follow. */
import { toHex } from '../bytes/hex.ts';
import { printable, shorten } from '../bytes/printable.ts';
import type { Place } from '../bytes/space.ts';
import { latin1 } from '../bytes/text.ts';
import { type DerivedKey, ExchangeCollector, type ExchangeExplanation, type Input, MOST_KEPT } from '../explain/exchange-hash.ts';
import type { Session } from '../ssh/model.ts';
import { type Palette, palette } from './color.ts';
import type { Renderer, RenderOptions } from './renderer.ts';
import { count, endpointText, sectionText, wrap } from './text.ts';

const DEFAULT_WIDTH = 120;
const REDACTED = '(redacted; --show-secrets)';
/** Bytes of a value at its beginning and end, when its middle is left out. */
const FIRST = 16;
const LAST = 8;

/** Each key exchange as text, at the end of its session. */
export function kexRenderer(options: RenderOptions): Renderer {
  const collector = new ExchangeCollector(options.limits);
  const colors = palette(options.color);
  return {
    packet: (p) => {
      collector.packet(p);
      return '';
    },
    session: (s) =>
      collector
        .take(s, options)
        .map((e) => `${kexLines(e, options, colors).join('\n')}\n\n`)
        .join('') + leftOut(s, options),
  };
}

function leftOut(s: Session, { exchange }: RenderOptions): string {
  if (exchange !== undefined && !s.exchanges.some((e) => e.epoch === exchange))
    return `Session ${s.number} has ${s.exchanges.length === 0 ? 'no key exchange' : `only ${count(s.exchanges.length, 'key exchange')}`}.\n\n`;
  if (s.exchanges.length <= MOST_KEPT) return s.exchanges.length === 0 ? `Session ${s.number} has no key exchange.\n\n` : '';
  return `Session ${s.number} has ${s.exchanges.length - MOST_KEPT} more key exchanges, which are not shown.\n\n`;
}

/** One key exchange as lines without line ends. */
export function kexLines(e: ExchangeExplanation, options: RenderOptions, colors: Palette): string[] {
  const page = { options, colors, width: Math.max(options.width ?? DEFAULT_WIDTH, 60) };
  const { session: s, exchange, method } = e;
  const kex = exchange.negotiation?.kex;
  const title = `Session ${s.number}, key exchange ${exchange.epoch}: ${kex === undefined ? 'no method agreed' : shorten(kex, 64)}`;
  const ends = `  ${endpointText(s.client)} → ${endpointText(s.server)}`;
  const fits = title.length + ends.length <= page.width;
  const lines = fits ? [colors.strong(title) + colors.faint(ends)] : [colors.strong(title), colors.faint(ends)];
  if (method === undefined) return [...lines, `  ${whyNoMethod(e)}`];
  lines.push('', colors.faint(`  H = ${method.hash.toUpperCase()} over these inputs, one after the other (${sectionText(method.rfc)}):`), '');
  lines.push(...inputLines(e, page), '', ...hashLines(e, page), '', ...keyLines(e, page));
  if (options.tamper !== undefined) lines.push('', ...tamperLines(e, page));
  return lines;
}

function whyNoMethod({ exchange: { negotiation } }: ExchangeExplanation): string {
  if (negotiation === undefined) return 'The two KEXINITs that would settle the method are not both in the capture.';
  return negotiation.kex === undefined ? 'The two sides have no method in common.' : 'sshark does not know this method.';
}

interface Page {
  readonly options: RenderOptions;
  readonly colors: Palette;
  readonly width: number;
}

// --- inputs

/** Columns before the bytes: name, length in front, type. */
const BEFORE_BYTES = 2 + 12 + 9 + 7;

function inputLines(e: ExchangeExplanation, page: Page): string[] {
  const { colors, options } = page;
  const lines = [colors.faint(`  ${'input'.padEnd(12)}${'length'.padEnd(9)}${'type'.padEnd(7)}value (bytes), and where it came from`)];
  for (const input of e.inputs) {
    lines.push(...inputLine(input, page));
    if (options.docs) for (const line of wrap(`${input.part.doc} (${sectionText(input.part.rfc)})`, page.width - 6)) lines.push(colors.faint(`      ${line}`));
  }
  for (const name of e.missing)
    lines.push(
      colors.warning(`  ${name.padEnd(12)}${name === 'K' ? 'not known: no secret for this exchange' : e.leftOut > 0 ? 'not kept' : 'not in the capture'}`),
    );
  if (e.leftOut > 0)
    lines.push(
      ...wrap(`${count(e.leftOut, 'message')} of this key exchange could not be kept (limits storyBytes and exchangePackets)`, page.width - 4).map((l) =>
        colors.warning(`  ${l}`),
      ),
    );
  return lines;
}

function inputLine(input: Input, { options, colors, width }: Page): string[] {
  const { part, places } = input;
  const prefix = part.kind === 'uint32' ? '' : toHex(part.encoded.subarray(0, part.encoded.length - part.value.length));
  const value = part.id === 'k' && !options.showSecrets ? REDACTED : valueText(input, options.maxBytes);
  const size = part.kind === 'uint32' ? '' : ` (${part.value.length})`;
  const origin = part.from === 'both' ? 'computed by both sides, never sent' : `${part.from}, ${placesText(places)}`;
  const paint = part.from === 'client' ? colors.client : part.from === 'server' ? colors.server : colors.strong;
  const head = `  ${part.name.padEnd(12)}${prefix.padEnd(9)}${part.kind.padEnd(7)}`;
  const one = `${head}${value}${size}`;
  const room = width - one.length - origin.length;
  if (room >= 2) return [`${paint(one)}${' '.repeat(Math.min(room, Math.max(2, 88 - one.length)))}${colors.faint(origin)}`];
  // Two lines where one is too short.
  const [first = '', ...rest] = wrap(value, width - BEFORE_BYTES);
  const indent = ' '.repeat(BEFORE_BYTES);
  const below = part.kind === 'uint32' ? origin : `${count(part.value.length, 'byte')}; ${origin}`;
  return [paint(head + first), ...rest.map((line) => paint(indent + line)), colors.faint(indent + below)];
}

/** Text for identification strings, a number for a uint32, else hex with its middle left out. */
function valueText({ part }: Input, maxBytes: number | undefined): string {
  if (part.kind === 'uint32') return String(new DataView(part.value.buffer, part.value.byteOffset).getUint32(0));
  if (part.id === 'vC' || part.id === 'vS') return `"${shorten(latin1(part.value), maxBytes ?? 64)}"`;
  return folded(part.value, maxBytes);
}

function folded(bytes: Uint8Array, maxBytes: number | undefined): string {
  if (maxBytes !== undefined) return bytes.length <= maxBytes ? toHex(bytes) : `${toHex(bytes.subarray(0, maxBytes))}…`;
  if (bytes.length <= FIRST + LAST) return toHex(bytes);
  return `${toHex(bytes.subarray(0, FIRST))}…${toHex(bytes.subarray(bytes.length - LAST))}`;
}

/** `frame 6, offset 71`; of a value in several frames the first, and up to where it goes. */
export function placesText(places: readonly Place[]): string {
  const [first] = places;
  const last = places[places.length - 1];
  if (first === undefined || last === undefined) return 'sent nowhere';
  return `frame ${first.frame}${last.frame === first.frame ? '' : `-${last.frame}`}, offset ${first.offset}`;
}

// --- H

/** `label  text`; text that does not fit goes on below itself. */
function labelled({ colors, width }: Page, label: string, text: string, paint = (line: string) => line): string[] {
  const [first = '', ...rest] = wrap(text, width - 14);
  return [colors.faint(`  ${label.padEnd(12)}`) + paint(first), ...rest.map((line) => ' '.repeat(14) + paint(line))];
}

function hashLines(e: ExchangeExplanation, page: Page): string[] {
  const { colors } = page;
  const { exchange, finding } = e;
  const lines: string[] = [];
  const put = (label: string, text: string, paint?: (line: string) => string) => lines.push(...labelled(page, label, text, paint));
  if (exchange.secret !== undefined) {
    const { kind, source, note } = exchange.secret;
    put('K from', `${kind} of ${printable(source)}${note === '' ? '' : `: ${printable(note)}`}`);
  }
  const { state, reason: why } = e.session.client.decryption;
  if (exchange.secret === undefined && state === 'no-secret') put('K', printable(why), colors.warning);
  put('H', e.h === undefined ? `not computable without ${e.missing.join(', ') || 'a secret'}` : toHex(e.h), e.h === undefined ? colors.warning : colors.strong);
  if (e.sessionId !== undefined)
    put('session id', exchange.epoch === 1 ? 'this H, for the whole session' : `${toHex(e.sessionId)} (H of the first key exchange)`);
  const key = exchange.hostKey;
  if (key !== undefined) put('host key', `${shorten(key.type, 64)}${key.bits === undefined ? '' : `, ${key.bits} bits`}, ${key.keyFingerprint}`);
  const { verdict, reason } = exchange.signature;
  const made = exchange.signatureAlgorithm === undefined ? '' : ` (${shorten(exchange.signatureAlgorithm, 64)})`;
  put('signature', `${verdict}${made}: ${printable(reason)}`, verdict === 'valid' ? colors.good : verdict === 'invalid' ? colors.error : undefined);
  for (const [i, sentence] of (finding?.sentences ?? []).entries()) put(i === 0 ? 'culprit' : '', printable(sentence), colors.warning);
  return lines;
}

// --- keys

function keyLines(e: ExchangeExplanation, { colors, options, width }: Page): string[] {
  const hash = e.method?.hash.toUpperCase() ?? 'HASH';
  const lines = [colors.faint(`  The keys (RFC 4253 section 7.2), each cut to its length; HASH is ${hash}:`), ''];
  for (const key of e.keys) {
    const head = `  ${key.letter}  ${key.use.padEnd(36)}${key.formula}  ${String(key.length).padStart(3)}  `;
    const value = keyText(key, options.showSecrets);
    if (head.length + value.length <= width) lines.push(head + value);
    else lines.push(head.trimEnd(), ...wrap(value, width - 5).map((line) => `     ${line}`));
  }
  return lines;
}

function keyText(key: DerivedKey, show: boolean): string {
  if (key.length === 0) return 'not used';
  if (key.value === undefined) return 'not known';
  return show ? toHex(key.value) : REDACTED;
}

// --- one flipped bit

function tamperLines(e: ExchangeExplanation, page: Page): string[] {
  const { colors, options } = page;
  const t = e.tampered;
  const asked = options.tamper;
  if (t === undefined) {
    const names = e.inputs.map((i) => i.part.name).join(', ');
    const why = e.h === undefined ? 'H is not known' : `${printable(asked?.field ?? '')} has no byte ${(asked?.bit ?? 0) >> 3}, or is none of ${names}`;
    return labelled(page, 'tamper', `Nothing was flipped: ${why}.`, colors.warning);
  }
  const at = t.bit >> 3;
  const secret = t.part.id === 'k' && !options.showSecrets;
  const change = secret ? '' : `: ${toHex(t.part.value.subarray(at, at + 1))} became ${toHex(t.value.subarray(at, at + 1))}`;
  const keys = t.keysChanged.length === 6 ? 'all six are others: nothing could be opened any more' : `changed: ${t.keysChanged.join(', ') || 'none'}`;
  return [
    colors.strong(`  One bit flipped in byte ${at} of ${t.part.name}${change}`),
    ...labelled(page, 'H was', toHex(t.h)),
    ...labelled(page, 'H becomes', toHex(t.tamperedH)),
    ...labelled(page, '', `${t.bitsChanged} of ${8 * t.h.length} bits differ`),
    ...labelled(
      page,
      'signature',
      `was ${t.signature.verdict}, becomes ${t.tamperedSignature.verdict}: ${printable(t.tamperedSignature.reason)}`,
      colors.error,
    ),
    ...labelled(page, 'keys', keys),
  ];
}
