/** Mistakes in K. */
import { concat } from '../../../bytes/concat.ts';
import { mpintContent, prefixed } from '../hash-parts.ts';
import type { Transcript } from '../transcript.ts';
import { type Draft, encodeAs, type Mistake } from './draft.ts';

export const SHARED: readonly Mistake[] = [
  {
    name: 'K as string',
    sentence: 'K was hashed as a string, without the zero byte that keeps an mpint positive when its first bit is set',
    rfc: '4251#5',
    make: (d) => encodeAs(d, ['k'], (p) => (p.kind === 'mpint' && p.value[0] === 0 ? prefixed(p.value.subarray(1)) : undefined)),
  },
  ...[32, 48, 56, 66].map((length) => ({
    name: `K with leading zeros to ${length} bytes`,
    sentence: `K was hashed with leading zeros, ${length} bytes long, as the curve gives it: an mpint has no unnecessary ones`,
    rfc: '4251#5',
    make: (d: Draft) => encodeAs(d, ['k'], (p) => (p.kind === 'mpint' ? padded(p.value, length) : undefined)),
  })),
  {
    name: 'K with leading zeros to the length of p',
    sentence: 'K was hashed with leading zeros, as long as the prime p: an mpint has no unnecessary ones',
    rfc: '4251#5',
    make: (d, t) => encodeAs(d, ['k'], (p) => (p.kind === 'mpint' ? padded(p.value, primeLength(d, t)) : undefined)),
  },
  {
    name: 'K with a zero in front',
    sentence: 'K was hashed with a zero byte in front, though its first bit is not set: an mpint has no unnecessary one',
    rfc: '4251#5',
    make: (d) => encodeAs(d, ['k'], (p) => (p.kind === 'mpint' && p.value[0] !== 0 ? prefixed(concat([Uint8Array.of(0), p.value])) : undefined)),
  },
  {
    name: 'K as mpint',
    sentence: 'K was hashed as an mpint: the hybrid methods hash it as a string of the length of their hash',
    rfc: 'draft-ietf-sshm-mlkem-hybrid-kex#2.4',
    make: (d) => encodeAs(d, ['k'], (p) => (p.kind === 'string' ? prefixed(mpintContent(p.value)) : undefined)),
  },
  {
    name: 'K in reversed byte order',
    sentence: 'K was hashed with its bytes reversed: RFC 8731 section 3.1 reads the output of X25519 as a number with its first byte most significant',
    rfc: '8731#3.1',
    make: (d) => encodeAs(d, ['k'], (p) => prefixed(mpintContent((padded(p.value, 32)?.subarray(4) ?? p.value).slice().reverse()))),
  },
  {
    name: 'K without its length',
    sentence: 'K was hashed without its length in front: it goes in as an mpint or string with its length',
    rfc: '4253#8',
    make: (d) => encodeAs(d, ['k'], (p) => p.value),
  },
];

/** `value` as a number of exactly `length` bytes, as a string; undefined when it does not fit. */
function padded(value: Uint8Array, length: number): Uint8Array | undefined {
  const number = value[0] === 0 ? value.subarray(1) : value;
  if (number.length > length) return undefined;
  const out = new Uint8Array(length);
  out.set(number, length - number.length);
  return prefixed(out);
}

/** Bytes of the prime, as far as e and f show it when it was not sent. */
function primeLength(d: Draft, t: Transcript): number {
  const p = d.parts.find((one) => one.id === 'p')?.value ?? t.messages.get('SSH_MSG_KEXDH_INIT')?.fields.get('e')?.bytes ?? new Uint8Array(0);
  return 8 * Math.ceil((p.length - (p[0] === 0 ? 1 : 0)) / 8);
}
