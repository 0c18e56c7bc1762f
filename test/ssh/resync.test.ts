/** Reading on behind gaps and damage, on recordings of real programs: what is whole is opened, with its number and its MAC. */
import { utf8 } from '../../src/bytes/text.ts';
import { collect, type DissectOptions, inMemory, type Packet } from '../../src/index.ts';
import { SecretStore } from '../../src/secrets/index.ts';
import { framesOfFixture, pcap } from '../support/capture-files.ts';
import { msSince } from '../support/clock.ts';
import { fixture } from '../support/fixtures.ts';
import { randomOf } from '../support/random.ts';
import * as v from '../support/variants.ts';

/** A fixture as its TCP segments, with its key log. */
function recording(name: string) {
  const { capture, secrets = '' } = fixture(name);
  return { segments: v.segmentsOf(framesOfFixture(capture)), secrets };
}

async function read(segments: readonly v.TcpSegment[], secrets: string, options: DissectOptions = {}) {
  const store = new SecretStore();
  store.add(utf8(secrets), 'secrets');
  const { packets, sessions } = await collect(inMemory(pcap(v.framesOf(segments))), { ...options, secrets: store });
  const [session] = sessions;
  if (session === undefined) throw new Error('no session');
  return { packets, session };
}

/** What a packet must be, wherever it was read. */
const essence = (p: Packet) => ({ side: p.side, epoch: p.epoch, sequence: p.sequence, mac: p.mac, at: p.streamOffset, plain: hex(p.plain.bytes) });
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
/** Behind a loss a compressed payload stays compressed, and has no number. */
const same = (a: Packet | undefined, b: Packet) =>
  a !== undefined &&
  JSON.stringify(essence(a)) === JSON.stringify(essence(b)) &&
  (a.number === b.number || (a.number === undefined && b.inflated !== undefined));
const key = (p: Packet) => `${p.side} ${p.epoch} ${p.sequence}`;

/** Ciphers in CBC mode need a block in front of a packet: behind a gap that ends where a packet begins, its first block is lost. */
const isCbc = (name: string) => name.includes('cbc');

/** Messages of the exchange that its hash is made of. */
const hashed = (p: Packet) => p.number === 20 || (p.number !== undefined && p.number >= 30 && p.number < 50);

const NAMES = [
  'cipher-aes128-ctr-etm',
  'cipher-aes256-ctr',
  'cipher-aes128-cbc',
  'cipher-aes128-cbc-etm',
  'cipher-3des-cbc',
  'cipher-aes256-gcm',
  'cipher-chacha20',
  'cipher-arcfour',
  'cipher-arcfour256',
  'mac-md5-96',
  'rekey',
  'rekey-etm',
];

describe.each(NAMES)('%s', (name) => {
  const { segments, secrets } = recording(name);
  const data = segments.filter((s) => s.payload.length > 0);
  const whole = read(segments, secrets);

  test('without any one segment behind the key exchange: every packet that is still whole is read as before', async () => {
    const before = (await whole).packets;
    const frames = segments.flatMap((s, i) => (s.payload.length > 0 ? [i + 1] : []));
    let tried = 0;
    for (const [n, frame] of frames.entries()) {
      const gone = before.filter((p) => p.space.frames.includes(frame));
      const [first] = gone;
      // Without these there are no keys.
      if (first === undefined || gone.some(hashed)) continue;
      tried++;
      const after = await read(v.lost(segments, n), secrets);
      const found = new Map(after.packets.map((p) => [key(p), p]));
      const rest = before.filter((p) => p.epoch > 0 && !gone.includes(p));
      const blind = isCbc(name) ? rest.find((p) => p.side === first.side && p.frame > frame) : undefined;
      const wrong = rest.filter((p) => p !== blind && !same(found.get(key(p)), p)).map(key);
      expect([n, wrong]).toEqual([n, []]);
      const { state, reason } = after.session[first.side].decryption;
      expect([n, state, reason]).toEqual([n, expect.stringMatching('partial'), expect.stringContaining('a gap of')]);
      const told = after.session.problems.filter((p) => p.code === 'gap').map((p) => /are not in the capture$|^resynchronised/.exec(p.message)?.[0]);
      // Under encrypt-then-MAC the packet whose first block is lost is found, too.
      const goesOn = rest.some((p) => p.side === first.side && p.frame > frame && (p !== blind || name.endsWith('etm')));
      expect([n, told]).toEqual([n, goesOn ? ['are not in the capture', 'resynchronised'] : ['are not in the capture']]);
    }
    expect(tried).toBeGreaterThan(15);
    expect(data.length).toBeGreaterThan(tried);
  });

  test('with one bit of any one packet turned: that packet alone cannot be read', async () => {
    const before = (await whole).packets;
    const sealed = before.filter((p) => p.epoch > 0);
    for (const [i, packet] of sealed.entries()) {
      if (hashed(packet)) continue;
      // The length, the text and the tag in turn; never the last cipher block, which CBC needs for the next packet too.
      const end = packet.space.bytes.length - 1;
      const at = isCbc(name) && packet.length < 24 ? end : ([0, 2, 5, end][i % 4] as number);
      const after = await read(flipped(segments, packet, at), secrets);
      const found = new Map(after.packets.map((p) => [key(p), p]));
      const rest = sealed.filter((p) => p !== packet);
      expect([key(packet), at, rest.filter((p) => !same(found.get(key(p)), p)).map(key)]).toEqual([key(packet), at, []]);
      const damaged = found.get(key(packet));
      // One that claims to be longer than the stream is not whole.
      if (damaged === undefined) expect(after.session.problems.map((p) => p.code)).toContain('truncated');
      else expect([damaged.mac, damaged.number]).toEqual(['invalid', undefined]);
    }
  });
});

/** The segments without the stream bytes `[from, to)` of the side that sends from `port`. */
function without(segments: readonly v.TcpSegment[], port: number, from: number, to: number): v.TcpSegment[] {
  const start = (segments.find((s) => s.sourcePort === port && (s.flags & 2) !== 0)?.sequence ?? 0) + 1;
  return segments.flatMap((s) => {
    const at = s.sequence - start;
    const [a, b] = [from - at, to - at].map((n) => Math.max(0, Math.min(s.payload.length, n))) as [number, number];
    if (s.sourcePort !== port || a === b) return [s];
    const parts = [
      { ...s, payload: s.payload.slice(0, a) },
      { ...s, sequence: s.sequence + b, payload: s.payload.slice(b) },
    ];
    return parts.filter((part) => part.payload.length > 0);
  });
}

describe.each([
  ['cipher-aes128-cbc', 16],
  ['cipher-3des-cbc', 8],
  ['cipher-aes128-cbc-etm', 16],
  ['cipher-aes128-ctr', 0],
  ['cipher-aes128-ctr-etm', 0],
])('%s', (name, block) => {
  test('a gap costs the packets that it touches, and in CBC the one whose predecessor block it takes, wherever it begins and ends', async () => {
    const { segments, secrets } = recording(name);
    const { packets, session } = await read(segments, secrets);
    const sent = packets.filter((p) => p.side === 'server' && p.epoch > 0);
    const [before, cut, next] = [sent[3], sent[4], sent[5]] as [Packet, Packet, Packet];
    const tail = cut.space.bytes.length - 4 - cut.length;
    // From around the beginning of one packet to around the end of the one behind it: a tail and a block before, and behind.
    const bounds = [...new Set([0, 1, 4, block, tail, tail + 1, block + tail - 1, block + tail, block + tail + 1])];
    let nextRead = 0;
    for (const lead of [0, 1, tail, before.space.bytes.length]) {
      for (const bound of [...bounds, -1, -4]) {
        const [from, to] = [cut.streamOffset - lead, next.streamOffset - bound];
        if (to <= from) continue;
        const after = await read(without(segments, session.server.port, from, to), secrets);
        const found = new Map(after.packets.filter((p) => p.number !== undefined && !p.cut).map((p) => [key(p), p]));
        const lost = (p: Packet) => {
          const end = p.streamOffset + p.space.bytes.length;
          const chained = block > 0 && p.streamOffset >= to && p.streamOffset - to < block + tail;
          return p.side === 'server' && p.epoch > 0 && ((end > from && p.streamOffset < to) || chained);
        };
        const missing = packets.filter((p) => p.epoch > 0 && !same(found.get(key(p)), p));
        expect([from, to, missing.map(key)]).toEqual([from, to, packets.filter(lost).map(key)]);
        if (found.has(key(next))) nextRead++;
      }
    }
    expect(nextRead).toBeGreaterThan(3);
  });
});

/** The segments with one bit of a packet turned, `at` bytes from its beginning. */
function flipped(segments: readonly v.TcpSegment[], packet: Packet, at: number): v.TcpSegment[] {
  const [place] = packet.space.locate({ start: at, end: at + 1 });
  if (place === undefined) throw new Error('no such byte');
  return segments.map((s, i) => {
    if (i + 1 !== place.frame) return s;
    const payload = s.payload.slice();
    const header = s.ipv6 ? 74 : 54;
    const k = place.offset - header - s.options.length;
    payload[k] = (payload[k] as number) ^ 0x20;
    return { ...s, payload };
  });
}

describe('what is not to be found', () => {
  test.each(['cipher-aes128-ctr-etm', 'cipher-aes256-ctr', 'cipher-aes128-cbc', 'cipher-aes256-gcm', 'cipher-chacha20'])(
    '%s: random bytes behind a gap end the search, which says so',
    async (name) => {
      const { segments, secrets } = recording(name);
      const data = segments.filter((s) => s.payload.length > 0);
      const last = data.at(-1);
      if (last === undefined) throw new Error('no data');
      const random = randomOf(7);
      const behind = Array.from({ length: 200 }, (_, i) => ({
        ...last,
        sequence: (last.sequence + last.payload.length + 100_000 + 1400 * i) >>> 0,
        payload: Uint8Array.from({ length: 1400 }, () => random() * 256),
      }));
      const start = process.cpuUsage();
      const { session } = await read([...segments.slice(0, segments.indexOf(last) + 1), ...behind], secrets);
      expect(msSince(start)).toBeLessThan(5000);
      const decryption = [session.client.decryption, session.server.decryption].filter((one) => one.reason.includes('a gap of 100000 bytes'));
      expect(decryption).toEqual([expect.objectContaining({ state: 'partial', reason: expect.stringContaining('no packet that the keys open was found') })]);
    },
  );

  test('the work is bounded by a limit, which is told', async () => {
    const { segments, secrets } = recording('cipher-aes256-ctr');
    const whole = await read(segments, secrets);
    const frames = segments.flatMap((s, i) => (s.payload.length > 0 ? [i + 1] : []));
    const n = frames.indexOf(whole.packets.filter((p) => p.epoch > 0)[3]?.frame ?? 0);
    const { session } = await read(v.lost(segments, n), secrets, { limits: { searchWork: 1000 } });
    expect(session.problems).toContainEqual(expect.objectContaining({ code: 'limit', message: expect.stringContaining('searchWork') }));
  });

  test('a wrong secret is not searched around: the first packet says that it is wrong', async () => {
    const { segments, secrets } = recording('cipher-aes256-ctr');
    const wrong = secrets.replace(/[0-9a-f]{8}$/gm, '00000000');
    const { session } = await read(segments, wrong);
    expect(session.client.decryption).toMatchObject({ state: 'lost', reason: expect.stringMatching(/is not that of this/) });
  });

  test('a line of the key log that is cut off is named where its secret is missing', async () => {
    const { segments, secrets } = recording('cipher-aes256-ctr');
    const [line = ''] = secrets.split('\n');
    const { session } = await read(segments, line.slice(0, -1));
    expect(session.client.decryption).toMatchObject({
      state: 'no-secret',
      reason: expect.stringMatching(/: its line could not be read: secrets:1: .* an odd number of hex digits .*; the file ends within this line/),
    });
    const other = `${'0f'.repeat(16)} SHARED_SECRET 0102`;
    expect((await read(segments, `what is this\n${other}\n${line.slice(0, 40)}\n`)).session.client.decryption.reason).toMatch(
      /: its line could not be read: secrets:3: .* the keyword after the cookie [0-9a-f]{32} is not whole$/,
    );
    expect((await read(segments, `${other}\n${line.slice(0, 20)}`)).session.client.decryption.reason).toMatch(
      /given were secrets for 0f0f.*; not all could be read: secrets:2: not a spelling .*; the file ends within this line/,
    );
    expect((await read(segments, other)).session.client.decryption.reason).toMatch(/given were secrets for [0f]+$/);
  });

  test('frames cut to 200 bytes: neither side is said to have sent nothing encrypted', async () => {
    const { capture, secrets = '' } = fixture('openssh-login');
    const store = new SecretStore();
    store.add(utf8(secrets), 'secrets');
    const cut = framesOfFixture(capture).map((f) => ({ ...f, originalLength: f.bytes.length, bytes: f.bytes.subarray(0, 200) }));
    const { sessions } = await collect(inMemory(pcap(cut)), { secrets: store });
    expect([sessions[0]?.client.decryption, sessions[0]?.server.decryption]).toEqual([
      expect.objectContaining({ state: 'lost', decrypted: 0, reason: expect.stringContaining('does not hold the KEXINITs of both sides whole') }),
      expect.objectContaining({ state: 'lost', decrypted: 0, reason: expect.stringContaining('where the encrypted part begins was not found') }),
    ]);
  });
});
