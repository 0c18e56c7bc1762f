/**
 * docs/the-handshake.md is the story of a recorded login, as `explain` tells it, so that it cannot drift from the program or from
 * the facts. `npm run golden` writes it anew.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Chapter, Level } from '../../src/explain/note.ts';
import { StoryCollector } from '../../src/explain/story/index.ts';
import { chapterMarkdown, escaped } from '../../src/render/explain/markdown.ts';
import { fixture } from '../support/fixtures.ts';
import { print, resultsOf, storeOf } from '../support/outputs.ts';

const FILE = new URL('../../docs/the-handshake.md', import.meta.url);

const BEGINNING = `# The handshake

What happens between the TCP connection and the first encrypted packet of SSH, and why that is safe, told from one recorded login: \`fixtures/captures/openssh-login\`. Everything below was written by \`sshark explain\`; each paragraph ends with what it rests on, and \`sshark packets -V\` shows the bytes. Your own capture gives the same pages: \`sshark explain CAPTURE -k KEYLOG\`.`;

async function chapters(name: string, level: Level): Promise<Chapter[]> {
  const { capture, secrets } = fixture(name);
  const collector = new StoryCollector();
  const found = await resultsOf(capture, { secrets: storeOf(secrets) });
  for (const one of found) if (one.kind === 'packet') collector.packet(one.packet);
  return found.flatMap((one) => (one.kind === 'session' ? collector.tell(one.session, level) : []));
}

async function generated(): Promise<string> {
  const { capture, secrets } = fixture('openssh-login');
  const diagram = await print(await resultsOf(capture, { secrets: storeOf(secrets) }), { command: 'explain', format: 'mermaid', options: {} });
  const story = await chapters('openssh-login', 'student');
  const classical = (await chapters('kex-dh-group14-sha256', 'student')).filter((c) => c.id === 'key-exchange');
  const bytes = (await chapters('openssh-login', 'deep')).filter((c) => c.id === 'bytes');
  return `${[
    BEGINNING,
    `\`\`\`mermaid\n${diagram.trimEnd()}\n\`\`\``,
    ...story.map((chapter, i) => chapterMarkdown(chapter, `${i + 1}. ${escaped(chapter.title)}`)),
    ...classical.map((chapter) => chapterMarkdown(chapter, 'The same with numbers modulo a prime: diffie-hellman-group14-sha256')),
    ...bytes.map((chapter) => chapterMarkdown(chapter, chapter.title)),
  ].join('\n\n')}\n`;
}

test('docs/the-handshake.md is what the program tells', async () => {
  const now = await generated();
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(FILE, now);
  expect(readFileSync(FILE, 'utf8')).toBe(now);
});

test('it answers the question of a student who saw KEXINIT and then nothing', () => {
  const text = readFileSync(FILE, 'utf8');
  for (const said of [
    /nothing is encrypted or authenticated between the TCP handshake and NEWKEYS/,
    /the first name in the client's list that the server's list holds too/,
    /Could somebody on the way strike the strong names from these lists/,
    /one flipped bit|one bit flipped/,
    /trust on first use/,
    /K is not the key/,
    /g = ?2|generator g is the number 2/,
    /Why both\?/,
    /first encrypted packet of the client is SSH_MSG_SERVICE_REQUEST/,
    /a signature cannot be forwarded/,
    /Why Wireshark stops at NEWKEYS/,
    /TLS 1\.3/,
  ])
    expect(text).toMatch(said);
});
