/** What a record keeps of long texts is a text of its own, not a window into the whole message. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { dissect, inMemory, type Session } from '../../src/index.ts';
import { plainCapture } from '../support/above.ts';
import { channelCapture, type Line, text } from '../support/channel-talk.ts';
import { concat } from '../support/packets.ts';
import { ascii, u32 } from '../support/two-ends.ts';

setFlagsFromString('--expose_gc');
const gc = runInNewContext('gc') as () => void;
const COUNT = 100;
const LONG = 'n'.repeat(50_000);

/** Dissects `capture` and checks that less than 3 MB are left of it. */
async function keptOf(capture: Uint8Array): Promise<Session | undefined> {
  const sessions: Session[] = [];
  gc();
  const before = process.memoryUsage().heapUsed;
  await dissect(inMemory(capture), { session: (s) => sessions.push(s) });
  gc();
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(3e6);
  return sessions[0];
}

test.each([
  ['user names', (i: number) => concat(Uint8Array.of(50), text(`${i}-${LONG}`), text('ssh-connection'), text('none'))],
  ['types of channels', (i: number) => concat(Uint8Array.of(90), text(`${i}-${LONG}`), u32(i), u32(0), u32(0))],
])('%s of 50,000 characters, a hundred of them', async (_, message) => {
  const capture = plainCapture(Array.from({ length: COUNT }, (_, i) => ['c', message(i)] as const));
  // All of the texts together have 5 MB.
  const session = await keptOf(capture);
  expect([session?.authentication.attempts, session?.channels].map((list) => list?.length)).toContain(COUNT);
});

test('paths of folders inside folders with long names, over SCP', async () => {
  const lines = Array.from({ length: COUNT }, (): Line => ['c', ascii(`D0755 0 ${LONG.slice(0, 10_000)}\n`)]);
  const capture = channelCapture('scp -r -t /tmp', [['s', Uint8Array.of(0)], ...lines]);
  // The last path alone would have 1 MB.
  const session = await keptOf(capture);
  expect(session?.channels[0]?.content?.operations).toHaveLength(COUNT);
});
