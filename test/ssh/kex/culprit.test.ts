/** Each mistake, made by a signer of the test that puts the bytes together by hand, is named, and no other. */
import { createHash } from 'node:crypto';
import { findCulprit } from '../../../src/ssh/kex/culprit.ts';
import { hostSignature } from '../../../src/ssh/kex/exchange-hash.ts';
import { type HashPart, hashParts, isMissing } from '../../../src/ssh/kex/hash-parts.ts';
import type { KexHash } from '../../../src/ssh/kex/method.ts';
import { MISTAKES } from '../../../src/ssh/kex/mistakes/index.ts';
import { tamper } from '../../../src/ssh/kex/tamper.ts';
import { concat } from '../../support/packets.ts';
import { ascii, GREETING, I_C, I_S, K_S, methodOf, mp, packet, signed, str, transcriptOf, u32, V_C, V_S } from '../../support/two-ends.ts';

const CRLF = ascii('\r\n');

/** A number with its first bit set, whose mpint therefore begins with a zero byte; and one whose first byte is zero. */
const high = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i === 0 ? 0xc3 : (i * 11 + length) & 0xff));
const low = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i === 0 ? 0 : (i * 13 + 0x40) & 0x7f));

const CURVE = 'curve25519-sha256';
const GROUP14 = 'diffie-hellman-group14-sha256';
const GEX = 'diffie-hellman-group-exchange-sha256';
const MLKEM = 'mlkem768x25519-sha256';

type Pieces = Record<string, Uint8Array>;

interface Scenario {
  readonly kex: string;
  /** The right inputs in their order, each as it goes into the hash. */
  readonly pieces: Pieces;
  /** K without its length. */
  readonly k: Uint8Array;
  /** The messages, given the signature blob. */
  messages(signature: Uint8Array): Uint8Array[];
  readonly discarded?: readonly Uint8Array[];
}

const head: Pieces = { vC: str(V_C), vS: str(V_S), iC: str(I_C), iS: str(I_S), kS: str(K_S) };
const type = (number: number, ...fields: readonly Uint8Array[]) => concat(Uint8Array.of(number), ...fields);

function curve(k: Uint8Array, [qC, qS] = [high(32), low(32)]): Scenario {
  return {
    kex: CURVE,
    k: mp(k).subarray(4),
    pieces: { ...head, qC: str(qC), qS: str(qS), k: mp(k) },
    messages: (signature) => [type(30, str(qC)), type(31, str(K_S), str(qS), str(signature))],
    discarded: [type(30, str(high(32).reverse()))],
  };
}

function group14(k: Uint8Array, e = high(256), f = high(256).reverse(), kex = GROUP14): Scenario {
  return {
    kex,
    k: mp(k).subarray(4),
    pieces: { ...head, e: mp(e), f: mp(f), k: mp(k) },
    messages: (signature) => [type(30, mp(e)), type(31, str(K_S), mp(f), str(signature))],
  };
}

function exchange(old: boolean): Scenario {
  const [p, g, e, f, k] = [high(384), Uint8Array.of(2), low(384), high(383), high(382)];
  const sizes: Pieces = old ? { n: u32(3072) } : { min: u32(2048), n: u32(3072), max: u32(8192) };
  return {
    kex: GEX,
    k: mp(k).subarray(4),
    pieces: { ...head, ...sizes, p: mp(p), g: mp(g), e: mp(e), f: mp(f), k: mp(k) },
    messages: (signature) => [type(old ? 30 : 34, ...Object.values(sizes)), type(31, mp(p), mp(g)), type(32, mp(e)), type(33, str(K_S), mp(f), str(signature))],
  };
}

function hybrid(k: Uint8Array): Scenario {
  const [qC, qS] = [high(1216), high(1120)];
  return {
    kex: MLKEM,
    k,
    pieces: { ...head, qC: str(qC), qS: str(qS), k: str(k) },
    messages: (signature) => [type(30, str(qC)), type(31, str(K_S), str(qS), str(signature))],
  };
}

const sha = (hash: KexHash, bytes: Uint8Array): Uint8Array => new Uint8Array(createHash(hash).update(bytes).digest());

/** What the search says when the server signed the hash of `input` (by `hash`), where the right input is that of `s`. */
function search(s: Scenario, message: Uint8Array, options = {}, evidence = {}) {
  const transcript = transcriptOf({ kex: s.kex, messages: s.messages(signed(message)), discarded: s.discarded ?? [] });
  const method = methodOf(s.kex);
  const parts = hashParts(method, transcript, s.k);
  if (isMissing(parts)) throw new Error(parts.missing.join());
  return findCulprit({ method, transcript, hostKeyAlgorithm: 'ssh-ed25519' }, parts, evidence, options);
}

function names(s: Scenario, input: Uint8Array, hash: KexHash = methodOf(s.kex).hash, options = {}): string[] {
  return search(s, sha(hash, input), options).mistakes.map((m) => m.name);
}

const all = (pieces: Pieces): Uint8Array => concat(...Object.values(pieces));
const plain = curve(high(32));

test('a right signature is not searched for a mistake', () => {
  const found = search(plain, sha('sha256', all(plain.pieces)));
  expect(found).toEqual({ mistakes: [], h: undefined, sentences: ['verified with ssh-ed25519'], tried: 0 });
});

const line = GREETING.map(ascii);
const withGreeting = concat(...line.flatMap((l) => [l, CRLF]), V_S);

/** The name, the exchange, and what was hashed in place of some of its inputs; undefined leaves one out. */
const WRONG: readonly (readonly [name: string, s: Scenario, wrong: Record<string, Uint8Array | undefined>])[] = [
  ['V_C with CR', plain, { vC: str(concat(V_C, ascii('\r'))) }],
  ['V_S with CR', plain, { vS: str(concat(V_S, ascii('\r'))) }],
  ['V_C and V_S with CR', plain, { vC: str(concat(V_C, ascii('\r'))), vS: str(concat(V_S, ascii('\r'))) }],
  ['V_C with CR LF', plain, { vC: str(concat(V_C, CRLF)) }],
  ['V_S with CR LF', plain, { vS: str(concat(V_S, CRLF)) }],
  ['V_C and V_S with CR LF', plain, { vC: str(concat(V_C, CRLF)), vS: str(concat(V_S, CRLF)) }],
  ['V_S with LF', plain, { vS: str(concat(V_S, ascii('\n'))) }],
  ['V_S without comments', plain, { vS: str(ascii('SSH-2.0-lab_1.0')) }],
  ['V_C without "SSH-2.0-"', plain, { vC: str(V_C.subarray(8)) }],
  ['first preamble line as version', plain, { vS: str(line[0] ?? V_S) }],
  ['last preamble line as version', plain, { vS: str(line[1] ?? V_S) }],
  ['version with preamble', plain, { vS: str(withGreeting) }],
  ['discarded guess used', plain, { qC: str(high(32).reverse()) }],
  ['K as string', plain, { k: str(high(32)) }],
  ['K with leading zeros to 32 bytes', curve(low(32)), { k: str(low(32)) }],
  ['K with a zero in front', curve(low(33)), { k: str(low(33)) }],
  ['K in reversed byte order', plain, { k: mp(high(32).reverse()) }],
  ['K in reversed byte order', curve(low(32)), { k: mp(low(32).reverse()) }],
  ['K without its length', plain, { k: mp(high(32)).subarray(4) }],
  ['K as mpint', hybrid(high(32)), { k: mp(high(32)) }],
  ['K as mpint', hybrid(low(32)), { k: mp(low(32)) }],
  ['K as string', group14(high(256)), { k: str(high(256)) }],
  ['K with leading zeros to the length of p', group14(low(256)), { k: str(low(256)) }],
  ['e as string', group14(high(255)), { e: str(high(256)) }],
  ['f as string', group14(high(255), low(256), high(256)), { f: str(high(256)) }],
  ['p as string', exchange(false), { p: str(high(384)) }],
  ['Q_C as mpint', plain, { qC: mp(high(32)) }],
  ['Q_S as mpint', plain, { qS: mp(low(32)) }],
  ['min, n, max missing', exchange(false), { min: undefined, n: undefined, max: undefined }],
  ['only n of min, n, max', exchange(false), { min: undefined, max: undefined }],
  ['min 1024 and max 8192 for an old request', exchange(true), { n: concat(u32(1024), u32(3072), u32(8192)) }],
  ['p and g missing', exchange(false), { p: undefined, g: undefined }],
  ['I_C with packet framing', plain, { iC: str(packet(I_C)) }],
  ['I_S with packet framing', plain, { iS: str(packet(I_S)) }],
  ['I_C and I_S with packet framing', plain, { iC: str(packet(I_C)), iS: str(packet(I_S)) }],
  ['I_S with padding_length and padding', plain, { iS: str(packet(I_S).subarray(4)) }],
  ['I_S with padding', plain, { iS: str(packet(I_S).subarray(5)) }],
  ['I_S with padding_length', plain, { iS: str(concat(Uint8Array.of(8), I_S)) }],
  ['I_C without message number', plain, { iC: str(I_C.subarray(1)) }],
  ['I_C and I_S without message number', plain, { iC: str(I_C.subarray(1)), iS: str(I_S.subarray(1)) }],
  ['client and server swapped', plain, { vC: str(V_S), vS: str(V_C), iC: str(I_S), iS: str(I_C), qC: str(low(32)), qS: str(high(32)) }],
  ['V_C and V_S swapped', plain, { vC: str(V_S), vS: str(V_C) }],
  ['I_C and I_S swapped', plain, { iC: str(I_S), iS: str(I_C) }],
  ['V and I swapped', plain, { vC: str(V_S), vS: str(V_C), iC: str(I_S), iS: str(I_C) }],
  ['public values swapped', plain, { qC: str(low(32)), qS: str(high(32)) }],
  ['K_S missing', plain, { kS: undefined }],
  ['K missing', plain, { k: undefined }],
  ['no lengths', plain, { vC: V_C, vS: V_S, iC: I_C, iS: I_S, kS: K_S, qC: high(32), qS: low(32), k: mp(high(32)).subarray(4) }],
];

test.each(WRONG)('%s', (name, s, wrong) => {
  const pieces = Object.entries({ ...s.pieces, ...wrong }).flatMap(([, piece]) => (piece === undefined ? [] : [piece]));
  const h = sha(methodOf(s.kex).hash, concat(...pieces));
  const found = search(s, h);
  expect(found.mistakes.map((m) => m.name)).toEqual([name]);
  expect(found.h).toEqual(h);
  expect(found.sentences).toHaveLength(1);
});

test('a number hashed with the zeros that it was sent with', () => {
  const s = group14(high(256));
  const sent = str(concat(new Uint8Array(3), high(250)));
  const odd = { ...s, messages: (signature: Uint8Array) => [type(30, sent), type(31, str(K_S), mp(high(256).reverse()), str(signature))] };
  expect(names(odd, all({ ...s.pieces, e: sent }))).toEqual(['numbers as on the wire']);
});

test.each(['sha1', 'sha384', 'sha512'] as const)('%s where the method has another hash', (hash) => {
  expect(names(plain, all(plain.pieces), hash)).toEqual([`${hash} used`]);
});

test('a signature over the inputs, and one over the hash of H', () => {
  const input = all(plain.pieces);
  expect(search(plain, input).mistakes.map((m) => m.name)).toEqual(['signature over the inputs']);
  expect(search(plain, sha('sha256', sha('sha256', input))).mistakes.map((m) => m.name)).toEqual(['signature over the hash of H']);
});

test('two mistakes at a time, when asked for', () => {
  const input = all({ ...plain.pieces, vS: str(concat(V_S, ascii('\r'))), k: str(high(32)) });
  expect(names(plain, input)).toEqual([]);
  expect(names(plain, input, 'sha256', { pairs: true })).toEqual(['K as string', 'V_S with CR']);
});

test('names are unique, and every row can be made in one of these exchanges', () => {
  expect(new Set(MISTAKES.map((m) => m.name)).size).toBe(MISTAKES.length);
  const scenarios = [
    plain,
    curve(low(32)),
    group14(high(256)),
    group14(low(256)),
    exchange(false),
    exchange(true),
    hybrid(high(32)),
    group14(high(256), high(256), high(256), 'diffie-hellman-group14-sha1'),
  ];
  const never = MISTAKES.filter((m) => scenarios.every((s) => draftOf(s) === undefined || m.make(draftOf(s), draftTranscript(s)) === undefined)).map(
    (m) => m.name,
  );
  expect(never).toEqual(['numbers as on the wire', 'K_T missing', 'encrypted K missing']);
});

function draftTranscript(s: Scenario) {
  return transcriptOf({ kex: s.kex, messages: s.messages(new Uint8Array(0)), discarded: s.discarded ?? [] });
}

function draftOf(s: Scenario) {
  const parts = hashParts(methodOf(s.kex), draftTranscript(s), s.k);
  return { parts: isMissing(parts) ? [] : parts, hash: methodOf(s.kex).hash, signs: 'H' } as const;
}

test('when nothing fits it says so, with the facts that speak for one side', () => {
  const flipped = all({ ...plain.pieces, k: mp(high(32).map((b, i) => (i === 9 ? b ^ 1 : b))) });
  const sentences = (evidence: object) => search(plain, sha('sha256', flipped), {}, evidence).sentences.join('; ');
  expect(sentences({})).toMatch(/^K is wrong or a message was altered on the way.*a single flipped bit is out of reach$/);
  expect(sentences({ macsVerify: true })).toMatch(/MACs of the packets verify.*the host key or the signature that was altered$/);
  expect(sentences({ macsVerify: false })).toMatch(/do not open the packets/);
  expect(sentences({ matchesPublic: true })).toMatch(/K is what that side computed/);
  expect(sentences({ matchesPublic: false })).toMatch(/of another exchange: K is wrong$/);
});

test('the search is bounded', () => {
  const found = search(plain, sha('sha256', ascii('something else')), { pairs: true, most: 40 });
  expect(found).toMatchObject({ mistakes: [], tried: 40 });
});

test('a signature by another algorithm than was agreed on is no mistake in H', () => {
  const transcript = draftTranscript({ ...plain, messages: () => plain.messages(signed(sha('sha256', all(plain.pieces)))) });
  const parts = hashParts(methodOf(CURVE), transcript, plain.k) as HashPart[];
  const found = findCulprit({ method: methodOf(CURVE), transcript, hostKeyAlgorithm: 'rsa-sha2-256' }, parts);
  expect(found).toMatchObject({ mistakes: [], tried: 0, sentences: [expect.stringContaining('where rsa-sha2-256 was agreed on')] });
});

describe('one flipped bit', () => {
  const transcript = transcriptOf({ kex: CURVE, messages: plain.messages(signed(sha('sha256', all(plain.pieces)))) });
  const parts = hashParts(methodOf(CURVE), transcript, plain.k) as HashPart[];
  const untampered = { parts, hash: 'sha256', signature: hostSignature(transcript, 'ssh-ed25519'), sessionId: undefined } as const;

  test.each(['vC', 'vS', 'iC', 'iS', 'kS', 'qC', 'qS', 'k'])('in %s changes H, the verdict and all six keys', (id) => {
    const t = tamper(untampered, id, 13);
    expect(t).toMatchObject({ signature: { verdict: 'valid' }, tamperedSignature: { verdict: 'invalid' }, keysChanged: ['A', 'B', 'C', 'D', 'E', 'F'] });
    expect(t?.h).toEqual(sha('sha256', all(plain.pieces)));
    expect(t?.bitsChanged).toBeGreaterThan(80);
    expect((t?.value[1] ?? 0) ^ (t?.part.value[1] ?? 0)).toBe(0x04);
  });

  test('H is that of the bytes with the bit flipped', () => {
    const flipped = V_C.slice();
    flipped[3] = (flipped[3] as number) ^ 1;
    expect(tamper(untampered, 'vC', 31)?.tamperedH).toEqual(sha('sha256', all({ ...plain.pieces, vC: str(flipped) })));
  });

  test('what is not there cannot be flipped', () => {
    for (const [id, bit] of [
      ['vC', 8 * V_C.length],
      ['vC', -1],
      ['vC', 0.5],
      ['min', 0],
    ] as const)
      expect(tamper(untampered, id, bit)).toBeUndefined();
  });
});
