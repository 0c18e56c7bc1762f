/** Why a session was not opened: the truth is known, since the test made the fault; nothing that is innocent is blamed. */
import { utf8 } from '../../src/bytes/text.ts';
import { collect, inMemory, type Packet, SecretStore } from '../../src/index.ts';
import { DEFAULT_LIMITS } from '../../src/limits.ts';
import { keysRenderer } from '../../src/render/secrets-export.ts';
import { SecretsReport } from '../../src/render/secrets-report.ts';
import { Direction } from '../../src/ssh/direction.ts';
import type { OpenedParts } from '../../src/ssh/sealed-packet.ts';
import type { SshSession } from '../../src/ssh/session.ts';
import { unpack } from '../../src/ssh/unpack.ts';
import { framesOfFixture, pcap } from '../support/capture-files.ts';
import { fixture } from '../support/fixtures.ts';
import * as v from '../support/variants.ts';

/** A fixture as its TCP segments, with its key log. */
function recording(name: string) {
  const { capture, secrets = '', privateSecrets = '' } = fixture(name);
  return { segments: v.segmentsOf(framesOfFixture(capture)), secrets, privateSecrets };
}

async function read(segments: readonly v.TcpSegment[], secrets: string) {
  const store = new SecretStore();
  store.add(utf8(secrets), 'K');
  const { packets, sessions } = await collect(inMemory(pcap(v.framesOf(segments))), { secrets: store });
  const [session] = sessions;
  if (session === undefined) throw new Error('no session');
  return { packets, session, client: session.client.decryption, server: session.server.decryption };
}

/** The segments with the bits `mask` of one byte turned, `at` bytes from the beginning of packet `p`. */
function altered(segments: readonly v.TcpSegment[], p: Packet, at: number, mask: number): v.TcpSegment[] {
  const [place] = p.space.locate({ start: at, end: at + 1 });
  return segments.map((s, i) => {
    if (i + 1 !== place?.frame) return s;
    const payload = s.payload.slice();
    const k = place.offset - (s.ipv6 ? 74 : 54) - s.options.length;
    payload[k] = (payload[k] as number) ^ mask;
    return { ...s, payload };
  });
}

const lines = (log: string) => log.trimEnd().split('\n');
const flip = (line: string) => line.replace(/.{9}$/, (end) => (Number.parseInt(end[0] as string, 16) ^ 1).toString(16) + end.slice(1));
const key = (p: Packet) => `${p.side} ${p.epoch} ${p.sequence} ${p.number}`;

describe('a message of the key exchange that was altered', () => {
  test.each(['openssh-login', 'cipher-aes128-ctr-etm', 'kex-gex-sha256'])('%s: neither it nor the secret is taken for guilty alone', async (name) => {
    const { segments, secrets } = recording(name);
    const whole = await read(segments, secrets);
    for (const p of whole.packets.filter(({ number }) => number === 20 || number === 30 || number === 32)) {
      const { session, client, server } = await read(altered(segments, p, 15, 1), secrets);
      expect(session.exchanges[0]?.signature.reason).toMatch(/K is wrong or a message was altered on the way/);
      for (const { state, reason } of [client, server]) {
        expect(state).toBe('lost');
        expect(reason).toMatch(/the secret of K:\d is not that of this key exchange, or one of its messages was altered on the way$/);
      }
    }
  });

  test.each(['private-curve25519', 'private-dh-group14'])('%s: with a private value that fits the wire, the message is to blame', async (name) => {
    const { segments, privateSecrets } = recording(name);
    const whole = await read(segments, privateSecrets);
    const kexinit = whole.packets.find((p) => p.number === 20) as Packet;
    const { client, server } = await read(altered(segments, kexinit, 15, 1), privateSecrets);
    for (const { reason } of [client, server]) expect(reason).toMatch(/the private value of K:\d gives the public one on the wire: a message .* was altered/);
  });

  test('in a re-key every message was verified, so that only the secret can be wrong', async () => {
    const { segments, secrets } = recording('rekey');
    const log = lines(secrets).map((line, i) => (i === 2 || i === 3 ? flip(line) : line));
    const { session, client, server } = await read(segments, log.join('\n'));
    expect(session.exchanges[1]?.signature.reason).toMatch(/K is wrong, as every message of this exchange came under a MAC that verifies/);
    for (const { state, reason } of [client, server]) {
      expect(state).toBe('partial');
      expect(reason).toMatch(/the secret of K:3 is not that of this key exchange$/);
    }
  });
});

describe('a secret of the wrong length', () => {
  test.each([
    ['kex-curve25519', 24, 'has 24 bytes, where K of curve25519-sha256 has 32'],
    ['kex-ecdh-nistp384', 24, 'has 24 bytes, where K of ecdh-sha2-nistp384 has 48'],
    ['kex-dh-group14-sha256', 100, 'has 100 bytes, where K of diffie-hellman-group14-sha256 has 256'],
  ])('%s: K cut to %d bytes is named so', async (name, bytes, words) => {
    const { segments, secrets } = recording(name);
    const log = lines(secrets).map((line) => line.slice(0, 32 + ' SHARED_SECRET '.length + 2 * bytes));
    const { session, client } = await read(segments, log.join('\n'));
    expect(client.reason).toContain(`the secret of K:1 ${words}`);
    expect(session.exchanges[0]?.signature.reason).toContain(`K is wrong: what was given for it ${words}`);
  });

  test('K of a large group under the keyword PRIVATE_KEY is found out', async () => {
    const { segments, secrets } = recording('kex-dh-group16-sha512');
    const { session, client } = await read(segments, secrets.replaceAll('SHARED_SECRET', 'PRIVATE_KEY'));
    expect(session.exchanges[0]?.secret?.note).toMatch(/it is K itself/);
    expect(client.state).toBe('ok');
  });
});

describe('a segment lost in clear', () => {
  const lostWith = async (name: string, side: string, number: number) => {
    const { segments, secrets } = recording(name);
    const whole = await read(segments, secrets);
    const p = whole.packets.find((q) => q.side === side && q.number === number) as Packet;
    const data = segments.flatMap((s, i) => (s.payload.length > 0 ? [i + 1] : []));
    // Its number once the frame before it is gone.
    const behind = segments.findIndex((s, i) => i >= p.frame && s.sourcePort === segments[p.frame - 1]?.sourcePort && s.payload.length > 0);
    const size = segments[p.frame - 1]?.payload.length ?? 0;
    return { whole, behind, size, ...(await read(v.lost(segments, data.indexOf(p.frame)), secrets)) };
  };

  test.each([
    ['asyncssh-client', 'server', 31, 'K_S, Q_S'],
    ['kex-dh-group14-sha256', 'client', 30, 'e'],
  ])('%s: without message %s %d the hash cannot be computed, which is no want of a secret; and where the gap is', async (name, side, number, missing) => {
    const { client, server, behind, size } = await lostWith(name, side, number);
    const gap = `a gap of ${size} bytes of the ${side} at frame ${behind}`;
    for (const { state, reason } of [client, server]) {
      expect(state).toBe('lost');
      expect(reason).toContain(`the capture does not hold ${missing} (${gap})`);
    }
  });

  test('a signature alone: two lines with the same K are no rivals', async () => {
    const { segments, secrets } = recording('kex-rsa2048');
    const whole = await read(segments, secrets);
    const done = whole.packets.find((q) => q.name === 'SSH_MSG_KEXRSA_DONE') as Packet;
    const store = new SecretStore();
    store.add(utf8(secrets), 'K');
    const less = pcap(v.framesOf(segments.filter((_, i) => i + 1 !== done.frame)));
    const { packets, sessions } = await collect(inMemory(less), { secrets: store });
    const report = new SecretsReport(store);
    for (const p of packets) report.packet(p);
    for (const s of sessions) report.session(s);
    expect(sessions[0]?.client.decryption.state).toBe('ok');
    expect(sessions[0]?.exchanges[0]?.signature).toEqual({ verdict: 'unchecked', reason: 'the capture does not hold the signature' });
    expect([...report.files()].flatMap((f) => f.lines.map((l) => [l.outcome, ...l.texts]))).toEqual([
      ['used', 'session 1, exchange 1'],
      ['spare', 'session 1, exchange 1: the same K as K:1'],
    ]);
  });

  test('a request for a login: the answers that only its method knows say so', async () => {
    const { segments, secrets } = recording('login-keys');
    const whole = await read(segments, secrets);
    const asked = whole.packets.find((p) => p.number === 60) as Packet;
    const request = whole.packets.find((p) => p.index === asked.answers) ?? whole.packets.filter((p) => p.number === 50 && p.index < asked.index).at(-1);
    const { packets } = await read(
      segments.filter((_, i) => i + 1 !== request?.frame),
      secrets,
    );
    const said = packets.find((p) => p.number === 60)?.problems.map((p) => p.message);
    expect(said).toEqual(['message number 60 belongs to a login method, and no request that names it was read']);
  });

  test('a KEXINIT: whose it is, and where the gap is', async () => {
    const { client, server, behind, size } = await lostWith('openssh-login', 'client', 20);
    for (const { state, reason } of [client, server]) {
      expect(state).toBe('lost');
      expect(reason).toContain(`the KEXINIT of the client whole (a gap of ${size} bytes of the client at frame ${behind})`);
    }
  });

  test.each(['tinyssh-server', 'rekey-not-strict', 'go-server', 'go-client'])(
    '%s: NEWKEYS alone, which counts where there is no strict KEX: nothing else is missing',
    async (name) => {
      const { packets, whole, client } = await lostWith(name, 'client', 21);
      const read = new Set(packets.map(key));
      expect(whole.packets.filter((p) => !read.has(key(p))).map(key)).toEqual(['client 0 2 21']);
      expect(client.state).toBe('partial');
    },
  );
});

test.each(['cipher-aes128-ctr-etm', 'cipher-aes256-ctr', 'cipher-chacha20', 'cipher-aes256-gcm', 'cipher-aes128-cbc'])(
  '%s: a packet in clear whose length was altered hides NEWKEYS; what follows is found all the same',
  async (name) => {
    const { segments, secrets } = recording(name);
    const whole = await read(segments, secrets);
    const init = whole.packets.find((p) => p.number === 30) as Packet;
    const { packets, client } = await read(altered(segments, init, 3, 1), secrets);
    const sealed = (list: readonly Packet[]) => list.filter((p) => p.epoch > 0 && p.side === 'client' && p.mac === 'valid').map(key);
    expect(sealed(packets).slice(name.includes('cbc') ? -5 : 0)).toEqual(sealed(whole.packets).slice(name.includes('cbc') ? -5 : 0));
    expect(client).toMatchObject({ state: 'partial', reason: expect.stringMatching(/the client's NEWKEYS (was not found|is not in)/) });
  },
);

describe('the last segment of a side is lost, and its FIN with it', () => {
  // What the peer acknowledges counts the FIN as one more byte, which none of the stream is.
  test.each(['openssh-login', 'cipher-aes128-cbc', 'cipher-aes256-gcm', 'cipher-none-zlib', 'dropbear-server'])(
    '%s: the gap has as many bytes as the segment',
    async (name) => {
      const { segments, secrets } = recording(name);
      const fin = (s: v.TcpSegment) => (s.flags & 1) !== 0;
      let acknowledged = 0;
      for (const port of new Set(segments.map((s) => s.sourcePort))) {
        const own = segments.filter((s) => s.sourcePort === port);
        const last = own.findLast((s) => s.payload.length > 0) as v.TcpSegment;
        const end = own.find(fin);
        if (end !== undefined && segments.some((s) => s.sourcePort !== port && s.acknowledgement === (end.sequence + end.payload.length + 1) % 2 ** 32))
          acknowledged++;
        const { session, client, server } = await read(
          segments.filter((s) => s !== last && !(s.sourcePort === port && fin(s))),
          secrets,
        );
        const side = session.client.port === port ? 'client' : 'server';
        expect(session.problems.find((p) => p.code === 'gap')?.message).toContain(`${last.payload.length} bytes of the ${side} at stream offset`);
        expect({ client, server }[side].reason).toContain(`a gap of ${last.payload.length} bytes at frame`);
      }
      expect(acknowledged).toBeGreaterThan(0);
    },
  );
});

test.each(['sftp-v4', 'connection-terminal', 'cipher-aes128-cbc'])('%s: behind a gap the two sides are read in their order', async (name) => {
  const { segments, secrets } = recording(name);
  const whole = await read(segments, secrets);
  const order = (list: readonly Packet[]) => list.filter((p) => p.epoch > 0 && p.number !== undefined).map(key);
  const gone = whole.packets.find((p) => p.side === 'client' && p.epoch > 0 && p.number !== 21 && p.space.frames.length === 1) as Packet;
  const { packets } = await read(
    segments.filter((_, i) => i + 1 !== gone.frame),
    secrets,
  );
  const found = order(packets);
  expect(found.length).toBeGreaterThan(8);
  expect(found).toEqual(order(whole.packets).filter((one) => found.includes(one)));
});

test.each(['cipher-aes128-cbc-etm', 'cipher-3des-cbc-etm'])(
  '%s: a bit turned in the last block of a packet spoils the next one too, of which no text is made unsaid',
  async (name) => {
    const { segments, secrets } = recording(name);
    const whole = await read(segments, secrets);
    const sealed = whole.packets.filter((p) => p.side === 'server' && p.epoch > 0);
    let [shut, doubted] = [0, 0];
    for (const [i, p] of sealed.slice(0, -1).entries()) {
      const next = sealed[i + 1] as Packet;
      for (const [at, mask] of [
        [p.length - 12 + 8, 0x20],
        [p.length + 3, 1],
      ] as const) {
        const block = name.includes('3des') ? 8 : 16;
        if (at < 4 + p.length - block) continue;
        const { packets, server } = await read(altered(segments, p, at, mask), secrets);
        const found = packets.find((q) => q.side === 'server' && q.sequence === next.sequence && q.epoch === next.epoch) as Packet;
        expect(server.reason).toContain(`packet ${p.sequence} of epoch 1 has a MAC that differs`);
        const said = found.problems.filter((q) => q.message.startsWith('its first block needs the last one of the damaged packet'));
        expect([p.sequence, at, found.mac, said.length]).toEqual([p.sequence, at, 'valid', 1]);
        if (found.number === undefined) shut++;
        else doubted++;
        // The one behind it is right again.
        const third = sealed[i + 2];
        if (third !== undefined && third.inflated === undefined) expect(packets.map(key)).toContain(key(third));
      }
    }
    expect([shut > 0, doubted > 0]).toEqual([true, true]);
  },
);

test.each(['cipher-aes128-ctr-etm', 'cipher-aes256-ctr-etm', 'cipher-aes256-ctr', 'cipher-aes256-gcm', 'cipher-chacha20'])(
  '%s: a NEWKEYS whose length was altered puts the reader in the wrong place: no text is made of that, and the packets behind are found',
  async (name) => {
    const { segments, secrets } = recording(name);
    const whole = await read(segments, secrets);
    const own = (list: readonly Packet[]) =>
      list.filter((p) => p.epoch > 0 && p.side === 'client' && p.number !== undefined).map((p) => `${p.streamOffset} ${p.number}`);
    const newKeys = whole.packets.find((p) => p.side === 'client' && p.number === 21) as Packet;
    for (const mask of [1, 4, 16, 32]) {
      const { packets, session, client } = await read(altered(segments, newKeys, 3, mask), secrets);
      const found = own(packets);
      expect([mask, found.filter((one) => !own(whole.packets).includes(one))]).toEqual([mask, []]);
      expect(found.length).toBeGreaterThan(own(whole.packets).length - 4);
      expect(client.state).toBe('partial');
      // Who answers what could not be read is not at fault.
      const server = packets.filter((p) => p.side === 'server' && p.epoch > 0);
      expect([...session.problems, ...server.flatMap((p) => p.problems)].filter((p) => p.code === 'unexpected')).toEqual([]);
    }
  },
);

test('a stream that ends within a packet was not opened whole; one that the capture cuts was, as far as it goes', async () => {
  const { segments, secrets } = recording('cipher-aes128-ctr-etm');
  const whole = await read(segments, secrets);
  const last = whole.packets.filter((p) => p.side === 'server').at(-1) as Packet;
  const { server } = await read(altered(segments, last, 2, 4), secrets);
  expect(server).toMatchObject({ state: 'partial', reason: expect.stringMatching(/the stream ends within packet 14: 52 of \d+ bytes of it are there/) });
});

describe('derived keys', () => {
  /** The letters of a fixture's exchanges, as the `secrets` command exports them. */
  const lettersOf = async (name: string) => {
    const { segments, secrets } = recording(name);
    const whole = await read(segments, secrets);
    const renderer = keysRenderer();
    for (const p of whole.packets) renderer.packet?.(p);
    const letters = lines(renderer.session?.(whole.session) as string).map((line) => JSON.parse(line) as Record<string, unknown>);
    const openWith = (changes: Record<string, unknown>) => read(segments, letters.map((l, i) => JSON.stringify(i === 0 ? { ...l, ...changes } : l)).join('\n'));
    return { whole, first: letters[0] as Record<string, string>, openWith };
  };
  const turned = (hex = '') => (hex[0] === '0' ? '1' : '0') + hex.slice(1);

  test.each([
    ['cipher-aes128-ctr', 'C', 'has no encryption key of the client (letter C)'],
    ['cipher-aes128-ctr', 'B', 'has no IV of the server (letter B)'],
    ['cipher-aes256-gcm', 'A', 'has no IV of the client (letter A)'],
    ['rekey', 'A', 'has no IV of the client (letter A)'],
  ])('%s without letter %s: that it is missing, and not that there is no secret', async (name, letter, words) => {
    const { openWith } = await lettersOf(name);
    const { session, client, server } = await openWith({ [letter]: undefined });
    const side = 'ACE'.includes(letter) ? client : server;
    expect(side.reason).toContain(`the line of derived keys K:1 ${words}`);
    expect(side.state).not.toBe('ok');
    expect(session.exchanges[0]?.secret?.kind).toBe('keys');
  });

  test.each(['cipher-aes128-ctr-etm', 'cipher-aes256-cbc-etm', 'cipher-3des-cbc-etm'])(
    '%s: where the MAC does not prove the cipher, no text is made of a wrong key or IV',
    async (name) => {
      const { whole, first, openWith } = await lettersOf(name);
      const sent = new Set(whole.packets.map(key));
      for (const letter of ['A', 'B', 'C', 'D']) {
        const { packets, client, server } = await openWith({ [letter]: turned(first[letter]) });
        expect(packets.filter((p) => p.number !== undefined && !sent.has(key(p))).map(key)).toEqual([]);
        const side = 'AC'.includes(letter) ? client : server;
        expect([letter, side.state]).toEqual([letter, name.includes('cbc') && 'AB'.includes(letter) ? 'partial' : 'no-secret']);
        expect(side.reason).toMatch(/the derived keys of K:1 (do not open it|\(whose IV is missing or wrong\))/);
      }
    },
  );

  test.each(['cipher-aes128-cbc', 'cipher-3des-cbc', 'cipher-aes128-ctr'])(
    '%s: while the one side is not read, the other is blamed for nothing',
    async (name) => {
      const { first, openWith } = await lettersOf(name);
      for (const letter of ['C', 'D', 'E', 'F']) {
        const { packets, session } = await openWith({ [letter]: turned(first[letter]) });
        const blamed = [...session.problems, ...packets.flatMap((p) => p.problems)].filter((p) => p.code === 'unexpected');
        expect([letter, blamed]).toEqual([letter, []]);
        expect(session[letter === 'C' || letter === 'E' ? 'server' : 'client'].decryption.state).toBe('ok');
      }
    },
  );

  test('where nothing was sent under them, none is called wrong', async () => {
    const { openWith } = await lettersOf('messages-in-clear');
    expect((await openWith({})).server).toMatchObject({ state: 'none', reason: 'nothing was sent encrypted' });
  });
});

test('delayed compression behind a gap: an answer to questions is no middle of a stream, though the login is known to have succeeded', () => {
  const session = { a: { lossy: true }, b: { lossy: false }, authenticated: true, limits: DEFAULT_LIMITS } as unknown as SshSession;
  const brokenBy = (...payload: number[]) => {
    const d = Object.assign(new Direction('a'), { inflateAfterLogin: true });
    unpack(session, d, { payloadBytes: Uint8Array.from(payload) } as unknown as OpenedParts);
    return d.zlibBroken;
  };
  // SSH_MSG_USERAUTH_INFO_RESPONSE: a count and strings (RFC 4256 section 3.4).
  expect(brokenBy(61, 0, 0, 0, 1, 0, 0, 0, 2, 0x68, 0x69)).toBe(false);
  expect(brokenBy(61, 0x4a, 0x9c, 0x11, 1, 7, 0, 0, 2, 0x68, 0x69)).toBe(true);
});
