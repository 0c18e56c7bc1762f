/** The exchange hash against the world: signatures of real servers over it, and OpenSSL as the other end. */
import { createDiffieHellman, createECDH, createHash, createPrivateKey, createPublicKey, diffieHellman, getDiffieHellman, type KeyObject } from 'node:crypto';
import { ml_kem768, ml_kem1024 } from '@noble/post-quantum/ml-kem.js';
import fc from 'fast-check';
import { toHex } from '../../../src/bytes/hex.ts';
import { collect, inMemory, type Packet, type Session } from '../../../src/index.ts';
import * as readings from '../../../src/secrets/normalise.ts';
import { readSecrets } from '../../../src/secrets/read.ts';
import { hashInput, hashParts, isMissing, sentParts } from '../../../src/ssh/kex/hash-parts.ts';
import { KEX_METHODS, kexMethod } from '../../../src/ssh/kex/index.ts';
import { TranscriptBuilder } from '../../../src/ssh/kex/transcript.ts';
import { findCulprit, type GivenSecret, hostSignature, resolveSecret, sharedSecret } from '../../../src/ssh/kex/verification.ts';
import type { MessageDef } from '../../../src/ssh/message.ts';
import { fixture, fixtures } from '../../support/fixtures.ts';
import { concat, hex } from '../../support/packets.ts';
import { ascii, I_C, I_S, K_S, methodOf, mp, signed, str, transcriptOf, u32, V_C, V_S } from '../../support/two-ends.ts';

/** The first key exchange of each session, which is in clear. */
function firstExchange(session: Session, packets: readonly Packet[]) {
  const t = new TranscriptBuilder();
  const cookies: Record<string, 'client' | 'server'> = {};
  for (const side of ['client', 'server'] as const) {
    const line = session[side].identification;
    if (line !== undefined) t.identification(side, line.bytes, line.space.bytes);
  }
  for (const p of packets) {
    if (p.session !== session || p.epoch > 0 || p.payload === undefined || p.message === undefined || p.number === undefined) continue;
    const payload = p.space.bytes.subarray(p.payload.start, p.payload.end);
    if (p.number === 20) {
      t.kexinit(p.side, payload, undefined);
      cookies[toHex(payload.subarray(1, 17))] = p.side;
    } else if (p.number >= 30 && p.number <= 49) t.message(p.message, payload, p.discarded);
  }
  return { t, cookies };
}

const recorded = fixtures().flatMap((name) => {
  const { capture, secrets } = fixture(name);
  return secrets === undefined ? [] : [{ name, capture, secrets }];
});

test.each(recorded)('the server of $name signed the H that we compute', async ({ capture, secrets }) => {
  const { sessions, packets } = await collect(inMemory(capture));
  const items = readSecrets(ascii(secrets), 'log').items.filter((i) => i.kind === 'SHARED_SECRET');
  let checked = 0;
  for (const session of sessions) {
    const n = session.exchanges[0]?.negotiation;
    const method = kexMethod(n?.kex ?? '');
    if (method === undefined) continue;
    const { t, cookies } = firstExchange(session, packets);
    const given: GivenSecret[] = items
      .filter((i) => cookies[i.cookie ?? ''] !== undefined)
      .map((i) => ({ kind: 'SHARED_SECRET', bytes: i.bytes, side: cookies[i.cookie ?? ''] }));
    if (given.length === 0) continue;
    const { best } = resolveSecret({ method, transcript: t, hostKeyAlgorithm: n?.hostKey }, given, readings);
    // GSS-API has an integrity code in its place: what proves H there are the packets that open (test/conformance/decryption.test.ts).
    expect(best?.signature).toMatchObject({ verdict: method.family === 'gss' ? 'unchecked' : 'valid' });
    checked++;
  }
  expect(checked).toBeGreaterThan(0);
});

test('the recordings cover every family that a program here offers', () => {
  const kex = recorded.flatMap(({ name }) =>
    fixture(name)
      .manifest.exercises.filter((e) => e.startsWith('kex:'))
      .map((e) => kexMethod(e.slice(4))?.family),
  );
  expect([...new Set(kex)].sort()).toEqual(['curve', 'dh', 'ecdh', 'gex', 'gss', 'hybrid', 'rsa']);
});

const SHA = { sha1: 'sha1', sha224: 'sha224', sha256: 'sha256', sha384: 'sha384', sha512: 'sha512' } as const;

/** H by OpenSSL, of pieces that stand in the order of the RFC. */
function hashOf(kex: string, ...pieces: readonly Uint8Array[]): Uint8Array {
  const all = concat(str(V_C), str(V_S), str(I_C), str(I_S), str(K_S), ...pieces);
  return new Uint8Array(createHash(SHA[methodOf(kex).hash]).update(all).digest());
}

function raw(key: KeyObject, part: 'x' | 'd'): Uint8Array {
  return new Uint8Array(Buffer.from(String(key.export({ format: 'jwk' })[part]), 'base64url'));
}

const GROUPS = [
  ['diffie-hellman-group1-sha1', 'modp2'],
  ['diffie-hellman-group14-sha256', 'modp14'],
  ['diffie-hellman-group15-sha512', 'modp15'],
  ['diffie-hellman-group16-sha512', 'modp16'],
] as const;

describe('K from a private value, with OpenSSL as the other end', () => {
  test.each(GROUPS)('%s', (kex, group) => {
    const [client, server] = [getDiffieHellman(group), getDiffieHellman(group)];
    const [e, f] = [client.generateKeys(), server.generateKeys()].map((b) => new Uint8Array(b)) as [Uint8Array, Uint8Array];
    const k = new Uint8Array(client.computeSecret(server.getPublicKey()));
    const h = hashOf(kex, mp(e), mp(f), mp(k));
    const t = transcriptOf({ kex, messages: [concat(Uint8Array.of(30), mp(e)), concat(Uint8Array.of(31), str(K_S), mp(f), str(signed(h)))] });
    agrees(kex, t, h, new Uint8Array(client.getPrivateKey()), new Uint8Array(server.getPrivateKey()));
  });

  test.each([false, true])('group exchange, old request: %s', (old) => {
    const kex = 'diffie-hellman-group-exchange-sha256';
    const prime = new Uint8Array(getDiffieHellman('modp14').getPrime());
    const [client, server] = [createDiffieHellman(prime, Uint8Array.of(5)), createDiffieHellman(prime, Uint8Array.of(5))];
    const [e, f] = [client.generateKeys(), server.generateKeys()].map((b) => new Uint8Array(b)) as [Uint8Array, Uint8Array];
    const k = new Uint8Array(client.computeSecret(server.getPublicKey()));
    const sizes = old ? u32(3072) : concat(u32(2048), u32(3072), u32(8192));
    const h = hashOf(kex, sizes, mp(prime), mp(Uint8Array.of(5)), mp(e), mp(f), mp(k));
    const messages = [
      concat(Uint8Array.of(old ? 30 : 34), sizes),
      concat(Uint8Array.of(31), mp(prime), mp(Uint8Array.of(5))),
      concat(Uint8Array.of(32), mp(e)),
      concat(Uint8Array.of(33), str(K_S), mp(f), str(signed(h))),
    ];
    agrees(kex, transcriptOf({ kex, messages }), h, new Uint8Array(client.getPrivateKey()), new Uint8Array(server.getPrivateKey()));
  });

  test.each([
    ['ecdh-sha2-nistp256', 'prime256v1'],
    ['ecdh-sha2-nistp384', 'secp384r1'],
    ['ecdh-sha2-nistp521', 'secp521r1'],
    ['ecdh-sha2-1.3.132.0.10', 'secp256k1'],
  ])('%s', (kex, curve) => {
    const [client, server] = [createECDH(curve), createECDH(curve)];
    const [qC, qS] = [client.generateKeys(), server.generateKeys()].map((b) => new Uint8Array(b)) as [Uint8Array, Uint8Array];
    const k = new Uint8Array(client.computeSecret(server.getPublicKey()));
    const h = hashOf(kex, str(qC), str(qS), mp(k));
    const t = transcriptOf({ kex, messages: [concat(Uint8Array.of(30), str(qC)), concat(Uint8Array.of(31), str(K_S), str(qS), str(signed(h)))] });
    agrees(kex, t, h, new Uint8Array(client.getPrivateKey()), new Uint8Array(server.getPrivateKey()));
  });

  // PKCS #8 of RFC 8410.
  test.each([
    ['curve25519-sha256', '302e020100300506032b656e04220420', 32],
    ['curve448-sha512', '3046020100300506032b656f043a0438', 56],
  ])('%s', (kex, prefix, length) => {
    const privates = [3, 4].map((seed) =>
      createPrivateKey({ key: Buffer.from(concat(hex(prefix), new Uint8Array(length).fill(seed))), format: 'der', type: 'pkcs8' }),
    ) as [KeyObject, KeyObject];
    const [qC, qS] = privates.map((key) => raw(createPublicKey(key), 'x')) as [Uint8Array, Uint8Array];
    const k = new Uint8Array(diffieHellman({ privateKey: privates[0], publicKey: createPublicKey(privates[1]) }));
    const h = hashOf(kex, str(qC), str(qS), mp(k));
    const t = transcriptOf({ kex, messages: [concat(Uint8Array.of(30), str(qC)), concat(Uint8Array.of(31), str(K_S), str(qS), str(signed(h)))] });
    agrees(kex, t, h, raw(privates[0], 'd'), raw(privates[1], 'd'));
  });
});

/** Either side's private value gives K, H and a valid signature, and another value does not. */
function agrees(kex: string, transcript: TranscriptBuilder, h: Uint8Array, client: Uint8Array, server: Uint8Array): void {
  const exchange = { method: methodOf(kex), transcript, hostKeyAlgorithm: 'ssh-ed25519' };
  const given = (side: 'client' | 'server', bytes: Uint8Array): GivenSecret => ({ kind: 'PRIVATE_KEY', bytes, side });
  for (const [side, bytes] of [
    ['client', client],
    ['server', server],
  ] as const) {
    const { best } = resolveSecret(exchange, [given(side, bytes)], readings);
    expect(best).toMatchObject({ matchesPublic: true, signature: { verdict: 'valid' } });
    expect(toHex(best?.h ?? h)).toBe(toHex(h));
  }
  const swapped = resolveSecret(exchange, [given('client', server)], readings).best;
  expect(swapped).toMatchObject({ matchesPublic: true, note: expect.stringContaining('private value of the server') });
  const other = client.slice();
  other[other.length - 2] = (other[other.length - 2] as number) ^ 0x10;
  expect(sharedSecret(exchange.method, transcript, 'client', other)).toMatchObject({ matchesPublic: false });
  const name = exchange.method.family === 'dh' || exchange.method.family === 'gex' ? 'e' : 'Q_C';
  expect(resolveSecret(exchange, [given('client', other)], readings)).toMatchObject({
    best: undefined,
    rejected: [{ reason: `does not give the ${name} that the client sent` }],
  });
}

describe('hybrids: Q_C and Q_S are whole strings, K is the hash of both secrets and hashed as a string', () => {
  test.each([
    ['mlkem768nistp256-sha256', ml_kem768, 'prime256v1', 'sha256'],
    ['mlkem1024nistp384-sha384', ml_kem1024, 'secp384r1', 'sha384'],
  ] as const)('%s', (kex, kem, curve, hash) => {
    const pair = kem.keygen(new Uint8Array(64).fill(9));
    const { cipherText, sharedSecret: kPq } = kem.encapsulate(pair.publicKey, new Uint8Array(32).fill(5));
    expect(kem.decapsulate(cipherText, pair.secretKey)).toEqual(kPq);
    const [client, server] = [createECDH(curve), createECDH(curve)];
    const [pC, pS] = [client.generateKeys(), server.generateKeys()];
    const [qC, qS] = [concat(pair.publicKey, pC), concat(cipherText, pS)];
    // draft-ietf-sshm-mlkem-hybrid-kex section 2.4: K = HASH(K_PQ || K_CL).
    const k = new Uint8Array(createHash(hash).update(kPq).update(client.computeSecret(pS)).digest());
    const h = hashOf(kex, str(qC), str(qS), str(k));
    const t = transcriptOf({ kex, messages: [concat(Uint8Array.of(30), str(qC)), concat(Uint8Array.of(31), str(K_S), str(qS), str(signed(h)))] });
    const { best } = resolveSecret({ method: methodOf(kex), transcript: t, hostKeyAlgorithm: 'ssh-ed25519' }, [shared(k)], readings);
    expect(best).toMatchObject({ encodedK: str(k), h, signature: { verdict: 'valid' } });
    // A private value is only one half of it.
    const half: GivenSecret = { kind: 'PRIVATE_KEY', bytes: new Uint8Array(32).fill(1), side: 'client' };
    expect(resolveSecret({ method: methodOf(kex), transcript: t, hostKeyAlgorithm: undefined }, [half], readings)).toEqual({
      best: undefined,
      rejected: [{ secret: half, reason: `is a private value, and ${kex} takes the shared secret K itself` }],
    });
  });
});

function shared(bytes: Uint8Array): GivenSecret {
  return { kind: 'SHARED_SECRET', bytes, side: 'client' };
}

const number = (length: number, first: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i === 0 ? first : (i * 7) & 0xff));

test('RSA key transport hashes K_S, K_T and the encrypted secret (RFC 4432 section 4)', () => {
  const kex = 'rsa2048-sha256';
  const [k, kT, secret] = [number(200, 0x91), concat(str(ascii('ssh-rsa')), mp(Uint8Array.of(3)), mp(number(256, 0xc0))), number(256, 0x33)];
  const h = hashOf(kex, str(kT), str(secret), mp(k));
  const messages = [concat(Uint8Array.of(30), str(K_S), str(kT)), concat(Uint8Array.of(31), str(secret)), concat(Uint8Array.of(32), str(signed(h)))];
  const { best } = resolveSecret(
    { method: methodOf(kex), transcript: transcriptOf({ kex, messages }), hostKeyAlgorithm: 'ssh-ed25519' },
    [shared(k)],
    readings,
  );
  expect(best).toMatchObject({ h, note: 'sign byte added', signature: { verdict: 'valid' } });
});

test('GSS-API hashes K_S, or an empty string when no host key was sent (RFC 4462 section 2.1)', () => {
  const kex = 'gss-group14-sha256-toWM5Slw5Ew8Mqkay+al2g==';
  const [e, f, k] = [number(256, 0x81), number(256, 0x11), number(256, 0x7f)];
  const init = concat(Uint8Array.of(30), str(ascii('token')), mp(e));
  const complete = concat(Uint8Array.of(32), mp(f), str(ascii('mic')), Uint8Array.of(0));
  const hostKey = concat(Uint8Array.of(33), str(K_S));
  const input = (messages: Uint8Array[]) => {
    const parts = hashParts(methodOf(kex), transcriptOf({ kex, messages }), k);
    if (isMissing(parts)) throw new Error(parts.missing.join());
    return hashInput(parts);
  };
  const head = concat(str(V_C), str(V_S), str(I_C), str(I_S));
  expect(input([hostKey, init, complete])).toEqual(concat(head, str(K_S), mp(e), mp(f), mp(k)));
  expect(input([init, complete])).toEqual(concat(head, str(new Uint8Array(0)), mp(e), mp(f), mp(k)));
  expect(hostSignature(transcriptOf({ kex, messages: [init, complete] }), 'null').check(k)).toMatchObject({ verdict: 'unchecked' });
});

test('what the capture does not hold is named, and the rest is listed', () => {
  const t = transcriptOf({ kex: 'curve25519-sha256', messages: [concat(Uint8Array.of(30), str(number(32, 1)))] });
  t.iS = undefined;
  const method = methodOf('curve25519-sha256');
  expect(hashParts(method, t, number(32, 1))).toEqual({ missing: ['I_S', 'K_S', 'Q_S'] });
  expect(sentParts(method, t).parts.map((p) => p.name)).toEqual(['V_C', 'V_S', 'I_C', 'Q_C']);
  const { best } = resolveSecret({ method, transcript: t, hostKeyAlgorithm: undefined }, [shared(number(32, 1))], readings);
  expect(best).toMatchObject({ h: undefined, signature: { verdict: 'unchecked', reason: expect.stringContaining('I_S, K_S, Q_S') } });
});

test('a message that was cut off gives the fields that are whole', () => {
  const whole = concat(Uint8Array.of(31), str(K_S), str(number(32, 2)), str(signed(K_S)));
  const at = 1 + 4 + K_S.length + 4 + 20;
  const t = transcriptOf({ kex: 'curve25519-sha256', messages: [whole.subarray(0, at)] });
  const fields = t.messages.get('SSH_MSG_KEX_ECDH_REPLY')?.fields;
  expect([...(fields?.keys() ?? [])]).toEqual(['hostKey']);
  expect(fields?.get('hostKey')).toEqual({ bytes: K_S, span: { start: 5, end: 5 + K_S.length } });
});

test('numbers with unnecessary zeros are hashed without them, as numbers are', () => {
  const kex = 'diffie-hellman-group14-sha256';
  const e = number(256, 0x42);
  const padded = concat(u32(258), Uint8Array.of(0, 0), e);
  const t = transcriptOf({ kex, messages: [concat(Uint8Array.of(30), padded)] });
  expect(sentParts(methodOf(kex), t).parts.find((p) => p.id === 'e')?.encoded).toEqual(mp(e));
});

test('of several secrets the one that verifies is taken, and the others are told why not', () => {
  const kex = 'curve25519-sha256';
  const [qC, qS, k] = [number(32, 1), number(32, 2), number(32, 0x99)];
  const h = hashOf(kex, str(qC), str(qS), mp(k));
  const t = transcriptOf({ kex, messages: [concat(Uint8Array.of(30), str(qC)), concat(Uint8Array.of(31), str(K_S), str(qS), str(signed(h)))] });
  const exchange = { method: methodOf(kex), transcript: t, hostKeyAlgorithm: 'ssh-ed25519' };
  const [wrong, right] = [shared(number(32, 0x98)), shared(k)];
  const both = resolveSecret(exchange, [wrong, right], readings);
  expect(both.best?.secret).toBe(right);
  expect(both.rejected).toEqual([{ secret: wrong, reason: 'gives an exchange hash that the host key did not sign' }]);
  // Wireshark's bare line means PRIVATE_KEY; some write K there.
  const mislabelled: GivenSecret = { kind: 'PRIVATE_KEY', bytes: k, side: 'client' };
  expect(resolveSecret(exchange, [mislabelled], readings).best).toMatchObject({
    k: mp(k).subarray(4),
    note: 'it is K itself, though the line says PRIVATE_KEY',
  });
  // A valid signature of another algorithm than was agreed on does not count.
  expect(resolveSecret({ ...exchange, hostKeyAlgorithm: 'rsa-sha2-512' }, [right], readings).best?.signature.verdict).toBe('invalid');
});

test('no message and no secret makes it throw', () => {
  const bytes = fc.uint8Array({ maxLength: 300 });
  const anyExchange = fc.record({
    method: fc.constantFrom(...KEX_METHODS),
    bodies: fc.array(fc.tuple(fc.nat(), bytes, fc.boolean()), { maxLength: 5 }),
    secrets: fc.array(
      fc.record({
        kind: fc.constantFrom('SHARED_SECRET' as const, 'PRIVATE_KEY' as const),
        bytes,
        side: fc.constantFrom('client' as const, 'server' as const, undefined),
      }),
      { maxLength: 3 },
    ),
  });
  fc.assert(
    fc.property(anyExchange, ({ method, bodies, secrets }) => {
      const t = new TranscriptBuilder();
      for (const side of ['client', 'server'] as const) {
        t.identification(side, V_C, V_C);
        t.kexinit(side, I_C, I_C);
      }
      for (const [n, body, discarded] of bodies) {
        const def = method.messages[n % method.messages.length] as MessageDef;
        t.message(def, concat(Uint8Array.of(def.number), body), discarded);
      }
      const exchange = { method, transcript: t, hostKeyAlgorithm: undefined };
      const { best, rejected } = resolveSecret(exchange, secrets, readings);
      expect(rejected.length + (best === undefined ? 0 : 1)).toBe(secrets.length);
      if (best?.parts !== undefined) findCulprit(exchange, best.parts, {}, { most: 20 });
    }),
    { seed: 4253, numRuns: 300 },
  );
});

test('every method says what H is made of, and K goes in as a string only under the hybrids', () => {
  for (const m of KEX_METHODS) {
    const { missing } = sentParts(m, new TranscriptBuilder());
    expect(missing.slice(0, 4)).toEqual(['V_C', 'V_S', 'I_C', 'I_S']);
    expect(missing.length).toBeGreaterThan(m.family === 'gss' ? 5 : 6);
    expect(m.kForm).toBe(m.family === 'hybrid' ? 'string' : 'mpint');
    expect(m.halves === undefined).toBe(m.family === 'hybrid' || m.family === 'rsa');
  }
});
