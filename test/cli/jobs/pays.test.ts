/** When workers pay: each threshold from both sides. */
import { LEAST_TIME, workersPay } from '../../../cli/jobs/pays.ts';

const MB = 1_000_000;
/** 100 MB in a second, all of it segments of sessions: reading takes 50 ms of it, a twentieth. */
const SESSIONS = { ms: 1000, bytes: 100 * MB, frames: 100_000, segments: 100_000 };

test('not before enough time was measured', () => {
  const short = (ms: number) => workersPay({ ...SESSIONS, ms, bytes: ms * 100_000, frames: ms * 100, segments: ms * 100 }, 10_000 * MB, 2, 'sessions');
  expect([short(LEAST_TIME - 1), short(LEAST_TIME)]).toEqual([false, true]);
});

test('when the rest is long enough to make up for the start of a worker', () => {
  // Two threads take 0.05 + 0.95 / 2 = 0.525 of the time of one, a fifth more side by side, and may take 0.95: 0.32 of the rest must be 300 ms.
  const left = (ms: number) => workersPay(SESSIONS, ms * 0.1 * MB, 2, 'sessions');
  expect([left(0), left(930), left(945), left(100_000)]).toEqual([false, false, true, true]);
});

test('later when packets are printed: what is printed goes from thread to thread', () => {
  const left = (ms: number) => workersPay(SESSIONS, ms * 0.1 * MB, 2, 'packets');
  expect([left(1870), left(1880)]).toEqual([false, true]);
});

test('sooner with more threads', () => {
  // Eight take 0.05 + 0.95 / 8 = 0.169, and a fifth more: 0.7475 of the rest must be 300 ms.
  const left = (ms: number) => workersPay(SESSIONS, ms * 0.1 * MB, 8, 'sessions');
  expect([left(400), left(403)]).toEqual([false, true]);
});

test('not when what all threads do takes too much of the time: many frames, or many bytes', () => {
  const many = (frames: number) => workersPay({ ...SESSIONS, frames, segments: frames }, 1_000_000 * MB, 2, 'packets');
  // Of two threads 1.2 * (p + (1 - p) / 2) must be less than 0.95: p less than 0.583.
  expect([many(2_200_000), many(2_260_000)]).toEqual([true, false]);
  const large = (bytes: number) => workersPay({ ...SESSIONS, bytes }, 100 * bytes, 2, 'sessions');
  expect([large(2200 * MB), large(2260 * MB)]).toEqual([true, false]);
});

test('not when most frames are of no session: what they cost is not known', () => {
  const of = (segments: number) => workersPay({ ...SESSIONS, segments }, 1_000_000 * MB, 8, 'packets');
  expect([of(0), of(24_900), of(25_000), of(100_000)]).toEqual([false, false, true, true]);
});

test('never with one thread', () => {
  expect(workersPay(SESSIONS, 1_000_000 * MB, 1, 'packets')).toBe(false);
});
