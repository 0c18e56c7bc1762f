/** What a file is, by its first bytes and never by its name. */
import { latin1 } from '../bytes/text.ts';
import type { CaptureFormat } from './frame.ts';

export type Compression = 'gzip' | 'zstd' | 'lz4';

export type Detected =
  | { readonly kind: 'capture'; readonly format: CaptureFormat }
  | { readonly kind: 'compressed'; readonly compression: Compression }
  /** Something else; `name` completes "this is". */
  | { readonly kind: 'foreign'; readonly name: string }
  /** Nothing that is known. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'empty' }
  /** Not enough bytes to tell. */
  | { readonly kind: 'short' };

/** With so many bytes the answer is final; captures are known after 12. */
export const HEAD_BYTES = 512;

/** A file that has `magic` (a character a byte) at offset `at`. */
interface Row<T> {
  readonly magic: string;
  readonly what: T;
  readonly at?: number;
}

const PCAP: Detected = { kind: 'capture', format: 'pcap' };
const MODIFIED: Detected = { kind: 'capture', format: 'modified pcap' };
const PCAPNG: Detected = { kind: 'capture', format: 'pcapng' };
const LZ4: Detected = { kind: 'compressed', compression: 'lz4' };

const READ: readonly Row<Detected>[] = [
  { magic: '\xa1\xb2\xc3\xd4', what: PCAP },
  { magic: '\xd4\xc3\xb2\xa1', what: PCAP },
  // Nanoseconds.
  { magic: '\xa1\xb2\x3c\x4d', what: PCAP },
  { magic: '\x4d\x3c\xb2\xa1', what: PCAP },
  // Alexey Kuznetzov's patches for Linux 2.x: longer record headers.
  { magic: '\xa1\xb2\xcd\x34', what: MODIFIED },
  { magic: '\x34\xcd\xb2\xa1', what: MODIFIED },
  // A pcapng file begins with a section header; the byte-order magic behind its length makes it certain.
  { magic: '\x1a\x2b\x3c\x4d', at: 8, what: PCAPNG },
  { magic: '\x4d\x3c\x2b\x1a', at: 8, what: PCAPNG },
  { magic: '\x1f\x8b', what: { kind: 'compressed', compression: 'gzip' } },
  { magic: '\x28\xb5\x2f\xfd', what: { kind: 'compressed', compression: 'zstd' } },
  { magic: '\x04\x22\x4d\x18', what: LZ4 },
  { magic: '\x02\x21\x4c\x18', what: LZ4 },
];

/** Known files that sshark does not read. */
const FOREIGN: readonly Row<string>[] = [
  { magic: 'snoop\0\0\0', what: 'a snoop capture (Solaris)' },
  { magic: 'RTSS', what: 'a Microsoft Network Monitor 1 capture' },
  { magic: 'GMBU', what: 'a Microsoft Network Monitor 2 capture' },
  { magic: '\x02\0\x01\xc0', at: 72, what: 'a Microsoft event trace (ETL)' },
  { magic: '\x02\0\x02\xc0', at: 72, what: 'a Microsoft event trace (ETL)' },
  { magic: 'XCP\0', what: 'a NetXray or Windows Sniffer capture' },
  { magic: 'VL\0\0', what: 'an old NetXray capture' },
  { magic: 'TRSNIFF data ', what: 'a DOS Sniffer capture' },
  { magic: 'btsnoop\0', what: 'a btsnoop Bluetooth capture' },
  { magic: 'iptrace ', what: 'an iptrace capture (AIX)' },
  { magic: 'ObserverPkt', what: 'a Network Instruments Observer capture' },
  { magic: 'TR\0d\0', what: 'a nettl trace (HP-UX)' },
  { magic: '\0\0\0\x01\0\0\0\0\0\x07\xd0\0', what: 'a nettl trace (HP-UX)' },
  { magic: '\x7fver', what: 'a WildPackets EtherPeek or OmniPeek capture' },
  { magic: '\x05VNF', what: 'a Visual Networks capture' },
  { magic: '\x01\x10\x4c\0', what: 'a Novell LANalyzer capture' },
  { magic: '\x42\xd2\0\x34\x12\x66\x22\x88', what: 'a RADCOM capture' },
  { magic: '\0\0\x02\0\x12\x05\0\x10', what: 'a Tektronix K12 capture' },
  { magic: '\xaa\xaa\xaa\xaa', what: 'an Accellent 5Views capture' },
  { magic: 'LOGG', what: 'a Vector BLF log' },
  { magic: '__CURSOR=', what: 'a systemd journal export' },
  { magic: 'Session Transcript', what: 'a Catapult DCT2000 log' },
  { magic: '\xfd7zXZ\0', what: 'xz-compressed data (only gzip, zstd and LZ4 are read)' },
  { magic: 'BZh', what: 'bzip2-compressed data (only gzip, zstd and LZ4 are read)' },
  { magic: '\x1f\x9d', what: 'data of compress(1) (only gzip, zstd and LZ4 are read)' },
  { magic: 'LZIP', what: 'lzip-compressed data (only gzip, zstd and LZ4 are read)' },
  { magic: 'PK\x03\x04', what: 'a zip archive' },
  { magic: '7z\xbc\xaf\x27\x1c', what: 'a 7-Zip archive' },
  { magic: 'Rar!\x1a\x07', what: 'a RAR archive' },
  { magic: 'ustar', at: 257, what: 'a tar archive' },
  { magic: '\x7fELF', what: 'an ELF program or library' },
  { magic: 'MZ\x90\0', what: 'a Windows program' },
  { magic: '%PDF', what: 'a PDF document' },
  { magic: '\x89PNG', what: 'a PNG image' },
  { magic: 'SQLite format 3\0', what: 'an SQLite database' },
];

/** Text files, by how they begin. */
const TEXTS: readonly { readonly pattern: RegExp; readonly what: string }[] = [
  { pattern: /^\s*<(!doctype\s+html|html|head|body)/i, what: 'an HTML page' },
  { pattern: /^\s*<\?xml[\s\S]*<(pdml|psml)/i, what: 'a PDML or PSML export of Wireshark' },
  { pattern: /^\s*<\?xml/, what: 'an XML file' },
  { pattern: /^-----BEGIN /, what: 'a key or certificate' },
  { pattern: /^version https:\/\/git-lfs/, what: 'a Git LFS pointer and not the file itself' },
  { pattern: /^\s*(0x)?[0-9a-f]{4,8}:?\s+([0-9a-f]{2,4}\s+){4}/im, what: 'a hex dump (text2pcap makes a capture of one)' },
  { pattern: /^\s*[[{]\s*["{]/, what: 'a JSON file' },
  { pattern: /^[\t\n\r\x20-\x7e]*$/, what: 'a text file' },
];

/**
 * Says what a file is that begins with `head`. `complete` says that no more is to come: the file ends here, or
 * HEAD_BYTES are there. Without it, `short` means that more bytes may still tell.
 */
export function detectFormat(head: Uint8Array, complete = true): Detected {
  if (head.length === 0) return { kind: complete ? 'empty' : 'short' };
  const start = latin1(head.subarray(0, HEAD_BYTES));
  const read = find(READ, start);
  // At offset 8 anything may stand, so the block type must be there as well.
  if (read !== undefined && (read !== PCAPNG || start.startsWith('\n\r\r\n'))) return read;
  // Frames to be skipped, common to zstd and LZ4; pzstd begins its files with one.
  if (/^[P-_]\*M/.test(start) && start[3] === '\x18') return { kind: 'compressed', compression: 'zstd' };
  if (!complete) return { kind: 'short' };
  const name = find(FOREIGN, start) ?? TEXTS.find(({ pattern }) => pattern.test(start))?.what;
  if (name !== undefined) return { kind: 'foreign', name };
  return { kind: head.length < 12 ? 'short' : 'unknown' };
}

function find<T>(rows: readonly Row<T>[], start: string): T | undefined {
  return rows.find(({ magic, at = 0 }) => start.startsWith(magic, at))?.what;
}
