/** Chapter: every byte of the handshake, line by line and packet by packet. */
import { toHex } from '../../bytes/hex.ts';
import { latin1 } from '../../bytes/text.ts';
import { count, wrap } from '../../bytes/words.ts';
import type { Packet } from '../../ssh/model.ts';
import { type Field, leaves } from '../../wire/field.ts';
import { lineAt, type Notes, packetAt } from '../note.ts';
import { framesText, name, SIDES, type Tale, type Teller } from './tale.ts';
import { hexText } from './values.ts';

const WIDTH = 76;
const INDENT = 6;
/** Packets of which every byte is shown: a handshake has about six. */
const MOST_SHOWN = 12;
/** Bytes of an identification string that are shown. */
const MOST_BYTES = 256;

export const bytes: Teller = {
  id: 'bytes',
  title: () => 'Every byte of the handshake',
  tell(tale, notes) {
    for (const side of SIDES) {
      const line = tale.session[side].identification;
      if (line === undefined) continue;
      const before = line.preamble.length === 0 ? '' : ', with what came before it';
      notes.say(
        'deep',
        'read',
        `The identification string of the ${side}${before} and its line end:`,
        [lineAt(line, side), '4253#4.2'],
        dump(line.space.bytes),
      );
    }
    const shown = tale.packets.filter((p) => !p.encrypted && p.epoch === 0 && p.number !== undefined).slice(0, MOST_SHOWN);
    tellPackets(notes, shown);
    tellPadding(tale, notes, shown);
  },
};

function tellPackets(notes: Notes, packets: readonly Packet[]): void {
  const told = new Set<string>();
  for (const [i, packet] of packets.entries()) {
    const columns = i > 0 ? '' : ' Offsets in the packet, bytes, name and value; below it what it is for, when it comes for the first time.';
    notes.say(
      'deep',
      'read',
      `${packet.name ?? '?'} of the ${packet.side}, ${framesText(packet)}.${columns}`,
      [packetAt(packet), '4253#6', packet.message?.rfc],
      packetLines(packet, told),
    );
  }
}

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

function tellPadding(tale: Tale, notes: Notes, packets: readonly Packet[]): void {
  const paddings = packets.flatMap((p) => p.fields.filter((f) => f.name === 'padding').map((f) => p.plain.bytes.subarray(f.span.start, f.span.end)));
  if (tale.session.protocol === 1 || paddings.length === 0 || paddings.some((padding) => padding.some((b) => b !== 0))) return;
  notes.say('deep', 'computed', 'The padding should be random, but all of it is zeros here: as long as nothing is encrypted there is nothing to hide.', [
    '4253#6',
  ]);
}

/** A hex dump. */
function dump(bytes: Uint8Array): string[] {
  const rows: string[] = [];
  for (let i = 0; i < Math.min(bytes.length, MOST_BYTES); i += 16) {
    const row = bytes.subarray(i, i + 16);
    const hex = toHex(row).replace(/../g, '$& ');
    rows.push(`${i.toString(16).padStart(4, '0')}  ${hex.padEnd(48)} ${latin1(row).replace(/[^ -~]/g, '.')}`);
  }
  return bytes.length > MOST_BYTES ? [...rows, `and ${count(bytes.length - MOST_BYTES, 'byte')} more`] : rows;
}
