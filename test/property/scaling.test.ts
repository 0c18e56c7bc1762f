/** Time grows with the number of things and no faster: four times as many may not take much more than four times as long. */

import { msSince } from '../support/clock.ts';
import { FORMS, print, resultsOf, storeOf } from '../support/outputs.ts';
import { PROBES, type Probe } from '../support/scaling.ts';

/** Four times as many take four times as long, or sixteen times when somebody goes through all for each. */
const MOST = 12;
/** Milliseconds below which garbage collection and compilation count for more than the work. */
const SHORT = 250;
/** Times that a probe is tried again: a busy machine may spoil some, and none makes a quadratic one pass. */
const TRIES = 3;

/** A row for each packet, what a person saw, and all that is known of a session. */
const SHOWN = FORMS.filter((form) => ['packets table', 'packets ndjson', 'follow text', 'explain text', 'summary text'].includes(form.name));

/** Milliseconds of computing for reading and printing `count` of what `probe` is about. */
async function timeOf(probe: Probe, count: number): Promise<number> {
  const file = probe.capture(count);
  const secrets = storeOf(probe.secrets?.(count));
  const start = process.cpuUsage();
  const found = await resultsOf(file, { secrets });
  for (const form of SHOWN) await print(found, form);
  return msSince(start);
}

test.each(PROBES.map((probe) => [probe.name, probe] as const))(
  '%s',
  async (_, probe) => {
    await timeOf(probe, probe.count);
    let best = Number.POSITIVE_INFINITY;
    for (let n = 0; n < TRIES && best > MOST; n++) {
      const few = await timeOf(probe, probe.count);
      const many = await timeOf(probe, 4 * probe.count);
      best = Math.min(best, many < SHORT ? 0 : many / few);
    }
    expect(best).toBeLessThanOrEqual(MOST);
  },
  60_000,
);

test('the forms that are looked at are there', () => {
  expect(SHOWN.map((form) => form.name).sort()).toEqual(['explain text', 'follow text', 'packets ndjson', 'packets table', 'summary text']);
});
