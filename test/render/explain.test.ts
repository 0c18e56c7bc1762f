/** The forms of a story: text, Markdown, JSON and Mermaid. */

import { escaped } from '../../src/render/explain/markdown.ts';
import { sectionsText } from '../../src/render/explain/sources.ts';
import type { CommandName, RenderOptions } from '../../src/render/renderer.ts';
import { fixture } from '../support/fixtures.ts';
import { aFullSession, aPacket, identified } from '../support/model.ts';
import { makeRenderer, print, resultsOf, schemaError, storeOf } from '../support/outputs.ts';

/** One recording of each kind of story. */
const KINDS =
  'cipher-aes128-gcm dropbear-client-wrong-guess greeting-lines hostkey-certificate-rsa kex-gex-old-request kex-rsa2048 login-keys messages-in-clear no-common-kex openssh-login refused-service rekey sftp-files strict-kex-violation'.split(
    ' ',
  );

async function explained(name: string, format: string, options: Partial<RenderOptions> = {}): Promise<string> {
  const { capture, secrets } = fixture(name);
  return print(await resultsOf(capture, { secrets: storeOf(secrets) }), { command: 'explain', format, options });
}

test.each(KINDS)('%s: JSON meets the schema', async (name) => {
  const records = JSON.parse(await explained(name, 'json', { level: 'deep' })) as unknown[];
  for (const record of records) expect(schemaError(record)).toBeUndefined();
});

test('a capture without SSH says so', async () => {
  for (const format of ['text', 'markdown']) expect(await explained('refused-service', format)).toMatch(/no SSH session/i);
});

test('text keeps to the width of the terminal', async () => {
  for (const width of [80, 100]) {
    const text = await explained('openssh-login', 'text', { width, level: 'deep' });
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(width);
  }
});

test('text names packets, bytes and sections', async () => {
  const text = await explained('openssh-login', 'text');
  expect(text).toMatch(/\(read: packet 1 in frame 8 \[0x0006-0x0015\], packet 2 in frame 9\s+\[0x0006-0x0015\]; RFC 4253 §7\.1\)/);
  expect(sectionsText(['4253#7.1', '4253#8', '4253#7.1', '9941', 'openssh:PROTOCOL#1.6'])).toBe('RFC 4253 §7.1, §8; RFC 9941; OpenSSH PROTOCOL §1.6');
});

/** What a peer may send: markup of Markdown, HTML and Mermaid, and ends of lines. */
const EVIL =
  '<script>alert(1)</script> [a](javascript:b) ![x](y) `c` **d** # e | f ```\n# heading\n- list\nC->>S: x; end; %%{init}%% @user https://evil.example www.evil.example &lt; 1. g';

async function evil(format: string): Promise<string> {
  const command: CommandName = 'explain';
  const renderer = await makeRenderer({ command, format, options: { level: 'deep' } });
  const { session, client } = identified(
    aFullSession({ ending: EVIL, problems: [{ code: 'malformed', severity: 'error', message: EVIL }] }),
    `SSH-2.0-${EVIL} ${EVIL}`,
    EVIL,
  );
  const packet = aPacket(session, { name: EVIL, summary: EVIL });
  return [renderer.begin?.(), renderer.identification?.(client), renderer.packet?.(packet), renderer.session?.(session), renderer.end?.()].join('');
}

test('Markdown: nothing of a peer becomes markup', async () => {
  const text = await evil('markdown');
  const outside = text.replace(/^(`{3,})text\n[\s\S]*?\n\1$/gm, '');
  expect(outside.replace(/<\/?sub>/g, '')).not.toMatch(/<[a-z/!]/i);
  expect(outside).not.toMatch(/(?<!\\)`/);
  // Links that are ours go to the RFCs; nothing else is one.
  expect(outside.replace(/\[[^\]]*\]\(https:\/\/www\.rfc-editor\.org\/[^)]*\)/g, '')).not.toMatch(/(?<!\\)\]\(|https?:\/\/|www\.|@/);
  expect(outside.match(/^#+ (?!Session|\d+\. )/gm)).toBeNull();
  expect(outside).not.toMatch(/^- list/m);
});

test('Markdown: what looks like a list, and what looks like emphasis', () => {
  expect(escaped('1. one')).toBe('1\\. one');
  expect(escaped('- one')).toBe('\\- one');
  expect(escaped('a_b _c_ *d*')).toBe('a_b \\_c\\_ \\*d\\*');
  expect(escaped('SSH_MSG_KEXINIT')).toBe('SSH_MSG_KEXINIT');
});

/** The statements that a diagram of ours is made of. */
const STATEMENT = /^(sequenceDiagram| {4}participant [CS] as LABEL| {4}Note over C,S: LABEL| {4}(C->>S|S->>C): LABEL)$/.source.replaceAll(
  'LABEL',
  String.raw`(?:[\p{L}\p{N} .,:_@/()+=…-]|#\d+;)+`,
);

test.each(KINDS)('%s: Mermaid is a sequence diagram, and nothing else', async (name) => {
  const diagrams = (await explained(name, 'mermaid')).split('\n\n').filter((d) => d !== '');
  for (const diagram of diagrams) {
    const lines = diagram.split('\n');
    expect(lines[0]).toBe('sequenceDiagram');
    for (const line of lines) expect(line).toMatch(new RegExp(STATEMENT, 'u'));
  }
});

test('Mermaid: what a peer sends is a label', async () => {
  const lines = (await evil('mermaid')).trimEnd().split('\n');
  expect(lines.length).toBeGreaterThan(5);
  for (const line of lines) expect(line).toMatch(new RegExp(STATEMENT, 'u'));
  expect(lines.join('\n')).not.toMatch(/\bend\b/);
});
