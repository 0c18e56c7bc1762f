/** The fuzzer's own tools: what it seals must open, and a tape must give its case again. */
import { resultsOf, storeOf } from '../support/outputs.ts';
import { randomOf } from '../support/random.ts';
import { segmentsOfTalk } from '../support/talk.ts';
import { mutateField } from './fields.ts';
import { recordings } from './seeds.ts';
import { captureOf } from './segments.ts';
import { sealed } from './sessions.ts';
import { changed, Player } from './tape.ts';

const opened = await recordings();

test.each(opened.map((recording) => [recording.seed.name, recording] as const))('%s, sealed again unchanged, is open', async (_, recording) => {
  const wire = sealed(recording, recording.said, randomOf(1));
  const found = await resultsOf(captureOf(segmentsOfTalk(wire)), { secrets: storeOf(recording.seed.secrets) });
  const packets = found.flatMap((one) => (one.kind === 'packet' && one.packet.session.parent === undefined ? [one.packet] : []));
  expect(packets.length).toBe(recording.said.length);
  for (const p of packets) expect(p.mac).toBe(p.epoch === 0 ? 'none' : 'valid');
});

test('there are recordings of most kinds', () => {
  const ciphers = new Set(opened.flatMap((r) => r.exchanges.map((e) => e.c.cipher)));
  for (const name of ['chacha20-poly1305@openssh.com', 'aes256-gcm@openssh.com', 'aes128-cbc', 'aes256-ctr', '3des-cbc', 'arcfour'])
    expect(ciphers).toContain(name);
  expect(opened.filter((r) => r.exchanges.length > 1).length).toBeGreaterThan(2);
  expect(opened.some((r) => r.said.some((one) => one.packed))).toBe(true);
});

test('a changed field keeps the lengths around it right most of the time', () => {
  const words = opened.flatMap(({ said }) => said.filter((one) => one.number === 94 && one.inner.length === 1));
  const random = randomOf(3);
  let right = 0;
  for (let i = 0; i < 200; i++) {
    const one = words[Math.floor(random() * words.length)];
    if (one === undefined) throw new Error('no data');
    const out = mutateField(one, random, one);
    if (new DataView(out.buffer, out.byteOffset).getUint32(5) === out.length - 9) right++;
  }
  expect(right).toBeGreaterThan(120);
  expect(right).toBeLessThan(200);
});

test('a tape gives its numbers again, and fresh ones behind its end', () => {
  const first = new Player(5);
  const numbers = Array.from({ length: 20 }, first.next);
  expect(first.recorded).toEqual(numbers);
  const again = new Player(6, first.recorded);
  expect(Array.from({ length: 20 }, again.next)).toEqual(numbers);
  expect(numbers).not.toContain(again.next());
  expect(changed(numbers, randomOf(1), numbers)).not.toEqual(numbers);
});
