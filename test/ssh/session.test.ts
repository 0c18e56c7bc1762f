import { collect, dissect, inMemory } from '../../src/index.ts';
import { pcap } from '../support/capture-files.ts';
import { concat, hex } from '../support/packets.ts';
import { dissectTalk, kexInitPayload, packet, type Said, segmentsOfTalk } from '../support/talk.ts';
import { framesOf, lost } from '../support/variants.ts';

const CLIENT: Said = ['c', 'SSH-2.0-c\r\n'];
const SERVER: Said = ['s', 'SSH-2.0-s\r\n'];
const strict = (side: 'c' | 's') => kexInitPayload({ kex: ['curve25519-sha256', `kex-strict-${side}-v00@openssh.com`] });
const init = packet(kexInitPayload());
/** SSH_MSG_KEX_ECDH_INIT with a public value of 32 bytes. */
const ecdhInit = packet(concat(hex('1e00000020'), new Uint8Array(32).fill(9)));
const newKeys = packet(hex('15'));
const ignore = packet(hex('0200000003616263'));
const codes = (problems: readonly { readonly code: string }[]) => problems.map((p) => p.code);

describe('what may come when', () => {
  test('IGNORE within a strict key exchange is unexpected, and so is a packet before KEXINIT', async () => {
    const { packets } = await dissectTalk([CLIENT, SERVER, ['c', packet(strict('c'))], ['s', packet(strict('s'))], ['s', ignore]]);
    const said = packets.find((p) => p.number === 2);
    expect(codes(said?.problems ?? [])).toEqual(['unexpected']);
    expect(said?.problems[0]?.message).toContain('strict KEX forbids');
    const early = await dissectTalk([CLIENT, SERVER, ['c', ignore], ['c', packet(strict('c'))], ['s', packet(strict('s'))]]);
    expect(early.sessions[0]?.problems.some((p) => p.message.includes('1 packet of the client before its KEXINIT'))).toBe(true);
  });

  test('without strict KEX it is reported as what a Terrapin attack begins with', async () => {
    const { packets, sessions } = await dissectTalk([CLIENT, SERVER, ['c', init], ['s', init], ['s', ignore]]);
    expect(packets.find((p) => p.number === 2)?.problems[0]?.message).toContain('Terrapin');
    expect(sessions[0]?.strictKex).toBe(false);
  });

  test.each([
    ['a second KEXINIT', init, 'second KEXINIT'],
    ['SERVICE_REQUEST', packet(hex('050000000c7373682d7573657261757468')), 'during a key exchange'],
    ['EXT_INFO', packet(hex('0700000000')), 'during a key exchange'],
  ])('%s during the key exchange', async (_, bytes, words) => {
    const { sessions } = await dissectTalk([CLIENT, SERVER, ['c', init], ['s', init], ['c', bytes]]);
    expect(sessions[0]?.problems.some((p) => p.code === 'unexpected' && p.message.includes(words))).toBe(true);
  });

  test('nothing is blamed for what may stand before the beginning of the capture', async () => {
    const { packets, sessions } = await dissectTalk(
      [
        ['c', ecdhInit],
        ['c', newKeys],
        ['s', packet(hex('15'))],
      ],
      { syn: false },
    );
    expect(packets.map((p) => p.number).sort()).toEqual([21, 21, 30]);
    expect(codes(sessions[0]?.problems ?? [])).not.toContain('unexpected');
  });

  test('a key exchange message or NEWKEYS before any KEXINIT', async () => {
    const { sessions } = await dissectTalk([CLIENT, SERVER, ['c', newKeys]]);
    expect(sessions[0]?.problems.some((p) => p.code === 'unexpected' && p.message.includes('outside a key exchange'))).toBe(true);
  });
});

describe('framing in clear', () => {
  test('several packets in one segment, and one packet over many', async () => {
    const whole = concat(init, ignore, ignore);
    const { packets } = await dissectTalk([CLIENT, SERVER, ['c', whole.slice(0, 3)], ['c', whole.slice(3, 40)], ['c', whole.slice(40)]]);
    expect(packets.map((p) => [p.number, p.sequence])).toEqual([
      [20, 0],
      [2, 1],
      [2, 2],
    ]);
    expect(packets[0]?.space.frames).toHaveLength(3);
  });

  test('a length beyond 256 KiB ends what can be read, and says where', async () => {
    const { sessions, packets } = await dissectTalk([CLIENT, SERVER, ['c', init], ['c', hex('00050000041400000000000000')]]);
    expect(packets).toHaveLength(1);
    expect(sessions[0]?.problems.filter((p) => p.code === 'malformed')).toMatchObject([
      { message: expect.stringContaining('327680'), frame: expect.any(Number) },
    ]);
  });

  test('odd padding is told and read all the same', async () => {
    const { packets } = await dissectTalk([CLIENT, SERVER, ['c', packet(hex('0200000000'), 1)]]);
    expect(packets[0]?.number).toBe(2);
    expect(codes(packets[0]?.problems ?? [])).toEqual(['noncanonical', 'noncanonical']);
  });

  test('a packet that the capture does not hold whole is a fragment, and its message is read as far as it goes', async () => {
    const { sessions } = await dissectTalk([CLIENT, SERVER, ['c', init.slice(0, 100)]], { fin: false });
    const [fragment] = sessions[0]?.fragments ?? [];
    expect(fragment?.cut).toBe(true);
    expect(fragment?.value).toMatchObject({ kexAlgorithms: ['curve25519-sha256'], serverHostKeyAlgorithms: ['ssh-ed25519'] });
    expect(sessions[0]?.packets).toBe(0);
    expect(sessions[0]?.problems.some((p) => p.code === 'truncated')).toBe(true);
  });
});

describe('roles', () => {
  test('the key exchange message contradicts the SYN: it wins', async () => {
    const { sessions, packets } = await dissectTalk([CLIENT, SERVER, ['c', init], ['s', init], ['s', ecdhInit]]);
    expect(sessions[0]?.roles).toBe('messages');
    expect(sessions[0]?.server.identification?.text).toBe('SSH-2.0-c');
    expect(packets.find((p) => p.number === 30)?.side).toBe('client');
  });

  test('ext-info-c and lines before the identification tell too; without anything the SYN, then the ports', async () => {
    const told = await dissectTalk([CLIENT, SERVER, ['s', packet(kexInitPayload({ kex: ['ext-info-c', 'curve25519-sha256'] }))]]);
    expect(told.sessions[0]?.roles).toBe('messages');
    const lines = await dissectTalk([['c', 'welcome\r\nSSH-2.0-c\r\n'], SERVER]);
    expect(lines.sessions[0]?.server.identification?.text).toBe('SSH-2.0-c');
    expect((await dissectTalk([CLIENT, SERVER])).sessions[0]?.roles).toBe('syn');
    const ports = (await dissectTalk([SERVER, CLIENT], { syn: false })).sessions[0];
    expect([ports?.roles, ports?.client.port, ports?.server.port]).toEqual(['port', 40_000, 22]);
  });
});

describe('after NEWKEYS without secrets', () => {
  const handshake = (lists: Parameters<typeof kexInitPayload>[0]): Said[] => [
    CLIENT,
    SERVER,
    ['c', packet(kexInitPayload(lists))],
    ['s', packet(kexInitPayload(lists))],
    ['c', ecdhInit],
    ['s', newKeys],
  ];
  /** A packet of EtM or GCM: the length in clear, then `length` bytes and a tag. */
  const sealed = (length: number, tag: number) => concat(new Uint8Array([0, 0, 0, length]), new Uint8Array(length + tag).fill(0xa5));

  test.each([
    ['aes128-gcm@openssh.com', 'x', 16],
    ['aes128-ctr', 'hmac-sha2-256-etm@openssh.com', 32],
  ])('%s with %s: framed, for the length is in clear', async (cipher, mac, tag) => {
    const { packets, sessions } = await dissectTalk([
      ...handshake({ encryptionAlgorithms: [cipher], macAlgorithms: [mac] }),
      ['s', concat(sealed(32, tag), sealed(64, tag))],
    ]);
    const encrypted = packets.filter((p) => p.encrypted);
    expect(encrypted.map((p) => [p.length, p.number, p.mac, p.sequence, p.epoch])).toEqual([
      [32, undefined, 'unchecked', 2, 1],
      [64, undefined, 'unchecked', 3, 1],
    ]);
    expect(sessions[0]?.server.decryption).toMatchObject({ packets: 2, decrypted: 0, state: 'no-secret' });
    expect(sessions[0]?.server.decryption.reason).toContain('07070707070707070707070707070707');
  });

  test('aes128-ctr with hmac-sha2-256: counted, and nothing is called malformed', async () => {
    const { packets, sessions } = await dissectTalk([...handshake({}), ['s', new Uint8Array(100).fill(0xa5)]]);
    expect(packets.filter((p) => p.encrypted)).toEqual([]);
    expect(sessions[0]?.server.decryption).toMatchObject({ packets: 0, bytes: 100, state: 'no-secret' });
    expect(codes(sessions[0]?.problems ?? [])).not.toContain('malformed');
  });

  test('the cipher none is read on, its MAC unchecked', async () => {
    const lists = { encryptionAlgorithms: ['none'], macAlgorithms: ['hmac-sha1'] };
    const { packets } = await dissectTalk([...handshake(lists), ['s', concat(ignore, new Uint8Array(20))]]);
    expect(packets.at(-1)).toMatchObject({ number: 2, mac: 'unchecked', epoch: 1, encrypted: true });
  });

  test('NEWKEYS and the first encrypted packet in one segment', async () => {
    const lists = { encryptionAlgorithms: ['aes128-gcm@openssh.com'] };
    const said = handshake(lists).slice(0, -1);
    const { packets } = await dissectTalk([...said, ['s', concat(newKeys, sealed(32, 16))]]);
    expect(packets.slice(-2).map((p) => [p.number, p.encrypted])).toEqual([
      [21, false],
      [undefined, true],
    ]);
  });
});

test('SSH-1: the public key in clear, then packets framed and sealed', async () => {
  // Length 5: type and CRC. SMSG_SUCCESS would be encrypted by then.
  const ssh1 = (type: number, body: Uint8Array) => {
    const length = body.length + 5;
    return concat(new Uint8Array([0, 0, 0, length]), new Uint8Array(8 - (length % 8)), Uint8Array.of(type), body, new Uint8Array(4));
  };
  const { packets, sessions } = await dissectTalk([
    ['s', 'SSH-1.5-s\n'],
    ['c', 'SSH-1.5-c\n'],
    ['s', ssh1(2, new Uint8Array(40))],
    ['s', ssh1(14, new Uint8Array(0))],
  ]);
  expect(sessions[0]?.protocol).toBe(1);
  expect(packets.map((p) => [p.name, p.encrypted])).toEqual([
    ['SSH_SMSG_PUBLIC_KEY', false],
    [undefined, true],
  ]);
});

test('messages that wait for the other side, one behind the other, are read before a gap', async () => {
  // The server's KEXINIT never comes: ECDH_INIT waits for it, and when that is let go NEWKEYS does.
  const said: Said[] = [CLIENT, ['c', init], ['c', ecdhInit], ['c', newKeys], ['c', new Uint8Array(560)], ['c', 'lost'], ['c', new Uint8Array(80)]];
  const { packets, sessions } = await collect(inMemory(pcap(framesOf(lost(segmentsOfTalk(said), 5)))));
  expect(packets.map((p) => p.number)).toEqual([20, 30, 21]);
  expect(codes(sessions[0]?.problems ?? [])).not.toContain('truncated');
});

test('packets wait so long for a message that tells who is client, and no longer', async () => {
  const many = Array.from({ length: 20 }, (): Said => ['s', ignore]);
  const early: number[] = [];
  const said: Said[] = [CLIENT, SERVER, ...many];
  await dissect(inMemory(pcap(framesOf(segmentsOfTalk(said)))), { packet: (p) => early.push(p.session.problems.length) }, { limits: { waitBytes: 6000 } });
  expect(early).toHaveLength(20);
  // Those that waited come when the limit is said.
  expect(early[0]).toBeGreaterThan(0);
  const { sessions, packets } = await dissectTalk(said, { limits: { waitBytes: 6000 } });
  const limits = sessions[0]?.problems.filter((p) => p.code === 'limit') ?? [];
  expect(limits.map((p) => p.message)).toEqual([expect.stringMatching(/who is client .*\(limit waitBytes\)/)]);
  expect(packets.every((p) => p.side === 'server')).toBe(true);
});

test('long identification strings count to what open sessions keep', async () => {
  const long: Said[] = [
    ['c', `SSH-2.0-${'x'.repeat(8000)}\r\n`],
    ['s', `SSH-2.0-${'y'.repeat(8000)}\r\n`],
  ];
  const three = [1, 2, 3].flatMap((i) => segmentsOfTalk(long, { clientPort: 40_000 + i, fin: false }));
  const { sessions } = await collect(inMemory(pcap(framesOf(three))), { limits: { sessionBytes: 120_000 } });
  expect(sessions.map((s) => s.ended)).toContain('limit');
});
