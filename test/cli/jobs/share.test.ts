/** Threads that read the same capture by themselves agree on whose each session is. */
import { readFileSync } from 'node:fs';
import { type Division, JobShare } from '../../../cli/jobs/share.ts';
import { collect } from '../../../src/dissect.ts';
import { DEFAULT_LIMITS } from '../../../src/limits.ts';
import { MatchedSecrets } from '../../../src/secrets/match.ts';
import { SecretStore } from '../../../src/secrets/store.ts';
import type { FlowHandler } from '../../../src/stream/chunk.ts';
import { FlowTable } from '../../../src/stream/flows.ts';
import { fixture, fixturePath } from '../../support/fixtures.ts';
import { storeOf } from '../../support/outputs.ts';
import { type SegmentOptions, segment } from '../../support/segments.ts';

/** What one thread dissected: for each stream the bytes that it was given, and the streams of which it was told the end. */
interface Dissected {
  readonly bytes: Map<number, number>;
  readonly ended: number[];
}

/** Thread `share` over `segments`; `between` is called with the number of those that were read so far. */
function dissected(segments: readonly SegmentOptions[], share: JobShare, between: (read: number) => void = () => {}): Dissected {
  const secrets = new MatchedSecrets(new SecretStore());
  const bytes = new Map<number, number>();
  const ended: number[] = [];
  const handler = (stream: number): FlowHandler => {
    bytes.set(stream, 0);
    return { data: ({ length }) => bytes.set(stream, (bytes.get(stream) ?? 0) + length), gap: () => {}, problem: () => {}, end: () => ended.push(stream) };
  };
  const table = new FlowTable(DEFAULT_LIMITS, { detect: () => 'yes', open: ({ stream }) => share.open(stream, () => handler(stream), secrets) });
  share.begin(table);
  for (const [i, s] of segments.entries()) {
    between(i);
    table.segment(segment({ ...s, frame: i + 1 }));
  }
  between(segments.length);
  table.finish();
  return { bytes, ended };
}

/** Two threads over `segments`; the second is started when the first has read `alone` of them. */
function byTwo(segments: readonly SegmentOptions[], alone = 0): readonly [Dissected, Dissected] {
  const main = new JobShare(0, 2);
  let division: Division | undefined;
  const first = dissected(segments, main, (read) => {
    if (read === alone) division = main.shareOut();
  });
  return [first, dissected(segments, new JobShare(1, 2, division))];
}

/** A connection in which the client says `size` bytes, and which both sides close. */
function talk(port: number, size: number): SegmentOptions[] {
  const ports = [port, 22] as const;
  return [
    { ports, seq: 100, flags: 'S' },
    { ports, from: 'b', seq: 500, ack: 101, flags: 'SA' },
    { ports, seq: 101, ack: 501, data: 'SSH-2.0-x\r\n' },
    { ports, seq: 112, ack: 501, data: new Uint8Array(size) },
    { ports, seq: 112 + size, ack: 501, flags: 'FA' },
    { ports, from: 'b', seq: 501, ack: 113 + size, flags: 'FA' },
    { ports, seq: 113 + size, ack: 502, flags: 'A' },
  ];
}

test.each([0, 2000])('each session has one owner, with %i bytes behind the end of the first', (late) => {
  const behind: SegmentOptions[] = late === 0 ? [] : [{ ports: [1001, 22], seq: 112, ack: 501, data: new Uint8Array(late) }];
  const segments = [...talk(1001, 100), ...behind, ...talk(1002, 1000), ...talk(1003, 10), ...talk(1004, 10)];
  const [first, second] = byTwo(segments);
  expect([...first.ended, ...second.ended].sort()).toEqual([0, 1, 2, 3]);
  // The bytes behind the end count: they decide who gets the third.
  expect(first.ended.includes(2)).toBe(late === 0);
});

test('whenever the second thread is started, each session is dissected to its end by one, from its beginning', () => {
  const apart = [talk(1001, 100), talk(1002, 5000), talk(1003, 10), talk(1004, 10), talk(1005, 700)];
  // Three of them at one time, then bytes behind the end of one, then two that follow each other.
  const [a = [], b = [], c = [], d = [], e = []] = apart;
  const behind: SegmentOptions = { ports: [1001, 22], seq: 112, ack: 501, data: new Uint8Array(90_000) };
  const segments = [...a.flatMap((one, i) => [one, b[i] as SegmentOptions, c[i] as SegmentOptions]), behind, ...d, behind, ...e];
  const sizes = [111, 5011, 21, 21, 711];
  const shared = new Set<string>();
  for (let alone = 0; alone <= segments.length; alone++) {
    const [first, second] = byTwo(segments, alone);
    expect([...first.ended, ...second.ended].sort()).toEqual([0, 1, 2, 3, 4]);
    for (const { bytes, ended } of [first, second]) for (const stream of ended) expect(bytes.get(stream)).toBe(sizes[stream]);
    // What was over is nobody's work any more, and what the second leaves to the first it never began.
    expect([...second.bytes.keys()].sort()).toEqual([...second.ended].sort());
    shared.add(second.ended.join());
  }
  expect(shared.size).toBeGreaterThan(4);
});

test('what waits behind a hole when a session is left goes to nobody there', () => {
  const whole = [...talk(1001, 100).slice(0, 3), ...talk(1002, 100).slice(0, 3)];
  const held = [1001, 1002].map((port): SegmentOptions => ({ ports: [port, 22], seq: 500, ack: 501, data: new Uint8Array(50) }));
  const [first, second] = byTwo([...whole, ...held], 8);
  expect([first.ended, second.ended]).toEqual([[0], [1]]);
  // The bytes behind the hole are delivered at the end of the capture, by each thread for its own session.
  expect([...first.bytes, ...second.bytes]).toEqual([
    [0, 61],
    [1, 11],
    [1, 61],
  ]);
});

test('sessions that are open are dealt out by their frames', () => {
  const [a = [], b = [], c = []] = [1001, 1002, 1003].map((port) => talk(port, 10).slice(0, 4));
  const busy = Array.from({ length: 80 }, (_, i): SegmentOptions => ({ ports: [1001, 22], seq: 122 + i, ack: 501, data: 'x' }));
  const main = new JobShare(0, 2);
  let division: Division | undefined;
  const segments = [...a, ...busy, ...b, ...c];
  dissected(segments, main, (read) => {
    if (read === segments.length) division = main.shareOut();
  });
  expect([...(division?.owners ?? [])]).toEqual([
    [0, 0],
    [1, 1],
    [2, 1],
  ]);
});

test('bytes that a session only counts are counted by it, also when sessions are shared', () => {
  const share = new JobShare(0, 2);
  share.shareOut();
  const counted: unknown[] = [];
  const counts = (...what: unknown[]) => counted.push(what) > 0;
  const handler: FlowHandler = { data: () => {}, gap: () => {}, problem: () => {}, end: () => {}, counts };
  const own = share.open(0, () => handler, new MatchedSecrets(new SecretStore()));
  expect([own.counts?.('a', 10, 20), counted]).toEqual([true, [['a', 10, 20]]]);
  expect(share.elsewhere(1).counts('a', 10, 20)).toBe(false);
});

test('a session is counted before it is shared out, and its segments are', () => {
  const share = new JobShare(0, 2);
  let at = 0;
  dissected(talk(1001, 10), share, (read) => {
    if (read === 4) at = share.segments;
  });
  expect(share.sessions).toBe(1);
  expect([at, share.segments]).toEqual([2, 4]);
});

test('a capture that may hold more flows than the table keeps is not shared out', () => {
  const share = new JobShare(0, 2);
  dissected([...talk(1001, 10), ...talk(1002, 10)], share);
  expect([share.crowds(2, { flows: 9 }), share.crowds(2, { flows: 8 })]).toEqual([false, true]);
  expect(new JobShare(0, 2).crowds(1000, { flows: 1 })).toBe(false);
});

test('the part of the work that the busiest of two would have: all of one session, half of what is over, and what is open as it would be dealt out', () => {
  const after = (segments: readonly SegmentOptions[]) => {
    const share = new JobShare(0, 2);
    let busiest = 0;
    dissected(segments, share, (read) => {
      if (read === segments.length) busiest = share.busiest;
    });
    return busiest;
  };
  // A talk has two frames before it is known to be SSH; the first two with data are segments of a session then.
  const open = (port: number, data: number) => [
    ...talk(port, 10).slice(0, 3),
    ...Array.from({ length: data }, (_, i): SegmentOptions => ({ ports: [port, 22], seq: 112 + i, ack: 501, data: new Uint8Array(1) })),
  ];
  expect(after([])).toBe(1);
  expect(after(open(1001, 37))).toBe(1);
  expect(after([...open(1001, 37), ...open(1002, 37)])).toBe(1 / 2);
  // 40 frames of the first, 20 of the other.
  expect(after([...open(1001, 37), ...open(1002, 17)])).toBe(2 / 3);
  expect(after([...open(1001, 37), ...open(1002, 17), ...open(1003, 17)])).toBe(1 / 2);
  const over = Array.from({ length: 50 }, (_, i) => talk(2000 + i, 100)).flat();
  expect(after(over)).toBe(1 / 2);
  expect(after([...over, ...open(1001, 997)])).toBeGreaterThan(0.9);
});

test('bytes that were opened: all behind NEWKEYS with the secrets, none without', async () => {
  const { capture } = fixture('sftp-files');
  const opened = async (secrets: Uint8Array | undefined) => {
    const share = new JobShare(0, 2);
    const { sessions } = await collect([capture], { share, secrets: storeOf(secrets) });
    const sealed = sessions.flatMap(({ client, server }) => [client.decryption.bytes, server.decryption.bytes]).reduce((a, b) => a + b, 0);
    return [share.opened, sealed];
  };
  const [all, sealed] = await opened(readFileSync(fixturePath('sftp-files', 'secrets.keylog')));
  expect(sealed).toBeGreaterThan(5000);
  expect(all).toBe(sealed);
  expect(await opened(undefined)).toEqual([0, sealed]);
});
