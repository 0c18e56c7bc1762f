/** Sessions whose cipher is `none`: everything is read without a secret, also what is compressed (recordings of AsyncSSH and Paramiko). */
import { utf8 } from '../../src/bytes/text.ts';
import { type Collected, collect, inMemory, type Packet, type Problem, type Session, type Side } from '../../src/index.ts';
import { keysRenderer } from '../../src/render/secrets-export.ts';
import { SecretStore } from '../../src/secrets/index.ts';
import { framesOfFixture, pcap, type Taken } from '../support/capture-files.ts';
import { fixture } from '../support/fixtures.ts';
import { dissectTalk, kexInitPayload, packet, type Said } from '../support/talk.ts';
import * as v from '../support/variants.ts';

const NAMES = ['cipher-none-zlib', 'cipher-none-zlib-delayed'];

function read(frames: readonly Taken[], secrets?: string): Promise<Collected> {
  const store = new SecretStore();
  if (secrets !== undefined) store.add(utf8(secrets), 'secrets');
  return collect(inMemory(pcap(frames)), { secrets: store });
}

/** What a packet says, whoever vouches for it. */
const said = ({ side, sequence, number, summary, value }: Packet) => ({ side, sequence, number, summary, value });
const content = ({ side, sequence, number, value }: Packet) => ({ side, sequence, number, value });
const codes = (problems: readonly Problem[]) => problems.map((p) => p.code);

describe.each(NAMES)('%s', (name) => {
  const { capture, secrets, manifest } = fixture(name);
  const frames = framesOfFixture(capture);

  test('without secrets the messages are those that the programs logged, and those that are read with them', async () => {
    const [without, withThem] = [await read(frames), await read(frames, secrets)];
    expect(without.packets.map(said)).toEqual(withThem.packets.map(said));
    for (const side of ['client', 'server'] as const) {
      const numbers = without.packets.filter((p) => p.side === side).map((p) => p.number);
      expect(numbers).toEqual(expect.arrayContaining([...(manifest.expect.messages?.[side] ?? [-1])]));
      expect(without.packets.some((p) => p.side === side && p.inflated !== undefined)).toBe(true);
    }
    expect(codes(without.sessions[0]?.problems ?? [])).toEqual(codes(withThem.sessions[0]?.problems ?? []));
    expect(without.sessions[0]?.channels[0]).toMatchObject({ command: 'echo hello', exitStatus: 0, bytes: { client: 0, server: 6 } });
  });

  test('what vouches for the packets is said', async () => {
    const mac = manifest.expect.exchanges?.[0]?.client.mac;
    const verdicts = async (...given: string[]) => {
      const { packets, sessions } = await read(frames, ...given);
      return [new Set(packets.filter((p) => p.epoch > 0).map((p) => p.mac)), sessions[0]?.client.decryption.reason];
    };
    const none = 'the content is not encrypted, and no MAC protects it';
    expect(await verdicts()).toEqual(
      mac === 'none' ? [new Set(['none']), none] : [new Set(['unchecked']), 'the content is not encrypted, but no MAC was verified, as its key is not known'],
    );
    expect(await verdicts(secrets ?? '')).toEqual(
      mac === 'none' ? [new Set(['none']), none] : [new Set(['valid']), 'the content is not encrypted and its integrity verified'],
    );
  });

  test('with a wrong K everything is read all the same; that no MAC can be verified, and why, is said once for each side', async () => {
    const wrong = (secrets ?? '').replaceAll(/ SHARED_SECRET (.)/g, (_, digit) => ` SHARED_SECRET ${digit === '1' ? 2 : 1}`);
    const [without, withIt] = [await read(frames), await read(frames, wrong)];
    expect(withIt.packets.map(said)).toEqual(without.packets.map(said));
    const [session] = withIt.sessions;
    const mac = manifest.expect.exchanges?.[0]?.client.mac;
    expect(new Set(withIt.packets.filter((p) => p.epoch > 0).map((p) => p.mac))).toEqual(new Set([mac === 'none' ? 'none' : 'unchecked']));
    expect(codes(session?.problems ?? []).filter((code) => code === 'unauthentic').length).toBe(mac === 'none' ? 0 : 2);
    for (const side of ['client', 'server'] as const) {
      const decryption = session?.[side].decryption;
      expect(decryption?.state).toBe('ok');
      expect(decryption?.reason).toMatch(
        mac === 'none'
          ? /no MAC protects it$/
          : /^the content is not encrypted, but no MAC can be verified: packet \d+ of epoch 1 has a MAC that differs \(frame \d+\): .*the secret of secrets:1 is not that of this key exchange/,
      );
    }
    // A MAC that nobody has compared speaks for nothing.
    expect(session?.exchanges[0]?.signature).toMatchObject({ verdict: 'invalid', reason: expect.not.stringContaining('MACs of the packets verify') });
  });

  test('the NEWKEYS of a side is lost: behind it the packets are read as they would be with it', async () => {
    const segments = v.segmentsOf(frames);
    const whole = (await read(frames)).packets;
    const carriers = segments.flatMap((s, i) => (s.payload.length > 0 ? [i + 1] : []));
    for (const side of ['client', 'server'] as const) {
      const newKeys = whole.find((p) => p.side === side && p.number === 21);
      const { packets, sessions } = await read(v.framesOf(v.lost(segments, carriers.indexOf(newKeys?.frame ?? -1))));
      const behind = (all: readonly Packet[]) => all.filter((p) => p.side === side && p.epoch > 0).map((p) => [p.number, p.value]);
      expect([side, behind(packets)]).toEqual([side, behind(whole)]);
      expect(codes(sessions[0]?.problems ?? [])).toEqual(['gap', 'gap']);
    }
  });

  test('a segment is lost: what is behind it in its direction stays compressed, as with secrets', async () => {
    const segments = v.segmentsOf(frames);
    const whole = (await read(frames)).packets;
    const carriers = segments.flatMap((s, i) => (s.payload.length > 0 ? [i + 1] : []));
    let broken = 0;
    for (const [n, frame] of carriers.entries()) {
      const gone = whole.find((p) => p.space.frames.includes(frame));
      // Without the key exchange nothing is known.
      if (gone === undefined || gone.epoch === 0) continue;
      const less = v.framesOf(v.lost(segments, n));
      const [without, withThem] = [await read(less), await read(less, secrets)];
      // The MACs find the place to read on earlier than what the packets say: so the order of the two sides may differ.
      const readable = ({ packets }: Collected) =>
        (['client', 'server'] as const).flatMap((side) => packets.filter((p) => p.side === side && p.number !== undefined).map(content));
      expect([n, readable(without)]).toEqual([n, readable(withThem)]);
      const ofOther = (packets: readonly Packet[]) => packets.filter((p) => p.side !== gone.side).map((p) => p.value);
      expect(ofOther(without.packets)).toEqual(ofOther(whole));
      const compressed = codes(without.sessions[0]?.problems ?? []).filter((code) => code === 'undecryptable').length;
      expect([n, compressed <= 1]).toEqual([n, true]);
      broken += compressed;
      if (compressed > 0) expect(without.sessions[0]?.[gone.side].decryption.reason).toMatch(/; from here on payloads stay compressed/);
    }
    expect(broken).toBeGreaterThan(5);
  });
});

describe('derived keys, of which only those of the MACs are of use', () => {
  const { capture, secrets } = fixture('cipher-none-zlib-delayed');
  const frames = framesOfFixture(capture);
  const readWith = async (change: (letters: Record<string, string>) => void) => {
    const { packets, sessions } = await read(frames, secrets);
    const renderer = keysRenderer();
    for (const p of packets) renderer.packet?.(p);
    const letters = JSON.parse(renderer.session?.(sessions[0] as Session) as string) as Record<string, string>;
    change(letters);
    const changed = await read(frames, JSON.stringify(letters));
    const verdicts = (side: Side) => [...new Set(changed.packets.filter((p) => p.side === side && p.epoch > 0).map((p) => p.mac))];
    return { client: [...verdicts('client'), changed.sessions[0]?.client.decryption.reason], server: verdicts('server') };
  };

  test('those that the secrets command exports verify every MAC', async () => {
    expect(await readWith(() => {})).toEqual({
      client: ['valid', 'the content is not encrypted and its integrity verified, with the derived keys of secrets:1'],
      server: ['valid'],
    });
  });

  test.each<[string, (letters: Record<string, string>) => void, string]>([
    ['missing', (letters) => delete letters.E, 'the line of derived keys secrets:1 has no MAC key of the client (letter E)'],
    [
      'wrong',
      (letters) => {
        letters.E = `00${letters.F?.slice(2)}`;
      },
      'the derived keys of secrets:1 do not fit: the MAC key (letter E) is not that of this direction of the exchange, or the first packet was altered',
    ],
  ])('one that is %s is named, and nothing is hidden for it', async (_, change, words) => {
    expect(await readWith(change)).toEqual({
      client: ['unchecked', `the content is not encrypted, but no MAC can be verified: ${words}`],
      server: ['valid'],
    });
  });
});

describe('without a recording', () => {
  const ignore = Uint8Array.of(2, 0, 0, 0, 3, 1, 2, 3);
  const handshake = (...lists: Parameters<typeof kexInitPayload>): Said[] => [
    ['c', 'SSH-2.0-c\r\n'],
    ['s', 'SSH-2.0-s\r\n'],
    ['c', packet(kexInitPayload(...lists))],
    ['s', packet(kexInitPayload(...lists))],
    ['c', packet(Uint8Array.of(21))],
    ['s', packet(Uint8Array.of(21))],
  ];
  const NONE = { encryptionAlgorithms: ['none'], macAlgorithms: ['none'] };

  test('odd padding is told and read all the same', async () => {
    const { packets, sessions } = await dissectTalk([...handshake(NONE), ['s', packet(ignore, 3)], ['s', packet(ignore)]]);
    expect(packets.slice(-2).map((p) => [p.number, codes(p.problems)])).toEqual([
      [2, ['noncanonical']],
      [2, []],
    ]);
    expect(sessions[0]?.server.decryption).toMatchObject({ state: 'ok', packets: 2, decrypted: 2 });
  });

  test('a packet that the capture does not hold whole is a fragment', async () => {
    const { sessions } = await dissectTalk([...handshake(NONE), ['s', packet(ignore)], ['s', packet(ignore).subarray(0, 12)]], { fin: false });
    expect(sessions[0]?.fragments.map((p) => [p.number, p.encrypted, codes(p.problems)])).toEqual([[2, true, ['truncated', 'truncated']]]);
    expect(sessions[0]?.server.decryption).toMatchObject({ packets: 1, bytes: packet(ignore).length + 12 });
  });

  test('a MAC of unknown length ends what can be read, and is named', async () => {
    const { packets, sessions } = await dissectTalk([...handshake({ ...NONE, macAlgorithms: ['hmac-of-mine'] }), ['s', packet(ignore)]]);
    expect(packets.filter((p) => p.encrypted)).toEqual([]);
    expect(sessions[0]?.server.decryption).toMatchObject({ state: 'unsupported', reason: 'sshark cannot open hmac-of-mine' });
  });

  test('what is no packet is said, and what follows it is found', async () => {
    const packets = Array.from({ length: 4 }, () => packet(ignore));
    const { sessions, packets: found } = await dissectTalk([...handshake(NONE), ['s', new Uint8Array(40).fill(0xff)], ...packets.map((p): Said => ['s', p])]);
    expect(found.slice(-4).map((p) => p.number)).toEqual([2, 2, 2, 2]);
    expect(sessions[0]?.server.decryption).toMatchObject({ state: 'partial', reason: expect.stringContaining('reading went on behind it') });
  });
});
