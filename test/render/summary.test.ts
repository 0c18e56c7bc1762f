import { DEFAULT_RENDER_OPTIONS, type RenderOptions } from '../../src/render/renderer.ts';
import { summaryRenderer } from '../../src/render/summary.ts';
import type { Phase, Session } from '../../src/ssh/model.ts';
import { negotiate } from '../../src/ssh/negotiate.ts';
import { aCapture, aFullSession, aKexInit, aSession, identified } from '../support/model.ts';

function summary(sessions: readonly Session[], options: Partial<RenderOptions> = {}): string {
  const r = summaryRenderer({ ...DEFAULT_RENDER_OPTIONS, ...options });
  return [...sessions.map((s) => r.session?.(s)), r.capture?.(aCapture({ sessions: sessions.length }))].join('');
}

test('a session in full, exactly', () => {
  expect(summary([aFullSession()]).split('\n')).toEqual([
    'Session 1: SSH-2, 2 packets, 9 frames, 1.250000 s',
    '  client      10.0.0.1:40000  SSH-2.0-OpenSSH_9.2p1 Debian-2',
    '  server      10.0.0.2:22  SSH-2.0-dropbear_2022.83',
    '  roles       known: the client sent the SYN',
    '  start       2024-02-29T12:00:00.000000000Z',
    '  phases      0.000000 s  frame  1  TCP connection',
    '              0.004000 s  frame  4  identification strings',
    '              0.800000 s  frame  9  encrypted',
    '              1.250000 s  frame 12  end',
    '  algorithms',
    "    kex           curve25519-sha256      client's 1st, server's 2nd",
    "    host key      ssh-ed25519            client's 1st, server's 1st",
    "    cipher C → S  aes256-gcm@openssh.com client's 1st, server's 2nd",
    "    cipher S → C  aes128-ctr             client's 1st, server's 1st",
    '    MAC C → S     none                   the cipher authenticates',
    "    MAC S → C     hmac-sha2-256          client's 1st, server's 1st",
    "    compression   none                   client's 1st, server's 1st",
    '  host key    ssh-ed25519, 256 bits',
    '              SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU',
    '  signature   unchecked (ssh-ed25519): the shared secret K of this exchange is',
    '              not known',
    '  strict KEX  no',
    '  HASSH       0123456789abcdef0123456789abcdef  client',
    '              fedcba9876543210fedcba9876543210  server',
    '  encrypted   client 1,234 bytes in 3 packets; server 99 bytes; not decrypted:',
    '              no secret for this session was given',
    '  end         both sides closed the TCP connection (FIN)',
    '  problems    1 warning',
    '              gap, frame 11: 17 bytes of the server are not in the capture (RFC',
    '              4253 section 6)',
    '',
    'a.pcap: pcap, 4,321 bytes: 12 frames, 1 TCP stream, 1 SSH session',
    '',
  ]);
});

test('no line is wider than the terminal', () => {
  for (const width of [60, 80, 100, 132]) {
    const lines = summary([aFullSession()], { width }).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width + (width < 70 ? 20 : 0));
  }
});

test('what a side did not send is told from what the capture does not hold, and a greeting is quoted', () => {
  const { client, server } = aSession();
  const first = (s: Partial<Session>) =>
    summary([aSession(s)])
      .split('\n')
      .slice(0, 4);
  expect(first({ client: { ...client, begun: true, bytes: 0 } })[1]).toBe('  client      10.0.0.1:40000  (sent nothing)');
  expect(first({ client: { ...client, begun: true } })[1]).toBe('  client      10.0.0.1:40000  (sent no identification string)');
  expect(first({ client: { ...client, begun: false } })[1]).toBe('  client      10.0.0.1:40000  (no identification string seen)');
  expect(first({ client: { ...client, begun: false, bytes: 0 } })[1]).toBe('  client      10.0.0.1:40000  (nothing of it was captured)');
  const s = aFullSession();
  const line = s.server.identification;
  if (line === undefined) throw new Error('no line');
  const greeted = { ...server, identification: { ...line, preamble: ['____', '  \x1b[1mHello  ', 'x'] } };
  expect(first({ server: greeted }).slice(2, 4)).toEqual([
    '  server      10.0.0.2:22  SSH-2.0-dropbear_2022.83',
    '              after 3 lines of other text: "\\x1b[1mHello"',
  ]);
  expect(summary([aSession({ detected: 'port' })])).toMatch(/^Session 1: SSH, .*nothing in it shows that it is SSH: guessed from port 22 alone/s);
});

test('what was guessed is called a guess, and an incomplete session incomplete', () => {
  const text = summary([aSession({ roles: 'port', complete: false })]);
  expect(text).toContain('guessed from the port numbers');
  expect(text).toContain('does not hold the whole beginning');
});

test('a negotiation that failed says where', () => {
  const negotiation = negotiate(aKexInit({ serverHostKeyAlgorithms: ['ssh-dss'] }), aKexInit());
  const signature = { verdict: 'unchecked', reason: 'x' } as const;
  const text = summary([
    aSession({
      exchanges: [
        {
          epoch: 1,
          negotiation,
          hostKey: undefined,
          signatureAlgorithm: undefined,
          signature,
          secret: undefined,
          sharedSecret: undefined,
          exchangeHash: undefined,
          packets: [],
        },
      ],
    }),
  ]);
  expect(text).toMatch(/host key +none in common +no common algorithm/);
});

test('a certificate: whom it is for, how long, and who signed it', () => {
  const full = aFullSession();
  const certificate = {
    keyId: 'web',
    serial: 5n,
    validPrincipals: ['a.example', 'b.example'],
    validAfter: 0n,
    validBefore: 2n ** 64n - 1n,
    signatureKey: { type: 'ssh-ed25519', pk: new Uint8Array(32) },
  };
  const exchanges = full.exchanges.map((e) => (e.hostKey === undefined ? e : { ...e, hostKey: { ...e.hostKey, certificate } }));
  const text = summary([{ ...full, exchanges }]);
  expect(text).toContain('certificate "web", serial 5');
  expect(text).toContain('for a.example, b.example');
  expect(text).toContain('valid from always to forever');
  // ssh-keygen -lf on "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
  expect(text).toMatch(/signed by ssh-ed25519\s+SHA256:kmYcvdi2GkPeWxB6XLjrZB8JHsy2Hm8luHMFp9GMvqk\n/);
});

test('up to twenty sessions are shown in full, more have one line each, unless asked for by number', () => {
  const many = (n: number) => Array.from({ length: n }, (_, i) => identified(aSession({ number: i + 1 }), 'SSH-2.0-c', 'SSH-2.0-s').session);
  expect(summary(many(20)).match(/ {2}roles /g)).toHaveLength(20);
  const brief = summary(many(21)).split('\n');
  expect(brief[0]).toBe('  No.   ! Client                Server                Reached      Software of client and server');
  expect(brief[21]).toBe('   21     10.0.0.1:40000        10.0.0.2:22           TCP          c, s');
  expect(brief[22]).toBe('');
  expect(summary(many(21), { full: true }).match(/ {2}roles /g)).toHaveLength(21);
});

test('of many sessions each line says how far it came', () => {
  const phase = (name: Phase['name'], frame: number) => ({ name, frame, time: aSession().flow.start });
  const login = (outcome: Session['authentication']['outcome']) => ({ user: 'x', attempts: [], banner: undefined, outcome });
  const reached = (s: Partial<Session>) =>
    summary([aSession(s), ...Array.from({ length: 20 }, () => aSession())])
      .split('\n')[1]
      ?.slice(54, 67);
  const names = ['tcp', 'identification', 'negotiation', 'key exchange', 'encrypted'] as const;
  const all = names.map((name, i) => phase(name, i + 1));
  expect(names.map((_, i) => reached({ phases: [...all.slice(0, i + 1), phase('end', 9)] })?.trim())).toEqual([
    'TCP',
    'versions',
    'negotiation',
    'key exchange',
    'encrypted',
  ]);
  expect(reached({ phases: all, authentication: login('success') })).toBe('logged in    ');
  expect(reached({ phases: all, authentication: login('failure') })).toBe('login failed ');
});

test('a capture without sessions says so, and its problems', () => {
  const r = summaryRenderer(DEFAULT_RENDER_OPTIONS);
  const text = r.capture?.(
    aCapture({ sessions: 0, problems: [{ code: 'truncated', severity: 'warning', message: 'the last record is cut off', offset: 99 }] }),
  );
  expect(text).toBe('a.pcap: pcap, 4,321 bytes: 12 frames, 1 TCP stream, 0 SSH sessions\n! capture: truncated, file offset 99: the last record is cut off\n');
});
