/** Sessions whose VERSION the capture does not hold: recordings of each version of SFTP without the segment that carries it. */
import { utf8 } from '../../../src/bytes/text.ts';
import { collect, inMemory, type Packet, SecretStore } from '../../../src/index.ts';
import { framesOfFixture, pcap } from '../../support/capture-files.ts';
import { fixture } from '../../support/fixtures.ts';
import * as v from '../../support/variants.ts';

const VERSION = 'SSH_FXP_VERSION';

async function read(segments: readonly v.TcpSegment[], secrets: string) {
  const store = new SecretStore();
  store.add(utf8(secrets), 'K');
  const { packets, sessions } = await collect(inMemory(pcap(v.framesOf(segments))), { secrets: store });
  const content = sessions[0]?.channels[0]?.content;
  return { packets, content, inner: packets.flatMap((p) => p.inner) };
}

/** What is read of each message; the answers to extended requests hang on what was asked, and not on the version. */
const told = ({ inner, sequence, side }: Packet) => inner.filter((m) => m.name !== 'SSH_FXP_EXTENDED_REPLY').map((m) => [side, sequence, m.name, m.value]);

test.each([
  ['sftp-files', 'version 3 at most, as VERSION was not read'],
  ['sftp-v4', 'version 4 by its messages, as VERSION was not read'],
  ['sftp-v5', 'version 5 by its messages, as VERSION was not read'],
  ['sftp-v6', 'version 6 by its messages, as VERSION was not read'],
])('%s: every message is read as the version that is spoken, and it is said what that rests on', async (name, detail) => {
  const { capture, secrets = '' } = fixture(name);
  const segments = v.segmentsOf(framesOfFixture(capture));
  const whole = await read(segments, secrets);
  const carrier = whole.packets.find((p) => p.inner.some((m) => m.name === VERSION)) as Packet;
  const less = await read(
    segments.filter((_, i) => !carrier.space.frames.includes(i + 1)),
    secrets,
  );
  expect(less.packets.flatMap(told)).toEqual(whole.packets.filter((p) => p !== carrier).flatMap(told));
  expect(less.content?.detail).toBe(detail);
  expect(whole.content?.detail).toMatch(/^version \d$/);
  const problems = less.inner.flatMap((m) => m.problems.map((p) => `${p.code}: ${p.message}`));
  expect(problems).toEqual(name === 'sftp-files' ? [] : [expect.stringMatching(/^gap: VERSION was not read/)]);
});

test('where INIT is lost, too, and with it the opening, a WRITE through a handle that nothing seen has opened is no fault', async () => {
  const { capture, secrets = '' } = fixture('sftp-v4');
  const segments = v.segmentsOf(framesOfFixture(capture));
  const whole = await read(segments, secrets);
  const opened = whole.packets.find((p) => p.inner.some((m) => m.name === 'SSH_FXP_HANDLE')) as Packet;
  const less = await read(
    segments.filter((_, i) => !opened.space.frames.includes(i + 1)),
    secrets,
  );
  expect(less.inner.some((m) => m.name === 'SSH_FXP_WRITE')).toBe(true);
  expect(less.inner.flatMap((m) => m.problems)).toEqual([]);
});
