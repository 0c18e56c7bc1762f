/** The field tree: every field of a packet with its value and the bytes it was read from. */
import { toHex } from '../bytes/hex.ts';
import { printable, shorten } from '../bytes/printable.ts';
import type { Space, Span } from '../bytes/space.ts';
import type { Identification, InnerMessage, Packet } from '../ssh/model.ts';
import type { Field } from '../wire/field.ts';
import type { Problem } from '../wire/problem.ts';
import { type Palette, paintOf, palette } from './color.ts';
import { captureEnding, sessionEnding } from './ending.ts';
import { withHex } from './hex.ts';
import type { RenderOptions, TextRenderer } from './renderer.ts';
import { count, problemText, rangeText, sideOf } from './text.ts';
import { isoTime } from './time.ts';

const INDENT = '    ';
/** What is shown of one value unless asked for more or less: the hex dump has the rest. */
const BYTES_SHOWN = 64;
const TEXT_SHOWN = 4096;
const EMPTY = '(empty)';

interface Tree {
  readonly colors: Palette;
  readonly options: RenderOptions;
  readonly space: Space;
  /** Several frames delivered the packet, so that each field tells its own. */
  readonly spread: boolean;
  /** What the offsets count in, when it is not the packet. */
  readonly within: string;
}

/** The tree of each packet and identification string, with `hex` followed by the dump that its ranges point into. */
export function treeRenderer(options: RenderOptions): TextRenderer {
  const colors = palette(options.color);
  const tree: TextRenderer = {
    identification: (i) => identificationTree(i, treeOf(i.space, options, colors)),
    packet: (p) => packetTree(p, treeOf(p.plain, options, colors)),
    session: (s) => `${sessionEnding(s, colors)}\n`,
    capture: (c) => captureEnding(c, colors),
  };
  return options.hex ? withHex(tree, options) : tree;
}

function treeOf(space: Space, options: RenderOptions, colors: Palette): Tree {
  return { colors, options, space, spread: space.frames.length > 1, within: '' };
}

function identificationTree(i: Identification, tree: Tree): string {
  const side = sideOf(i);
  const head = `Session ${i.session.number}, identification of the ${side}, ${framesText(tree.space, i.frame)}, ${isoTime(i.time)}`;
  const ending = i.lineEnd === 'CRLF' ? 2 : i.lineEnd === 'LF' ? 1 : 0;
  const end = Math.max(0, i.space.bytes.length - ending);
  const span = { start: Math.max(0, end - i.bytes.length), end };
  const lines = [
    ...(span.start > 0 ? [line(1, 'preamble', `${i.preamble.length} lines before it`, { start: 0, end: span.start }, tree)] : []),
    ...i.preamble.map((text) => `${INDENT.repeat(2)}${shorten(text, tree.options.maxBytes ?? TEXT_SHOWN)}\n`),
    line(1, 'identification', shorten(i.text, tree.options.maxBytes ?? TEXT_SHOWN), span, tree),
    line(2, 'protocolVersion', shorten(i.protocolVersion, TEXT_SHOWN), undefined, tree),
    line(2, 'softwareVersion', shorten(i.softwareVersion, TEXT_SHOWN), undefined, tree),
    ...(i.comments === undefined ? [] : [line(2, 'comments', shorten(i.comments, TEXT_SHOWN), undefined, tree)]),
    line(1, 'line end', i.lineEnd, { start: end, end: end + ending }, tree),
  ];
  return `${tree.colors[side](head)}\n${lines.join('')}${problemLines(i.problems, tree)}\n`;
}

function packetTree(p: Packet, tree: Tree): string {
  const facts = [
    `Session ${p.session.number}, packet ${p.index} of the ${p.side}`,
    framesText(p.space, p.frame),
    isoTime(p.time),
    `sequence ${p.sequence}`,
    `epoch ${p.epoch}`,
    `MAC ${p.mac}`,
  ];
  const title = tree.colors.strong(printable(p.summary));
  const fields = p.fields.map((f) => fieldLines(f, 1, tree)).join('');
  const inner = p.inner.map((m) => innerTree(m, tree)).join('');
  return `${tree.colors[p.side](facts.join(', '))}\n${title}\n${fields}${inner}${problemLines(p.problems, tree)}\n`;
}

/** A message inside the channel that ended in the packet. Its offsets count in itself: it may have begun in an earlier packet. */
function innerTree(m: InnerMessage, tree: Tree): string {
  const { space } = m;
  const inside: Tree = { ...tree, space, spread: space.frames.length > 1, within: 'message ' };
  const frames = space.frames.length > 1 ? `, frames ${space.frames.join(', ')}` : '';
  const answer = m.answers === undefined ? '' : `, answers packet ${m.answers.packet} after ${(m.answers.latency * 1000).toFixed(3)} ms`;
  const title = `${printable(m.protocol)}: ${tree.colors.strong(printable(m.summary))} (${count(space.bytes.length, 'byte')}${frames}${answer})`;
  return `${INDENT}${title}\n${m.fields.map((f) => fieldLines(f, 2, inside)).join('')}`;
}

function fieldLines(f: Field, depth: number, tree: Tree): string {
  const label = f.label === undefined ? '' : ` (${printable(f.label)})`;
  const doc = tree.options.docs && f.doc !== undefined ? `${INDENT.repeat(depth + 1)}${tree.colors.faint(printable(f.doc))}\n` : '';
  let out = line(depth, f.name, `${valueText(f, tree.options.maxBytes)}${label}`, f.span, tree) + doc;
  // Inflated bytes have no frame of their own: each comes from the whole packet.
  const inside = f.within === undefined ? tree : { ...tree, space: f.within, spread: false, within: 'inflated ' };
  for (const child of f.children) out += fieldLines(child, depth + 1, inside);
  return out;
}

function line(depth: number, name: string, value: string, span: Span | undefined, tree: Tree): string {
  const place = span === undefined ? '' : placeText(span, tree);
  return `${INDENT.repeat(depth)}${printable(name)}${value === '' ? '' : `: ${value}`}${place === '' ? '' : `  ${tree.colors.faint(place)}`}\n`;
}

/** `[0x0006-0x0015]`, with the frames when the packet has several. */
function placeText(span: Span, tree: Tree): string {
  const range = rangeText(span).replace('[', `[${tree.within}`);
  if (range === '' || !tree.spread) return range;
  const frames = [...new Set(tree.space.locate(span).map((place) => place.frame))];
  return `${range.slice(0, -1)}, ${frames.length === 1 ? 'frame' : 'frames'} ${frames.join(', ')}]`;
}

function framesText(space: Space, last: number): string {
  const frames = space.frames;
  return frames.length > 1 ? `frames ${frames.join(', ')}` : `frame ${frames[0] ?? last}`;
}

/** The value of a leaf, or of a node whose children do not tell it. */
export function valueText(f: Field, maxBytes: number | undefined): string {
  const v = f.value;
  if (v instanceof Uint8Array) return f.children.length > 0 ? '' : bytesText(v, maxBytes ?? BYTES_SHOWN);
  if (typeof v === 'string') return shorten(v, maxBytes ?? TEXT_SHOWN);
  if (typeof v === 'number' || typeof v === 'bigint' || typeof v === 'boolean') return String(v);
  if (f.children.length === 0 && Array.isArray(v)) return v.length === 0 ? EMPTY : shorten(v.join(','), maxBytes ?? TEXT_SHOWN);
  return '';
}

function bytesText(v: Uint8Array, shown: number): string {
  if (v.length === 0) return EMPTY;
  return v.length <= shown ? toHex(v) : `${toHex(v.subarray(0, shown))}… (${v.length} bytes)`;
}

function problemLines(problems: readonly Problem[], tree: Tree): string {
  return problems.map((p) => `${INDENT}${paintOf(tree.colors, p.severity)(`! ${problemText(p)}`)}\n`).join('');
}
