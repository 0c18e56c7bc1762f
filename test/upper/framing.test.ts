/** Messages behind their length in the data of a channel: cut anywhere, with holes, and with lengths that lie. */
import { Space } from '../../src/bytes/space.ts';
import type { SshPacket } from '../../src/ssh/packet.ts';
import { Framing } from '../../src/upper/framing.ts';
import type { Problem } from '../../src/wire/problem.ts';

/** A packet of `length` bytes of data in frame `frame`, as far as framing looks at one. */
function packet(frame: number, length: number): SshPacket & { problems: Problem[] } {
  const space = new Space(new Uint8Array(14 + length), [{ start: 0, length: 14 + length, frame, frameOffset: 100 }]);
  return { space, inflated: undefined, payload: { start: 5, end: 14 + length }, number: 94, problems: [] } as unknown as SshPacket & { problems: Problem[] };
}

/** A message of `type` with `body` bytes behind the type, each `fill`. */
function message(type: number, body: number, fill = 0xee): number[] {
  const size = body + 1;
  return [size >>> 24, (size >>> 16) & 255, (size >>> 8) & 255, size & 255, type, ...new Array<number>(body).fill(fill)];
}

const framing = (limit = 1000) => new Framing('Test of the client', limit, (type) => type < 20);
const types = (list: readonly { readonly bytes: Uint8Array }[]) => list.map((m) => m.bytes[4]);

test('cut at every byte the same messages come out, with their frames', () => {
  const all = Uint8Array.from([...message(1, 3), ...message(2, 0), ...message(3, 40)]);
  for (let cut = 0; cut <= all.length; cut++) {
    const f = framing();
    const found = [...f.take(all.subarray(0, cut), packet(1, cut)), ...f.take(all.subarray(cut), packet(2, all.length - cut))];
    expect(types(found)).toEqual([1, 2, 3]);
    expect(f.pending).toBe(0);
    const joined = found.flatMap((m) => [...m.space.bytes]);
    expect(joined).toEqual([...all]);
    let offset = 0;
    for (const { space, length } of found) {
      for (let i = 0; i < length; i++) {
        const at = offset + i;
        const place = at < cut ? { frame: 1, offset: 100 + 14 + at } : { frame: 2, offset: 100 + 14 + at - cut };
        expect(space.locate({ start: i, end: i + 1 })).toEqual([{ ...place, length: 1 }]);
      }
      offset += length;
    }
  }
});

test('a message in one packet is a view of it', () => {
  const bytes = Uint8Array.from([...message(1, 3), ...message(2, 3)]);
  const found = framing().take(bytes, packet(1, bytes.length));
  expect(found.map((m) => m.bytes.buffer === bytes.buffer)).toEqual([true, true]);
});

test('behind a hole messages are read again where a message begins, which is said once', () => {
  const f = framing();
  const long = Uint8Array.from(message(3, 100));
  expect(f.take(long.subarray(0, 50), packet(1, 50))).toEqual([]);
  f.lose();
  // The middle of something, then a beginning that is followed by another.
  const rest = Uint8Array.from([...new Array<number>(30).fill(0xee), ...message(4, 5), ...message(5, 5)]);
  const second = packet(2, rest.length);
  expect(types(f.take(rest, second))).toEqual([4, 5]);
  expect(second.problems.map((p) => `${p.code}: ${p.message}`)).toEqual([
    'gap: Test of the client: read again from here on; what came before is not in the capture or could not be read',
  ]);
  const third = packet(3, 10);
  expect(types(f.take(Uint8Array.from(message(6, 5)), third))).toEqual([6]);
  expect(third.problems).toEqual([]);
});

test('when nothing of this side is missing a message goes on, and nothing is said', () => {
  const f = framing();
  const all = Uint8Array.from([...message(3, 100), ...message(4, 5)]);
  f.take(all.subarray(0, 50), packet(1, 50));
  f.lose();
  const second = packet(2, all.length - 50);
  expect(types(f.take(all.subarray(50), second))).toEqual([3, 4]);
  expect(second.problems).toEqual([]);
});

test('a length beyond the limit is said once and skipped up to the next message', () => {
  const f = framing(100);
  const greeting = new TextEncoder().encode('Welcome to this shell\n');
  const first = packet(1, greeting.length);
  expect(f.take(greeting, first)).toEqual([]);
  expect(first.problems.map((p) => p.message)).toEqual([
    'Test of the client: a message of 1466264675 bytes, more than the limit innerMessageBytes: 100; what follows is left out up to where a message begins',
  ]);
  const second = packet(2, 10);
  expect(types(f.take(Uint8Array.from(message(2, 5)), second))).toEqual([2]);
  expect(second.problems).toEqual([]);
});

test('a message of no bytes is malformed', () => {
  const p = packet(1, 4);
  expect(framing().take(new Uint8Array(4), p)).toEqual([]);
  expect(p.problems.map((one) => [one.code, one.span])).toEqual([['malformed', { start: 14, end: 18 }]]);
});
