/** Channels and global requests: what messages make of them, in sessions made here; the recorded ones are held by the fixtures. */
import type { Collected } from '../../../src/index.ts';
import { collect, inMemory } from '../../../src/index.ts';
import { DEFAULT_LIMITS } from '../../../src/limits.ts';
import { SecretStore } from '../../../src/secrets/store.ts';
import { Channels } from '../../../src/ssh/connection/channels.ts';
import type { ChannelHandler, ChannelKind } from '../../../src/ssh/connection/handler.ts';
import { SSH2_MESSAGES } from '../../../src/ssh/messages/index.ts';
import type { Side } from '../../../src/ssh/model.ts';
import { openTalk, plainTalk } from '../../support/above.ts';
import { framesOfFixture, pcap } from '../../support/capture-files.ts';
import { adjust, close, confirm, data, eof, type Line, open, reply, request, stderr, text } from '../../support/channel-messages.ts';
import { fixture, fixtures } from '../../support/fixtures.ts';
import { concat } from '../../support/packets.ts';
import { ABOVE_SAMPLES } from '../../support/samples-above.ts';
import { ascii, str, u32 } from '../../support/two-ends.ts';
import { framesOf, lost, segmentsOf } from '../../support/variants.ts';

const problems = (c: Collected) => c.packets.flatMap((p) => p.problems).map((p) => `${p.code}: ${p.message}`);
const channels = (c: Collected) => c.sessions[0]?.channels ?? [];

/** Client number 7 and server number 3. */
const OPENED: readonly Line[] = [
  ['c', open('session', 7)],
  ['s', confirm(7, 3)],
];

test('a command: what was asked, what came back, how it ended', async () => {
  const c = await plainTalk([
    ...OPENED,
    ['c', request(3, 'env', 0, text('LANG'), text('C'))],
    ['c', request(3, 'pty-req', 1, text('vt100'), u32(80), u32(24), u32(0), u32(0), str(Uint8Array.of(0)))],
    ['c', request(3, 'exec', 1, text('ls'))],
    ['s', reply(7, false)],
    ['s', reply(7, true)],
    ['c', request(3, 'window-change', 0, u32(132), u32(50), u32(0), u32(0))],
    ['s', data(7, 20)],
    ['s', stderr(7, 5)],
    ['s', eof(7)],
    ['s', request(7, 'exit-status', 0, u32(3))],
    ['s', close(7)],
    ['c', close(3)],
  ]);
  expect(problems(c)).toEqual([]);
  expect(channels(c)).toMatchObject([
    {
      id: 0,
      type: 'session',
      opener: 'client',
      numbers: { client: 7, server: 3 },
      state: 'closed',
      command: 'ls',
      environment: [{ name: 'LANG', value: 'C' }],
      terminal: { term: 'vt100', columns: 132, rows: 50 },
      exitStatus: 3,
      bytes: { client: 0, server: 20 },
      extendedBytes: { client: 0, server: 5 },
    },
  ]);
  expect(channels(c)[0]?.requests.map((r) => `${r.name} ${r.outcome}`)).toEqual([
    'env none',
    'pty-req failure',
    'exec success',
    'window-change none',
    'exit-status none',
  ]);
  const first = c.packets.find((p) => p.number === 90)?.index ?? 0;
  expect(c.packets.filter((p) => p.answers !== undefined).map((p) => [p.name, (p.answers ?? 0) - first])).toEqual([
    ['SSH_MSG_CHANNEL_OPEN_CONFIRMATION', 0],
    ['SSH_MSG_CHANNEL_FAILURE', 3],
    ['SSH_MSG_CHANNEL_SUCCESS', 4],
  ]);
  expect(c.packets.find((p) => p.number === 98 && p.value?.requestType === 'exec')?.summary).toBe('Channel Request: exec "ls" on channel 3, wants reply');
  expect(c.packets.find((p) => p.number === 99)?.summary).toBe('Channel Success: exec, channel 7');
});

test('a number is used again after both have closed: that is another channel', async () => {
  const once: readonly Line[] = [...OPENED, ['c', data(3, 10)], ['c', close(3)], ['s', close(7)]];
  const c = await plainTalk([...once, ...once]);
  expect(problems(c)).toEqual([]);
  expect(channels(c).map((ch) => [ch.id, ch.numbers.client, ch.bytes.client])).toEqual([
    [0, 7, 10],
    [1, 7, 10],
  ]);
});

test('channels of both sides may have the same number', async () => {
  const c = await plainTalk([
    ['c', open('session', 0)],
    ['s', open('x11', 0)],
    ['s', confirm(0, 1)],
    ['c', confirm(0, 1)],
    ['c', data(1, 1)],
    ['s', data(1, 2)],
    ['c', data(0, 4)],
    ['s', data(0, 8)],
  ]);
  expect(channels(c).map((ch) => [ch.type, ch.bytes])).toEqual([
    ['session', { client: 1, server: 8 }],
    ['x11', { client: 4, server: 2 }],
  ]);
});

describe('the window', () => {
  const run = async (...lines: Line[]) => problems(await plainTalk([...OPENED, ...lines]));

  test('data of both kinds uses it up, an adjustment opens it', async () => {
    expect(await run(['s', data(7, 50)], ['s', stderr(7, 50)], ['c', adjust(3, 10)], ['s', data(7, 10)])).toEqual([]);
    expect(await run(['s', data(7, 50)], ['s', stderr(7, 50)], ['c', adjust(3, 9)], ['s', data(7, 10)], ['s', data(7, 10)])).toEqual([
      'unexpected: the server sends 1 bytes more than the window allows',
    ]);
  });

  test('each side has its own, and the opener may not send more than the confirmation says', async () => {
    const lines: readonly Line[] = [
      ['c', open('session', 7, 1000)],
      ['s', confirm(7, 3, 20)],
      ['c', data(3, 21)],
    ];
    expect(problems(await plainTalk(lines))).toEqual(['unexpected: the client sends 1 bytes more than the window allows']);
  });

  test('a packet larger than the receiver takes', async () => {
    expect(await run(['s', data(7, 51)])).toEqual(['unexpected: 51 bytes of data, where the other side takes 50 at a time']);
  });

  test('with no-flow-control from both sides there is none (RFC 8308 section 3.3)', async () => {
    const extension = concat(Uint8Array.of(7), u32(1), text('no-flow-control'), text('p'));
    const lines: readonly Line[] = [['c', extension], ['s', extension], ...OPENED, ['s', data(7, 500)]];
    expect(problems(await plainTalk(lines))).toEqual([]);
    expect(problems(await plainTalk(lines.slice(1)))).toHaveLength(2);
  });
});

describe('messages at a wrong moment', () => {
  test.each<[string, Line[], string[]]>([
    [
      'data behind EOF',
      [
        ['c', eof(3)],
        ['c', data(3, 1)],
      ],
      ['data of the client behind its EOF'],
    ],
    [
      'data behind CLOSE',
      [
        ['c', close(3)],
        ['c', data(3, 1)],
      ],
      ['data of the client behind its CLOSE'],
    ],
    [
      'data of the other side behind CLOSE is fine',
      [
        ['c', close(3)],
        ['s', data(7, 1)],
      ],
      [],
    ],
    ['a channel that is not open', [['c', data(4, 1)]], ['channel 4 is not open']],
    [
      'a channel that is closed',
      [
        ['c', close(3)],
        ['s', close(7)],
        ['s', data(7, 1)],
      ],
      ['channel 7 is not open'],
    ],
    ['a reply to nothing', [['s', reply(7, true)]], ['an answer, and no request of this channel that waits for one']],
    ['a global answer to nothing', [['s', Uint8Array.of(82)]], ['an answer, and no global request that waits for one']],
    ['the same number twice', [['c', open('session', 7)]], ['the client gives the number 7 to a second open channel']],
  ])('%s', async (_, lines, wanted) => {
    expect(problems(await plainTalk([...OPENED, ...lines]))).toEqual(wanted.map((w) => `unexpected: ${w}`));
  });

  test('nothing is blamed when the capture does not hold the beginning', async () => {
    const { packets, sessions } = await collectWithoutSyn([
      ['s', data(7, 1)],
      ['s', reply(7, true)],
    ]);
    expect(packets.filter((p) => p.number === 94)).toHaveLength(1);
    expect(sessions[0]?.problems.filter((p) => p.code === 'unexpected')).toEqual([]);
  });
});

function collectWithoutSyn(lines: readonly Line[]): Promise<Collected> {
  return plainTalk(lines, [], { syn: false });
}

test('a refused channel tells why', async () => {
  const c = await plainTalk([
    ['c', concat(open('direct-tcpip', 7), text('example.org'), u32(80), text('127.0.0.1'), u32(4000))],
    ['s', concat(Uint8Array.of(92), u32(7), u32(2), text('Connection refused'), text(''))],
  ]);
  expect(channels(c)).toMatchObject([
    {
      state: 'refused',
      refusal: 'connect failed (2): Connection refused',
      parameters: { hostToConnect: 'example.org', portToConnect: 80, originatorAddress: '127.0.0.1', originatorPort: 4000 },
    },
  ]);
  expect(c.packets.find((p) => p.number === 90)?.summary).toMatch(/to example\.org:80 from 127\.0\.0\.1:4000/);
});

test('global answers belong to the oldest request of the other side; the port that was chosen is in its answer', async () => {
  const global = (name: string, wants: number, ...fields: Uint8Array[]) => concat(Uint8Array.of(80), text(name), Uint8Array.of(wants), ...fields);
  const c = await plainTalk([
    ['c', global('tcpip-forward', 1, text(''), u32(0))],
    ['c', global('no-more-sessions@openssh.com', 0)],
    ['c', global('keepalive@openssh.com', 1)],
    ['s', global('keepalive@openssh.com', 1)],
    ['s', concat(Uint8Array.of(81), u32(40_001))],
    ['c', Uint8Array.of(82)],
    ['s', Uint8Array.of(82)],
  ]);
  const first = c.packets.find((p) => p.number === 80)?.index ?? 0;
  expect(c.packets.filter((p) => p.answers !== undefined).map((p) => [p.side, (p.answers ?? 0) - first, p.value?.allocatedPort])).toEqual([
    ['server', 0, 40_001],
    ['client', 3, undefined],
    ['server', 2, undefined],
  ]);
  expect(c.packets.find((p) => p.number === 81)?.summary).toBe('Request Success: tcpip-forward, port 40001');
});

describe('limits', () => {
  test('channels', async () => {
    const lines = Array.from({ length: 5 }, (_, i) => ['c', open('session', i)] as const);
    const c = await plainTalk(lines, [], { limits: { channels: 3 } });
    expect(channels(c)).toHaveLength(3);
    expect(problems(c)).toEqual(['limit: more channels than are kept (limit channels: 3)']);
  });

  test('requests without an answer', async () => {
    const lines = Array.from({ length: 5 }, () => ['c', request(3, 'x@y', 1)] as const);
    const c = await plainTalk([...OPENED, ...lines], [], { limits: { pendingRequests: 4, channelRequests: 2 } });
    expect(problems(c).map((p) => p.slice(0, 5))).toEqual(['limit']);
    expect(channels(c)[0]?.requests).toHaveLength(2);
  });

  test('texts', async () => {
    const c = await plainTalk([...OPENED, ['c', request(3, 'exec', 0, text('0123456789'))]], [], { limits: { channelText: 4 } });
    expect(channels(c)[0]?.command).toBe('0123');
    expect(problems(c)).toEqual(['limit: the record leaves out texts of channels from here on (limit channelText: 4)']);
  });
});

test('whoever follows a channel is asked when it is known what it carries, and told everything in order', () => {
  const said: string[] = [];
  const handler: ChannelHandler = {
    content: { protocol: 'test', detail: '', operations: [], transfers: [], session: undefined },
    data: (side, bytes) => {
      said.push(`${side} ${bytes.length}`);
      return [];
    },
    extended: (side, type, bytes) => said.push(`${side} type ${type} ${bytes.length}`),
    request: (_, name) => said.push(name),
    reply: (_, name, granted) => said.push(`${name} ${granted}`),
    eof: (side) => said.push(`${side} eof`),
    close: (packet) => said.push(packet === undefined ? 'cut' : 'closed'),
  };
  const kinds: ChannelKind[] = [];
  const handlerFor = (_: unknown, kind: ChannelKind) => {
    kinds.push(kind);
    return handler;
  };
  const tracker = new Channels({ sessionId: undefined, identifierDoubtful: true, sure: true, limits: DEFAULT_LIMITS }, { handlerFor });
  const take = (side: Side, payload: Uint8Array) => tracker.take(openTalk(payload, SSH2_MESSAGES.get(payload[0] ?? 0)), payload[0] ?? 0, side, 1);
  for (const [end, payload] of [
    ...OPENED,
    ['c', request(3, 'subsystem', 1, text('sftp'))],
    ['s', reply(7, true)],
    ['c', data(3, 9)],
    ['s', stderr(7, 2)],
    ['s', eof(7)],
    ['s', close(7)],
    ['c', close(3)],
    ['s', concat(open('forwarded-tcpip', 1), text(''), u32(1), text(''), u32(1))],
    ['c', confirm(1, 1)],
  ] satisfies Line[])
    take(end === 'c' ? 'client' : 'server', payload);
  tracker.finish();
  expect(kinds).toEqual([
    { started: 'subsystem', name: 'sftp' },
    { started: 'type', name: 'forwarded-tcpip' },
  ]);
  expect(said).toEqual(['subsystem', 'subsystem true', 'client 9', 'server type 1 2', 'server eof', 'closed', 'cut']);
});

describe('data that passes without a packet', () => {
  const session = { sessionId: undefined, identifierDoubtful: true, sure: true, limits: DEFAULT_LIMITS };
  /** A tracker behind `lines`, as both have it that are compared. */
  const tracker = (lines: readonly Line[], handler?: ChannelHandler) => {
    const out = new Channels(session, handler === undefined ? undefined : { handlerFor: () => handler });
    for (const [end, payload] of lines) out.take(openTalk(payload, SSH2_MESSAGES.get(payload[0] ?? 0)), payload[0] ?? 0, end === 'c' ? 'client' : 'server', 1);
    return out;
  };

  test.each<[string, readonly Line[], number, number, boolean]>([
    ['nothing is wrong', OPENED, 3, 50, true],
    ['the window is used up to its end', [...OPENED, ['c', data(3, 50)]], 3, 50, true],
    ['the packet is larger than may be', OPENED, 3, 51, false],
    ['the window is too small', [...OPENED, ['c', data(3, 50)], ['c', data(3, 10)]], 3, 41, false],
    ['the window was overrun before', [...OPENED, ['c', data(3, 50)], ['c', data(3, 50)], ['c', data(3, 1)]], 3, 1, false],
    ['EOF came before', [...OPENED, ['c', eof(3)]], 3, 1, false],
    ['CLOSE came before', [...OPENED, ['c', close(3)]], 3, 1, false],
    ['the channel is not open', OPENED, 4, 1, false],
    ['the channel was closed', [...OPENED, ['c', close(3)], ['s', close(7)]], 3, 1, false],
    ['the window is not known', [['c', open('session', 7)]], 7, 1, false],
  ])('where %s it leaves what its packet would, or does nothing', (_, lines, number, length, passes) => {
    const passed = tracker(lines);
    const before = structuredClone(passed.kept);
    const channel = passed.pass('client', number, length);
    const taken = tracker(lines);
    const packet = openTalk(data(number, length), SSH2_MESSAGES.get(94));
    taken.take(packet, 94, 'client', 1);
    if (channel === undefined) expect(structuredClone(passed.kept)).toEqual(before);
    else expect([passed.kept, packet.problems]).toEqual([taken.kept, []]);
    expect(channel !== undefined).toBe(passes);
  });

  test('no more of it than its handler wants', () => {
    const content = { protocol: 'test', detail: '', operations: [], transfers: [] } as unknown as ChannelHandler['content'];
    const lines = [...OPENED, ['c', request(3, 'shell', 0)]] satisfies Line[];
    const passes = (handler: ChannelHandler) => tracker(lines, handler).pass('client', 3, 1) !== undefined;
    const data = () => [];
    expect([{ content }, { content, data }, { content, data, listens: true }, { content, data, listens: false }].map(passes)).toEqual([
      true,
      false,
      false,
      true,
    ]);
  });
});

test('no message makes it throw, in whatever order and however cut', async () => {
  const payloads = ABOVE_SAMPLES.filter(({ payload }) => (payload[0] ?? 0) >= 80).map((s) => s.payload);
  for (const step of [1, 3, 5, 7]) {
    const said = payloads.map((_, i) => {
      const payload = payloads[(i * step) % payloads.length] ?? Uint8Array.of(80);
      return [i % 3 === 0 ? 's' : 'c', payload.subarray(0, Math.max(1, payload.length - (i % 4)))] as const;
    });
    expect((await plainTalk(said)).sessions).toHaveLength(1);
  }
});

test('in the recorded sessions every answer finds its request, and nothing is blamed above the transport', async () => {
  for (const name of fixtures()) {
    const { capture, secrets } = fixture(name);
    if (secrets === undefined) continue;
    const store = new SecretStore(DEFAULT_LIMITS);
    store.add(ascii(secrets), 'secrets');
    const { packets } = await collect(inMemory(capture), { secrets: store });
    const above = packets.filter((p) => (p.number ?? 0) >= 50 && (p.number ?? 0) <= 100);
    expect([name, above.flatMap((p) => p.problems)]).toEqual([name, []]);
    expect([name, above.filter((p) => [51, 52, 60, 81, 82, 91, 92, 99, 100].includes(p.number ?? 0) && p.answers === undefined)]).toEqual([name, []]);
  }
});

test('a segment that the capture brings late, behind what answers it, changes nothing', async () => {
  const { capture, secrets } = fixture('openssh-login');
  const segments = segmentsOf(framesOfFixture(capture));
  const read = async (list: typeof segments) => {
    const store = new SecretStore(DEFAULT_LIMITS);
    store.add(ascii(secrets ?? ''), 'secrets');
    const { packets, sessions } = await collect(inMemory(pcap(framesOf(list))), { secrets: store });
    return {
      lines: (['client', 'server'] as const).map((side) => packets.filter((p) => p.side === side).map((p) => `${p.sequence} ${p.summary}`)),
      answers: packets.filter((p) => p.answers !== undefined).map((p) => [p.number, packets.find((q) => q.index === p.answers)?.number]),
      channels: sessions[0]?.channels.map((c) => [c.command, c.exitStatus, c.requests]),
      problems: sessions[0]?.problems.map((p) => p.message),
    };
  };
  const wanted = await read(segments);
  for (const by of [1, 3, 6])
    for (let n = 4; n < segments.length - by - 1; n++) {
      const late = [...segments.slice(0, n), ...segments.slice(n + 1, n + 1 + by), ...segments.slice(n, n + 1), ...segments.slice(n + 1 + by)];
      expect([by, n, await read(late)]).toEqual([by, n, wanted]);
    }
});

test('with a lost segment nobody is blamed for what the capture does not hold', async () => {
  const { capture, secrets } = fixture('openssh-login');
  const segments = segmentsOf(framesOfFixture(capture));
  for (let n = 0; n < segments.filter((one) => one.payload.length > 0).length; n++) {
    const store = new SecretStore(DEFAULT_LIMITS);
    store.add(ascii(secrets ?? ''), 'secrets');
    const { packets } = await collect(inMemory(pcap(framesOf(lost(segments, n)))), { secrets: store });
    const above = packets.filter((p) => (p.number ?? 0) >= 50 && (p.number ?? 0) <= 100);
    expect([n, above.flatMap((p) => p.problems).filter((p) => p.code === 'unexpected' || p.code === 'unauthentic')]).toEqual([n, []]);
  }
});
