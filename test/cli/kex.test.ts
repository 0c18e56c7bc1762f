/** The command `kex`, as a user calls it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { World } from '../../cli/command.ts';

import { sshark } from '../support/cli.ts';
import { fixture, fixturePath } from '../support/fixtures.ts';

const kex = (name: string, options: readonly string[], world: Partial<World> = {}) => sshark(['kex', fixturePath(name, 'capture.pcapng'), ...options], world);

const keylog = (name: string): string[] => ['-k', fixturePath(name, 'secrets.keylog')];
/** K of a fixture's first key exchange, in hex. */
const secretOf = (name: string): string => /SHARED_SECRET ([0-9a-f]+)/.exec(fixture(name).secrets ?? '')?.[1] ?? '';

test('one screen: inputs with their lengths, bytes and places, H, the signature, the keys; K stays hidden', async () => {
  const { code, out, err } = await kex('kex-curve25519', keylog('kex-curve25519'));
  expect([code, err]).toEqual([0, '']);
  expect(out.split('\n').length).toBeLessThan(40);
  expect(out).toMatch(/^ {2}V_C +00000027 string "SSH-2\.0-OpenSSH_9\.2p1 Debian-2\+deb12u10" \(39\) +client, frame 4, offset 66$/m);
  expect(out).toMatch(/^ {2}I_S +[0-9a-f]{8} string 14[0-9a-f]{30}…0000000000000000 \(\d+\) +server, frame \d+, offset 71$/m);
  expect(out).toMatch(/^ {2}K +0000002[01] mpint {2}\(redacted; --show-secrets\)/m);
  expect(out).toMatch(/^ {2}H +[0-9a-f]{64}$/m);
  expect(out).toMatch(/^ {2}signature +valid \(ssh-ed25519\)/m);
  expect(out.match(/^ {2}[A-F] {2}.*HASH\(K \|\| H \|\| "[A-F]" \|\| session_id\)/gm)).toHaveLength(6);
  expect(out).not.toContain(secretOf('kex-curve25519').slice(0, 8));
});

test('with --show-secrets K and the keys are printed', async () => {
  const { out } = await kex('kex-curve25519', [...keylog('kex-curve25519'), '--show-secrets']);
  expect(out).toContain(secretOf('kex-curve25519').slice(0, 30));
  expect(out).not.toContain('redacted');
});

test('without secrets it says what is missing', async () => {
  const { code, out } = await kex('kex-curve25519', []);
  expect(code).toBe(0);
  expect(out).toMatch(/^ {2}K +not known: no secret for this exchange$/m);
  expect(out).toMatch(/^ {2}K +no secret .*cookie [0-9a-f]{32}/m);
  expect(out).toMatch(/^ {2}H +not computable without K$/m);
});

test('lines fit a terminal of 80 columns', async () => {
  const { out } = await kex('kex-gex-sha256', [...keylog('kex-gex-sha256'), '-V', '--show-secrets', '--tamper', 'p', '--color', 'never'], { columns: 80 });
  expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
});

test('--tamper shows both hashes, the failing signature and the keys', async () => {
  const { out } = await kex('kex-curve25519', [...keylog('kex-curve25519'), '--tamper', 'V_C:7']);
  expect(out).toMatch(/One bit flipped in byte 7 of V_C: 2d became 2c/);
  expect(out).toMatch(/signature +was valid, becomes invalid/);
  expect(out).toMatch(/all six are others/);
  const secret = await kex('kex-curve25519', [...keylog('kex-curve25519'), '--tamper', 'K']);
  expect(secret.out).toMatch(/One bit flipped in byte 0 of K$/m);
  const none = await kex('kex-curve25519', [...keylog('kex-curve25519'), '--tamper', 'min']);
  expect(none.out).toMatch(/Nothing was flipped: min has no byte 0, or is none of V_C, V_S/);
});

test('one record for each exchange with -T json, with secrets only when asked for', async () => {
  const { out } = await kex('rekey', [...keylog('rekey'), '-T', 'json', '--tamper', 'Q_C']);
  const records = JSON.parse(out);
  expect(records.map((r: { exchange: number }) => r.exchange)).toEqual([1, 2, 3, 4]);
  expect(records[1]).toMatchObject({ record: 'kex', kex: 'curve25519-sha256', hash: 'sha256', missing: [], culprit: null, signature: { verdict: 'valid' } });
  expect(records[1].sessionId).toBe(records[0].exchangeHash);
  expect(records[1].inputs.at(-1)).toMatchObject({ name: 'K', bytes: null, places: [] });
  expect(records[1].keys.map((k: { value: unknown }) => k.value)).toEqual(new Array(6).fill(null));
  expect(records[1].tamper).toMatchObject({
    field: 'Q_C',
    bit: 7,
    signature: 'valid',
    tamperedSignature: 'invalid',
    keysChanged: ['A', 'B', 'C', 'D', 'E', 'F'],
  });
  const shown = JSON.parse((await kex('rekey', [...keylog('rekey'), '-T', 'json', '--show-secrets', '--exchange', '2'])).out);
  expect(shown).toHaveLength(1);
  expect(shown[0].inputs.at(-1).bytes).toMatch(/^(?:00)?[0-9a-f]{64}$/);
  expect(shown[0].keys[0].value).toMatch(/^[0-9a-f]{32}$/);
  expect((await kex('rekey', ['-s', '2', '-T', 'json'])).out).toBe('[]\n');
});

test('a wrong secret is told, and where it stands', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'sshark-'));
  try {
    const file = join(dir, 'wrong.keylog');
    writeFileSync(file, (fixture('kex-curve25519').secrets ?? '').replace(/[0-9a-f]{4}$/gm, '0000'));
    const { code, out } = await kex('kex-curve25519', ['-k', file]);
    expect(code).toBe(0);
    expect(out).toMatch(/^ {2}K from +SHARED_SECRET of .*wrong\.keylog:1/m);
    expect(out).toMatch(/^ {2}signature +invalid/m);
    expect(out).toMatch(/^ {2}culprit +K is wrong or a message was altered on the way/m);
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test('what cannot be meant is refused', async () => {
  expect(await kex('rekey', ['--tamper', 'V_C:x'])).toMatchObject({ code: 2, out: '' });
  expect(await kex('rekey', ['--exchange', '0'])).toMatchObject({ code: 2, out: '' });
  expect((await kex('rekey', ['--exchange', '9'])).out).toBe('Session 1 has only 1 key exchange.\n\n');
  expect((await kex('no-common-kex', [])).out).toContain('The two sides have no method in common.');
});
