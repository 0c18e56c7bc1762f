/** What is in the file: its data, its bounds, and what must not be in it. */
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromBase64, toBase64 } from '../../../src/bytes/base64.ts';
import { DEFAULT_LIMITS } from '../../../src/limits.ts';
import type { ExchangeData, FieldData, MessageData, PageData, SessionData } from '../../../src/render/html/data.ts';
import { sshark } from '../../support/cli.ts';
import { fixture, fixturePath } from '../../support/fixtures.ts';
import { dataOf, reportOfFixture } from '../../support/report.ts';

const page = async (name: string, options: Parameters<typeof reportOfFixture>[1] = {}) => dataOf(await reportOfFixture(name, options)) as PageData;

const first = (data: PageData): SessionData => {
  const [session] = data.sessions;
  if (session === undefined) throw new Error('no session');
  return session;
};

const messageOf = (data: PageData, id: string): MessageData => {
  const found = first(data).messages.find((m) => m.id === id);
  if (found === undefined) throw new Error(`no ${id}`);
  return found;
};

const fieldAt = (fields: readonly FieldData[], path: string): FieldData | undefined => {
  const [name = '', ...rest] = path.split('/');
  const found = fields.find((f) => f.name === name);
  return found === undefined || rest.length === 0 ? found : fieldAt(found.children ?? [], rest.join('/'));
};

test('the file runs its own script and style by their hashes, and names no other source', async () => {
  const html = await reportOfFixture('openssh-login');
  const hash = (text: string | undefined) => `'sha256-${createHash('sha256').update(String(text)).digest('base64')}'`;
  const [, style] = /<style>(.*?)<\/style>/s.exec(html) ?? [];
  const [, script] = /<script>(.*?)<\/script>/s.exec(html) ?? [];
  const [, policy] = /Content-Security-Policy" content="([^"]*)"/.exec(html) ?? [];
  expect(policy).toBe(`default-src 'none'; script-src ${hash(script)}; style-src ${hash(style)}; base-uri 'none'; form-action 'none'`);
  expect(html.match(/<script/g)?.length).toBe(2);
  expect(/url\(|@import/.test(style ?? '')).toBe(false);
  expect(/\s(src|href)=|<(link|img|iframe|object|embed|base)\b/.exec(html.replace(/<(script|style)\b.*?<\/\1>/gs, ''))).toBeNull();
});

test('the page makes text into nothing but text', () => {
  const folder = new URL('../../../src/render/html/page/', import.meta.url);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const sources = files.map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'utf8'));
  expect(sources.length).toBeGreaterThan(15);
  for (const source of sources)
    expect(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function|\bfetch\(|XMLHttp|WebSocket/i.exec(source)).toBeNull();
});

test('a session of forty messages takes less than a megabyte, mostly its data', async () => {
  const html = await reportOfFixture('openssh-login');
  expect(html.length).toBeLessThan(500_000);
  expect(html.length - JSON.stringify(dataOf(html)).length).toBeLessThan(100_000);
});

test('the limits of the user hold for the story and for the key exchanges', async () => {
  const data = await page('openssh-login', { limits: { ...DEFAULT_LIMITS, storyPackets: 3, exchangePackets: 2 } });
  expect(JSON.stringify(data.texts)).toMatch(/The limit storyPackets was reached: \d+ later packets/);
  expect(data.leftOut.join()).toMatch(/2 messages of key exchanges could not be kept \(limits storyBytes and exchangePackets\)/);
  expect(first(data).exchanges[0]?.missing).toContain('Q_S');
});

test('a message has its fields, its bytes and what may be said of it', async () => {
  const data = await page('openssh-login');
  const reply = messageOf(data, 'packet-4');
  expect(reply).toMatchObject({ side: 'server', phase: 'exchange', encrypted: false, name: 'SSH_MSG_KEX_ECDH_REPLY', frames: [12] });
  const bytes = fromBase64(reply.bytes.data);
  expect(bytes.length).toBe(reply.bytes.length);
  const type = fieldAt(reply.fields, 'SSH_MSG_KEX_ECDH_REPLY/hostKey/type');
  expect(type?.value).toBe('ssh-ed25519');
  expect(new TextDecoder().decode(bytes.subarray(...(type?.span ?? [0, 0])).subarray(4))).toBe('ssh-ed25519');
  expect(data.texts[fieldAt(reply.fields, 'SSH_MSG_KEX_ECDH_REPLY/hostKey')?.doc ?? -1]).toContain('host key');
  expect(new Set(reply.notes.map((n) => n.level))).toEqual(new Set(['brief', 'student', 'deep']));
  expect(reply.notes.map((n) => data.texts[n.text]).join(' ')).toContain('The signature of the exchange hash is right');
});

test('an encrypted message has the bytes of the wire beside those in clear', async () => {
  const request = messageOf(await page('openssh-login'), 'packet-8');
  expect(request.encrypted).toBe(true);
  expect(request.wire?.length).toBe(request.bytes.length);
  expect(request.wire?.data).not.toBe(request.bytes.data);
  expect(atob(request.bytes.data)).toContain('ssh-userauth');
  expect(atob(request.wire?.data ?? '')).not.toContain('ssh-userauth');
});

test('the parts of an identification string are where its text has them', async () => {
  for (const name of ['openssh-login', 'greeting-lines']) {
    const data = await page(name, { open: false });
    for (const id of ['client-identification', 'server-identification']) {
      const m = messageOf(data, id);
      const bytes = fromBase64(m.bytes.data);
      const text = (path: string) => {
        const field = fieldAt(m.fields, path);
        return { value: field?.value, bytes: new TextDecoder().decode(bytes.subarray(...(field?.span ?? [0, 0]))) };
      };
      for (const path of ['identification', 'identification/protocolVersion', 'identification/softwareVersion']) {
        expect(text(path).value?.length).toBeGreaterThan(2);
        expect(text(path).bytes).toBe(text(path).value);
      }
    }
  }
});

test('every input of the exchange hash but K leads to the bytes it is made of', async () => {
  for (const name of ['openssh-login', 'kex-gex-sha256', 'kex-ecdh-nistp256', 'kex-rsa2048', 'rekey']) {
    const data = await page(name);
    const { exchanges } = first(data);
    expect(exchanges.length).toBeGreaterThan(name === 'rekey' ? 1 : 0);
    for (const { inputs } of exchanges) {
      expect(inputs.length).toBeGreaterThan(6);
      for (const input of inputs) {
        if (input.name === 'K') expect(Object.keys(input)).not.toEqual(expect.arrayContaining(['target', 'value']));
        else checkInput(data, input);
      }
    }
  }
});

/** The bytes of the field that `input` leads to end with its value. */
function checkInput(data: PageData, input: ExchangeData['inputs'][number]): void {
  const message = messageOf(data, input.target?.message ?? '');
  const field = fieldAt(message.fields, input.target?.field ?? '');
  const bytes = fromBase64(message.bytes.data).subarray(...(field?.span ?? [0, 0]));
  const hex = Buffer.from(bytes).toString('hex');
  const value = input.value ?? '';
  if (input.kind === 'uint32') expect(Number.parseInt(hex, 16)).toBe(Number(value));
  else if (/^V_/.test(input.name)) expect(new TextDecoder().decode(bytes)).toBe(value);
  else for (const part of value.split('…')) expect(hex).toContain(part);
}

test('keys and K are in the page only when they are asked for', async () => {
  const k = (fixture('kex-curve25519').secrets ?? '').trim().split(' ').at(-1) ?? '';
  expect(k.length).toBeGreaterThan(60);
  const hidden = await reportOfFixture('kex-curve25519');
  const keys = first(dataOf(hidden) as PageData).exchanges[0]?.keys ?? [];
  expect(keys.map((key) => key.letter)).toEqual(['A', 'B', 'C', 'D', 'E', 'F']);
  expect(keys.every((key) => key.value === undefined)).toBe(true);
  const shown = await reportOfFixture('kex-curve25519', { showSecrets: true });
  const values = (first(dataOf(shown) as PageData).exchanges[0]?.keys ?? []).flatMap((key) => key.value ?? []);
  expect(values.length).toBeGreaterThan(1);
  // As hex anywhere, also in the middle of longer hex.
  for (const secret of [k.replace(/^0+/, '').slice(0, 40), ...values.map((v) => v.slice(0, 40))]) expect(hidden).not.toContain(secret);
});

test('passwords are in the page only when they are asked for, nor among its bytes', async () => {
  const shown = await page('login-password', { showSecrets: true });
  const password = (data: PageData) => {
    const request = first(data).messages.find((m) => m.name === 'SSH_MSG_USERAUTH_REQUEST' && m.summary.includes('password'));
    const field = fieldAt(request?.fields ?? [], 'SSH_MSG_USERAUTH_REQUEST/password');
    return { value: field?.value ?? '', bytes: atob(request?.bytes.data ?? '').slice((field?.span[0] ?? 0) + 4, field?.span[1]) };
  };
  const word = password(shown).value;
  expect(word.length).toBeGreaterThan(3);
  expect(password(shown).bytes).toBe(word);
  const html = await reportOfFixture('login-password');
  const hidden = dataOf(html) as PageData;
  expect(password(hidden).value).toContain('--show-secrets');
  expect(password(hidden).bytes).toBe('*'.repeat(word.length));
  expect(html).not.toContain(word);
  for (const m of first(hidden).messages) for (const dump of [m.bytes, m.wire, m.inflated]) expect(atob(dump?.data ?? '')).not.toContain(word);
});

test('private keys that went to an agent are in the page only when they are asked for', async () => {
  const shown = await page('connection-agent-use', { showSecrets: true });
  const held = (data: PageData) => first(data).messages.find((m) => m.inner.some((i) => i.name.startsWith('SSH_AGENTC_ADD_ID')));
  const keyOf = (m: MessageData | undefined) => {
    const [inner] = m?.inner ?? [];
    const field = inner?.fields.flatMap((f) => f.children ?? []).find((f) => f.name === 'privateKey');
    return atob(inner?.bytes.data ?? '').slice((field?.span[0] ?? 0) + 4, field?.span[1]);
  };
  const key = keyOf(held(shown));
  expect(key).toHaveLength(64);
  expect(atob(held(shown)?.bytes.data ?? '')).toContain(key);
  const hidden = await page('connection-agent-use');
  expect(keyOf(held(hidden))).toBe('*'.repeat(64));
  const dumps = first(hidden).messages.flatMap((m) => [m.bytes, m.wire, ...m.inner.map((i) => i.bytes)]);
  const played = first(hidden).channels.flatMap((c) => c.events.map((e) => e.data ?? ''));
  expect(dumps.length).toBeGreaterThan(100);
  for (const data of [...dumps.map((d) => d?.data ?? ''), ...played]) expect(atob(data)).not.toContain(key.slice(0, 16));
  expect(JSON.stringify(hidden)).not.toContain(Buffer.from(key, 'latin1').toString('hex').slice(0, 32));
});

test('without secrets it says what was not opened, and why', async () => {
  const data = await page('cipher-aes128-gcm', { open: false });
  const session = first(data);
  expect(session.sealed).toMatch(/^Encrypted and not opened: [\d,]+ bytes of the client; [\d,]+ bytes of the server: no secret/);
  const sealed = session.messages.filter((m) => m.phase === 'sealed');
  expect(sealed.length).toBeGreaterThan(10);
  expect(new Set(sealed.map((m) => m.name))).toEqual(new Set(['encrypted packet']));
  expect(session.exchanges[0]).toMatchObject({ missing: ['K'] });
  expect(session.exchanges[0]?.exchangeHash).toBeUndefined();
});

test('messages beyond the bound are counted, and it says how to see them', async () => {
  const data = await page('openssh-login', { maxPackets: 10 });
  expect(first(data).messages).toHaveLength(10);
  expect(first(data).missing).toBe(23);
  expect(data.leftOut).toEqual([
    '23 messages more are in the capture: this page holds the first 10 messages. Choose sessions with -s NUMBER, or take more with --max-packets NUMBER.',
  ]);
  expect((await page('openssh-login')).leftOut).toEqual([]);
});

test('bytes beyond the bound are counted', async () => {
  const data = await page('sftp-large');
  const long = first(data).messages.find((m) => m.bytes.length > 4096);
  expect(fromBase64(long?.bytes.data ?? '').length).toBe(4096);
  const short = messageOf(await page('openssh-login', { maxBytes: 16 }), 'packet-1');
  expect(fromBase64(short.bytes.data).length).toBe(16);
  expect(short.bytes.length).toBe(1560);
});

test('what a terminal was sent can be played, its sizes too', async () => {
  const [channel] = first(await page('connection-terminal')).channels;
  const typed = channel?.events.filter((e) => e.side === 'client').map((e) => atob(e.data ?? '')) ?? [];
  expect(typed.join('')).toContain('echo $LAB_NAME');
  expect(channel?.events.flatMap((e) => (e.size === undefined ? [] : [e.size]))).toEqual([
    [80, 24],
    [100, 40],
  ]);
  expect(channel?.events.every((e, i) => i === 0 || e.time >= (channel.events[i - 1]?.time ?? 0))).toBe(true);
});

test('base64 of every length comes back', () => {
  for (const length of [0, 1, 2, 3, 4, 4095, 4096, 4097, 10_000]) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 7) & 0xff);
    expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
    expect(fromBase64(toBase64(bytes))).toEqual(bytes);
  }
});

describe('the command', () => {
  const capture = fixturePath('openssh-login', 'capture.pcapng');

  test('writes a file of its own, with its options', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'sshark-'));
    const out = join(dir, 'report.html');
    for (const more of [[], ['--show-secrets']]) {
      const ran = await sshark([
        'report',
        capture,
        '-k',
        fixturePath('openssh-login', 'secrets.keylog'),
        '--level',
        'deep',
        '--max-packets',
        '5',
        '-o',
        out,
        ...more,
      ]);
      expect(ran).toEqual({ code: 0, out: '', err: '' });
      const data = dataOf(readFileSync(out, 'utf8')) as PageData;
      expect(data).toMatchObject({ level: 'deep', showSecrets: more.length > 0 });
      expect(first(data).messages).toHaveLength(5);
    }
    rmSync(dir, { recursive: true });
  });

  test('does not pour a page into a terminal', async () => {
    const onTerminal = await sshark(['report', capture], { columns: 80 });
    expect(onTerminal).toMatchObject({ code: 2, out: '', err: expect.stringContaining('-o FILE') });
    expect((await sshark(['report', capture])).out).toMatch(/^<!doctype html>/);
    expect(existsSync('report.html')).toBe(false);
  });

  test('refuses a level that there is not', async () => {
    expect(await sshark(['report', capture, '--level', 'easy'])).toMatchObject({ code: 2, out: '' });
  });
});
