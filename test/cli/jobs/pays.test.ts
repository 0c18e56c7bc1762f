/** When workers pay: each threshold from both sides. */
import { LEAST_TIME, type Sharing, type Transferred, transfersPay, workersPay } from '../../../cli/jobs/pays.ts';

const MB = 1_000_000;
/** Threads that have equal parts of the work. */
const TWO: Sharing = { jobs: 2, busiest: 1 / 2 };
const EIGHT: Sharing = { jobs: 8, busiest: 1 / 8 };
/** 100 MB in a second, all of it segments of sessions: reading takes 50 ms of it, a twentieth. */
const SESSIONS = { ms: 1000, bytes: 100 * MB, frames: 100_000, segments: 100_000 };

test('not before enough time was measured', () => {
  const short = (ms: number) => workersPay({ ...SESSIONS, ms, bytes: ms * 100_000, frames: ms * 100, segments: ms * 100 }, 10_000 * MB, TWO, 'sessions');
  expect([short(LEAST_TIME - 1), short(LEAST_TIME)]).toEqual([false, true]);
});

test('when the rest is long enough to make up for the start of a worker', () => {
  // Two threads take 0.05 + 0.95 / 2 = 0.525 of the time of one, a fifth more side by side, and may take 0.95: 0.32 of the rest must be 300 ms.
  const left = (ms: number) => workersPay(SESSIONS, ms * 0.1 * MB, TWO, 'sessions');
  expect([left(0), left(930), left(945), left(100_000)]).toEqual([false, false, true, true]);
});

test('later when packets are printed: what is printed goes from thread to thread', () => {
  const left = (ms: number) => workersPay(SESSIONS, ms * 0.1 * MB, TWO, 'packets');
  expect([left(1870), left(1880)]).toEqual([false, true]);
});

test('sooner with more threads', () => {
  // Eight take 0.05 + 0.95 / 8 = 0.169, and a fifth more: 0.7475 of the rest must be 300 ms.
  const left = (ms: number) => workersPay(SESSIONS, ms * 0.1 * MB, EIGHT, 'sessions');
  expect([left(400), left(403)]).toEqual([false, true]);
});

test('not when what all threads do takes too much of the time: many frames, or many bytes', () => {
  const many = (frames: number) => workersPay({ ...SESSIONS, frames, segments: frames }, 1_000_000 * MB, TWO, 'packets');
  // Of two threads 1.2 * (p + (1 - p) / 2) must be less than 0.95: p less than 0.583.
  expect([many(2_200_000), many(2_260_000)]).toEqual([true, false]);
  const large = (bytes: number) => workersPay({ ...SESSIONS, bytes }, 100 * bytes, TWO, 'sessions');
  expect([large(2200 * MB), large(2260 * MB)]).toEqual([true, false]);
});

test('not when most frames are of no session: what they cost is not known', () => {
  const of = (segments: number) => workersPay({ ...SESSIONS, segments }, 1_000_000 * MB, EIGHT, 'packets');
  expect([of(0), of(24_900), of(25_000), of(100_000)]).toEqual([false, false, true, true]);
});

test('never with one thread, or when one session is all the work', () => {
  expect(workersPay(SESSIONS, 1_000_000 * MB, { jobs: 1, busiest: 1 }, 'packets')).toBe(false);
});

describe('transfers that are decrypted', () => {
  /** 10 MB in 10,000 frames, all of it decrypted: 1.7 ms for each MB. */
  const read: Transferred = { bytes: 10 * MB, frames: 10_000, opened: 10 * MB };

  test('when the rest is long enough', () => {
    // Two threads take 0.3 + 0.7 / 2 = 0.65 of the time of one, and may take 0.95: 0.3 of the rest must be 350 ms.
    const left = (ms: number) => transfersPay(read, (ms / 1.7) * MB, TWO);
    expect([left(0), left(1160), left(1170), left(100_000)]).toEqual([false, false, true, true]);
    const large = (ms: number) => transfersPay({ ...read, frames: 0 }, (ms / 1.1) * MB, TWO);
    expect([large(1160), large(1170)]).toEqual([false, true]);
  });

  test('not before some of it was read, and not when most of it was not decrypted', () => {
    const early = (bytes: number) => transfersPay({ bytes, frames: 2000, opened: bytes }, 10_000 * MB, TWO);
    expect([early(2 ** 21 - 1), early(2 ** 21)]).toEqual([false, true]);
    const opened = (bytes: number) => transfersPay({ ...read, opened: bytes }, 10_000 * MB, TWO);
    expect([opened(0), opened(5 * MB - 1), opened(5 * MB)]).toEqual([false, false, true]);
  });

  test('not when one thread would have nearly all', () => {
    // With a part p of the work 0.95 - 0.3 - 0.7 p must be more than 0: p less than 0.929.
    const busiest = (part: number) => transfersPay(read, 1_000_000 * MB, { jobs: 2, busiest: part });
    expect([busiest(0.5), busiest(0.92), busiest(0.94), busiest(1)]).toEqual([true, true, false, false]);
  });
});

test('how the work would be shared is asked for only when equal parts would pay', () => {
  let asked = 0;
  const sharing: Sharing = {
    jobs: 2,
    get busiest() {
      asked++;
      return 0.95;
    },
  };
  const left = [10 * MB, 1_000_000 * MB];
  expect(left.map((bytes) => workersPay(SESSIONS, bytes, sharing, 'sessions'))).toEqual([false, false]);
  expect(left.map((bytes) => transfersPay({ bytes: 10 * MB, frames: 0, opened: 10 * MB }, bytes, sharing))).toEqual([false, false]);
  expect(asked).toBe(2);
});
