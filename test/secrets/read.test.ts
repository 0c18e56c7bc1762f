import fc from 'fast-check';
import { utf8 } from '../../src/bytes/text.ts';
import { DEFAULT_LIMITS } from '../../src/limits.ts';
import { readSecrets } from '../../src/secrets/read.ts';
import { SPELLINGS } from '../../src/secrets/spellings/index.ts';
import { msSince } from '../support/clock.ts';

const COOKIE = '101112131415161718191a1b1c1d1e1f';
const K = '4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742';
const GOOD = `${COOKIE} SHARED_SECRET ${K}`;
const PARAMETERS = { seed: 20240611, numRuns: 400 };

test('UTF-16 of both orders, as PowerShell 5 writes it, keeps line numbers', () => {
  const text = `# Schlüssel ☃\r\n\r\n${GOOD}\r\n`;
  for (const big of [false, true]) {
    const bytes = new Uint8Array(2 * text.length + 2);
    const view = new DataView(bytes.buffer);
    view.setUint16(0, 0xfeff, !big);
    for (let i = 0; i < text.length; i++) view.setUint16(2 + 2 * i, text.charCodeAt(i), !big);
    const r = readSecrets(bytes, 'f');
    expect(r.problems).toEqual([]);
    expect(r.items).toMatchObject([{ cookie: COOKIE, source: { line: 3 } }]);
  }
});

test.each([
  ['-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ==\n-----END OPENSSH PRIVATE KEY-----', 'cannot decrypt a session'],
  ['-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nMIIEogIBAAKCAQEA', 'cannot decrypt a session'],
  ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ me@host', 'a public key'],
  [`CLIENT_RANDOM ${K} ${K}`, 'TLS key log'],
  [`CLIENT_TRAFFIC_SECRET_0 ${K} ${K}`, 'TLS key log'],
  ['hello', 'not a spelling of a secret that sshark knows (5 bytes)'],
])('what people take for a secret is told once: %s', (text, message) => {
  const r = readSecrets(utf8(`${text}\n${GOOD}\n`), 'f');
  expect(r.problems).toHaveLength(1);
  expect(r.problems[0]).toMatchObject({ code: 'unknown', line: 1 });
  expect(r.problems[0]?.message).toContain(message);
  expect(r.items).toHaveLength(1);
  expect(r.lines).toMatchObject({ read: 1, unread: text.split('\n').length });
});

test('a packed file or a capture is named', () => {
  expect(readSecrets(Uint8Array.of(0x1f, 0x8b, 8, 0), 'f').problems[0]?.message).toBe('f:1: this is a gzip file: unpack it first');
  expect(readSecrets(Uint8Array.of(0x0a, 0x0d, 0x0d, 0x0a, 28), 'f').problems[0]?.message).toContain('pcapng');
});

test('a JSON line that was cut short costs only itself', () => {
  const key = (n: string) => `{"cipher_name":"aes128-ctr","key":"${n}"}`;
  for (const cut of ['{"cipher_name":"aes128-ctr","ke', '{"cipher_name":"aes128-ctr",', '[', '{"a":[']) {
    const r = readSecrets(utf8(`${key('11')}\n${cut}\n${key('22')}\n${GOOD}\n${key('33')}`), 'f');
    expect(r.items.map((i) => i.source.line)).toEqual([1, 3, 4, 5]);
    expect(r.problems).toMatchObject([{ line: 2, code: 'malformed' }]);
  }
});

test('brackets and escaped quotes inside strings do not count', () => {
  const r = readSecrets(utf8(`{"task_name":"a\\"{[",\n"cipher_name":"aes128-ctr","key":"11"}\n${GOOD}`), 'f');
  expect(r.problems).toEqual([]);
  expect(r.items).toMatchObject([{ process: { name: 'a"{[' } }, { source: { line: 3 } }]);
});

test('limits: secrets, problems, JSON; each is said', () => {
  const many = readSecrets(utf8(`${GOOD}\n`.repeat(10)), 'f', { ...DEFAULT_LIMITS, secretItems: 4 });
  expect(many.items).toHaveLength(4);
  expect(many.problems).toMatchObject([{ code: 'limit', line: 5 }]);
  const noisy = readSecrets(utf8('x\n'.repeat(10)), 'f', { ...DEFAULT_LIMITS, problems: 3 });
  expect(noisy.problems.map((p) => p.code)).toEqual(['unknown', 'unknown', 'unknown', 'limit']);
  expect(noisy.problems[3]?.message).toBe('f: 7 more problems of this file are not shown');
  const limits = { ...DEFAULT_LIMITS, secretTextBytes: 100 };
  const long = readSecrets(utf8(`{"cipher_name":"a",\n"x":"${'y'.repeat(200)}",\n"key":"11"}\n${'z'.repeat(101)}\n${GOOD}`), 'f', limits);
  expect(long.items).toMatchObject([{ kind: 'SHARED_SECRET', source: { line: 5 } }]);
  expect(long.problems.map((p) => [p.line, p.code])).toEqual([
    [1, 'malformed'],
    [2, 'limit'],
    [3, 'unknown'],
    [4, 'limit'],
  ]);
});

test('many brackets that never close take linear time', () => {
  const started = process.cpuUsage();
  const r = readSecrets(utf8('{\n'.repeat(200_000)), 'f');
  expect(r.lines.unread).toBe(200_000);
  expect(msSince(started)).toBeLessThan(5000);
});

const accounted = (bytes: Uint8Array) => {
  const r = readSecrets(bytes, 'f', { ...DEFAULT_LIMITS, problems: Number.POSITIVE_INFINITY });
  const { total, read, comments, blank, unread } = r.lines;
  expect(read + comments + blank + unread).toBe(total);
  if (read === 0) expect(r.items).toEqual([]);
  // Every line that was not understood is named by a problem, which may say that it goes on to a later line.
  const named = new Set<number>();
  for (const { line = 0, message } of r.problems) for (let n = line; n <= Number(/to line (\d+)/.exec(message)?.[1] ?? line); n++) named.add(n);
  expect(named.size).toBeGreaterThanOrEqual(unread);
  return r;
};

test('random bytes never throw, and every line is accounted for', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      accounted(bytes);
    }),
    PARAMETERS,
  );
});

test('mutated and mixed spellings never throw, every line is accounted for, and no problem quotes a secret', () => {
  const lines = SPELLINGS.flatMap((s) => s.example.split('\n'));
  const line = fc.oneof(
    fc.constantFrom(...lines),
    fc.constantFrom('', '# x', '{', '}', '[', ']', '"', '{"A":{}}', '[[1]]', 'null', '{"key":null,"cipher_name":[]}'),
  );
  const edit = fc.record({ at: fc.nat(3000), byte: fc.nat(255), cut: fc.boolean() });
  fc.assert(
    fc.property(fc.array(line, { maxLength: 12 }), fc.array(edit, { maxLength: 4 }), (all, edits) => {
      let bytes = utf8(all.join('\n'));
      for (const { at, byte, cut } of edits) {
        if (cut) bytes = bytes.slice(0, Math.max(0, bytes.length - (at % 50)));
        else if (bytes.length > 0) bytes[at % bytes.length] = byte;
      }
      const { problems } = accounted(bytes);
      expect(JSON.stringify(problems)).not.toMatch(/4a5d9d5b|04050607|a4a5a6a7/);
    }),
    PARAMETERS,
  );
});

test('untouched, a mix of spellings is read whole', () => {
  fc.assert(
    fc.property(fc.shuffledSubarray(SPELLINGS.map((s) => s.example)), fc.constantFrom('\n', '\r\n', '\n\n', '  \n\t', '\n# note\n'), (all, end) => {
      const r = accounted(utf8(all.join(end)));
      expect(r.lines.unread).toBe(0);
      expect(r.spellings).toHaveLength(all.length);
    }),
    PARAMETERS,
  );
});

test('what is kept of a short file takes about as much as the file', () => {
  const { items } = readSecrets(utf8(`${'07'.repeat(16)} SHARED_SECRET ${'ab'.repeat(32)}\n`), 'f');
  const [item] = items;
  expect(item?.kind === 'SHARED_SECRET' ? item.bytes.buffer.byteLength : 0).toBeLessThan(100);
});
