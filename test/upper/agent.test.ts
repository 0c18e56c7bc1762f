/** The agent protocol: as OpenSSH speaks it, every message cut at every byte, and peers that mean harm. */
import { Space } from '../../src/bytes/space.ts';
import { utf8 } from '../../src/bytes/text.ts';
import { type Collected, collect, type InnerMessage, inMemory, leaves, type Packet, SecretStore } from '../../src/index.ts';
import type { Limits } from '../../src/limits.ts';
import { redactedPacket } from '../../src/render/redact.ts';
import { AGENT_MESSAGES, agentMessage } from '../../src/upper/agent/messages.ts';
import { FramedBytes } from '../../src/upper/framing.ts';
import { FramedMessage } from '../../src/upper/inner.ts';
import { plainTalk } from '../support/above.ts';
import { confirm, data, type Line, open, text } from '../support/channel-messages.ts';
import { fixture } from '../support/fixtures.ts';
import { concat } from '../support/packets.ts';
import { str, u32 } from '../support/two-ends.ts';

async function opened(name: string): Promise<Collected> {
  const { capture, secrets = '' } = fixture(name);
  const store = new SecretStore();
  store.add(utf8(secrets), 'secrets.keylog');
  return collect(inMemory(capture), { secrets: store });
}

const innerOf = (packets: readonly Packet[]): InnerMessage[] => packets.flatMap((p) => p.inner);
const framed = (bytes: Uint8Array) => new FramedBytes(bytes.length, [{ start: 0, length: bytes.length, origins: [], at: 0 }], [bytes]);
const read = (bytes: Uint8Array) => new FramedMessage('agent', agentMessage(bytes[4] ?? 0), framed(bytes));

/** The leaves of a tree cover the message. */
function expectTiled(m: InnerMessage): void {
  let at = 0;
  for (const leaf of leaves(m.fields)) {
    expect(leaf.span.start).toBe(at);
    at = leaf.span.end;
  }
  expect(at).toBe(m.space.bytes.length);
}

describe('as it is spoken', () => {
  test('a login from the server, a key given, a file signed, the key taken away', async () => {
    const { packets, sessions } = await opened('connection-agent-use');
    const inner = innerOf(packets);
    const keys = [...new Set(inner.flatMap((m) => m.summary.match(/SHA256:\S{43}/g) ?? []))];
    const named = (summary: string) => keys.reduce((line, key, i) => line.replaceAll(key, `key ${i}`), summary);
    expect(inner.map((m) => named(m.summary))).toEqual([
      'Extension: session-bind@openssh.com, ssh-ed25519 key 0, login, another session, signature valid',
      'Success: session-bind@openssh.com',
      'Request Identities',
      'Identities Answer: 1 key, ssh-ed25519 key 1, "lab"',
      'Sign Request: login of "student" by publickey-hostbound-v00@openssh.com, with ssh-ed25519 key 1',
      'Sign Response: ssh-ed25519, valid',
      'Add Id Constrained: ssh-ed25519, "made", 1 constraint',
      'Success: add',
      'Request Identities',
      'Identities Answer: 2 keys, ssh-ed25519 key 1, "lab", ssh-ed25519 key 2, "made"',
      'Sign Request: SSHSIG for "lab", with ssh-ed25519 key 2',
      'Sign Response: ssh-ed25519, valid',
      'Remove Identity: ssh-ed25519 key 2',
      'Success: remove',
    ]);
    expect(inner.flatMap((m) => m.problems)).toEqual([]);
    // The host key of the hop is the one of this server: it is the same machine.
    expect(sessions[0]?.exchanges[0]?.hostKey?.keyFingerprint).toBe(keys[0]);
    const content = sessions[0]?.channels.flatMap((c) => (c.content?.protocol === 'agent' ? [c.content] : [])) ?? [];
    expect(content.flatMap((c) => c.operations).every((o) => o.succeeded === true && (o.latency ?? -1) > 0 && o.side === 'server')).toBe(true);
    const answers = inner.filter((_, i) => i % 2 === 1);
    for (const a of answers) expect(packets.find((p) => p.index === a.answers?.packet)?.channel).toBe(packets.find((p) => p.inner.includes(a))?.channel);
  });

  test('every message tiles, and its bytes lie in its frames', async () => {
    for (const name of ['connection-agent', 'connection-agent-use'])
      for (const p of (await opened(name)).packets)
        for (const m of p.inner) {
          expectTiled(m);
          expect(m.space.frames).toContain(p.frame);
          expect(m.space.locate({ start: 0, end: m.space.bytes.length }).reduce((n, place) => n + place.length, 0)).toBe(m.space.bytes.length);
        }
  });

  test('a private key is hidden everywhere', async () => {
    const { packets } = await opened('connection-agent-use');
    const p = packets.find((one) => one.inner.some((m) => m.name === 'SSH_AGENTC_ADD_ID_CONSTRAINED'));
    const [m] = p?.inner ?? [];
    const key = m?.value.privateKey;
    if (p === undefined || m === undefined || !(key instanceof Uint8Array)) throw new Error('no private key');
    expect(m.secret).toBe(true);
    const hidden = redactedPacket(p);
    expect(hidden.value?.data).toBe('(137 bytes; --show-secrets)');
    expect(hidden.inner[0]?.value).toMatchObject({ type: 'ssh-ed25519', privateKey: '(64 bytes; --show-secrets)', comment: 'made' });
    const shown = [hidden.plain.bytes, hidden.inner[0]?.space.bytes ?? new Uint8Array(0)];
    for (const bytes of shown) expect(Buffer.from(bytes).includes(Buffer.from(key.subarray(0, 8)))).toBe(false);
  });
});

test.each(['connection-agent', 'connection-agent-use'])('the messages of %s cut at every byte keep a tiled tree and never throw', async (name) => {
  for (const m of innerOf((await opened(name)).packets)) {
    const whole = m.space.bytes;
    for (let cut = 5; cut < whole.length; cut++) {
      const short = read(concat(u32(cut - 4), whole.subarray(4, cut)));
      expectTiled(short);
      expect(short.summary.length).toBeLessThanOrEqual(200);
    }
  }
});

describe('messages that no recording holds', () => {
  const of = (type: number, ...body: Uint8Array[]) => {
    const content = concat(Uint8Array.of(type), ...body);
    return read(concat(u32(content.length), content));
  };

  test.each<[string, FramedMessage, string]>([
    ['lock', of(22, text('word')), 'Lock'],
    ['unlock', of(23, text('word')), 'Unlock'],
    ['a token', of(20, text('pkcs11.so'), text('1234')), 'Add Smartcard Key: pkcs11.so'],
    ['a token under conditions', of(26, text('pkcs11.so'), text('1234'), Uint8Array.of(2)), 'Add Smartcard Key Constrained: pkcs11.so, 1 constraint'],
    ['an RSA key', of(17, text('ssh-rsa'), ...['n', 'e', 'd', 'i', 'p', 'q'].map(text), text('mine')), 'Add Identity: ssh-rsa, "mine"'],
    ['a key of another type', of(17, text('x@example.org'), text('private')), 'Add Identity: x@example.org'],
    ['remove all', of(19), 'Remove All Identities'],
    ['remove all of SSH-1, as ssh-add -D does', of(9), 'Remove All RSA Identities'],
    ['a question for keys of SSH-1', of(1), 'Request RSA Identities'],
    ['the answer to it', of(2, u32(0)), 'RSA Identities Answer'],
    ['failure', of(5), 'Failure'],
    ['a query', of(27, text('query')), 'Extension: query'],
    ['its answer', of(29, text('query'), text('a@b'), text('c@d')), 'Extension Response: query'],
    ['another extension', of(27, text('x@y'), text('z')), 'Extension: x@y'],
    [
      'data of no known form',
      of(13, str(concat(text('ssh-ed25519'), str(new Uint8Array(32)))), text('blob'), u32(4)),
      'Sign Request: 4 bytes, with ssh-ed25519',
    ],
    ['an unknown type', of(99, text('x')), 'Unknown message 99, 5 bytes'],
  ])('%s', (_, message, summary) => {
    expect(message.summary.startsWith(summary)).toBe(true);
    expectTiled(message);
    const secret = [17, 20, 22, 23, 26].includes(message.number);
    expect(message.secret).toBe(secret);
    if (secret) for (const word of ['word', '1234', 'private']) expect(JSON.stringify(message.summary)).not.toContain(word);
  });

  test('every message is declared once and names its RFC', () => {
    expect(new Set(AGENT_MESSAGES.map((m) => m.number)).size).toBe(AGENT_MESSAGES.length);
    for (const m of AGENT_MESSAGES) expect([m.name, m.rfc === '9987']).toEqual([m.name, true]);
  });
});

describe('on a channel', () => {
  const BIG = 100_000;
  const OPENED: readonly Line[] = [
    ['s', open('auth-agent@openssh.com', 7, BIG, BIG)],
    ['c', confirm(7, 3, BIG, BIG)],
  ];
  const ask = (...messages: number[]): Line => ['s', data(3, concat(...messages.map((type) => Uint8Array.of(0, 0, 0, 1, type))))];
  const answer = (...types: number[]): Line => ['c', data(7, concat(...types.map((type) => Uint8Array.of(0, 0, 0, 1, type))))];
  const operations = (c: Collected) => c.sessions[0]?.channels[0]?.content?.operations.map((o) => [o.name, o.status, o.succeeded]);
  const problems = (c: Collected) => c.packets.flatMap((p) => p.problems).map((p) => `${p.code}: ${p.message}`);

  test('answers belong to requests in their order', async () => {
    const c = await plainTalk([...OPENED, ask(19, 11), answer(6, 5), ask(11)]);
    expect(operations(c)).toEqual([
      ['remove all', 'SSH_AGENT_SUCCESS', true],
      ['identities', 'SSH_AGENT_FAILURE', false],
      ['identities', undefined, undefined],
    ]);
  });

  test('limits: operations, requests without an answer, length', async () => {
    const run = (limits: Partial<Limits>, ...lines: Line[]) => plainTalk([...OPENED, ...lines], [], { limits });
    const few = await run({ channelOperations: 1 }, ask(19, 11, 11));
    expect(operations(few)).toHaveLength(1);
    expect(problems(few)).toEqual(['limit: the record leaves out operations of this channel from here on (limit channelOperations: 1)']);
    const many = await run({ pendingRequests: 2 }, ask(11, 11, 11));
    expect(problems(many).join()).toContain('too many requests without an answer');
    const long = await run({ innerMessageBytes: 100 }, ['s', data(3, concat(u32(101), new Uint8Array(20)))]);
    expect(problems(long)).toEqual([
      'limit: agent protocol of the server: a message of 101 bytes, more than the limit innerMessageBytes: 100; what follows is left out up to where a message begins',
    ]);
  });

  test('a signature that does not fit is told', async () => {
    const key = str(concat(text('ssh-ed25519'), str(new Uint8Array(32).fill(9))));
    const sign = concat(Uint8Array.of(13), key, text('blob'), u32(0));
    const signature = concat(Uint8Array.of(14), str(concat(text('ssh-ed25519'), str(new Uint8Array(64)))));
    const c = await plainTalk([...OPENED, ['s', data(3, concat(u32(sign.length), sign))], ['c', data(7, concat(u32(signature.length), signature))]]);
    expect(problems(c).join()).toMatch(/unauthentic: SSH_AGENT_SIGN_RESPONSE: the signature of the agent: /);
    expect(innerOf(c.packets)[1]?.summary).toBe('Sign Response: ssh-ed25519, invalid');
  });

  test('a secret cut into packets is hidden in all of them', async () => {
    const lock = concat(Uint8Array.of(22), text('passphrase'));
    const bytes = concat(u32(lock.length), lock);
    const c = await plainTalk([...OPENED, ['s', data(3, bytes.subarray(0, 12))], ['s', data(3, bytes.subarray(12))]]);
    const cut = c.packets.filter((p) => p.number === 94).map(redactedPacket);
    expect(cut.map((p) => p.value?.data)).toEqual(['(12 bytes; --show-secrets)', '(7 bytes; --show-secrets)']);
    expect(Buffer.concat(cut.map((p) => p.plain.bytes)).toString('latin1')).not.toMatch(/pass|phrase/);
  });
});

test('a space of several packets', () => {
  const parts = [Uint8Array.of(0, 0), Uint8Array.of(0, 1, 11)];
  const origins = (frame: number) => [{ start: 0, length: 100, frame, frameOffset: 10 }];
  const m = new FramedMessage(
    'agent',
    agentMessage(11),
    new FramedBytes(
      5,
      [
        { start: 0, length: 2, origins: origins(1), at: 50 },
        { start: 2, length: 3, origins: origins(2), at: undefined },
      ],
      parts,
    ),
  );
  expect(m.space).toEqual(
    new Space(
      Uint8Array.of(0, 0, 0, 1, 11),
      [
        { start: 0, length: 2, frame: 1, frameOffset: 60 },
        { start: 2, length: 3, frame: 2, frameOffset: 10 },
      ],
      false,
    ),
  );
});
