/** Mutations that know the structure: of one field of a message, with the lengths around it set right again. */
import { utf8 } from '../../src/bytes/text.ts';
import type { Field } from '../../src/wire/field.ts';
import { concat } from '../support/packets.ts';
import { u32 } from '../support/two-ends.ts';
import { mutate, pick, type Random } from './mutate.ts';

/** A field without parts, by its place in the bytes of a message. */
export interface Leaf {
  readonly kind: string;
  readonly start: number;
  readonly end: number;
  /** Places of the lengths (uint32) that count its bytes, the outermost first. */
  readonly lengths: readonly number[];
}

/** A message of its own, or inside another one: its bytes and what is known of them. */
export interface Words {
  readonly bytes: Uint8Array;
  readonly leaves: readonly Leaf[];
}

/** The leaves of `fields`, of which offset 0 is at `base` and whose bytes are counted by `lengths` too. */
export function leavesOf(fields: readonly Field[], base = 0, lengths: readonly number[] = []): Leaf[] {
  return fields.flatMap((f): Leaf[] => {
    if (f.within !== undefined || f.children.length === 0) return [{ kind: f.kind, start: base + f.span.start, end: base + f.span.end, lengths }];
    const own = f.children.find((c) => c.name === '(length)');
    return leavesOf(f.children, base, own === undefined ? lengths : [...lengths, base + own.span.start]);
  });
}

/** Text that somebody may not expect: for terminals, paths, pages, tables, and those who count. */
export const HOSTILE_TEXT: readonly string[] = [
  '',
  '\u0000',
  '\u001b]0;x\u0007\u001b[2J\u001b[31m\u009b2J',
  '\u001b[99999999999;99999999999H\u001b[2147483647@\u001b[4294967295L\u001b[1;1r',
  '\u202egnp.exe\u2066\u200f\ufeff\u2028\u2029',
  '../../../../etc/passwd',
  '/etc/cron.d/x',
  '..\\..\\C:\\x',
  'con',
  '.',
  '..',
  `${'a/'.repeat(300)}x`,
  'x'.repeat(300),
  'a\nb\r\nc\td',
  '</script><script>alert(1)</script><!--',
  '" onload=x \'`|[a](b)*_#',
  '%n%s%d$(id);`id`&&|',
  '__proto__',
  'constructor',
  '\u{1f600}\ud83d',
  ',',
  ',,a,,',
  '-1',
  '18446744073709551616',
  '=1+1',
];

const SMALL = [0, 1, 2, 3, 4, 5, 7, 8, 16, 32, 50, 80, 90, 91, 94, 96, 97, 98, 100, 101, 102, 103, 127, 128, 200, 255, 256];
const LARGE = [32_768, 35_000, 65_535, 65_536, 262_144, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];
const HUGE = [2n ** 31n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 53n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n, 2n ** 40n];

/** `words` with one field changed. `other` is where bytes of something else come from. */
export function mutateField({ bytes, leaves }: Words, random: Random, other: Words): Uint8Array {
  const leaf = leaves.length === 0 ? undefined : pick(leaves, random);
  if (leaf === undefined) return mutate(bytes, random, other.bytes);
  const before = bytes.subarray(leaf.start, leaf.end);
  const after = changedField(leaf.kind, before, random, other);
  const out = concat(bytes.subarray(0, leaf.start), after, bytes.subarray(leaf.end));
  if (random() < 0.9) addToLengths(out, leaf.lengths, after.length - before.length);
  return out;
}

/** Adds `more` to each of the numbers at `places`. */
export function addToLengths(bytes: Uint8Array, places: readonly number[], more: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  for (const at of places) if (at + 4 <= bytes.length) view.setUint32(at, view.getUint32(at) + more);
}

function changedField(kind: string, before: Uint8Array, random: Random, other: Words): Uint8Array {
  if (kind === 'string' || kind === 'text' || kind === 'name-list' || kind === 'mpint') {
    const content = contentOf(kind, before.subarray(4), random, other);
    return concat(u32(random() < 0.95 ? content.length : numberFor(content.length, random)), content);
  }
  if (before.length === 8) return u64(random() < 0.7 ? pick(HUGE, random) : BigInt(numberFor(0, random)));
  if (before.length === 4) return u32(numberFor(new DataView(before.buffer, before.byteOffset).getUint32(0), random));
  if (before.length === 1) return Uint8Array.of(pick(SMALL, random));
  return mutate(before, random, other.bytes);
}

function u64(value: bigint): Uint8Array {
  const out = new Uint8Array(8);
  new DataView(out.buffer).setBigUint64(0, value);
  return out;
}

function numberFor(before: number, random: Random): number {
  const what = random();
  if (what < 0.3) return (before + pick([1, -1, 2, 4, -4], random)) >>> 0;
  return what < 0.7 ? pick(SMALL, random) : pick(LARGE, random);
}

function contentOf(kind: string, before: Uint8Array, random: Random, other: Words): Uint8Array {
  const what = random();
  if (what < 0.25) return utf8(pick(HOSTILE_TEXT, random));
  if (what < 0.4) return mutate(before, random, other.bytes);
  if (what < 0.5) return repeated(before.length === 0 ? Uint8Array.of(0x61) : before, 1 + Math.floor(random() * 300));
  if (what < 0.6) return fieldOf(other, random);
  if (kind === 'mpint') return concat(Uint8Array.of(pick([0, 0x80, 0xff, 0x7f], random)), random() < 0.5 ? before : before.subarray(1));
  if (kind === 'name-list') return utf8(namesOf(before, random).join(','));
  return concat(before, utf8(pick(HOSTILE_TEXT, random)));
}

/** Bytes of another message's field, without its length. */
function fieldOf({ bytes, leaves }: Words, random: Random): Uint8Array {
  const leaf = leaves.length === 0 ? undefined : pick(leaves, random);
  return leaf === undefined ? bytes : bytes.subarray(Math.min(leaf.start + 4, leaf.end), leaf.end);
}

function namesOf(before: Uint8Array, random: Random): string[] {
  const names = new TextDecoder().decode(before).split(',');
  const at = Math.floor(random() * names.length);
  const what = random();
  if (what < 0.25) names.splice(at, 1);
  else if (what < 0.5) names.splice(at, 0, pick([...names, '', 'none', 'zlib', 'ext-info-c', 'kex-strict-s-v00@openssh.com', 'aes128-ctr'], random));
  else if (what < 0.75) names.reverse();
  else return Array.from({ length: 2000 }, (_, i) => names[i % names.length] ?? '');
  return names;
}

function repeated(bytes: Uint8Array, times: number): Uint8Array {
  return concat(...Array.from({ length: Math.min(times, Math.ceil(60_000 / bytes.length)) }, () => bytes));
}
