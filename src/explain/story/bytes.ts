/** Chapter: every byte of the handshake, packet by packet. */
import { wrap } from '../../bytes/words.ts';
import type { Packet } from '../../ssh/model.ts';
import { type Field, leaves } from '../../wire/field.ts';
import { packetAt } from '../note.ts';
import { framesText, name, type Teller } from './tale.ts';
import { hexText } from './values.ts';

const WIDTH = 76;
const INDENT = 6;
/** Packets of which every byte is shown: a handshake has about six. */
const MOST_SHOWN = 12;

export const bytes: Teller = {
  id: 'bytes',
  title: () => 'Every byte of the handshake',
  tell(tale, notes) {
    const shown = tale.packets.filter((p) => !p.encrypted && p.epoch === 0 && p.number !== undefined).slice(0, MOST_SHOWN);
    const told = new Set<string>();
    for (const packet of shown) {
      const title = `${packet.name ?? '?'} of the ${packet.side}, ${framesText(packet)}: offsets in the packet, bytes, name and value, and below it what it is for, when it comes for the first time.`;
      notes.say('deep', 'read', title, [packetAt(packet), '4253#6', packet.message?.rfc], packetLines(packet, told));
    }
  },
};

/** `told` are the explanations that were given; none is given twice. */
function packetLines(packet: Packet, told: Set<string>): string[] {
  const lines: string[] = [];
  for (const field of leaves(packet.fields)) {
    const { start, end } = field.span;
    const range = `${offset(start)}-${offset(end - 1)}`;
    lines.push(`${range}  ${hexText(packet.plain.bytes.subarray(start, end), 12).padEnd(25)}  ${field.name}${valueText(field)}`);
    const { doc } = field;
    if (doc === undefined || told.has(doc)) continue;
    told.add(doc);
    for (const line of wrap(doc, WIDTH - INDENT)) lines.push(' '.repeat(INDENT) + line);
  }
  return lines;
}

function offset(n: number): string {
  return n.toString(16).padStart(4, '0');
}

/** The value in a few words, where the bytes alone do not say it. */
function valueText({ value, label, kind }: Field): string {
  if (label !== undefined) return ` = ${name(label, 28)}`;
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return ` = ${value}`;
  if (Array.isArray(value)) return ` (${value.length})`;
  if (typeof value === 'string') return ` = "${name(value, 24)}"`;
  return value instanceof Uint8Array && kind !== 'bytes' ? ` (${value.length})` : '';
}
