/** Every fixture with secrets, opened, against what the programs that made it printed; and wrong secrets, against what they must be called. */
import { toHex } from '../../src/bytes/hex.ts';
import { collect, inMemory, SecretStore, SecretsScan } from '../../src/index.ts';
import type { Packet, Session, Side } from '../../src/ssh/model.ts';
import { framesOfFixture, pcap } from '../support/capture-files.ts';
import { type Fixture, fixture, fixtures } from '../support/fixtures.ts';
import { framesOf, lost, segmentsOf } from '../support/variants.ts';

const SIDES: readonly Side[] = ['client', 'server'];
const [KEXINIT, PING, PONG] = [20, 192, 193];

/** Messages that no log of OpenSSH shows: WINDOW_ADJUST, DATA and EXTENDED_DATA of channels, pings and their answers (its ssh_packet_log_type). */
const NOT_LOGGED = [93, 94, 95, PING, PONG];

/** What ended without an exit status on the wire, or with another than the client had: the client left first, a signal ended the command, no login came about, or its last call was meant to fail. */
const NO_EXIT_STATUS = [
  'paramiko-client',
  'disconnect-in-clear',
  'messages-in-clear',
  'login-failed',
  'connection-signal',
  'connection-exit-signal',
  'sftp-v4',
  'sftp-v5',
  'sftp-v6',
  'sftp-paramiko',
  'scp-folders-back',
];

const hasBlock = ({ manifest }: Fixture) => manifest.exercises.some((claim) => claim.startsWith('feature:secrets-block'));

/** The fixture opened with `log`; with none, by the secrets in the capture itself. */
async function open({ capture }: Fixture, log?: string) {
  const secrets = new SecretStore();
  if (log !== undefined) secrets.add(new TextEncoder().encode(log), 'secrets.keylog');
  const lateSecrets = () => {
    const scan = new SecretsScan();
    scan.push(capture);
    return scan.blocks;
  };
  const { sessions, packets, totals } = await collect(inMemory(capture), { secrets, lateSecrets });
  const session = sessions.find((s) => s.parent === undefined);
  if (session === undefined) throw new Error('no session');
  return { session, packets: packets.filter((p) => p.session === session), totals };
}

/** Message numbers of `side` in the order of sending, without those that its log does not show. */
function numbers(packets: readonly Packet[], side: Side, logged: readonly number[]) {
  const hidden = NOT_LOGGED.some((n) => logged.includes(n)) ? [] : NOT_LOGGED;
  return packets.filter((p) => p.side === side && !hidden.includes(p.number ?? -1)).map((p) => p.number);
}

/** Whether something vouches for the packet: nothing does where neither a MAC nor a cipher was agreed on. */
function hasTag(session: Session, { epoch, side }: Packet): boolean {
  const agreed = side === undefined ? undefined : session.exchanges[epoch - 1]?.negotiation?.[side];
  return agreed?.cipher !== 'none' || agreed.mac !== 'none';
}

/** Every exchange proved, every packet opened, every MAC valid. */
async function expectOpened(opened: Awaited<ReturnType<typeof open>>, exchanges: number) {
  const { session, packets, totals } = opened;
  // What GSS-API puts in the place of a signature only the two ends can check.
  const verdict = session.exchanges[0]?.negotiation?.kex?.startsWith('gss-') === true ? 'unchecked' : 'valid';
  expect(session.exchanges.map((e) => e.signature.verdict)).toEqual(new Array(exchanges).fill(verdict));
  const sealed = packets.filter((p) => p.epoch > 0);
  const wrong = sealed.filter((p) => p.mac !== (hasTag(session, p) ? 'valid' : 'none') || p.number === undefined);
  // Numbers, not packets: what jest would print of those is too long for a string.
  expect(wrong.map((p) => p.index)).toEqual([]);
  for (const side of SIDES) {
    const { state, packets: framed, decrypted } = session[side].decryption;
    const count = sealed.filter((p) => p.side === side).length;
    expect({ state, framed, decrypted }).toEqual({ state: count > 0 ? 'ok' : 'none', framed: count, decrypted: count });
  }
  expect(totals.problems).toEqual([]);
}

type Opened = Awaited<ReturnType<typeof open>> & { readonly fixture: Fixture };

const asks =
  (name: string, answer?: number) =>
  ({ packets }: Opened): boolean => {
    const request = packets.find((p) => p.value?.requestName === name || p.value?.requestType === name);
    return request !== undefined && (answer === undefined || packets.some((p) => p.answers === request.index && p.number === answer));
  };
const opens =
  (type: string, opener: Side, state = 'closed') =>
  ({ session }: Opened): boolean =>
    session.channels.some((c) => c.type === type && c.opener === opener && c.state === state);
const sftp = ({ session }: Opened, side: Side, bytes: number) => session.channels.some((c) => c.subsystem === 'sftp' && c.bytes[side] > bytes);
const speaks =
  (version: string) =>
  ({ session }: Opened): boolean =>
    session.channels.some((c) => c.content?.protocol === 'sftp' && c.content.detail === version);
const outcomes = ({ session }: Opened, method: string) => session.authentication.attempts.filter((a) => a.method.startsWith(method)).map((a) => a.outcome);
const firstBlock = ({ fixture: { capture } }: Opened, type: number) => blockTypes(capture).indexOf(type);

/** Types of the blocks of a little-endian pcapng file. */
function blockTypes(file: Uint8Array): number[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const types: number[] = [];
  for (let at = 0; at < file.length; at += view.getUint32(at + 4, true)) types.push(view.getUint32(at, true));
  return types;
}
const [ENHANCED_PACKET, DECRYPTION_SECRETS] = [6, 10];

/** What a session must show behind NEWKEYS for a claim `feature:…`. */
const FEATURES: Readonly<Record<string, (opened: Opened) => boolean>> = {
  exec: asks('exec', 99),
  'userauth-banner': ({ session }) => session.authentication.banner !== undefined,
  'user-keys': ({ session: { authentication } }) =>
    authentication.attempts.flatMap((a) => (a.signature === undefined ? [] : [a.key?.type])).join() ===
    'ssh-ed25519,ssh-rsa,ssh-dss,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,ssh-ed25519-cert-v01@openssh.com,ssh-rsa-cert-v01@openssh.com',
  'security-key': ({ session }) => session.authentication.attempts.some((a) => a.key?.type.startsWith('sk-') === true && a.signature?.verdict === 'valid'),
  'failed-attempts': (o) => outcomes(o, 'publickey').join() === 'failure' && outcomes(o, 'password').join() === 'failure,success',
  'login-failed': (o) => o.session.authentication.outcome === 'failure' && outcomes(o, 'password').join() === 'failure,failure',
  'partial-success': (o) => outcomes(o, 'publickey').join() === 'partial' && outcomes(o, 'password').join() === 'success',
  pty: ({ session }) => session.channels.some((c) => c.terminal?.term === 'dumb' && c.environment.some((e) => e.name === 'LAB_NAME' && e.value === 'value')),
  'window-change': ({ session }) => session.channels.some((c) => c.terminal?.columns === 100 && c.terminal.rows === 40),
  'exit-signal': ({ session }) => session.channels.some((c) => c.exitSignal === 'TERM'),
  signal: (o) => asks('signal')(o) && o.session.channels.some((c) => c.exitSignal === 'TERM'),
  agent: (o) => asks('auth-agent-req@openssh.com')(o) && opens('auth-agent@openssh.com', 'server')(o),
  'agent-use': ({ session }) =>
    session.channels
      .flatMap((c) => c.content?.operations ?? [])
      .map((o) => `${o.name} ${o.succeeded}`)
      .join() === 'session-bind@openssh.com true,identities true,sign true,add true,identities true,sign true,remove true',
  'tcpip-forward': (o) => asks('tcpip-forward', 81)(o) && opens('forwarded-tcpip', 'server')(o),
  'direct-tcpip': opens('direct-tcpip', 'client'),
  'nested-session': ({ session }) => session.channels.some((c) => c.content?.session?.authentication.outcome === 'success'),
  'refused-channel': opens('direct-tcpip', 'client', 'refused'),
  streamlocal: (o) => opens('direct-streamlocal@openssh.com', 'client')(o) && opens('forwarded-streamlocal@openssh.com', 'server')(o),
  'two-sessions': ({ session }) => session.channels.map((c) => [c.type, c.exitStatus].join()).join(' ') === 'session,0 session,0',
  'hostkeys-prove': (o) => asks('hostkeys-00@openssh.com')(o) && asks('hostkeys-prove-00@openssh.com', 81)(o),
  keepalive: (o) => asks('keepalive@openssh.com')(o),
  'sftp-read': (o) => sftp(o, 'server', o.fixture.manifest.name === 'sftp-large' ? 98_304 : 100),
  'sftp-write': (o) => sftp(o, 'client', 100),
  'sftp-v4': speaks('version 4'),
  'sftp-v5': speaks('version 5'),
  'sftp-v6': speaks('version 6'),
  scp: ({ session }) => session.channels.some((c) => /^scp .*-t /.test(c.command ?? '')),
  'scp-read': ({ session }) => session.channels.some((c) => /^scp .*-f /.test(c.command ?? '')),
  x11: (o) => asks('x11-req', 99)(o) && opens('x11', 'server')(o),
  rsync: ({ session }) => session.channels.some((c) => /^rsync --server /.test(c.command ?? '')),
  git: ({ session }) => session.channels.some((c) => c.command === "git-upload-pack 'notes.git'"),
  // What was typed, two lines, is 18 bytes; what came back shows only the second, and its number of letters.
  'hidden-input': ({ session }) => session.channels.some((c) => c.terminal !== undefined && c.bytes.client === 18 && c.bytes.server === 45),
  'go-pty': ({ session }) => session.channels.some((c) => c.terminal?.term === 'dumb' && c.exitStatus === 3),
  'leading-zero-k': ({ session }) => [31, 255].includes((session.exchanges[0]?.sharedSecret ?? []).filter((byte, i) => i > 0 || byte > 0).length),
  'private-key': (o) => o.fixture.privateSecrets?.trimEnd().split('\n').length === 2,
  'secrets-block': (o) => firstBlock(o, DECRYPTION_SECRETS) > 0 && firstBlock(o, DECRYPTION_SECRETS) < firstBlock(o, ENHANCED_PACKET),
  'secrets-block-behind': ({ fixture: { capture } }) => blockTypes(capture).at(-1) === DECRYPTION_SECRETS,
  chaff: ({ packets }) => {
    const data = (number: number) => packets.filter((p) => p.number === number).map((p) => `${p.value?.data}`);
    return data(PING).length > 5 && data(PING).join() === data(PONG).join();
  },
  'delay-compression': ({ packets }) => packets.some((p) => p.number === 8) && packets.some((p) => p.number !== 8 && p.inflated !== undefined),
  gss: ({ session }) => session.authentication.attempts.at(-1)?.method.startsWith('gssapi-') === true,
  'strict-kex': ({ session }) => session.strictKex,
  'not-strict': ({ session, packets }) => !session.strictKex && packets.filter((p) => p.side === 'client').every((p, i) => p.sequence === i),
  rekey: ({ session }) => session.exchanges.length >= 4,
  'rekey-dozens': ({ session }) => session.exchanges.length >= 40,
  'rekey-changes': ({ session }) => session.exchanges.length >= 24,
};

const OPENABLE = fixtures().filter((name) => fixture(name).secrets !== undefined || hasBlock(fixture(name)));

test('every feature that is looked for is claimed by a fixture', () => {
  const claimed = OPENABLE.flatMap((name) => fixture(name).manifest.exercises);
  expect(Object.keys(FEATURES).filter((feature) => !claimed.includes(`feature:${feature}`))).toEqual([]);
});

test('there are fixtures with secrets, and every one that has none says so', () => {
  expect(OPENABLE.length).toBeGreaterThan(70);
  const without = fixtures().filter((name) => !OPENABLE.includes(name));
  for (const name of without) expect(fixture(name).manifest.exercises.join()).toMatch(/feature:(no-|rst|strict-kex-violation)/);
});

describe.each(OPENABLE)('%s', (name) => {
  const one = fixture(name);
  const printed = one.manifest.expect;
  const exchanges = (printed.messages?.client ?? []).filter((n) => n === KEXINIT).length;
  const opened = open(one, one.secrets);

  test('H is what the host key signed, every packet is opened and every MAC is valid', async () => {
    await expectOpened(await opened, exchanges);
  });

  test('every key exchange has the algorithms and the hash that the programs had, and the keys their session identifier', async () => {
    const { exchanges: shown, sessionId } = (await opened).session;
    for (const [i, { exchangeHash, ...agreed }] of (printed.exchanges ?? []).entries()) {
      const n = shown[i]?.negotiation;
      const way = (side: Side) => ({ cipher: n?.[side].cipher, mac: n?.[side].mac ?? null, compression: n?.[side].compression });
      expect({ kex: n?.kex, hostKey: n?.hostKey, client: way('client'), server: way('server') }).toEqual(agreed);
      if (exchangeHash !== undefined) expect(toHex(shown[i]?.exchangeHash ?? new Uint8Array(0))).toBe(exchangeHash);
    }
    if (printed.sessionId !== undefined) expect(toHex(sessionId ?? new Uint8Array(0))).toBe(printed.sessionId);
  });

  test('the session shows its features', async () => {
    const features = one.manifest.exercises.filter((claim) => claim.startsWith('feature:')).map((claim) => claim.slice(8));
    const all = { ...(await opened), fixture: one };
    for (const feature of features) if (FEATURES[feature] !== undefined) expect([feature, FEATURES[feature](all)]).toEqual([feature, true]);
  });

  test('both sides sent the messages that the programs logged, up to the end of the log', async () => {
    const { packets } = await opened;
    for (const side of SIDES) {
      const logged = printed.messages?.[side] ?? [];
      expect(logged.length).toBeGreaterThan(0);
      expect(numbers(packets, side, logged).slice(0, logged.length)).toEqual(logged);
    }
  });

  test('every message is decoded to its end', async () => {
    for (const p of (await opened).packets) {
      expect({ packet: p.index, problems: p.problems.filter((q) => ['malformed', 'truncated', 'trailing', 'unknown'].includes(q.code)) }).toEqual({
        packet: p.index,
        problems: [],
      });
    }
  });

  test('the login has the outcome and the method that the programs printed, and its signatures are right', async () => {
    const { attempts, outcome } = (await opened).session.authentication;
    for (const { signature, key } of attempts) {
      if (signature !== undefined) expect(signature).toMatchObject({ verdict: 'valid' });
      if (key?.authority !== undefined) expect(key.authority).toMatchObject({ verdict: 'valid' });
    }
    if (!printed.authenticated) return;
    expect(outcome).toBe('success');
    expect(attempts.at(-1)?.outcome).toBe('success');
    expect(attempts.at(-1)?.method.replace('-hostbound-v00@openssh.com', '')).toBe(printed.authenticated);
  });

  test('the exit status is that of the client', async () => {
    if (NO_EXIT_STATUS.includes(name)) return;
    const statuses = (await opened).session.channels.map((c) => c.exitStatus).filter((s) => s !== undefined);
    expect(statuses.at(-1)).toBe(printed.exitStatus);
  });

  if (one.privateSecrets !== undefined) {
    test.each(one.privateSecrets.trimEnd().split('\n'))('opened by the private value of one side: %.32s', async (line) => {
      const [byK, byValue] = [await opened, await open(one, line)];
      await expectOpened(byValue, exchanges);
      expect(byValue.session.exchanges[0]?.secret?.kind).toBe('PRIVATE_KEY');
      expect(byValue.session.exchanges.map((e) => e.exchangeHash)).toEqual(byK.session.exchanges.map((e) => e.exchangeHash));
      expect(byValue.packets.map((p) => p.number)).toEqual(byK.packets.map((p) => p.number));
    });
  }

  if (hasBlock(one)) {
    test('the secrets are in the capture and nowhere else', async () => {
      expect(one.secrets).toBeUndefined();
      expect((await opened).session.exchanges[0]?.secret?.source).toMatch(/^secrets block at offset \d+/);
    });
  }
});

describe('wrong secrets', () => {
  const cookies = (log: string | undefined) => (log ?? '').split('\n').flatMap((line) => (line === '' ? [] : [line.slice(0, 32)]));
  const { secrets: rekey = '' } = fixture('rekey');
  const { secrets: login = '' } = fixture('openssh-login');

  /** One bit of every K in `log` is another: bit 0 of its byte 1. */
  const flipped = (log: string) =>
    log.replace(/(SHARED_SECRET ...)(.)/g, (_, head: string, digit: string) => head + (Number.parseInt(digit, 16) ^ 1).toString(16));

  test.each(['openssh-login', 'kex-gex-sha256', 'cipher-aes128-cbc', 'cipher-aes256-gcm', 'cipher-aes128-ctr-etm', 'kex-rsa2048'])(
    '%s with one bit of K flipped: no packet passes for valid, and the secret is named as the cause',
    async (name) => {
      const { session, packets } = await open(fixture(name), flipped(fixture(name).secrets ?? ''));
      expect(session.exchanges[0]?.signature.verdict).toBe('invalid');
      expect(packets.filter((p) => p.epoch > 0 && (p.mac === 'valid' || p.number !== undefined))).toEqual([]);
      for (const side of SIDES) {
        expect(session[side].decryption).toMatchObject({ state: 'lost', decrypted: 0 });
        expect(session[side].decryption.reason).toMatch(/is not that of this key exchange/);
      }
    },
  );

  test('the key log of another session: both wanted cookies are named, and those that were given', async () => {
    const { session, packets } = await open(fixture('openssh-login'), rekey);
    expect(session.exchanges[0]?.signature.verdict).toBe('unchecked');
    expect(packets.filter((p) => p.epoch > 0)).toEqual([]);
    for (const side of SIDES) {
      expect(session[side].decryption.state).toBe('no-secret');
      for (const cookie of cookies(login)) expect(session[side].decryption.reason).toContain(cookie);
      expect(session[side].decryption.reason).toContain(cookies(rekey)[0]);
    }
  });

  test.each([
    ['within a byte of K', login.length / 2 + 70],
    ['before K', login.length / 2 + 40],
    ['in the cookie', login.length / 2 + 9],
  ])('a last line that was cut %s has a problem with its number, and the lines before it are used', async (_, length) => {
    const whole = await open(fixture('openssh-login'), login.slice(0, length));
    expect(whole.totals.problems.map((p) => p.line)).toEqual([2]);
    await expectOpened({ ...whole, totals: { ...whole.totals, problems: [] } }, 1);
    const alone = await open(fixture('openssh-login'), login.slice(login.length / 2, length));
    expect(alone.totals.problems.map((p) => p.line)).toEqual([1]);
    expect(alone.session.client.decryption.state).toBe('no-secret');
  });

  test('a re-key without its secret: what was before it is opened, and the cookies of the second exchange are named', async () => {
    const lines = rekey.split('\n');
    const { session, packets } = await open(fixture('rekey'), [...lines.slice(0, 2), ...lines.slice(4)].join('\n'));
    expect(session.exchanges.slice(0, 2).map((e) => e.signature.verdict)).toEqual(['valid', 'unchecked']);
    expect(packets.filter((p) => p.epoch === 1).every((p) => p.mac === 'valid')).toBe(true);
    for (const side of SIDES) {
      expect(packets.some((p) => p.epoch === 1 && p.side === side)).toBe(true);
      expect(session[side].decryption.state).toBe('partial');
      expect(session[side].decryption.reason).toMatch(/^key exchange 2 /);
      for (const cookie of cookies(rekey).slice(2, 4)) expect(session[side].decryption.reason).toContain(cookie);
    }
  });
});

describe('a segment lost behind NEWKEYS', () => {
  const place = (p: Packet) => `${p.side} ${p.streamOffset} ${p.epoch} ${p.sequence} ${p.number}`;

  test.each([
    'cipher-chacha20',
    'cipher-aes256-gcm',
    'cipher-aes192-ctr',
    'cipher-aes256-ctr-etm',
    'cipher-aes128-cbc',
    'cipher-aes192-cbc-etm',
    'cipher-3des-cbc',
    'connection-streamlocal',
    'connection-shared',
    'login-keyboard-interactive',
  ])('%s: what is opened is what was sent, and no more is missing than the segment held and one packet', async (name) => {
    const one = fixture(name);
    const whole = (await open(one, one.secrets)).packets;
    const places = new Set(whole.map(place));
    const segments = segmentsOf(framesOfFixture(one.capture));
    const sealed = new Set(whole.filter((p) => p.epoch > 0).flatMap((p) => p.space.frames));
    const clear = new Set(whole.filter((p) => p.epoch === 0).flatMap((p) => p.space.frames));
    let losses = 0;
    for (const [n, segment] of segments.filter((s) => s.payload.length > 0).entries()) {
      const frame = segments.indexOf(segment) + 1;
      const held = whole.filter((p) => p.space.frames.includes(frame));
      if (!sealed.has(frame) || clear.has(frame)) continue;
      losses++;
      const { packets } = await open({ ...one, capture: pcap(framesOf(lost(segments, n))) }, one.secrets);
      expect(packets.filter((p) => p.number !== undefined && !places.has(place(p))).map(place)).toEqual([]);
      const read = new Set(packets.filter((p) => p.number !== undefined).map(place));
      const gone = whole.filter((p) => !read.has(place(p)));
      expect(gone.filter((p) => p.side !== held[0]?.side)).toEqual([]);
      expect(gone.length).toBeLessThanOrEqual(held.length + 1);
    }
    expect(losses).toBeGreaterThan(10);
  });

  test.each(['zlib', 'rekey-zlib'])('%s: no compressed payload is taken for a message, wherever the stream breaks', async (name) => {
    const one = fixture(name);
    const places = new Set((await open(one, one.secrets)).packets.map(place));
    const segments = segmentsOf(framesOfFixture(one.capture));
    for (let n = 0; n < segments.filter((s) => s.payload.length > 0).length; n++) {
      const { packets } = await open({ ...one, capture: pcap(framesOf(lost(segments, n))) }, one.secrets);
      expect(packets.filter((p) => p.encrypted && p.number !== undefined && !places.has(place(p))).map(place)).toEqual([]);
    }
  });
});
