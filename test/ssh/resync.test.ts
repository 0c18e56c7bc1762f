/** Reading on behind gaps and damage, on recordings of real programs: what is whole is opened, with its number and its MAC. */
import { utf8 } from '../../src/bytes/text.ts';
import { collect, type DissectOptions, inMemory, type Packet } from '../../src/index.ts';
import { SecretStore } from '../../src/secrets/index.ts';
import { framesOfFixture, pcap } from '../support/capture-files.ts';
import { fixture } from '../support/fixtures.ts';
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
const essence = (p: Packet) => ({ side: p.side, epoch: p.epoch, sequence: p.sequence, mac: p.mac, number: p.number, at: p.streamOffset, plain: hex(p.plain.bytes) });
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
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
      const behind = new Set(rest.filter((p) => p !== blind).map(key));
      expect([n, rest.filter((p) => p !== blind).map(essence)]).toEqual([n, [...found.values()].filter((p) => behind.has(key(p))).map(essence)]);
      const { state, reason } = after.session[first.side].decryption;
      expect([n, state, reason]).toEqual([n, expect.stringMatching('partial'), expect.stringContaining('a gap of')]);
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
      const at = [0, 2, 18, packet.space.bytes.length - 1][i % 4] as number;
      const after = await read(flipped(segments, packet, at), secrets);
      const found = new Map(after.packets.map((p) => [key(p), p]));
      const rest = sealed.filter((p) => p !== packet);
      expect([key(packet), at, rest.filter((p) => found.get(key(p))?.number !== p.number).map(key)]).toEqual([key(packet), at, []]);
      expect([key(packet), found.get(key(packet))?.mac, found.get(key(packet))?.number]).toEqual([key(packet), 'invalid', undefined]);
    }
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
