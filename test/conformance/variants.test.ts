/** The same session under other links, in other files, cut, shuffled and repeated: the same messages. */
import { collect, type DissectOptions, inMemory, type Packet } from '../../src/index.ts';
import { framesOfFixture, pcap, pcapng, type Taken } from '../support/capture-files.ts';
import { fixture } from '../support/fixtures.ts';
import * as v from '../support/variants.ts';

/** What must not change with the wrapping: every message with its side, numbers and bytes. */
function essence(packets: readonly Packet[]) {
  return (['client', 'server'] as const).map((side) =>
    packets.filter((p) => p.side === side).map((p) => ({ sequence: p.sequence, number: p.number, bytes: Buffer.from(p.space.bytes).toString('hex') })),
  );
}

async function read(file: Uint8Array, options: DissectOptions = {}) {
  const { packets, sessions, totals } = await collect(inMemory(file), options);
  return { messages: essence(packets), sessions, totals, packets };
}

describe.each(['openssh-login', 'ipv6', 'kex-gex-sha256'])('%s', (name) => {
  const { capture } = fixture(name);
  const frames = framesOfFixture(capture);
  const segments = v.segmentsOf(frames);
  const ipv = name === 'ipv6' ? 6 : 4;
  const original = read(capture);

  const same = async (file: Uint8Array) => {
    const [o, r] = [await original, await read(file)];
    expect(r.messages).toEqual(o.messages);
    expect(r.sessions.map((s) => [s.client.identification?.text, s.server.identification?.text])).toEqual(
      o.sessions.map((s) => [s.client.identification?.text, s.server.identification?.text]),
    );
    expect(r.sessions.flatMap((s) => s.problems)).toEqual(o.sessions.flatMap((s) => s.problems).map((p) => ({ ...p, frame: expect.any(Number) })));
    return r;
  };

  test.each(v.LINKS.filter((l) => l.only === undefined || l.only === ipv))('over $name', async (link) => {
    await same(pcap(v.relinked(frames, link), { linkType: link.linkType }));
  });

  test.each([
    ['classic pcap, big endian', pcap(frames, { bigEndian: true })],
    ['classic pcap, nanoseconds', pcap(frames, { nanos: true })],
    ['classic pcap, nanoseconds, big endian', pcap(frames, { nanos: true, bigEndian: true })],
    ['pcapng, big endian', pcapng(frames, { bigEndian: true })],
    ['pcapng, resolution 2^-20 and 10^-9 on two interfaces', pcapng(frames, { resolutions: [0x80 | 20, 9] })],
    ['pcapng, three sections', pcapng(frames, { sections: 3 })],
    ['pcapng with a comment', pcapng(frames, { comment: 'first' })],
  ])('as %s', async (_, file) => {
    await same(file);
  });

  test.each([
    ['fragments', v.fragmented(frames, 256)],
    ['fragments in reverse order', v.fragmented(frames, 512, true)],
    ['segments of 1 byte', v.framesOf(v.split(segments, 1))],
    ['segments of 7 bytes', v.framesOf(v.split(segments, 7))],
    ['large segments', v.framesOf(v.merged(segments, 60_000))],
    ['bursts in reverse order', v.framesOf(v.reordered(v.split(segments, 100)))],
    ['everything twice', v.framesOf(v.duplicated(segments))],
    ['sequence numbers that wrap in the identification', v.framesOf(v.wrapped(segments, 10))],
    ['sequence numbers that wrap in the key exchange', v.framesOf(v.wrapped(segments, 900))],
  ])('in %s', async (_, changed: readonly Taken[]) => {
    await same(pcap(changed));
  });

  test('without the SYN: the same messages, and the roles told by them', async () => {
    const r = await same(pcap(v.framesOf(v.withoutSyn(segments))));
    expect(r.sessions[0]?.roles).toBe('messages');
  });

  test('one direction: its messages, and no invention about the other', async () => {
    const o = await original;
    for (const [i, side] of (['client', 'server'] as const).entries()) {
      const r = await read(pcap(v.framesOf(v.oneWay(segments, o.sessions[0]?.[side].port ?? 0))));
      const clear = (m: readonly { number: number | undefined }[] | undefined) => (m ?? []).map((x) => x.number).filter((n) => n !== undefined);
      expect(clear(r.messages[i])).toEqual(clear(o.messages[i]).slice(0, clear(r.messages[i]).length));
      expect(clear(r.messages[i])).toContain(21);
      expect(r.messages[1 - i]).toEqual([]);
      expect(r.sessions[0]?.exchanges[0]?.negotiation).toBeUndefined();
    }
  });

  test('any piece size of the file', async () => {
    for (const size of [1, 7, 100, 4096]) {
      const pieces = Array.from({ length: Math.ceil(capture.length / size) }, (_, i) => capture.slice(i * size, (i + 1) * size));
      expect(essence((await collect(pieces)).packets)).toEqual((await original).messages);
    }
  });

  test('cut at any byte: what was whole before is there, and the cut is told', async () => {
    const o = await original;
    for (let n = 24; n < capture.length; n += 97) {
      const r = await read(capture.subarray(0, n));
      for (const [i, side] of r.messages.entries()) {
        const whole = side.filter((_, k) => !r.packets.filter((p) => p.side === (i === 0 ? 'client' : 'server'))[k]?.cut);
        expect(whole).toEqual(o.messages[i]?.slice(0, whole.length));
      }
    }
  });

  test('a lost segment: a gap is reported with its size, and what can be read is read', async () => {
    const data = segments.filter((s) => s.payload.length > 0);
    for (const [n, segment] of data.entries()) {
      const r = await read(pcap(v.framesOf(v.lost(segments, n))));
      const gaps = r.sessions.flatMap((s) => s.problems).filter((p) => p.code === 'gap' && p.span !== undefined);
      if (n === data.length - 1 || r.sessions.length === 0) continue;
      expect(gaps.map((p) => (p.span?.end ?? 0) - (p.span?.start ?? 0))).toContain(segment.payload.length);
    }
  });
});
