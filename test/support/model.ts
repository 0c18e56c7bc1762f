/** Small model objects, made by hand, for tests of what reads the model. */
import { Space, type Span } from '../../src/bytes/space.ts';
import { utf8 } from '../../src/bytes/text.ts';
import type { Timestamp } from '../../src/capture/frame.ts';
import type { CaptureTotals, Decryption, Identification, Packet, Party, Session, Side } from '../../src/ssh/model.ts';
import { type KexInit, negotiate } from '../../src/ssh/negotiate.ts';
import type { Field } from '../../src/wire/field.ts';

/** 2024-02-29 12:00:00 UTC and so many milliseconds. */
export function moment(milliseconds: number): Timestamp {
  return { seconds: 1_709_208_000 + Math.floor(milliseconds / 1000), nanos: (milliseconds % 1000) * 1_000_000 };
}

const CLEAR: Decryption = { packets: 0, decrypted: 0, bytes: 0, state: 'none', reason: '' };

function party(address: string, port: number): Party {
  return { address, port, identification: undefined, begun: false, hassh: undefined, hasshText: undefined, bytes: 100, decryption: CLEAR };
}

/** A session from 10.0.0.1 to 10.0.0.2, of two frames, in which nothing was read. */
export function aSession(parts: Partial<Session> = {}): Session {
  const client = party('10.0.0.1', 40000);
  const server = party('10.0.0.2', 22);
  return {
    number: 1,
    flow: {
      stream: 0,
      ipVersion: 4,
      a: { address: client.address, port: client.port },
      b: { address: server.address, port: server.port },
      initiator: 'a',
      beginningKnown: () => true,
      firstFrame: 1,
      lastFrame: 9,
      frameCount: 9,
      start: moment(0),
      last: moment(1250),
    },
    parent: undefined,
    protocol: 2,
    client,
    server,
    roles: 'syn',
    complete: true,
    detected: 'content',
    strictKex: false,
    sessionId: undefined,
    exchanges: [],
    authentication: { user: undefined, attempts: [], outcome: 'unknown', banner: undefined },
    channels: [],
    phases: [{ name: 'tcp', time: moment(0), frame: 1 }],
    packets: 2,
    fragments: [],
    ended: 'fin',
    ending: 'both sides closed the TCP connection (FIN)',
    problems: [],
    ...parts,
  };
}

/** The session with the identification strings `client` and `server`. */
export function identified(session: Session, client: string, server: string): { session: Session; client: Identification; server: Identification } {
  const whole: { -readonly [K in keyof Session]: Session[K] } = { ...session };
  const c = anIdentification(whole, 'client', client);
  const s = anIdentification(whole, 'server', server);
  whole.client = { ...session.client, identification: c };
  whole.server = { ...session.server, identification: s };
  return { session: whole, client: c, server: s };
}

function anIdentification(session: Session, side: Side, text: string): Identification {
  const [, protocolVersion = '', softwareVersion = '', comments] = /^SSH-([^-]*)-([^ ]*)(?: (.*))?$/s.exec(text) ?? [];
  const bytes = utf8(text);
  const frame = side === 'client' ? 4 : 5;
  const space = new Space(utf8(`${text}\r\n`), [{ start: 0, length: bytes.length + 2, frame, frameOffset: 66 }]);
  const from = side === 'client' ? 'a' : 'b';
  return {
    session,
    from,
    time: moment(frame),
    frame,
    bytes,
    text,
    protocolVersion,
    softwareVersion,
    comments,
    preamble: [],
    lineEnd: 'CRLF',
    space,
    problems: [],
  };
}

/** A packet of the client with 16 bytes, an SSH_MSG_IGNORE with the data `0001ff`. */
export function aPacket(session: Session, parts: Partial<Packet> = {}): Packet {
  const bytes = Uint8Array.from([0, 0, 0, 12, 4, 2, 0, 0, 0, 3, 0, 1, 255, 32, 126, 10]);
  const data = bytes.subarray(10, 13);
  const leaf = (name: string, kind: string, span: Span, value: unknown, doc?: string): Field => ({
    name,
    kind,
    span,
    value,
    children: [],
    ...(doc === undefined ? {} : { doc }),
  });
  const fields: Field[] = [
    leaf('packetLength', 'uint32', { start: 0, end: 4 }, 12, 'Length of the packet.'),
    leaf('paddingLength', 'byte', { start: 4, end: 5 }, 4),
    {
      name: 'SSH_MSG_IGNORE',
      kind: 'message',
      span: { start: 5, end: 13 },
      value: { data },
      children: [{ ...leaf('messageNumber', 'byte', { start: 5, end: 6 }, 2), label: 'SSH_MSG_IGNORE' }, leaf('data', 'string', { start: 6, end: 13 }, data)],
    },
    leaf('padding', 'bytes', { start: 13, end: 16 }, bytes.subarray(13)),
  ];
  const space = new Space(bytes, [{ start: 0, length: 16, frame: 6, frameOffset: 66 }]);
  return {
    session,
    index: 1,
    from: 'a',
    side: 'client',
    epoch: 0,
    sequence: 0,
    time: moment(6),
    frame: 6,
    space,
    plain: parts.space ?? space,
    inflated: undefined,
    streamOffset: 21,
    protocol: 2,
    encrypted: false,
    length: 12,
    padding: 4,
    mac: 'none',
    number: 2,
    name: 'SSH_MSG_IGNORE',
    message: undefined,
    payload: { start: 5, end: 13 },
    value: { data },
    discarded: false,
    answers: undefined,
    channel: undefined,
    inner: [],
    secret: false,
    cut: false,
    summary: 'Ignore: 3 bytes',
    fields,
    problems: [],
    ...parts,
  };
}

/** The lists of a KEXINIT: everything the same on both sides unless given. */
export function aKexInit(parts: Partial<KexInit> = {}): KexInit {
  return {
    cookie: new Uint8Array(16),
    kexAlgorithms: ['curve25519-sha256', 'diffie-hellman-group14-sha256'],
    serverHostKeyAlgorithms: ['ssh-ed25519', 'rsa-sha2-512'],
    encryptionAlgorithmsClientToServer: ['aes128-ctr', 'aes256-ctr'],
    encryptionAlgorithmsServerToClient: ['aes128-ctr', 'aes256-ctr'],
    macAlgorithmsClientToServer: ['hmac-sha2-256'],
    macAlgorithmsServerToClient: ['hmac-sha2-256'],
    compressionAlgorithmsClientToServer: ['none'],
    compressionAlgorithmsServerToClient: ['none'],
    languagesClientToServer: [],
    languagesServerToClient: [],
    firstKexPacketFollows: false,
    reserved: 0,
    ...parts,
  };
}

/** A session with identification strings, a negotiation, a host key, encrypted bytes and one problem. */
export function aFullSession(parts: Partial<Session> = {}): Session {
  const negotiation = negotiate(
    aKexInit({ encryptionAlgorithmsClientToServer: ['aes256-gcm@openssh.com', 'aes128-ctr'] }),
    aKexInit({
      kexAlgorithms: ['diffie-hellman-group14-sha256', 'curve25519-sha256'],
      encryptionAlgorithmsClientToServer: ['aes128-ctr', 'aes256-gcm@openssh.com'],
    }),
  );
  const hostKey = {
    type: 'ssh-ed25519',
    bits: 256,
    fingerprint: 'SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU',
    fingerprintMd5: 'MD5:d4:1d:8c:d9:8f:00:b2:04:e9:80:09:98:ec:f8:42:7e',
    keyFingerprint: 'SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU',
    keyFingerprintMd5: 'MD5:d4:1d:8c:d9:8f:00:b2:04:e9:80:09:98:ec:f8:42:7e',
    blob: Uint8Array.of(1, 2, 255),
    certificate: undefined,
  };
  const signature = { verdict: 'unchecked', reason: 'the shared secret K of this exchange is not known' } as const;
  const sealed: Decryption = { packets: 3, decrypted: 0, bytes: 1234, state: 'no-secret', reason: 'no secret for this session was given' };
  const base = identified(aSession(), 'SSH-2.0-OpenSSH_9.2p1 Debian-2', 'SSH-2.0-dropbear_2022.83').session;
  return {
    ...base,
    client: { ...base.client, hassh: '0123456789abcdef0123456789abcdef', hasshText: 'a;b;c;d', decryption: sealed },
    server: { ...base.server, hassh: 'fedcba9876543210fedcba9876543210', hasshText: 'e;f;g;h', decryption: { ...sealed, packets: 0, bytes: 99 } },
    exchanges: [
      {
        epoch: 1,
        negotiation,
        hostKey,
        signatureAlgorithm: 'ssh-ed25519',
        signature,
        secret: undefined,
        sharedSecret: undefined,
        exchangeHash: undefined,
        packets: [1, 2],
      },
    ],
    phases: [
      { name: 'tcp', time: moment(0), frame: 1 },
      { name: 'identification', time: moment(4), frame: 4 },
      { name: 'encrypted', time: moment(800), frame: 9 },
      { name: 'end', time: moment(1250), frame: 12 },
    ],
    problems: [{ code: 'gap', severity: 'warning', message: '17 bytes of the server are not in the capture', frame: 11, rfc: '4253#6' }],
    ...parts,
  };
}

/** A capture with one session. */
export function aCapture(parts: Partial<CaptureTotals> = {}): CaptureTotals {
  return { file: 'a.pcap', format: 'pcap', compression: undefined, bytes: 4321, frames: 12, streams: 1, sessions: 1, problems: [], ...parts };
}
