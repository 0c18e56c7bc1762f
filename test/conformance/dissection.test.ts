/** Every fixture, dissected, against what the programs that made it printed themselves. */
import { collect, inMemory } from '../../src/index.ts';
import type { Side } from '../../src/ssh/model.ts';
import { fixture, fixtures } from '../support/fixtures.ts';

/** Fixtures in which no SSH is spoken: the connection is refused. */
const WITHOUT_SSH = ['refused-service'];

/** Connections that end before the server shows its key. */
const KEY_NOT_SENT = ['no-common-kex', 'no-common-cipher', 'strict-kex-violation'];

const NEWKEYS = 21;

describe.each(fixtures().filter((name) => !WITHOUT_SSH.includes(name)))('%s', (name) => {
  const { capture, manifest } = fixture(name);
  const { expect: printed } = manifest;
  const dissected = collect(inMemory(capture));

  test('one session, with the identification strings of its programs', async () => {
    const { sessions } = await dissected;
    expect(sessions).toHaveLength(1);
    for (const side of ['client', 'server'] as const) {
      const text = printed.identification?.[side];
      if (text !== undefined) expect(sessions[0]?.[side].identification?.text).toBe(text);
    }
  });

  test('the algorithms that the programs said they negotiated', async () => {
    const first = printed.exchanges?.[0];
    const session = (await dissected).sessions[0];
    if (first === undefined) return;
    const n = session?.exchanges[0]?.negotiation;
    const way = (side: Side) => ({ cipher: n?.[side].cipher, mac: n?.[side].mac ?? null, compression: n?.[side].compression });
    expect(first).toMatchObject({ kex: n?.kex, hostKey: n?.hostKey, client: way('client'), server: way('server') });
  });

  test('the host key as ssh-keygen prints it', async () => {
    const key = printed.hostKeyFingerprint;
    const shown = (await dissected).sessions[0]?.exchanges[0]?.hostKey;
    if (key === undefined) return;
    if (KEY_NOT_SENT.includes(name)) {
      expect(shown).toBeUndefined();
      return;
    }
    expect({ bits: shown?.bits, sha256: shown?.keyFingerprint, md5: shown?.keyFingerprintMd5 }).toEqual({ bits: key.bits, sha256: key.sha256, md5: key.md5 });
  });

  test('strict KEX', async () => {
    if (printed.strictKex !== undefined) expect((await dissected).sessions[0]?.strictKex).toBe(printed.strictKex);
  });

  test('every message in clear has its number, its name and no undecoded byte', async () => {
    const { packets } = await dissected;
    const clear = packets.filter((p) => p.epoch === 0);
    for (const side of ['client', 'server'] as const) {
      const numbers = printed.messages?.[side];
      if (numbers === undefined) continue;
      const upToNewKeys = numbers.slice(0, numbers.indexOf(NEWKEYS) < 0 ? numbers.length : numbers.indexOf(NEWKEYS) + 1);
      const read = clear.filter((p) => p.side === side).map((p) => p.number);
      expect(read.slice(0, upToNewKeys.length)).toEqual(upToNewKeys);
    }
    for (const p of clear) {
      expect({ packet: p.index, name: p.message?.name }).not.toEqual({ packet: p.index, name: undefined });
      expect(p.problems.filter((one) => ['malformed', 'truncated', 'trailing', 'unknown'].includes(one.code))).toEqual([]);
    }
  });
});

test('a refused connection is no session', async () => {
  for (const name of WITHOUT_SSH) expect((await collect(inMemory(fixture(name).capture))).sessions).toEqual([]);
});

describe('what single recordings show', () => {
  const open = async (name: string) => (await collect(inMemory(fixture(name).capture))) as Awaited<ReturnType<typeof collect>>;

  test('greeting-lines: the lines before the identification string are kept, and tell who is the server', async () => {
    const { sessions } = await open('greeting-lines');
    expect(sessions[0]?.server.identification?.preamble.length).toBeGreaterThan(0);
    expect(sessions[0]?.server.identification?.text).toMatch(/^SSH-2\.0-OpenSSH/);
  });

  test('reverse: the messages, not the SYN, say who is client', async () => {
    const [session] = (await open('reverse')).sessions;
    expect(session?.roles).toBe('messages');
    expect(session?.flow.initiator).toBeDefined();
    expect(session?.flow[session.flow.initiator ?? 'a']).toEqual({ address: session?.server.address, port: session?.server.port });
  });

  test('a wrong guess is discarded and said so, a right one is used', async () => {
    const wrong = (await open('dropbear-client-wrong-guess')).packets.filter((p) => p.discarded);
    expect(wrong.map((p) => p.side)).toEqual(['client']);
    expect(wrong[0]?.summary).toContain('wrong guess');
    expect((await open('dropbear-client-right-guess')).packets.filter((p) => p.discarded)).toEqual([]);
  });

  test.each(['no-common-kex', 'no-common-cipher'])('%s: the list without a common name is named', async (name) => {
    const session = (await open(name)).sessions[0];
    const negotiation = session?.exchanges[0]?.negotiation;
    expect(session?.problems.map((p) => p.message).join()).toContain('the connection must fail');
    expect(negotiation?.choices.filter((c) => c.failed).map((c) => c.list)).toContain(
      name === 'no-common-kex' ? 'kexAlgorithms' : 'encryptionAlgorithmsClientToServer',
    );
  });

  test('strict-kex-violation: what strict KEX forbids is an unexpected problem', async () => {
    const [session] = (await open('strict-kex-violation')).sessions;
    expect(session?.problems.filter((p) => p.code === 'unexpected').length).toBeGreaterThan(0);
  });

  test('disconnect-in-clear: the reason is in the end of the session', async () => {
    expect((await open('disconnect-in-clear')).sessions[0]?.ending).toMatch(/Disconnect/);
  });
});
