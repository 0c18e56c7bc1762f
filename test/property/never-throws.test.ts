/** Random and mutated input of every kind: no exception, no endless run, no unsafe output, no MAC that is called valid and is not. */
import { type Checked, checkCapture } from '../fuzz/check.ts';
import { makeTargets } from '../fuzz/targets.ts';
import { msSince } from '../support/clock.ts';
import { randomOf } from '../support/random.ts';

const SLOWEST_MS = 10_000;
const CASES = 12;

const targets = await makeTargets();

test.each(targets.map((t) => [t.name, t] as const))(
  '%s',
  async (_, target) => {
    const sum: { -readonly [K in keyof Checked]: Checked[K] } = { packets: 0, opened: 0 };
    for (let n = 0; n < (target.name === 'codec' ? 25 * CASES : CASES); n++) {
      const start = process.cpuUsage();
      const { packets, opened } = await target.make(randomOf(1000 + n)).check();
      sum.packets += packets;
      sum.opened += opened;
      expect(msSince(start)).toBeLessThan(SLOWEST_MS);
    }
    // Mutations that leave nothing to read would prove nothing.
    expect(sum.packets).toBeGreaterThan(0);
    if (/segments|payload|frames|secrets|sealed|nested|keys/.test(target.name)) expect(sum.opened).toBeGreaterThan(CASES);
  },
  120_000,
);

test('noise behind the beginning of a capture file', async () => {
  const heads = [
    'd4c3b2a1020004000000000000000000ffff000001000000',
    '0a0d0d0a1c0000004d3c2b1a01000000ffffffffffffffff1c000000',
    '1f8b0800',
    '28b52ffd',
    '04224d18',
    '',
  ];
  for (const [i, head] of heads.entries()) {
    const random = randomOf(i);
    for (let n = 0; n < 10; n++) {
      const noise = Uint8Array.from({ length: Math.floor(random() * 3000) }, () => Math.floor(random() * 256));
      await checkCapture(Buffer.concat([Buffer.from(head, 'hex'), noise]));
    }
  }
});
