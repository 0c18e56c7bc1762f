/** Captures whose size is told: what holds much of one thing, to see that the time for it grows with its number and no faster. */
import { utf8 } from '../../src/bytes/text.ts';
import { plainCapture } from './above.ts';
import { pcap } from './capture-files.ts';
import { close, confirm, data, open, pty, request, resize, stderr } from './channel-messages.ts';
import { channelCapture, type Line, NO_ATTRS, sftp, status, text, u64 } from './channel-talk.ts';
import { concat, ethernet, hex, IPV4, ipv4, little, tcp } from './packets.ts';
import { kexInitPayload, packet, type Said, segmentsOfTalk } from './talk.ts';
import { str, u32 } from './two-ends.ts';
import { duplicated, fragmented, framesOf, split, type TcpSegment } from './variants.ts';

export interface Probe {
  readonly name: string;
  /** A number of things that takes some ten milliseconds. */
  readonly count: number;
  capture(count: number): Uint8Array;
  secrets?(count: number): string;
}

const many = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
const CLIENT: Said = ['c', 'SSH-2.0-client\r\n'];
const SERVER: Said = ['s', 'SSH-2.0-server\r\n'];
const WIDE = 2 ** 31;

const talk = (said: readonly Said[], change: (all: TcpSegment[]) => TcpSegment[] = (all) => all) => pcap(framesOf(change(split(segmentsOfTalk(said), 60_000))));

/** A session in clear with `said` behind its key exchange. */
const session = (said: readonly (readonly ['c' | 's', Uint8Array])[]) => plainCapture(said);

const IGNORE = concat(Uint8Array.of(2), str(new Uint8Array(100)));

/** A channel with a program on a terminal, which prints `output`, a message for each. */
function terminal(output: readonly Uint8Array[], typed: readonly Uint8Array[] = []): Uint8Array {
  return session([
    ['c', open('session', 7, WIDE, 2 ** 20)],
    ['s', confirm(7, 3, WIDE, 2 ** 20)],
    ['c', pty(3, 'xterm', 200, 100)],
    ['c', request(3, 'shell', 0)],
    ...typed.map((one) => ['c', data(3, one)] as const),
    ...output.map((one) => ['s', data(7, one)] as const),
    ['c', close(3)],
    ['s', close(7)],
  ]);
}

/** Segments of `count` IGNOREs, in an order of their own. */
const moved = (count: number, change: (all: TcpSegment[]) => TcpSegment[]) =>
  talk([CLIENT, SERVER, ...agreed(), ...many(count, (): Said => ['c', packet(IGNORE)])], (all) => [...all.slice(0, 12), ...change(all.slice(12))]);

function agreed(): Said[] {
  const init = packet(kexInitPayload({ encryptionAlgorithms: ['none'], macAlgorithms: ['none'] }));
  return [
    ['c', init],
    ['s', init],
    ['c', packet(Uint8Array.of(21))],
    ['s', packet(Uint8Array.of(21))],
  ];
}

const SECTION = block(0x0a0d0d0a, hex('4d3c2b1a01000000ffffffffffffffff'));
const INTERFACE = block(1, hex('0100000000000400'));

function block(type: number, body: Uint8Array): Uint8Array {
  return concat(little(type, 4), little(body.length + 12, 4), body, little(body.length + 12, 4));
}

function enhanced(bytes: Uint8Array, options: Uint8Array): Uint8Array {
  const padded = concat(bytes, new Uint8Array((4 - (bytes.length % 4)) % 4));
  return block(6, concat(new Uint8Array(12), little(bytes.length, 4), little(bytes.length, 4), padded, options));
}

const option = (code: number, value: Uint8Array) => concat(little(code, 2), little(value.length, 2), value, new Uint8Array((4 - (value.length % 4)) % 4));
const HELLO = ethernet(IPV4, ipv4({}, tcp({}, utf8('SSH-2.0-client\r\n'))));

/** What a client asks of an SFTP server, and its answers. */
const asked = (lines: readonly Line[]) => channelCapture('subsystem', lines);
const handle = (i: number) => str(u32(i));
const openFile = (i: number): Line => ['c', sftp(3, u32(i), text(`/tmp/file-${i}`), u32(1), NO_ATTRS)];

const FILES: readonly Probe[] = [
  { name: 'frames that are no TCP', count: 20_000, capture: (n) => pcap(many(n, (i) => ({ seconds: i, nanos: 0, bytes: new Uint8Array(60) }))) },
  {
    name: 'options of one pcapng block',
    count: 10_000,
    capture: (n) => concat(SECTION, INTERFACE, enhanced(HELLO, concat(...many(n, () => option(2988, Uint8Array.of(1)))))),
  },
  {
    name: 'comments of one pcapng block',
    count: 2000,
    capture: (n) => concat(SECTION, INTERFACE, enhanced(HELLO, concat(...many(n, (i) => option(1, utf8(`comment ${i}`)))))),
  },
  { name: 'interfaces', count: 10_000, capture: (n) => concat(SECTION, ...many(n, () => INTERFACE), enhanced(HELLO, new Uint8Array())) },
  { name: 'sections', count: 5000, capture: (n) => concat(...many(n, () => concat(SECTION, INTERFACE, enhanced(HELLO, new Uint8Array())))) },
  {
    name: 'secrets blocks',
    count: 1000,
    capture: (n) => concat(SECTION, INTERFACE, ...many(n, (i) => secretsBlock(keylogLine(i))), enhanced(HELLO, new Uint8Array())),
  },
  { name: 'blocks that are cut off', count: 3000, capture: (n) => concat(SECTION, INTERFACE, ...many(n, () => enhanced(HELLO, hex('0100ffff61626364')))) },
];

function secretsBlock(line: string): Uint8Array {
  const bytes = utf8(line);
  return block(10, concat(little(0x5353484b, 4), little(bytes.length, 4), bytes, new Uint8Array((4 - (bytes.length % 4)) % 4)));
}

const keylogLine = (i: number) => `${i.toString(16).padStart(32, '0')} SHARED_SECRET ${'ab'.repeat(32)}\n`;

const NETWORK: readonly Probe[] = [
  {
    name: 'connections of one segment',
    count: 3000,
    capture: (n) =>
      pcap(
        many(n, (i) => ({ seconds: 1, nanos: i, bytes: ethernet(IPV4, ipv4({ source: `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}` }, tcp({ flags: 2 }))) })),
      ),
  },
  {
    name: 'sessions',
    count: 100,
    capture: (n) => pcap(many(n, (i) => framesOf(segmentsOfTalk([CLIENT, SERVER, ...agreed()], { clientPort: 1024 + i }))).flat()),
  },
  {
    name: 'sessions that stay open',
    count: 100,
    capture: (n) => pcap(many(n, (i) => framesOf(segmentsOfTalk([CLIENT, SERVER, ...agreed()], { clientPort: 1024 + i, fin: false }))).flat()),
  },
  {
    name: 'fragments of eight bytes',
    count: 1000,
    capture: (n) =>
      pcap(
        fragmented(
          framesOf(segmentsOfTalk([CLIENT, SERVER, ...agreed(), ['c', packet(concat(Uint8Array.of(2), str(new Uint8Array(Math.min(8 * n, 60_000)))))]])),
          8,
        ),
      ),
  },
  {
    name: 'fragments of eight bytes, the last one first',
    count: 1000,
    capture: (n) =>
      pcap(
        fragmented(
          framesOf(segmentsOfTalk([CLIENT, SERVER, ...agreed(), ['c', packet(concat(Uint8Array.of(2), str(new Uint8Array(Math.min(8 * n, 60_000)))))]])),
          8,
          true,
        ),
      ),
  },
  {
    name: 'segments of one byte',
    count: 3000,
    capture: (n) => pcap(framesOf(split(segmentsOfTalk([CLIENT, SERVER, ...agreed(), ['c', packet(concat(Uint8Array.of(2), str(new Uint8Array(n))))]]), 1))),
  },
  { name: 'segments in reverse', count: 500, capture: (n) => moved(n, (all) => all.reverse()) },
  {
    name: 'segments of which every second one is late',
    count: 500,
    capture: (n) => moved(n, (all) => [...all.filter((_, i) => i % 2 === 1), ...all.filter((_, i) => i % 2 === 0)]),
  },
  { name: 'segments with a gap before each', count: 500, capture: (n) => moved(n, (all) => all.filter((_, i) => i % 2 === 0)) },
  { name: 'segments twice', count: 500, capture: (n) => moved(n, (all) => duplicated(all)) },
  {
    name: 'segments that overlap with other bytes',
    count: 500,
    capture: (n) => moved(n, (all) => all.flatMap((s) => [s, { ...s, sequence: s.sequence - 50, payload: new Uint8Array(120) }])),
  },
  {
    name: 'one byte at every second place',
    count: 3000,
    capture: (n) =>
      talk([CLIENT, SERVER, ...agreed(), ['c', new Uint8Array(2 * n)]], (all) => [
        ...all.slice(0, 9),
        ...split(all.slice(9, -3), 1).filter((_, i) => i % 2 === 1),
      ]),
  },
];

const TRANSPORT: readonly Probe[] = [
  { name: 'lines before the identification string', count: 200, capture: (n) => talk([CLIENT, ['s', 'x\r\n'.repeat(n)], SERVER, ...agreed()]) },
  { name: 'one line before the identification string', count: 10_000, capture: (n) => talk([CLIENT, ['s', `${'x'.repeat(n)}\r\n`], SERVER, ...agreed()]) },
  { name: 'names in a KEXINIT', count: 2000, capture: (n) => talk([CLIENT, SERVER, ...names(n, n)]) },
  { name: 'the same name in a KEXINIT', count: 2000, capture: (n) => talk([CLIENT, SERVER, ...names(n, 1)]) },
  { name: 'a name in a KEXINIT', count: 10_000, capture: (n) => talk([CLIENT, SERVER, ['c', packet(kexInitPayload({ kex: ['x'.repeat(n)] }))]]) },
  { name: 'key exchanges', count: 30, capture: (n) => talk([CLIENT, SERVER, ...many(n, agreed).flat()]) },
  { name: 'KEXINITs without an end', count: 100, capture: (n) => talk([CLIENT, SERVER, ...many(n, () => agreed().slice(0, 2)).flat()]) },
  { name: 'messages', count: 2000, capture: (n) => session(many(n, () => ['c', IGNORE] as const)) },
  { name: 'messages that cannot be read', count: 1000, capture: (n) => session(many(n, () => ['c', Uint8Array.of(2, 0xff, 0xff)] as const)) },
  { name: 'messages that nobody knows', count: 1000, capture: (n) => session(many(n, (i) => ['c', Uint8Array.of(190 + (i % 60), 1, 2)] as const)) },
  {
    name: 'extensions',
    count: 1000,
    capture: (n) => session([['s', concat(Uint8Array.of(7), u32(n), ...many(n, (i) => concat(text(`extension-${i}`), text('x'))))]]),
  },
  {
    name: 'attempts to log in',
    count: 300,
    capture: (n) => session(many(n, (i) => [login(i), ['s', concat(Uint8Array.of(51), text('password'), Uint8Array.of(0))]] as const).flat()),
  },
  {
    name: 'prompts',
    count: 1000,
    capture: (n) =>
      session([
        ['c', concat(Uint8Array.of(50), text('u'), text('ssh-connection'), text('keyboard-interactive'), text(''), text(''))],
        ['s', concat(Uint8Array.of(60), text(''), text(''), text(''), u32(n), ...many(n, (i) => concat(text(`question ${i}`), Uint8Array.of(0))))],
      ]),
  },
];

const login = (i: number) =>
  ['c', concat(Uint8Array.of(50), text(`user-${i}`), text('ssh-connection'), text('password'), Uint8Array.of(0), text('x'))] as const;

function names(count: number, different: number): Said[] {
  const list = (side: string) => many(count, (i) => `${side}-${i % different}@example.org`);
  const init = (side: string) => packet(kexInitPayload({ kex: list(side), hostKey: list(side), encryptionAlgorithms: list(side) }));
  return [
    ['c', init('client').subarray(0, 250_000)],
    ['s', init('server').subarray(0, 250_000)],
  ];
}

const CHANNELS: readonly Probe[] = [
  {
    name: 'channels',
    count: 500,
    capture: (n) =>
      session(
        many(
          n,
          (i) =>
            [
              ['c', open('session', i, WIDE, 2 ** 20)],
              ['s', confirm(i, i, WIDE, 2 ** 20)],
              ['c', data(i, 20)],
            ] as const,
        ).flat(),
      ),
  },
  { name: 'channels that are not answered', count: 500, capture: (n) => session(many(n, (i) => ['c', open('session', i, WIDE, 2 ** 20)] as const)) },
  {
    name: 'channels of one number',
    count: 500,
    capture: (n) =>
      session(
        many(
          n,
          () =>
            [
              ['c', open('session', 1)],
              ['s', confirm(1, 1)],
              ['c', close(1)],
              ['s', close(1)],
            ] as const,
        ).flat(),
      ),
  },
  {
    name: 'requests on one channel',
    count: 500,
    capture: (n) => session([['c', open('session', 7)], ['s', confirm(7, 3)], ...many(n, (i) => ['c', request(3, `request-${i}`, 1)] as const)]),
  },
  {
    name: 'environment variables',
    count: 500,
    capture: (n) =>
      session([['c', open('session', 7)], ['s', confirm(7, 3)], ...many(n, (i) => ['c', request(3, 'env', 0, text(`NAME_${i}`), text('value'))] as const)]),
  },
  {
    name: 'global requests',
    count: 500,
    capture: (n) => session(many(n, (i) => ['c', concat(Uint8Array.of(80), text('tcpip-forward'), Uint8Array.of(1), text('host'), u32(i))] as const)),
  },
  {
    name: 'forwarded connections',
    count: 200,
    capture: (n) =>
      session(
        many(
          n,
          (i) =>
            [
              ['c', open('direct-tcpip', i, WIDE, 2 ** 20, text('h'), u32(22), text('o'), u32(i))],
              ['s', confirm(i, i, WIDE, 2 ** 20)],
              ['c', data(i, utf8('SSH-2.0-x\r\n'))],
            ] as const,
        ).flat(),
      ),
  },
  {
    name: 'bytes of a nested session, one by one',
    count: 1000,
    capture: (n) =>
      session([
        ['c', open('direct-tcpip', 7, WIDE, 2 ** 20, text('h'), u32(22), text('o'), u32(9))],
        ['s', confirm(7, 3, WIDE, 2 ** 20)],
        ...many(n, (i) => ['c', data(3, Uint8Array.of(`SSH-2.0-x\r\n${'\0'.repeat(n)}`.charCodeAt(i)))] as const),
      ]),
  },
  {
    name: 'messages on stderr',
    count: 1000,
    capture: (n) =>
      session([
        ['c', open('session', 7, WIDE, 2 ** 20)],
        ['s', confirm(7, 3, WIDE, 2 ** 20)],
        ...many(n, (i) => ['s', stderr(7, utf8(`line ${i}\n`))] as const),
      ]),
  },
];

const TERMINALS: readonly Probe[] = [
  { name: 'lines on a terminal', count: 2000, capture: (n) => terminal(many(Math.ceil(n / 100), () => utf8('some words\r\n'.repeat(100)))) },
  { name: 'bytes on a terminal, one by one', count: 2000, capture: (n) => terminal(many(n, (i) => Uint8Array.of(0x61 + (i % 26)))) },
  { name: 'one line on a terminal', count: 20_000, capture: (n) => terminal(many(Math.ceil(n / 10_000), () => new Uint8Array(10_000).fill(0x61))) },
  { name: 'screens that are erased', count: 500, capture: (n) => terminal([utf8('\u001b[2Jx\u001b[H'.repeat(n))]) },
  {
    name: 'lines and characters put in without number',
    count: 500,
    capture: (n) => terminal([utf8('\u001b[4294967295L\u001b[2147483647@\u001b[99999999999P\u001b[99999S'.repeat(n))]),
  },
  { name: 'characters repeated without number', count: 200, capture: (n) => terminal([utf8('x\u001b[4294967295b'.repeat(n))]) },
  { name: 'screens changed from and to', count: 500, capture: (n) => terminal([utf8('\u001b[?1049hx\u001b[?1049l'.repeat(n))]) },
  {
    name: 'windows resized',
    count: 500,
    capture: (n) =>
      session([
        ['c', open('session', 7, WIDE, 2 ** 20)],
        ['s', confirm(7, 3, WIDE, 2 ** 20)],
        ['c', pty(3, 'xterm', 80, 24)],
        ['c', request(3, 'shell', 0)],
        ...many(
          n,
          (i) =>
            [
              ['s', data(7, utf8('text\r\n'))],
              ['c', resize(3, 20 + (i % 900), 5 + (i % 400))],
            ] as const,
        ).flat(),
      ]),
  },
  {
    name: 'a title without an end',
    count: 20_000,
    capture: (n) => terminal(many(Math.ceil(n / 1000), (i) => utf8(`${i === 0 ? '\u001b]0;' : ''}${'x'.repeat(1000)}`))),
  },
  { name: 'marks on one character', count: 5000, capture: (n) => terminal([utf8(`a${'\u0301'.repeat(n)}`)]) },
  {
    name: 'keys that are typed',
    count: 1000,
    capture: (n) =>
      terminal(
        [],
        many(n, () => utf8('a\u001b[D\u007f')),
      ),
  },
];

const TRANSFERS: readonly Probe[] = [
  { name: 'SFTP requests without an answer', count: 1000, capture: (n) => asked(many(n, (i): Line => ['c', sftp(7, u32(i), text('/x'))])) },
  { name: 'SFTP requests of one number', count: 1000, capture: (n) => asked(many(n, (): Line => ['c', sftp(7, u32(1), text('/x'))])) },
  { name: 'SFTP answers to nothing', count: 1000, capture: (n) => asked(many(n, (i): Line => ['s', status(i, 0)])) },
  { name: 'SFTP files that stay open', count: 500, capture: (n) => asked(many(n, (i): Line[] => [openFile(i), ['s', sftp(102, u32(i), handle(i))]]).flat()) },
  {
    name: 'SFTP reads of one file, backwards',
    count: 1000,
    capture: (n) =>
      asked([
        openFile(0),
        ['s', sftp(102, u32(0), handle(0))],
        ...many(n, (i): Line[] => [
          ['c', sftp(5, u32(i), handle(0), u64(10 * (n - i)), u32(10))],
          ['s', sftp(103, u32(i), str(new Uint8Array(5)))],
        ]).flat(),
      ]),
  },
  {
    name: 'SFTP writes with holes',
    count: 1000,
    capture: (n) =>
      asked([
        openFile(0),
        ['s', sftp(102, u32(0), handle(0))],
        ...many(n, (i): Line[] => [
          ['c', sftp(6, u32(i), handle(0), u64(2 ** 40 - 100 * ((i * 7919) % n)), str(new Uint8Array(5)))],
          ['s', status(i, 0)],
        ]).flat(),
      ]),
  },
  {
    name: 'SFTP names in one answer',
    count: 1000,
    capture: (n) =>
      asked([
        ['c', sftp(12, u32(1), handle(0))],
        ['s', sftp(104, u32(1), u32(n), ...many(n, (i) => concat(text(`f${i}`), text('long'), NO_ATTRS))).subarray(0, 60_000)],
      ]),
  },
  {
    name: 'SFTP messages of one byte each',
    count: 2000,
    capture: (n) => {
      const bytes = concat(...many(Math.ceil(n / 20), (i) => sftp(7, u32(i), text('/x/y'))));
      return asked(Array.from(bytes, (b): Line => ['c', Uint8Array.of(b)]));
    },
  },
  {
    name: 'an SFTP message in pieces',
    count: 20_000,
    capture: (n) => {
      const bytes = sftp(7, u32(1), str(new Uint8Array(n)));
      return asked(many(Math.ceil(bytes.length / 20), (i): Line => ['c', bytes.subarray(20 * i, 20 * i + 20)]));
    },
  },
  {
    name: 'files by SCP',
    count: 300,
    capture: (n) =>
      channelCapture('scp -r -t /tmp', [
        ['s', Uint8Array.of(0)],
        ...many(n, (i): Line[] => [
          ['c', utf8(`C0644 3 f${i}\n`)],
          ['s', Uint8Array.of(0)],
          ['c', utf8('abc\0')],
          ['s', Uint8Array.of(0)],
        ]).flat(),
      ]),
  },
  {
    name: 'folders in folders by SCP',
    count: 500,
    capture: (n) =>
      channelCapture('scp -r -t /tmp', [['s', Uint8Array.of(0)], ...many(n, (): Line => ['c', utf8('D0755 0 d\n')]), ['c', utf8('C0644 3 f\nabc\0')]]),
  },
  {
    name: 'bytes of a line of SCP',
    count: 3000,
    capture: (n) =>
      channelCapture(
        'scp -t /tmp',
        many(n, (): Line => ['c', utf8('C')]),
      ),
  },
];

const SECRETS: readonly Probe[] = [
  { name: 'lines of a key log', count: 3000, capture: () => talk([CLIENT, SERVER, ...agreed()]), secrets: (n) => many(n, keylogLine).join('') },
  {
    name: 'lines of a key log for one cookie',
    count: 200,
    capture: () => talk([CLIENT, SERVER, ...agreed()]),
    secrets: (n) => many(n, (i) => `${'07'.repeat(16)} SHARED_SECRET ${i.toString(16).padStart(64, '0')}\n`).join(''),
  },
  { name: 'lines that say nothing', count: 2000, capture: () => talk([CLIENT, SERVER, ...agreed()]), secrets: (n) => 'what is this\n'.repeat(n) },
  { name: 'one line that says nothing', count: 50_000, capture: () => talk([CLIENT, SERVER, ...agreed()]), secrets: (n) => 'x'.repeat(n) },
  { name: 'braces in braces', count: 5000, capture: () => talk([CLIENT, SERVER, ...agreed()]), secrets: (n) => '{"a":['.repeat(n) },
  { name: 'braces line by line', count: 5000, capture: () => talk([CLIENT, SERVER, ...agreed()]), secrets: (n) => '{\n'.repeat(n) },
  {
    name: 'JSON objects',
    count: 500,
    capture: () => talk([CLIENT, SERVER, ...agreed()]),
    secrets: (n) => '{"cipher_name":"aes128-ctr","key":"000102030405060708090a0b0c0d0e0f","iv":"00000000000000000000000000000000"}\n'.repeat(n),
  },
  {
    name: 'friTap keys',
    count: 500,
    capture: () => talk([CLIENT, SERVER, ...agreed()]),
    secrets: (n) => many(n, (i) => `SSH_ENC_KEY_C2S ${i.toString(16).padStart(32, '0')}\nSSH_IV_C2S ${'00'.repeat(16)}\n`).join(''),
  },
  {
    name: 'NEWKEYS lines',
    count: 500,
    capture: () => talk([CLIENT, SERVER, ...agreed()]),
    secrets: (n) => many(n, (i) => `${i} NEWKEYS MODE IN CIPHER aes128-ctr KEY ${i.toString(16).padStart(32, '0')} IV ${'00'.repeat(16)}\n`).join(''),
  },
];

/** All probes. */
export const PROBES: readonly Probe[] = [...FILES, ...NETWORK, ...TRANSPORT, ...CHANNELS, ...TERMINALS, ...TRANSFERS, ...SECRETS];
