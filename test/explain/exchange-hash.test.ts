/** Explanations of recorded key exchanges: every input is found again in the frames of the capture. */
import { toHex } from '../../src/bytes/hex.ts';
import { ExchangeCollector, type ExchangeExplanation, type ExplainOptions } from '../../src/explain/exchange-hash.ts';
import { dissect, inMemory } from '../../src/index.ts';
import { SecretStore } from '../../src/secrets/store.ts';
import { prefixed } from '../../src/ssh/kex/hash-parts.ts';
import { keyOf } from '../../src/ssh/keys.ts';
import { framesOfFixture } from '../support/capture-files.ts';
import { fixture } from '../support/fixtures.ts';
import { ascii } from '../support/two-ends.ts';

async function explained(name: string, options: ExplainOptions = {}, keylog = fixture(name).secrets): Promise<ExchangeExplanation[]> {
  const secrets = new SecretStore();
  if (keylog !== undefined) secrets.add(ascii(keylog), 'log');
  const collector = new ExchangeCollector();
  const out: ExchangeExplanation[] = [];
  await dissect(inMemory(fixture(name).capture), { packet: (p) => collector.packet(p), session: (s) => out.push(...collector.take(s, options)) }, { secrets });
  return out;
}

test.each([
  'kex-gex-sha256',
  'kex-gex-old-request',
  'kex-sntrup761',
  'kex-rsa2048',
  'dropbear-client-wrong-guess',
  'greeting-lines',
  'hostkey-certificate-rsa',
])('each input of %s lies where it is said to', async (name) => {
  const frames = framesOfFixture(fixture(name).capture);
  const [e] = await explained(name);
  expect(e?.exchange.signature.verdict).toBe('valid');
  expect(e?.missing).toEqual([]);
  for (const { part, places } of e?.inputs ?? []) {
    const bytes = places.map(({ frame, offset, length }) => toHex((frames[frame - 1]?.bytes ?? new Uint8Array(0)).subarray(offset, offset + length))).join('');
    if (part.id === 'k') expect(places).toEqual([]);
    else expect([part.name, bytes]).toEqual([part.name, toHex(part.value)]);
  }
});

test('the old request has n alone, the new one min, n and max', async () => {
  const names = async (name: string) => (await explained(name))[0]?.inputs.map((i) => i.part.name).join(' ');
  expect(await names('kex-gex-old-request')).toBe('V_C V_S I_C I_S K_S n p g e f K');
  expect(await names('kex-gex-sha256')).toBe('V_C V_S I_C I_S K_S min n max p g e f K');
  expect(await names('kex-rsa2048')).toBe('V_C V_S I_C I_S K_S K_T encrypted K K');
});

test('each re-key has its own H, the session id stays, and keys are those that opened the packets', async () => {
  const all = await explained('rekey');
  expect(all.map((e) => [e.exchange.epoch, e.exchange.signature.verdict])).toEqual([1, 2, 3, 4].map((n) => [n, 'valid']));
  expect(new Set(all.map((e) => toHex(e.h ?? new Uint8Array(0)))).size).toBe(4);
  for (const e of all) expect(e.sessionId).toEqual(all[0]?.h);
  const { exchange, h, sessionId, keys } = all[2] as ExchangeExplanation;
  if (h === undefined || sessionId === undefined || exchange.sharedSecret === undefined) throw new Error('no H');
  const source = { hash: 'sha256', k: prefixed(exchange.sharedSecret), h, sessionId } as const;
  expect(keys.map((k) => [k.letter, k.length])).toEqual([
    ['A', 16],
    ['B', 16],
    ['C', 16],
    ['D', 16],
    ['E', 32],
    ['F', 32],
  ]);
  for (const { letter, length, value } of keys) expect(value).toEqual(keyOf(source, letter, length));
  const [third, ...more] = await explained('rekey', { exchange: 3 });
  expect([third?.exchange.epoch, more]).toEqual([3, []]);
});

test('without a secret the inputs are there, and K is missing', async () => {
  const [e] = await explained('kex-curve25519', {}, '');
  expect(e).toMatchObject({ missing: ['K'], h: undefined, sessionId: undefined, finding: undefined });
  expect(e?.inputs).toHaveLength(7);
  expect(e?.keys.map((k) => k.value)).toEqual(new Array(6).fill(undefined));
});

test('a wrong K is told, with what the packets say of it', async () => {
  const wrong = fixture('kex-curve25519').secrets?.replace(/[0-9a-f]{4}$/gm, '0000');
  const [e] = await explained('kex-curve25519', {}, wrong);
  expect(e?.exchange.signature.verdict).toBe('invalid');
  expect(e?.finding).toMatchObject({ mistakes: [] });
  expect(e?.finding?.sentences.join('. ')).toMatch(/^K is wrong or a message was altered.*do not open the packets/);
});

test('a bit is flipped in the input that is named, however it is spelled', async () => {
  for (const field of ['I_S', 'iS', 'i_s']) {
    const [e] = await explained('kex-curve25519', { tamper: { field, bit: 15 } });
    expect(e?.tampered).toMatchObject({ part: { id: 'iS' }, bit: 15, tamperedSignature: { verdict: 'invalid' }, keysChanged: ['A', 'B', 'C', 'D', 'E', 'F'] });
  }
  expect((await explained('kex-curve25519', { tamper: { field: 'min', bit: 0 } }))[0]?.tampered).toBeUndefined();
  expect((await explained('kex-curve25519', { tamper: { field: 'I_S', bit: 15 } }, ''))[0]?.tampered).toBeUndefined();
});

test('a session without a method in common is explained as far as that', async () => {
  expect(await explained('no-common-kex')).toMatchObject([{ method: undefined, inputs: [], h: undefined }]);
});
