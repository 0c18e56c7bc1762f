import { RENDERERS } from '../../src/render/index.ts';
import { DEFAULT_RENDER_OPTIONS, type RendererRow, type RenderOptions } from '../../src/render/renderer.ts';
import type { Problem } from '../../src/wire/problem.ts';
import { aCapture, aFullSession, aPacket, aSession, identified } from '../support/model.ts';

/** Colour, title, C1 CSI, right-to-left override, invisible marks, bell, back space, line and paragraph separators, NUL, DEL, BOM, half a pair. */
const NASTY = 'x\u001b[31m\u001b]0;t\u0007\u009b2J\u202e\u200f\u0008\r\n\u2028\u2029\u0000\u007f\ufeff\ud800y';

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what no output may hold
const UNSAFE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])/;

const wrong: Problem[] = [{ code: 'malformed', severity: 'error', message: NASTY, frame: 1, span: { start: 0, end: 1 } }];

async function everything(row: RendererRow, options: Partial<RenderOptions>): Promise<string> {
  const fields = ['sshark.summary', 'sshark.name', 'ssh.protocol', 'sshark.value.userName', 'sshark.value.list', 'sshark.value.deep'];
  const renderer = await row.make({ ...DEFAULT_RENDER_OPTIONS, fields, ...options });
  const full = aFullSession();
  const exchange = full.exchanges[0];
  const certificate = { keyId: NASTY, validPrincipals: [NASTY], serial: 1n, validAfter: 0n, validBefore: 5n, signatureKey: { type: NASTY } };
  const hostKey = exchange?.hostKey === undefined ? undefined : { ...exchange.hostKey, type: NASTY, certificate };
  const choices = exchange?.negotiation?.choices.map((c) => ({ ...c, client: [NASTY], server: [NASTY], chosen: NASTY, reason: NASTY })) ?? [];
  const exchanges =
    exchange?.negotiation === undefined
      ? []
      : [
          {
            ...exchange,
            hostKey,
            negotiation: { ...exchange.negotiation, choices },
            signatureAlgorithm: NASTY,
            signature: { verdict: 'invalid', reason: NASTY } as const,
          },
        ];
  const { session, client } = identified(aSession({ problems: wrong, ending: NASTY, exchanges }), `SSH-2.0-${NASTY} ${NASTY}`, NASTY);
  const field = { name: NASTY, kind: 'text', label: NASTY, doc: NASTY, value: NASTY, span: { start: 0, end: 4 }, children: [] };
  const list = { ...field, kind: 'name-list', value: [NASTY] };
  const value = { userName: NASTY, list: [NASTY], deep: { a: NASTY } };
  const inner = [
    {
      protocol: NASTY,
      number: 1,
      name: NASTY,
      summary: NASTY,
      value,
      space: client.space,
      fields: [field],
      answers: undefined,
      secret: false,
      problems: wrong,
    },
  ];
  const packet = aPacket(session, { name: NASTY, summary: NASTY, value, inner, fields: [field, list], problems: wrong });
  const parts = [
    renderer.begin?.(),
    renderer.identification?.({ ...client, preamble: [NASTY, NASTY], problems: wrong }),
    renderer.packet?.(packet),
    renderer.session?.(session),
    renderer.capture?.(aCapture({ file: NASTY, problems: wrong })),
    renderer.end?.(),
  ];
  return parts.join('');
}

const forms: Partial<RenderOptions>[] = [{}, { width: 80 }, { hex: true, docs: true }, { maxBytes: 5 }, { header: true }, { full: true }];

// What goes over channels has tests of its own (follow.test.ts).
const ROWS = RENDERERS.filter((row) => !row.commands.includes('follow')).map((row) => [`${row.commands.join(', ')} ${row.name}`, row] as const);

test.each(ROWS)('%s lets no character through that a terminal obeys', async (_, row) => {
  for (const options of forms) {
    const text = await everything(row, options);
    expect(text.length).toBeGreaterThan(50);
    expect(UNSAFE.exec(text)?.[0]).toBeUndefined();
  }
});

test('the test above would see an escape', () => {
  expect(UNSAFE.test(NASTY)).toBe(true);
  for (const c of NASTY.replace(/[ -~\n\t]/g, '')) expect(UNSAFE.test(c)).toBe(true);
});

test.each(ROWS.filter(([, row]) => ['text', 'table', 'tree'].includes(row.name)))('%s writes escapes of its own only for colour', async (_, row) => {
  const text = await everything(row, { color: true });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the colours we set
  const plain = text.replace(/\u001b\[\d+m/g, '');
  expect(text).not.toBe(plain);
  expect(UNSAFE.exec(plain)?.[0]).toBeUndefined();
  expect(text).not.toContain('\u001b[31m\u001b]');
});
