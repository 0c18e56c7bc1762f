/** Sessions opened with derived keys alone, in every shape in which they are written down: made of the K of recordings. */
import { toHex } from '../../src/bytes/hex.ts';
import { utf8 } from '../../src/bytes/text.ts';
import { collect, dissect, inMemory, type Packet, type Session } from '../../src/index.ts';
import { SecretStore } from '../../src/secrets/index.ts';
import { cipher } from '../../src/ssh/crypto/ciphers.ts';
import { deriveKey, type KeyLetter } from '../../src/ssh/crypto/derive.ts';
import { addToCounter } from '../../src/ssh/crypto/modes.ts';
import { primitives } from '../../src/ssh/crypto/native.ts';
import { kexMethod } from '../../src/ssh/kex/index.ts';
import { framesOfFixture, pcap } from '../support/capture-files.ts';
import { fixture } from '../support/fixtures.ts';
import * as v from '../support/variants.ts';

type Side = 'client' | 'server';

const SIDES: readonly Side[] = ['client', 'server'];

async function read(segments: readonly v.TcpSegment[], secrets: string) {
  const store = new SecretStore();
  store.add(utf8(secrets), 'keys');
  const { packets, sessions } = await collect(inMemory(pcap(v.framesOf(segments))), { secrets: store });
  const [session] = sessions;
  if (session === undefined) throw new Error('no session');
  return { packets, session, store };
}

/** The six keys of a recording's first exchange, and what its packets are when opened with K. */
async function recorded(name: string) {
  const { capture, secrets = '' } = fixture(name);
  const segments = v.segmentsOf(framesOfFixture(capture));
  const { packets, session } = await read(segments, secrets);
  const [exchange] = session.exchanges;
  const { sharedSecret, exchangeHash, negotiation } = exchange ?? {};
  const method = kexMethod(negotiation?.kex ?? '');
  if (sharedSecret === undefined || exchangeHash === undefined || negotiation === undefined || method === undefined) throw new Error('no K');
  const k = new Uint8Array(4 + sharedSecret.length);
  new DataView(k.buffer).setUint32(0, sharedSecret.length);
  k.set(sharedSecret, 4);
  const letter = (which: KeyLetter, length: number) => deriveKey(primitives, method.hash, k, exchangeHash, which, exchangeHash, length);
  const row = cipher(negotiation.client.cipher ?? '');
  if (row === undefined) throw new Error('no cipher');
  return { segments, packets, letter, row, name: row.name };
}

/** Message number and payload as they were read. */
const content = (p: Packet) => `${p.side} ${p.number} ${toHex(p.inflated?.bytes ?? p.plain.bytes.subarray(p.payload?.start, p.payload?.end)).slice(0, 80)}`;
/** Everything that was read, sorted: the two directions may take turns in another order. */
const sorted = (packets: readonly Packet[]) => packets.map((p) => `${p.epoch} ${p.sequence} ${content(p)}`).sort();

const NAMES = [
  'cipher-aes128-ctr-etm',
  'cipher-aes256-ctr',
  'cipher-aes128-cbc',
  'cipher-aes128-cbc-etm',
  'cipher-3des-cbc',
  'cipher-aes256-gcm',
  'cipher-chacha20',
  'cipher-arcfour',
];

/** A key as memory forensics writes it. */
const found = (name: string | undefined, key: Uint8Array, iv: Uint8Array) =>
  `${JSON.stringify({ task_name: 'sshd', sshenc_addr: 1, ...(name === undefined ? {} : { cipher_name: name }), key: toHex(key), iv: toHex(iv) })}\n`;

describe.each(NAMES)('%s', (name) => {
  const source = recorded(name);

  test('the six letters open everything, with every MAC verified', async () => {
    const { segments, packets, letter, row } = await source;
    const lengths: Record<KeyLetter, number> = { A: row.ivLength, B: row.ivLength, C: row.keyLength, D: row.keyLength, E: 64, F: 64 };
    const letters = Object.fromEntries(Object.entries(lengths).map(([l, n]) => [l, toHex(letter(l as KeyLetter, n))]));
    const after = await read(segments, JSON.stringify(letters));
    expect(sorted(after.packets)).toEqual(sorted(packets));
    expect(after.packets.filter((p) => p.epoch > 0).map((p) => p.mac)).toEqual(packets.filter((p) => p.epoch > 0).map(() => 'valid'));
    const [exchange] = after.session.exchanges;
    expect(exchange?.secret).toEqual({ kind: 'keys', source: 'keys:1', note: '' });
    expect(exchange?.signature).toEqual({ verdict: 'unchecked', reason: expect.stringContaining('only keys derived from it') });
    expect(after.session.client.decryption).toMatchObject({ state: 'ok', reason: expect.stringContaining('keys:1') });
  });

  test('cipher keys with the IV of NEWKEYS open everything; a MAC whose key is missing is unchecked', async () => {
    const { segments, packets, letter, row } = await source;
    const keys =
      found(row.name, letter('C', row.keyLength), letter('A', row.ivLength)) + found(row.name, letter('D', row.keyLength), letter('B', row.ivLength));
    const after = await read(segments, keys);
    expect(sorted(after.packets)).toEqual(sorted(packets));
    const mac = row.aead ? 'valid' : 'unchecked';
    expect(new Set(after.packets.filter((p) => p.epoch > 0).map((p) => p.mac))).toEqual(new Set([mac]));
    expect(after.session.exchanges[0]?.secret?.kind).toBe('cipher key');
    for (const side of SIDES) {
      expect(after.session[side].decryption.state).toBe('ok');
      expect(after.session[side].decryption.reason).toContain(row.aead ? 'integrity verified' : 'no MAC was verified');
    }
  });

  test('keys of another session open nothing, and the record says so', async () => {
    const { segments, packets, row } = await source;
    const after = await read(segments, found(row.name, new Uint8Array(row.keyLength).fill(7), new Uint8Array(row.ivLength)));
    expect(after.packets.filter((p) => p.epoch > 0 && p.number !== undefined)).toEqual([]);
    expect(after.packets.filter((p) => p.epoch === 0).length).toBe(packets.filter((p) => p.epoch === 0).length);
    for (const side of SIDES) expect(after.session[side].decryption).toMatchObject({ state: 'no-secret', reason: expect.stringContaining('keys:1') });
  });
});

test.each(['cipher-aes128-ctr-etm', 'cipher-aes128-cbc-etm', 'cipher-aes256-ctr', 'cipher-aes256-gcm'])(
  '%s: a MAC key that is right makes no packet of what wrong encryption keys give',
  async (name) => {
    const { segments, letter, row } = await recorded(name);
    const macKeys = { E: toHex(letter('E', 32)), F: toHex(letter('F', 32)) };
    const ivs = { A: toHex(letter('A', row.ivLength)), B: toHex(letter('B', row.ivLength)) };
    // Two packets in five would be taken for a message of somebody's own.
    for (let n = 1; n <= 100; n++) {
      const wrong = toHex(new Uint8Array(row.keyLength).fill(n));
      const { packets, session } = await read(segments, `${JSON.stringify({ ...ivs, C: wrong, D: wrong, ...macKeys })}\n`);
      expect(packets.filter((p) => p.epoch > 0 && p.number !== undefined)).toEqual([]);
      for (const side of SIDES) expect(session[side].decryption).toMatchObject({ state: 'no-secret', reason: expect.stringContaining('keys:1') });
    }
  },
);

describe('of letters that name the exchange it is said which are wrong', () => {
  const own = 'that of this direction of the exchange';
  const c = 'the encryption key (letter C)';
  const either = `${c} or the IV (letter A)`;
  const e = 'the MAC key (letter E)';
  const altered = ', or the first packet was altered';
  const macWrong = `do not open it: ${e} is not ${own}${altered}; what the others decrypt reads as a message`;
  const cipherWrong = `do not open it: ${either} is not ${own}; ${e} is`;
  const untried = `do not open it: ${either} is not ${own}, so that ${e} could not be tried${altered}`;
  const halves = [
    `the second half of ${c}, for the lengths, is not ${own}${altered}`,
    `the first half of ${c} is not ${own}; the second half, for the lengths, is${altered}`,
  ];
  const opened = /^every packet was opened/;

  /** Per recording: the letters that are altered, and what is said then; `c` is C with its last byte altered. */
  const cases: readonly (readonly [string, Readonly<Record<string, string | RegExp>>])[] = [
    ['cipher-aes128-ctr-etm', { A: cipherWrong, C: cipherWrong, E: macWrong, CE: `do not open it: ${e} is not ${own}, nor is ${either}${altered}` }],
    ['cipher-aes256-ctr', { A: untried, C: untried, E: macWrong, CE: untried }],
    ['cipher-aes128-cbc', { A: /whose IV is missing or wrong/, C: untried, E: macWrong, CE: untried }],
    ['cipher-aes128-cbc-etm', { A: /whose IV is missing or wrong/, C: cipherWrong, E: macWrong }],
    ['cipher-aes256-gcm', { A: `do not open it: ${either} is not ${own}${altered}`, C: `do not open it: ${either} is not ${own}${altered}`, E: opened }],
    ['cipher-chacha20', { C: `do not open it: ${halves[1]}`, c: `do not open it: ${halves[0]}`, A: opened, E: opened }],
  ];

  /** The six letters of a recording, those of `wrong` altered. */
  async function alteredLetters(name: string, wrong: string) {
    const { segments, packets, letter, row } = await recorded(name);
    const cookie = toHex(packets.find((p) => p.number === 20 && p.side === 'client')?.plain.bytes.subarray(6, 22) ?? new Uint8Array(0));
    const lengths = { A: row.ivLength, B: row.ivLength, C: row.keyLength, D: row.keyLength, E: 32, F: 32 };
    const letters: Record<string, string> = {};
    for (const [l, length] of Object.entries(lengths)) {
      const at = wrong.includes(l) ? 0 : wrong.includes(l.toLowerCase()) ? length - 1 : -1;
      letters[l] = toHex(letter(l as KeyLetter, length).map((byte, i) => (i === at ? byte ^ 1 : byte)));
    }
    return { segments, cookie, letters };
  }

  test.each(cases)('%s', async (name, said) => {
    for (const [wrong, words] of Object.entries(said)) {
      const { segments, cookie, letters } = await alteredLetters(name, wrong);
      const { session } = await read(segments, `${JSON.stringify({ cookie, ...letters })}\n`);
      expect(session.client.decryption.reason).toMatch(typeof words === 'string' ? `the derived keys of keys:1 ${words}` : words);
      expect(session.server.decryption.state).toBe('ok');
    }
  });

  test('and of letters that name none, where one of them fits', async () => {
    const { segments, letters } = await alteredLetters('cipher-aes128-ctr-etm', 'AF');
    const foreign = Object.fromEntries(Object.entries(letters).map(([l, key]) => [l, key.replaceAll(/[0-7]/g, '9')]));
    const { session } = await read(segments, `${JSON.stringify(foreign)}\n${JSON.stringify(letters)}\n`);
    expect(session.client.decryption.reason).toBe(`the derived keys of keys:2 ${cipherWrong}`);
    const serverMac = macWrong.replace('letter E', 'letter F');
    expect(session.server.decryption.reason).toBe(`the derived keys of keys:2 ${serverMac}`);
    const { session: other } = await read(segments, `${JSON.stringify(foreign)}\n`);
    for (const side of SIDES) expect(other[side].decryption.reason).toMatch(/^no secret for the cookie .*; nor do the derived keys of keys:1 open it$/);
  });

  test.each(['cipher-aes256-ctr', 'cipher-aes128-ctr-etm', 'cipher-aes256-gcm', 'cipher-chacha20'])(
    '%s: a first packet that was altered is not taken for a wrong key alone',
    async (name) => {
      const { segments, cookie, letters } = await alteredLetters(name, '');
      const secrets = `${JSON.stringify({ cookie, ...letters })}\n`;
      const { packets } = await read(segments, secrets);
      // The last byte of the first encrypted packet of the client: of its MAC.
      const first = packets.find((p) => p.side === 'client' && p.epoch === 1);
      const origin = first?.space.origins.at(-1);
      if (origin === undefined) throw new Error('no packet');
      const changed = segments.map((s, i) =>
        i + 1 === origin.frame ? { ...s, payload: s.payload.map((byte, k) => byte ^ (k === s.payload.length - 1 ? 1 : 0)) } : s,
      );
      const { session } = await read(changed, secrets);
      expect(session.client.decryption.reason).toContain(altered);
    },
  );
});

describe.each(['cipher-aes128-ctr-etm', 'cipher-aes256-ctr', 'cipher-aes128-cbc', 'cipher-aes128-cbc-etm', 'cipher-aes256-gcm'])(
  '%s, the IV of a later packet',
  (name) => {
    const source = recorded(name);

    test.each([1, 4, 7])('by %d packets', async (n) => {
      const { segments, packets, letter, row } = await source;
      const late = (side: Side) => {
        const iv = letter(side === 'client' ? 'A' : 'B', row.ivLength);
        const sent = packets.filter((p) => p.side === side && p.epoch > 0).slice(0, n);
        if (row.aead) return new Uint8Array([...iv.subarray(0, 4), ...addToCounter(iv.subarray(4), n)]);
        const clear = name.endsWith('etm') ? 0 : 4;
        const last = sent.at(-1);
        // CBC goes on from its last block, counter mode by the number of blocks.
        if (name.includes('cbc')) return last?.space.bytes.slice(4 + last.length - row.ivLength, 4 + last.length) ?? iv;
        return addToCounter(
          iv,
          sent.reduce((sum, p) => sum + (p.length + clear) / 16, 0),
        );
      };
      const after = await read(segments, SIDES.map((s) => found(row.name, letter(s === 'client' ? 'C' : 'D', row.keyLength), late(s))).join(''));
      // In CBC the first block needs the IV, so that the first packet stays shut.
      const skipped = (p: Packet) => name.includes('cbc') && p.epoch > 0 && packets.find((q) => q.side === p.side && q.epoch > 0) === p;
      const opened = after.packets.filter((p) => p.number !== undefined).map(content);
      expect(opened.sort()).toEqual(
        packets
          .filter((p) => !skipped(p))
          .map(content)
          .sort(),
      );
      expect(after.session.exchanges[0]?.secret?.note).toContain('later packet');
    });
  },
);

describe.each(['cipher-aes128-ctr-etm', 'cipher-aes256-ctr', 'cipher-aes128-cbc', 'cipher-aes256-gcm', 'cipher-chacha20'])(
  '%s, from the middle of the session',
  (name) => {
    const source = recorded(name);

    test.each([0, 3, 6])('without the handshake and %d segments', async (n) => {
      const { segments, packets, letter, row } = await source;
      const first = Math.min(...packets.filter((p) => p.epoch > 0).map((p) => p.frame));
      const server = segments[1]?.sourcePort ?? 0;
      const on22 = (port: number) => (port === server ? 22 : port);
      // Behind the first encrypted packets, which may share their segment with NEWKEYS.
      const rest = segments.slice(first + 1 + n).map((s) => ({ ...s, sourcePort: on22(s.sourcePort), destinationPort: on22(s.destinationPort) }));
      const keys = SIDES.map((s) => found(row.name, letter(s === 'client' ? 'C' : 'D', row.keyLength), letter(s === 'client' ? 'A' : 'B', row.ivLength))).join(
        '',
      );
      const after = await read(rest, keys);
      const expected = packets.filter((p) => p.frame > first + 1 + n);
      const sought = (list: readonly Packet[]) => list.filter((p) => p.number !== undefined).map(content);
      const missing = sought(expected).filter((one) => !sought(after.packets).includes(one));
      // In CBC the first packet of each side stays shut.
      expect(missing.length).toBeLessThanOrEqual(name.includes('cbc') ? 2 : 0);
      expect(sought(after.packets).length).toBeGreaterThan(4);
      for (const side of SIDES)
        expect(after.session[side].decryption).toMatchObject({ state: 'partial', reason: expect.stringContaining('middle of the session') });
    });

    test('keys that open nothing are named once each, however many algorithms they were tried for', async () => {
      const { segments, packets, row } = await source;
      const first = Math.min(...packets.filter((p) => p.epoch > 0).map((p) => p.frame));
      const keys = (name: string) => [1, 2].map((n) => found(name, new Uint8Array(row.keyLength).fill(n), new Uint8Array(row.ivLength))).join('');
      const { session } = await read(segments.slice(first + 1), keys(row.name));
      for (const side of SIDES) expect(session[side].decryption.reason).toMatch(/and the derived keys of keys:1 and keys:2 open nothing$/);
    });
  },
);

describe('a re-key whose secret is missing', () => {
  /** K of the first exchange, and the letters of the third. */
  async function partly(named: boolean) {
    const { capture, secrets = '' } = fixture('rekey');
    const segments = v.segmentsOf(framesOfFixture(capture));
    const { packets, session } = await read(segments, secrets);
    const cookies = packets.filter((p) => p.number === 20).map((p) => toHex(p.plain.bytes.subarray(6, 22)));
    const first = secrets.split('\n').filter((line) => cookies.slice(0, 2).some((cookie) => line.startsWith(cookie)));
    const exchange = session.exchanges[2];
    const method = kexMethod(exchange?.negotiation?.kex ?? '');
    const { sharedSecret, exchangeHash } = exchange ?? {};
    if (sharedSecret === undefined || exchangeHash === undefined || method === undefined || session.sessionId === undefined) throw new Error('no K');
    const k = new Uint8Array([0, 0, 0, sharedSecret.length, ...sharedSecret]);
    const { sessionId } = session;
    const letters = Object.fromEntries(
      (['A', 'B', 'C', 'D', 'E', 'F'] as const).map((l) => [l, toHex(deriveKey(primitives, method.hash, k, exchangeHash, l, sessionId, l < 'E' ? 16 : 32))]),
    );
    const keys = named
      ? { epoch: 3, cipher: { client: 'aes128-ctr', server: 'aes128-ctr' }, mac: { client: 'hmac-sha2-256', server: 'hmac-sha2-256' }, ...letters }
      : letters;
    return { segments, packets, cookies, secrets: `${first.join('\n')}\n${JSON.stringify(keys)}\n` };
  }

  test.each([true, false])('letters of a later one are found where they come into use (epoch and algorithms named: %s)', async (named) => {
    const { segments, packets, cookies, secrets } = await partly(named);
    const after = await read(segments, secrets);
    const read3 = (list: readonly Packet[]) =>
      list
        .filter((p) => p.epoch === 3 && p.number !== undefined)
        .map((p) => `${p.sequence} ${p.mac} ${content(p)}`)
        .sort();
    expect(read3(after.packets)).toEqual(read3(packets));
    for (const side of SIDES) {
      const { reason } = after.session[side].decryption;
      expect(reason).toContain('no secret for the cookie');
      // The fourth exchange is in clear again to who has the keys of the third: its cookies are the ones that are wanted last.
      expect(cookies.slice(6).some((cookie) => reason.includes(cookie))).toBe(true);
    }
  });
});

test('with keys of one direction the other one is counted, and nothing waits for what it has sent', async () => {
  const { segments, packets, letter, row } = await recorded('cipher-chacha20');
  const file = pcap(v.framesOf(segments));
  const store = new SecretStore();
  store.add(utf8(JSON.stringify({ D: toHex(letter('D', row.keyLength)) })), 'keys');
  let frame = 0;
  function* records() {
    let at = 24;
    yield file.subarray(0, at);
    for (const view = new DataView(file.buffer, file.byteOffset); at < file.length; frame++) {
      const end = at + 16 + view.getUint32(at + 8, true);
      yield file.subarray(at, end);
      at = end;
    }
  }
  const opened: Packet[] = [];
  const late: number[] = [];
  const sessions: Session[] = [];
  const packet = (p: Packet) => {
    if (p.epoch === 0) return;
    opened.push(p);
    late.push(frame + 1 - p.frame);
  };
  await dissect(records(), { packet, session: (one) => sessions.push(one) }, { secrets: store });
  expect(sorted(opened)).toEqual(sorted(packets.filter((p) => p.epoch > 0 && p.side === 'server')));
  // The first few wait until the keys are found to fit.
  expect(Math.max(...late.slice(3))).toBe(0);
  for (const side of SIDES) {
    const sent = segments.filter((one) => one.sourcePort === sessions[0]?.[side].port);
    expect(sessions[0]?.[side].bytes).toBe(sent.reduce((sum, one) => sum + one.payload.length, 0));
  }
  expect(sessions[0]?.client.decryption).toMatchObject({ packets: 0, decrypted: 0 });
});
