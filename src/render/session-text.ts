/** One session in words, line by line. */
import Table from 'cli-table3';
import { printable, shorten } from '../bytes/printable.ts';
import { ordinal } from '../bytes/words.ts';
import { bothUnderNone, neverEncrypted } from '../explain/clear.ts';
import { keyWords, type PublicKey } from '../ssh/hostkey/blob.ts';
import { momentText } from '../ssh/hostkey/certificate.ts';
import type { Decryption, DecryptionState, Exchange, HostKey, Identification, Party, Phase, Roles, Session, Side } from '../ssh/model.ts';
import type { Choice, ListName, Negotiation } from '../ssh/negotiate.ts';
import type { Severity } from '../wire/problem.ts';
import { type Palette, paintOf } from './color.ts';
import { COMPACT } from './compact.ts';
import { channelLines, loginLines, transferLines } from './login-text.ts';
import { count, endpointText, grouped, problemText, wrap } from './text.ts';
import { elapsed, isoTime } from './time.ts';

const LABEL = 14;
const NAME_SHOWN = 64;
/** Problems listed for one session; `packets` shows them all, at their packets. */
const PROBLEMS_SHOWN = 20;

/** Lines of text under labels, wrapped to the width. */
class Page {
  readonly lines: string[] = [];
  readonly colors: Palette;
  readonly width: number;

  constructor(colors: Palette, width: number) {
    this.colors = colors;
    this.width = Math.max(width, LABEL + 20);
  }

  /** `label  text`; text that does not fit goes on below itself. */
  put(label: string, text: string, paint: (line: string) => string = (line) => line): void {
    const [first = '', ...rest] = wrap(text, this.width - LABEL);
    this.lines.push(`${this.colors.faint(`  ${label}`.padEnd(LABEL))}${paint(first)}`);
    for (const line of rest) this.lines.push(' '.repeat(LABEL) + paint(line));
  }

  /** Several lines under one label. */
  list(label: string, texts: readonly string[], paint?: (line: string) => string): void {
    for (const [i, text] of texts.entries()) this.put(i === 0 ? label : '', text, paint);
  }
}

/** The session as lines of at most `width` columns, without line ends. */
export function sessionLines(s: Session, colors: Palette, width: number): string[] {
  const page = new Page(colors, width);
  const { client, server, flow } = s;
  const facts = [
    s.detected === 'port' ? 'SSH' : `SSH-${s.protocol}`,
    count(s.packets, 'packet'),
    count(flow.frameCount, 'frame'),
    `${elapsed(flow.start, flow.last)} s`,
  ];
  page.lines.push(`${colors.strong(`Session ${s.number}`)}: ${facts.join(', ')}`);
  page.list('client', partyTexts(client), colors.client);
  page.list('server', partyTexts(server), colors.server);
  if (s.parent !== undefined) page.put('inside', `channel ${s.parent.channel.id} of session ${s.parent.session.number}`);
  page.put(
    'roles',
    s.parent !== undefined && s.roles === 'syn' ? 'known: the client began the connection' : ROLES[s.roles],
    s.roles === 'port' ? colors.warning : undefined,
  );
  if (s.detected === 'port') page.put('', 'nothing in it shows that it is SSH: guessed from port 22 alone', colors.warning);
  if (!s.complete) page.put('', 'the capture does not hold the whole beginning of this session', colors.warning);
  page.put('start', isoTime(flow.start));
  page.list('phases', phaseLines(s));
  exchangesLines(page, s.exchanges);
  if (s.exchanges.some((e) => e.negotiation !== undefined)) page.put('strict KEX', s.strictKex ? 'yes' : 'no');
  page.list('HASSH', hasshLines(client, server));
  encryptionLines(page, s);
  const bad = s.authentication.attempts.some((a) => a.signature?.verdict === 'invalid');
  page.list('login', loginLines(s.authentication), bad ? colors.error : undefined);
  page.list('channels', channelLines(s));
  page.list('files', transferLines(s));
  page.put('end', printable(s.ending));
  problemLines(page, s);
  return page.lines;
}

const ROLES: Readonly<Record<Roles, string>> = {
  syn: 'known: the client sent the SYN',
  messages: 'known from the messages that only one side sends',
  port: 'guessed from the port numbers',
};

function partyTexts(p: Party): string[] {
  const { identification: i } = p;
  const none = `(${p.bytes === 0 ? (p.begun ? 'sent nothing' : 'nothing of it was captured') : p.begun ? 'sent no identification string' : 'no identification string seen'})`;
  const before = i?.preamble.length ?? 0;
  const line = `${endpointText(p)}  ${i === undefined ? none : shorten(i.text, 255)}`;
  return before === 0 ? [line] : [line, `  after ${count(before, 'line')} of other text: "${shorten(preambleText(i), NAME_SHOWN)}"`];
}

/** The first words before the identification string. */
function preambleText(i: Identification | undefined): string {
  return i?.preamble.find((line) => /[\p{L}\d]/u.test(line))?.trim() ?? '';
}

const PHASES: Readonly<Record<Phase['name'], string>> = {
  tcp: 'TCP connection',
  identification: 'identification strings',
  negotiation: 'algorithm negotiation',
  'key exchange': 'key exchange',
  encrypted: 'encrypted',
  end: 'end',
};

function phaseLines(s: Session): string[] {
  const times = s.phases.map((p) => elapsed(s.flow.start, p.time));
  const time = Math.max(0, ...times.map((t) => t.length));
  const frame = Math.max(0, ...s.phases.map((p) => String(p.frame).length));
  const phases = {
    ...PHASES,
    ...(s.parent === undefined ? {} : { tcp: 'first data in the channel' }),
    ...(bothUnderNone(s) ? { encrypted: 'new keys, in clear' } : {}),
  };
  return s.phases.map((p, i) => `${(times[i] ?? '').padStart(time)} s  frame ${String(p.frame).padStart(frame)}  ${phases[p.name]}`);
}

/** All key exchanges; those that agreed on the same as the one before them in short, and more than `RUN_SHOWN` in a row in one line. */
function exchangesLines(page: Page, exchanges: readonly Exchange[]): void {
  for (let i = 0; i < exchanges.length; ) {
    const first = exchanges[i] as Exchange;
    const before = exchanges[i - 1];
    let end = i;
    while (before !== undefined && end < exchanges.length && sameAgreement(exchanges[end] as Exchange, before)) end++;
    const same = exchanges.slice(i, end);
    if (same.length > RUN_SHOWN) page.put('re-keys', sameText(same));
    else for (const e of same) page.put('re-key', sameText([e]));
    if (same.length === 0) exchangeLines(page, first, before, exchanges.length > 1);
    i = Math.max(end, i + 1);
  }
}

/** Re-keys alike that have a line each. */
const RUN_SHOWN = 8;

/** Re-keys in a row that all agreed on what the one before them did. */
function sameText(run: readonly Exchange[]): string {
  const [first, last] = [run[0], run.at(-1)];
  const [which, s] = run.length === 1 ? [`key exchange ${first?.epoch}`, ''] : [`${run.length} key exchanges, ${first?.epoch} to ${last?.epoch}`, 's'];
  const packets = `packets ${first?.packets[0] ?? '?'} to ${last?.packets.at(-1) ?? '?'}`;
  return `${which}, ${packets}: same algorithms and host key; signature${s} ${first?.signature.verdict}`;
}

/** What one key exchange agreed on, and the host key that the server showed in it, unless it is that of the exchange before. */
function exchangeLines(page: Page, e: Exchange, before: Exchange | undefined, several: boolean): void {
  if (e.negotiation !== undefined) {
    page.lines.push(page.colors.faint(`  ${several ? `algorithms of key exchange ${e.epoch}` : 'algorithms'}`));
    page.lines.push(...algorithmTable(e.negotiation, page));
    for (const side of ['client', 'server'] as const) {
      const guess = e.negotiation.guess[side];
      if (guess !== 'none')
        page.put(
          'guess',
          `the ${side} sent its first key exchange packet at once: the guess was ${guess}`,
          guess === 'wrong' ? page.colors.warning : undefined,
        );
    }
  }
  if (e.hostKey === undefined) return;
  if (e.hostKey.fingerprint === before?.hostKey?.fingerprint) page.put('host key', 'the same as before');
  else page.list('host key', hostKeyLines(e.hostKey));
  const algorithm = e.signatureAlgorithm === undefined ? '' : ` (${shorten(e.signatureAlgorithm, NAME_SHOWN)})`;
  const paint = e.signature.verdict === 'valid' ? page.colors.good : e.signature.verdict === 'invalid' ? page.colors.error : undefined;
  page.put('signature', `${e.signature.verdict}${algorithm}: ${printable(e.signature.reason)}`, paint);
}

function sameAgreement(a: Exchange, b: Exchange): boolean {
  const names = (n: Negotiation | undefined) => n?.choices.map((c) => c.chosen ?? '').join(' ');
  return (
    a.negotiation !== undefined &&
    names(a.negotiation) === names(b.negotiation) &&
    a.hostKey?.fingerprint === b.hostKey?.fingerprint &&
    a.signature.verdict === b.signature.verdict
  );
}

/** The rows: one for both directions when they agree. */
const ALGORITHMS: readonly (readonly [title: string, clientToServer: ListName, serverToClient?: ListName])[] = [
  ['kex', 'kexAlgorithms'],
  ['host key', 'serverHostKeyAlgorithms'],
  ['cipher', 'encryptionAlgorithmsClientToServer', 'encryptionAlgorithmsServerToClient'],
  ['MAC', 'macAlgorithmsClientToServer', 'macAlgorithmsServerToClient'],
  ['compression', 'compressionAlgorithmsClientToServer', 'compressionAlgorithmsServerToClient'],
];

function algorithmTable(n: Negotiation, page: Page): string[] {
  const rows: [string, Choice][] = [];
  for (const [title, toServer, toClient] of ALGORITHMS) {
    const [there, back] = [toServer, toClient].map((list) => n.choices.find((c) => c.list === list));
    if (there !== undefined && back !== undefined && !sameChoice(there, back)) rows.push([`${title} C → S`, there], [`${title} S → C`, back]);
    else if (there !== undefined) rows.push([title, there]);
  }
  const titles = 13;
  const names = Math.min(Math.max(...rows.map(([, c]) => chosenText(c).length), 0), 40);
  const why = Math.max(page.width - 4 - titles - 1 - names - 1, 26);
  // By hand where nothing is to be broken: a row costs cli-table3 a hundred times as much, which adds up over thousands of sessions.
  const fits = rows.every(([, c]) => PLAIN.test(chosenText(c) + whyText(c)) && chosenText(c).length <= names && whyText(c).length <= why);
  if (fits) return rows.map(([title, c]) => plainRow(title, c, titles, names, page));
  const table = new Table({ ...COMPACT, wordWrap: true, wrapOnWordBoundary: true, colWidths: [titles, names, why] });
  for (const [title, c] of rows) table.push([title, c.failed ? page.colors.error(chosenText(c)) : chosenText(c), whyText(c)]);
  return table
    .toString()
    .split('\n')
    .map((line) => `    ${line}`.trimEnd());
}

const PLAIN = /^[\x20-\x7e]*$/;

function plainRow(title: string, c: Choice, titles: number, names: number, { colors }: Page): string {
  const name = chosenText(c).padEnd(names);
  return `    ${title.padEnd(titles)} ${c.failed ? colors.error(name) : name} ${whyText(c)}`.trimEnd();
}

/** The same choice for the same reason. */
function sameChoice(a: Choice, b: Choice): boolean {
  return a.chosen === b.chosen && whyText(a) === whyText(b);
}

function chosenText(c: Choice): string {
  return c.chosen === undefined ? (c.failed ? 'none in common' : 'none') : shorten(c.chosen, NAME_SHOWN);
}

/** Why, in few words: the places of the name in the two lists. */
function whyText(c: Choice): string {
  if (c.chosen === undefined) return c.list.startsWith('mac') && !c.failed ? 'the cipher authenticates' : printable(c.reason);
  const place = (side: Side) => `${side}'s ${ordinal(c[side].indexOf(c.chosen ?? '') + 1)}`;
  return `${place('client')}, ${place('server')}`;
}

function hostKeyLines(k: HostKey): string[] {
  const size = k.bits === undefined ? '' : `, ${k.bits} bits`;
  return [`${shorten(k.type, NAME_SHOWN)}${size}`, k.keyFingerprint, ...(k.certificate === undefined ? [] : certificateLines(k.certificate))];
}

function certificateLines(c: Readonly<Record<string, unknown>>): string[] {
  const moment = (v: unknown) => (typeof v === 'bigint' ? momentText(v) : '?');
  const principals = Array.isArray(c.validPrincipals) ? c.validPrincipals.map(String) : [];
  return [
    `certificate ${JSON.stringify(shorten(String(c.keyId ?? ''), NAME_SHOWN))}, serial ${String(c.serial ?? '?')}`,
    `  for ${principals.length === 0 ? 'any host' : shorten(principals.join(', '), 200)}`,
    `  valid from ${moment(c.validAfter)} to ${moment(c.validBefore)}`,
    `  signed by ${printable(keyWords(c.signatureKey as PublicKey | undefined))}`,
  ];
}

function hasshLines(client: Party, server: Party): string[] {
  return [client.hassh === undefined ? '' : `${client.hassh}  client`, server.hassh === undefined ? '' : `${server.hassh}  server`].filter((s) => s !== '');
}

/** What came after NEWKEYS and what became of it; said once when it is the same for both sides. */
function encryptionLines(page: Page, s: Session): void {
  const [client, server] = [s.client.decryption, s.server.decryption];
  const clear = neverEncrypted(s);
  const label = clear ? 'in clear' : 'encrypted';
  const fate = (d: Decryption) => (clear && d.state === 'ok' ? printable(d.reason) : fateText(d));
  const both = client.state === server.state && client.reason === server.reason;
  if (both && client.bytes > 0 && server.bytes > 0) page.put(label, `client ${amountText(client)}; server ${amountText(server)}; ${fate(client)}`);
  else if (client.bytes > 0) page.put(label, `client ${amountText(client)}; ${fate(client)}`);
  if (server.bytes > 0 && !(both && client.bytes > 0)) page.put(label, `server ${amountText(server)}; ${fate(server)}`);
}

function amountText(d: Decryption): string {
  const opened = d.decrypted > 0 && d.decrypted < d.packets ? `, ${grouped(d.decrypted)} decrypted` : '';
  return `${count(d.bytes, 'byte')}${d.packets === 0 ? '' : ` in ${count(d.packets, 'packet')}${opened}`}`;
}

const FATES: Readonly<Record<DecryptionState, string>> = {
  none: 'not decrypted',
  ok: 'decrypted',
  partial: 'decrypted in part',
  'no-secret': 'not decrypted',
  unsupported: 'not decrypted',
  lost: 'not decrypted',
};

function fateText(d: Decryption): string {
  return d.reason === '' ? FATES[d.state] : `${FATES[d.state]}: ${printable(d.reason)}`;
}

function problemLines(page: Page, s: Session): void {
  const counts = (['error', 'warning', 'note'] as readonly Severity[])
    .map((severity) => ({ severity, n: s.problems.filter((p) => p.severity === severity).length }))
    .filter(({ n }) => n > 0);
  if (counts.length === 0) return;
  page.put('problems', counts.map(({ severity, n }) => count(n, severity)).join(', '));
  for (const p of s.problems.slice(0, PROBLEMS_SHOWN)) page.put('', problemText(p), paintOf(page.colors, p.severity));
  if (s.problems.length > PROBLEMS_SHOWN) page.put('', `and ${s.problems.length - PROBLEMS_SHOWN} more`);
}
