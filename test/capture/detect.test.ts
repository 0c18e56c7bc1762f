import { utf8 } from '../../src/bytes/text.ts';
import { detectFormat, HEAD_BYTES } from '../../src/capture/detect.ts';
import { GZIP, join, LZ4, LZ4_LEGACY, PCAP, PCAP_MODIFIED, PCAP_NANO, PCAPNG, ZSTD } from './samples.ts';

test('captures and compressed files are known by content', () => {
  expect(detectFormat(PCAP)).toEqual({ kind: 'capture', format: 'pcap' });
  expect(detectFormat(PCAP_NANO)).toEqual({ kind: 'capture', format: 'pcap' });
  expect(detectFormat(Uint8Array.of(0xa1, 0xb2, 0xc3, 0xd4))).toEqual({ kind: 'capture', format: 'pcap' });
  expect(detectFormat(Uint8Array.of(0xa1, 0xb2, 0x3c, 0x4d))).toEqual({ kind: 'capture', format: 'pcap' });
  expect(detectFormat(PCAP_MODIFIED)).toEqual({ kind: 'capture', format: 'modified pcap' });
  expect(detectFormat(Uint8Array.of(0xa1, 0xb2, 0xcd, 0x34))).toEqual({ kind: 'capture', format: 'modified pcap' });
  expect(detectFormat(PCAPNG)).toEqual({ kind: 'capture', format: 'pcapng' });
  expect(detectFormat(GZIP)).toEqual({ kind: 'compressed', compression: 'gzip' });
  expect(detectFormat(ZSTD)).toEqual({ kind: 'compressed', compression: 'zstd' });
  expect(detectFormat(Uint8Array.of(0x5a, 0x2a, 0x4d, 0x18, 0, 0, 0, 0))).toEqual({ kind: 'compressed', compression: 'zstd' });
  expect(detectFormat(LZ4)).toEqual({ kind: 'compressed', compression: 'lz4' });
  expect(detectFormat(LZ4_LEGACY)).toEqual({ kind: 'compressed', compression: 'lz4' });
});

/** First bytes of files that editcap 4.0 and other real programs wrote. */
const FOREIGN: readonly (readonly [string | Uint8Array, string])[] = [
  ['snoop\0\0\0\0\0\0\x02', 'a snoop capture (Solaris)'],
  ['RTSS\0\x01\x01\0', 'a Microsoft Network Monitor 1 capture'],
  ['GMBU\0\x02\x01\0', 'a Microsoft Network Monitor 2 capture'],
  ['XCP\x00001.100', 'a NetXray or Windows Sniffer capture'],
  ['TRSNIFF data    \x1a', 'a DOS Sniffer capture'],
  ['\x05VNF\x01\0\0\0', 'a Visual Networks capture'],
  ['TR\0d\0\0', 'a nettl trace (HP-UX)'],
  ['ObserverPktBufferVersion=15.00', 'a Network Instruments Observer capture'],
  [Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0), 'xz-compressed data (only gzip, zstd and LZ4 are read)'],
  ['PK\x03\x04\x14\0', 'a zip archive'],
  ['<!DOCTYPE html><title>404</title>', 'an HTML page'],
  ['<?xml version="1.0"?>\n<pdml version="0">', 'a PDML or PSML export of Wireshark'],
  ['0000  45 00 00 3c 1c 46 40 00\n0008  40 06 b1 e6 ac 10 0a 63\n', 'a hex dump (text2pcap makes a capture of one)'],
  ['{"frames": []}', 'a JSON file'],
  ['hello, this is no capture\n', 'a text file'],
];

test.each(FOREIGN)('%j is named', (head, name) => {
  expect(detectFormat(typeof head === 'string' ? utf8(head) : head)).toEqual({ kind: 'foreign', name });
});

test('a Windows event trace and a tar archive are known from further inside', () => {
  const etl = new Uint8Array(128);
  etl.set([2, 0, 2, 0xc0], 72);
  expect(detectFormat(etl)).toEqual({ kind: 'foreign', name: 'a Microsoft event trace (ETL)' });
  const tar = new Uint8Array(HEAD_BYTES);
  tar.set(utf8('a.pcap'));
  tar.set(utf8('ustar'), 257);
  expect(detectFormat(tar)).toEqual({ kind: 'foreign', name: 'a tar archive' });
});

test('too little, nothing, and what nobody knows', () => {
  expect(detectFormat(new Uint8Array(0))).toEqual({ kind: 'empty' });
  expect(detectFormat(new Uint8Array(0), false)).toEqual({ kind: 'short' });
  expect(detectFormat(Uint8Array.of(0xa1, 0xb2, 0xc3))).toEqual({ kind: 'short' });
  expect(detectFormat(PCAPNG.subarray(0, 11), false)).toEqual({ kind: 'short' });
  expect(detectFormat(PCAPNG.subarray(0, 12), false)).toEqual({ kind: 'capture', format: 'pcapng' });
  expect(detectFormat(Uint8Array.from({ length: 40 }, (_, i) => 255 - i))).toEqual({ kind: 'unknown' });
  // A section header's magic where it is not one.
  expect(detectFormat(join([1, 2, 3, 4, 5, 6, 7, 8, 0x1a, 0x2b, 0x3c, 0x4d]))).toEqual({ kind: 'unknown' });
});
