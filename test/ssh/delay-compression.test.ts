/** The extension delay-compression (RFC 8308 section 3.2): recordings of two ends of AsyncSSH that were taught it, and talks made by hand. */
import { constants, createDeflate, type Deflate } from 'node:zlib';
import { toHex } from '../../src/bytes/hex.ts';
import { utf8 } from '../../src/bytes/text.ts';
import { type Collected, collect, inMemory, type Packet } from '../../src/index.ts';
import { keysRenderer } from '../../src/render/secrets-export.ts';
import { SecretStore } from '../../src/secrets/index.ts';
import { agreedCompression, compressionOffer } from '../../src/ssh/delay-compression.ts';
import { extInfo } from '../../src/ssh/messages/transport.ts';
import type { Side } from '../../src/ssh/model.ts';
import { encode } from '../../src/wire/codec.ts';
import { framesOfFixture, pcap, type Taken } from '../support/capture-files.ts';
import { fixture } from '../support/fixtures.ts';
import { concat } from '../support/packets.ts';
import { dissectTalk, kexInitPayload, packet, type Said } from '../support/talk.ts';
import * as v from '../support/variants.ts';

const SIDES: readonly Side[] = ['client', 'server'];
const [NEWKEYS, EXT_INFO, NEWCOMPRESS, USERAUTH_SUCCESS] = [21, 7, 8, 52];

function read(frames: readonly Taken[], secrets?: string): Promise<Collected> {
  const store = new SecretStore();
  if (secrets !== undefined) store.add(utf8(secrets), 'secrets');
  return collect(inMemory(pcap(frames)), { secrets: store });
}

/** Message number and payload as they were read. */
const content = (p: Packet) => `${p.side} ${p.number} ${toHex(p.inflated?.bytes ?? p.plain.bytes.subarray(p.payload?.start, p.payload?.end))}`;
const ofSide = (packets: readonly Packet[], side: Side, epoch = 1) => packets.filter((p) => p.side === side && p.epoch === epoch);
/** Where the packets of a side are compressed. */
const compressed = (packets: readonly Packet[], side: Side, epoch?: number) => ofSide(packets, side, epoch).map((p) => p.inflated !== undefined);
const allAlike = (flags: readonly boolean[]) => new Set(flags).size === 1;

describe('a session that a re-key follows', () => {
  const { capture, secrets = '' } = fixture('delay-compression');
  const frames = framesOfFixture(capture);
  const whole = read(frames, secrets);

  test.each(['client', 'server'] as const)('what the %s sends is compressed behind its message, and no longer when the keys are new', async (side) => {
    const { packets } = await whole;
    const flags = compressed(packets, side);
    const trigger = ofSide(packets, side).findIndex((p) => p.number === (side === 'client' ? NEWCOMPRESS : USERAUTH_SUCCESS));
    expect(trigger).toBeGreaterThan(3);
    expect(flags).toEqual(flags.map((_, i) => i > trigger));
    expect(ofSide(packets, side).at(-1)?.number).toBe(NEWKEYS);
    expect(compressed(packets, side, 2)).not.toContain(true);
  });

  test.each(SIDES)('with the keys of the %s alone its messages are read, though what the other offers is not', async (side) => {
    const { packets, sessions } = await whole;
    const renderer = keysRenderer();
    for (const p of packets) renderer.packet?.(p);
    const [line = ''] = sessions
      .map((s) => renderer.session?.(s))
      .join('')
      .split('\n');
    const keys = JSON.parse(line);
    for (const letter of side === 'client' ? 'BD' : 'AC') delete keys[letter];
    const half = await read(frames, JSON.stringify(keys));
    expect(ofSide(half.packets, side).map(content)).toEqual(ofSide(packets, side).map(content));
  });
});

describe('a session in clear whose compression ends, and begins anew', () => {
  const frames = framesOfFixture(fixture('delay-compression-anew').capture);
  const whole = read(frames);

  test('it is read without secrets: the client goes on without compression, the server with a new stream', async () => {
    const { packets } = await whole;
    const client = ofSide(packets, 'client');
    const trigger = client.findIndex((p) => p.number === NEWCOMPRESS);
    expect(trigger).toBeGreaterThan(3);
    expect(compressed(packets, 'client')).toEqual(client.map((_, i) => i <= trigger));
    expect(allAlike(compressed(packets, 'server'))).toBe(true);
    // The second EXT_INFO of the server is the one that counts (RFC 8308 section 2.4).
    const infos = ofSide(packets, 'server').filter((p) => p.number === EXT_INFO);
    expect(infos.map((p) => compressionOffer(p.value?.extensions))).toEqual([undefined, { client: ['none', 'zlib'], server: ['zlib', 'none'] }]);
    const server = ofSide(packets, 'server');
    const success = server.findIndex((p) => p.number === USERAUTH_SUCCESS);
    const head = (p: Packet | undefined) => p?.plain.bytes[p.payload?.start ?? 0];
    // A zlib header stands at the head of each of the two streams.
    expect(server.flatMap((p, i) => (head(p) === 0x78 ? [i] : []))).toEqual([0, success + 1]);
  });
});

describe.each(['delay-compression', 'delay-compression-anew'])('%s', (name) => {
  const { capture, secrets } = fixture(name);
  const frames = framesOfFixture(capture);
  const whole = read(frames, secrets);

  test('a segment is lost: nothing is read that was not said', async () => {
    const segments = v.segmentsOf(frames);
    const texts = (packets: readonly Packet[]) => packets.filter((p) => p.number !== undefined).map(content);
    const all = new Set(texts((await whole).packets));
    let lossy = 0;
    const carriers = segments.flatMap((s, i) => (s.payload.length > 0 ? [i + 1] : []));
    for (const [n, frame] of carriers.entries()) {
      // Without the key exchange nothing is known.
      const gone = (await whole).packets.find((p) => p.space.frames.includes(frame));
      if (gone === undefined || gone.epoch === 0) continue;
      const { packets, sessions } = await read(v.framesOf(v.lost(segments, n)), secrets);
      expect([n, texts(packets).filter((t) => !all.has(t))]).toEqual([n, []]);
      lossy += sessions[0]?.problems.some((p) => p.code === 'gap') === true ? 1 : 0;
    }
    expect(lossy).toBeGreaterThan(20);
  });
});

describe('by hand, under the cipher none', () => {
  const NONE = { encryptionAlgorithms: ['none'], macAlgorithms: ['none'] };
  const handshake = (lists: Parameters<typeof kexInitPayload>[0] = NONE): Said[] => [
    ['c', 'SSH-2.0-c\r\n'],
    ['s', 'SSH-2.0-s\r\n'],
    ['c', packet(kexInitPayload(lists))],
    ['s', packet(kexInitPayload(lists))],
    ['c', packet(Uint8Array.of(NEWKEYS))],
    ['s', packet(Uint8Array.of(NEWKEYS))],
  ];
  const offer = (client: readonly string[], server: readonly string[]) => {
    const lists = { compressionAlgorithmsClientToServer: [...client], compressionAlgorithmsServerToClient: [...server] };
    return packet(
      concat(Uint8Array.of(EXT_INFO), encode(extInfo.body, { extensions: [{ extensionName: 'delay-compression', extensionValue: lists }] } as never)),
    );
  };
  const ignore = Uint8Array.of(2, 0, 0, 0, 3, 1, 2, 3);
  const newCompress = packet(Uint8Array.of(NEWCOMPRESS));
  const request = packet(
    concat(Uint8Array.of(50), ...['user', 'ssh-connection', 'none'].map((text) => concat(Uint8Array.of(0, 0, 0, text.length), utf8(text)))),
  );
  const success = packet(Uint8Array.of(USERAUTH_SUCCESS));

  /** The payloads one after another through one stream, each flushed (RFC 4253 section 6.2). */
  async function deflated(...payloads: readonly Uint8Array[]): Promise<Uint8Array[]> {
    const stream: Deflate = createDeflate();
    const out: Uint8Array[] = [];
    for (const payload of payloads) {
      stream.write(payload);
      await new Promise<void>((done) => stream.flush(constants.Z_PARTIAL_FLUSH, done));
      out.push(new Uint8Array(stream.read() ?? []));
    }
    return out;
  }
  const last = ({ packets }: Collected, n: number) => packets.slice(-n).map((p) => [p.side, p.number, p.inflated !== undefined]);
  const problems = ({ packets }: Collected) => packets.flatMap((p) => p.problems).map((p) => `${p.code}: ${p.message}`);

  test('an offer of one side alone has no effect', async () => {
    const [zipped = ignore] = await deflated(ignore);
    const talk: Said[] = [...handshake(), ['c', offer(['zlib'], ['zlib'])], ['c', request], ['s', success], ['s', packet(zipped)], ['s', packet(ignore)]];
    expect(last(await dissectTalk(talk), 2)).toEqual([
      ['server', zipped[0], false],
      ['server', 2, false],
    ]);
  });

  test('offers with nothing in common are said, and leave the packets as they were', async () => {
    const talk: Said[] = [...handshake(), ['c', offer(['zlib'], ['zlib'])], ['s', offer(['none'], ['none'])], ['s', success], ['s', packet(ignore)]];
    const all = await dissectTalk(talk);
    expect(last(all, 1)).toEqual([['server', 2, false]]);
    // Of the session: when it is known, the packet was given already.
    expect(all.sessions[0]?.problems.filter((p) => p.message.includes('have no compression in common for what the server sends')).map((p) => p.code)).toEqual([
      'unexpected',
    ]);
  });

  test.each([
    ['a client that did not offer it', 'c'],
    ['the server, which never may', 's'],
  ] as const)('NEWCOMPRESS of %s is out of place', async (_, end) => {
    const all = await dissectTalk([...handshake(), [end, newCompress], [end, packet(ignore)]]);
    expect(last(all, 1)).toEqual([[end === 'c' ? 'client' : 'server', 2, false]]);
    expect(problems(all).join()).toContain('unexpected: SSH_MSG_NEWCOMPRESS of ');
  });

  test('a compression that sshark does not know is named, and nothing is read from it', async () => {
    const mine = ['press@lab.example'];
    const talk: Said[] = [
      ...handshake(),
      ['c', offer(mine, mine)],
      ['s', offer(mine, mine)],
      ['s', success],
      ['s', packet(Uint8Array.of(250, 1, 2))],
      ['s', packet(Uint8Array.of(2, 9, 9, 9))],
    ];
    const all = await dissectTalk(talk);
    expect(last(all, 2)).toEqual([
      ['server', undefined, true],
      ['server', undefined, true],
    ]);
    expect(all.sessions[0]?.server.decryption).toMatchObject({ state: 'partial', reason: 'sshark does not know the compression press@lab.example' });
    expect(all.packets.at(-1)?.summary).toMatch(/^Packet whose payload stays compressed/);
    expect(problems(all).filter((p) => p.includes('press@lab.example')).length).toBe(1);
  });

  test('the same agreed on in KEXINIT', async () => {
    const talk: Said[] = [
      ...handshake({ ...NONE, compressionAlgorithms: ['press@lab.example'] }),
      ['s', packet(ignore)],
      ['s', packet(Uint8Array.of(250, 1, 2))],
    ];
    const all = await dissectTalk(talk);
    expect(last(all, 2)).toEqual([
      ['server', 2, false],
      ['server', undefined, true],
    ]);
    expect(all.sessions[0]?.server.decryption.reason).toBe('sshark does not know the compression press@lab.example');
  });
});

test('offers that are none', () => {
  const named = (extensionValue: unknown) => [
    { extensionName: 'server-sig-algs', extensionValue: [] },
    undefined,
    { extensionName: 'delay-compression', extensionValue },
  ];
  expect(compressionOffer(named({ compressionAlgorithmsClientToServer: ['a'], compressionAlgorithmsServerToClient: [] }))).toEqual({
    client: ['a'],
    server: [],
  });
  for (const value of [undefined, 'zlib', {}, { compressionAlgorithmsClientToServer: ['a'] }]) expect(compressionOffer(named(value))).toBe(undefined);
  for (const list of [undefined, 'zlib', [], [undefined, {}]]) expect(compressionOffer(list)).toBe(undefined);
});

test("of two offers the client's first that the server has too is taken, for each side by its own lists", () => {
  const client = { client: ['a', 'b', 'c'], server: ['none'] };
  const server = { client: ['c', 'b'], server: ['zlib', 'none'] };
  expect(SIDES.map((side) => agreedCompression(client, server, side))).toEqual(['b', 'none']);
  expect(agreedCompression(client, { client: [], server: [] }, 'client')).toBe(undefined);
});
