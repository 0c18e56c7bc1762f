/** The mistakes that implementers make in the exchange hash, one row each: what they would have hashed. */

import { latin1, latin1Bytes } from '../../bytes/text.ts';
import { encode, uint32 } from '../../wire/codec.ts';
import { type HashPart, mpintContent, prefixed } from './hash-parts.ts';
import type { KexHash } from './method.ts';
import { equal } from './shared-secret.ts';
import type { Transcript } from './transcript.ts';

/** How a signature was made: over what, hashed how. */
export interface Draft {
  readonly parts: readonly HashPart[];
  readonly hash: KexHash;
  /** H itself; the inputs without hashing them; the hash of H. */
  readonly signs: 'H' | 'inputs' | 'hash of H';
}

export interface Mistake {
  /** Short and unique: `V_S with CR`. */
  readonly name: string;
  /** What was done, and what the RFC asks for. */
  readonly sentence: string;
  readonly rfc: string;
  /** The same draft with the mistake made; undefined when it cannot be made, or would change nothing. */
  make(d: Draft, t: Transcript): Draft | undefined;
}

type Change = (part: HashPart) => Uint8Array | undefined;

/** The parts `ids` with another encoding; undefined when `change` gives none for any of them, or the same as before. */
function encodeAs(d: Draft, ids: readonly string[], change: Change): Draft | undefined {
  let changed = false;
  const parts = d.parts.map((p) => {
    const encoded = ids.includes(p.id) ? change(p) : undefined;
    if (encoded === undefined || equal(encoded, p.encoded)) return p;
    changed = true;
    return { ...p, encoded };
  });
  return changed ? { ...d, parts } : undefined;
}

function without(d: Draft, ids: readonly string[]): Draft | undefined {
  const parts = d.parts.filter((p) => !ids.includes(p.id));
  return parts.length === d.parts.length ? undefined : { ...d, parts };
}

/** What one input becomes when it is hashed with the bytes of another. */
function swap(d: Draft, pairs: readonly (readonly [string, string])[]): Draft | undefined {
  const other = new Map(pairs.flatMap(([a, b]) => [[a, b] as const, [b, a] as const]));
  return encodeAs(d, [...other.keys()], (p) => d.parts.find((q) => q.id === other.get(p.id))?.encoded);
}

function join(...pieces: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(pieces.reduce((sum, p) => sum + p.length, 0));
  let at = 0;
  for (const p of pieces) {
    out.set(p, at);
    at += p.length;
  }
  return out;
}

// --- identification strings

const VERSIONS = [
  ['V_C', ['vC']],
  ['V_S', ['vS']],
  ['V_C and V_S', ['vC', 'vS']],
] as const;

/** Other ways to cut an identification string out of the stream. */
function versionRows(name: string, sentence: string, change: Change): Mistake[] {
  return VERSIONS.map(([which, ids]) => ({ name: `${which} ${name}`, sentence: `${which} ${sentence}`, rfc: '4253#8', make: (d) => encodeAs(d, ids, change) }));
}

const EXCLUDED = 'RFC 4253 section 8 leaves CR and LF out';

function ending(bytes: string): Change {
  return (p) => prefixed(join(p.value, latin1Bytes(bytes)));
}

/** Lines before the identification string: which of them was taken for it. */
function preamble(which: 'first' | 'last'): Mistake['make'] {
  return (d, t) =>
    encodeAs(d, ['vC', 'vS'], (p) => {
      const raw = p.id === 'vC' ? t.rawC : t.rawS;
      const lines = raw === undefined ? [] : latin1(raw).split(/\r?\n/);
      const at = lines.indexOf(latin1(p.value));
      const line = at < 1 ? undefined : lines[which === 'first' ? 0 : at - 1];
      return line === undefined ? undefined : prefixed(latin1Bytes(line));
    });
}

function withPreamble(d: Draft, t: Transcript): Draft | undefined {
  return encodeAs(d, ['vC', 'vS'], (p) => {
    const raw = p.id === 'vC' ? t.rawC : t.rawS;
    return raw === undefined ? undefined : prefixed(latin1Bytes(latin1(raw).replace(/\r?\n$/, '')));
  });
}

const IDENTIFICATION: readonly Mistake[] = [
  ...versionRows('with CR', `was hashed with the CR of its line end: ${EXCLUDED}`, ending('\r')),
  ...versionRows('with CR LF', `was hashed with its line end CR LF: ${EXCLUDED}`, ending('\r\n')),
  ...versionRows('with LF', `was hashed with the LF of its line end: ${EXCLUDED}`, ending('\n')),
  ...versionRows('with NUL', 'was hashed with a NUL byte at its end, as C ends strings', ending('\0')),
  ...versionRows('without comments', 'was hashed without what follows the first space: the comments belong to it (RFC 4253 section 4.2)', (p) => {
    const space = p.value.indexOf(0x20);
    return space < 0 ? undefined : prefixed(p.value.subarray(0, space));
  }),
  ...versionRows('without "SSH-2.0-"', 'was hashed without "SSH-2.0-" in front: the whole line is meant', (p) => {
    const [, software] = /^SSH-[^-]*-(.*)$/s.exec(latin1(p.value)) ?? [];
    return software === undefined ? undefined : prefixed(latin1Bytes(software));
  }),
  {
    name: 'first preamble line as version',
    sentence:
      'the first line that the server sent was taken for V_S: lines may come before the identification string, and only the one that begins with "SSH-" counts',
    rfc: '4253#4.2',
    make: preamble('first'),
  },
  {
    name: 'last preamble line as version',
    sentence: 'the line before the identification string was taken for V_S: only the one that begins with "SSH-" counts',
    rfc: '4253#4.2',
    make: preamble('last'),
  },
  {
    name: 'version with preamble',
    sentence: 'V_S was hashed together with the lines before it: only the one that begins with "SSH-" counts',
    rfc: '4253#4.2',
    make: withPreamble,
  },
];

// --- K

const SHARED: readonly Mistake[] = [
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
    make: (d) => encodeAs(d, ['k'], (p) => (p.kind === 'mpint' && p.value[0] !== 0 ? prefixed(join(Uint8Array.of(0), p.value)) : undefined)),
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

// --- numbers and points

const UNSIGNED = 'without the zero byte that keeps an mpint positive when its first bit is set';

const NUMBERS: readonly Mistake[] = [
  ...[['e'], ['f'], ['e', 'f'], ['p'], ['p', 'g', 'e', 'f']].map((ids) => ({
    name: `${ids.join(', ')} as string`,
    sentence: `${ids.join(', ')} went into the hash as a string, ${UNSIGNED}`,
    rfc: '4251#5',
    make: (d: Draft) => encodeAs(d, ids, (p) => (p.kind === 'mpint' && p.value[0] === 0 ? prefixed(p.value.subarray(1)) : undefined)),
  })),
  ...[['qC'], ['qS'], ['qC', 'qS']].map((ids) => ({
    name: `${ids.map((id) => (id === 'qC' ? 'Q_C' : 'Q_S')).join(', ')} as mpint`,
    sentence: `${ids.map((id) => (id === 'qC' ? 'Q_C' : 'Q_S')).join(' and ')} went into the hash as a number: public points are strings`,
    rfc: '8731#3',
    make: (d: Draft) => encodeAs(d, ids, (p) => prefixed(mpintContent(p.value))),
  })),
  {
    name: 'numbers as on the wire',
    sentence: 'a number was hashed with the unnecessary zeros that it was sent with: an mpint has none',
    rfc: '4251#5',
    make: (d, t) =>
      encodeAs(d, ['e', 'f', 'p', 'g'], (p) => {
        const sent = t.messages.get(p.message ?? '')?.fields.get(p.field ?? '')?.bytes;
        return sent === undefined ? undefined : prefixed(sent);
      }),
  },
  {
    name: 'discarded guess used',
    sentence: 'the guessed key exchange packet, which was wrong and had to be ignored, went into the hash in place of the one that followed',
    rfc: '4253#7',
    make: useDiscarded,
  },
];

/** The value of the client's discarded packet in place of the one that counted; methods whose first message has one value. */
function useDiscarded(d: Draft, t: Transcript): Draft | undefined {
  const guess = [...t.discarded.values()][0];
  const value = guess?.fields.values().next().value?.bytes;
  if (value === undefined) return undefined;
  return encodeAs(d, ['e', 'qC'], (p) => prefixed(p.kind === 'mpint' ? mpintContent(value) : value));
}

// --- group exchange

const bits = (n: number): Uint8Array => encode(uint32, n);

const GROUP: readonly Mistake[] = [
  {
    name: 'min, n, max missing',
    sentence: 'min, n and max of the group exchange are missing from the hash',
    rfc: '4419#3',
    make: (d) => without(d, ['min', 'n', 'max']),
  },
  {
    name: 'only n of min, n, max',
    sentence: 'only n was hashed, as if the client had sent the old request: it sent min, n and max, and all three belong to the hash',
    rfc: '4419#5',
    make: (d) => (d.parts.some((p) => p.id === 'min') ? without(d, ['min', 'max']) : undefined),
  },
  ...[
    [1024, 8192],
    [2048, 8192],
  ].map(([min = 0, max = 0]) => ({
    name: `min ${min} and max ${max} for an old request`,
    sentence: `min and max (${min} and ${max}) were hashed, though the client sent the old request, which has n alone`,
    rfc: '4419#5',
    make: (d: Draft) => {
      if (d.parts.some((p) => p.id === 'min')) return undefined;
      return encodeAs(d, ['n'], (p) => join(bits(min), p.encoded, bits(max)));
    },
  })),
  { name: 'p and g missing', sentence: 'p and g of the group exchange are missing from the hash', rfc: '4419#3', make: (d) => without(d, ['p', 'g']) },
];

// --- KEXINIT

const INITS = [
  ['I_C', ['iC']],
  ['I_S', ['iS']],
  ['I_C and I_S', ['iC', 'iS']],
] as const;

function initRows(name: string, sentence: string, change: (p: HashPart, packet: Uint8Array | undefined) => Uint8Array | undefined): Mistake[] {
  return INITS.map(([which, ids]) => ({
    name: `${which} ${name}`,
    sentence: `${which} ${sentence}`,
    rfc: '4253#8',
    make: (d, t) => encodeAs(d, ids, (p) => change(p, p.id === 'iC' ? t.packetC : t.packetS)),
  }));
}

const PAYLOAD = 'the payload alone is meant, from the message number on';

const KEXINIT: readonly Mistake[] = [
  ...initRows('with packet framing', `was hashed as the whole packet, with packet_length, padding_length and padding: ${PAYLOAD}`, (_, packet) =>
    packet === undefined ? undefined : prefixed(packet),
  ),
  ...initRows('with padding_length and padding', `was hashed with padding_length and padding: ${PAYLOAD}`, (_, packet) =>
    packet === undefined ? undefined : prefixed(packet.subarray(4)),
  ),
  ...initRows('with padding', `was hashed with the padding behind it: ${PAYLOAD}`, (_, packet) =>
    packet === undefined ? undefined : prefixed(packet.subarray(5)),
  ),
  ...initRows('with padding_length', `was hashed with padding_length in front: ${PAYLOAD}`, (p, packet) =>
    packet === undefined ? undefined : prefixed(packet.subarray(4, 5 + p.value.length)),
  ),
  ...initRows('without message number', 'was hashed without its message number, the byte 20: it belongs to the payload', (p) => prefixed(p.value.subarray(1))),
];

// --- order, lengths, hash

/** What one may forget as a whole; the group exchange has rows of its own. */
const INPUTS = [
  ['vC', 'V_C'],
  ['vS', 'V_S'],
  ['iC', 'I_C'],
  ['iS', 'I_S'],
  ['kS', 'K_S'],
  ['kT', 'K_T'],
  ['encryptedSecret', 'encrypted K'],
  ['e', 'e'],
  ['f', 'f'],
  ['qC', 'Q_C'],
  ['qS', 'Q_S'],
  ['k', 'K'],
] as const;

const ORDER: readonly Mistake[] = [
  {
    name: 'client and server swapped',
    sentence: 'what client and server sent was hashed with the sides swapped throughout: the client comes first, whoever computes the hash',
    rfc: '4253#8',
    make: (d) => {
      const pairs = [
        ['vC', 'vS'],
        ['iC', 'iS'],
        ['e', 'f'],
        ['qC', 'qS'],
      ] as const;
      return swap(d, pairs);
    },
  },
  { name: 'V_C and V_S swapped', sentence: 'V_C and V_S were hashed in the wrong order', rfc: '4253#8', make: (d) => swap(d, [['vC', 'vS']]) },
  { name: 'I_C and I_S swapped', sentence: 'I_C and I_S were hashed in the wrong order', rfc: '4253#8', make: (d) => swap(d, [['iC', 'iS']]) },
  {
    name: 'V and I swapped',
    sentence: 'V_C and V_S were hashed in the wrong order, and I_C and I_S too',
    rfc: '4253#8',
    make: (d) =>
      swap(d, [
        ['vC', 'vS'],
        ['iC', 'iS'],
      ]),
  },
  {
    name: 'public values swapped',
    sentence: 'the public values of client and server were hashed in the wrong order',
    rfc: '4253#8',
    make: (d) =>
      swap(d, [
        ['e', 'f'],
        ['qC', 'qS'],
      ]),
  },
  ...INPUTS.map(([id, name]) => ({
    name: `${name} missing`,
    sentence: `${name} is missing from the hash`,
    rfc: '4253#8',
    make: (d: Draft) => without(d, [id]),
  })),
  {
    name: 'no lengths',
    sentence: 'the inputs were hashed without their lengths in front: each goes in as a string, mpint or uint32 of RFC 4251',
    rfc: '4253#8',
    make: (d) => ({ ...d, parts: d.parts.map((p) => ({ ...p, encoded: p.value })) }),
  },
];

const HASHES: readonly Mistake[] = [
  ...(['sha1', 'sha256', 'sha384', 'sha512'] as const).map((hash) => ({
    name: `${hash} used`,
    sentence: `the exchange hash was made with ${hash}: the method has another hash`,
    rfc: '4253#8',
    make: (d: Draft): Draft | undefined => (d.hash === hash ? undefined : { ...d, hash }),
  })),
  {
    name: 'signature over the inputs',
    sentence: 'the inputs of H were signed, not H: signing hashes H once more',
    rfc: '4253#8',
    make: (d) => (d.signs === 'H' ? { ...d, signs: 'inputs' } : undefined),
  },
  {
    name: 'signature over the hash of H',
    sentence: 'H was hashed once more before it was signed, beyond what the signature algorithm does',
    rfc: '4253#8',
    make: (d) => (d.signs === 'H' ? { ...d, signs: 'hash of H' } : undefined),
  },
];

/** Those that are common enough to be looked for two at a time. */
export const COMMON_MISTAKES: readonly Mistake[] = [
  ...SHARED,
  ...IDENTIFICATION.filter((m) => / with (?:CR|CR LF|LF)$/.test(m.name)),
  ...GROUP,
  ...HASHES.slice(0, 4),
];

/** All mistakes, likeliest first. */
export const MISTAKES: readonly Mistake[] = [...SHARED, ...IDENTIFICATION, ...NUMBERS, ...GROUP, ...KEXINIT, ...HASHES, ...ORDER];
