/**
 * Every fixture is what its manifest says. The claims are held against what the recorded programs printed, and both
 * against the bytes of the capture, read here by hand so that no parser vouches for itself.
 */
import { statSync } from 'node:fs';
import { toHex } from '../../src/bytes/hex.ts';
import { latin1 } from '../../src/bytes/text.ts';
import { framesOfFixture } from '../support/capture-files.ts';
import { type Expected, fixture, fixturePath, fixtures } from '../support/fixtures.ts';
import { concat } from '../support/packets.ts';
import { segmentsOf, type TcpSegment } from '../support/variants.ts';

/** `ssh -Q kex`, `ssh -Q cipher` and `ssh -Q mac` of OpenSSH 9.2. */
const KEX =
  'diffie-hellman-group1-sha1 diffie-hellman-group14-sha1 diffie-hellman-group14-sha256 diffie-hellman-group16-sha512 diffie-hellman-group18-sha512 diffie-hellman-group-exchange-sha1 diffie-hellman-group-exchange-sha256 ecdh-sha2-nistp256 ecdh-sha2-nistp384 ecdh-sha2-nistp521 curve25519-sha256 curve25519-sha256@libssh.org sntrup761x25519-sha512 sntrup761x25519-sha512@openssh.com';
const CIPHERS =
  '3des-cbc aes128-cbc aes192-cbc aes256-cbc aes128-ctr aes192-ctr aes256-ctr aes128-gcm@openssh.com aes256-gcm@openssh.com chacha20-poly1305@openssh.com';
const MACS = 'hmac-sha1 hmac-sha1-96 hmac-sha2-256 hmac-sha2-512 hmac-md5 hmac-md5-96 umac-64 umac-128';

/** The claims that the programs' own words bear out. */
function shown({ exchanges = [], authenticated }: Expected): string[] {
  const ways = exchanges.flatMap((e) => [e.client, e.server]);
  return [
    `auth:${authenticated}`,
    ...exchanges.flatMap((e) => [`kex:${e.kex}`, `hostkey:${e.hostKey}`]),
    ...ways.flatMap((way) => [`cipher:${way.cipher}`, `mac:${way.mac}`, `compression:${way.compression}`]),
  ];
}

/** What one end sent, read by hand: these captures were made on loopback, where nothing is lost or out of order. */
interface Sent {
  readonly stream: Uint8Array;
  /** The line that begins with SSH-, and where it begins. */
  readonly identification: string | undefined;
  readonly preamble: number;
  /** Payloads up to NEWKEYS or the end. */
  readonly clear: readonly Uint8Array[];
}

function sent(stream: Uint8Array): Sent {
  const lines = latin1(stream).split('\n');
  const identification = lines.find((line) => line.startsWith('SSH-'));
  const preamble = latin1(stream).indexOf('SSH-');
  const clear: Uint8Array[] = [];
  const view = new DataView(stream.buffer, stream.byteOffset);
  let at = preamble + (identification?.length ?? 0) + 1;
  while (identification !== undefined && at < stream.length && clear.at(-1)?.[0] !== 21) {
    const end = at + 4 + view.getUint32(at);
    clear.push(stream.slice(at + 5, end - (stream[at + 4] as number)));
    at = end;
  }
  return { stream, identification: identification?.trimEnd(), preamble, clear };
}

/** Client and server of a fixture: who offers ext-info-s or a server's strict KEX, or sends a host key, is not the client. */
function sides(segments: readonly TcpSegment[]): Partial<Record<'client' | 'server', Sent>> {
  const next = new Map<number, number>();
  const parts = new Map<number, Uint8Array[]>();
  for (const s of segments) {
    if (s.payload.length === 0 || (next.get(s.sourcePort) ?? s.sequence) !== s.sequence) continue;
    next.set(s.sourcePort, (s.sequence + s.payload.length) >>> 0);
    parts.set(s.sourcePort, [...(parts.get(s.sourcePort) ?? []), s.payload]);
  }
  const both = [...parts.values()].map((p) => sent(concat(...p)));
  const isServer = (s: Sent) =>
    s.identification === 'SSH-1.5-lab' ||
    s.clear.some((m) => (m[0] as number) >= 30 && /^(ssh-|ecdsa-|rsa-)/.test(latin1(m.slice(9, 15)))) ||
    kexinit(s).lists[0]?.includes('kex-strict-s');
  const server = both.find(isServer);
  const client = both.find((s) => s !== server);
  return { ...(client ? { client } : {}), ...(server ? { server } : {}) };
}

/** The cookie, the ten lists and the guess flag of the first KEXINIT (RFC 4253 section 7.1). */
function kexinit({ clear }: Sent) {
  const body = clear.find((m) => m[0] === 20) ?? new Uint8Array(62);
  const view = new DataView(body.buffer, body.byteOffset);
  const lists: string[] = [];
  let at = 17;
  while (lists.length < 10) {
    const length = view.getUint32(at);
    lists.push(latin1(body.slice(at + 4, at + 4 + length)));
    at += 4 + length;
  }
  return { cookie: toHex(body.slice(1, 17)), lists, guess: body[at] === 1 };
}

/** What a capture must show for a claim `feature:…`; the features not named here lie behind NEWKEYS. */
type Shows = (s: { client?: Sent; server?: Sent; segments: readonly TcpSegment[]; said: Expected }) => boolean | undefined;
const offers = (s: Sent | undefined, list: number) => (s ? kexinit(s).lists[list]?.split(',') : undefined) ?? [];
const disjoint =
  (list: number): Shows =>
  ({ client, server }) =>
    !offers(client, list).some((name) => offers(server, list).includes(name));
const sends =
  (number: number): Shows =>
  ({ client }) =>
    client?.clear.some((m) => m[0] === number);
const FEATURES: Readonly<Record<string, Shows>> = {
  ipv6: ({ segments }) => segments.every((s) => s.ipv6),
  port: ({ segments }) => segments.every((s) => s.sourcePort !== 22 && s.destinationPort !== 22),
  greeting: ({ server }) => (server?.preamble ?? 0) > 0,
  reverse: ({ segments, server }) => server !== undefined && latin1(server.stream).startsWith(latin1(firstPayload(segments, segments[0]?.sourcePort))),
  rst: ({ segments }) => segments.some((s) => (s.flags & 0x04) !== 0),
  'guess-right': ({ client, server }) => client && kexinit(client).guess && offers(client, 0)[0] === offers(server, 0)[0],
  'guess-wrong': ({ client, server }) => client && kexinit(client).guess && offers(client, 0)[0] !== offers(server, 0)[0],
  'no-common-kex': disjoint(0),
  'no-common-cipher': disjoint(2),
  'strict-kex': ({ client, server }) => /kex-strict-c/.test(offers(client, 0).join()) && /kex-strict-s/.test(offers(server, 0).join()),
  'strict-kex-violation': (s) => sends(2)(s) && s.server?.clear.some((m) => m[0] === 1),
  'disconnect-in-clear': sends(1),
  ignore: sends(2),
  unimplemented: sends(3),
  debug: sends(4),
  rekey: ({ said }) => (said.messages?.client ?? []).filter((n) => n === 20).length >= 4,
  ssh1: ({ client, server }) => [client, server].every((s) => s?.identification?.startsWith('SSH-1.5-')),
  'no-secrets': () => true,
};

function firstPayload(segments: readonly TcpSegment[], port: number | undefined): Uint8Array {
  return segments.find((s) => s.sourcePort === port && s.payload.length > 0)?.payload ?? new Uint8Array(0);
}

/** Bytes of captures that may have more than the others: full packets of SFTP are in them, or dozens of key exchanges. */
const LARGE: Readonly<Record<string, number>> = { 'sftp-large': 140_000, 'sftp-paramiko': 110_000, 'rekey-dozens': 100_000, 'rekey-changes': 150_000 };

test('the set is small', () => {
  const sizes = fixtures().map((name) => ({ name, size: statSync(fixturePath(name, 'capture.pcapng')).size }));
  expect(sizes.filter(({ name, size }) => size > (LARGE[name] ?? 60_000))).toEqual([]);
  expect(sizes.reduce((sum, { size }) => sum + size, 0)).toBeLessThanOrEqual(2_400_000);
});

test('every key exchange, cipher and MAC of OpenSSH is exercised', () => {
  const claimed = fixtures().flatMap((name) => fixture(name).manifest.exercises);
  const macs = MACS.split(' ').flatMap((mac) => [mac.startsWith('umac') ? `${mac}@openssh.com` : mac, `${mac}-etm@openssh.com`]);
  const wanted = [...KEX.split(' ').map((n) => `kex:${n}`), ...CIPHERS.split(' ').map((n) => `cipher:${n}`), ...macs.map((n) => `mac:${n}`)];
  expect(wanted.filter((claim) => !claimed.includes(claim))).toEqual([]);
});

describe.each(fixtures())('%s', (name) => {
  const { capture, secrets, privateSecrets, manifest } = fixture(name);
  const said = manifest.expect;
  const segments = segmentsOf(framesOfFixture(capture));
  const { client, server } = sides(segments);

  test('the programs said what it claims to exercise', () => {
    const claims = manifest.exercises.filter((claim) => !claim.startsWith('feature:'));
    expect(manifest.name).toBe(name);
    expect(manifest.exercises).not.toEqual([]);
    expect(shown(said)).toEqual(expect.arrayContaining(claims));
  });

  test('the capture shows its features', () => {
    const features = manifest.exercises.filter((claim) => claim.startsWith('feature:')).map((claim) => claim.slice(8));
    for (const feature of features) {
      const shows = FEATURES[feature];
      if (shows) expect([feature, shows({ segments, said, ...(client ? { client } : {}), ...(server ? { server } : {}) })]).toEqual([feature, true]);
    }
  });

  test('the capture holds the identification strings that they printed', () => {
    const { identification = {} } = said;
    if (identification.client !== undefined) expect(client?.identification).toBe(identification.client);
    if (identification.server !== undefined) expect(server?.identification).toBe(identification.server);
    expect(segments.length).toBeGreaterThan(0);
  });

  test('the capture holds in clear the messages that they printed', () => {
    for (const [sender, numbers] of [
      [client, said.messages?.client ?? []],
      [server, said.messages?.server ?? []],
    ] as const) {
      const newkeys = numbers.indexOf(21);
      const wanted = newkeys < 0 ? numbers : numbers.slice(0, newkeys + 1);
      expect(sender?.clear.map((m) => m[0]).slice(0, wanted.length) ?? []).toEqual(wanted);
    }
  });

  test('what they negotiated was offered by both', () => {
    for (const { kex, hostKey, client: up, server: down } of said.exchanges?.slice(0, 1) ?? []) {
      const wanted = [kex, hostKey, up.cipher, down.cipher, up.mac, down.mac, up.compression, down.compression];
      for (const [list, algorithm] of wanted.entries()) {
        if (algorithm === null) continue;
        expect(offers(client, list)).toContain(algorithm);
        expect(offers(server, list)).toContain(algorithm);
      }
    }
  });

  test('its key log has two lines for each key exchange', () => {
    // What is inside a channel is not in the log of the session around it.
    const nested = manifest.exercises.includes('feature:nested-session') ? 1 : 0;
    const exchanges = (said.messages?.client ?? []).filter((n) => n === 20).length + nested;
    if (secrets === undefined) {
      expect(manifest.exercises.join()).toMatch(/feature:(no-|rst|strict-kex-violation|secrets-block)/);
      return;
    }
    const lines = secrets.trimEnd().split('\n');
    const values = privateSecrets?.trimEnd().split('\n') ?? [];
    expect(values.map((line) => line.replace(/ PRIVATE_KEY ([0-9a-f]{2}){24,1024}$/, ''))).toEqual(
      values.length > 0 ? lines.map((line) => line.slice(0, 32)) : [],
    );
    for (const line of lines) expect(line).toMatch(/^[0-9a-f]{32} SHARED_SECRET ([0-9a-f]{2}){20,1024}$/);
    expect(lines.slice(0, 2).map((line) => line.slice(0, 32))).toEqual([client, server].map((s) => s && kexinit(s).cookie));
    expect(lines).toHaveLength(2 * exchanges);
  });

  test('nothing of the machine it was made on is in it', () => {
    const all = [JSON.stringify(manifest), secrets ?? '', privateSecrets ?? '', latin1(capture)].join('\n');
    expect(all).not.toMatch(/\/(work|root|tmp)\//);
  });
});
