import { latin1 } from '../../src/bytes/text.ts';
import { FRAME_OFFSET, handshake, Recorder, type SegmentOptions } from '../support/segments.ts';

const A = 1000; // first byte of end a
const B = 5000;

/** What happens after the handshake (frames 1 to 3), with the rest of the flow's log. */
interface Case {
  readonly name: string;
  readonly segments: readonly SegmentOptions[];
  readonly log: readonly string[];
}

const cases: readonly Case[] = [
  {
    name: 'in order, both ends',
    segments: [
      { seq: A, data: 'abc' },
      { from: 'b', seq: B, data: 'xyz' },
      { seq: A + 3, data: 'def' },
    ],
    log: ['a 0 "abc"', 'b 0 "xyz"', 'a 3 "def"'],
  },
  {
    name: 'out of order',
    segments: [
      { seq: A + 6, data: 'ghi' },
      { seq: A + 3, data: 'def' },
      { seq: A, data: 'abc' },
    ],
    log: ['a 0 "abc"', 'a 3 "def"', 'a 6 "ghi"'],
  },
  {
    name: 'retransmitted as it was, in part, and grown',
    segments: [
      { seq: A, data: 'abcdef' },
      { seq: A, data: 'abcdef' },
      { seq: A + 2, data: 'cd' },
      { seq: A + 4, data: 'efgh' },
      { seq: A, data: 'abcdefghij' },
    ],
    log: ['a 0 "abcdef"', 'a 6 "gh"', 'a 8 "ij"'],
  },
  {
    name: 'one segment over several held ones and the holes between them',
    segments: [
      { seq: A + 2, data: 'cd' },
      { seq: A + 6, data: 'gh' },
      { seq: A + 10, data: 'kl' },
      { seq: A + 1, data: 'bcdefghijklm' },
      { seq: A, data: 'a' },
    ],
    log: ['a 0 "a"', 'a 1 "b"', 'a 2 "cd"', 'a 4 "ef"', 'a 6 "gh"', 'a 8 "ij"', 'a 10 "kl"', 'a 12 "m"'],
  },
  {
    name: 'a conflict with bytes that are held: the first copy wins',
    segments: [
      { seq: A + 3, data: 'def' },
      { seq: A + 4, data: 'EFG' },
      { seq: A, data: 'abc' },
    ],
    log: ['a overlap', 'a 0 "abc"', 'a 3 "def"', 'a 6 "G"'],
  },
  {
    name: 'a conflict with bytes that were delivered: the first copy wins',
    segments: [
      { seq: A, data: 'SSH-2.0-one\r\n' },
      { seq: A, data: 'SSH-2.0-two\r\n+' },
    ],
    log: ['a 0 "SSH-2.0-one\\r\\n"', 'a overlap', 'a 13 "+"'],
  },
  {
    name: 'keep-alives, with and without a byte of garbage, also behind a hole',
    segments: [
      { seq: A, data: 'abc' },
      { seq: A + 2 },
      { seq: A + 2, data: '\0' },
      { seq: A + 5, data: 'fgh' },
      { seq: A + 7, data: '\0' },
      { seq: A + 3, data: 'de' },
    ],
    log: ['a 0 "abc"', 'a 3 "de"', 'a 5 "fgh"'],
  },
  {
    name: 'a zero-window probe brings the next byte, which is sent again with the rest',
    segments: [
      { seq: A, data: 'abc' },
      { seq: A + 3, data: 'd' },
      { seq: A + 3, data: 'defg' },
    ],
    log: ['a 0 "abc"', 'a 3 "d"', 'a 4 "efg"'],
  },
  {
    name: 'a retransmitted SYN and SYN-ACK',
    segments: [
      { seq: A - 1, flags: 'S' },
      { from: 'b', seq: B - 1, ack: A, flags: 'SA' },
      { seq: A, data: 'abc' },
      { seq: A - 1, flags: 'S' },
      { seq: A + 3, data: 'd' },
    ],
    log: ['a 0 "abc"', 'a 3 "d"'],
  },
  {
    name: 'FIN before missing data waits, and data after it is left out',
    segments: [
      { seq: A + 3, data: 'def', flags: 'AF', ack: B },
      { seq: A + 6, data: 'more' },
      { seq: A, data: 'abc' },
      { seq: A + 6, data: 'more' },
    ],
    log: ['a 0 "abc"', 'a 3 "def"', 'a closed'],
  },
  {
    name: 'a FIN by itself and again',
    segments: [
      { seq: A, data: 'abc' },
      { seq: A + 3, flags: 'AF', ack: B },
      { seq: A + 3, flags: 'AF', ack: B },
    ],
    log: ['a 0 "abc"', 'a closed'],
  },
  {
    name: 'a segment far outside any window is said once and left out',
    segments: [
      { seq: A, data: 'abc' },
      { seq: A + 2 ** 30 + 100, data: 'stray' },
      { seq: A + 2 ** 30 + 200, data: 'stray' },
      { seq: A + 3, data: 'def' },
    ],
    log: ['a 0 "abc"', 'a unexpected', 'a 3 "def"'],
  },
];

test.each(cases)('$name', ({ segments, log }) => {
  const r = new Recorder().feed(...handshake(A, B), ...segments);
  expect(r.log()).toEqual(log);
});

test.each(cases)('$name, over the wrap of the sequence numbers', ({ segments, log }) => {
  // Every place of the case falls on the wrap once.
  for (let before = 0; before < 14; before++) {
    const move = (s: SegmentOptions): SegmentOptions => ({
      ...s,
      seq: s.from === 'b' ? s.seq : s.seq - A + 2 ** 32 - before,
      ...(s.ack === undefined || s.from !== 'b' ? {} : { ack: s.ack - A + 2 ** 32 - before }),
    });
    const r = new Recorder().feed(...[...handshake(A, B), ...segments].map(move));
    expect(r.log()).toEqual(log);
  }
});

test('SYN with data (TCP Fast Open, RFC 7413): the SYN takes one sequence number, the data stands after it', () => {
  const r = new Recorder().feed(
    { seq: A - 1, flags: 'S', data: 'SSH' },
    { from: 'b', seq: B - 1, ack: A + 3, flags: 'SA' },
    { seq: A - 1, flags: 'S', data: 'SSH' },
    { seq: A, ack: B, data: 'SSH-2.0' },
  );
  expect(r.log()).toEqual(['a 0 "SSH"', 'a 3 "-2.0"']);
});

test('bytes that are taken by their number alone are told with their place, in order, and still compared', () => {
  const r = new Recorder().feed(...handshake(A, B), { seq: A, data: 'ab' });
  const [session] = r.sessions;
  if (session === undefined) throw new Error('no session');
  session.counting = true;
  r.feed({ seq: A + 2, data: 'cd', frame: 10 }, { seq: A + 6, data: 'gh' }, { seq: A + 4, data: 'ef' }, { seq: A + 1, data: 'bcX', frame: 20 });
  session.counting = false;
  r.feed({ seq: A + 8, data: 'ij' }, { from: 'b', seq: B, data: 'x' });
  expect(r.log()).toEqual(['a 0 "ab"', 'a counts 2 to 4', 'a counts 2 to 6', 'a counts 2 to 8', 'a overlap', 'a 8 "ij"', 'b 0 "x"']);
  expect(session.problems[0]?.message).toMatch(/^frames 10 and 20 /);
});

test('a conflicting overlap names both frames and the bytes that differ', () => {
  const r = new Recorder().feed(
    ...handshake(A, B),
    { seq: A, data: 'abcdef', frame: 10 },
    { seq: A + 6, data: 'ghi', frame: 11 },
    { seq: A + 3, data: 'deFGHIJ', frame: 17 },
  );
  const [found, ...others] = r.sessions[0]?.problems ?? [];
  expect(others).toEqual([]);
  expect(found).toMatchObject({ code: 'overlap', severity: 'error', frame: 17, span: { start: 5, end: 9 } });
  expect(found?.message).toMatch(/^frames 10 and 17 /);
  // Against bytes that are held: the frame of the piece, not the one that made it available.
  const held = new Recorder().feed(
    ...handshake(A, B),
    { seq: A + 3, data: 'def', frame: 20 },
    { seq: A + 2, data: 'cdXf', frame: 21 },
    { seq: A, data: 'ab', frame: 22 },
  );
  expect(held.sessions[0]?.problems[0]).toMatchObject({ code: 'overlap', frame: 21, span: { start: 4, end: 6 } });
  expect(held.sessions[0]?.problems[0]?.message).toMatch(/^frames 20 and 21 /);
  held.feed({ seq: A + 3, data: 'dEf', frame: 23 });
  expect(held.sessions[0]?.problems[1]?.message).toMatch(/^frames 20 and 23 /);
});

test('only the last 8 KiB delivered are compared, and what is compared is right around the whole ring', () => {
  const text = (from: number, length: number) => Uint8Array.from({ length }, (_, i) => ((from + i) * 7919) >>> 5);
  const r = new Recorder().feed(...handshake(A, B));
  for (let at = 0; at < 20_000; at += 1000) r.feed({ seq: A + at, data: text(at, 1000), frame: 100 + at / 1000 });
  for (let at = 0; at < 19_000; at += 100) r.feed({ seq: A + at, data: text(at, 1000) });
  expect(r.sessions[0]?.problems).toEqual([]);
  const forged = (at: number) => {
    const data = text(at, 1000);
    data[500] = (data[500] as number) ^ 1;
    r.feed({ seq: A + at, data });
  };
  forged(11_000);
  expect(r.sessions[0]?.problems).toEqual([]);
  for (const at of [12_000, 15_500, 18_999]) forged(at);
  expect(r.sessions[0]?.problems.map((p) => [p.code, p.span?.start, p.message.split(' ')[1]])).toEqual([
    ['overlap', 12_500, '112'],
    ['overlap', 16_000, '116'],
    ['overlap', 19_499, '119'],
  ]);
});

test('what is remembered survives growth, and a late copy of bytes that were given up is compared with nothing', () => {
  const r = new Recorder().feed(...handshake(A, B), { seq: A, data: 'abc' });
  r.feed({ seq: A + 13, data: 'n'.repeat(500) }, { from: 'b', seq: B, ack: A + 513 }).pass(64, A + 513, B);
  r.feed({ seq: A, data: 'abcdefghijklmnnn' });
  expect(r.sessions[0]?.problems).toEqual([]);
  const grown = new Recorder().feed(...handshake(A, B));
  for (let at = 0; at < 1000; at += 100) grown.feed({ seq: A + at, data: 'x'.repeat(100), frame: 10 + at });
  for (let at = 0; at < 1000; at += 50) grown.feed({ seq: A + at, data: 'x'.repeat(50) });
  expect(grown.sessions[0]?.problems).toEqual([]);
  for (const at of [0, 1, 99, 100, 255, 256, 511, 512, 998]) {
    grown.feed({ seq: A + at, data: 'yx' });
    expect(grown.sessions[0]?.problems.at(-1)).toMatchObject({ span: { start: at, end: at + 2 } });
    expect(grown.sessions[0]?.problems.at(-1)?.message).toContain(`frames ${10 + 100 * Math.floor(at / 100)} and `);
  }
});

test('each chunk says where its bytes lie, also in IP fragments and when it had to wait', () => {
  const origins = [
    { start: 0, length: 4, frame: 7, frameOffset: 60 },
    { start: 4, length: 6, frame: 9, frameOffset: 34 },
  ];
  const r = new Recorder().feed(
    ...handshake(A, B),
    { seq: A, data: 'ab', frame: 5 },
    { seq: A + 4, data: 'efgh', frame: 6, seconds: 50 },
    { seq: A + 1, data: 'bcdefghijk', frame: 9, origins, seconds: 70 },
  );
  const chunks = r.sessions[0]?.chunks.map(({ bytes, offset, frame, seconds, origins: from }) => ({ text: latin1(bytes), offset, frame, seconds, from }));
  expect(chunks).toEqual([
    { text: 'ab', offset: 0, frame: 5, seconds: 1_700_000_000, from: [{ start: 0, length: 2, frame: 5, frameOffset: FRAME_OFFSET }] },
    {
      text: 'cd',
      offset: 2,
      frame: 9,
      seconds: 70,
      from: [{ start: 0, length: 2, frame: 7, frameOffset: 61 }],
    },
    { text: 'efgh', offset: 4, frame: 9, seconds: 70, from: [{ start: 0, length: 4, frame: 6, frameOffset: FRAME_OFFSET }] },
    { text: 'ijk', offset: 8, frame: 9, seconds: 70, from: [{ start: 0, length: 3, frame: 9, frameOffset: 37 }] },
  ]);
});

describe('gaps', () => {
  const start = () => new Recorder().feed(...handshake(A, B), { seq: A, data: 'abc' }, { seq: A + 13, data: 'nop', frame: 5 });

  test('an acknowledgement beyond, and reorderFrames further frames', () => {
    const r = start().pass(200, A + 16, B);
    expect(r.log()).toEqual(['a 0 "abc"']); // the sender cannot acknowledge its own bytes
    r.feed({ from: 'b', seq: B, ack: A + 16, frame: 300 }).pass(63, A + 16, B);
    expect(r.log()).toEqual(['a 0 "abc"']);
    r.pass(1, A + 16, B);
    expect(r.log()).toEqual(['a 0 "abc"', 'a gap 3+10', 'a 13 "nop"']);
    // What stands behind it was there all the time: no frame of later on has brought it.
    expect(r.sessions[0]?.gaps).toEqual([{ from: 'a', offset: 3, size: 10, frame: 5, unseen: false, seconds: 1_700_000_000, nanos: 0 }]);
    expect(r.sessions[0]?.chunks[1]).toMatchObject({ frame: 5, origins: [{ frame: 5 }] });
  });

  test('an acknowledgement that the capture has before the data is no gap', () => {
    const r = start()
      .feed({ from: 'b', seq: B, ack: A + 16 })
      .pass(60, A + 16, B)
      .feed({ seq: A + 3, data: 'defghijklm' });
    expect(r.log()).toEqual(['a 0 "abc"', 'a 3 "defghijklm"', 'a 13 "nop"']);
  });

  test('each hole has its own waiting time', () => {
    const r = start()
      .feed({ from: 'b', seq: B, ack: A + 16 })
      .pass(60, A + 16, B);
    r.feed({ seq: A + 20, data: 'u' }, { from: 'b', seq: B, ack: A + 21 }).pass(10, A + 21, B);
    expect(r.log()).toEqual(['a 0 "abc"', 'a gap 3+10', 'a 13 "nop"']);
    r.feed({ seq: A + 16, data: 'qrst' });
    expect(r.log().slice(3)).toEqual(['a 16 "qrst"', 'a 20 "u"']);
  });

  test('an acknowledgement outside any window says nothing', () => {
    const r = new Recorder().feed(...handshake(A, B), { seq: A, data: 'abc' }, { from: 'b', seq: B, ack: A + 2 ** 30 + 4 }).finish();
    expect(r.log()).toEqual(['a 0 "abc"', 'end capture']);
  });

  test('a direction of which only the answer to its SYN and the acknowledgements are there', () => {
    const r = new Recorder().feed({ from: 'b', seq: B - 1, ack: A, flags: 'SA' }, { from: 'b', seq: B, ack: A + 20, data: 'xyz' }).finish();
    expect(r.log()).toEqual(['a 0 "xyz"', 'b gap 0+20', 'end capture']);
    expect(r.sessions[0]?.gaps[0]?.unseen).toBe(true); // the last of them may be a FIN
  });

  test('only what was acknowledged is given up', () => {
    const r = start()
      .feed({ from: 'b', seq: B, ack: A + 8 })
      .pass(64, A + 16, B);
    expect(r.log()).toEqual(['a 0 "abc"', 'a gap 3+5']);
    r.feed({ seq: A + 3, data: 'defghijklm' });
    expect(r.log()).toEqual(['a 0 "abc"', 'a gap 3+5', 'a 8 "ijklm"', 'a 13 "nop"']);
  });

  test('many holes are given up together, not one in each waiting time', () => {
    const r = new Recorder().feed(...handshake(A, B));
    for (let i = 1; i <= 20; i++) r.feed({ seq: A + 10 * i, data: 'x' }, { from: 'b', seq: B, ack: A + 10 * i + 1 });
    r.pass(128, A + 201, B);
    expect(r.sessions[0]?.gaps.length).toBe(20);
    expect(r.sessions[0]?.bytes('a')).toBe('x'.repeat(20));
  });

  test('the end of the capture, with several holes, a FIN behind one, and bytes that only an acknowledgement tells of', () => {
    const r = start()
      .feed({ seq: A + 20, data: 'u' }, { seq: A + 25, flags: 'F' }, { from: 'b', seq: B, data: 'x', ack: A + 26 }, { seq: A + 26, ack: B + 9 })
      .finish();
    expect(r.log()).toEqual([
      'a 0 "abc"',
      'b 0 "x"',
      'a gap 3+10',
      'a 13 "nop"',
      'a gap 16+4',
      'a 20 "u"',
      'a gap 21+4',
      'a closed',
      'b gap 1+8',
      'end capture',
    ]);
  });

  test('a FIN that was not captured is no gap of one byte', () => {
    const r = new Recorder()
      .feed(...handshake(A, B), { seq: A, data: 'abc' }, { from: 'b', seq: B, ack: A + 4 })
      .pass(200, A + 4, B)
      .finish();
    expect(r.log()).toEqual(['a 0 "abc"', 'end capture']);
  });

  test.each(['reorderBytes', 'heldBytes'] as const)('more held than %s', (name) => {
    const r = new Recorder(undefined, { [name]: 20_000 }).feed(...handshake(A, B), { seq: A, data: 'abc' });
    for (let i = 0; i < 30; i++) r.feed({ seq: A + 100 + 1000 * i, data: new Uint8Array(1000) });
    expect(r.sessions[0]?.gaps).toMatchObject([{ offset: 3, size: 97 }]);
    expect(r.sessions[0]?.bytes('a').length).toBe(30_003);
    expect(r.sessions[0]?.problems.map((p) => [p.code, p.message.includes(name)])).toEqual([['limit', true]]);
  });

  test('segments cut by the snap length: what is there is delivered, the tail is a gap as soon as it is acknowledged, and it is said once', () => {
    const r = new Recorder().feed(
      ...handshake(A, B),
      { seq: A, data: 'abc', missing: 7, frame: 4 },
      { seq: A + 10, data: 'klm', missing: 5 },
      { from: 'b', seq: B, ack: A + 18, data: 'x' },
    );
    expect(r.log()).toEqual(['a truncated', 'a 0 "abc"', 'a gap 3+7', 'a 10 "klm"', 'a gap 13+5', 'b 0 "x"']);
    expect(r.sessions[0]?.problems[0]).toMatchObject({ code: 'truncated', frame: 4 });
  });

  test('a retransmission fills what the snap length cut, and without acknowledgements the tail is given up in the end', () => {
    const r = new Recorder().feed(...handshake(A, B), { seq: A, data: 'abc', missing: 7 }, { seq: A + 3, data: 'defg' }, { seq: A + 7, data: 'hij' });
    expect(r.log()).toEqual(['a truncated', 'a 0 "abc"', 'a 3 "defg"', 'a 7 "hij"']);
    r.feed({ seq: A + 10, data: 'k', missing: 2 }, { seq: A + 13, data: 'n' });
    for (let i = 0; i < 70; i++) r.feed({ seq: A + 14 });
    expect(r.log().slice(-3)).toEqual(['a 10 "k"', 'a gap 11+2', 'a 13 "n"']);
  });
});

describe('a stream that begins in the middle', () => {
  test('starts at the lowest of the first data frames', () => {
    const r = new Recorder().feed({ seq: A + 6, data: 'ghi' }, { seq: A, data: 'abc' }, { seq: A + 3, data: 'def' });
    expect(r.log()).toEqual(['a 0 "abc"', 'a 3 "def"', 'a 6 "ghi"']);
    expect(r.sessions[0]?.flow.initiator).toBeUndefined();
  });

  test('is handed over when the other end speaks, before what it says', () => {
    const r = new Recorder().feed({ seq: A, data: 'abc' }, { from: 'b', seq: B, data: 'xyz', ack: A + 3 }, { seq: A + 3, data: 'def', ack: B + 3 });
    expect(r.log()).toEqual(['a 0 "abc"', 'b 0 "xyz"', 'a 3 "def"']);
  });

  test('over the wrap, with a hole that is filled and a FIN', () => {
    const r = new Recorder().feed({ seq: 2 ** 32 - 2, data: 'ab' }, { seq: 3, data: 'fg', flags: 'F' }, { from: 'b', seq: B, ack: 0 }, { seq: 0, data: 'cde' });
    expect(r.log()).toEqual(['a 0 "ab"', 'a 2 "cde"', 'a 5 "fg"', 'a closed']);
  });

  test('with the FIN seen before what comes first', () => {
    const r = new Recorder().feed({ seq: A + 3, data: 'def', flags: 'F' }, { seq: A, data: 'abc' }).feed({ from: 'b', seq: B, ack: A });
    expect(r.log()).toEqual(['a 0 "abc"', 'a 3 "def"', 'a closed']);
  });

  test('is handed over at the end of the capture', () => {
    const r = new Recorder().feed({ seq: A, data: 'abc' }).finish();
    expect(r.log()).toEqual(['a 0 "abc"', 'end capture']);
  });

  test('bytes of long before are no data', () => {
    const r = new Recorder().feed({ seq: A + 100_000, data: 'abc' }, { seq: A, data: 'old' }, { seq: A + 100_003, data: 'def' });
    expect(r.log()).toEqual(['a 0 "abc"', 'a 3 "def"']);
  });

  test('one direction only, begun by the answer to a SYN that is not there', () => {
    const r = new Recorder().feed({ from: 'b', seq: B - 1, ack: A, flags: 'SA' }, { from: 'b', seq: B + 3, data: 'def' }, { from: 'b', seq: B, data: 'abc' });
    expect(r.log()).toEqual(['a 0 "abc"', 'a 3 "def"']); // end a is the one seen first
    expect(r.sessions[0]?.flow).toMatchObject({ initiator: 'b', a: { address: '10.0.0.2', port: 22 }, b: { address: '10.0.0.1', port: 40000 } });
  });
});

test('a stream of more than 4 GiB: offsets go on', () => {
  const r = new Recorder().feed(...handshake(A, B));
  const step = 2 ** 29;
  for (let at = 0; at <= 10 * step; at += step) {
    r.feed({ seq: A + at, data: 'x' }, { from: 'b', seq: B, ack: A + at + 1 }).pass(65, A + at + 1, B);
  }
  r.feed({ seq: A + 10 * step + 1, data: 'y' });
  expect(r.sessions[0]?.chunks.at(-1)).toMatchObject({ offset: 10 * step + 1 });
  expect(r.sessions[0]?.gaps.length).toBe(10);
});
