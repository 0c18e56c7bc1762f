/** Object identifiers of GSS-API mechanisms: DER in a string, dotted decimals as value (RFC 4462 section 3.2). */
import { fromHex, toHex } from '../../bytes/hex.ts';
import type { Codec } from '../../wire/codec.ts';

/** Mechanisms that are met in SSH. */
const MECHANISMS: Readonly<Record<string, string>> = {
  '1.2.840.113554.1.2.2': 'Kerberos 5',
  '1.3.5.1.5.2': 'Kerberos 5 (draft)',
  '1.2.840.48018.1.2.2': 'Kerberos 5 (Microsoft)',
  '1.3.6.1.5.5.2': 'SPNEGO',
  '1.3.6.1.5.2.5': 'IAKERB',
  '1.3.6.1.4.1.311.2.2.10': 'NTLMSSP',
};

const DER_OID = 0x06;
/** Before the hex of what is no object identifier. */
const RAW = 'hex:';

/** An object identifier; what is none by DER keeps its bytes as `hex:…`, and is a problem. */
export const oid: Codec<string> = {
  kind: 'string',
  read: (c) => {
    const start = c.pos;
    const der = c.string();
    const dotted = dottedOf(der);
    if (dotted !== undefined) return dotted;
    c.report('noncanonical', 'a mechanism that is no object identifier in DER', { start, end: c.pos }, '4462#3.2');
    return RAW + toHex(der);
  },
  write: (w, v) => w.string(v.startsWith(RAW) ? (fromHex(v.slice(RAW.length)) ?? new Uint8Array(0)) : derOf(v)),
  label: (v) => MECHANISMS[v],
};

/** A mechanism by its name, or as it is. */
export function oidWords(v: unknown): string {
  return typeof v === 'string' ? (MECHANISMS[v] ?? v.slice(0, 64)) : '?';
}

/** ITU-T X.690 section 8.19: tag, length below 128, sub-identifiers in base 128, the first two in one. */
function dottedOf(der: Uint8Array): string | undefined {
  if (der[0] !== DER_OID || der[1] !== der.length - 2 || der.length < 3 || der[1] > 127) return undefined;
  const numbers: number[] = [];
  let n = 0;
  for (const [i, byte] of der.subarray(2).entries()) {
    if (n === 0 && byte === 0x80) return undefined; // not the shortest form
    n = n * 128 + (byte & 0x7f);
    if (n > 0xffffffff) return undefined;
    if (byte & 0x80) {
      if (i === der.length - 3) return undefined;
      continue;
    }
    numbers.push(n);
    n = 0;
  }
  const [first = 0, ...rest] = numbers;
  const root = Math.min(2, Math.floor(first / 40));
  return [root, first - 40 * root, ...rest].join('.');
}

function derOf(dotted: string): Uint8Array {
  const [root = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const body = [40 * root + second, ...rest].flatMap((n) => {
    const digits = [n % 128];
    for (let left = Math.floor(n / 128); left > 0; left = Math.floor(left / 128)) digits.unshift(0x80 | (left % 128));
    return digits;
  });
  return Uint8Array.of(DER_OID, body.length, ...body);
}
