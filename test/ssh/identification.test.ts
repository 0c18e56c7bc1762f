import { latin1Bytes } from '../../src/bytes/text.ts';
import { collect, inMemory } from '../../src/index.ts';
import { DEFAULT_LIMITS } from '../../src/limits.ts';
import { detectSsh, partsOf, protocolOf, scanIdentification } from '../../src/ssh/identification.ts';
import type { Session } from '../../src/ssh/model.ts';
import type { Flow } from '../../src/stream/chunk.ts';
import { pcap } from '../support/capture-files.ts';
import { dissectTalk, kexInitPayload, packet, type Said, segmentsOfTalk, type TalkOptions } from '../support/talk.ts';
import { framesOf } from '../support/variants.ts';

const LINE = 'SSH-2.0-x\r\n';
const scan = (text: string, last = false) => scanIdentification(latin1Bytes(text), DEFAULT_LIMITS, last);

describe('the identification string (RFC 4253 section 4.2)', () => {
  test.each([
    ['SSH-2.0-billsSSH_3.6.3q3\r\n', { line: [0, 24], lineEnd: 'CRLF', preamble: [], codes: [] }],
    ['SSH-2.0-x\n', { line: [0, 9], lineEnd: 'LF', preamble: [], codes: ['noncanonical'] }],
    ['SSH-1.99-OpenSSH_3.9p1\n', { line: [0, 22], lineEnd: 'LF', preamble: [], codes: [] }],
    ['SSH-1.5-1.2.27\n', { line: [0, 14], lineEnd: 'LF', preamble: [], codes: [] }],
    ['SSH-1.99-OpenSSH_3.9p1\r\n', { line: [0, 22], lineEnd: 'CRLF', preamble: [], codes: [] }],
    ['SSH-junk\n', { line: [0, 8], lineEnd: 'LF', preamble: [], codes: ['noncanonical'] }],
    ['hello\r\nworld\nSSH-2.0-x\r\nrest', { line: [13, 22], lineEnd: 'CRLF', preamble: ['hello', 'world'], codes: [] }],
    ['SSH-1.99-Cisco-1.25 \0\0\0\r\n', { line: [0, 23], lineEnd: 'CRLF', preamble: [], codes: ['noncanonical'] }],
    [`SSH-2.0-${'x'.repeat(300)}\r\n`, { line: [0, 308], lineEnd: 'CRLF', preamble: [], codes: ['noncanonical'] }],
    ['SSH-2.0-a\rb\r\n', { line: [0, 11], lineEnd: 'CRLF', preamble: [], codes: ['noncanonical'] }],
  ])('%j', (text, want) => {
    const found = scan(text);
    if (typeof found === 'string') throw new Error(found);
    expect({ line: [found.line.start, found.line.end], lineEnd: found.lineEnd, preamble: found.preamble, codes: found.problems.map((p) => p.code) }).toEqual(
      want,
    );
  });

  test('every piece of it asks for more, until the end is known to be the end', () => {
    const text = 'first\r\nSSH-2.0-x\r\n';
    for (let n = 0; n < text.length; n++) expect(scan(text.slice(0, n))).toBe('more');
    const cut = scan('first\r\nSSH-2.0-x', true);
    expect(typeof cut === 'string' ? cut : cut.problems.map((p) => p.code)).toEqual(['truncated']);
  });

  test('lines, bytes and the string itself have limits', () => {
    expect(scan('x\n'.repeat(DEFAULT_LIMITS.preambleLines + 1))).toBe('none');
    expect(scan('x'.repeat(DEFAULT_LIMITS.preambleBytes + 1))).toBe('none');
    const long = scan(`SSH-2.0-${'x'.repeat(DEFAULT_LIMITS.identificationBytes)}`);
    expect(typeof long === 'string' ? long : long.problems.map((p) => p.code)).toEqual(['malformed']);
  });

  test('its parts, and what they say of the protocol', () => {
    expect(partsOf('SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u2 x')).toEqual({
      protocolVersion: '2.0',
      softwareVersion: 'OpenSSH_9.2p1',
      comments: 'Debian-2+deb12u2 x',
    });
    expect(partsOf('SSH-2.0-dropbear')).toEqual({ protocolVersion: '2.0', softwareVersion: 'dropbear', comments: undefined });
    expect(partsOf('SSH-junk')).toEqual({ protocolVersion: '', softwareVersion: '', comments: undefined });
    expect(['1.5', '1.99', '2.0', '1.3'].map(protocolOf)).toEqual([1, 'both', 2, 1]);
  });
});

describe('telling SSH from the rest by content', () => {
  const flow = (port: number, initiator?: 'a') =>
    ({ a: { address: '10.0.0.1', port: 50_000 }, b: { address: '10.0.0.2', port }, initiator }) as unknown as Flow;
  const verdict = (a: string, b: string, port = 2222) => detectSsh(flow(port, 'a'), latin1Bytes(a), latin1Bytes(b));
  const underWay = (a: string, port: number) => detectSsh(flow(port), latin1Bytes(a), new Uint8Array(0));

  test.each([
    ['SSH-2.0-x\r\n', '', 'yes'],
    ['', 'SSH-2.0-x\r\n', 'yes'],
    ['', 'SS', 'more'],
    ['', '', 'more'],
    ['', 'a banner\r\nSSH-2.0-x\r\n', 'yes'],
    ['', 'a banner\r\n', 'more'],
    ['GET / HTTP/1.1\r\n', '', 'more'],
    ['GET / HTTP/1.1\r\n', 'HTTP/1.1 200 OK\r\n', 'no'],
    ['GET / HTTP/1.1\r\n', 'SSH-2.0-x\r\n', 'yes'],
    ['\x16\x03\x01\x02\0', '', 'no'],
    ['EHLO x\r\n', '220 mail\r\n', 'no'],
  ])('%j and %j: %s', (a, b, want) => {
    expect(verdict(a, b)).toBe(want);
    expect(verdict(b, a)).toBe(want);
  });

  test('web traffic on port 22 is not SSH, nor are bytes from the middle of another port', () => {
    expect(verdict('GET / HTTP/1.1\r\n', 'HTTP/1.1 200 OK\r\n', 22)).toBe('no');
    expect(underWay('\x8f\x01\xfe\0zz', 443)).toBe('no');
  });

  test('bytes from the middle of a flow on port 22 are taken for SSH, and a KEXINIT is it on any port', () => {
    expect(underWay('\x8f\x01\xfe\0zz', 22)).toBe('yes');
    const kexinit = packet(kexInitPayload());
    expect(detectSsh(flow(4711), kexinit, new Uint8Array(0))).toBe('yes');
  });
});

describe('in a session', () => {
  test('a client that sends something else is told so, and the server is still read', async () => {
    const { sessions } = await dissectTalk([
      ['s', 'SSH-2.0-server\r\n'],
      ['c', 'GET / HTTP/1.0\r\n\r\n'],
      ['s', packet(kexInitPayload())],
    ]);
    expect(sessions[0]?.server.identification?.text).toBe('SSH-2.0-server');
    expect(sessions[0]?.problems.map((p) => p.code)).toContain('malformed');
    expect(sessions[0]?.packets).toBe(1);
  });

  test.each<readonly [what: string, sent: string | Uint8Array, told: string]>([
    ['a web browser', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n', 'the client sent no identification string, but "GET / HTTP/1.1"'],
    [
      'TLS',
      latin1Bytes('\x16\x03\x01\x00\xc8\x01\x00\x00\xc4\x03\x03\x2f\x6f\x1d\x7c\x00'),
      'the client sent no identification string, but bytes that are not SSH (16030100c8010000c403032f6f1d7c00)',
    ],
    ['line ends', '\r\n', 'the client sent no identification string, but bytes that are not SSH (0d0a)'],
    ['a terminal', '\x1b]0;x\x07\r\n', 'the client sent no identification string, but bytes that are not SSH (1b5d303b78070d0a)'],
  ])('what a client sent instead is quoted: %s', async (_, sent, told) => {
    const { sessions } = await dissectTalk([
      ['s', 'SSH-2.0-server\r\n'],
      ['c', sent],
    ]);
    expect(sessions[0]?.problems.map((p) => p.message)).toEqual([told]);
  });

  test('the text with which OpenSSH answers such a client is no packet, and is quoted', async () => {
    const { sessions } = await dissectTalk([
      ['s', 'SSH-2.0-OpenSSH_9.2\r\n'],
      ['c', 'GET / HTTP/1.1\r\n\r\n'],
      ['s', 'Invalid SSH identification string.\r\n'],
    ]);
    expect(sessions[0]?.problems.map((p) => p.message)[0]).toBe(
      'text stands where a packet should, "Invalid SSH identification string.": nothing behind it can be read',
    );
  });

  test('a KEXINIT without an identification string before it is read when it comes', async () => {
    const seen: string[] = [];
    const { sessions } = await dissectTalk([
      ['c', packet(kexInitPayload())],
      ['s', packet(kexInitPayload())],
      ['c', packet(new Uint8Array([21]))],
    ]);
    for (const p of sessions[0]?.phases ?? []) seen.push(`${p.name} ${p.frame}`);
    expect(seen).toEqual(['tcp 1', 'negotiation 4', 'encrypted 6', 'end 9']);
  });

  test('encrypted bytes whose NEWKEYS went another way are counted, and are nothing malformed', async () => {
    const { sessions } = await dissectTalk([
      ['s', 'SSH-2.0-server\r\n'],
      ['c', 'SSH-2.0-client\r\n'],
      ['c', packet(kexInitPayload())],
      ['c', packet(new Uint8Array([21]))],
      ['s', latin1Bytes('\x8f\x01\xfe\x00\x42\xe9\x29\x3f\x8f\x01\xfe\x00\x42\xe9\x29\x3f')],
    ]);
    expect(sessions[0]?.problems.map((p) => [p.code, p.frame])).toEqual([['gap', 8]]);
    expect(sessions[0]?.server.decryption).toMatchObject({ bytes: 16, state: 'lost' });
  });

  test.each<readonly [what: string, said: readonly Said[], options: TalkOptions, begun: readonly [client: boolean, server: boolean], complete: boolean]>([
    [
      'both lines',
      [
        ['s', LINE],
        ['c', LINE],
      ],
      {},
      [true, true],
      true,
    ],
    ['a client that sent nothing', [['s', LINE]], {}, [true, true], true],
    [
      'a client that sent something else',
      [
        ['s', LINE],
        ['c', 'GET / HTTP/1.1\r\n'],
      ],
      {},
      [true, true],
      true,
    ],
    [
      'both lines, but no SYN',
      [
        ['s', LINE],
        ['c', LINE],
      ],
      { syn: false },
      [true, true],
      false,
    ],
    ['a server under way', [['s', latin1Bytes('\x8f\x01\xfe\0zz')]], { syn: false }, [false, false], false],
  ])('whether the capture holds the beginning: %s', async (_, said, options, begun, complete) => {
    const [session] = (await dissectTalk(said, options)).sessions;
    expect([session?.client.begun, session?.server.begun]).toEqual(begun);
    expect(session?.complete).toBe(complete);
  });

  test('of a side that was not captured the beginning is missing, also when its SYN was answered', async () => {
    const whole = segmentsOfTalk([
      ['s', LINE],
      ['c', LINE],
      ['s', packet(kexInitPayload())],
    ]);
    for (const port of [22, 40_000]) {
      const half = whole.filter((s) => s.sourcePort === port);
      const { sessions } = await collect(inMemory(pcap(framesOf(half))));
      const { client, server } = sessions[0] as Session;
      expect([client.begun, server.begun, sessions[0]?.complete]).toEqual(port === 22 ? [false, true, false] : [true, false, false]);
    }
  });

  test('that a flow is SSH is known from what it holds, or guessed from port 22', async () => {
    const sealed = latin1Bytes('\x8f\x01\xfe\0zz\x8f\x01\xfe\0zz');
    const detected = async (said: readonly Said[]) => (await dissectTalk(said, { syn: false })).sessions.map((s) => s.detected);
    expect(await detected([['s', sealed]])).toEqual(['port']);
    expect(await detected([['s', LINE]])).toEqual(['content']);
    expect(await detected([['s', packet(kexInitPayload())]])).toEqual(['content']);
  });

  test('a NUL-padded string is kept whole', async () => {
    const { identifications } = await dissectTalk([['s', 'SSH-1.99-Cisco-1.25\0\0\0\0\n']]);
    expect(identifications[0]?.text).toBe('SSH-1.99-Cisco-1.25\0\0\0\0');
  });
});
