/** When workers pay: each threshold from both sides. */
import { LEAST_TIME, workersPay } from '../../../cli/jobs/pays.ts';

const MB = 1_000_000;
/** 100 MB in a second, all of it segments of sessions: these take four fifths of the time. */
const SESSIONS = { ms: 1000, bytes: 100 * MB, frames: 100_000, segments: 100_000 };

test('not before enough time was measured', () => {
  const short = (ms: number) => workersPay({ ...SESSIONS, ms, bytes: ms * 100_000 }, 10_000 * MB, 2);
  expect([short(LEAST_TIME - 1), short(LEAST_TIME)]).toEqual([false, true]);
});

test('when the rest is long enough to make up for the start of a worker', () => {
  // Two threads take 0.2 + 0.8 / 2 = 0.6 of the time of one, a fifth more side by side, and may take 0.9: 0.18 of the rest must be 800 ms.
  const left = (ms: number) => workersPay(SESSIONS, ms * 0.1 * MB, 2);
  expect([left(0), left(4400), left(4500), left(100_000)]).toEqual([false, false, true, true]);
});

test('sooner with more threads', () => {
  // Eight take 0.2 + 0.8 / 8 = 0.3, and a fifth more: 0.54 of the rest must be 800 ms.
  const left = (ms: number) => workersPay(SESSIONS, ms * 0.1 * MB, 8);
  expect([left(1400), left(1500)]).toEqual([false, true]);
});

test('not when most frames are of no session: all threads would read all of them', () => {
  // A frame of a session counts four times, so that half of the time is a quarter of the frames on top of their reading.
  const of = (segments: number) => workersPay({ ...SESSIONS, segments }, 1_000_000 * MB, 8);
  expect([of(0), of(24_900), of(25_000), of(100_000)]).toEqual([false, false, true, true]);
});

test('never with one thread', () => {
  expect(workersPay(SESSIONS, 1_000_000 * MB, 1)).toBe(false);
});
