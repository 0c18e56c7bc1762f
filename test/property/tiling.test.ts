/** Every byte of every packet of every recording is in one field, and every byte knows its frame: decrypted and decompressed ones too. */
import { leaves } from '../../src/wire/field.ts';
import { checkResults } from '../fuzz/check.ts';
import { framesOfFixture } from '../support/capture-files.ts';
import { fixture, fixtures } from '../support/fixtures.ts';
import { resultsOf, storeOf } from '../support/outputs.ts';

test.each(fixtures())('%s', async (name) => {
  const { capture, secrets } = fixture(name);
  const frames = framesOfFixture(capture);
  const packets = checkResults(await resultsOf(capture, { secrets: storeOf(secrets) }));
  for (const p of packets) {
    for (const leaf of leaves(p.fields)) expect([p.name, leaf.name]).not.toEqual([p.name, '(undecoded)']);
    // In the capture the bytes of a session inside a channel are encrypted by the one around it.
    if (p.session.parent !== undefined) continue;
    // The bytes of the packet are those of the frames that it names.
    const places = p.space.locate({ start: 0, end: p.space.bytes.length });
    const told = places.map(({ frame, offset, length }) => Buffer.from(frames[frame - 1]?.bytes.subarray(offset, offset + length) ?? []));
    expect(Buffer.concat(told)).toEqual(Buffer.from(p.space.bytes));
  }
});

test('some of these packets are decrypted, and some decompressed', async () => {
  const packetsOf = async (name: string) => {
    const { capture, secrets } = fixture(name);
    return checkResults(await resultsOf(capture, { secrets: storeOf(secrets) }));
  };
  expect((await packetsOf('rekey')).filter((p) => p.mac === 'valid').length).toBeGreaterThan(20);
  expect((await packetsOf('zlib')).filter((p) => p.inflated !== undefined).length).toBeGreaterThan(5);
  expect((await packetsOf('zlib-at-once')).filter((p) => p.inflated !== undefined).length).toBeGreaterThan(5);
});
