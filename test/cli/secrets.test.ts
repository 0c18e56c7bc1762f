/** The command `secrets`, as a user calls it. */
import { createECDH, createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { World } from '../../cli/command.ts';

import { utf8 } from '../../src/bytes/text.ts';
import { pcap } from '../support/capture-files.ts';
import { sshark } from '../support/cli.ts';
import { fixture, fixturePath } from '../support/fixtures.ts';
import { concat } from '../support/packets.ts';
import { kexInitPayload, packet, type Said, segmentsOfTalk } from '../support/talk.ts';
import { K_S, mp, signed, str } from '../support/two-ends.ts';
import { framesOf } from '../support/variants.ts';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'sshark-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

const capture = (name: string) => fixturePath(name, 'capture.pcapng');
const keylog = (name: string) => fixturePath(name, 'secrets.keylog');
const secrets = (name: string, options: readonly string[] = ['-k', keylog(name)], world?: Partial<World>) =>
  sshark(['secrets', capture(name), ...options], world);
const linesOf = (name: string) => (fixture(name).secrets ?? '').trimEnd().split('\n');

function file(name: string, content: string | Uint8Array): string {
  const path = join(dir, name);
  writeFileSync(path, content);
  return path;
}

/** K without its leading zeros, by cookie. */
function byCookie(text: string): Record<string, string> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(lines.map((line) => line.toLowerCase().split(' ')).map(([cookie, , k = '']) => [cookie, k.replace(/^(00)+/, '')]));
}

/** The messages as programs read them, without the order in which the two sides were read. */
async function messages(path: string, options: readonly string[]): Promise<unknown[]> {
  const { out } = await sshark(['packets', path, '-T', 'json', ...options]);
  const records: Record<string, unknown>[] = JSON.parse(out);
  const key = (r: Record<string, unknown>) => `${r.side} ${String(r.epoch).padStart(5)} ${String(r.sequence).padStart(9)}`;
  return records
    .filter((r) => r.record === 'packet')
    .sort((a, b) => (key(a) < key(b) ? -1 : 1))
    .map(({ side, epoch, sequence, mac, number, fields }) => ({ side, epoch, sequence, mac, number, fields }));
}

describe('the table', () => {
  test('each line with what it opened, then each key exchange', async () => {
    const { code, out, err } = await secrets('rekey');
    expect([code, err]).toEqual([0, '']);
    const cookies = linesOf('rekey').map((line) => line.split(' ')[0]);
    expect(out).toMatch(/^\S*secrets\.keylog: 8 lines, 8 secrets \(Wireshark key log\)$/m);
    for (const [i, cookie] of cookies.entries()) {
      const met = `session 1, exchange ${(i >> 1) + 1}`;
      expect(out).toContain(`${i + 1}  SHARED_SECRET  ${cookie}  ${met}${i % 2 === 0 ? '' : `: the same K as line ${i}`}\n`);
    }
    expect(out).toContain(`  cookies     client ${cookies[6]}, server ${cookies[7]}\n`);
    expect(out.match(/^ {4}signature {3}valid: verified with ssh-ed25519$/gm)).toHaveLength(4);
    expect(out).toMatch(/^ {2}client +ok, \d+ of \d+ packets: every packet was opened/m);
    for (const line of linesOf('rekey')) expect(out).not.toContain((line.split(' ')[2] ?? '').slice(0, 16));
  });

  test('what did not meet, and why', async () => {
    const lines = linesOf('rekey');
    const wrong = (lines[4] ?? '').replace(/.$/, (c) => (c === '0' ? '1' : '0'));
    const cookie = (n: number) => `000000000000000000000000000000${String(n).padStart(2, '0')}`;
    const path = file(
      'mixed.log',
      [
        ...lines.slice(0, 3),
        wrong,
        'garbage line here',
        `${(lines[1] ?? '').split(' ')[0]} PRIVATE_KEY 0102`,
        lines[0],
        ...[1, 2, 3, 4, 5].map((n) => `${cookie(n)} SHARED_SECRET 01`),
        `${cookie(6)} PRIVATE_KEY 01`,
        JSON.stringify({ task_name: 'sshd', cipher_name: 'aes128-ctr', key: '00'.repeat(16), iv: '00'.repeat(16) }),
      ].join('\n'),
    );
    const { out } = await secrets('rekey', ['-k', path]);
    const rows = out.slice(0, out.indexOf('\n\n')).split('\n').slice(2);
    const met = (n: string) => rows.find((row) => row.trim().startsWith(`${n} `)) ?? '';
    expect(met('4')).toMatch(/session 1, exchange 3: the host key did not sign the hash that it gives$/);
    expect(met('5')).toMatch(/unreadable +- +not a spelling of a secret that sshark knows \(17 bytes\)$/);
    expect(met('6')).toMatch(/session 1, exchange 1: not tried, since line 1 fits$/);
    expect(met('7')).toMatch(/says the same as line 1$/);
    expect(met('8-12')).toMatch(/SHARED_SECRET +\(5 cookies\) +cookie of no key exchange that could be read$/);
    expect(met('13')).toMatch(/PRIVATE_KEY +0{30}06 +cookie of no key exchange that could be read$/);
    expect(met('14')).toMatch(/cipher key +- +opens nothing in this capture$/);
    expect(rows).toHaveLength(10);
  });

  test('a private value where K is needed, and one that gives another public value', async () => {
    const hybrid = linesOf('kex-sntrup761').map((line) => line.replace(/SHARED_SECRET \w+/, `PRIVATE_KEY ${'01'.repeat(32)}`));
    const needsK = await secrets('kex-sntrup761', ['-k', file('private.log', hybrid.join('\n'))]);
    expect(needsK.out).toMatch(
      /1 {2}PRIVATE_KEY +[0-9a-f]{32} {2}session 1, exchange 1: it is a private value, and sntrup761\S+ takes the shared secret K itself$/m,
    );
    expect(needsK.out).toMatch(/wanted +SHARED_SECRET for [0-9a-f]{32} or [0-9a-f]{32}$/m);
    const dh = linesOf('kex-curve25519').map((line) => line.replace(/SHARED_SECRET \w+/, `PRIVATE_KEY ${'01'.repeat(32)}`));
    expect((await secrets('kex-curve25519', ['-k', file('other.log', dh.join('\n'))])).out).toMatch(/it does not give the Q_C that the client sent$/m);
  });

  test('without secrets it says what is wanted, by both cookies', async () => {
    const { code, out } = await secrets('kex-curve25519', []);
    const [client, server] = linesOf('kex-curve25519').map((line) => line.split(' ')[0]);
    expect(code).toBe(0);
    expect(out).toMatch(/^No secrets were given/);
    expect(out).toContain(`wanted      SHARED_SECRET or PRIVATE_KEY for ${client} or ${server}\n`);
    expect(out).toMatch(/^ {2}client +no-secret: no secret for the cookie/m);
  });

  test('a key exchange that did not come to its keys is not called unknown', async () => {
    const talk = segmentsOfTalk([...HELLO, ['c', packet(kexInitPayload())], ['s', packet(withCookie(kexInitPayload(), 8))]]);
    const log = file('early.log', `${'07'.repeat(16)} SHARED_SECRET 01\n${'08'.repeat(16)} SHARED_SECRET 01\n`);
    const { out } = await sshark(['secrets', file('early.pcap', pcap(framesOf(talk))), '-k', log]);
    expect(out.match(/session 1, exchange 1: not tried, since it did not come to NEWKEYS in this capture$/gm)).toHaveLength(2);
  });

  test('names of files and of methods cannot reach the terminal as they are', async () => {
    const talk = segmentsOfTalk([
      ...HELLO,
      ['c', packet(kexInitPayload({ kex: ['\u001b[31mred'] }))],
      ['s', packet(kexInitPayload({ kex: ['\u001b[31mred'] }))],
    ]);
    const log = file('\u001b[2J\u202e.log', `${'07'.repeat(16)} SHARED_SECRET 01\nbad \u001b[31m line\n`);
    const { out } = await sshark(['secrets', file('hostile.pcap', pcap(framesOf(talk))), '-k', log]);
    expect(out).toContain('\\x1b[2J\\u202e.log: 2 lines');
    expect(out).toContain('its key exchange method \\x1b[31mred is not supported');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these must not be there
    expect(out).not.toMatch(/[\u001b\u202e]/);
  });

  test('lines fit a terminal of 80 columns, but for what cannot be broken', async () => {
    const { out } = await secrets('rekey', ['-k', keylog('rekey'), '--color', 'never'], { columns: 80 });
    expect(out.split('\n').filter((line) => line.length > 80 && !line.startsWith('/'))).toEqual([]);
  });

  test('K and the keys are printed with --show-secrets only', async () => {
    const { out } = await secrets('cipher-aes128-ctr', ['-k', keylog('cipher-aes128-ctr'), '--show-secrets']);
    expect(out.match(/^ {4}K {11}[0-9a-f]{64,}$/gm)).toHaveLength(1);
    expect(out.match(/^ {4}[A-F] {11}[0-9a-f]{32,}$/gm)).toHaveLength(6);
  });
});

test('the same as JSON', async () => {
  const log = file('json.log', `${linesOf('rekey').slice(0, 2).join('\n')}\nnonsense\n${'01'.repeat(16)} SHARED_SECRET 02\n`);
  const { out } = await secrets('rekey', ['-k', log, '-T', 'json']);
  const [session, ...lines] = JSON.parse(out);
  expect(session).toMatchObject({
    record: 'sessionSecrets',
    session: 1,
    decryption: { client: { state: 'partial' }, server: { state: 'partial' } },
    exchanges: [
      {
        exchange: 1,
        kex: 'curve25519-sha256',
        secret: { kind: 'SHARED_SECRET', source: `${log}:1` },
        wanted: [],
        signature: { verdict: 'valid' },
        sharedSecret: null,
        keys: null,
      },
      {
        exchange: 2,
        secret: null,
        wanted: ['SHARED_SECRET', 'PRIVATE_KEY'],
        cookies: { client: linesOf('rekey')[2]?.slice(0, 32), server: linesOf('rekey')[3]?.slice(0, 32) },
      },
    ],
  });
  expect(lines.map((l: { line: number; outcome: string }) => [l.line, l.outcome])).toEqual([
    [1, 'used'],
    [2, 'spare'],
    [3, 'unreadable'],
    [4, 'unmatched'],
  ]);
  expect(out).not.toContain((linesOf('rekey')[0] ?? '').slice(-32));
  const shown = JSON.parse((await secrets('rekey', ['-k', log, '-T', 'json', '--show-secrets'])).out)[0].exchanges[0];
  expect(shown.sharedSecret.replace(/^00/, '')).toBe((linesOf('rekey')[0] ?? '').split(' ')[2]?.replace(/^(00)+/, ''));
  expect(Object.keys(shown.keys)).toContain('C');
  expect((await secrets('rekey', ['-s', '2', '-T', 'json', '-k', file('none.log', '')])).out).toBe('[]\n');
});

describe('--export', () => {
  test.each(['rekey', 'kex-dh-group18-sha512', 'kex-sntrup761', 'kex-ecdh-nistp521', 'kex-gex-sha256'])(
    'the key log of %s is that of the programs',
    async (name) => {
      const { code, out } = await secrets(name, ['-k', keylog(name), '--export', 'keylog']);
      expect(code).toBe(0);
      expect(byCookie(out)).toEqual(byCookie(fixture(name).secrets ?? ''));
      expect(out).not.toContain('#');
    },
  );

  test('K that follows from a private value is exported too', async () => {
    const { path, k, privates } = ecdhSession();
    const log = file('ecdh.log', `${'08'.repeat(16)} PRIVATE_KEY ${privates.server}\n`);
    const table = await sshark(['secrets', path, '-k', log]);
    expect(table.out).toMatch(/PRIVATE_KEY {2}(08){16} {2}session 1, exchange 1$/m);
    expect(table.out).toMatch(/signature +valid/);
    const { out } = await sshark(['secrets', path, '-k', log, '--export', 'keylog']);
    expect(out).toBe(`${'07'.repeat(16)} SHARED_SECRET ${k}\n${'08'.repeat(16)} SHARED_SECRET ${k}\n`);
  });

  test.each(['rekey', 'cipher-aes256-gcm', 'cipher-chacha20', 'cipher-3des-cbc', 'mac-md5-96-etm', 'zlib'])('the keys of %s open it again', async (name) => {
    const keys = join(dir, `${name}.json`);
    expect(await secrets(name, ['-k', keylog(name), '--export', 'keys', '-o', keys])).toEqual({ code: 0, out: '', err: '' });
    const [first, ...more] = readFileSync(keys, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(first).toMatchObject({ cookie: linesOf(name)[0]?.slice(0, 32), epoch: 1, sessionId: first.exchangeHash, cipher: { client: expect.any(String) } });
    // What the algorithms have no use for is not there.
    const letters = { 'cipher-aes256-gcm': ['A', 'B', 'C', 'D'], 'cipher-chacha20': ['C', 'D'], zlib: ['C', 'D'] }[name] ?? ['A', 'B', 'C', 'D', 'E', 'F'];
    expect(Object.keys(first).filter((key) => /^[A-F]$/.test(key))).toEqual(letters);
    expect(more.map((record) => record.sessionId)).toEqual(more.map(() => first.sessionId));
    const opened = await messages(capture(name), ['-k', keys]);
    expect(opened).toEqual(await messages(capture(name), ['-k', keylog(name)]));
    expect((await secrets(name, ['-k', keys])).out).toMatch(/^ +1 {2}keys +[0-9a-f]{32} {2}session 1, exchange 1, (client|server)$/m);
  });

  test('a file with secrets is for its owner only, also where another was before, and no part of it is left behind', async () => {
    const target = file('open-to-all', 'old');
    await secrets('rekey', ['-k', keylog('rekey'), '--export', 'keylog', '-o', target]);
    expect(statSync(target).mode & 0o777).toBe(0o600);
    const shown = join(dir, 'shown');
    await secrets('rekey', ['-k', keylog('rekey'), '--show-secrets', '-o', shown]);
    expect(statSync(shown).mode & 0o777).toBe(0o600);
    expect(readdirSync(dir).filter((name) => name.includes('partial'))).toEqual([]);
  });

  test('what cannot be written, or is doubtful, is said in comments that are read over', async () => {
    const lines = linesOf('rekey');
    const wrong = (lines[2] ?? '').replace(/.$/, (c) => (c === '0' ? '1' : '0'));
    const none = await secrets('rekey', ['--export', 'keylog']);
    expect(none.out).toBe(`# session 1, exchange 1: K is not known (cookie ${lines[0]?.slice(0, 32)} or ${lines[1]?.slice(0, 32)})\n`);
    const doubtful = await secrets('rekey', ['-k', file('doubt.log', `${lines[0]}\n${wrong}\n`), '--export', 'keylog']);
    expect(doubtful.out).toContain('\n# session 1, exchange 2: the host key did not sign the hash that this K gives\n');
    const again = await secrets('rekey', ['-k', file('commented.log', doubtful.out), '-T', 'json']);
    expect(JSON.parse(again.out).filter((r: { outcome?: string }) => r.outcome === 'unreadable')).toEqual([]);
  });
});

describe('--embed', () => {
  test('the copy carries its key log, and is the capture otherwise', async () => {
    const target = join(dir, 'with-keys.pcapng');
    const { code, err } = await secrets('rekey', ['-k', keylog('rekey'), '--embed', target]);
    expect([code, err, statSync(target).mode & 0o777]).toEqual([0, '', 0o600]);
    expect(await messages(target, [])).toEqual(await messages(capture('rekey'), ['-k', keylog('rekey')]));
    const { out } = await sshark(['secrets', target]);
    expect(out).toMatch(/^secrets block at offset \d+: 8 lines, 8 secrets/);
    const written = new Uint8Array(readFileSync(target));
    const { capture: original } = fixture('rekey');
    expect(stripped(written)).toEqual(original);
  });

  test('secrets behind the packets that they open are found in a file', async () => {
    const { capture: original, secrets: log = '' } = fixture('openssh-login');
    // The block stands far behind: no piece of the file holds both.
    const late = file('late.pcapng', concat(original, block(0x777, new Uint8Array(3 << 20)), secretsBlock(log)));
    expect(await messages(late, [])).toEqual(await messages(capture('openssh-login'), ['-k', keylog('openssh-login')]));
    const { out } = await sshark(['secrets', late]);
    expect(out).toMatch(/^secrets block at offset \d+: 2 lines, 2 secrets/);
    expect(out.match(/secrets block at offset \d+: 2 lines/g)).toHaveLength(1);
  });

  test('a wrong secret that was given does not hide a right one behind the packets', async () => {
    const { capture: original, secrets: log = '' } = fixture('openssh-login');
    const late = file('late-right.pcapng', concat(original, block(0x777, new Uint8Array(3 << 20)), secretsBlock(log)));
    const wrong = file('wrong.log', new TextEncoder().encode(log.replace(/SHARED_SECRET .{8}/g, 'SHARED_SECRET 00000000')));
    expect(await messages(late, ['-k', wrong])).toEqual(await messages(capture('openssh-login'), ['-k', keylog('openssh-login')]));
  });

  test('what cannot be meant is refused, and nothing is written without a secret', async () => {
    const target = join(dir, 'never.pcapng');
    const without = await secrets('rekey', ['--embed', target]);
    expect([without.code, without.err]).toEqual([3, expect.stringContaining('no key exchange of')]);
    const same = file('same.pcapng', fixture('rekey').capture);
    expect(await sshark(['secrets', same, '-k', keylog('rekey'), '--embed', same])).toMatchObject({ code: 2, out: '' });
    expect(await sshark(['secrets', '-', '--embed', target])).toMatchObject({ code: 2, out: '' });
    expect((await sshark(['secrets', join(dir, 'absent'), '--embed', target])).code).toBe(3);
    expect(existsSync(target)).toBe(false);
    expect(await secrets('rekey', ['--export', 'tls'])).toMatchObject({ code: 2, out: '' });
  });
});

// --- captures made here

const HELLO: readonly Said[] = [
  ['c', 'SSH-2.0-c\r\n'],
  ['s', 'SSH-2.0-s\r\n'],
];

function withCookie(payload: Uint8Array, byte: number): Uint8Array {
  return payload.slice().fill(byte, 1, 17);
}

/** A key exchange by ECDH between two ends of OpenSSL, up to NEWKEYS. */
function ecdhSession(): { path: string; k: string; privates: { server: string } } {
  const [client, server] = [3, 4].map((n) => {
    const end = createECDH('prime256v1');
    end.setPrivateKey(Buffer.alloc(32, n));
    return end;
  }) as [ReturnType<typeof createECDH>, ReturnType<typeof createECDH>];
  const [qC, qS] = [client, server].map((end) => new Uint8Array(end.getPublicKey())) as [Uint8Array, Uint8Array];
  const k = new Uint8Array(client.computeSecret(qS));
  const init = kexInitPayload({ kex: ['ecdh-sha2-nistp256'] });
  const [iC, iS] = [withCookie(init, 7), withCookie(init, 8)];
  const h = createHash('sha256');
  for (const part of [utf8('SSH-2.0-c'), utf8('SSH-2.0-s'), iC, iS, K_S, qC, qS]) h.update(str(part));
  const signature = signed(new Uint8Array(h.update(mp(k)).digest()));
  const reply = concat(Uint8Array.of(31), str(K_S), str(qS), str(signature));
  const newKeys = packet(Uint8Array.of(21));
  const talk: Said[] = [
    ...HELLO,
    ['c', packet(iC)],
    ['s', packet(iS)],
    ['c', packet(concat(Uint8Array.of(30), str(qC)))],
    ['s', packet(reply)],
    ['s', newKeys],
    ['c', newKeys],
  ];
  const path = file('ecdh.pcap', pcap(framesOf(segmentsOfTalk(talk))));
  return {
    path,
    k: Buffer.from(k)
      .toString('hex')
      .replace(/^(00)+/, ''),
    privates: { server: server.getPrivateKey('hex') },
  };
}

function block(type: number, body: Uint8Array): Uint8Array {
  const padded = concat(body, new Uint8Array((4 - (body.length % 4)) % 4));
  const [head, tail] = [new DataView(new ArrayBuffer(8)), new DataView(new ArrayBuffer(4))];
  head.setUint32(0, type, true);
  for (const [view, at] of [
    [head, 4],
    [tail, 0],
  ] as const)
    view.setUint32(at, padded.length + 12, true);
  return concat(new Uint8Array(head.buffer), padded, new Uint8Array(tail.buffer));
}

function secretsBlock(text: string): Uint8Array {
  const head = new DataView(new ArrayBuffer(8));
  head.setUint32(0, 0x5353484b, true);
  head.setUint32(4, text.length, true);
  return block(10, concat(new Uint8Array(head.buffer), utf8(text)));
}

/** A little-endian pcapng file without its secrets blocks. */
function stripped(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const kept: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += view.getUint32(at + 4, true)) {
    if (view.getUint32(at, true) !== 10) kept.push(bytes.subarray(at, at + view.getUint32(at + 4, true)));
  }
  return concat(...kept);
}

describe('SSHKEYLOGFILE', () => {
  const name = 'openssh-login';
  const summary = (path: string, ...options: string[]) => sshark(['summary', capture(name), ...options], { env: { SSHKEYLOGFILE: path } });
  const OPENED = /decrypted:\s+every packet was opened/;

  test('its secrets are used as those of -k', async () => {
    expect((await summary('')).out).toMatch(/not\s+decrypted/);
    expect((await summary(keylog(name))).out).toMatch(OPENED);
  });

  test('it and -k count together: each has what the other lacks', async () => {
    const path = file('other-session.keylog', fixture('kex-curve25519').secrets ?? '');
    expect((await summary(keylog(name), '-k', path)).out).toMatch(OPENED);
    expect((await summary(path, '-k', keylog(name))).out).toMatch(OPENED);
  });

  test('a file that nobody has written yet is no error', async () => {
    const ran = await summary(join(dir, 'nothing-logged-yet'));
    expect([ran.code, ran.err]).toEqual([0, '']);
  });
});
