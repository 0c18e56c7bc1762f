/** The page in a real browser: what a reader does with it, what a hostile peer cannot do to it, and how it looks. */
import { mkdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { jest } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { Space } from '../../../src/bytes/space.ts';
import { utf8 } from '../../../src/bytes/text.ts';
import type { Channel, Packet } from '../../../src/ssh/model.ts';
import { contrasts, hasBrowser, type Look, NO_BROWSER, openBrowser, openPage, type Watched } from '../../support/browser.ts';
import { HOSTILE } from '../../support/hostile.ts';
import { aCapture, aFullSession, aPacket, aSession, identified } from '../../support/model.ts';
import { makeRenderer } from '../../support/outputs.ts';
import { fileOf, reportOf, reportOfFixture } from '../../support/report.ts';

// A browser takes its time on a busy machine.
jest.setTimeout(60_000);

const SHOTS = new URL('screenshots/', import.meta.url).pathname;

const named = (name: string) => (hasBrowser ? name : `${name} (not run: ${NO_BROWSER})`);
const inBrowser = hasBrowser ? describe : describe.skip;

inBrowser(named('the page'), () => {
  let browser: Browser;
  const files = new Map<string, string>();
  const open: Watched[] = [];

  beforeAll(async () => {
    browser = await openBrowser();
    mkdirSync(SHOTS, { recursive: true });
    for (const name of ['openssh-login', 'connection-terminal', 'rekey', 'zlib-at-once', 'connection-agent-use'])
      files.set(name, fileOf(await reportOfFixture(name)));
  });

  afterEach(async () => {
    for (const { page, complaints, requests } of open.splice(0)) {
      await page.close();
      expect(complaints).toEqual([]);
      expect(requests).toEqual([]);
    }
  });

  afterAll(() => browser?.close());

  async function show(name: string, hash = '', look: Look = {}): Promise<Page> {
    const watched = await openPage(browser, look);
    open.push(watched);
    await watched.page.goto(`${files.get(name) ?? name}${hash}`);
    return watched.page;
  }

  /** Asks from here until it is so: a busy machine paints later, and Playwright's own waiting evaluates text in the page, which the page's policy forbids. */
  async function until(isSo: () => Promise<boolean>): Promise<void> {
    for (const end = Date.now() + 20_000; !(await isSo()); await sleep(20)) if (Date.now() > end) throw new Error('it did not come to be so in 20 s');
  }

  /** Waits until the page is at `address` and shows it: the event that tells it of a new address is a task of its own, which may come later than the address. */
  async function isAt(page: Page, address: string): Promise<void> {
    await until(async () => (await page.evaluate('location.hash')) === address);
    await page.evaluate('new Promise((done) => setTimeout(done, 50))');
  }

  const lit = async (page: Page) => (await page.locator('.digits .lit').allTextContents()).join('');

  test('draws the sessions, the ladder and every part', async () => {
    const page = await show('openssh-login');
    expect(await page.title()).toContain('capture.pcapng');
    expect(await page.locator('.sessions li').count()).toBe(1);
    expect(await page.locator('.ladder > li').count()).toBe(33);
    expect(await page.locator('.part > h2').allTextContents()).toEqual([
      'The messages, in order',
      'What happened, and why',
      'How the algorithms were chosen',
      'The exchange hash',
      'The keys',
      'Login',
      'Channels',
      'Security',
    ]);
    expect(await page.locator('.phase').allTextContents()).toEqual([
      'Identification, in clear',
      'Negotiation of algorithms, in clear',
      'Key exchange, in clear',
      'Transport, encrypted',
      'Login, encrypted',
      'Channels, encrypted',
    ]);
  });

  test('a click on a message shows it, another on a field names it in the address', async () => {
    const page = await show('openssh-login');
    await page.locator('.rung', { hasText: 'KEX_ECDH_REPLY' }).click();
    await isAt(page, '#session-1/packet-4');
    expect(await page.locator('.message h2').textContent()).toBe('SSH_MSG_KEX_ECDH_REPLY');
    await page.locator('.tree [role=treeitem]', { hasText: /^type/ }).click();
    await isAt(page, '#session-1/packet-4/SSH_MSG_KEX_ECDH_REPLY/hostKey/type');
    expect(await lit(page)).toBe(`0000000b${Buffer.from('ssh-ed25519').toString('hex')}`);
  });

  test('pointing at a field lights its bytes, pointing at a byte its field', async () => {
    const page = await show('openssh-login', '#session-1/packet-1');
    await page.locator('.tree [role=treeitem]', { hasText: /^cookie/ }).hover();
    expect(await lit(page)).toBe('3edfcc3a8268decf88fe849f36c138f9');
    expect(await page.locator('.field-doc').textContent()).toMatch(/^cookie .*16 bytes/);
    await page.locator('.digits [data-at="4"]').hover();
    expect(await page.locator('.tree .lit').textContent()).toMatch(/^paddingLength/);
    await page.locator('.ascii [data-at="40"]').hover();
    expect(await page.locator('.tree .lit').textContent()).toMatch(/^kexAlgorithms/);
    await page.locator('.message h2').hover();
    expect(await page.locator('.lit').count()).toBe(0);
  });

  test('arrows go through the messages, the fields and the bytes; Escape lets go', async () => {
    const page = await show('openssh-login');
    await page.keyboard.press('ArrowDown');
    await isAt(page, '#session-1/client-identification');
    for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    await isAt(page, '#session-1/packet-1');
    await page.locator('.tree').focus();
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowRight', 'ArrowDown']) await page.keyboard.press(key);
    await isAt(page, '#session-1/packet-1/SSH_MSG_KEXINIT/cookie');
    await page.keyboard.press('ArrowLeft');
    await isAt(page, '#session-1/packet-1/SSH_MSG_KEXINIT');
    await page.locator('.dump').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await isAt(page, '#session-1/packet-1/SSH_MSG_KEXINIT/firstKexPacketFollows');
    await page.keyboard.press('Escape');
    await isAt(page, '#session-1/packet-1');
    await page.keyboard.press('Escape');
    await isAt(page, '#session-1');
  });

  test('every message can be reached with the keyboard alone, and focus shows', async () => {
    const page = await show('openssh-login');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the session');
    await page.locator('.rung').first().focus();
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.getAttribute("href")')).toBe('#session-1/server-identification');
    expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
    await page.keyboard.press('Enter');
    expect(await page.locator('.message h2').textContent()).toBe('identification string');
  });

  test('a link leads to a field, which is in sight', async () => {
    const page = await show('openssh-login', '#session-1/packet-2/SSH_MSG_KEXINIT/languagesServerToClient');
    expect(await lit(page)).toBe('00000000');
    for (const place of ['.tree .lit', '.digits .lit >> nth=0', '.ladder [aria-current]']) {
      const box = await page.locator(place).boundingBox();
      expect(box?.y).toBeGreaterThan(0);
      expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThan(800);
    }
    const section = await show('openssh-login', '#session-1/keys');
    expect((await section.locator('#keys').boundingBox())?.y).toBeLessThan(400);
  });

  test('links to nothing do no harm', async () => {
    const page = await show('openssh-login', '#%E0%A4%A');
    for (const nothing of ['#session-99', '#session-1/packet-999', '#session-1/packet-1/no/such', '#session-1/<img>', '#main']) {
      await page.evaluate(`location.hash = ${JSON.stringify(nothing)}`);
      expect(await page.locator('.ladder > li').count()).toBe(33);
    }
  });

  test('a piece of the exchange hash leads to its bytes', async () => {
    const page = await show('openssh-login', '#session-1/hash');
    expect(await page.locator('.strip b').allTextContents()).toEqual(['V_C', 'V_S', 'I_C', 'I_S', 'K_S', 'Q_C', 'Q_S', 'K']);
    await page.locator('.strip a', { hasText: 'V_S' }).click();
    await isAt(page, '#session-1/server-identification/identification');
    expect(Buffer.from(await lit(page), 'hex').toString()).toBe('SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10');
    await page.locator('.strip a', { hasText: 'K_S' }).click();
    await isAt(page, '#session-1/packet-4/SSH_MSG_KEX_ECDH_REPLY/hostKey');
    expect(await page.locator('.strip [aria-current]').count()).toBe(1);
    expect(await page.locator('.strip li').last().locator('a').count()).toBe(0);
  });

  test('the search finds words, frames and bytes, and goes there', async () => {
    const page = await show('openssh-login');
    await page.keyboard.press('/');
    await page.keyboard.type('echo hello');
    await page.locator('[role=option]').waitFor();
    await page.keyboard.press('Enter');
    await isAt(page, '#session-1/packet-22');
    await page.keyboard.press('/');
    await page.keyboard.press('Control+A');
    await page.keyboard.type('3e df cc 3a');
    expect(await page.locator('[role=option] .excerpt').textContent()).toBe('bytes at 0x0006, cookie');
    await page.locator('#search').fill('msg_newkeys');
    expect(await page.locator('[role=option]').count()).toBeGreaterThan(1);
    await page.keyboard.press('ArrowDown');
    expect(await page.locator('[aria-selected=true] .where').textContent()).toBe('packet 7');
    await page.keyboard.press('Escape');
    expect(await page.locator('.results').count()).toBe(0);
    await page.locator('#search').fill('no such thing anywhere');
    expect(await page.locator('.results').textContent()).toContain('Nothing holds');
  });

  test('the level chooses how much is explained', async () => {
    const page = await show('openssh-login', '#session-1/packet-4');
    const notes = () => page.locator('.message .note').count();
    const counts: number[] = [];
    for (const level of ['brief', 'student', 'deep']) {
      await page.getByRole('button', { name: level, exact: true }).click();
      counts.push(await notes());
    }
    expect(counts[0]).toBeGreaterThan(0);
    expect(counts[1]).toBeGreaterThan(counts[0] ?? 0);
    expect(counts[2]).toBeGreaterThan(counts[1] ?? 0);
  });

  test('the bytes of the wire are one click away', async () => {
    const page = await show('openssh-login', '#session-1/packet-8');
    const text = async () => (await page.locator('.ascii').allTextContents()).join('');
    expect(await text()).toContain('ssh-userauth');
    await page.getByRole('button', { name: 'wire', exact: true }).click();
    expect(await text()).not.toContain('ssh-userauth');
  });

  test('fields of a compressed packet light the bytes after decompression', async () => {
    const page = await show('zlib-at-once');
    await page.locator('.rung.login.encrypted').first().click();
    await page.locator('.tree [role=treeitem]', { hasText: /^userName/ }).hover();
    expect(await page.locator('.hex').nth(1).locator('.digits .lit').count()).toBeGreaterThan(4);
    expect(await page.locator('.hex').first().locator('.digits .lit').count()).toBe(0);
  });

  test('a channel plays', async () => {
    const page = await show('connection-terminal', '#session-1/channels');
    const screen = () => page.locator('.screen').textContent();
    expect(await screen()).toContain('40 100');
    await page.locator('.player input').fill('0');
    expect(await screen()).not.toContain('value');
    await page.getByRole('button', { name: '5×' }).click();
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('button', { name: 'Play' }).waitFor();
    expect(await screen()).toContain('exit 3');
  });

  test('messages inside a channel have trees and bytes of their own', async () => {
    const page = await show('connection-agent-use', '#session-1/packet-35');
    expect(await page.locator('.ladder [aria-current] .what').textContent()).toContain('Sign Request');
    const inner = page.locator('.inner').first();
    await inner.locator('.tree [role=treeitem]', { hasText: /^userName/ }).hover();
    const digits = (await inner.locator('.digits .lit').allTextContents()).join('');
    expect(digits).toBe(`00000007${Buffer.from('student').toString('hex')}`);
    expect(await page.evaluate('new Set([...document.querySelectorAll("[id]")].map((e) => e.id)).size - document.querySelectorAll("[id]").length')).toBe(0);
  });

  test('re-keys are several exchanges, each with its own strip', async () => {
    const page = await show('rekey');
    const count = await page.locator('.strip').count();
    expect(count).toBeGreaterThan(1);
    expect(await page.locator('.phase', { hasText: /^Key exchange \d: negotiation, encrypted/ }).count()).toBe(count - 1);
  });

  test('has landmarks, and every control has a name', async () => {
    const page = await show('openssh-login', '#session-1/packet-4');
    for (const [role, count] of [
      ['banner', 1],
      ['main', 1],
      ['complementary', 1],
      ['search', 1],
      ['contentinfo', 1],
    ] as const)
      expect(await page.getByRole(role).count()).toBeLessThanOrEqual(count);
    for (const role of ['main', 'complementary', 'search'] as const) expect(await page.getByRole(role).count()).toBe(1);
    const nameless = `[...document.querySelectorAll('button, input, [role], nav, aside, section')].filter((e) => !e.getAttribute('aria-label') && !e.getAttribute('aria-labelledby') && !e.textContent.trim()).map((e) => e.outerHTML.slice(0, 80))`;
    expect(await page.evaluate(nameless)).toEqual([]);
    const ids = (await page.evaluate(`[...document.querySelectorAll('[id]')].map((e) => e.id)`)) as string[];
    expect(new Set(ids).size).toBe(ids.length);
  });

  describe('looks', () => {
    const looks: readonly (readonly [name: string, look: Look, fixture: string, hash: string])[] = [
      ['light', { width: 1440, height: 900 }, 'openssh-login', '#session-1/packet-4/SSH_MSG_KEX_ECDH_REPLY/hostKey'],
      ['dark', { width: 1440, height: 900, dark: true }, 'openssh-login', '#session-1/packet-14'],
      ['hash', { width: 1440, height: 900 }, 'openssh-login', '#session-1/hash'],
      ['hash-dark', { width: 1440, height: 900, dark: true }, 'openssh-login', '#session-1/hash'],
      ['terminal-dark', { width: 1440, height: 900, dark: true }, 'connection-terminal', '#session-1/channels'],
      ['phone', { width: 390, height: 844 }, 'openssh-login', '#session-1'],
      ['phone-message', { width: 390, height: 844 }, 'openssh-login', '#session-1/packet-4'],
      ['phone-dark', { width: 390, height: 844, dark: true }, 'openssh-login', '#session-1/ladder'],
    ];
    test.each(looks)('%s: every text stands out from its ground, and nothing sticks out sideways', async (name, look, fixtureName, where) => {
      const page = await show(fixtureName, where, look);
      await page.evaluate('document.querySelectorAll("details").forEach((d) => { d.open = true; })');
      const all = await contrasts(page);
      expect(all.length).toBeGreaterThan(200);
      const weak = all.filter((c) => c.ratio < (c.large ? 3 : 4.5)).map((c) => `${c.text} ${c.ratio.toFixed(2)}`);
      expect([...new Set(weak)]).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(look.width);
      await page.evaluate('document.querySelectorAll("details").forEach((d) => { d.open = false; })');
      await page.screenshot({ path: `${SHOTS}${name}.png` });
    });

    test('the switch goes over what the system prefers', async () => {
      const page = await show('openssh-login', '', { dark: true });
      const ground = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
      const dark = await ground();
      await page.getByRole('button', { name: 'light', exact: true }).click();
      await until(async () => (await ground()) !== dark);
      await page.getByRole('button', { name: 'dark', exact: true }).click();
      await until(async () => (await ground()) === dark);
      expect((await contrasts(page)).filter((c) => c.ratio < 4.5 && !c.large)).toEqual([]);
    });

    test('prints everything, without controls', async () => {
      const page = await show('openssh-login', '#session-1/packet-4', { dark: true });
      await page.emulateMedia({ media: 'print' });
      expect(await page.evaluate('getComputedStyle(document.body).color')).toBe('rgb(30, 28, 25)');
      expect((await contrasts(page)).filter((c) => c.ratio < (c.large ? 3 : 4.5))).toEqual([]);
      expect(await page.locator('.top').isVisible()).toBe(false);
      for (const part of ['#ladder', '#story', '#hash', '#keys', '.message .tree', '.dump']) expect(await page.locator(part).isVisible()).toBe(true);
      const cut = `[...document.querySelectorAll('.tree, .dump, .meaning')].filter((e) => e.scrollHeight > e.clientHeight + 1).map((e) => e.className)`;
      expect(await page.evaluate(cut)).toEqual([]);
    });
  });

  describe('peer text stays text', () => {
    const MARKUP = `</script><script>alert(1)</script><img src=x onerror=alert(2)><svg/onload=alert(3)>"'--><!--<iframe src="javascript:alert(4)"></iframe>&lt;b&gt;\u202e\u2028`;

    test('markup in every text of a session', async () => {
      const renderer = await makeRenderer({ command: 'report', format: 'html', options: { showSecrets: true, level: 'deep' } });
      const full = aFullSession();
      const problems = [{ code: 'malformed', severity: 'error', message: MARKUP }] as const;
      const exchanges = full.exchanges.map((e) => ({
        ...e,
        negotiation: e.negotiation && {
          ...e.negotiation,
          kex: MARKUP,
          choices: e.negotiation.choices.map((c) => ({ ...c, client: [MARKUP, '__proto__', 'constructor'], server: [MARKUP], chosen: MARKUP, reason: MARKUP })),
        },
        signatureAlgorithm: MARKUP,
        signature: { verdict: 'invalid', reason: MARKUP } as const,
      }));
      const channel: Channel = {
        id: 0,
        type: MARKUP,
        opener: 'client',
        numbers: { client: 0, server: 0 },
        state: 'open',
        refusal: MARKUP,
        parameters: {},
        requests: [],
        command: MARKUP,
        subsystem: undefined,
        environment: [{ name: MARKUP, value: MARKUP }],
        terminal: { term: MARKUP, columns: 80, rows: 24 },
        exitStatus: 0,
        exitSignal: MARKUP,
        content: undefined,
        bytes: { client: 0, server: 9 },
        extendedBytes: { client: 0, server: 0 },
        firstFrame: 1,
        lastFrame: 2,
      };
      const authentication = {
        user: MARKUP,
        outcome: 'success',
        banner: MARKUP,
        attempts: [
          { method: MARKUP, user: MARKUP, service: MARKUP, key: undefined, signature: undefined, prompts: 0, outcome: 'success', firstFrame: 1, lastFrame: 1 },
        ],
      } as const;
      const { session, client, server } = identified(
        aSession({ exchanges, authentication, channels: [channel], problems, ending: MARKUP }),
        `SSH-2.0-${MARKUP} ${MARKUP}`,
        `SSH-2.0-${MARKUP}`,
      );
      const field = { name: MARKUP, kind: 'text', label: MARKUP, doc: MARKUP, value: MARKUP, span: { start: 0, end: 4 }, children: [] };
      const data = utf8(`${MARKUP}\u001b]0;${MARKUP}\u0007\u001b[31m${MARKUP}\r\n`);
      const opened: Packet = aPacket(session, {
        name: MARKUP,
        summary: MARKUP,
        number: 94,
        channel,
        value: { data },
        fields: [field],
        problems,
        inner: [
          {
            protocol: MARKUP,
            number: 1,
            name: MARKUP,
            summary: MARKUP,
            value: {},
            space: new Space(data, []),
            fields: [field],
            answers: undefined,
            secret: false,
            problems,
          },
        ],
      });
      renderer.identification?.({ ...client, preamble: [MARKUP], problems });
      renderer.identification?.(server);
      renderer.packet?.(opened);
      renderer.session?.(session);
      renderer.capture?.(aCapture({ file: MARKUP, problems }));
      const html = renderer.end?.() ?? '';
      expect(html.split('<script').length).toBe(3);
      expect(html.split('</script').length).toBe(3);
      for (const where of ['', '#session-1/packet-1', '#session-1/client-identification']) {
        const page = await show(fileOf(html), where);
        expect(await page.locator('.ladder > li').count()).toBe(3);
        expect(await page.locator('img, iframe, b > b, script:not(#data):not(:last-of-type)').count()).toBe(0);
        expect(await page.locator('svg:not(.lock)').count()).toBe(0);
        expect(await page.locator('body').textContent()).toContain('<img src=x onerror=alert(2)>');
        await page.locator('#search').fill('<img');
        expect(await page.locator('[role=option]').count()).toBeGreaterThan(0);
        expect(await page.evaluate('document.body.innerText.includes("\\u202e")')).toBe(false);
      }
    });

    const shown = HOSTILE.filter((h) => /commands a terminal|100,000 names|every segment one byte|overlap and rewrite/.test(h.name));
    test.each(shown.map((h) => [h.name, h] as const))(
      '%s',
      async (_, hostile) => {
        const html = await reportOf(hostile.pieces(), hostile.secrets);
        expect(html.length).toBeLessThan(16_000_000);
        const page = await show(fileOf(html), '#session-1/packet-1');
        expect(await page.locator('main').isVisible()).toBe(true);
      },
      60_000,
    );
  });
});
