/**
 * Sessions recorded now, of the programs that this machine has, in network namespaces by fixtures/record. With the secrets
 * of the very run: H is verified by the host key's signature, and every MAC is valid.
 */

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toHex } from '../../src/bytes/hex.ts';
import { checkResults } from '../fuzz/check.ts';
import type { Manifest } from '../support/fixtures.ts';
import { resultsOf, storeOf } from '../support/outputs.ts';

/** Cases of fixtures/record/cases.mjs, and the programs that each needs. */
const CASES: readonly (readonly [name: string, programs: string])[] = [
  ['openssh-login', 'ssh sshd'],
  ['kex-curve25519', 'ssh sshd'],
  ['kex-gex-sha256', 'ssh sshd'],
  ['kex-ecdh-nistp384', 'ssh sshd'],
  ['cipher-aes256-gcm', 'ssh sshd'],
  ['cipher-aes128-ctr-etm', 'ssh sshd'],
  ['cipher-3des-cbc', 'ssh sshd'],
  ['hostkey-ecdsa', 'ssh sshd'],
  ['hostkey-certificate', 'ssh sshd'],
  ['zlib', 'ssh sshd'],
  ['rekey', 'ssh sshd'],
  ['login-password', 'ssh sshd python3'],
  ['putty-client', 'plink sshd'],
  ['dropbear-server', 'ssh dropbear'],
  ['dropbear-client-wrong-guess', 'dbclient sshd'],
  ['tinyssh-server', 'ssh tinysshd'],
];
const TOOLS = 'unshare gcc tcpdump editcap ip ss openssl ssh-keygen';

const has = (program: string) => spawnSync('sh', ['-c', `command -v ${program} || command -v /usr/sbin/${program}`]).status === 0;
const missing = (programs: string) => programs.split(' ').filter((program) => !has(program));

/** Why nothing can be recorded here; undefined when it can. */
function obstacle(): string | undefined {
  if (process.getuid?.() !== 0) return 'recording needs root';
  const without = missing(TOOLS);
  if (without.length > 0) return `not installed: ${without.join(', ')}`;
  return spawnSync('unshare', ['--net', '--mount', 'true']).status === 0 ? undefined : 'no namespaces can be made here';
}

/** Without WINDOW_ADJUST and the two kinds of data, which OpenSSH does not always log. */
const logged = (numbers: readonly (number | undefined)[]) => numbers.filter((n) => n === undefined || n < 93 || n > 95);

const why = obstacle();
const folder = mkdtempSync(join(tmpdir(), 'sshark-interop-'));
afterAll(() => rmSync(folder, { recursive: true }));

if (why !== undefined) {
  console.warn(`skipped: ${why}`);
  test.skip(`fresh recordings (skipped: ${why})`, () => {});
}

for (const [name, programs] of why === undefined ? CASES : []) {
  const without = missing(programs);
  if (without.length > 0) {
    console.warn(`${name} is skipped, not installed: ${without.join(', ')}`);
    test.skip(`${name} (skipped: no ${without.join(', ')})`, () => {});
    continue;
  }
  test(`${name}, recorded now`, async () => {
    const said = execFileSync(process.execPath, ['fixtures/record/record.mjs', '--to', folder, name], { encoding: 'utf8' });
    expect([said, existsSync(join(folder, name, 'manifest.json'))]).toEqual([expect.any(String), true]);
    const read = (file: string) => readFileSync(join(folder, name, file));
    const { expect: printed } = JSON.parse(read('manifest.json').toString()) as Manifest;
    const found = await resultsOf(new Uint8Array(read('capture.pcapng')), { secrets: storeOf(new Uint8Array(read('secrets.keylog'))) });
    const packets = checkResults(found);
    const [session] = found.flatMap((one) => (one.kind === 'session' ? [one.session] : []));
    for (const side of ['client', 'server'] as const) {
      const text = printed.identification?.[side];
      if (text !== undefined) expect(session?.[side].identification?.text).toBe(text);
      expect(session?.[side].decryption).toMatchObject({ state: 'ok', decrypted: session?.[side].decryption.packets });
      const numbers = logged(packets.filter((p) => p.side === side).map((p) => p.number));
      if (printed.messages === undefined) continue;
      const said = logged(printed.messages[side]);
      expect(numbers.slice(0, said.length)).toEqual(said.slice(0, numbers.length));
    }
    for (const [i, { exchangeHash, ...agreed }] of (printed.exchanges ?? []).entries()) {
      const ours = session?.exchanges[i]?.negotiation;
      const way = (side: 'client' | 'server') => ({ cipher: ours?.[side].cipher, mac: ours?.[side].mac ?? null, compression: ours?.[side].compression });
      expect({ kex: ours?.kex, hostKey: ours?.hostKey, client: way('client'), server: way('server') }).toEqual(agreed);
      if (exchangeHash !== undefined) expect(toHex(session?.exchanges[i]?.exchangeHash ?? new Uint8Array(0))).toBe(exchangeHash);
    }
    expect(session?.exchanges.length).toBeGreaterThan(0);
    expect(session?.exchanges.map((e) => e.signature.verdict)).toEqual(session?.exchanges.map(() => 'valid'));
    expect([...new Set(packets.filter((p) => p.encrypted).map((p) => p.mac))]).toEqual(['valid']);
  });
}
