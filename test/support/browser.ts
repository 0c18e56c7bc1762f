/** A real browser for the tests of the page: Chromium, driven by playwright-core. */
import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

/** Where Debian puts it; CHROMIUM names another place. */
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

export const hasBrowser = existsSync(CHROMIUM);

/** Why tests of the page do not run; a part of their title then. */
export const NO_BROWSER = `no Chromium at ${CHROMIUM}: apt-get install chromium, or set CHROMIUM`;

export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
}

/** What a page did that it must not do. */
export interface Watched {
  readonly page: Page;
  /** Errors and warnings in the console, errors thrown, dialogs opened. */
  readonly complaints: string[];
  /** Addresses asked for, but for the page itself. */
  readonly requests: string[];
}

/** How the window looks. */
export interface Look {
  readonly width?: number;
  readonly height?: number;
  readonly dark?: boolean;
}

/** An empty window that is watched. */
export async function openPage(browser: Browser, { width = 1280, height = 800, dark = false }: Look = {}): Promise<Watched> {
  const page = await (await contextOf(browser, { width, height, dark })).newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => {
    if (message.type() !== 'log') complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (!request.isNavigationRequest()) requests.push(request.url());
  });
  return { page, complaints, requests };
}

/** Windows of one look share what is costly to make. Nothing of a page is kept in it. */
const contexts = new WeakMap<Browser, Map<string, Promise<BrowserContext>>>();

function contextOf(browser: Browser, { width, height, dark }: Required<Look>): Promise<BrowserContext> {
  const known = contexts.get(browser) ?? new Map<string, Promise<BrowserContext>>();
  contexts.set(browser, known);
  const key = `${width} ${height} ${dark}`;
  const context = known.get(key) ?? browser.newContext({ viewport: { width, height }, colorScheme: dark ? 'dark' : 'light', reducedMotion: 'reduce' });
  known.set(key, context);
  return context;
}

/** One text on its ground. */
export interface Contrast {
  readonly text: string;
  readonly ratio: number;
  /** Large text (24 px, or 18.66 px and bold) needs less. */
  readonly large: boolean;
}

/**
 * The contrast of every text that is drawn now, by WCAG 2.2 (1.4.3): its colour on the grounds behind it, blended. Text of
 * controls that are disabled is left out, as there.
 */
export function contrasts(page: Page): Promise<Contrast[]> {
  return page.evaluate(PROBE);
}

const PROBE = `(() => {
  const colour = (text) => {
    const srgb = /^color\\(srgb ([\\d.e-]+) ([\\d.e-]+) ([\\d.e-]+)(?: \\/ ([\\d.e-]+))?\\)$/.exec(text);
    if (srgb) return [srgb[1] * 255, srgb[2] * 255, srgb[3] * 255, srgb[4] === undefined ? 1 : Number(srgb[4])];
    const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number);
    return [r, g, b, a];
  };
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  const ground = (element) => {
    const layers = [];
    for (let e = element; e !== null; e = e.parentElement) layers.push(colour(getComputedStyle(e).backgroundColor));
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255, 1]);
  };
  const light = (c) => {
    const part = (v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
    return 0.2126 * part(c[0]) + 0.7152 * part(c[1]) + 0.0722 * part(c[2]);
  };
  const found = [];
  for (const element of document.body.querySelectorAll('*')) {
    const own = [...element.childNodes].filter((n) => n.nodeType === 3 && n.data.trim() !== '').map((n) => n.data.trim());
    const shown = element.placeholder ? [element.placeholder] : own;
    if (shown.length === 0 || element.closest('script, style, noscript, :disabled')) continue;
    const style = getComputedStyle(element);
    const box = element.getBoundingClientRect();
    if (box.width < 2 || style.visibility !== 'visible') continue;
    const below = ground(element);
    const [a, b] = [light(over(colour(style.color), below)), light(below)].sort((x, y) => y - x);
    const size = Number.parseFloat(style.fontSize);
    found.push({ text: element.className + ': ' + shown.join(' ').slice(0, 40), ratio: (a + 0.05) / (b + 0.05), large: size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) });
  }
  return found;
})()`;
