/** Logins: real ones from the fixtures and from OpenSSH with keys of every kind, and sequences of messages made here. */
import { fromHex } from '../../src/bytes/hex.ts';
import type { Collected } from '../../src/index.ts';
import { collect, inMemory } from '../../src/index.ts';
import { DEFAULT_LIMITS } from '../../src/limits.ts';
import { SecretStore } from '../../src/secrets/store.ts';
import { AUTH_METHODS } from '../../src/ssh/auth/index.ts';
import { hostKeyOf } from '../../src/ssh/hostkey/blob.ts';
import { Login, type LoginSession } from '../../src/ssh/login.ts';
import { checkHostKeyProofs } from '../../src/ssh/login-proof.ts';
import { GLOBAL_REQUESTS } from '../../src/ssh/messages/global-requests.ts';
import { SSH2_MESSAGES } from '../../src/ssh/messages/index.ts';
import { decode } from '../../src/wire/cursor.ts';
import { openTalk, plainTalk } from '../support/above.ts';
import { fixture } from '../support/fixtures.ts';
import { HOST_KEY_PROOF, LOGIN_HOST_KEY, LOGIN_SESSION, SIGNED_REQUESTS } from '../support/logins.ts';
import { concat } from '../support/packets.ts';
import { ABOVE_SAMPLES } from '../support/samples-above.ts';
import { ascii, str, u32 } from '../support/two-ends.ts';

const hex = (text: string) => fromHex(text) ?? new Uint8Array(0);
const text = (value: string) => str(ascii(value));

async function opened(name: string): Promise<Collected> {
  const { capture, secrets } = fixture(name);
  const store = new SecretStore(DEFAULT_LIMITS);
  store.add(ascii(secrets ?? ''), 'secrets');
  return collect(inMemory(capture), { secrets: store });
}

describe('recorded logins', () => {
  test('openssh-login: the question for the key and the signature are one attempt, and the signature is right', async () => {
    const { sessions, packets } = await opened('openssh-login');
    expect(sessions[0]?.authentication).toMatchObject({
      user: 'student',
      outcome: 'success',
      attempts: [
        { method: 'none', outcome: 'failure', key: undefined, signature: undefined },
        { method: 'publickey-hostbound-v00@openssh.com', outcome: 'success', key: { type: 'ssh-ed25519', bits: 256 }, signature: { verdict: 'valid' } },
      ],
    });
    const answers = packets
      .filter((p) => p.answers !== undefined)
      .map((p) => [p.number, packets.find((q) => q.session === p.session && q.index === p.answers)?.number]);
    expect(answers).toEqual([
      [51, 50],
      [60, 50],
      [52, 50],
      [91, 90],
      [99, 98],
    ]);
  });

  test('login-password, login-banner', async () => {
    expect((await opened('login-password')).sessions[0]?.authentication.attempts.map((a) => [a.method, a.outcome])).toEqual([
      ['none', 'failure'],
      ['password', 'success'],
    ]);
    expect((await opened('login-banner')).sessions[0]?.authentication.banner).toMatch(/^\d/);
  });

  test('without secrets nothing is known of the login', async () => {
    const { sessions } = await collect(inMemory(fixture('openssh-login').capture));
    expect(sessions[0]?.authentication).toEqual({ user: undefined, attempts: [], outcome: 'unknown', banner: undefined });
  });

  test('every signature in the fixtures is right', async () => {
    const verdicts = new Set<unknown>();
    for (const name of ['paramiko-client', 'putty-client', 'dropbear-server', 'dropbear-client-right-guess', 'asyncssh-client', 'node-ssh2-client']) {
      const [session] = (await opened(name)).sessions;
      expect([name, session?.authentication.outcome]).toEqual([name, 'success']);
      for (const a of session?.authentication.attempts ?? []) if (a.signature !== undefined) verdicts.add(a.signature.verdict);
    }
    expect(verdicts).toEqual(new Set(['valid']));
  });
});

/** A login of which only `payload` is known. */
function loginWith(payload: Uint8Array, parts: Partial<LoginSession> = {}) {
  const hostKeyBlob = hex(LOGIN_HOST_KEY);
  const session: LoginSession = {
    sessionId: hex(LOGIN_SESSION),
    identifierDoubtful: false,
    hostKey: hostKeyOf(hostKeyBlob, { type: 'ssh-ed25519' }),
    sure: true,
    limits: DEFAULT_LIMITS,
    ...parts,
  };
  const login = new Login(session);
  const packet = openTalk(payload, SSH2_MESSAGES.get(50));
  login.take(packet, 50, 'client', 1);
  return { attempt: login.attempts[0], packet };
}

describe.each(SIGNED_REQUESTS)('a login of OpenSSH with $type', ({ type, payload }) => {
  const sent = hex(payload);

  test('its signature verifies, and that of the authority over a certificate', () => {
    const { attempt, packet } = loginWith(sent);
    expect(attempt?.key?.type).toBe(type);
    expect(attempt?.signature).toMatchObject({ verdict: 'valid' });
    expect(attempt?.key?.authority?.verdict).toBe(type.includes('-cert-') ? 'valid' : undefined);
    expect(packet.problems).toEqual([]);
    expect(packet.summary).toMatch(/, signature valid, /);
  });

  test('it is for this session and this user only', () => {
    const other = hex(LOGIN_SESSION);
    other[0] = (other[0] ?? 0) ^ 1;
    expect(loginWith(sent, { sessionId: other }).attempt?.signature?.verdict).toBe('invalid');
    expect(loginWith(sent, { sessionId: other, identifierDoubtful: true }).attempt?.signature).toMatchObject({
      verdict: 'unchecked',
      reason: expect.stringMatching(/session identifier, which may be wrong/),
    });
    expect(loginWith(sent, { identifierDoubtful: true }).attempt?.signature?.verdict).toBe('valid');
    const renamed = sent.slice();
    renamed[5] = (renamed[5] ?? 0) ^ 1;
    const { attempt, packet } = loginWith(renamed);
    expect(attempt?.signature?.verdict).toBe('invalid');
    expect(packet.problems.map((p) => p.code)).toEqual(['unauthentic']);
  });

  test('without the session identifier it is not checked; with another host key it is refused', () => {
    expect(loginWith(sent, { sessionId: undefined }).attempt?.signature).toMatchObject({
      verdict: 'unchecked',
      reason: expect.stringMatching(/session identifier/),
    });
    const elsewhere = hostKeyOf(Uint8Array.of(1), { type: 'x' });
    expect(loginWith(sent, { hostKey: elsewhere }).attempt?.signature).toMatchObject({ verdict: 'invalid', reason: expect.stringMatching(/another server/) });
  });
});

test('a certificate that was changed is not the work of its authority', () => {
  const certified = SIGNED_REQUESTS.find((r) => r.type === 'ssh-ed25519-cert-v01@openssh.com')?.payload ?? '';
  const at = certified.indexOf(Buffer.from('lab-user').toString('hex'));
  expect(at).toBeGreaterThan(0);
  const changed = `${certified.slice(0, at)}4c${certified.slice(at + 2)}`;
  expect(loginWith(hex(changed)).attempt?.key?.authority?.verdict).toBe('invalid');
});

test('the proof that OpenSSH gave of a host key is right, for this session only', () => {
  const blobs = decode(SSH2_MESSAGES.get(80)?.body ?? fail(), hex(HOST_KEY_PROOF.request), { start: 1, trace: true });
  const keys = (blobs.fields.find((f) => f.name === 'hostKeys')?.children ?? []).map((f) => hex(HOST_KEY_PROOF.request).subarray(f.span.start + 4, f.span.end));
  const row = GLOBAL_REQUESTS.find((r) => r.name === 'hostkeys-prove-00@openssh.com');
  const answer = decode(row?.success.body ?? fail(), hex(HOST_KEY_PROOF.answer), { start: 1 }).value as { signatures: never[] };
  expect(keys).toHaveLength(1);
  const verdict = (signatures: never[], sessionId: Uint8Array | undefined, identifierDoubtful = false) =>
    checkHostKeyProofs(keys, signatures, { sessionId, identifierDoubtful }).verdict;
  expect(verdict(answer.signatures, hex(HOST_KEY_PROOF.sessionId))).toBe('valid');
  expect(verdict(answer.signatures, hex(LOGIN_SESSION))).toBe('invalid');
  expect(verdict(answer.signatures, hex(LOGIN_SESSION), true)).toBe('unchecked');
  expect(verdict([], hex(HOST_KEY_PROOF.sessionId))).toBe('invalid');
  expect(verdict(answer.signatures, undefined)).toBe('unchecked');
});

function fail(): never {
  throw new Error('there is no such message');
}

describe('sequences of messages', () => {
  const request = (method: string, ...fields: Uint8Array[]) => concat(Uint8Array.of(50), text('bob'), text('ssh-connection'), text(method), ...fields);
  const failure = (partial: number) => concat(Uint8Array.of(51), text('password'), Uint8Array.of(partial));
  const success = Uint8Array.of(52);
  const interactive = request('keyboard-interactive', text(''), text(''));
  const ask = concat(Uint8Array.of(60), text(''), text(''), text(''), u32(1), text('Code: '), Uint8Array.of(0));
  const reply = concat(Uint8Array.of(61), u32(1), text('123456'));
  const brief = (c: Collected) => c.sessions[0]?.authentication.attempts.map((a) => `${a.method} ${a.outcome}`);

  test('requests sent ahead of their answers: each answer belongs to the oldest', async () => {
    const c = await plainTalk([
      ['c', request('none')],
      ['c', request('password', Uint8Array.of(0), text('x'))],
      ['c', request('gssapi-keyex', text('mic'))],
      ['s', failure(0)],
      ['s', failure(1)],
      ['s', success],
    ]);
    expect(brief(c)).toEqual(['none failure', 'password partial', 'gssapi-keyex success']);
    expect(c.packets.filter((p) => p.answers !== undefined).map((p) => p.answers)).toEqual([7, 8, 9]);
    expect(c.sessions[0]?.authentication).toMatchObject({ user: 'bob', outcome: 'success' });
  });

  test('a server that disconnects refuses what waits for its answer; a client that does, refuses nothing', async () => {
    const disconnect = concat(Uint8Array.of(1), u32(2), text('Too many authentication failures'), text(''));
    const asked: Parameters<typeof plainTalk>[0] = [
      ['c', request('none')],
      ['s', failure(0)],
      ['c', request('password', Uint8Array.of(0), text('x'))],
    ];
    const refused = await plainTalk([...asked, ['s', disconnect]]);
    expect(brief(refused)).toEqual(['none failure', 'password failure']);
    expect(refused.sessions[0]?.authentication.outcome).toBe('failure');
    const left = await plainTalk([...asked, ['c', disconnect]]);
    expect(brief(left)).toEqual(['none failure', 'password unknown']);
    expect(left.sessions[0]?.authentication.outcome).toBe('unknown');
  });

  test('60 and 61 mean what the method in progress says', async () => {
    const c = await plainTalk([
      ['c', interactive],
      ['s', ask],
      ['c', reply],
      ['s', failure(0)],
      ['c', request('gssapi-with-mic', u32(0))],
      ['s', concat(Uint8Array.of(60), text('x'))],
      ['c', concat(Uint8Array.of(61), text('token'))],
      ['s', concat(Uint8Array.of(61), text('token'))],
      ['c', concat(Uint8Array.of(66), text('mic'))],
      ['s', success],
    ]);
    expect(c.packets.filter((p) => (p.number ?? 0) >= 60).map((p) => p.name)).toEqual([
      'SSH_MSG_USERAUTH_INFO_REQUEST',
      'SSH_MSG_USERAUTH_INFO_RESPONSE',
      'SSH_MSG_USERAUTH_GSSAPI_RESPONSE',
      'SSH_MSG_USERAUTH_GSSAPI_TOKEN',
      'SSH_MSG_USERAUTH_GSSAPI_TOKEN',
      'SSH_MSG_USERAUTH_GSSAPI_MIC',
    ]);
    expect(brief(c)).toEqual(['keyboard-interactive failure', 'gssapi-with-mic success']);
    expect(c.sessions[0]?.authentication.attempts[0]?.prompts).toBe(1);
  });

  test('a dialogue that the client leaves for another method has no answer', async () => {
    const c = await plainTalk([
      ['c', interactive],
      ['s', ask],
      ['c', request('none')],
      ['s', failure(0)],
    ]);
    expect(brief(c)).toEqual(['keyboard-interactive unknown', 'none failure']);
    expect(c.sessions[0]?.authentication.outcome).toBe('failure');
  });

  test('an expired password and its change are one attempt', async () => {
    const c = await plainTalk([
      ['c', request('password', Uint8Array.of(0), text('old'))],
      ['s', concat(Uint8Array.of(60), text('expired'), text(''))],
      ['c', request('password', Uint8Array.of(1), text('old'), text('new'))],
      ['s', success],
    ]);
    expect(brief(c)).toEqual(['password success']);
    expect(c.packets.find((p) => p.number === 60)?.name).toBe('SSH_MSG_USERAUTH_PASSWD_CHANGEREQ');
  });

  test('an answer that nobody asked for is unexpected; in clear before the key exchange it is no login', async () => {
    const c = await plainTalk([['s', success]]);
    expect(c.packets.at(-1)?.problems.map((p) => p.code)).toEqual(['unexpected']);
    const early = await plainTalk([], [['s', success]]);
    expect(early.packets.some((p) => p.number === 52)).toBe(true);
    expect(early.sessions[0]?.authentication.outcome).toBe('unknown');
  });

  test('attempts are bounded, and the limit is told', async () => {
    const many = Array.from({ length: 5 }, () => [['c', request('none')] as const, ['s', failure(0)] as const]).flat();
    const c = await plainTalk(many, [], { limits: { loginAttempts: 3 } });
    expect(brief(c)).toHaveLength(3);
    expect(c.sessions[0]?.problems.filter((p) => p.code === 'limit')).toHaveLength(1);
    expect(c.packets.filter((p) => p.answers !== undefined)).toHaveLength(5);
  });

  test('no message makes it throw, in whatever order', async () => {
    const payloads = ABOVE_SAMPLES.filter(({ payload }) => (payload[0] ?? 0) < 80).map((s) => s.payload);
    for (const step of [1, 3, 5, 7, 11]) {
      const said = payloads.map((_, i) => [i % 3 === 0 ? 's' : 'c', payloads[(i * step) % payloads.length] ?? success] as const);
      expect((await plainTalk(said)).sessions).toHaveLength(1);
    }
  });
});

test('each method has one name, a sentence and messages between 60 and 79', () => {
  for (const m of AUTH_METHODS) {
    expect(m.note).toMatch(/^[A-Z].*\.$/);
    for (const message of m.messages) expect(message.number >= 60 && message.number <= 79).toBe(true);
  }
  expect(new Set(AUTH_METHODS.flatMap((m) => m.names)).size).toBe(AUTH_METHODS.flatMap((m) => m.names).length);
});
