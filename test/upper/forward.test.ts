/** What runs inside streams: named by its first bytes, and SSH dissected as a session of its own that leads back to the capture. */
import { utf8 } from '../../src/bytes/text.ts';
import { type Collected, collect, inMemory, SecretStore, type Session } from '../../src/index.ts';
import type { Limits } from '../../src/limits.ts';
import { sniff } from '../../src/upper/sniff.ts';
import { EXCHANGE, plainTalk } from '../support/above.ts';
import { framesOfFixture, pcap } from '../support/capture-files.ts';
import { close, confirm, data, eof, type Line, open, pty, request, text } from '../support/channel-messages.ts';
import { fixture } from '../support/fixtures.ts';
import { kexInitPayload, packet } from '../support/talk.ts';
import { u32 } from '../support/two-ends.ts';

const BIG = 1_000_000;
const say = (number: number, what: string | Uint8Array) => data(number, typeof what === 'string' ? utf8(what) : what);

/** A connection that came in at the client, as channel 7 of the client and 3 of the server. */
const direct = (host = '192.0.2.1', port = 2222): Line[] => [
  ['c', open('direct-tcpip', 7, BIG, BIG, text(host), u32(port), text('198.51.100.7'), u32(4711))],
  ['s', confirm(7, 3, BIG, BIG)],
];

const content = (c: Collected, channel = 0) => c.sessions.at(-1)?.channels[channel]?.content;
const problems = (c: Collected) => c.packets.flatMap((p) => p.problems).map((p) => `${p.code}: ${p.message}`);

test.each<[string, 'a' | 'b', string | number[], string, string]>([
  ['HTTP request', 'a', 'GET /page HTTP/1.1\r\nHost: x\r\n', 'http', 'GET /page HTTP/1.1'],
  ['HTTP answer', 'b', 'HTTP/1.0 404 Not Found\r\n', 'http', 'HTTP/1.0 404 Not Found'],
  ['HTTP/2', 'a', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'http', 'HTTP/2'],
  ['TLS', 'a', [0x16, 3, 1, 0, 0xf8, 1, 0, 0, 0xf4, 3, 3], 'tls', ''],
  ['SOCKS 5', 'a', [5, 1, 0], 'socks', 'version 5'],
  ['SOCKS 4', 'a', [4, 1, 0, 80, 10, 0, 0, 1, 0], 'socks', 'version 4'],
  ['X11, little endian', 'a', [0x6c, 0, 11, 0, 0, 0], 'x11', ''],
  ['X11, big endian', 'a', [0x42, 0, 0, 11, 0, 0], 'x11', ''],
  ['X11 with a cookie', 'a', [0x6c, 0, 11, 0, 0, 0, 18, 0, 16, 0, 0, 0, ...utf8('MIT-MAGIC-COOKIE-1'), 0, 0], 'x11', 'MIT-MAGIC-COOKIE-1'],
  ['VNC', 'b', 'RFB 003.008\n', 'vnc', 'RFB 003.008'],
  ['SSH of the server', 'b', 'SSH-2.0-x\r\n', 'ssh', ''],
  ['MySQL', 'b', [0x4a, 0, 0, 0, 10, ...utf8('8.0.36'), 0, 1], 'mysql', '8.0.36'],
  ['PostgreSQL', 'a', [0, 0, 0, 8, 4, 0xd2, 0x16, 0x2f], 'postgresql', ''],
])('%s is told from its first bytes', (_, from, first, protocol, detail) => {
  const bytes = typeof first === 'string' ? utf8(first) : Uint8Array.from(first);
  expect(sniff(from, bytes)).toEqual({ protocol, detail });
  expect(sniff(from === 'a' ? 'b' : 'a', bytes)?.protocol).toBe(protocol === 'ssh' ? 'ssh' : undefined);
});

test('the server that a TLS client asks for', () => {
  const name = utf8('www.example.org');
  const extension = [0, 0, 0, name.length + 5, 0, name.length + 3, 0, 0, name.length, ...name];
  const hello = Uint8Array.from([
    0x16,
    3,
    1,
    0,
    0xf8,
    1,
    0,
    0,
    0xf4,
    3,
    3,
    ...new Array<number>(32).fill(7),
    0,
    0,
    2,
    0x13,
    1,
    1,
    0,
    0,
    extension.length,
    ...extension,
    0,
    10,
    0,
    2,
  ]);
  expect(sniff('a', hello)).toEqual({ protocol: 'tls', detail: 'www.example.org' });
  // A length that lies.
  expect(
    sniff(
      'a',
      hello.map((byte, i) => (i === hello.length - name.length - 10 ? 9 : byte)),
    )?.detail,
  ).toBe('');
});

describe('what a channel carries', () => {
  test('the recorded forwardings', async () => {
    const of = async (name: string) => {
      const { capture, secrets = '' } = fixture(name);
      const store = new SecretStore();
      store.add(utf8(secrets), 'secrets.keylog');
      const { sessions } = await collect(inMemory(capture), { secrets: store });
      return sessions[0]?.channels.map((c) => `${c.type} ${c.content?.protocol} ${c.content?.detail}`.trim());
    };
    expect(await of('connection-local-forward')).toEqual(['session stream', 'direct-tcpip http GET /page HTTP/1.1', 'direct-tcpip undefined undefined']);
    expect(await of('connection-remote-forward')).toEqual(['session stream', 'forwarded-tcpip http GET /page HTTP/1.1']);
    expect(await of('connection-dynamic-forward')).toEqual(['session stream', 'direct-tcpip http GET /page HTTP/1.1']);
    expect(await of('connection-streamlocal')).toContain('direct-streamlocal@openssh.com http GET / HTTP/1.1');
    expect(await of('connection-terminal')).toEqual(['session terminal']);
  });

  test('X11 and tunnels by their type; an unknown stream is one', async () => {
    const c = await plainTalk([
      ['s', open('x11', 7, BIG, BIG, text('127.0.0.1'), u32(6000))],
      ['c', confirm(7, 3, BIG, BIG)],
      ['c', open('tun@openssh.com', 8, BIG, BIG, u32(1), u32(0))],
      ['s', confirm(8, 4, BIG, BIG)],
      ['s', say(3, Uint8Array.of(0x6c, 0, 11, 0, 0, 0))],
    ]);
    expect([content(c, 0), content(c, 1)].map((one) => [one?.protocol, one?.detail])).toEqual([
      ['x11', ''],
      ['tun', 'IP packets'],
    ]);
    const unknown = await plainTalk([...direct(), ['c', say(3, 'hello')], ['s', say(7, 'world')], ['c', say(3, 'GET / HTTP/1.1\r\n')]]);
    expect(content(unknown)?.protocol).toBe('stream');
  });

  test('a shell on a terminal is no connection, whatever it prints', async () => {
    const c = await plainTalk([
      ['c', open('session', 7, BIG, BIG)],
      ['s', confirm(7, 3, BIG, BIG)],
      ['c', pty(3, 'xterm', 80, 24)],
      ['c', request(3, 'shell', 0)],
      ['s', say(7, 'SSH-2.0-x\r\n')],
    ]);
    expect(c.sessions).toHaveLength(1);
    expect(content(c)?.protocol).toBe('terminal');
  });
});

describe('SSH inside a channel', () => {
  const KEXINIT = packet(kexInitPayload());

  test('a recorded one, decrypted, with links both ways', async () => {
    const { capture, secrets = '' } = fixture('connection-nested');
    const store = new SecretStore();
    store.add(utf8(secrets), 'secrets.keylog');
    const { sessions, packets } = await collect(inMemory(capture), { secrets: store });
    // The inner one ends first.
    const [inner, outer] = sessions as [Session, Session];
    expect([inner.number, outer.number]).toEqual([2, 1]);
    const channel = outer.channels.find((c) => c.type === 'direct-tcpip');
    expect(inner.parent).toEqual({ session: outer, channel });
    expect(channel?.content).toMatchObject({ protocol: 'ssh', session: inner });
    expect(inner.client.decryption.state).toBe('ok');
    expect(inner.server.decryption.state).toBe('ok');
    expect(inner.exchanges[0]?.signature.verdict).toBe('valid');
    expect(inner.authentication).toMatchObject({ user: 'student', outcome: 'success' });
    expect(inner.authentication.attempts.at(-1)?.signature?.verdict).toBe('valid');
    expect(inner.channels).toMatchObject([{ command: 'echo inside', exitStatus: 0 }]);
    expect([inner.client.port, inner.server.address, inner.server.port]).toEqual([channel?.parameters.originatorPort, '127.0.0.1', 2222]);
    expect(inner.ending).toContain('the channel that it runs in ended');
    expect(inner.problems).toEqual([]);
    // Packets of the outer session are numbered as without it, and what lies inside comes after what holds it.
    expect(packets.filter((p) => p.session === outer).map((p) => p.index)).toEqual(Array.from({ length: outer.packets }, (_, i) => i + 1));
    const carriers = new Set(packets.filter((p) => p.channel === channel && p.number === 94).map((p) => p.frame));
    for (const p of packets.filter((one) => one.session === inner)) for (const frame of p.space.frames) expect(carriers.has(frame)).toBe(true);
    const first = packets.findIndex((p) => p.session === inner);
    expect(packets[first - 1]).toMatchObject({ session: outer, number: 94 });
  });

  test('its fields lead to the bytes of the capture', async () => {
    const lines: Line[] = [
      ...direct(),
      ['c', say(3, 'SSH-2.0-in\r\n')],
      ['s', say(7, 'SSH-2.0-side\r\n')],
      ['c', say(3, KEXINIT.subarray(0, 100))],
      ['c', say(3, KEXINIT.subarray(100))],
    ];
    const c = await plainTalk(lines);
    const inner = c.sessions.find((s) => s.parent !== undefined);
    const kexinit = c.packets.find((p) => p.session === inner);
    expect(kexinit?.name).toBe('SSH_MSG_KEXINIT');
    expect(kexinit?.space.frames).toHaveLength(2);
    expect(inner?.client).toMatchObject({ address: '198.51.100.7', port: 4711 });
    expect(inner?.server).toMatchObject({ address: '192.0.2.1', port: 2222 });
    expect(inner?.client.identification?.text).toBe('SSH-2.0-in');
    // The frames of the talk: found by number, their bytes are those of the inner packet.
    const outer = c.packets.filter((p) => p.session !== inner && p.number === 94);
    const bytes: number[] = [];
    for (const place of kexinit?.space.locate({ start: 0, end: KEXINIT.length }) ?? []) {
      const holder = outer.find((p) => p.frame === place.frame);
      const origin = holder?.space.origins[0];
      if (holder === undefined || origin === undefined) throw new Error('no such frame');
      const start = place.offset - origin.frameOffset;
      bytes.push(...holder.space.bytes.subarray(start, start + place.length));
    }
    expect(Uint8Array.from(bytes)).toEqual(KEXINIT);
  });

  test('behind compression its fields still lead to the right frames, and claim no more', async () => {
    const { capture, secrets = '' } = fixture('connection-nested-zlib');
    const store = new SecretStore();
    store.add(utf8(secrets), 'secrets.keylog');
    const { sessions, packets } = await collect(inMemory(capture), { secrets: store });
    const inner = sessions.find((s) => s.parent !== undefined);
    expect(inner?.authentication.outcome).toBe('success');
    const carriers = new Set(packets.filter((p) => p.channel === inner?.parent?.channel && p.number === 94).map((p) => p.frame));
    const inside = packets.filter((p) => p.session === inner);
    expect(inside.length).toBeGreaterThan(20);
    for (const p of inside) {
      expect([p.space.exact, p.plain.exact]).toEqual([false, false]);
      for (const frame of p.space.frames) expect(carriers.has(frame)).toBe(true);
    }
  });

  test('byte by byte, and in the command of a proxy', async () => {
    const command: Line[] = [
      ['c', open('session', 7, BIG, BIG)],
      ['s', confirm(7, 3, BIG, BIG)],
      ['c', request(3, 'exec', 0, text('nc inner.example 2022'))],
    ];
    const drops = (c: 'c' | 's', number: number, what: string): Line[] => [...utf8(what)].map((byte) => [c, say(number, Uint8Array.of(byte))]);
    const c = await plainTalk([...command, ...drops('s', 7, 'SSH-2.0-side\r\n'), ...drops('c', 3, 'SSH-2.0-in\r\n')]);
    const inner = c.sessions.find((s) => s.parent !== undefined);
    expect([inner?.client.identification?.text, inner?.server.identification?.text]).toEqual(['SSH-2.0-in', 'SSH-2.0-side']);
    expect(inner?.server).toMatchObject({ address: 'inner.example', port: 2022 });
    expect(inner?.ending).toBe('the channel that it runs in ended');
  });

  test('host names of peers are harmless', async () => {
    const c = await plainTalk([...direct('\x1b[31mx', 70_000), ['s', say(7, 'SSH-2.0-side\r\n')]]);
    expect(c.sessions.find((s) => s.parent !== undefined)?.server).toMatchObject({ address: '\\x1b[31mx', port: 0 });
  });

  test('it ends with its channel', async () => {
    const c = await plainTalk([...direct(), ['s', say(7, 'SSH-2.0-side\r\n')], ['s', eof(7)], ['s', close(7)], ['c', close(3)]]);
    const inner = c.sessions.find((s) => s.parent !== undefined);
    expect([inner?.ended, inner?.ending]).toEqual(['fin', 'the channel that it runs in ended']);
  });

  test('when messages of the outer session are missing it says so', async () => {
    const { capture, secrets = '' } = fixture('connection-nested');
    const store = new SecretStore();
    store.add(utf8(secrets), 'secrets.keylog');
    const frames = framesOfFixture(capture);
    const { sessions } = await collect(inMemory(pcap(frames.filter((_, i) => i !== 46))), { secrets: store });
    const inner = sessions.find((s) => s.parent !== undefined);
    expect(inner?.problems.map((p) => p.message).join()).toContain('messages of session 1 are missing here, and with them maybe bytes of this session');
  });

  test('sessions inside sessions inside sessions come to an end', async () => {
    /** Packets of a session in clear that holds another one in a channel, and so on. */
    const wrapped = (depth: number): Line[] => {
      const inside = depth === 0 ? [['c', utf8('SSH-2.0-last\r\n')] as const] : script(depth - 1);
      return [...direct(), ...inside.map(([from, bytes]) => [from, say(from === 'c' ? 3 : 7, bytes)] as const)];
    };
    const script = (depth: number): Line[] => inTheClear(wrapped(depth));
    const limits: Partial<Limits> = { nestedSessions: 2 };
    const c = await plainTalk(wrapped(3), [], { limits });
    expect(c.sessions).toHaveLength(3);
    expect(problems(c)).toEqual(['limit: the SSH session inside this channel is not dissected (limit nestedSessions: 2)']);
    const few = await plainTalk(wrapped(3), [], { limits: { innerSessions: 1 } });
    expect(few.sessions).toHaveLength(2);
  });
});

/** The bytes of a whole session without encryption in which `said` is said. */
function inTheClear(said: readonly Line[]): Line[] {
  const [first = new Uint8Array(0), second = new Uint8Array(0)] = EXCHANGE;
  const plain = packet(kexInitPayload({ encryptionAlgorithms: ['none'], macAlgorithms: ['none'] }));
  return [
    ['c', utf8('SSH-2.0-a\r\n')],
    ['s', utf8('SSH-2.0-b\r\n')],
    ['c', plain],
    ['s', plain],
    ['c', packet(first)],
    ['s', packet(second)],
    ['c', packet(Uint8Array.of(21))],
    ['s', packet(Uint8Array.of(21))],
    ...said.map(([from, payload]) => [from, packet(payload)] as const),
  ];
}
