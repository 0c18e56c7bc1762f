import { fromHex, toHex } from '../../src/bytes/hex.ts';
import { utf8 } from '../../src/bytes/text.ts';
import type { SecretsBlock } from '../../src/capture/frame.ts';
import { PcapngReader } from '../../src/capture/pcapng.ts';
import { DEFAULT_LIMITS } from '../../src/limits.ts';
import { type DerivedKeys, describeSource } from '../../src/secrets/item.ts';
import { readSecrets } from '../../src/secrets/read.ts';
import { SecretStore } from '../../src/secrets/store.ts';
import { writeKeylog, writeKeys } from '../../src/secrets/write.ts';

const COOKIE = '101112131415161718191a1b1c1d1e1f';
const OTHER = '202122232425262728292a2b2c2d2e2f';
const K = '4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742';
const hex = (s: string) => fromHex(s) as Uint8Array;
const stored = (text: string, limits = DEFAULT_LIMITS) => {
  const store = new SecretStore(limits);
  store.add(utf8(text), 'f');
  return store;
};

test('differing values for a cookie are all kept, in order; equal ones collapse and are known as copies', () => {
  const store = stored(
    `${COOKIE} SHARED_SECRET 11\n${COOKIE} SHARED_SECRET 22\n${COOKIE.toUpperCase()} SHARED_SECRET 11\n${COOKIE} PRIVATE_KEY 11\n${COOKIE} 11\n${OTHER} 33`,
  );
  expect(store.byCookie(COOKIE.toUpperCase()).map((i) => [i.kind, i.source.line])).toEqual([
    ['SHARED_SECRET', 1],
    ['SHARED_SECRET', 2],
    ['PRIVATE_KEY', 4],
  ]);
  expect(store.items.map((i) => store.copyOf(i)?.source.line)).toEqual([undefined, undefined, 1, undefined, 4, undefined]);
  expect(store.cookies()).toEqual([COOKIE, OTHER]);
  expect(store.cookies(1)).toEqual([COOKIE]);
  expect(store.byCookie('ff'.repeat(16))).toEqual([]);
});

test('what has no cookie is to be tried everywhere, also what has the placeholder of zeros', () => {
  const zeros = '00'.repeat(16);
  const store = stored(
    `${zeros} SHARED_SECRET 11\n1 SHARED_SECRET 22\n2 SHARED_SECRET 22\nSSH_IV_C2S 33\n{"cipher_name":"aes128-ctr","key":"44"}\n{"cipher_name":"aes128-ctr","key":"44"}`,
  );
  expect(store.sharedSecretsWithoutCookie().map((i) => toHex(i.bytes))).toEqual(['11', '22']);
  expect(store.byCookie(zeros)).toHaveLength(1);
  expect(store.derivedKeys().map((i) => i.source.line)).toEqual([4, 5]);
});

test('marks say what came of an item', () => {
  const store = stored(`${COOKIE} SHARED_SECRET 11`);
  const [item] = store.items;
  if (item === undefined) throw new Error('no item');
  expect(store.uses(item)).toEqual([]);
  store.markUsed(item, 'session 1, exchange 1');
  store.markUsed(item, 'session 1, exchange 1');
  store.markUsed(item, 'session 2: the host signature does not verify');
  expect(store.uses(item)).toEqual(['session 1, exchange 1', 'session 2: the host signature does not verify']);
  expect(describeSource(item.source)).toBe('f:1');
});

test('limits hold over all files together', () => {
  const store = stored(`${COOKIE} 11\n${COOKIE} 22\n${COOKIE} 33\n`, { ...DEFAULT_LIMITS, secretItems: 4, secretsPerCookie: 2 });
  store.add(utf8(`${OTHER} 11\n${OTHER} 22\n`), 'g');
  expect(store.byCookie(COOKIE)).toHaveLength(2);
  expect(store.items).toHaveLength(4);
  expect(store.problems.map((p) => [p.code, p.message])).toEqual([
    ['limit', 'f:3: more than 2 different secrets for one cookie (limit secretsPerCookie)'],
    ['limit', 'g:2: there are more secrets than sshark keeps: this line and those after it were not read (limit secretItems)'],
  ]);
  expect(store.files.map((f) => [f.file, f.items, f.spellings])).toEqual([
    ['f', 3, ['Wireshark key log']],
    ['g', 1, ['Wireshark key log']],
  ]);
});

/** `editcap --inject-secrets ssh,FILE` (and tls, wg) of Wireshark 4.0 on an empty capture; the type stands at offset 36, backwards. */
const EDITCAP =
  '0a0d0d0a1c0000004d3c2b1a01000000ffffffffffffffff1c0000000a000000840000004b4853537000000031303131313231333134313531363137313831393161316231633164316531662053484152' +
  '45445f53454352455420346135643964356261346365326465313732386533626634383033353066323565303765323163393437643139653333373666303962336331653136313734320a84000000';

function blocks(file: string) {
  const blocks: SecretsBlock[] = [];
  new PcapngReader().push(hex(file), { take: () => {}, secrets: (told) => blocks.push(...told) });
  return blocks;
}

test('the secrets block that editcap writes', () => {
  const store = new SecretStore();
  for (const block of blocks(EDITCAP)) store.addBlock(block);
  expect(store.problems).toEqual([]);
  expect(store.byCookie(COOKIE)).toMatchObject([{ kind: 'SHARED_SECRET', bytes: hex(K), source: { file: 'secrets block at offset 28', line: 1 } }]);
});

test.each([
  ['4b534c54', 'a TLS key log (type 0x544c534b)'],
  ['4c4b4757', 'a WireGuard key log (type 0x57474b4c)'],
  ['01000000', 'secrets of a kind that sshark does not know (type 0x00000001)'],
])('a block of another type is named and not read: %s', (type, message) => {
  const store = new SecretStore();
  for (const block of blocks(EDITCAP.replace('4b485353', type))) store.addBlock(block);
  expect(store.items).toEqual([]);
  expect(store.problems).toMatchObject([{ code: 'unknown', severity: 'note', offset: 28 }]);
  expect(store.problems[0]?.message).toContain(message);
});

test('the key log that is written has both cookies and no sign byte, and is read back', () => {
  const text = writeKeylog([
    { clientCookie: COOKIE, serverCookie: OTHER, K: hex(`00cd${'11'.repeat(31)}`), form: 'mpint' },
    { clientCookie: undefined, serverCookie: OTHER, K: hex(`00cd${'11'.repeat(30)}`), form: 'string' },
  ]);
  expect(text).toBe(
    `${COOKIE} SHARED_SECRET cd${'11'.repeat(31)}\n${OTHER} SHARED_SECRET cd${'11'.repeat(31)}\n${OTHER} SHARED_SECRET 00cd${'11'.repeat(30)}\n`,
  );
  expect(readSecrets(utf8(text), 'f').items).toHaveLength(3);
});

test('the keys that are written are one JSON object a line, and are read back the same', () => {
  const whole: Omit<DerivedKeys, 'source'> = {
    kind: 'keys',
    cookie: COOKIE,
    epoch: 2,
    sessionId: 'aa'.repeat(20),
    exchangeHash: 'bb'.repeat(64),
    ciphers: { client: 'aes128-ctr', server: 'aes256-gcm@openssh.com' },
    macs: { client: 'hmac-sha2-256' },
    letters: { A: hex('a1'), B: hex('b1'), C: hex('c1'), D: hex('d1'), E: hex('e1'), F: hex('f1') },
  };
  const bare: Omit<DerivedKeys, 'source'> = { kind: 'keys', letters: { D: hex('00') } };
  const text = writeKeys([whole, bare]);
  expect(text).toBe(
    `{"cookie":"${COOKIE}","epoch":2,"sessionId":"${'aa'.repeat(20)}","exchangeHash":"${'bb'.repeat(64)}","cipher":{"client":"aes128-ctr","server":"aes256-gcm@openssh.com"},"mac":{"client":"hmac-sha2-256"},"A":"a1","B":"b1","C":"c1","D":"d1","E":"e1","F":"f1"}\n{"D":"00"}\n`,
  );
  const r = readSecrets(utf8(text), 'f');
  expect(r.problems).toEqual([]);
  expect(r.items).toEqual([
    { ...whole, source: { file: 'f', line: 1 } },
    { ...bare, source: { file: 'f', line: 2 } },
  ]);
});
