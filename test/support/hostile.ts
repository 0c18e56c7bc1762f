/** Captures made to hurt: generators, so that what is large is never whole in memory. Each says what is wrong in it. */
import { gzipSync } from 'node:zlib';
import { utf8 } from '../../src/bytes/text.ts';
import { channelCapture, type Line, NO_ATTRS, sftp, status, text, u64 } from './channel-talk.ts';
import { big, concat, ethernet, gre, hex, IPV4, type IpFields, ipv4, little, tcp, vlan } from './packets.ts';
import { kexInitPayload, packet, type Said, segmentsOfTalk } from './talk.ts';
import { u32 } from './two-ends.ts';
import { framesOf, type TcpSegment } from './variants.ts';

/** A capture, in pieces. */
export interface Hostile {
  readonly name: string;
  /** What the dissection must say: a code and words of a problem, of the capture or of a session. */
  readonly says?: readonly [code: string, words: RegExp];
  /** Sessions that are found. */
  readonly sessions?: number;
  /** Key log to read it with. */
  readonly secrets?: string;
  /** Milliseconds of computing that it may take with all its printing, when more than the others. */
  readonly ms?: number;
  /** Megabytes that may be held at any time, beyond the capture itself; looked at where it is told. */
  readonly mb?: number;
  pieces(): Iterable<Uint8Array>;
}

const PCAP_HEAD = hex('d4c3b2a1020004000000000000000000ffffff0001000000');
const SYN = 0x02;
const ACK = 0x10;
const CLIENT = 'SSH-2.0-client\r\n';
const SERVER = 'SSH-2.0-server\r\n';
/** Bytes of a piece, about. */
const PIECE = 256 * 1024;

/** A classic pcap with `frames`, in pieces. */
function* pcapOf(frames: Iterable<Uint8Array>): Generator<Uint8Array> {
  let held: Uint8Array[] = [PCAP_HEAD];
  let size = 0;
  let n = 0;
  for (const bytes of frames) {
    n++;
    held.push(little(1_700_000_000 + Math.floor(n / 1000), 4), little((n % 1000) * 1000, 4), little(bytes.length, 4), little(bytes.length, 4), bytes);
    size += bytes.length + 16;
    if (size < PIECE) continue;
    yield concat(...held);
    held = [];
    size = 0;
  }
  yield concat(...held);
}

/** What two ends say, in segments of at most 60,000 bytes. */
function talk(said: readonly Said[], change: (segments: TcpSegment[]) => TcpSegment[] = (s) => s): Generator<Uint8Array> {
  const small = said.flatMap(([from, what]): Said[] => {
    const bytes = typeof what === 'string' ? utf8(what) : what;
    return Array.from({ length: Math.ceil(bytes.length / 60_000) }, (_, i) => [from, bytes.subarray(i * 60_000, (i + 1) * 60_000)]);
  });
  return pcapOf(framesOf(change(segmentsOfTalk(small))).map((f) => f.bytes));
}

const GREETINGS: readonly Said[] = [
  ['c', CLIENT],
  ['s', SERVER],
];

/** Both KEXINITs, the same, and NEWKEYS of both: with the cipher `none`, all that follows is read. */
function agreed(lists: Parameters<typeof kexInitPayload>[0] = {}): Said[] {
  const init = packet(kexInitPayload({ encryptionAlgorithms: ['none'], macAlgorithms: ['none'], ...lists }));
  const newKeys = packet(Uint8Array.of(21));
  return [
    ['c', init],
    ['s', init],
    ['c', newKeys],
    ['s', newKeys],
  ];
}

const repeat = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
const string = (bytes: Uint8Array | string): Uint8Array => concat(big(bytes.length, 4), typeof bytes === 'string' ? utf8(bytes) : bytes);
const frame = (fields: IpFields, payload: Uint8Array) => ethernet(IPV4, ipv4(fields, payload));
/** A frame with a fragment; `word` is flags and offset as they stand in the header. */
function fragment(fields: IpFields, word: number, payload: Uint8Array): Uint8Array {
  const out = frame(fields, payload);
  out.set(big(word, 2), 20);
  return out;
}
const address = (i: number) => `10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`;

// ---- Identification ----

const IDENTIFICATION: readonly Hostile[] = [
  {
    name: 'a line of 10 MB before the identification string',
    says: ['malformed', /identification|not SSH/],
    pieces: () =>
      talk([
        ['c', CLIENT],
        ['s', new Uint8Array(10_000_000).fill(0x41)],
        ['s', `\r\n${SERVER}`],
      ]),
  },
  {
    name: '100,000 lines before the identification string',
    says: ['malformed', /identification|not SSH/],
    pieces: () =>
      talk([
        ['c', CLIENT],
        ['s', utf8('go away\r\n'.repeat(100_000))],
        ['s', SERVER],
      ]),
  },
  {
    name: 'an identification string of 1 MB',
    says: ['malformed', /identification|not SSH/],
    pieces: () =>
      talk([
        ['c', CLIENT],
        ['s', `SSH-2.0-${'x'.repeat(1_000_000)}\r\n`],
      ]),
  },
  {
    name: 'an identification string that commands a terminal',
    sessions: 1,
    pieces: () =>
      talk([
        ['c', 'SSH-2.0-\u001b]0;owned\u0007\u001b[2J \u202egnp.exe\u0000\r\n'],
        ['s', '\u001b[31mWelcome\u009b2J\r\n\u2028\r\nSSH-2.0-\u009b31m\u061c x\u001bc\n'],
        ...agreed({ kex: ['curve25519-sha256', 'x\u001b[31m', '\u202e'], hostKey: ['\u0007'] }),
        ['c', packet(concat(Uint8Array.of(4, 1), string('\u001b[31m\u202e\u0000'), string('\u009b')))],
        ['s', packet(concat(Uint8Array.of(1), big(2, 4), string('bye\u001b[31m\r\n\u2029'), string('\u0007')))],
      ]),
  },
  {
    name: 'segments that overlap and rewrite the identification string',
    says: ['overlap', /./],
    sessions: 1,
    pieces: () =>
      talk([['c', CLIENT], ['s', SERVER], ...agreed()], (all) => {
        const i = all.findIndex((s) => s.sourcePort === 22 && s.payload.length > 0);
        const first = all[i] as TcpSegment;
        // Held back by a missing first byte, so that both copies wait.
        const tail = { ...first, sequence: first.sequence + 1, payload: first.payload.subarray(1) };
        const rewritten = { ...tail, payload: utf8('SH-2.0-nobody\r\n') };
        return [...all.slice(0, i), tail, rewritten, { ...first, payload: first.payload.subarray(0, 1) }, ...all.slice(i + 1)];
      }),
  },
];

// ---- TCP and IP ----

const NETWORK: readonly Hostile[] = [
  {
    name: '140,000 SYNs of as many connections',
    says: ['limit', /flows/],
    sessions: 0,
    mb: 150,
    pieces: () => pcapOf(syns(140_000)),
  },
  {
    name: '2,000 connections with one packet each that could become SSH',
    mb: 400,
    pieces: () => pcapOf(beginnings(2000)),
  },
  {
    name: 'every segment one byte, 4,000 of them',
    sessions: 1,
    pieces: () => talk([...GREETINGS, ...agreed(), ...repeat(4000, (i): Said => ['c', IGNORE.subarray(i % IGNORE.length, (i % IGNORE.length) + 1)])]),
  },
  {
    name: 'sequence numbers that jump by 2^31 and back',
    says: ['gap', /./],
    sessions: 1,
    pieces: () =>
      talk([...GREETINGS, ...agreed(), ...repeat(300, (): Said => ['c', IGNORE])], (all) =>
        all.map((s, i) => (i > 20 && i % 7 === 0 ? { ...s, sequence: (s.sequence + (i % 2 === 0 ? 2 ** 31 - 1 : 5_000_000)) >>> 0 } : s)),
      ),
  },
  {
    name: 'a stream whose second segment comes 24 MB late',
    says: ['limit', /./],
    sessions: 1,
    mb: 80,
    pieces: () =>
      talk([...GREETINGS, ...agreed(), ['s', IGNORE], ['s', new Uint8Array(24_000_000)]], (all) => {
        const late = all.findLastIndex((s) => s.sourcePort === 22 && s.payload.length === IGNORE.length);
        return [...all.slice(0, late), ...all.slice(late + 1, -3), all[late] as TcpSegment, ...all.slice(-3)];
      }),
  },
  {
    name: '4,000 datagrams of which only the first fragment comes',
    says: ['limit', /datagrams|fragment/],
    sessions: 0,
    mb: 60,
    pieces: () => pcapOf(repeat(4000, (i) => fragment({ id: i & 0xffff, source: address(i) }, 0x2000, new Uint8Array(1000)))),
  },
  {
    name: 'fragments of one datagram that overlap, in every order',
    mb: 60,
    pieces: () => pcapOf(repeat(5000, (i) => fragment({ id: 7 }, (i % 50 === 0 ? 0 : 0x2000) | ((i * 37) % 8000), new Uint8Array(800).fill(i & 255)))),
  },
  {
    name: 'IP in IP, 200 times',
    says: ['limit', /headers before TCP/],
    pieces: () =>
      pcapOf([
        ethernet(
          IPV4,
          nested(200, (inner) => ipv4({ protocol: 4 }, inner), ipv4({}, tcp({}, utf8(CLIENT)))),
        ),
      ]),
  },
  {
    name: '1,000 VLAN tags',
    says: ['limit', /headers before TCP/],
    pieces: () =>
      pcapOf([
        ethernet(
          0x8100,
          nested(1000, (inner) => vlan(0x8100, inner), vlan(IPV4, ipv4({}, tcp({}, utf8(CLIENT))))),
        ),
      ]),
  },
  {
    name: 'GRE in GRE, 300 times',
    says: ['limit', /headers before TCP/],
    pieces: () =>
      pcapOf([
        ethernet(
          IPV4,
          nested(300, (inner) => ipv4({ protocol: 47 }, gre(IPV4, inner)), ipv4({}, tcp({}, utf8(CLIENT)))),
        ),
      ]),
  },
];

/** An SSH_MSG_IGNORE of 16 bytes. */
const IGNORE = packet(concat(Uint8Array.of(2), string('x')));

function* syns(count: number): Generator<Uint8Array> {
  const template = frame({ destination: '192.0.2.1' }, tcp({ flags: SYN }));
  const view = new DataView(template.buffer);
  for (let i = 0; i < count; i++) {
    // Source address, source port, sequence number; the checksums no longer fit, which must not matter.
    view.setUint32(26, 0x0a000000 + i);
    view.setUint16(34, 1024 + (i % 60_000));
    view.setUint32(38, i);
    yield template.slice();
  }
}

function* beginnings(count: number): Generator<Uint8Array> {
  for (let i = 0; i < count; i++) {
    const fields = { source: address(i), destination: '192.0.2.1' };
    const text = i % 2 === 0 ? 'SSH-2.0-x' : 'Hello, this could be a greeting';
    yield frame(fields, tcp({ ...fields, sourcePort: 1024 + (i % 60_000), destinationPort: 22, sequence: i, flags: ACK }, utf8(text)));
  }
}

function nested(depth: number, wrap: (inner: Uint8Array) => Uint8Array, innermost: Uint8Array): Uint8Array {
  let out = innermost;
  for (let i = 0; i < depth; i++) out = wrap(out);
  return out;
}

// ---- SSH ----

/** Names of five letters, all different. */
const names = (count: number, letter: string) => repeat(count, (i) => letter + i.toString(36).padStart(4, '0'));

const SSH: readonly Hostile[] = [
  {
    name: 'a KEXINIT with 100,000 names',
    sessions: 1,
    pieces: () => {
      const init = packet(kexInitPayload({ kex: repeat(100_000, (i) => String.fromCharCode(97 + (i % 26))) }));
      return talk([...GREETINGS, ['c', init], ['s', init]]);
    },
  },
  {
    name: 'two KEXINITs of 40,000 names without a common one',
    sessions: 1,
    pieces: () => talk([...GREETINGS, ['c', packet(kexInitPayload({ kex: names(40_000, 'a') }))], ['s', packet(kexInitPayload({ kex: names(40_000, 'b') }))]]),
  },
  {
    name: 'a packet_length of 0xffffffff',
    sessions: 1,
    says: ['malformed', /4294967295/],
    pieces: () => talk([...GREETINGS, ['c', hex('ffffffff0a14')], ['s', packet(kexInitPayload())]]),
  },
  {
    name: 'strings of 0xffffffff bytes in every message',
    sessions: 1,
    says: ['malformed', /4294967295|string|box/],
    pieces: () => talk([...GREETINGS, ...agreed(), ...repeat(100, (i): Said => ['c', packet(concat(Uint8Array.of(i + 1), hex('ffffffffffffffffffffffff')))])]),
  },
  {
    name: '200 key exchanges',
    sessions: 1,
    mb: 200,
    pieces: () => talk([...GREETINGS, ...repeat(200, () => agreed()).flat()]),
  },
  {
    name: '5,000 packets that break the rules',
    sessions: 1,
    says: ['limit', /problems/],
    pieces: () => talk([...GREETINGS, ...agreed(), ['c', concat(...repeat(5000, () => packet(Uint8Array.of(200, 1, 2))))]]),
  },
  {
    name: '5,000 channels that are opened and never closed',
    says: ['limit', /channels/],
    sessions: 1,
    mb: 200,
    pieces: () => {
      const open = (i: number) => packet(concat(Uint8Array.of(90), string('session'), big(i, 4), big(2 ** 31, 4), big(32_768, 4)));
      return talk([...GREETINGS, ...agreed(), ['c', concat(...repeat(5000, open))]]);
    },
  },
  {
    name: '400 requests for a login',
    says: ['limit', /log in/],
    sessions: 1,
    mb: 200,
    pieces: () => {
      const ask = (i: number) =>
        packet(concat(Uint8Array.of(50), string(`user${i}`), string('ssh-connection'), string('password'), Uint8Array.of(0), string(`guess${i}`)));
      const no = packet(concat(Uint8Array.of(51), string('password'), Uint8Array.of(0)));
      return talk([
        ...GREETINGS,
        ...agreed(),
        ...repeat(4, (k): Said[] => [
          ['c', concat(...repeat(100, (i) => ask(100 * k + i)))],
          ['s', concat(...repeat(100, () => no))],
        ]).flat(),
      ]);
    },
  },
  {
    name: 'a host certificate signed by a certificate, 400 times over',
    sessions: 1,
    pieces: () => {
      const reply = concat(
        Uint8Array.of(31),
        string(nestedCertificate(400)),
        string(new Uint8Array(32)),
        string(concat(string('ssh-ed25519'), string(new Uint8Array(64)))),
      );
      return talk([...GREETINGS, ...agreed().slice(0, 2), ['c', packet(concat(Uint8Array.of(30), string(new Uint8Array(32))))], ['s', packet(reply)]]);
    },
  },
];

/** An Ed25519 host certificate whose authority is such a certificate too, and so on. */
function nestedCertificate(depth: number): Uint8Array {
  let key: Uint8Array = concat(string('ssh-ed25519'), string(new Uint8Array(32)));
  for (let i = 0; i < depth; i++) {
    const valid = concat(big(0, 8), big(2, 4), string('id'), string(''), new Uint8Array(8), new Uint8Array(8).fill(255));
    key = concat(
      string('ssh-ed25519-cert-v01@openssh.com'),
      string('nonce'),
      string(new Uint8Array(32)),
      valid,
      string(''),
      string(''),
      string(''),
      string(key),
      string(''),
    );
  }
  return key;
}

// ---- Files that move ----

const HUGE = 2n ** 64n - 1n;

/** Opens `name` as a handle of the same name. */
const opened = (name: string): Line[] => [
  ['c', sftp(3, u32(1), text(name), u32(0x1a), NO_ATTRS)],
  ['s', sftp(102, u32(1), text(name))],
];

export const SFTP: readonly Hostile[] = [
  {
    name: 'SFTP with offsets and sizes of 2^64 and counts of 2^32',
    says: ['malformed', /./],
    sessions: 1,
    mb: 60,
    pieces: () => [
      channelCapture('subsystem', [
        ...opened('far'),
        ['c', sftp(6, u32(2), text('far'), u64(HUGE), string(utf8('x')))],
        ['s', status(2, 0)],
        ['c', sftp(6, u32(3), text('far'), u64(2n ** 40n - 1n), string(utf8('x')))],
        ['s', status(3, 0)],
        ['c', sftp(9, u32(4), text('far'), u32(1), u64(HUGE))],
        ['s', status(4, 0)],
        ['c', sftp(5, u32(5), text('far'), u64(HUGE), u32(0xffffffff))],
        ['s', sftp(103, u32(5), u32(0xffffffff), utf8('x'))],
        ['c', sftp(11, u32(6), text('.'))],
        ['s', sftp(104, u32(6), u32(0xffffffff), text('name'), text('name'), NO_ATTRS)],
        ['c', sftp(3, u32(7), u32(0xffffffff), utf8('name'))],
        ['c', sftp(4, u32(8), text('far'))],
        ['s', status(8, 0)],
      ]),
    ],
  },
  {
    name: 'SFTP with a name of 200,000 bytes and 20,000 folders in folders',
    sessions: 1,
    mb: 100,
    pieces: () => [channelCapture('subsystem', [...opened('n'.repeat(200_000)), ...opened('d/'.repeat(20_000)), ...opened('../'.repeat(20_000))])],
  },
];

// ---- Secrets ----

const COOKIE = '07'.repeat(16);

const SECRETS: readonly Hostile[] = [
  {
    name: 'a group exchange with a prime of 1,000,000 bits, and a private value for it',
    sessions: 1,
    secrets: `${COOKIE} PRIVATE_KEY ${'ff'.repeat(100_000)}\n`,
    pieces: () => {
      const number = (bytes: number) => string(new Uint8Array(bytes).fill(0x7f));
      const kex = ['diffie-hellman-group-exchange-sha256'];
      const said: Said[] = [
        ['c', packet(concat(Uint8Array.of(34), big(1024, 4), big(2048, 4), big(8192, 4)))],
        ['s', packet(concat(Uint8Array.of(31), number(125_000), number(100_000)))],
        ['c', packet(concat(Uint8Array.of(32), number(125_000)))],
        ['s', packet(concat(Uint8Array.of(33), string(rsaKey(30_000)), number(125_000), string(concat(string('ssh-rsa'), number(30_000)))))],
      ];
      return talk([...GREETINGS, ...agreed({ kex, hostKey: ['ssh-rsa'] }).slice(0, 2), ...said, ...agreed().slice(2)]);
    },
  },
  {
    name: 'an RSA host key of 500,000 bits, and a secret to check its signature with',
    sessions: 1,
    secrets: `${COOKIE} SHARED_SECRET ${'11'.repeat(32)}\n`,
    pieces: () => {
      const reply = concat(
        Uint8Array.of(31),
        string(rsaKey(62_500)),
        string(new Uint8Array(32).fill(9)),
        string(concat(string('rsa-sha2-512'), string(new Uint8Array(62_500).fill(0x7f)))),
      );
      const lists = { hostKey: ['rsa-sha2-512'] };
      return talk([
        ...GREETINGS,
        ...agreed(lists).slice(0, 2),
        ['c', packet(concat(Uint8Array.of(30), string(new Uint8Array(32).fill(9))))],
        ['s', packet(reply)],
        ...agreed().slice(2),
      ]);
    },
  },
  {
    name: '300 key exchanges with 60 secrets that fit none',
    says: ['limit', /secrets are not tried/],
    // Five forms look for the mistake in its exchange hashes, each by itself.
    ms: 40_000,
    sessions: 1,
    secrets: repeat(60, (i) => `${COOKIE} SHARED_SECRET ${(i + 16).toString(16).repeat(32)}\n`).join(''),
    pieces: () => talk(exchanges(300, ED25519, ED25519_SIGNATURE)),
  },
  {
    name: '30 key exchanges with an ssh-dss key of 16,384 bits',
    sessions: 1,
    secrets: `${COOKIE} SHARED_SECRET ${'11'.repeat(32)}\n`,
    pieces: () => {
      const key = concat(string('ssh-dss'), string(ODD(2048)), string(ODD(64)), string(ODD(2047)), string(ODD(2047)));
      return talk(exchanges(30, key, concat(string('ssh-dss'), string(new Uint8Array(40).fill(5))), { hostKey: ['ssh-dss'] }));
    },
  },
  {
    name: '100 group exchanges modulo a number of 8,192 bits with 60 private values as long',
    says: ['limit', /secrets are not tried/],
    sessions: 1,
    secrets: repeat(60, (i) => `${COOKIE} PRIVATE_KEY ${(i + 16).toString(16).repeat(1024)}\n`).join(''),
    pieces: () => {
      const init = packet(kexInitPayload({ kex: ['diffie-hellman-group-exchange-sha256'], encryptionAlgorithms: ['none'], macAlgorithms: ['none'] }));
      const reply = concat(Uint8Array.of(33), string(ED25519), string(ODD(1000)), string(ED25519_SIGNATURE));
      const round: Said[] = [
        ['c', init],
        ['s', init],
        ['c', packet(concat(Uint8Array.of(34), big(1024, 4), big(8192, 4), big(8192, 4)))],
        ['s', packet(concat(Uint8Array.of(31), string(ODD(1024)), string(Uint8Array.of(2))))],
        ['c', packet(concat(Uint8Array.of(32), string(ODD(1000))))],
        ['s', packet(reply)],
        ...agreed().slice(2),
      ];
      return talk([...GREETINGS, ...repeat(100, () => round).flat()]);
    },
  },
  {
    name: '30 key exchanges with a secret that fits none',
    sessions: 1,
    secrets: `${COOKIE} SHARED_SECRET ${'11'.repeat(32)}\n`,
    pieces: () => {
      const key = concat(string('ssh-ed25519'), string(new Uint8Array(32).fill(3)));
      const reply = concat(
        Uint8Array.of(31),
        string(key),
        string(new Uint8Array(32).fill(9)),
        string(concat(string('ssh-ed25519'), string(new Uint8Array(64).fill(5)))),
      );
      const round: Said[] = [
        ...agreed().slice(0, 2),
        ['c', packet(concat(Uint8Array.of(30), string(new Uint8Array(32).fill(9))))],
        ['s', packet(reply)],
        ...agreed().slice(2),
      ];
      return talk([...GREETINGS, ...repeat(30, () => round).flat()]);
    },
  },
];

/** Key exchanges with a signature that no secret explains; `hostKey` and `signature` are blobs. */
function exchanges(count: number, hostKey: Uint8Array, signature: Uint8Array, lists: Parameters<typeof kexInitPayload>[0] = {}): Said[] {
  const reply = concat(Uint8Array.of(31), string(hostKey), string(new Uint8Array(32).fill(9)), string(signature));
  const [init, initToo, ...newKeys] = agreed(lists);
  const round = [init, initToo, ['c', packet(concat(Uint8Array.of(30), string(new Uint8Array(32).fill(9))))], ['s', packet(reply)], ...newKeys] as Said[];
  return [...GREETINGS, ...repeat(count, () => round).flat()];
}

/** A valid point of the curve, so that a signature takes its time to be found wrong. */
const ED25519 = concat(string('ssh-ed25519'), string(hex('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a')));
const ED25519_SIGNATURE = concat(
  string('ssh-ed25519'),
  string(concat(hex('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a'), new Uint8Array(32).fill(3))),
);
const ODD = (bytes: number) => new Uint8Array(bytes).fill(0x7f);

function rsaKey(bytes: number): Uint8Array {
  return concat(string('ssh-rsa'), string(new Uint8Array(bytes).fill(0x7f)), string(new Uint8Array(bytes).fill(0x7f)));
}

// ---- Files ----

const ng = (type: number, body: Uint8Array, length = body.length + 12) => concat(little(type, 4), little(length, 4), body, little(length, 4));
const SECTION = ng(0x0a0d0d0a, hex('4d3c2b1a01000000ffffffffffffffff'));
const INTERFACE = ng(1, hex('0100000000000400'));
const enhanced = (bytes: Uint8Array, options: Uint8Array = new Uint8Array(), captured = bytes.length) =>
  ng(6, concat(new Uint8Array(12), little(captured, 4), little(bytes.length, 4), bytes, new Uint8Array((4 - (bytes.length % 4)) % 4), options));
const HELLO = ethernet(IPV4, ipv4({}, tcp({}, utf8(CLIENT))));

const FILES: readonly Hostile[] = [
  {
    name: 'pcapng with 200,000 interfaces',
    says: ['limit', /interfaces/],
    mb: 60,
    pieces: function* () {
      yield SECTION;
      for (let i = 0; i < 200; i++) yield concat(...repeat(1000, () => INTERFACE));
      yield enhanced(HELLO);
    },
  },
  {
    name: 'pcapng with 50,000 sections',
    mb: 60,
    pieces: function* () {
      for (let i = 0; i < 50; i++) yield concat(...repeat(1000, () => concat(SECTION, INTERFACE)));
      yield enhanced(HELLO);
    },
  },
  {
    name: 'an option that runs past its block',
    says: ['malformed', /option/],
    pieces: () => [SECTION, INTERFACE, enhanced(HELLO, hex('0100ffff61626364')), enhanced(HELLO)],
  },
  {
    name: 'a comment that commands a terminal',
    pieces: () => [SECTION, INTERFACE, enhanced(HELLO, concat(hex('01000800'), utf8('\u001b[31m\u009b2')))],
  },
  {
    name: 'a block length of 0xffffffff',
    says: ['malformed', /block|length/],
    pieces: () => [SECTION, INTERFACE, enhanced(HELLO), hex('06000000ffffffff00000000')],
  },
  { name: 'a block length of 0', says: ['malformed', /block|length/], pieces: () => [SECTION, INTERFACE, enhanced(HELLO), hex('060000000000000000000000')] },
  {
    name: 'a captured length of 0xffffffff in pcapng',
    says: ['malformed', /captured|length|bytes/],
    pieces: () => [SECTION, INTERFACE, enhanced(HELLO, new Uint8Array(), 0xffffffff), enhanced(HELLO)],
  },
  {
    name: 'a captured length of 0xffffffff in pcap',
    says: ['malformed', /length|bytes/],
    pieces: () => [...pcapOf([HELLO]), hex('0000000000000000ffffffffffffffff'), new Uint8Array(100_000)],
  },
  {
    name: '400 secrets blocks of 100,000 bytes that say nothing',
    mb: 80,
    pieces: function* () {
      yield concat(SECTION, INTERFACE);
      const text = new Uint8Array(100_000).fill(0x78);
      for (let i = 0; i < 400; i++) yield ng(10, concat(little(0x5353484b, 4), little(text.length, 4), text));
      yield enhanced(HELLO);
    },
  },
  {
    name: 'a secrets block of braces in braces',
    pieces: () => {
      const text = utf8('{"a":['.repeat(50_000));
      const padding = new Uint8Array((4 - (text.length % 4)) % 4);
      return [SECTION, INTERFACE, ng(10, concat(little(0x5353484b, 4), little(text.length, 4), text, padding)), enhanced(HELLO)];
    },
  },
  {
    name: 'gzip of 8 MB of frames without content',
    mb: 60,
    pieces: () => [new Uint8Array(gzipSync(concat(PCAP_HEAD, new Uint8Array(8_000_000)), { level: 9 }))],
  },
  {
    name: 'zstd of 1.3 GB of zeros, 128 KiB for four bytes',
    says: ['limit', /come out of each byte/],
    mb: 60,
    pieces: () => [zstdBomb()],
  },
];

/** A zstd frame (RFC 8878): a raw block with the head of a pcapng and of a block of 60 MB, then 10,000 blocks that each repeat a zero 128 Ki times. */
function zstdBomb(): Uint8Array {
  const blockHead = (size: number, type: number, last = false) => little((size << 3) | (type << 1) | (last ? 1 : 0), 3);
  const rle = concat(blockHead(131_072, 1), Uint8Array.of(0));
  const head = concat(SECTION, little(99, 4), little(60_000_000, 4));
  // Window of 128 KiB, no content size, no checksum.
  return concat(hex('28b52ffd00'), Uint8Array.of(7 << 3), blockHead(head.length, 0), head, ...repeat(10_000, () => rle), blockHead(0, 0, true));
}

export const HOSTILE: readonly Hostile[] = [...IDENTIFICATION, ...NETWORK, ...SSH, ...SFTP, ...SECRETS, ...FILES];
