/** Attributes in one line, as `ls -l` shows them. */
import type { Partly } from '../../ssh/message.ts';
import { plain } from '../../ssh/words.ts';
import type { Attributes } from './attributes.ts';

/** Types in the highest bits of the mode of POSIX, and letters of `ls` for them. */
const MODE_TYPES: Readonly<Record<number, string>> = { 12: 's', 10: 'l', 8: '-', 6: 'b', 4: 'd', 2: 'c', 1: 'p' };
/** Types of version 4 and later. */
const TYPES: Readonly<Record<number, string>> = { 1: '-', 2: 'd', 3: 'l', 6: 's', 7: 'c', 8: 'b', 9: 'p' };

/** `-rw-r--r-- student student 5000 2024-02-29 12:00:00`; attributes that are not there are left out. */
export function listing(a: Partly<Attributes> | undefined): string {
  if (a === undefined) return '?';
  const { size, uid, gid, owner, group, mtime } = a;
  const parts = [
    modeText(a.permissions, a.type),
    owner === undefined ? (uid === undefined ? '' : `uid ${uid}`) : plain(owner, 32),
    group === undefined ? (gid === undefined ? '' : `gid ${gid}`) : plain(group, 32),
    size === undefined ? '' : `${size} bytes`,
    mtime === undefined ? '' : momentText(mtime),
  ];
  const text = parts.filter((p) => p !== '').join(' ');
  return text === '' ? 'no attributes' : text;
}

/** `drwxr-xr-x`; without permissions the type alone, and nothing when neither is known. */
export function modeText(permissions: number | undefined, type?: number): string {
  const letter = (type === undefined ? MODE_TYPES[(permissions ?? 0) >>> 12] : TYPES[type]) ?? '?';
  if (permissions === undefined) return type === undefined || letter === '?' ? '' : letter;
  const bits = (shift: number, special: number, letters: string) => {
    const three = (permissions >>> shift) & 7;
    const x = three & 1 ? 'x' : '-';
    const last = permissions & special ? (three & 1 ? letters.charAt(0) : letters.charAt(1)) : x;
    return `${three & 4 ? 'r' : '-'}${three & 2 ? 'w' : '-'}${last}`;
  };
  return `${letter === '?' ? '-' : letter}${bits(6, 0o4000, 'sS')}${bits(3, 0o2000, 'sS')}${bits(0, 0o1000, 'tT')}`;
}

/** Seconds since 1970 as UTC, `2024-02-29 12:00:00`; as a number when it is no date. */
export function momentText(seconds: number | bigint): string {
  const date = new Date(Number(seconds) * 1000);
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString().slice(0, 19).replace('T', ' ');
}
