import { latin1 } from '../../src/bytes/text.ts';
import type { Flow, FlowConsumer, FlowHandler } from '../../src/stream/chunk.ts';
import { FlowTable } from '../../src/stream/flows.ts';
import { handshake, limits, Recorder, type SegmentOptions, segment } from '../support/segments.ts';

const A = 1000;
const B = 5000;
const isSsh = (a: string, b: string) => (a.startsWith('SSH-') || b.startsWith('SSH-') ? 'yes' : a.length > 3 || b.length > 3 ? 'no' : 'more');

describe('the end of a flow', () => {
  const begin = (): SegmentOptions[] => [...handshake(A, B), { seq: A, data: 'SSH-', ack: B }, { from: 'b', seq: B, data: 'SSH-', ack: A + 4 }];
  const fins: SegmentOptions[] = [
    { seq: A + 4, ack: B + 4, flags: 'FA' },
    { from: 'b', seq: B + 4, ack: A + 5, flags: 'FA' },
  ];

  test.each<[string, SegmentOptions[], string[], number]>([
    ['FIN of both, at the last acknowledgement', [...fins, { seq: A + 5, ack: B + 5 }], ['a closed', 'b closed', 'end fin'], 8],
    ['nothing after it', [...fins, { seq: A + 5, ack: B + 5 }, { seq: A + 5, ack: B + 5 }], ['a closed', 'b closed', 'end fin'], 8],
    [
      'RST',
      [
        { seq: A + 4, flags: 'R' },
        { from: 'b', seq: B + 4, data: 'late' },
      ],
      ['end rst'],
      6,
    ],
    [
      'RST behind bytes that are missing',
      [
        { seq: A + 9, data: 'x' },
        { seq: A + 10, flags: 'R' },
      ],
      ['a gap 4+5', 'a 9 "x"', 'end rst'],
      7,
    ],
    ['a new SYN', [{ seq: 77, flags: 'S' }], ['end reused'], 5],
    ['a new SYN after both FIN', [...fins, { seq: 77, flags: 'S' }], ['a closed', 'b closed', 'end fin'], 7],
    ['a new SYN of the other end', [{ from: 'b', seq: 77, flags: 'S' }], ['end reused'], 5],
  ])('%s', (_, segments, log, lastFrame) => {
    const r = new Recorder(isSsh).feed(...begin(), ...segments);
    expect(r.log().slice(2)).toEqual(log);
    expect(r.sessions[0]?.flow).toMatchObject({ lastFrame, frameCount: lastFrame });
    expect(r.table.sessions).toBe(0);
    r.finish();
    expect(r.log().slice(2)).toEqual(log);
  });

  test('both FIN without the last acknowledgement: at the end of the capture, with all frames counted', () => {
    const r = new Recorder(isSsh).feed(...begin(), ...fins);
    expect(r.log().at(-1)).toBe('b closed');
    r.feed({ from: 'b', seq: B + 4, ack: A + 5, flags: 'FA', seconds: 1_700_000_009 }).finish();
    expect(r.log().at(-1)).toBe('end fin');
    expect(r.sessions[0]?.flow).toMatchObject({
      firstFrame: 1,
      lastFrame: 8,
      frameCount: 8,
      start: { seconds: 1_700_000_000 },
      last: { seconds: 1_700_000_009 },
    });
  });

  test('a RST that does not fit counts only if nothing follows it', () => {
    const forged: SegmentOptions = { seq: A + 500_000, flags: 'R' };
    const r = new Recorder(isSsh).feed(...begin(), forged, { seq: A + 4, data: 'on' }).finish();
    expect(r.log().slice(2)).toEqual(['a 4 "on"', 'end capture']);
    const last = new Recorder(isSsh).feed(...begin(), forged).finish();
    expect(last.log().slice(2)).toEqual(['end rst']);
  });

  test('a closing flow that is silent for idleSeconds ends; a quiet one that is open does not', () => {
    for (const [segments, sessions] of [
      [fins, 0],
      [[], 1],
    ] as const) {
      const r = new Recorder(isSsh).feed(...begin(), ...segments);
      for (let i = 0; i < 10; i++) r.feed({ seq: 1, flags: 'S', ports: [50_000 + i, 80], seconds: 1_700_000_000 + 3600 * i });
      expect(r.table.sessions).toBe(sessions);
      expect(r.log().at(-1)).toBe(sessions === 0 ? 'end fin' : 'b 0 "SSH-"');
    }
  });
});

describe('who is who', () => {
  test.each<[string, SegmentOptions[], string | undefined]>([
    [
      'SYN',
      [
        { seq: A - 1, flags: 'S' },
        { seq: A, data: 'SSH-' },
      ],
      'a',
    ],
    [
      'SYN-ACK only',
      [
        { from: 'b', seq: B - 1, ack: A, flags: 'SA' },
        { seq: A, data: 'SSH-' },
      ],
      'b',
    ],
    [
      'SYN after its answer',
      [
        { from: 'b', seq: B - 1, ack: A, flags: 'SA' },
        { seq: A - 1, flags: 'S' },
        { seq: A, data: 'SSH-' },
      ],
      'b',
    ],
    [
      'simultaneous open',
      [
        { seq: A - 1, flags: 'S' },
        { from: 'b', seq: B - 1, flags: 'S' },
        { seq: A - 1, ack: B, flags: 'SA' },
        { seq: A, data: 'SSH-' },
      ],
      'a',
    ],
    [
      'neither',
      [
        { seq: A, data: 'SSH-' },
        { from: 'b', seq: B, data: 'x' },
      ],
      undefined,
    ],
  ])('%s', (_, segments, initiator) => {
    const r = new Recorder(isSsh).feed(...segments).finish();
    expect(r.sessions[0]?.flow.initiator).toBe(initiator);
    expect(r.sessions[0]?.bytes(segments[0]?.from === 'b' ? 'b' : 'a')).toBe('SSH-');
    expect(r.table.streams).toBe(1);
  });

  test('endpoints of IPv4 and IPv6; the same words in both are two flows', () => {
    const r = new Recorder(isSsh)
      .feed({ seq: A, data: 'SSH-', hosts: [0xc0a80001, 2] }, { seq: A, data: 'SSH-', hosts: [0xc0a80001, 2], ipVersion: 6 })
      .finish();
    expect(r.sessions.map((s) => [s.flow.stream, s.flow.ipVersion, s.flow.a, s.flow.b])).toEqual([
      [0, 4, { address: '192.168.0.1', port: 40000 }, { address: '0.0.0.2', port: 22 }],
      [1, 6, { address: '::c0a8:1', port: 40000 }, { address: '::2', port: 22 }],
    ]);
  });

  test('both ends the same', () => {
    const r = new Recorder(isSsh)
      .feed({ seq: A, data: 'SSH-', hosts: [1, 1], ports: [22, 22] }, { seq: A + 4, data: 'x', hosts: [1, 1], ports: [22, 22] })
      .finish();
    expect(r.sessions[0]?.bytes('a')).toBe('SSH-x');
  });
});

/** Numbers as `tshark -e tcp.stream` (4.0.17) prints them for the same frames. */
test.each<[string, SegmentOptions[], number]>([
  [
    'a retransmitted SYN',
    [
      { seq: 100, flags: 'S' },
      { seq: 100, flags: 'S' },
    ],
    1,
  ],
  [
    'another SYN',
    [
      { seq: 100, flags: 'S' },
      { seq: 200, flags: 'S' },
    ],
    2,
  ],
  [
    'the same SYN after RST',
    [
      { seq: 100, flags: 'S' },
      { from: 'b', seq: 0, ack: 101, flags: 'RA' },
      { seq: 100, flags: 'S' },
    ],
    1,
  ],
  [
    'another SYN-ACK',
    [
      { seq: 100, flags: 'S' },
      { from: 'b', seq: 500, ack: 101, flags: 'SA' },
      { from: 'b', seq: 600, ack: 101, flags: 'SA' },
    ],
    1,
  ],
  [
    'simultaneous open',
    [
      { seq: 100, flags: 'S' },
      { from: 'b', seq: 500, flags: 'S' },
      { seq: 100, ack: 501, flags: 'SA' },
      { from: 'b', seq: 500, ack: 101, flags: 'SA' },
    ],
    1,
  ],
  [
    'the SYN after the first data',
    [
      { seq: 101, ack: 501 },
      { seq: 100, flags: 'S' },
    ],
    1,
  ],
  [
    'another SYN after a flow begun in the middle',
    [
      { seq: 101, ack: 501 },
      { seq: 77, flags: 'S' },
    ],
    2,
  ],
  [
    'another SYN than the one that was acknowledged',
    [
      { from: 'b', seq: 501, ack: 101 },
      { seq: 77, flags: 'S' },
    ],
    2,
  ],
  [
    'the SYN after its answer',
    [
      { from: 'b', seq: 500, ack: 101, flags: 'SA' },
      { seq: 100, flags: 'S' },
    ],
    1,
  ],
  [
    'another SYN after an answer',
    [
      { from: 'b', seq: 500, ack: 101, flags: 'SA' },
      { seq: 300, flags: 'S' },
    ],
    2,
  ],
])('conversations are numbered as Wireshark does: %s', (_, segments, streams) => {
  expect(new Recorder().feed(...segments).table.streams).toBe(streams);
});

test('a re-used pair of ports is a new session with its own bytes', () => {
  const one: SegmentOptions[] = [...handshake(A, B), { seq: A, data: 'SSH-one' }];
  const two: SegmentOptions[] = [...handshake(900_000, 800_000), { from: 'b', seq: 800_000, data: 'SSH-two' }];
  const r = new Recorder(isSsh).feed(...one, ...two).finish();
  expect(r.sessions.map((s) => s.log)).toEqual([
    ['a 0 "SSH-one"', 'end reused'],
    ['b 0 "SSH-two"', 'end capture'],
  ]);
  expect(r.sessions.map((s) => [s.flow.stream, s.flow.firstFrame, s.flow.lastFrame, s.flow.frameCount])).toEqual([
    [0, 1, 4, 4],
    [1, 5, 8, 4],
  ]);
});

describe('detection', () => {
  test('sees more each time, and everything is handed over in the order in which it came', () => {
    const r = new Recorder(isSsh).feed(
      ...handshake(A, B),
      { from: 'b', seq: B, data: 'S', frame: 10 },
      { seq: A, data: 'xy', missing: 1, frame: 11 },
      { from: 'b', seq: B + 2, ack: A + 3, data: 'H', frame: 12 },
      { seq: A + 3, data: 'z', frame: 13 },
      { from: 'b', seq: B + 1, data: 'S', frame: 14 },
      { from: 'b', seq: B + 3, data: '-2.0', frame: 15 },
    );
    expect(r.detections).toEqual(['|S', 'xy|S', 'xyz|S', 'xyz|SS', 'xyz|SSH', 'xyz|SSH-2.0']);
    expect(r.log()).toEqual(['b 0 "S"', 'a truncated', 'a 0 "xy"', 'a gap 2+1', 'a 3 "z"', 'b 1 "S"', 'b 2 "H"', 'b 3 "-2.0"']);
    expect(r.sessions[0]?.chunks.map((c) => [c.frame, c.origins[0]?.frame])).toEqual([
      [10, 10],
      [11, 11],
      [13, 13],
      [14, 14],
      [14, 12],
      [15, 15],
    ]);
  });

  test('says no: nothing is asked or kept any more, the flow keeps its number', () => {
    const r = new Recorder(isSsh).feed(
      ...handshake(A, B),
      { seq: A, data: 'GET / HTTP/1.1' },
      { seq: A + 14, data: 'SSH-' },
      { from: 'b', seq: B, data: 'SSH-' },
    );
    expect([r.detections.length, r.sessions.length, r.table.streams, r.table.flows]).toEqual([1, 0, 1, 1]);
  });

  test('is over at detectBytes of one end, however they come', () => {
    for (const size of [1, 7, 64, 100]) {
      const r = new Recorder(() => 'more', { detectBytes: 64 }).feed(...handshake(A, B));
      for (let at = 0; at < 200; at += size) r.feed({ seq: A + at, data: 'x'.repeat(size) });
      expect(r.detections.length).toBe(Math.ceil(64 / size));
      expect(r.detections.at(-1)?.length).toBe(65);
    }
  });

  test('is over when both ends have closed', () => {
    const r = new Recorder(() => 'more').feed(...handshake(A, B), { seq: A, data: 'x', flags: 'F' }, { from: 'b', seq: B, flags: 'F' }, { seq: A, data: 'x' });
    expect([r.detections.length, r.sessions.length, r.table.held]).toEqual([1, 0, 0]);
  });

  test('keeps a FIN that came before the verdict', () => {
    const r = new Recorder(isSsh).feed(...handshake(A, B), { seq: A, data: 'x', flags: 'F' }, { from: 'b', seq: B, data: 'SSH-' });
    expect(r.log()).toEqual(['a 0 "x"', 'a closed', 'b 0 "SSH-"']);
  });
});

/** A consumer that wants everything and counts. */
function counter(detect: FlowConsumer['detect']): { consumer: FlowConsumer; ends: Record<string, number> } {
  const ends: Record<string, number> = {};
  const handler: FlowHandler = {
    data: () => undefined,
    gap: () => undefined,
    problem: () => undefined,
    end: (how) => {
      ends[how] = (ends[how] ?? 0) + 1;
    },
  };
  return { consumer: { detect, open: () => handler }, ends };
}

/** A session that goes on long after its first FIN, others that end in all ways, times that wander, and flows that are none. */
function mixture(): SegmentOptions[] {
  const out: SegmentOptions[] = [];
  for (let i = 0; i < 300; i++) {
    const at = { hosts: [i % 120, 9] as [number, number], seconds: i * 7 };
    out.push(...handshake(A + i, B + i).map((s) => ({ ...s, ...at })), { seq: A + i, data: i % 3 === 0 ? 'HTTP' : 'SSH-', ...at });
    if (i % 4 === 0)
      out.push({ from: 'b', seq: B + i, data: 'SSH-', flags: 'F', ...at }, { seq: A + i + 4, data: 'more', flags: i % 8 === 0 ? 'F' : '', ...at });
    if (i % 5 === 0) out.push({ from: 'b', seq: B + i, flags: 'R', ...at });
    if (i % 7 === 0) out.push({ seq: A + i + 4, data: 'later', ...at, seconds: at.seconds + 200 });
  }
  return out;
}

/** What a table that takes the bytes of the sessions for which `mine` says so makes of the mixture: when it calls which session. */
function callsOf(mine: (number: number) => boolean): { readonly calls: readonly string[]; readonly turns: readonly number[]; readonly table: FlowTable } {
  const calls: string[] = [];
  const turns: number[] = [];
  let sessions = 0;
  const table: FlowTable = new FlowTable(limits({ idleSeconds: 60 }), {
    detect: (_, a) => (latin1(a).startsWith('HTTP') ? 'no' : 'yes'),
    open: (flow) => {
      const number = ++sessions;
      const note = (what: string) => {
        if (mine(number)) calls.push(`${table.turn} ${number} of ${flow.stream}: ${what}`);
        turns.push(table.turn);
      };
      return {
        weigh: () => mine(number),
        data: ({ bytes }) => note(latin1(bytes)),
        gap: ({ size }) => note(`gap ${size}`),
        problem: ({ code }) => note(code),
        closed: (from) => note(`${from} closed`),
        end: (how) => note(how),
      };
    },
  });
  for (const [i, s] of mixture().entries()) table.segment(segment({ ...s, frame: i + 1 }));
  table.finish();
  return { calls, turns, table };
}

describe('sessions whose bytes nobody takes', () => {
  const all = callsOf(() => true);
  const turnOf = (call: string) => Number(call.split(' ')[0]);

  test('leave the others as they are, and the turns of both in one order', () => {
    const parts = [0, 1, 2].map((part) => callsOf((number) => number % 3 === part));
    const together = parts.flatMap(({ calls }) => calls).sort((x, y) => turnOf(x) - turnOf(y));
    expect(all.calls.length).toBeGreaterThan(400);
    expect(together).toEqual(all.calls);
    for (const { table } of parts) expect([table.streams, table.turn]).toEqual([all.table.streams, all.table.turn]);
  });

  test('turns grow', () => {
    expect(all.turns).toEqual([...all.turns].sort((x, y) => x - y));
  });

  test('are not kept', () => {
    const { calls, table } = callsOf(() => false);
    expect(calls).toEqual([]);
    expect([table.held, table.sessions]).toEqual([0, 0]);
  });
});

test('a table says when its part of a limit was reached', () => {
  const held = new FlowTable(limits({ heldBytes: 40_000 }), counter(() => 'more').consumer);
  for (const s of handshake(A, B)) held.segment(segment(s));
  held.segment(segment({ seq: A, data: new Uint8Array(8000) }));
  expect([held.strained(2), held.strained(3)]).toEqual([false, true]);
  held.finish();
  expect([held.held, held.strained(3)]).toEqual([0, true]);
  const open = new FlowTable(limits({ sessions: 4 }), counter(() => 'yes').consumer);
  for (const s of [...handshake(A, B), { seq: A, data: 'SSH-' }]) open.segment(segment(s));
  expect([open.strained(3), open.strained(4)]).toEqual([false, true]);
});

test('thousands of flows are each found again, from both ends', () => {
  const table = new FlowTable(limits(), counter(() => 'no').consumer);
  for (const from of ['a', 'b', 'a'] as const) {
    for (let i = 0; i < 5000; i++) table.segment(segment({ from, seq: A, ports: [1 + (i % 50), 80], hosts: [i * 65_537, 9] }));
  }
  expect([table.streams, table.flows]).toEqual([5000, 5000]);
});

describe('bounds', () => {
  test('a flood of SYNs stays within the cap, and is one problem with a count', () => {
    const { consumer } = counter(() => 'more');
    const table = new FlowTable(limits({ flows: 10_000 }), consumer);
    const s = { ...segment({ seq: 1, flags: 'S' }), frame: 0, sourcePort: 0 };
    let most = 0;
    for (let i = 0; i < 200_000; i++) {
      s.frame++;
      s.source[3] = i;
      s.sourcePort = i & 0xffff;
      table.segment(s);
      most = Math.max(most, table.flows);
    }
    expect(most).toBeLessThanOrEqual(10_000);
    expect(table.streams).toBe(200_000);
    expect(table.problems).toMatchObject([{ code: 'limit', message: expect.stringMatching(/limit flows, 10000\): 1[89]\d{4}$/) }]);
  });

  test('flows that are all touched again and again do not outgrow the cap', () => {
    const table = new FlowTable(limits({ flows: 100 }), counter(() => 'no').consumer);
    for (let round = 0; round < 50; round++) {
      for (let port = 1; port < 20 * round; port++) table.segment(segment({ seq: A, ports: [port, 80] }));
      expect(table.flows).toBeLessThanOrEqual(100);
    }
  });

  test('a flow that stays busy is not forgotten, and an open session never is', () => {
    const r = new Recorder(isSsh, { flows: 100 }).feed(...handshake(A, B), { seq: A, data: 'SSH-' }, { seq: A, data: 'HTTP', ports: [1, 80] });
    for (let i = 0; i < 5000; i++) {
      r.feed({ seq: 1, flags: 'S', hosts: [i, 9] });
      if (i % 20 === 0) r.feed({ seq: A + 4 + i, data: 'x', ports: [1, 80] });
    }
    expect(r.detections.length).toBe(2);
    r.feed({ seq: A + 4, data: 'on' }).finish();
    expect(r.log()).toEqual(['a 0 "SSH-"', 'a 4 "on"', 'end capture']);
  });

  test('a flow that was forgotten comes back as one that began in the middle', () => {
    const r = new Recorder(isSsh, { flows: 100 }).feed(...handshake(A, B), { seq: A, data: 'HTTP' });
    for (let i = 0; i < 200; i++) r.feed({ seq: 1, flags: 'S', hosts: [i, 9] });
    r.feed({ seq: A + 4, data: 'SSH-' }).finish();
    expect(r.sessions[0]?.flow).toMatchObject({ stream: 201, initiator: undefined });
  });

  test('what was closed is forgotten after idleSeconds, without a problem', () => {
    const table = new FlowTable(limits({ idleSeconds: 60 }), counter(() => 'no').consumer);
    for (let i = 0; i < 1000; i++) {
      table.segment(segment({ seq: 1, flags: 'S', hosts: [i, 9], seconds: i }));
      table.segment(segment({ seq: 2, flags: 'R', hosts: [i, 9], seconds: i }));
    }
    expect(table.flows).toBeLessThan(250);
    expect(table.problems).toEqual([]);
  });

  test('more sessions than the cap: the longest silent are ended, and it is said', () => {
    const { consumer, ends } = counter(() => 'yes');
    const table = new FlowTable(limits({ sessions: 64, idleSeconds: 100 }), consumer);
    const flow = (host: number, seconds: number): void => {
      for (const s of handshake(A, B)) table.segment(segment({ ...s, hosts: [host, 9], seconds }));
      table.segment(segment({ seq: A, data: 'SSH-', hosts: [host, 9], seconds }));
    };
    for (let i = 0; i < 64; i++) flow(i, i < 4 ? 0 : 1000);
    expect([table.sessions, ends]).toEqual([64, {}]);
    flow(64, 1000);
    expect([table.sessions, ends]).toEqual([57, { idle: 4, limit: 4 }]);
    expect(table.problems).toMatchObject([{ code: 'limit', message: expect.stringMatching(/limit sessions, 64\): 8$/) }]);
    table.finish();
    expect(ends).toEqual({ idle: 4, limit: 4, capture: 57 });
  });

  test('what undecided flows keep is bounded for all together', () => {
    const { consumer } = counter(() => 'more');
    const table = new FlowTable(limits({ heldBytes: 50_000 }), consumer);
    for (let i = 0; i < 100; i++) {
      for (const s of handshake(A, B)) table.segment(segment({ ...s, hosts: [i, 9] }));
      table.segment(segment({ seq: A, data: new Uint8Array(1000), hosts: [i, 9] }));
    }
    // Each is taken to cost 8 KiB beside its bytes.
    expect(table.problems).toMatchObject([{ code: 'limit', message: expect.stringMatching(/limit heldBytes, 50000\): 95$/) }]);
  });

  test('what sessions keep is bounded for all together: a greedy one is ended first, then the longest silent', () => {
    const ends: string[] = [];
    const keeps: Record<number, number> = {};
    const open = (flow: Flow): FlowHandler => {
      const host = Number(flow.a.address.split('.').at(-1));
      return {
        data: () => {},
        gap: () => {},
        problem: () => {},
        end: (how) => ends.push(`${host} ${how}`),
        get kept() {
          return keeps[host] ?? 1000;
        },
      };
    };
    const table = new FlowTable(limits({ sessionBytes: 50_000 }), { detect: () => 'yes', open });
    const send = (host: number, at: number) => table.segment(segment({ seq: A + at, data: 'x', hosts: [host, 9] }));
    for (let host = 1; host <= 50; host++) {
      for (const s of handshake(A, B)) table.segment(segment({ ...s, hosts: [host, 9] }));
      send(host, 0);
    }
    expect(ends).toEqual([]);
    keeps[30] = 9000;
    send(30, 1);
    // 49,000 are left without it, which is more than seven eighths of the limit: 43,750.
    expect(ends).toEqual(['30', '1', '2', '3', '4', '5', '6'].map((host) => `${host} limit`));
    expect(table.problems).toMatchObject([{ code: 'limit', frame: expect.any(Number), message: expect.stringMatching(/limit sessionBytes, 50000\): \d$/) }]);
  });
});
