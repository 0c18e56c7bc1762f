import { readFileSync } from 'node:fs';
import { toHex } from '../../src/bytes/hex.ts';
import { utf8 } from '../../src/bytes/text.ts';
import type { SecretItem } from '../../src/secrets/item.ts';
import { readSecrets } from '../../src/secrets/read.ts';
import { SPELLINGS } from '../../src/secrets/spellings/index.ts';

const COOKIE = '101112131415161718191a1b1c1d1e1f';
/** K of RFC 7748 section 6.1. */
const K = '4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742';

const read = (text: string) => readSecrets(utf8(text), 'f');

/** Items with bytes as hex and without the file, so that they can be written down. */
const plain = (items: readonly SecretItem[]) =>
  JSON.parse(JSON.stringify(items, (key, value) => (value instanceof Uint8Array ? toHex(value) : key === 'source' ? value.line : value)));

const itemsOf = (text: string) => {
  const { items, problems } = read(text);
  expect(problems).toEqual([]);
  return plain(items);
};

test.each(SPELLINGS.map((s) => [s.name, s] as const))('the example of %s is read, by that row, as a whole', (name, s) => {
  for (const text of [s.example, `\ufeff${s.example}\r\n`, s.example.split('\n').join('\r\n\r\n# comment\r\n')]) {
    const r = read(text);
    expect(r.problems).toEqual([]);
    expect(r.spellings).toEqual([name]);
    expect(r.items.length).toBeGreaterThan(0);
    expect(r.lines.read).toBe(s.example.split('\n').length);
  }
});

// friTap tests/unit: SshKeylogFormatter writes K under both cookies, and labels for what its cipher_init hook saw.
test('a friTap file: comment, both cookies, derived keys, the second exchange apart', () => {
  const text = `# friTap SSH keylog — load via Wireshark Edit -> Preferences -> Protocols -> SSH
${'aa'.repeat(16)} SHARED_SECRET ${'bb'.repeat(32)}
${'cc'.repeat(16)} SHARED_SECRET ${'bb'.repeat(32)}
SSH_ENC_KEY_C2S ${'deadbeef'.repeat(8)}
SSH_IV_C2S 00
SSH_ENC_KEY_S2C ${'22'.repeat(32)}
SSH_ENC_KEY_C2S ${'33'.repeat(32)}
`;
  expect(itemsOf(text)).toEqual([
    { kind: 'SHARED_SECRET', source: 2, cookie: 'aa'.repeat(16), bytes: 'bb'.repeat(32) },
    { kind: 'SHARED_SECRET', source: 3, cookie: 'cc'.repeat(16), bytes: 'bb'.repeat(32) },
    { kind: 'keys', source: 4, letters: { A: '00', C: 'deadbeef'.repeat(8), D: '22'.repeat(32) } },
    { kind: 'keys', source: 7, letters: { C: '33'.repeat(32) } },
  ]);
});

// SSH.NET, Session.cs: Convert.ToHexString (upper case) and Environment.NewLine (CR LF on Windows).
test('SSH.NET: upper case, CR LF', () => {
  expect(itemsOf(`${COOKIE.toUpperCase()} SHARED_SECRET ${K.toUpperCase()}\r\n`)).toEqual([{ kind: 'SHARED_SECRET', source: 1, cookie: COOKIE, bytes: K }]);
});

// ttssh2 of Tera Term and Wireshark 4.0: no keyword.
test('Tera Term: two words mean PRIVATE_KEY', () => {
  expect(itemsOf(`${COOKIE} ${K}\n${COOKIE} PRIVATE_KEY ${K}`)).toEqual([
    { kind: 'PRIVATE_KEY', source: 1, cookie: COOKIE, bytes: K, bare: true },
    { kind: 'PRIVATE_KEY', source: 2, cookie: COOKIE, bytes: K, bare: false },
  ]);
});

test('a group 18 secret makes a line of over 2,000 characters, and no length is too long', () => {
  for (const bytes of [1024, 3_000_000]) expect(read(`${COOKIE} SHARED_SECRET ${'a5'.repeat(bytes)}`).items[0]).toMatchObject({ bytes: { length: bytes } });
});

// OpenSSH-Session-Key-Recovery: key.as_json() of the ptrace tool; network_connections are psutil's sconn.
test('memory forensics on one line, with process and connections', () => {
  const connection = '{"family": 2, "fd": 3, "laddr": ["192.0.2.10", 22], "raddr": ["192.0.2.1", 51234], "status": "ESTABLISHED", "type": 1}';
  const listening = '{"family": 2, "fd": 4, "laddr": ["0.0.0.0", 22], "raddr": [], "status": "LISTEN", "type": 1}';
  const text = `{"pid": 1952, "proc_name": "sshd", "sshenc_addr": 94108858764480, "cipher_name": "aes256-gcm@openssh.com", "key": "${K}", "iv": "5865d3c75d5dc1f2e19e6406", "sshenc": {"name": 1}, "network_connections": [${connection}, ${listening}]}`;
  expect(itemsOf(text)).toEqual([
    {
      kind: 'cipher key',
      source: 1,
      key: K,
      cipher: 'aes256-gcm@openssh.com',
      iv: '5865d3c75d5dc1f2e19e6406',
      process: {
        name: 'sshd',
        pid: 1952,
        connections: [{ local: { address: '192.0.2.10', port: 22 }, remote: { address: '192.0.2.1', port: 51234 } }],
      },
    },
  ]);
});

// The key file of OpenSSH-Network-Parser as people lay it out: objects over several lines, one after the other, or in an array.
test('memory forensics over several lines', () => {
  const object = (addr: number, key: string) => `{
        "task_name": "sshd",
        "sshenc_addr": ${addr},

        "cipher_name": "aes256-gcm@openssh.com",
        "key": "${key}",
        "iv": "0b1148709466289120d7a241"
}`;
  const first = { kind: 'cipher key', source: 1, key: '11', cipher: 'aes256-gcm@openssh.com', iv: '0b1148709466289120d7a241', process: { name: 'sshd' } };
  expect(itemsOf(`${object(94108858764096, '11')}\n${object(94108858764480, '22')}`)).toEqual([first, { ...first, source: 9, key: '22' }]);
  expect(itemsOf(`[\n${object(1, '11')},\n${object(2, '22')}\n]`)).toEqual([first, { ...first, key: '22' }]);
});

// A file of the OpenSSH heap dump data set (zenodo 6537904), shortened to what has a meaning here.
test('the six letters of the heap dump data set', () => {
  const text = `{
   "ENCRYPTION_KEY_1_NAME" : "aes256-gcm@openssh.com",
   "ENCRYPTION_KEY_1_NAME_ADDR" : "55d900d6fd30",
   "ENCRYPTION_KEY_2_NAME" : "aes256-gcm@openssh.com",
   "HEAP_START" : "55d900d48000",
   "KEY_A" : "b1a6e596c268a5200b1daa8b",
   "KEY_A_LEN" : "12",
   "KEY_B" : "e09fb19681ffae2917bfdfa4",
   "KEY_C" : "8e319b6d4d851254de8a743f1a12abf07586229a59b350891a87b7a514110231",
   "KEY_D" : "52a4623280017933d4bc90bf5cfcb918dd3cdf3af4415c42d99d7e8b5061b4bd",
   "KEY_E" : "",
   "KEY_E_ADDR" : "0",
   "KEY_F" : "",
   "SSH_PID" : "14987"
}`;
  expect(itemsOf(text)).toEqual([
    {
      kind: 'keys',
      source: 1,
      letters: {
        A: 'b1a6e596c268a5200b1daa8b',
        B: 'e09fb19681ffae2917bfdfa4',
        C: '8e319b6d4d851254de8a743f1a12abf07586229a59b350891a87b7a514110231',
        D: '52a4623280017933d4bc90bf5cfcb918dd3cdf3af4415c42d99d7e8b5061b4bd',
      },
      ciphers: { client: 'aes256-gcm@openssh.com', server: 'aes256-gcm@openssh.com' },
      process: { pid: 14987 },
    },
  ]);
});

// A patched OpenSSH: kex.c logs K and then, at the peer's NEWKEYS, the peer's cookie; packet.c logs both directions between them.
test('OpenSSH NEWKEYS lines get the cookie of the COOKIE line after them', () => {
  const H = '5a'.repeat(32);
  const text = `1761854787 SHARED_SECRET ${K}
1761854787 NEWKEYS MODE OUT CIPHER aes128-ctr KEY 11 IV 22
1761854787 NEWKEYS MODE IN CIPHER chacha20-poly1305@openssh.com KEY 33 IV unknown
1761854787 COOKIE ${COOKIE} CIPHER_IN unknown CIPHER_OUT unknown SESSION_ID ${H}
`;
  expect(itemsOf(text)).toEqual([
    { kind: 'SHARED_SECRET', source: 1, cookie: COOKIE, bytes: K },
    { kind: 'cipher key', source: 2, key: '11', cipher: 'aes128-ctr', iv: '22', direction: 'out', cookie: COOKIE, sessionId: H },
    { kind: 'cipher key', source: 3, key: '33', cipher: 'chacha20-poly1305@openssh.com', direction: 'in', cookie: COOKIE, sessionId: H },
  ]);
});

test('two processes in one OpenSSH log: whose is whose stays open', () => {
  const text = `1 SHARED_SECRET 11\n1 SHARED_SECRET 22\n1 COOKIE ${COOKIE} CIPHER_IN a CIPHER_OUT b SESSION_ID ${K}\n`;
  expect(itemsOf(text).map((i: { cookie?: string }) => i.cookie)).toEqual([undefined, undefined]);
});

test('a cookie or a session id in place of the time', () => {
  expect(itemsOf(`${COOKIE} NEWKEYS MODE IN CIPHER aes128-ctr KEY 11 IV 22`)[0]).toMatchObject({ cookie: COOKIE, direction: 'in' });
  expect(itemsOf(`${K} NEWKEYS MODE OUT CIPHER aes128-ctr KEY 11 IV 22 MAC 33`)[0]).toMatchObject({ sessionId: K, direction: 'out', macKey: '33' });
});

// wolfSSH, older script: parse_wolfssh_keylog expects `date time NEWKEYS MODE dir TYPE type VALUE hex`, later with _KEXn at the type.
test('wolfSSH gives one value a line, gathered by direction', () => {
  const line = (mode: string, type: string, value: string) => `2025-10-27 22:02:06.434 NEWKEYS MODE ${mode} TYPE ${type} VALUE ${value}\n`;
  const text = [line('IN', 'IV_KEX0', 'a1'), line('OUT', 'IV', 'b1'), line('IN', 'KEY_KEX0', 'a2'), line('OUT', 'KEY', 'b2'), line('IN', 'KEY_KEX1', 'a3')];
  expect(itemsOf(text.join(''))).toEqual([
    { kind: 'cipher key', source: 1, key: 'a2', iv: 'a1', direction: 'in' },
    { kind: 'cipher key', source: 2, key: 'b2', iv: 'b1', direction: 'out' },
    { kind: 'cipher key', source: 5, key: 'a3', direction: 'in' },
  ]);
  const lone = read(line('IN', 'IV', 'a1'));
  expect(lone.items).toEqual([]);
  expect(lone.problems).toMatchObject([{ code: 'malformed', line: 1 }]);
});

// Dropbear: write_keylog of the debugger script, in its order C, D, A, B, E, F.
test('Dropbear gives one letter a line', () => {
  const line = (label: string, value: string) => `[2025-10-27 18:23:24.012185] CLIENT ${label}: ${value}\n`;
  const text =
    line('SHARED_SECRET_KEX0', K) +
    line('C_ENCRYPTION_KEY_CLIENT_TO_SERVER', 'c1') +
    line('D_ENCRYPTION_KEY_SERVER_TO_CLIENT_KEX0', 'd1') +
    line('A_IV_CLIENT_TO_SERVER_KEX0', 'a1') +
    line('E_INTEGRITY_KEY_CLIENT_TO_SERVER_KEX0', 'e1') +
    line('C_ENCRYPTION_KEY_CLIENT_TO_SERVER_KEX1', 'c2');
  expect(itemsOf(text)).toEqual([
    { kind: 'SHARED_SECRET', source: 1, bytes: K },
    { kind: 'keys', source: 2, letters: { A: 'a1', C: 'c1', D: 'd1', E: 'e1' } },
    { kind: 'keys', source: 6, letters: { C: 'c2' } },
  ]);
});

// wolfSSH, newer script: the counter steps after the first letter of each exchange, so it cannot be what tells exchanges apart.
test('wolfSSH letter lines, with the debug log', () => {
  const at = '2025-10-30 21:06:27.171 1761854787.171635';
  const text = `${at} CLIENT A_IV_CLIENT_TO_SERVER_KEX0: 8bcf87224f735fbde1e4db06
2025-10-30 21:06:27.171 SHARED_SECRET_KEX0 ${K}
2025-10-30 21:06:27.171 EXCHANGE_HASH_KEX0 ${'AB'.repeat(32)}
2025-10-30 21:06:27.171 SESSION_ID_KEX0 ${'cd'.repeat(32)}
${at} CLIENT B_IV_SERVER_TO_CLIENT_KEX1: b1 # KEYID=B SIZE=1B
${at} CLIENT E_MAC_KEY_CLIENT_TO_SERVER_KEX1: e1
${at} CLIENT A_IV_CLIENT_TO_SERVER_KEX1: a2
`;
  expect(itemsOf(text)).toEqual([
    {
      kind: 'keys',
      source: 1,
      letters: { A: '8bcf87224f735fbde1e4db06', B: 'b1', E: 'e1' },
      exchangeHash: 'ab'.repeat(32),
      sessionId: 'cd'.repeat(32),
    },
    { kind: 'SHARED_SECRET', source: 2, bytes: K },
    { kind: 'keys', source: 7, letters: { A: 'a2' } },
  ]);
});

test.each([
  [`${COOKIE.slice(2)} SHARED_SECRET ${K}`, 'the cookie has 30 hex digits, not 32'],
  [`${COOKIE} SHARED_SECRET`, 'nothing stands after SHARED_SECRET'],
  [`${COOKIE} SHARED_SECRET ${K} ${K}`, 'more than one word stands after SHARED_SECRET'],
  [`${COOKIE} SHARED_SECRET ${K.slice(1)}`, 'an odd number of hex digits (63)'],
  [`${COOKIE} PRIVATE_KEY ${K}zz`, 'what stands after PRIVATE_KEY for the cookie 101112131415161718191a1b1c1d1e1f is not hex'],
  [`${COOKIE} ${K}9`, 'an odd number of hex digits (65)'],
  ['SSH_ENC_KEY_C2S', 'SSH_ENC_KEY_C2S is not followed by one value in hex'],
  [`1 NEWKEYS MODE UP CIPHER aes128-ctr KEY ${K}`, 'MODE is neither IN nor OUT'],
  ['1 NEWKEYS MODE IN CIPHER aes128-ctr KEY unknown IV unknown', 'NEWKEYS without a KEY'],
  ['1 NEWKEYS MODE IN TYPE KEY VALUE xx', 'VALUE is not hex'],
  [`1 COOKIE ${K} SESSION_ID ${K}`, 'COOKIE is not followed by 32 hex digits'],
  [`[x] CLIENT A_ENCRYPTION_KEY_CLIENT_TO_SERVER: ${K}`, 'the letter A and the name ENCRYPTION_KEY_CLIENT_TO_SERVER do not belong together'],
  ['[x] CLIENT A_IV_CLIENT_TO_SERVER:', 'the label is not followed by a value in hex'],
  [`{"cipher_name":"aes128-ctr","key":"${K}0"}`, 'key or iv is not a string of hex'],
  ['{"cipher_name":"aes128-ctr","key":5}', 'key or iv is not a string of hex'],
  ['{"KEY_A":"zz"}', 'KEY_A is not a string of hex'],
  ['{"KEY_A":""}', 'none of KEY_A to KEY_F has a value'],
  [`{"cookie":"12","A":"${K}"}`, 'cookie is not 32 hex digits'],
  [`{"sessionId":"12","A":"${K}"}`, 'sessionId has not the length of a hash in hex'],
  [`{"cipher_name":"aes128-ctr","key":"${K}"`, 'a JSON value that does not end'],
  [`{"cipher_name":"aes128-ctr","key":"${K}",}`, 'not valid JSON'],
])('%s', (text, message) => {
  const { items, problems, lines } = read(`# first\n${text}\n${COOKIE} SHARED_SECRET ${K}\n`);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatchObject({ code: 'malformed', severity: 'error', line: 2 });
  expect(problems[0]?.message).toContain(message);
  // The rest is used, and nothing of the line is quoted.
  expect(plain(items)).toEqual([{ kind: 'SHARED_SECRET', source: 3, cookie: COOKIE, bytes: K }]);
  expect(lines).toEqual({ total: 3, read: 1, comments: 1, blank: 0, unread: 1 });
  expect(JSON.stringify(problems)).not.toContain(K.slice(0, 8));
});

test('every example of docs/secrets.md is read whole, and every spelling has one', () => {
  const text = readFileSync(new URL('../../docs/secrets.md', import.meta.url), 'utf8');
  const met = new Set<string>();
  for (const [, example = ''] of text.matchAll(/^```secrets\n([^`]*)^```$/gm)) {
    const { problems, spellings, lines } = read(example);
    expect(problems).toEqual([]);
    expect(lines.unread).toBe(0);
    for (const name of spellings) met.add(name);
  }
  expect(SPELLINGS.filter((s) => !met.has(s.name)).map((s) => s.name)).toEqual([]);
});
