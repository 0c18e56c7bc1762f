/** Threads that read the same capture by themselves agree on whose each session is. */
import { JobShare } from '../../../cli/jobs/share.ts';
import { DEFAULT_LIMITS } from '../../../src/limits.ts';
import { MatchedSecrets } from '../../../src/secrets/match.ts';
import { SecretStore } from '../../../src/secrets/store.ts';
import type { FlowHandler } from '../../../src/stream/chunk.ts';
import { FlowTable } from '../../../src/stream/flows.ts';
import { type SegmentOptions, segment } from '../../support/segments.ts';

/** The numbers of the sessions that thread `index` of two dissects. */
function dissected(segments: readonly SegmentOptions[], index: number): number[] {
  const share = new JobShare(index, 2);
  const secrets = new MatchedSecrets(new SecretStore());
  const own: number[] = [];
  let sessions = 0;
  const handler = (number: number): FlowHandler => {
    own.push(number);
    return { data: () => {}, gap: () => {}, problem: () => {}, end: () => {} };
  };
  const table = new FlowTable(DEFAULT_LIMITS, {
    detect: () => 'yes',
    open: () => {
      const number = ++sessions;
      return share.open(number, () => handler(number), secrets);
    },
  });
  share.begin(table);
  share.shareOut();
  for (const [i, s] of segments.entries()) table.segment(segment({ ...s, frame: i + 1 }));
  table.finish();
  return own;
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
  const [first = [], second = []] = [0, 1].map((index) => dissected(segments, index));
  expect([...first, ...second].sort()).toEqual([1, 2, 3, 4]);
  // The bytes behind the end count: they decide who gets the third.
  expect(first.includes(3)).toBe(late === 0);
});
