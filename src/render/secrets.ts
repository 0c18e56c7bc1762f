/** Secrets and what they met, for people: the lines of the secrets files first, then the key exchanges. */
import { toHex } from '../bytes/hex.ts';
import { printable, shorten } from '../bytes/printable.ts';
import { SecretStore, type SecretsFile } from '../secrets/store.ts';
import type { CaptureTotals, Decryption, Session } from '../ssh/model.ts';
import { type Palette, palette } from './color.ts';
import { captureEnding } from './ending.ts';
import type { Renderer, RenderOptions } from './renderer.ts';
import { lettersOf } from './secrets-export.ts';
import { type ExchangeReport, type LineOutcome, type LineReport, SecretsReport } from './secrets-report.ts';
import { count, endpointText, wrap } from './text.ts';

/** Sessions that are shown: the lines come first, so all that follows is held until the end. */
const SESSIONS_SHOWN = 100;
/** More lines than this in a row that met nothing are one row. */
const ROWS_ALIKE = 4;
/** Uses of one secret that are named. */
const USES_SHOWN = 8;
const LABEL = 14;

export function secretsRenderer(options: RenderOptions, store = new SecretStore()): Renderer {
  const page = new SecretsPage(options, store);
  return {
    packet: (p) => {
      page.report.packet(p);
      return '';
    },
    session: (s) => {
      page.session(s);
      return '';
    },
    capture: (c) => page.text(c),
  };
}

class SecretsPage {
  readonly report: SecretsReport;
  private readonly colors: Palette;
  private readonly options: RenderOptions;
  private readonly width: number;
  private sessions = '';
  private shown = 0;
  private more = 0;

  constructor(options: RenderOptions, store: SecretStore) {
    this.report = new SecretsReport(store);
    this.options = options;
    this.colors = palette(options.color);
    this.width = options.width === undefined ? Number.POSITIVE_INFINITY : Math.max(options.width, 60);
  }

  session(s: Session): void {
    const exchanges = this.report.session(s);
    if (this.shown++ < SESSIONS_SHOWN) this.sessions += this.sessionText(s, exchanges);
    else this.more++;
  }

  /** Everything, once the capture was read. */
  text(capture: CaptureTotals): string {
    let out = '';
    for (const { file, lines } of this.report.files()) out += `${this.fileText(file, lines)}\n`;
    if (out === '') out = 'No secrets were given: -k FILE, SSHKEYLOGFILE, or a secrets block in the capture.\n\n';
    const more = this.more === 0 ? '' : `${count(this.more, 'more session')} not shown: -s NUMBER shows one, -T json all.\n`;
    // The problems of secrets files are rows of the table.
    const told = new Set(this.report.store.problems);
    const problems = capture.problems.filter((p) => p.line === undefined || !told.has(p));
    return out + this.sessions + more + captureEnding({ ...capture, problems }, this.colors);
  }

  // --- lines

  private fileText(file: SecretsFile, lines: readonly LineReport[]): string {
    const spelled = file.spellings.length === 0 ? '' : ` (${file.spellings.join(', ')})`;
    const { colors } = this;
    const rows = joined(lines);
    const number = Math.max(4, ...rows.map((r) => rangeOf(r).length));
    const kind = Math.max(6, ...rows.map((r) => kindOf(r.first).length));
    const cookie = rows.some((r) => r.first.cookie !== undefined) ? 32 : 6;
    let out = `${colors.strong(printable(file.file))}: ${count(file.lines.total, 'line')}, ${count(file.items, 'secret')}${spelled}\n`;
    if (rows.length > 0) out += `${colors.faint(`  ${'line'.padStart(number)}  ${'secret'.padEnd(kind)}  ${'cookie'.padEnd(cookie)}  what came of it`)}\n`;
    for (const row of rows) {
      const { first } = row;
      const same = row.count === 1 ? first.cookie : `(${row.count} cookies)`;
      const head = `  ${rangeOf(row).padStart(number)}  ${kindOf(first).padEnd(kind)}  ${(same ?? '-').padEnd(cookie)}  `;
      const texts = textsOf(first).map((text) => text.replaceAll(`${file.file}:`, 'line '));
      out += this.hanging(head, texts, this.paintOf(first.outcome));
    }
    return out;
  }

  /** `texts` behind `head`, each on lines of its own that go on below themselves. */
  private hanging(head: string, texts: readonly string[], paint: (text: string) => string): string {
    const room = Math.max(24, this.width - head.length);
    const lines = texts.flatMap((text) => wrap(printable(text), room));
    return lines.map((line, i) => `${i === 0 ? head : ' '.repeat(head.length)}${paint(line)}\n`).join('');
  }

  private paintOf(outcome: LineOutcome): (text: string) => string {
    const { good, warning, faint } = this.colors;
    return { used: good, rejected: warning, unreadable: warning, copy: faint, spare: faint, unmatched: faint }[outcome];
  }

  // --- sessions

  private sessionText(s: Session, exchanges: readonly ExchangeReport[]): string {
    let out = `${this.colors.strong(`Session ${s.number}`)}: ${endpointText(s.client)} → ${endpointText(s.server)}\n`;
    if (exchanges.length === 0) out += this.put('', s.protocol === 1 ? 'SSH-1: no key exchange that sshark could open' : 'no key exchange in this capture');
    for (const e of exchanges) out += this.exchangeText(e);
    for (const side of ['client', 'server'] as const) out += this.put(side, stateText(s[side].decryption), this.paintOfState(s[side].decryption));
    return `${out}\n`;
  }

  private exchangeText(e: ExchangeReport): string {
    const { exchange, cookies, session } = e;
    const { secret, signature, sharedSecret } = exchange;
    const { good, error } = this.colors;
    let out = this.put(`exchange ${exchange.epoch}`, shorten(exchange.negotiation?.kex ?? 'no method agreed', 64));
    out += this.put('  cookies', `client ${cookies.client ?? 'not captured'}, server ${cookies.server ?? 'not captured'}`);
    if (secret === undefined) out += this.put('  wanted', wantedText(e), this.colors.warning);
    else out += this.put('  secret', `${secret.kind} of ${secret.source}${secret.note === '' ? '' : ` (${secret.note})`}`);
    const paint = signature.verdict === 'valid' ? good : signature.verdict === 'invalid' ? error : undefined;
    out += this.put('  signature', `${signature.verdict}: ${signature.reason}`, paint);
    if (!this.options.showSecrets) return out;
    if (sharedSecret !== undefined) out += this.put('  K', toHex(sharedSecret));
    for (const [letter, key] of Object.entries(lettersOf(session, exchange) ?? {})) out += this.put(`  ${letter}`, toHex(key));
    return out;
  }

  private put(label: string, text: string, paint: (text: string) => string = (t) => t): string {
    const lines = wrap(printable(text), this.width - LABEL - 2);
    return lines.map((line, i) => `${this.colors.faint(`  ${i === 0 ? label : ''}`.padEnd(LABEL + 2))}${paint(line)}\n`).join('');
  }

  private paintOfState({ state }: Decryption): ((text: string) => string) | undefined {
    if (state === 'ok') return this.colors.good;
    return state === 'none' ? undefined : this.colors.warning;
  }
}

/** Lines that are shown as one: from `first` to `last`. */
interface Row {
  readonly first: LineReport;
  last: LineReport;
  count: number;
}

/** Rows, long runs of lines that met nothing drawn together: a key log may hold the sessions of a year. */
function joined(lines: readonly LineReport[]): Row[] {
  const rows: Row[] = [];
  for (let at = 0; at < lines.length; ) {
    const first = lines[at] as LineReport;
    let end = at + 1;
    while (end < lines.length && alike(first, lines[end] as LineReport)) end++;
    if (end - at > ROWS_ALIKE) rows.push({ first, last: lines[end - 1] as LineReport, count: end - at });
    else for (const one of lines.slice(at, end)) rows.push({ first: one, last: one, count: 1 });
    at = end;
  }
  return rows;
}

function alike(a: LineReport, b: LineReport): boolean {
  return (
    a.outcome === 'unmatched' && b.outcome === 'unmatched' && a.kind === b.kind && a.cookie !== undefined && b.cookie !== undefined && a.texts[0] === b.texts[0]
  );
}

function rangeOf({ first, last }: Row): string {
  return first === last ? String(first.line ?? '') : `${first.line ?? ''}-${last.line ?? ''}`;
}

function kindOf({ kind, outcome }: LineReport): string {
  return outcome === 'unreadable' ? 'unreadable' : (kind ?? '');
}

function textsOf({ texts }: LineReport): readonly string[] {
  return texts.length <= USES_SHOWN ? texts : [...texts.slice(0, USES_SHOWN), `and ${texts.length - USES_SHOWN} more`];
}

/** The line that would open an exchange. */
function wantedText({ cookies, wanted, exchange }: ExchangeReport): string {
  if (wanted.length === 0) return exchange.negotiation?.kex === undefined ? 'nothing: no method was agreed' : 'nothing: sshark does not know this method';
  const cookie = [cookies.client, cookies.server].filter((c) => c !== undefined).join(' or ') || 'the cookie, which was not captured,';
  return `${wanted.join(' or ')} for ${cookie}`;
}

function stateText({ state, reason, packets, decrypted }: Decryption): string {
  const amount = packets === 0 ? '' : `, ${decrypted} of ${count(packets, 'packet')}`;
  return `${state === 'none' ? 'nothing to decrypt' : state}${amount}${reason === '' ? '' : `: ${reason}`}`;
}
